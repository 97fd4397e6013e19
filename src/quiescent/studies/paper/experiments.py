"""The experiments of Krishna et al. (2024), as data: which networks, in which form, at which scale."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from quiescent.config.load import load_config
from quiescent.config.schema import Config

Family = Literal["spatial_navigation", "head_direction", "gru"]
FAMILIES: tuple[Family, ...] = get_args(Family)
# As written: Gaussian noise. As published: the uniform noise of the authors' public code, which made their figures as
# far as can be told. The other two are ours: networks that have a scale of their own.
Form = Literal["as written", "as published", "with biases", "with tanh"]
FORMS: tuple[Form, ...] = get_args(Form)


class Condition(NamedTuple):
    """Networks of one configuration, one per seed."""

    family: Family
    configuration: str
    form: Form = "as written"
    words: tuple[str, ...] = ()
    noisy: bool = True  # trained with noise

    @property
    def doubled(self) -> bool:
        """Tell whether noise at rest has twice the trained variance: not in gated networks, as in the paper."""
        return self.family != "gru"


_BFLOAT16 = "training.precision=bfloat16"
_WORDS: Mapping[Form, tuple[str, ...]] = {
    "as written": (),
    "as published": ("network.noise=uniform",),
    "with biases": ("network.bias=true",),
    "with tanh": ("network.activation=tanh",),
}
SUFFIXES: Mapping[Form, str] = {
    "as written": "",
    "as published": "_uniform",
    "with biases": "_bias",
    "with tanh": "_tanh",
}
NOISY, FREE = ("noisy_unbiased", "noisy_biased"), ("no-noise_unbiased", "no-noise_biased")
# Networks in every form, and whether they are trained in bfloat16 at full size.
_PLANNED: Sequence[tuple[Family, Form, Sequence[str], bool]] = (
    ("spatial_navigation", "as written", NOISY + FREE, False),
    ("spatial_navigation", "as published", NOISY, False),
    ("spatial_navigation", "with biases", (*NOISY, FREE[0]), True),
    ("spatial_navigation", "with tanh", NOISY[:1], True),
    ("head_direction", "as written", NOISY + FREE, False),
    ("head_direction", "as published", NOISY, False),
    ("head_direction", "with biases", NOISY, False),
    ("gru", "as written", NOISY, True),
    ("gru", "as published", NOISY, True),
)


def _conditions() -> dict[str, Condition]:
    conditions = {}
    for family, form, names, reduced in _PLANNED:
        for name in names:
            configuration = f"spatial_navigation/{name}_gru" if family == "gru" else f"{family}/{name}"
            words = (*_WORDS[form], *([_BFLOAT16] if reduced else []))
            label = f"{family}/{name}{SUFFIXES[form]}"
            conditions[label] = Condition(family, configuration, form, words, name in NOISY)
    return conditions


CONDITIONS: Mapping[str, Condition] = _conditions()
WATCHED = ("noisy_unbiased", "noisy_unbiased_bias")  # of each family, that run live in a page beside the report


def named(family: Family, name: str, form: Form = "as written") -> str | None:
    """Look up the condition of a network in a form; None if it is not planned.

    Networks without noise do not depend on its shape: as published they are those as written.
    """
    label = f"{family}/{name}{SUFFIXES['as written' if form == 'as published' and name in FREE else form]}"
    return label if label in CONDITIONS else None


class Scale(NamedTuple):
    """How large networks, trainings and measurements are."""

    name: str
    words: Mapping[Family, tuple[str, ...]]  # overrides of every configuration
    trials: float = 1.0  # of the number of trials of every phase


FULL = Scale("full", dict.fromkeys(FAMILIES, ()))
_QUICK = (
    *("training.learning_rate=0.002", "training.test_every=100", "training.save_every=400"),
    *("training.batches=800", "network.units=64"),
)
SMALL = Scale(
    "small",
    {
        "spatial_navigation": (*_QUICK, "task.place_cells.number=96", "training.batch_size=25"),
        "head_direction": (*_QUICK, "task.hd_cells.number=64", "training.batch_size=50"),
        "gru": (*_QUICK, "task.place_cells.number=96", "training.batch_size=25"),
    },
    trials=0.25,
)
SCALES = {scale.name: scale for scale in (FULL, SMALL)}


def config_of(condition: Condition, scale: Scale, seeds: Sequence[int]) -> Config:
    """Load the configuration of a condition's networks at a scale."""
    words = (*scale.words[condition.family], *condition.words, f"seed={','.join(map(str, seeds))}")
    return load_config(condition.configuration, *words)


def as_written(name: str) -> str:
    """Name the condition as written that a condition is another form of; of an unknown one, the name itself."""
    if name not in CONDITIONS:
        return name
    return name.removesuffix(SUFFIXES[CONDITIONS[name].form])


def matrix_of(family: Family, form: Form) -> list[str]:
    """List the conditions of one KL matrix: those of a form, with and without noise, unbiased and biased."""
    labels = (named(family, name, form) for name in ("noisy_unbiased", "no-noise_unbiased", "noisy_biased", FREE[1]))
    return [label for label in labels if label is not None]


def peers_of(name: str) -> list[str]:
    """List the conditions whose behaviour a condition's rest is compared with: those of every matrix it stands in."""
    matrices = [matrix_of(CONDITIONS[name].family, form) for form in FORMS]
    return list(dict.fromkeys(label for labels in matrices if name in labels for label in labels))


def judge_of(name: str) -> str:
    """Name the condition whose behaviour says what a valid code is: one for a family."""
    return f"{CONDITIONS[name].family}/{NOISY[0]}"
