"""The figures of the report, as data: of which networks, and what each shows."""

from typing import NamedTuple

from quiescent.studies.paper.experiments import CONDITIONS, NOISY, Family


class Shown(NamedTuple):
    """A figure of the report, of a family of networks, with its caption."""

    figure: str
    family: Family
    caption: str
    conditions: tuple[str, ...] = ()  # default: those of the paper
    suffix: str = ""  # of its name, where a figure is shown twice

    @property
    def name(self) -> str:
        """Name its file; the family's name goes before."""
        return self.figure + self.suffix

    def shows(self, condition: str) -> bool:
        """Tell whether a condition is drawn in it."""
        if self.conditions:
            return condition in self.conditions
        return CONDITIONS[condition].core and CONDITIONS[condition].family == self.family


ADDED = (NOISY, *(name for name, condition in CONDITIONS.items() if not condition.core))
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
        "Decoded trajectories, 2 s awake and 4 s at rest; circles are starts, crosses ends. "
        "Noise added: noise at "
        "rest to a network "
        "trained without it.",
    ),
    Shown(
        "summary",
        "spatial_navigation",
        "How far paths go: variance of a path, distance per step, squared displacement after 100 steps, and the "
        "fraction of the visited area that one path reaches.",
    ),
    Shown(
        "displacement",
        "spatial_navigation",
        "Mean squared displacement against lag. A slope of 1 is diffusion; a path that stays has slope 0. Here and "
        "below, bands are one standard deviation over seeds, bars 95 % intervals.",
    ),
    Shown("coverage", "spatial_navigation", "Fraction of the visited area that one path has reached, against time."),
    Shown(
        "validity",
        "spatial_navigation",
        "Code quality against time at rest: total read-out activity relative to behaviour, distance of the read-out "
        "to the nearest "
        "code of any place, and fraction of steps whose code is valid (within the 99th percentile of behaviour).",
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
    Shown("density", "head_direction", "Decoded headings awake and at rest; the area of a sector is its fraction."),
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
