"""Processes that do named calls, one core each: calls side by side never wait for one another, nor die together.

A `Worker` is the process `python -m quiescent.machine.child`. For every line of JSON on its standard input, which names
a function and holds its arguments, it forks a child that calls the function; the child answers with lines of JSON:

| line | says |
|---|---|
| `{"function": "module:name", "arguments": {...}, "title": "..."}` | to the worker: call this; messages name it so |
| `{"report": ...}` | from the child: what the function reported |
| `{"warning": "..."}` | from the child: what the function warned of |
| `{"ended": ["done", ""]}` | from the child: how the call ended, with a message |
| `{"exit": 0}` | from the worker: the child's exit code, or minus the number of the signal that killed it |

So a call starts at once, and one that is killed takes nothing with it. When the worker's input ends, or a scheduler
says that time is up, the child saves and stops.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple


class Ended(NamedTuple):
    """How a call ended. What failed would fail again; what was stopped or killed can go on."""

    state: Literal["done", "failed", "stopped", "killed"]
    message: str = ""
    warnings: tuple[str, ...] = ()


class Worker:
    """A worker process, started when it is first needed and again if it was killed.

    `preparations` name functions (`module:name`, or `module:name argument`) that the process calls when it starts.
    """

    def __init__(self, *preparations: str) -> None:
        self._preparations = preparations
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def call(
        self,
        function: str,
        arguments: Mapping[str, Any],
        *,
        title: str,
        on_report: Callable[[Any], None] = lambda _: None,
    ) -> Ended:
        """Call `module:function` as `function(caller, **arguments)` and wait until it is over, however it ends.

        Arguments and reports are what JSON can hold. `title` names the call in messages about unforeseen errors.
        """
        if self._stopped:
            return Ended("stopped")
        line = json.dumps({"function": function, "arguments": arguments, "title": title})
        process = self._running()
        with contextlib.suppress(BrokenPipeError, ValueError):  # killed, or told to stop, this very moment
            assert process.stdin is not None
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
        ended: Ended | None = None
        warned = []
        for message in _messages(process):
            if "report" in message:
                on_report(message["report"])
            elif "warning" in message:
                warned.append(message["warning"])
            elif "ended" in message:
                ended = Ended(*message["ended"])
            else:
                return (ended or _killed(message["exit"]))._replace(warnings=tuple(warned))
        # The worker itself is gone: its child has ended too, after it saved.
        ended = ended or (Ended("stopped") if self._stopped else _killed(process.wait()))
        return ended._replace(warnings=tuple(warned))

    def stop(self) -> None:
        """Let it save and end, now and whenever it is given a call."""
        self._stopped = True
        self._hang_up()

    def close(self) -> None:
        """Let it save and end, and wait until it has."""
        self.stop()
        self._wait()

    def _hang_up(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def _wait(self) -> None:
        if self._process is not None:
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._hang_up()
            self._wait()
            package = str(Path(__file__).parents[2])
            path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "quiescent.machine.child", *self._preparations],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is for the parent, which then ends our input
            )
        if self._stopped:
            self._hang_up()
        return self._process


def _messages(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        with contextlib.suppress(ValueError):  # a line that was cut short by a kill
            yield json.loads(line)


def _killed(code: int) -> Ended:
    return Ended("killed", f"signal {-code}" if code < 0 else f"exit code {code}")
