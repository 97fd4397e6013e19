"""Run Parsl's interchange for as long as its parent lives: `python -m quiescent.jobs.interchange`.

Ctrl-C is for the parent, which ends the interchange in order; a parent that was killed takes the interchange with it.
"""

import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    runpy.run_path(str(Path(sys.executable).with_name("interchange.py")), run_name="__main__")
