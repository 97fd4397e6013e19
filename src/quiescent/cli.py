"""The command line: words in, rooms called, prints, exit codes. No logic of its own."""

import math
import os
import re
import shlex
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from quiescent.errors import EngineLost, QuiescentError
from quiescent.terminal.tables import configurations_table, progress_bar, result_table, runs_table

if TYPE_CHECKING:
    from quiescent.config.schema import Config
    from quiescent.quiescence.activity import RestNoise

Family = Literal["spatial_navigation", "head_direction", "gru"]  # of experiments.paper, which is slow to import

NAMED_NOISE: tuple[Literal["scaled", "same", "absolute"], ...] = ("scaled", "same", "absolute")

app = typer.Typer(
    help="Train noisy recurrent networks to know where they are, cut their input, and see what they replay.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False)


def _complete_configurations(incomplete: str) -> list[str]:
    from quiescent.config.named import names

    return [name for name in names() if name.startswith(incomplete)]


def _complete_runs(incomplete: str) -> list[str]:
    folders = {str(path.parent.parent) for path in Path("runs").glob("**/seed_*/config.yaml")}
    return _complete_configurations(incomplete) + sorted(name for name in folders if name.startswith(incomplete))


def _complete_measures(incomplete: str) -> list[str]:
    from quiescent.measures import MEASURES

    return [name for name in MEASURES if name.startswith(incomplete)]


def _complete_figures(incomplete: str) -> list[str]:
    from quiescent.figures import FIGURES

    return [name for name in FIGURES if name.startswith(incomplete)]


Words = Annotated[
    list[str],
    typer.Argument(
        help="A configuration (`quiescent configs` lists them, or a YAML file), and overrides; "
        "seed=0,1,2 trains one population.",
        autocompletion=_complete_configurations,
        metavar="CONFIGURATION [KEY=VALUE]...",
    ),
]
Runs = Annotated[
    list[str],
    typer.Argument(
        help="Run folders, or configurations with overrides; seed=0,1 picks seeds.",
        autocompletion=_complete_runs,
        metavar="RUN...",
    ),
]
On = Annotated[str, typer.Option(help="local, slurm, or a Python file that defines a Parsl `config`.", metavar="WHERE")]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Processes side by side, of up to 2.2 GB each at full size, or Slurm's allocations. "
        "Default: one per core or GPU; 4 allocations.",
    ),
]
Device = Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1, ... Default: cuda if there is one.")]
Noise = Annotated[
    str,
    typer.Option(
        help="Noise std at rest: scaled (sqrt(2) x the trained one), same (the trained one), another multiple of it "
        "(a number), or absolute (sqrt(2 x --sigma2))."
    ),
]
Sigma2 = Annotated[
    float | None,
    typer.Option(help="Variance of absolute noise. Default: that of the noisy networks of the same task."),
]


@app.command(epilog="Example: quiescent train spatial_navigation/noisy_unbiased seed=0,1 training.batches=500")
def train(
    words: Words,
    out: Annotated[Path | None, typer.Option(help="Folder of the runs. Default: runs/CONFIGURATION.")] = None,
    device: Device = None,
    show: Annotated[bool, typer.Option("--show", help="Print the resolved configuration and stop.")] = False,
    resume: Annotated[bool, typer.Option(help="Go on with unfinished runs; otherwise they are an error.")] = True,
) -> None:
    """Train one network per seed, or go on where an interrupted training stopped."""
    config = _config(words)
    if show:
        print(config.to_yaml(), end="")
        return
    from quiescent.runs.run import default_folder, open_runs
    from quiescent.training import loop as training

    training.usable_device(device)  # before anything is written
    folder = out or default_folder(config)
    runs = open_runs(config, folder)
    if all(run.finished() for run in runs):
        console.print(f"Already finished: {folder}", soft_wrap=True)
    else:
        unfinished = [str(run.folder) for run in runs if not run.finished() and run.batches_done()]
        if unfinished and not resume:
            raise QuiescentError(
                f"unfinished: {', '.join(unfinished)}. Leave out --no-resume, or choose another --out."
            )
        total, left = len(runs) * config.training.batches, training.batches_left(runs)
        with progress_bar(console, config.name, total=total, done=total - left) as report:
            training.train(config, folder, device=device, on_progress=report)
    console.print(runs_table(runs))
    console.print(f"Next: quiescent measure kl {folder}", soft_wrap=True)


@app.command(epilog="Example: quiescent sweep spatial_navigation/noisy_unbiased seed=0..4 network.sigma2_rec=1e-5,1e-4")
def sweep(
    words: Annotated[
        list[str],
        typer.Argument(
            help="Configurations, and values: seed=0..9, network.units=64,128. With --on slurm also partition=, time=, "
            "cpus=, gpus=, gpu_memory=, memory=, account=, qos=, constraint=, options=, setup=, address=.",
            autocompletion=_complete_configurations,
            metavar="CONFIGURATION... [KEY=VALUES]...",
        ),
    ],
    on: On = "local",
    jobs: Jobs = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print plan, cost and folders, and stop.")] = False,
    measures: Annotated[str, typer.Option(help="What is measured of every network.")] = "kl,variance,distance",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of results, with the runs in it. Default: sweeps/..., with the runs in runs/."),
    ] = None,
    device: Device = None,
) -> None:
    """Train and measure every combination of values, on this machine or a cluster; only what is missing."""
    from quiescent.jobs.places import Place
    from quiescent.jobs.slurm import split_slurm
    from quiescent.studies.sweep.run import run_sweep

    names = list(dict.fromkeys(name.strip() for name in measures.split(",") if name.strip()))
    own, slurm = split_slurm(words, on)
    place = Place(on, jobs, device, slurm)
    complete = run_sweep(own, console, measures=names, place=place, out=out, dry_run=dry_run)
    if not complete and not dry_run:
        raise typer.Exit(1)


@app.command(epilog="Example: quiescent plot sweeps/noise kl network.sigma2_rec network.units=64")
def plot(
    sweep: Annotated[Path, typer.Argument(help="The folder of a sweep.")],
    measure: Annotated[str, typer.Argument(help="A measure that it made, such as kl.")],
    key: Annotated[str, typer.Argument(help="What was swept and goes along the x axis.")],
    words: Annotated[
        list[str] | None, typer.Argument(help="Values of other keys, to draw those only.", metavar="[KEY=VALUE]...")
    ] = None,
    phase: Annotated[str, typer.Option(help="Such as quiescent, noisy, random.")] = "quiescent",
    reading: Annotated[str, typer.Option(help="all, or valid: steps with a valid code only.")] = "all",
    out: Annotated[Path | None, typer.Option(help="File to write (.png, .pdf, .svg). Default: in the sweep.")] = None,
) -> None:
    """Draw a measure of a sweep against what was swept, with intervals over seeds."""
    from quiescent.figures.style import save
    from quiescent.studies.sweep.draw import draw
    from quiescent.studies.sweep.plan import load, select

    drawn = draw(select(load(sweep), words or []), measure, key, phase=phase, reading=reading)
    path = out or sweep / "figures" / f"{measure}_against_{key}.png"
    save(drawn, path)
    console.print(str(path), soft_wrap=True)


@app.command(epilog="Example: quiescent configs")
def configs() -> None:
    """List the configurations that ship with the package."""
    console.print(configurations_table())


@app.command(epilog="Example: quiescent measure kl spatial_navigation/noisy_unbiased seed=0,1")
def measure(
    name: Annotated[str, typer.Argument(help="A measure, such as kl.", autocompletion=_complete_measures)],
    runs: Runs,
    noise: Noise = "scaled",
    sigma2: Sigma2 = None,
    device: Device = None,
) -> None:
    """Measure finished runs at rest, print a table, and store the numbers with the runs."""
    from quiescent.evaluation.evaluate import evaluate
    from quiescent.runs.run import find_runs

    found = find_runs(runs)
    with console.status(f"measuring {name}"):
        result = evaluate(name, found, noise=_noise(noise), sigma2=sigma2, device=device)
    console.print(result_table(result, name))
    console.print(f"Stored as measures/{name}.nc in {len(found)} run folder(s).")


@app.command(epilog="Example: quiescent figure trajectories spatial_navigation/noisy_unbiased seed=0")
def figure(
    name: Annotated[str, typer.Argument(help="A figure, such as density.", autocompletion=_complete_figures)],
    runs: Runs,
    noise: Noise = "scaled",
    sigma2: Sigma2 = None,
    device: Device = None,
    out: Annotated[Path | None, typer.Option(help="File to write (.png, .pdf, .svg). Default: with the runs.")] = None,
) -> None:
    """Draw runs awake and at rest, or their learning curves."""
    from quiescent.evaluation.evaluate import draw
    from quiescent.figures.style import save
    from quiescent.runs.run import find_runs

    found = find_runs(runs)
    with console.status(f"drawing {name}"):
        drawn = draw(name, found, noise=_noise(noise), sigma2=sigma2, device=device)
    folder = found[0].folder.parent / "figures"
    for path in [out] if out else [folder / f"{name}.png", folder / f"{name}.pdf"]:
        save(drawn, path)
        console.print(str(path), soft_wrap=True)


@app.command(epilog="Example: quiescent watch spatial_navigation/noisy_unbiased seed=0 --open")
def watch(
    runs: Runs,
    out: Annotated[Path | None, typer.Option(help="File to write (.html). Default: watch.html with the runs.")] = None,
    browse: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    weights: Annotated[
        Literal["auto", "float16", "float32"],
        typer.Option(help="How weights travel. auto: float16 if every network then decodes the same within 1 cm."),
    ] = "auto",
    device: Device = None,
) -> None:
    """Write one web page in which finished networks run live, side by side: awake, asleep, and as you like."""
    from quiescent.page.pack import write_page
    from quiescent.runs.run import find_runs
    from quiescent.terminal.tables import UNITS

    found = find_runs(runs)
    with console.status("packing networks and their behaviour"):
        page = write_page(out or found[0].folder.parent / "watch.html", found, weights=weights, device=device)
    unit, scale = UNITS[found[0].config().task.variable]
    console.print(
        f"{page.path}: {page.size / 1e6:.1f} MB, weights as {page.weights} "
        f"(rounding to float16 moves what is decoded by {scale * page.moved:.2g} {unit}, rms over 200 steps)",
        soft_wrap=True,
    )
    if browse:
        typer.launch(page.path.resolve().as_uri())


@app.command(name="runs", epilog="Example: quiescent runs")
def list_runs(root: Annotated[Path, typer.Argument(help="Folder to look in.")] = Path("runs")) -> None:
    """List trained and unfinished runs."""
    from quiescent.runs.run import all_runs

    found = all_runs(root)
    if found:
        console.print(runs_table(found))
    else:
        console.print(f"No runs in {root}. Make one: quiescent train spatial_navigation/noisy_unbiased seed=0")


@app.command(epilog="Example: quiescent demo --out demo")
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the runs and the figure.")] = Path("demo"),
    device: Device = None,
) -> None:
    """Train on a real rat's foraging, with and without noise, and watch both networks dream."""
    from quiescent.studies.demo import run_demo

    run_demo(out, console, device=device)


@app.command(epilog="Example: quiescent paper --scale small --seeds 0-2")
def paper(
    seeds: Annotated[str, typer.Option(help="Seeds of every condition: 0-4, or 0,2,5.")] = "0-4",
    only: Annotated[Family | None, typer.Option(help="One family of networks instead of all.")] = None,
    scale: Annotated[
        Literal["full", "small"], typer.Option(help="The paper's sizes, or smaller ones that take half an hour.")
    ] = "full",
    jobs: Jobs = None,
    on: On = "local",
    slurm: Annotated[
        str, typer.Option(help="With --on slurm, what an allocation is: 'partition=long time=08:00:00 cpus=8'.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Folder of runs and report. Default: paper, or paper-small.")] = None,
    train: Annotated[bool, typer.Option(help="Train what is missing; otherwise report on what is finished.")] = True,
    device: Device = None,
) -> None:
    """Reproduce every experiment, measure, figure and claim of the paper; go on where that was interrupted."""
    from quiescent.config.load import parse_seeds
    from quiescent.jobs.places import Place
    from quiescent.jobs.slurm import split_slurm
    from quiescent.studies.paper.experiments import SCALES
    from quiescent.studies.paper.run import run_paper

    folder = out or Path("paper" if scale == "full" else f"paper-{scale}")
    command = shlex.join(["quiescent", *sys.argv[1:]])
    try:
        chosen = parse_seeds(f"seed={_ranges(seeds)}")
    except QuiescentError:
        raise QuiescentError(f"--seeds {seeds}: must be a range or a list of different seeds, 0-4 or 0,2,5.") from None
    try:
        words = shlex.split(slurm)
    except ValueError as error:
        raise QuiescentError(f"--slurm {slurm}: cannot be read ({str(error).lower()}).") from None
    other, settings = split_slurm(words, on)
    if other:
        raise QuiescentError(f"--slurm {slurm}: '{other[0]}' is not a setting of an allocation.")
    place = Place(on, jobs, device, settings)
    run_paper(folder, SCALES[scale], chosen, console, only=only, place=place, command=command, train=train)


def _ranges(seeds: str) -> str:
    """`0-2,5` as `0,1,2,5`; anything else is left for the check of seeds to refuse."""

    def whole(match: re.Match[str]) -> str:
        return ",".join(map(str, range(int(match[1]), int(match[2]) + 1)))

    return re.sub(r"\b(\d{1,6})-(\d{1,6})\b", whole, seeds)


def _noise(word: str) -> "RestNoise":
    for name in NAMED_NOISE:
        if word == name:
            return name
    try:
        factor = float(word)
    except ValueError:
        factor = math.nan
    if not 0 <= factor < math.inf:
        raise QuiescentError(f"noise={word}: must be scaled, same, absolute, or a number >= 0 (of the trained std).")
    return factor


def main() -> None:
    """Entry point: mistakes of the user end in one line each and exit code 2."""
    warnings.showwarning = lambda message, *_: print(f"quiescent: warning: {message}", file=sys.stderr)
    try:
        app()
    except QuiescentError as error:
        for line in str(error).splitlines():
            print(f"quiescent: {line}", file=sys.stderr)
        if isinstance(error, EngineLost):
            os._exit(1)  # threads that wait for it would never end
        sys.exit(2)
    except RuntimeError as error:
        if not re.search("allocate memory|out of memory", str(error)):
            raise
        print("quiescent: not enough memory; try fewer units, cells, trials or seeds at once", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("quiescent: stopped", file=sys.stderr)
        sys.exit(130)


def _config(words: list[str]) -> "Config":
    from quiescent.config.load import load_config

    named = [word.removeprefix("config=") for word in words if "=" not in word or word.startswith("config=")]
    if len(named) != 1:
        given = ", ".join(named) or "none"
        raise QuiescentError(f"give one configuration, such as spatial_navigation/noisy_unbiased; got {given}")
    return load_config(named[0], *(word for word in words if "=" in word and not word.startswith("config=")))
