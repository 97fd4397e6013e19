"""The settings of a run: what is trained, and how. One `Config` is checked as a whole."""

import functools
import operator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import torch
import yaml
from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from quiescent.errors import QuiescentError
from quiescent.networks import NetworkSettings
from quiescent.settings import Count, NotNegative, Positive, Settings
from quiescent.tasks import TASKS
from quiescent.tasks.codes import is_distribution


class TrainingSettings(Settings):
    """Adam on the loss; a batch is `batch_size` fresh trials.

    The gradient that Adam is given has `weight_decay` times each decayed weight added: that of a penalty of
    `weight_decay / 2` times the sum of their squares.
    """

    later: ClassVar = ("loss", "weight_decay_of")

    batches: Count = 2500  # that a network is trained on
    batch_size: Count = 200  # trials
    learning_rate: Positive = 1e-3  # of Adam
    loss: Literal["mean_squared_error", "cross_entropy"] = "mean_squared_error"  # cross_entropy: after a softmax
    weight_decay: NotNegative = 0.0  # times a weight is added to its gradient
    weight_decay_of: Literal["all", "recurrent"] = "all"  # which weights decay
    test_every: Count = 100  # batches from one test to the next
    save_every: Count = 100  # batches from one checkpoint to the next
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


def _may_be_distribution(task: AnyTask) -> bool:
    try:
        code, space = task.code(torch.Generator()), task.space
    except QuiescentError:  # whoever needs a recording that cannot be read says so
        return True
    return is_distribution(code, space)


class Config(Settings):
    """Everything that decides what is trained: task, network, training, and one member network per seed.

    Made by `load_config`; frozen.
    """

    name: str  # from which its folder has its name
    seed: Seeds = (0,)  # one network each
    task: AnyTask  # what is learned; `task.name` says which of these groups it is
    network: NetworkSettings = NetworkSettings()
    training: TrainingSettings = TrainingSettings()

    @field_validator("training")
    @classmethod
    def _loss_is_of_the_code(cls, training: TrainingSettings, info: Any) -> TrainingSettings:
        task = info.data.get("task")
        if training.loss == "cross_entropy" and task is not None and not _may_be_distribution(task):
            raise ValueError(
                "loss=cross_entropy needs a code that is a probability distribution over the cells, as that of place "
                f"cells is; {task.name} with these settings has another, so loss must be mean_squared_error"
            )
        return training

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
