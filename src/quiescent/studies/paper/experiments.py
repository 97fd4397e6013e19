"""The paper, Krishna et al. (2024), as data: which networks, which measures, which figures, at which scale."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from quiescent.config.load import load_config, task_noise
from quiescent.config.schema import Config
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Active, Phase, Rest

Family = Literal["spatial_navigation", "head_direction", "gru"]
FAMILIES: tuple[Family, ...] = get_args(Family)


class Condition(NamedTuple):
    """Networks of one configuration, one per seed."""

    family: Family
    configuration: str
    words: tuple[str, ...] = ()
    noise: float = 1.0  # of the configuration's own variance of recurrent noise
    steps: float = 1.0  # of the task's own number of steps
    core: bool = True  # of the paper; the others were added to decide its claims


def _named(family: Family, names: Sequence[str]) -> dict[str, Condition]:
    task = "head_direction" if family == "head_direction" else "spatial_navigation"
    return {f"{family}/{name}": Condition(family, f"{task}/{name}") for name in names}


FOUR = ("noisy_unbiased", "noisy_biased", "no-noise_unbiased", "no-noise_biased")
WATCHED = ("noisy_unbiased", "no-noise_unbiased")  # of each family, that run live in a page beside the report
NOISY = "spatial_navigation/noisy_unbiased"
CONDITIONS: Mapping[str, Condition] = {
    **_named("spatial_navigation", FOUR),
    **_named("head_direction", FOUR),
    "gru/noisy_unbiased": Condition("gru", "spatial_navigation/noisy_unbiased_gru"),
    "gru/noisy_biased": Condition("gru", "spatial_navigation/noisy_biased_gru"),
    # Noise as the authors' public code draws it; weaker and stronger noise; longer trials.
    f"{NOISY}_uniform": Condition("spatial_navigation", NOISY, ("network.noise=uniform",), core=False),
    f"{NOISY}_weak": Condition("spatial_navigation", NOISY, noise=0.1, core=False),
    f"{NOISY}_strong": Condition("spatial_navigation", NOISY, noise=10, core=False),
    f"{NOISY}_long": Condition("spatial_navigation", NOISY, steps=2, core=False),
}


class Scale(NamedTuple):
    """How large networks, trainings and measurements are."""

    name: str
    words: Mapping[Family, tuple[str, ...]]  # overrides of every configuration
    trials: float = 1.0  # of the number of trials of every phase
    steps: float = 1.0  # of the number of steps at rest


FULL = Scale("full", dict.fromkeys(FAMILIES, ()))
_QUICK = ("training.learning_rate=0.002", "training.test_every=250", "training.save_every=250")
SMALL = Scale(
    "small",
    {
        "spatial_navigation": (
            *_QUICK,
            *("network.units=96", "task.place_cells.number=96", "training.batch_size=25", "training.batches=4000"),
        ),
        "head_direction": (
            *_QUICK,
            *("network.units=64", "task.hd_cells.number=64", "training.batch_size=50", "training.batches=4000"),
        ),
        "gru": (
            *_QUICK,
            *("network.units=64", "task.place_cells.number=96", "training.batch_size=25", "training.batches=3000"),
        ),
    },
    trials=0.5,
)
SCALES = {scale.name: scale for scale in (FULL, SMALL)}


def config_of(condition: Condition, scale: Scale, seeds: Sequence[int]) -> Config:
    """The configuration of a condition's networks at a scale."""
    words = [*scale.words[condition.family], *condition.words, f"seed={','.join(map(str, seeds))}"]
    config = load_config(condition.configuration, *words)
    changed = {}
    if condition.noise != 1:
        changed["network.sigma2_rec"] = f"{condition.noise * task_noise(config):g}"
    if condition.steps != 1:
        changed["task.steps"] = str(round(condition.steps * config.task.steps))
    kept = [word for word in words if word.split("=")[0] not in changed]
    return load_config(condition.configuration, *kept, *(f"{key}={value}" for key, value in changed.items()))


def peers_of(name: str) -> list[str]:
    """Conditions whose behaviour a condition's rest is compared with, its own among them."""
    condition = CONDITIONS[name]
    if not condition.core:
        return [name]
    return [other for other, one in CONDITIONS.items() if one.core and one.family == condition.family]


# The noise at rest is not doubled in gated networks, as in the paper; each kind gets the other way beside it.
BOTH_NOISES = ("kl", "common_start", "variance", "distance", "displacement", "coverage", "validity")


def measures_of(name: str, scale: Scale) -> dict[str, dict[str, Phase]]:
    """Measures of a condition, each with its phases at a scale."""
    condition = CONDITIONS[name]
    variable = "heading" if condition.family == "head_direction" else "position"
    found = {}
    for measure, one in MEASURES.items():
        noisy_only = all(isinstance(phase, Active) or phase.only_noisy for phase in one.phases.values())
        at_rest = any(isinstance(phase, Rest) for phase in one.phases.values())
        idle = noisy_only and at_rest and (not condition.core or "no-noise" in name)
        if one.variable in (None, variable) and not idle:
            phases = {phase: sized(what, scale) for phase, what in one.phases.items()}
            found[measure] = _with_both_noises(phases, condition) if measure in BOTH_NOISES else phases
            if condition.family == "gru":
                found[measure] = {phase: _undoubled(what, phase) for phase, what in found[measure].items()}
    return found


def sized(phase: Phase, scale: Scale) -> Phase:
    """A phase with as many trials and steps as a scale has."""
    trials = max(1, round(phase.trials * scale.trials))
    if isinstance(phase, Active):
        return phase._replace(trials=trials)
    steps, burn_in = (round(count * scale.steps) for count in (phase.steps, phase.burn_in))
    return phase._replace(trials=trials, steps=max(steps, burn_in + 1), burn_in=burn_in)


def _with_both_noises(phases: dict[str, Phase], condition: Condition) -> dict[str, Phase]:
    rest = phases["quiescent"]
    assert isinstance(rest, Rest)
    if condition.family == "gru":
        return {name: phase for name, phase in phases.items() if name != "same"} | {"doubled": rest}
    return {"same": rest._replace(noise="same", only_noisy=True), **phases}


def _undoubled(phase: Phase, name: str) -> Phase:
    scaled = isinstance(phase, Rest) and phase.noise == "scaled" and name != "doubled"
    return phase._replace(noise="same") if scaled and isinstance(phase, Rest) else phase


class Shown(NamedTuple):
    """A figure of the report: of which family, and what it shows."""

    figure: str
    family: Family
    caption: str
    conditions: tuple[str, ...] = ()  # default: those of the paper
    suffix: str = ""  # of its name, where a figure is shown twice

    @property
    def name(self) -> str:
        return self.figure + self.suffix

    def shows(self, condition: str) -> bool:
        """Whether a condition is drawn in it."""
        one = CONDITIONS[condition]
        return condition in self.conditions if self.conditions else one.core and one.family == self.family


ADDED = (NOISY, *(name for name, one in CONDITIONS.items() if not one.core))
LEVELS = ("spatial_navigation/no-noise_unbiased", f"{NOISY}_weak", NOISY, f"{NOISY}_strong")


FIGURES_SHOWN = (
    Shown(
        "kl_matrix",
        "spatial_navigation",
        "KL divergence of decoded positions at rest (rows) from those of behaviour (columns), mean and standard "
        "deviation over "
        "seeds. Last row: an independent sample of behaviour, the floor.",
    ),
    Shown("density", "spatial_navigation", "Density of decoded positions awake and at rest, mean over seeds."),
    Shown(
        "trajectories",
        "spatial_navigation",
        "Decoded trajectories, 2 s awake and 4 s at rest; circles are starts, crosses ends. Noisy: noise added at "
        "rest to a network "
        "trained without it.",
    ),
    Shown(
        "summary",
        "spatial_navigation",
        "How far paths go: variance of a path, distance per step, squared displacement after 100 steps, and the share"
        " of the visited "
        "area that one path reaches.",
    ),
    Shown(
        "displacement",
        "spatial_navigation",
        "Mean squared displacement against lag. A slope of 1 is diffusion; a path that stays has slope 0. Here and "
        "below, bands are one standard deviation over seeds, bars 95 % intervals.",
    ),
    Shown("coverage", "spatial_navigation", "Share of the visited area that one path has reached, against time."),
    Shown(
        "validity",
        "spatial_navigation",
        "Code quality against time at rest: total read-out activity relative to behaviour, distance of the read-out "
        "to the nearest "
        "code of any place, and share of steps whose code is valid (within the 99th percentile of behaviour).",
    ),
    Shown(
        "readings",
        "spatial_navigation",
        "The measures over all steps at rest, and over the steps with a valid code only.",
    ),
    Shown(
        "dimensionality",
        "spatial_navigation",
        "Variance explained by each phase's own principal components, and by those of behaviour.",
    ),
    Shown(
        "manifold",
        "spatial_navigation",
        "Hidden states on the first two principal components of behaviour, and their density.",
    ),
    Shown(
        "order",
        "spatial_navigation",
        "Order: displacement against lag in both phases, beside paths whose steps are shuffled in time.",
    ),
    Shown(
        "temperature",
        "spatial_navigation",
        "Noise at rest of c times the trained one. The theory predicts the best match at sqrt(2), and a density "
        "p^(2/c²).",
    ),
    Shown(
        "drift",
        "spatial_navigation",
        "The theory itself: the network's autonomous drift against the score of the density of its active states, on "
        "leading "
        "principal components; beside it the score of a single Gaussian.",
    ),
    Shown("noise", "spatial_navigation", "Measures at rest against the variance of noise in training.", LEVELS),
    Shown("validity", "spatial_navigation", "Code quality at rest of the networks that were added.", ADDED, "_added"),
    Shown("summary", "spatial_navigation", "How far paths go in the networks that were added.", ADDED, "_added"),
    Shown(
        "loss",
        "spatial_navigation",
        "Test loss and decoding error in training, mean and standard deviation over seeds.",
    ),
    Shown("density", "head_direction", "Decoded headings awake and at rest; the area of a sector is its share."),
    Shown("trajectories", "head_direction", "Decoded headings against time (outwards)."),
    Shown(
        "turning",
        "head_direction",
        "Angular velocity of decoded headings, with its mean and 95 % interval. Biased behaviour turns counter-"
        "clockwise only.",
    ),
    Shown(
        "ring",
        "head_direction",
        "Mean active states by heading on their principal components, and how much of a ring they are.",
    ),
    Shown(
        "manifold",
        "head_direction",
        "Hidden states on the first two principal components of behaviour, and their density.",
    ),
    Shown(
        "summary",
        "head_direction",
        "How far headings go: circular variance, angle per step, squared displacement, coverage.",
    ),
    Shown("displacement", "head_direction", "Mean squared displacement of the unwrapped heading against lag."),
    Shown("validity", "head_direction", "Code quality against time at rest."),
    Shown(
        "dimensionality",
        "head_direction",
        "Variance explained by each phase's own components, and by those of behaviour.",
    ),
    Shown("order", "head_direction", "Order: displacement against lag, beside shuffled paths."),
    Shown("temperature", "head_direction", "Noise at rest of c times the trained one."),
    Shown("drift", "head_direction", "Autonomous drift against the score of the density of active states."),
    Shown("kl_matrix", "head_direction", "KL divergence of decoded headings at rest from those of behaviour."),
    Shown("loss", "head_direction", "Test loss and decoding error in training."),
    Shown("kl_matrix", "gru", "KL divergence at rest (noise not doubled) from behaviour."),
    Shown("density", "gru", "Density of decoded positions."),
    Shown("trajectories", "gru", "Decoded trajectories."),
    Shown("summary", "gru", "How far paths go."),
    Shown("validity", "gru", "Code quality against time at rest."),
    Shown("manifold", "gru", "Hidden states on the first two principal components of behaviour, and their density."),
    Shown("dimensionality", "gru", "Variance explained by each phase's own components, and by those of behaviour."),
    Shown("temperature", "gru", "Noise at rest of c times the trained one."),
    Shown("drift", "gru", "Autonomous drift against the score of the density of active states."),
    Shown("loss", "gru", "Test loss and decoding error in training."),
)
