"""The paper, Krishna et al. (2024), as data: which networks, at which scale."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from quiescent.config.load import load_config, task_noise
from quiescent.config.schema import Config

Family = Literal["spatial_navigation", "head_direction", "gru"]
FAMILIES: tuple[Family, ...] = get_args(Family)


class Condition(NamedTuple):
    """Networks of one configuration, one per seed."""

    family: Family
    configuration: str
    words: tuple[str, ...] = ()
    noise: float = 1.0  # of the configuration's own variance of recurrent noise
    steps: float = 1.0  # of the task's own number of steps
    noisy: bool = True  # trained with noise
    doubled: bool = True  # noise at rest has twice the trained variance; not in gated networks, as in the paper
    core: bool = True  # of the paper; the others were added to decide its claims


def _named(family: Family) -> dict[str, Condition]:
    return {f"{family}/{name}": Condition(family, f"{family}/{name}", noisy=noisy) for name, noisy in FOUR.items()}


FOUR = {"noisy_unbiased": True, "noisy_biased": True, "no-noise_unbiased": False, "no-noise_biased": False}
WATCHED = ("noisy_unbiased", "no-noise_unbiased")  # of each family, that run live in a page beside the report
NOISY = "spatial_navigation/noisy_unbiased"
CONDITIONS: Mapping[str, Condition] = {
    **_named("spatial_navigation"),
    **_named("head_direction"),
    "gru/noisy_unbiased": Condition("gru", "spatial_navigation/noisy_unbiased_gru", doubled=False),
    "gru/noisy_biased": Condition("gru", "spatial_navigation/noisy_biased_gru", doubled=False),
    # Noise as the authors' public code samples it; weaker and stronger noise; longer trials.
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
    """Load the configuration of a condition's networks at a scale."""
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
    """List the conditions whose behaviour a condition's rest is compared with, its own among them."""
    condition = CONDITIONS[name]
    if not condition.core:
        return [name]
    return [name for name, other in CONDITIONS.items() if other.core and other.family == condition.family]
