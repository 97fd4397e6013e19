"""The process behind a `Worker`: run as `python -m quiescent.machine.child ["MODULE:FUNCTION ARGUMENT"]...`."""

import contextlib
import importlib
import json
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import IO, Any, NoReturn

from quiescent.errors import QuiescentError
from quiescent.machine.caller import Caller, say
from quiescent.machine.stopping import STOPS


def main() -> None:
    """Do calls until the input ends, each in a child; where there is no fork only one, in this process."""
    for preparation in sys.argv[1:]:
        name, _, argument = preparation.partition(" ")
        _function(name)(*filter(None, [argument]))
    with os.fdopen(0, "rb", buffering=0, closefd=False) as stream:
        for line in _lines(stream):
            call = json.loads(line)
            with contextlib.suppress(Exception):  # which the child meets too, and tells
                _function(call["function"])  # imported here, so that later calls begin at once
            child = os.fork() if hasattr(os, "fork") else 0
            if child == 0:
                _do(call)
            _, status = os.waitpid(child, 0)
            os.write(1, b"\n")  # should the child have died within a line
            say(exit=os.waitstatus_to_exitcode(status))


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Read lines byte by byte: what is left must be the child's to read."""
    while line := stream.readline():
        yield line.decode()


def _do(call: dict[str, Any]) -> NoReturn:
    code = 1
    try:
        say(ended=_ended(call))
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _ended(call: dict[str, Any]) -> tuple[str, str]:
    """Call the function; returns how that ended, and a message."""
    caller = Caller()
    for number in STOPS:
        signal.signal(number, lambda *_: caller.stop())
    threading.Thread(target=_stop_when_the_input_ends, args=(caller,), daemon=True).start()
    warnings.showwarning = lambda message, *_: say(warning=str(message))
    try:
        _function(call["function"])(caller, **call["arguments"])
    except QuiescentError as error:
        return "stopped" if caller.stop_asked() else "failed", str(error)
    except Exception as error:
        sys.excepthook(*sys.exc_info())
        return "failed", f"{call['title']}: {type(error).__name__}: {error}"
    return "done", ""


def _stop_when_the_input_ends(caller: Caller) -> None:
    os.read(0, 1)
    caller.stop()


def _function(name: str) -> Callable[..., None]:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
