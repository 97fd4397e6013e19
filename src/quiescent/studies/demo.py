"""The demonstration: networks that know where a real rat is, and what they dream when their input stops."""

import itertools
import shlex
from math import nan
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from rich.console import Console

from quiescent.config.load import load_config
from quiescent.config.schema import Config
from quiescent.evaluation.evaluate import measure
from quiescent.evaluation.subject import Subject
from quiescent.figures.density import draw_density
from quiescent.figures.style import COLOURS, panels, save, style
from quiescent.figures.trajectories import draw_paths
from quiescent.machine.device import usable_device
from quiescent.measures.measure import PAPER
from quiescent.measures.occupancy import occupancy
from quiescent.page.write import write_page
from quiescent.quiescence.activity import Active, Activity, Phase, Rest
from quiescent.runs.open import open_runs
from quiescent.runs.run import Run
from quiescent.terminal.bars import progress_bar
from quiescent.terminal.layout import Table, show
from quiescent.terminal.numbers import mean_and_spread
from quiescent.training.train import batches_left, finish

EXPERIMENT = "recorded/sargolini"
CONDITIONS = {"noisy": (), "noise-free": ("network.sigma2_rec=0",)}
SEEDS = "seed=0,1,2"
SHOWN: dict[str, Phase] = {
    "active": Active(trials=200),
    "quiescent": Rest(trials=200, steps=500),
}
PHASES = {"quiescent": "at rest", "noise_added": "rest + noise", "random": "untrained"}
DREAM_STEPS = 200  # drawn as trajectories; more would hide one another


def run_demo(out: Path, console: Console, *, device: str | None = None) -> None:
    """Train both populations (or reuse them), measure, print a table, draw the figure, write the live page."""
    usable_device(device)  # before anything is written
    configs = {name: load_config(EXPERIMENT, SEEDS, *words) for name, words in CONDITIONS.items()}
    runs = _train(configs, out, console, device)
    with console.status("measuring what they dream"):
        table = _table(runs, device)
        subjects = {name: Subject(members[0], device) for name, members in runs.items()}
        awake, asleep = ({phase: subjects[name].activity(what) for phase, what in SHOWN.items()} for name in CONDITIONS)
    show(console, table)
    dreams = {"noisy network": awake["quiescent"], "noise-free network": asleep["quiescent"]}
    figure = draw_dream(awake["active"], dreams, dt=configs["noisy"].task.dt)
    for kind in ("png", "pdf"):
        save(figure, out / f"dream.{kind}")
    with console.status("packing them into a page"):
        page = write_page(out / "watch.html", [members[0] for members in runs.values()], device=device)
    for line in (
        f"\nFigure: {out / 'dream.png'} (and .pdf). Top: trajectories; bottom: where they spend their time.",
        f"Live: {page.path} ({page.size / 1e6:.1f} MB). Open it in a browser, and send them to sleep.",
        "Next:",
        f"  {shlex.join(['quiescent', 'draw', 'trajectories', str(out / 'noisy'), str(out / 'noise-free')])}",
        f"  {shlex.join(['quiescent', 'measure', 'kl', str(out / 'noisy'), '--noise', 'same'])}",
        f"  {shlex.join(['quiescent', 'watch', str(out / 'noisy'), '--open'])}",
        "  quiescent train spatial_navigation/noisy_unbiased seed=0",
        "  quiescent configs",
    ):
        console.print(line, highlight=False, soft_wrap=True)


def draw_dream(active: Activity, dreams: dict[str, Activity], *, dt: float) -> Figure:
    """Draw behaviour, awake decoding and dreams; as trajectories (top) and as densities (bottom)."""
    assert active.truth is not None
    with style():
        figure, (above, below) = panels(2, 2 + len(dreams))
        awake = f"{len(active.decoded) * dt:g} s"
        visited = [active.truth, active.decoded, *(dream.decoded for dream in dreams.values())]
        titles = [f"rat\nforaging, {awake}", f"noisy network\nawake, {awake}"]
        titles += [f"{name}\ndreaming, {DREAM_STEPS * dt:g} s" for name in dreams]
        colours = [COLOURS["behaviour"], COLOURS["active"]] + [COLOURS["quiescent"]] * len(dreams)
        for axes, title, paths, colour in zip(above, titles, visited, colours, strict=True):
            paths = paths[:DREAM_STEPS]
            draw_paths(axes, paths, dt * np.arange(1, len(paths) + 1), active.space, colour, shown=8)
            axes.set_title(title)
        for axes, paths in zip(below, visited, strict=True):
            density, edges = occupancy(paths, active.space, bins=100)
            draw_density(axes, density, np.array([edge[[0, -1]] for edge in edges]), active.space, COLOURS["active"])
    return figure


def _train(configs: dict[str, Config], out: Path, console: Console, device: str | None) -> dict[str, list[Run]]:
    runs = {name: open_runs(config, out / name) for name, config in configs.items()}
    everything = list(itertools.chain(*runs.values()))
    if batches_left(everything):
        with progress_bar(console, f"training {len(everything)} networks", total=batches_left(everything)) as report:
            finish(everything, device=device, on_progress=report)
    return runs


def _table(runs: dict[str, list[Run]], device: str | None) -> Table:
    rows: list[list[str]] = []
    learnt: dict[str, str] = {}
    for network, members in runs.items():
        error = mean_and_spread(100 * run.metrics()[-1].error ** 0.5 for run in members)
        learnt[network] = mean_and_spread(100 * (run.metrics()[-1].training_error or nan) ** 0.5 for run in members)
        kl, variance, distance = (
            measure(name, members, device=device)[name].sel(reading="all", window=PAPER).isel(condition=0)
            for name in ("kl", "variance", "distance")
        )
        rows.append([network, "awake", error, "", "", mean_and_spread(100 * distance.sel(phase="active").values)])
        for phase, title in PHASES.items():
            if phase not in kl["phase"]:
                continue
            cells = [mean_and_spread(kl.sel(phase=phase).isel(reference=0).values), "", ""]
            if phase in variance["phase"]:
                cells[1] = mean_and_spread(1e4 * variance.sel(phase=phase).values)
                cells[2] = mean_and_spread(100 * distance.sel(phase=phase).values)
            rows.append([network, title, "", *cells])
    return Table(
        ["network", "phase", "error (cm)", "KL (nats)", "variance (cm²)", "step (cm)"],
        rows,
        keys=2,
        title=f"{EXPERIMENT}, mean ± sd over {len(next(iter(runs.values())))} seeds",
        caption="error: awake, on the last fifth of the recording, which is never trained on (on the rest: "
        + ", ".join(f"{network} {error} cm" for network, error in learnt.items())
        + "); KL of what is decoded at rest against awake; variance of a path at rest; step per time step",
    )
