"""Arguments that commands share, and the completion of their values in the shell."""

import math
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from quiescent.config.named import names
from quiescent.errors import QuiescentError

if TYPE_CHECKING:
    from quiescent.jobs.slurm import SlurmSettings
    from quiescent.quiescence.activity import RestNoise
    from quiescent.quiescence.rest_settings import RestSettings

NAMED_NOISE: tuple[Literal["scaled", "same", "absolute"], ...] = ("scaled", "same", "absolute")


def complete_configurations(incomplete: str) -> list[str]:
    """List the configurations whose names begin with what was typed."""
    return [name for name in names() if name.startswith(incomplete)]


def complete_runs(incomplete: str) -> list[str]:
    """List the configurations, and the folders of runs below `runs`, that begin with what was typed."""
    from quiescent.runs.examples import example_names

    folders = {str(path.parent.parent) for path in Path("runs").glob("**/seed_*/config.yaml")}
    examples = [name for name in example_names() if name.startswith(incomplete)]
    found = sorted(folder for folder in folders if folder.startswith(incomplete))
    return examples + complete_configurations(incomplete) + found


def complete_measures(incomplete: str) -> list[str]:
    """List the measures whose names begin with what was typed."""
    from quiescent.measures import MEASURES

    return [name for name in MEASURES if name.startswith(incomplete)]


def complete_figures(incomplete: str) -> list[str]:
    """List the figures whose names begin with what was typed."""
    from quiescent.figures import FIGURES

    return [name for name in FIGURES if name.startswith(incomplete)]


Words = Annotated[
    list[str],
    typer.Argument(
        help="A configuration (`quiescent configs` lists them, or a YAML file), and overrides; "
        "seed=0,1,2 trains one population.",
        autocompletion=complete_configurations,
        metavar="CONFIGURATION [KEY=VALUE]...",
    ),
]
Runs = Annotated[
    list[str],
    typer.Argument(
        help="Run folders, example/with_biases, or configurations with overrides; seed=0,1 picks seeds. "
        "Rest: rest.friction=0.3, "
        "rest.adaptation=1, rest.adaptation_tau=100, rest.matched=true, rest.starts=asleep, rest.velocity=[0.1,0].",
        autocompletion=complete_runs,
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
Processes = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Processes side by side. Default: one per core or GPU.")
]
Device = Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1, ... Default: cuda if there is one.")]
Noise = Annotated[
    str | None,
    typer.Option(
        help="Noise std at rest: scaled (sqrt(2) x the trained one), same (the trained one), another multiple of it "
        "(a number), or absolute (sqrt(2 x --sigma2)). Default: scaled."
    ),
]
Sigma2 = Annotated[
    float | None,
    typer.Option(help="Variance of absolute noise. Default: that of the noisy networks of the same task."),
]


def noise_at_rest(word: str | None) -> "RestNoise | None":
    """Read the value of `--noise`; None leaves the noise to the measures. Raises `QuiescentError` for other words."""
    if word is None:
        return None
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


def split_runs(words: list[str], noise: str | None, sigma2: float | None) -> "tuple[RestSettings, list[str]]":
    """Read what the words of a command ask of rest, with its `--noise` and `--sigma2`; returns the other words too."""
    from quiescent.evaluation.evaluate import settings_of
    from quiescent.quiescence.rest_settings import read_rest, split_rest

    ours, others = split_rest(words)
    return settings_of(read_rest(ours).chosen, noise_at_rest(noise), sigma2), others


def seeds_of(text: str) -> tuple[int, ...]:
    """Read seeds as a range or a list, `0-4` or `0,2,5`. Raises `QuiescentError` for anything else."""
    from quiescent.config.load import parse_seeds

    def whole(match: re.Match[str]) -> str:
        return ",".join(map(str, range(int(match[1]), int(match[2]) + 1)))

    try:
        return parse_seeds("seed=" + re.sub(r"\b(\d{1,6})-(\d{1,6})\b", whole, text))
    except QuiescentError:
        raise QuiescentError(f"--seeds {text}: must be a range or a list of different seeds, 0-4 or 0,2,5.") from None


def allocation_of(text: str, on: str) -> "SlurmSettings":
    """Read what an allocation of a cluster is, such as `partition=long time=08:00:00`."""
    from quiescent.jobs.slurm import split_slurm

    try:
        words = shlex.split(text)
    except ValueError as error:
        raise QuiescentError(f"--slurm {text}: cannot be read ({str(error).lower()}).") from None
    others, allocation = split_slurm(words, on)
    if others:
        raise QuiescentError(f"--slurm {text}: '{others[0]}' is not a setting of an allocation.")
    return allocation
