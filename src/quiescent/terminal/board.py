"""The live table of jobs: what is done, running, waiting and failed, how fast, and for how long still."""

import time
from collections import deque
from collections.abc import Generator, Sequence

import torch
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.text import Text

from quiescent.jobs.estimate import Work, estimate
from quiescent.jobs.places import Place
from quiescent.jobs.schedule import Status
from quiescent.machine.stopping import Interrupted, Stopped
from quiescent.terminal.layout import Table
from quiescent.terminal.numbers import duration

SHOWN = 12  # running networks that are listed
WINDOW = 60.0  # s, over which the rate is taken
SILENCE = 60.0  # s between lines in a log


def follow(console: Console, title: str, statuses: Generator[Status, None, None]) -> Status:
    """Show how jobs stand until all are done or failed; returns how they ended.

    Ctrl-C, SIGTERM, SIGUSR2 or SIGHUP lets what runs save; then `Interrupted` is raised.
    """
    pace = _Pace()
    last, told = None, time.monotonic()
    with Stopped() as stopped, Live(console=console, refresh_per_second=4, transient=True) as live:
        for last in statuses:
            for line in last.news:
                live.console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
            pace.see(last)
            live.update(_board(title, last, pace))
            if not console.is_terminal and time.monotonic() - told > SILENCE:  # a log has no live table
                console.print(_line(last, pace), soft_wrap=True)
                told = time.monotonic()
            if stopped.asked:
                live.update(Text("stopping: whatever runs saves first"))
                statuses.close()
                raise Interrupted(f"stopped and saved with {last.done} jobs done; give the same command again to go on")
    assert last is not None
    return last


def announce(console: Console, works: Sequence[Work], place: Place) -> None:
    """Say how many jobs there are, and how long they will take at the speed of this machine."""
    device, slots = place.usable_device(), place.slots()
    beside = f"{slots} side by side" if slots else "some side by side"
    many = f"{len(works)} {'job' if len(works) == 1 else 'jobs'}, {beside}, on {place.name}"
    if device.type == "cuda" and not torch.cuda.is_available():
        console.print(f"{many}; how long is not known, since there is no GPU here to try.")
        return
    with console.status("estimating how long it will take"):
        training, measuring = estimate(works, device, slots or 1)
    total, *parts = map(duration, (training + measuring, training, measuring))
    console.print(
        f"{many}: about {total} at the speed of this machine, training {parts[0]} and measuring {parts[1]}. "
        "Stop at any time; the same command goes on."
    )


class _Pace:
    """Speed of jobs, taken from the statuses of the last minute."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._seen: deque[tuple[float, int]] = deque()
        self._ended = 0

    def see(self, status: Status) -> None:
        """Take note of a status."""
        now = time.monotonic()
        self._ended = status.done + len(status.failures)
        self._seen.append((now, status.batches_done))
        while now - self._seen[0][0] > WINDOW:
            self._seen.popleft()

    @property
    def rate(self) -> float:
        """Compute the batches per second over the last minute."""
        (began, before), (now, done) = self._seen[0], self._seen[-1]
        return (done - before) / (now - began) if now > began else 0.0

    def left(self, status: Status) -> float | None:
        """Estimate the seconds left until all is done, from batches and from jobs, which also measure."""
        batches = (status.batches - status.batches_done) / self.rate if self.rate else None
        jobs = None
        if self._ended:
            jobs = (status.jobs - self._ended) * (self._seen[-1][0] - self._began) / self._ended
        return max((seconds for seconds in (batches, jobs) if seconds is not None), default=None)


def _facts(status: Status, pace: _Pace) -> dict[str, str]:
    left = pace.left(status)
    ended = status.done + status.waiting + len(status.failures)
    training = {"batches": f"{status.batches_done}/{status.batches}", "batches/s": f"{pace.rate:.3g}"}
    return {
        "done": str(status.done),
        "running": str(status.jobs - ended),
        "waiting": str(status.waiting),
        "failed": str(len(status.failures)),
        "retries": str(status.retries),
        **(training if status.batches else {}),
        "left": "-" if left is None else duration(left),
    }


def _line(status: Status, pace: _Pace) -> str:
    return ", ".join(f"{value} {name}" for name, value in _facts(status, pace).items())


def _board(title: str, status: Status, pace: _Pace) -> RenderableType:
    facts = _facts(status, pace)
    ended = status.done + len(status.failures)
    total, completed = (status.batches, status.batches_done) if status.batches else (status.jobs, ended)
    bar = ProgressBar(total=total, completed=completed)
    return Group(Text(title), bar, Table(list(facts), [list(facts.values())], keys=0), _running(status))


def _running(status: Status) -> Table:
    rows = []
    for running in status.running[:SHOWN]:
        folder = running.run.folder
        batch = f"{running.batch}/{running.batches}" if running.batches else ""
        rows.append([f"{folder.parent.name}/{folder.name}", batch, running.where])
    left_out = len(status.running) - SHOWN
    return Table(["network", "batch", "on"], rows, caption=f"and {left_out} more" if left_out > 0 else "")
