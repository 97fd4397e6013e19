"""The figures of the report beside those of the paper, as data: of which networks and controls, and what each shows."""

from typing import NamedTuple

import xarray as xr

from quiescent.studies.paper.effects import Results
from quiescent.studies.paper.experiments import CONDITIONS, Family, matrix_of

BESIDE = ("frozen", "untrained", "readout_noise", "sampler_20mm", "perfect")  # controls that are drawn


class Shown(NamedTuple):
    """A figure of the report, of a family of networks, with its caption."""

    figure: str
    family: Family
    caption: str
    conditions: tuple[str, ...] = ()  # default: all that are as written
    suffix: str = ""  # of its name, where a figure is shown twice
    controls: str = ""  # the condition whose place controls take, which are drawn beside the networks

    @property
    def name(self) -> str:
        """Name its file; the family's name goes before."""
        return self.figure + self.suffix

    def shows(self, condition: str) -> bool:
        """Tell whether a condition is drawn in it."""
        if self.conditions:
            return condition in self.conditions
        return CONDITIONS[condition].form == "as written" and CONDITIONS[condition].family == self.family


def results_of(shown: Shown, measure: str, results: Results) -> xr.Dataset | None:
    """Select what a figure shows of a measure; controls stand beside the networks as conditions of their own."""
    dataset = results.get(f"{shown.family}/{measure}")
    if dataset is None:
        return None
    parts = [dataset.sel(condition=[name for name in map(str, dataset["condition"].values) if shown.shows(name)])]
    for control in BESIDE if shown.controls else ():
        beside = results.get(f"controls/{control}/{shown.family}/{measure}")
        if beside is not None and shown.controls in beside["condition"].values:
            one = beside.sel(condition=[shown.controls])
            parts.append(one.assign_coords(condition=[f"{shown.family}/{control}"]))
    if len(parts) == 1:
        return parts[0]
    together = xr.concat(parts, "condition", data_vars="all", coords="different", compat="equals", join="outer")
    # An outer join sorts labels.
    return together.sel(phase=dataset["phase"].values) if "phase" in together.dims else together


def _with_scale(family: Family) -> tuple[str, ...]:
    """List networks that have a scale of their own, each below those of the same behaviour that have none."""
    names = [name for name, one in CONDITIONS.items() if one.family == family and one.form != "as published"]
    scaled = [name for name in names if CONDITIONS[name].form != "as written"]
    return tuple(name for name in names if name in scaled or any(one.startswith(f"{name}_") for one in scaled))


PLANE: Family = "spatial_navigation"
RING: Family = "head_direction"
GATED: Family = "gru"
CODE = (
    "The code at rest against time: its amplitude over behaviour's (grey: within a factor of two), the distance of its "
    "shape from the nearest place's, and the fraction of valid codes. "
)
STATIONARY = "KL of decoded places from behaviour against time at rest; line: another sample of behaviour, the floor. "
BANDS = "Bands are one standard deviation over seeds, bars 95 % intervals. "
CONTROLLED = "Controls in place of noisy_unbiased, seed 0, stand beside the networks. "
SCALE = "Networks that have a scale of their own (biases, tanh), beside those without. "

_PLANE = (
    Shown(
        "kl_matrix",
        PLANE,
        "KL divergence of decoded positions at rest (rows) from those of behaviour (columns), mean and standard "
        "deviation over seeds. Last row: an independent sample of behaviour, the floor.",
    ),
    Shown("density", PLANE, "Density of decoded positions awake and at rest, mean over seeds."),
    Shown(
        "trajectories",
        PLANE,
        "Decoded trajectories, 2 s awake and 4 s at rest; circles are starts, crosses ends. Noise added: noise at rest "
        "to a network trained without it.",
    ),
    Shown(
        "summary",
        PLANE,
        "How far paths go: variance of a path, distance per step, squared displacement after 100 steps, and the "
        f"fraction of the visited area that one path reaches. {CONTROLLED}",
        controls=f"{PLANE}/noisy_unbiased",
    ),
    Shown(
        "displacement",
        PLANE,
        f"Mean squared displacement against lag. A slope of 1 is diffusion; a path that stays has slope 0. {BANDS}"
        f"{CONTROLLED}",
        controls=f"{PLANE}/noisy_unbiased",
    ),
    Shown("coverage", PLANE, "Fraction of the visited area that one path has reached, against time."),
    Shown("stationarity", PLANE, f"{STATIONARY}{CONTROLLED}", controls=f"{PLANE}/noisy_unbiased"),
    Shown("validity", PLANE, CODE),
    Shown("validity", PLANE, CODE + SCALE, _with_scale(PLANE), "_scale"),
    Shown("stationarity", PLANE, STATIONARY + SCALE, _with_scale(PLANE), "_scale"),
    Shown("summary", PLANE, f"How far paths go. {SCALE}", _with_scale(PLANE), "_scale"),
    Shown("readings", PLANE, "The measures over all steps at rest, and over the steps with a valid code only."),
    Shown(
        "dimensionality",
        PLANE,
        "Variance explained by each phase's own principal components, and by those of behaviour.",
    ),
    Shown("manifold", PLANE, "Hidden states on the first two principal components of behaviour, and their density."),
    Shown(
        "denoising",
        PLANE,
        "What is left of one step's noise, off the manifold and along it, against the number of updates; beside leak "
        f"alone. {CONTROLLED}",
        controls=f"{PLANE}/noisy_unbiased",
    ),
    Shown(
        "order", PLANE, "Order: displacement against lag in both phases, beside paths whose steps are shuffled in time."
    ),
    Shown(
        "temperature",
        PLANE,
        "Noise at rest of c times the trained one. The theory predicts the best match at sqrt(2), and a density "
        "p^(2/c²).",
    ),
    Shown("noise_table", PLANE, "Trained with and without noise, rested with 0, 1, sqrt(2) and 2 times the task's."),
    Shown(
        "drift",
        PLANE,
        "The theory itself: the network's autonomous drift against the score of the density of its active states, on "
        f"leading principal components; beside it the score of a single Gaussian. {CONTROLLED}",
        controls=f"{PLANE}/noisy_unbiased",
    ),
    Shown("loss", PLANE, "Test loss and decoding error in training, mean and standard deviation over seeds."),
)
_PUBLISHED = tuple(
    Shown(
        figure, family, f"{caption} Uniform noise, as published.", tuple(matrix_of(family, "as published")), "_uniform"
    )
    for family in (PLANE, RING, GATED)
    for figure, caption in (
        ("kl_matrix", "KL divergence at rest from behaviour."),
        ("summary", "How far paths go."),
        ("validity", CODE.strip()),
    )
)
_RING = (
    Shown("density", RING, "Decoded headings awake and at rest; the area of a sector is its fraction."),
    Shown("trajectories", RING, "Decoded headings against time (outwards)."),
    Shown(
        "turning",
        RING,
        "Angular velocity of decoded headings, with its mean and 95 % interval. Biased behaviour turns counter-"
        "clockwise only.",
    ),
    Shown("ring", RING, "Active states on their principal components, and how much of a ring they are."),
    Shown("manifold", RING, "Hidden states on the first two principal components of behaviour, and their density."),
    Shown(
        "summary",
        RING,
        f"How far headings go: circular variance, angle per step, squared displacement, coverage. {CONTROLLED}",
        controls=f"{RING}/noisy_unbiased",
    ),
    Shown("displacement", RING, "Mean squared displacement of the unwrapped heading against lag."),
    Shown("stationarity", RING, f"{STATIONARY}{CONTROLLED}", controls=f"{RING}/noisy_unbiased"),
    Shown("validity", RING, CODE),
    Shown("validity", RING, CODE + SCALE, _with_scale(RING), "_scale"),
    Shown("dimensionality", RING, "Variance explained by each phase's own components, and by those of behaviour."),
    Shown("denoising", RING, "What is left of one step's noise, off the manifold and along it."),
    Shown("order", RING, "Order: displacement against lag, beside shuffled paths."),
    Shown("temperature", RING, "Noise at rest of c times the trained one."),
    Shown("noise_table", RING, "Trained with and without noise, rested with 0, 1, sqrt(2) and 2 times the task's."),
    Shown("drift", RING, "Autonomous drift against the score of the density of active states."),
    Shown("kl_matrix", RING, "KL divergence of decoded headings at rest from those of behaviour."),
    Shown("loss", RING, "Test loss and decoding error in training."),
)
_GATED = (
    Shown("kl_matrix", GATED, "KL divergence at rest (noise not doubled) from behaviour."),
    Shown("density", GATED, "Density of decoded positions."),
    Shown("trajectories", GATED, "Decoded trajectories."),
    Shown("summary", GATED, f"How far paths go. {CONTROLLED}", controls=f"{GATED}/noisy_unbiased"),
    Shown("stationarity", GATED, f"{STATIONARY}{CONTROLLED}", controls=f"{GATED}/noisy_unbiased"),
    Shown("validity", GATED, CODE),
    Shown("manifold", GATED, "Hidden states on the first two principal components of behaviour, and their density."),
    Shown("dimensionality", GATED, "Variance explained by each phase's own components, and by those of behaviour."),
    Shown("denoising", GATED, "What is left of one step's noise, off the manifold and along it."),
    Shown("temperature", GATED, "Noise at rest of c times the trained one."),
    Shown("drift", GATED, "Autonomous drift against the score of the density of active states."),
    Shown("loss", GATED, "Test loss and decoding error in training."),
)
FIGURES_SHOWN: tuple[Shown, ...] = (*_PLANE, *_RING, *_GATED, *_PUBLISHED)
