"""Processes that begin at once, forked from one that has imported everything: of the program, or for any function.

Nothing in them is checked for shapes while it runs, which makes training in them ten times as fast as in a test.
"""

import contextlib
import functools
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from quiescent import cli

IMPORTED = ["parsl.dataflow.dflow", "parsl.executors", "quiescent.cli", "quiescent.studies.sweep.run"]


class Process:
    """A process seen as `subprocess.Popen` shows one."""

    def __init__(self, process):
        self._process = process
        self.pid = process.pid

    def poll(self):
        return self._process.exitcode

    def wait(self, seconds=None):
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("quiescent", seconds)
        return self._process.exitcode

    def send_signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            self.send_signal(signal.SIGKILL)


def fork(function, *arguments, folder=".", out, err, **environment):
    """Call a function in a process and session of its own, with files for what it prints."""
    how = os.fspath(folder), out, err, os.environ | environment
    process = _server().Process(target=_call, args=(function, arguments, *how))
    process.start()
    return Process(process)


def finish(function, *arguments, seconds=300, **more):
    """Call a function in a process of its own and wait for its end; returns what `subprocess.run` does."""
    with tempfile.TemporaryDirectory() as said:
        out, err = Path(said) / "out", Path(said) / "err"
        process = fork(function, *arguments, out=out, err=err, **more)
        try:
            code = process.wait(seconds)
        finally:
            process.kill()
        return subprocess.CompletedProcess(arguments, code, out.read_text("utf-8"), err.read_text("utf-8"))


def main(words):
    """Be the program, started with these words."""
    sys.argv = ["quiescent", *map(str, words)]
    cli.main()


@functools.cache
def _server():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    return context


def _call(function, arguments, folder, out, err, environment):
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(descriptor, number)
        os.close(descriptor)
    function(*arguments)
