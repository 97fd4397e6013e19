"""The live table of jobs: what is done, running, waiting and failed, how fast, and for how long still."""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import timedelta

import torch
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from quiescent.engines import Place
from quiescent.estimate import Work, estimate
from quiescent.report import plain_table
from quiescent.schedule import Standing
from quiescent.training import Interrupted, Stopped

SHOWN = 12  # running networks that are listed
WINDOW = 60.0  # s, over which the rate is taken


def follow(console: Console, title: str, standings: Iterable[Standing]) -> Standing:
    """Show how jobs stand until all are done or failed; returns how they ended.

    Ctrl-C, SIGTERM or SIGUSR2 lets what runs save; then `Interrupted` is raised.
    """
    steps = iter(standings)
    history: deque[tuple[float, int]] = deque()
    last = None
    with Stopped() as stopped, Live(console=console, refresh_per_second=4, transient=True) as live:
        for last in steps:
            for line in last.news:
                live.console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
            now = time.monotonic()
            history.append((now, last.batches_done))
            while now - history[0][0] > WINDOW:
                history.popleft()
            live.update(_board(title, last, _rate(history)))
            if stopped.asked:
                live.update(Text("stopping: whatever runs saves first"))
                close = getattr(steps, "close", None)
                if close is not None:
                    close()
                raise Interrupted(f"stopped and saved with {last.done} jobs done; give the same command again to go on")
    assert last is not None
    return last


def announce(console: Console, works: Sequence[Work], place: Place) -> None:
    """Say how many jobs there are, and how long they will take at the speed of this machine."""
    device, slots = place.usable(), place.slots()
    many = f"{len(works)} jobs, {slots or 'an unknown number'} side by side on {place.on}"
    if device.type == "cuda" and not torch.cuda.is_available():
        console.print(f"{many}; how long is not known, since there is no GPU here to try.")
        return
    with console.status("estimating how long it will take"):
        training, measuring = estimate(works, device, slots or 1)
    total, *parts = (timedelta(seconds=round(one)) for one in (training + measuring, training, measuring))
    console.print(
        f"{many}: about {total} at the speed of this machine, training {parts[0]} and measuring {parts[1]}. "
        "Stop at any time; the same command goes on."
    )


def _rate(history: "deque[tuple[float, int]]") -> float:
    (began, before), (now, done) = history[0], history[-1]
    return (done - before) / (now - began) if now > began else 0.0


def _board(title: str, standing: Standing, rate: float) -> RenderableType:
    counts = plain_table("done", "running", "waiting", "failed", "retries", "batches", "batches/s", "left")
    left = "-"
    if rate > 0:
        left = str(timedelta(seconds=round((standing.batches - standing.batches_done) / rate)))
    counts.add_row(
        str(standing.done),
        str(standing.jobs - standing.done - standing.waiting - len(standing.failures)),
        str(standing.waiting),
        str(len(standing.failures)),
        str(standing.retries),
        f"{standing.batches_done}/{standing.batches}",
        f"{rate:.3g}",
        left,
    )
    bar = ProgressBar(total=max(1, standing.batches), completed=standing.batches_done)
    return Group(Text(title), bar, counts, _running(standing))


def _running(standing: Standing) -> Table:
    table = plain_table("network", "batch", "on")
    for one in standing.running[:SHOWN]:
        folder = one.run.folder
        table.add_row(f"{folder.parent.name}/{folder.name}", f"{one.batch}/{one.batches}", one.where)
    if len(standing.running) > SHOWN:
        table.add_row(f"and {len(standing.running) - SHOWN} more", "", "")
    return table
