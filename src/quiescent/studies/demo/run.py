"""Train both populations, measure them, and show: a table, what it means, a picture, a page."""

import itertools
import shlex
import textwrap
from pathlib import Path

import numpy as np
from rich.console import Console

from quiescent.config.load import load_config
from quiescent.config.schema import Config
from quiescent.evaluation.subject import Subject
from quiescent.figures.style import save
from quiescent.jobs.missing import measuring_jobs
from quiescent.machine.device import usable_device
from quiescent.measures import MEASURES
from quiescent.page.write import write_page
from quiescent.quiescence.activity import Active, Activity, Phase, Rest
from quiescent.runs.open import open_runs
from quiescent.runs.run import Run
from quiescent.studies.demo.meaning import FREE, NOISY, Scene, meaning
from quiescent.studies.demo.numbers import QUANTITIES, numbers_of, table_of
from quiescent.studies.demo.picture import draw_dream
from quiescent.terminal.bars import progress_bar
from quiescent.terminal.layout import show
from quiescent.terminal.measuring import do_measuring
from quiescent.training.train import batches_left, finish

EXPERIMENT = "recorded/sargolini"
CONDITIONS: dict[str, tuple[str, ...]] = {NOISY: (), FREE: ("network.sigma2_rec=0",)}
SEEDS = "seed=0,1,2"
SHOWN: dict[str, Phase] = {
    "active": Active(trials=200),
    "quiescent": Rest(trials=200, steps=500),
}
WIDTH = 80  # characters of a line of plain words, at most


def run_demo(out: Path, console: Console, *, device: str | None = None) -> None:
    """Train both populations (or reuse them), measure, and print what came out; draw a figure, write the live page."""
    usable_device(device)  # before anything is written
    configs = {name: load_config(EXPERIMENT, SEEDS, *words) for name, words in CONDITIONS.items()}
    runs = _train(configs, out, console, device)
    jobs = [job for members in runs.values() for job in measuring_jobs(list(QUANTITIES), members)]
    do_measuring(console, "measuring what they dream", jobs, device=device)
    networks = {name: numbers_of(members, device) for name, members in runs.items()}
    show(console, table_of(networks, EXPERIMENT))
    with console.status("drawing what they dream"):
        subjects = {name: Subject(members[0], device) for name, members in runs.items()}
        awake, asleep = ({phase: subjects[name].activity(what) for phase, what in SHOWN.items()} for name in CONDITIONS)
        dreams = {"noisy network": awake["quiescent"], "noise-free network": asleep["quiescent"]}
        dt = configs[NOISY].task.dt
        figure = draw_dream(awake["active"], dreams, dt=dt)
        for kind in ("png", "pdf"):
            save(figure, out / f"dream.{kind}")
    first, end = MEASURES["coverage"].horizon
    scene = Scene(_error_of_the_middle(awake["active"]), rest=(end - first) * dt, step=dt)
    console.print("\nWhat these numbers mean:")
    for paragraph in meaning(networks, scene):
        console.print(_wrapped(paragraph, min(console.width, WIDTH)), highlight=False, soft_wrap=True)
    with console.status("packing them into a page"):
        page = write_page(out / "watch.html", [members[0] for members in runs.values()], device=device)
    for line in (
        f"\nLook at {out / 'dream.png'} (and .pdf). Top: paths; bottom: where they spend their time.",
        f"Open {page.path} ({page.size / 1e6:.1f} MB) in a browser, and send them to sleep.",
        "Next:",
        f"  {shlex.join(['quiescent', 'measure', 'kl', str(out / NOISY), '--controls'])}",
        f"  {shlex.join(['quiescent', 'draw', 'trajectories', str(out / NOISY), str(out / FREE)])}",
        f"  {shlex.join(['quiescent', 'watch', str(out / NOISY), '--open'])}",
        "  quiescent train spatial_navigation/noisy_unbiased seed=0",
        "  quiescent configs",
    ):
        console.print(line, highlight=False, soft_wrap=True)


def _train(configs: dict[str, Config], out: Path, console: Console, device: str | None) -> dict[str, list[Run]]:
    runs = {name: open_runs(config, out / name) for name, config in configs.items()}
    everything = list(itertools.chain(*runs.values()))
    if batches_left(everything):
        with progress_bar(console, f"training {len(everything)} networks", total=batches_left(everything)) as report:
            finish(everything, device=device, on_progress=report)
    return runs


def _error_of_the_middle(active: Activity) -> float:
    assert active.truth is not None
    away = active.truth - active.truth.mean((0, 1))
    return float(np.sqrt(np.square(away).sum(-1).mean()))


def _wrapped(paragraph: str, width: int) -> str:
    return textwrap.fill(paragraph, width, initial_indent="- ", subsequent_indent="  ")
