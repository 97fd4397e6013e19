"""Who called a function in a worker's child, and how the function speaks to them."""

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Caller:
    """Hear reports of a called function, and tell it when to stop.

    A stop ends the process at once, except in stretches of work that first save: `with caller.saving(): ...`.
    """

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._saving = False

    def report(self, what: object) -> None:
        """Tell the caller something that JSON can hold."""
        say(report=what)

    def stop_asked(self) -> bool:
        """Tell whether the caller, or a scheduler, wants the function to save and return."""
        return self._stopped.is_set()

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Let the stretch of work inside go on when a stop is asked for: it looks at `stop_asked` and saves."""
        self._saving = True
        try:
            yield
        finally:
            self._saving = False
        if self.stop_asked():
            self._end()

    def stop(self) -> None:
        """Ask the function to save and return; one that has nothing to save ends here, with its process."""
        self._stopped.set()
        if not self._saving:
            self._end()

    def _end(self) -> None:
        say(ended=["stopped", ""])
        os._exit(0)


def say(**message: object) -> None:
    """Write a message as one line of JSON to the standard output, at once, from whichever thread."""
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more, and the end of the input says so
        os.write(1, f"{json.dumps(message)}\n".encode())
