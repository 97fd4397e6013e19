"""Stopping in an orderly way: Ctrl-C, a scheduler's signals, a closed terminal become a wish that long work hears."""

import contextlib
import signal
from typing import Any

from quiescent.errors import QuiescentError

STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGUSR2", "SIGHUP") if hasattr(signal, name)]

_CLOSED = getattr(signal, "SIGHUP", None)


class Interrupted(QuiescentError):  # noqa: N818 - not an error, but the user's wish
    """Work was stopped by the user, after it was saved."""


class Stopped:
    """Turn Ctrl-C, a scheduler's signal that time is up, or the end of the terminal into a wish to stop.

    Work stops after its current step. A context; inside, `asked` tells whether to stop. A second
    Ctrl-C raises `KeyboardInterrupt` at once.
    """

    asked = False

    def __enter__(self) -> "Stopped":
        self._before: dict[int, Any] = {}
        with contextlib.suppress(ValueError):  # not in the main thread, where no signal comes
            for number in STOPS:
                if number == _CLOSED and signal.getsignal(number) == signal.SIG_IGN:
                    continue  # `nohup` is to outlive the terminal
                self._before[number] = signal.signal(number, self._ask)
        return self

    def _ask(self, number: int, _frame: object) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
