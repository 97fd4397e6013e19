"""The demonstration: networks that know where a real rat is, and what they dream when their input stops."""

from pathlib import Path

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from quiescent.activity import Active, Activity, Phase, Rest
from quiescent.config import Config, load_config
from quiescent.evaluation import evaluate, observe_phases
from quiescent.figures.density import draw_density
from quiescent.figures.style import COLOURS, panels, save, style
from quiescent.figures.trajectories import draw_paths
from quiescent.report import mean_and_spread, progress_bar
from quiescent.runs import Run
from quiescent.training import train

EXPERIMENT = "recorded/sargolini"
CONDITIONS = {"noisy": (), "noise-free": ("network.sigma2_rec=0",)}
SEEDS = "seed=0,1,2"
SHOWN: dict[str, Phase] = {
    "active": Active(trials=200),
    "quiescent": Rest(trials=200, steps=500),
    "noisy": Rest(trials=200, steps=500, noise="absolute", only_noise_free=True),
}


def run_demo(out: Path, console: Console, *, device: str | None = None) -> None:
    """Train both populations (or reuse them), measure, print a table, draw the figure."""
    configs = {name: load_config(EXPERIMENT, SEEDS, *words) for name, words in CONDITIONS.items()}
    runs = _train(configs, out, console, device)
    with console.status("measuring what they dream"):
        table = _table(runs, device)
        observed = {name: observe_phases(members[:1], SHOWN, device=device) for name, members in runs.items()}
    console.print(table)
    awake, asleep = (next(iter(observed[name].values())) for name in CONDITIONS)
    figure = draw(awake["active"], {"noisy network": awake["quiescent"], "noise-free network": asleep["quiescent"]})
    for kind in ("png", "pdf"):
        save(figure, out / f"dream.{kind}")
    console.print(f"\nFigure: {out / 'dream.png'} (and .pdf). Top: trajectories; bottom: where they spend their time.")
    console.print("Next:", highlight=False)
    console.print(f"  quiescent figure trajectories {out / 'noisy'} {out / 'noise-free'}", highlight=False)
    console.print(f"  quiescent measure kl {out / 'noisy'} --noise same", highlight=False)
    console.print("  quiescent configs", highlight=False)


def draw(active: Activity, dreams: dict[str, Activity]) -> Figure:
    """Behaviour, awake decoding and dreams; as trajectories (top) and as densities (bottom)."""
    with style():
        figure, (above, below) = panels(2, 2 + len(dreams))
        shown = [("behaviour of the rat", active, True), ("decoded, awake", active, False)]
        shown += [(f"dream of the {name}", activity, False) for name, activity in dreams.items()]
        colours = [COLOURS["behaviour"], COLOURS["active"]] + [COLOURS["quiescent"]] * len(dreams)
        for path_axes, density_axes, (title, activity, truth), colour in zip(above, below, shown, colours, strict=True):
            draw_paths(path_axes, activity, colour, truth=truth)
            path_axes.set_title(title)
            points = activity.truth if truth and activity.truth is not None else activity.decoded
            draw_density(density_axes, points, activity.box)
    return figure


def _train(configs: dict[str, Config], out: Path, console: Console, device: str | None) -> dict[str, list[Run]]:
    total = sum(config.training.batches for config in configs.values())
    runs = {}
    with progress_bar(console, f"training {len(configs)} populations of 3", total=total) as report:
        for name, config in configs.items():
            runs[name] = train(config, out / name, device=device, on_progress=report)
    return runs


def _table(runs: dict[str, list[Run]], device: str | None) -> Table:
    table = Table(
        "network",
        "phase",
        "decoding error\nawake (cm)",
        "KL to behaviour\n(nats)",
        "output variance\n(m²)",
        "step distance\n(cm)",
        title=f"{EXPERIMENT}: mean ± sd over {len(next(iter(runs.values())))} seeds",
    )
    for name, members in runs.items():
        error = mean_and_spread([100 * run.metrics()[-1].error ** 0.5 for run in members])
        kl, variance, distance = (
            evaluate(measure, members, device=device) for measure in ("kl", "variance", "distance")
        )
        step = {str(phase): 100 * distance.sel(phase=phase).values[0] for phase in distance["phase"].values}
        table.add_row(name, "awake", error, "", "", mean_and_spread(step["active"]))
        labels = {"quiescent": "at rest", "noisy": "at rest, with noise", "random": "at rest, untrained"}
        for phase, title in labels.items():
            if phase not in kl["phase"]:
                continue
            divergence = kl.sel(phase=phase).isel(condition=0, reference=0).values
            if phase == "random":
                table.add_row("", title, "", mean_and_spread(divergence), "", "")
                continue
            ground = variance.sel(phase=phase).values[0]
            cells = [mean_and_spread(values) for values in (divergence, ground, step[phase])]
            table.add_row("", title, "", *cells)
        table.add_section()
    return table
