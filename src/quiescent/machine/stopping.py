"""Stopping in an orderly way: Ctrl-C and a scheduler's signals become a wish that long work looks at."""

import contextlib
import signal
from typing import Any

from quiescent.errors import QuiescentError

STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGUSR2") if hasattr(signal, name)]


class Interrupted(QuiescentError):  # noqa: N818 - not an error, but the user's wish
    """Work was stopped by the user, after it was saved."""


class Stopped:
    """Turn Ctrl-C, or a scheduler's signal that time is up, into a wish to stop after the current step of the work.

    A context; inside, `asked` tells whether to stop. A second Ctrl-C raises `KeyboardInterrupt` at once.
    """

    asked = False

    def __enter__(self) -> "Stopped":
        self._before: dict[int, Any] = {}
        with contextlib.suppress(ValueError):  # not in the main thread, where no signal comes
            for number in STOPS:
                self._before[number] = signal.signal(number, self._ask)
        return self

    def _ask(self, number: int, _frame: object) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
