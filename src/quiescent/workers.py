"""Training runs in processes of their own, one core each: several small networks never wait for one another.

A worker is `python -m quiescent.workers FOLDER`. It trains the run in that folder and prints one JSON line per batch;
when its standard input ends, it saves and stops.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from quiescent.errors import QuiescentError
from quiescent.runs import Run
from quiescent.training import Progress, training_steps


def train_in_processes(runs: Sequence[Run], number: int) -> Generator[Progress, None, None]:
    """Train every run in its own process, at most `number` at a time; yields each one's batches as they come.

    Closing the iterator, or an error in any worker, lets the others save and stop.
    """
    events: queue.SimpleQueue[Progress | QuiescentError | None] = queue.SimpleQueue()
    stop = threading.Event()
    with ThreadPoolExecutor(number) as pool:
        for run in runs:
            pool.submit(_watch, run, events, stop)
        try:
            ended = 0
            while ended < len(runs):
                event = events.get()
                if event is None:
                    ended += 1
                elif isinstance(event, QuiescentError):
                    raise event
                else:
                    yield event
        finally:
            stop.set()


def _watch(run: Run, events: "queue.SimpleQueue[Progress | QuiescentError | None]", stop: threading.Event) -> None:
    if not stop.is_set():
        try:
            _follow(run, events, stop)
        except Exception as error:
            events.put(QuiescentError(f"{run.folder}: its process could not be run ({error})"))
    events.put(None)


def _follow(run: Run, events: "queue.SimpleQueue[Progress | QuiescentError | None]", stop: threading.Event) -> None:
    package = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "quiescent.workers", str(run.folder)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path}
    said_why = False
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,  # Ctrl-C is for the parent, which then ends our input
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in process.stdout:
            message = json.loads(line)
            if "error" in message:
                events.put(QuiescentError(message["error"]))
                said_why = True
            else:
                events.put(Progress(**message))
            if stop.is_set():
                process.stdin.close()
    if process.returncode != 0 and not said_why:
        how = f"signal {-process.returncode}" if process.returncode < 0 else f"exit code {process.returncode}"
        events.put(QuiescentError(f"{run.folder}: its process ended with {how}. Start it again to go on."))


def main(folder: str) -> int:
    """What a worker does."""
    torch.set_num_threads(1)
    stop = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    steps = training_steps([Run(Path(folder))])
    try:
        for progress in steps:
            try:
                print(json.dumps(progress._asdict()), flush=True)
            except BrokenPipeError:
                stop.set()
            if stop.is_set():
                steps.close()
    except QuiescentError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
