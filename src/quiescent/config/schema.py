"""The settings of a run: what is trained, and how. One `Config` is checked as a whole."""

import functools
import operator
from typing import TYPE_CHECKING, Annotated, Literal

import yaml
from pydantic import AfterValidator, BeforeValidator, Field

from quiescent.networks import NetworkSettings
from quiescent.settings import Count, NotNegative, Positive, Settings
from quiescent.tasks import TASKS


class TrainingSettings(Settings):
    """Adam on the mean squared error; a batch is `batch_size` fresh trials."""

    batches: Count = 2500
    batch_size: Count = 200
    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.0
    test_every: Count = 100  # batches
    save_every: Count = 100  # batches
    precision: Literal["float32", "bfloat16", "float64"] = "float32"  # bfloat16: only to multiply matrices in training


def _seeds(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a whole number >= 0, or several as in 0,1,2")
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    return value if isinstance(value, list | tuple) else [value]


def _distinct(seeds: tuple[int, ...]) -> tuple[int, ...]:
    if not seeds or min(seeds) < 0:
        raise ValueError("must be a whole number >= 0, or several as in 0,1,2")
    if len(set(seeds)) < len(seeds):
        raise ValueError("must not name a seed twice")
    return seeds


Seeds = Annotated[tuple[int, ...], BeforeValidator(_seeds), AfterValidator(_distinct)]


if TYPE_CHECKING:
    from quiescent.tasks import Task as AnyTask
else:
    AnyTask = Annotated[functools.reduce(operator.or_, TASKS.values()), Field(discriminator="name")]


class Config(Settings):
    """Everything that decides what is trained: task, network, training, and one member network per seed.

    Made by `load_config`; frozen.
    """

    name: str
    seed: Seeds = (0,)
    task: AnyTask
    network: NetworkSettings = NetworkSettings()
    training: TrainingSettings = TrainingSettings()

    def members(self) -> tuple["Config", ...]:
        """Split into one configuration per seed."""
        return tuple(self.model_copy(update={"seed": (seed,)}) for seed in self.seed)

    def to_yaml(self) -> str:
        """Write the configuration with all its settings; `parse` reads it back to an equal one.

        Settings without a value are left out: an empty `task.path` would be an error in a file.
        """
        values = self.model_dump(mode="json", exclude_none=True)
        values["seed"] = self.seed[0] if len(self.seed) == 1 else list(self.seed)
        return yaml.safe_dump(values, sort_keys=False)
