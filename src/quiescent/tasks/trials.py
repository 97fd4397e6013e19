"""The interface of a task, and the trials that it samples."""

from typing import NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.errors import QuiescentError
from quiescent.recordings.parts import Part
from quiescent.spaces import Space
from quiescent.tasks.codes import Code


class Trials(NamedTuple):
    """A batch of behaviour. Metres for positions, radians for headings."""

    inputs: Float[Tensor, "time trial input"]  # change of the variable at every step
    start: Float[Tensor, "trial dim"]  # the variable before the first input
    path: Float[Tensor, "time trial dim"]  # the variable after every input


@runtime_checkable
class Task(Protocol):
    """A kind of behaviour, and the population code in which a network reports it."""

    @property
    def name(self) -> str:
        """Name the task as `TASKS` and configurations do."""
        ...

    @property
    def space(self) -> Space:
        """Tell the kind of variable that is tracked, with its walls or period."""
        ...

    @property
    def n_inputs(self) -> int:
        """Count the numbers that the network receives per step."""
        ...

    @property
    def live(self) -> dict[str, object] | None:
        """Give the settings by which the live page samples trials, with their `kind` there; None: the page cannot."""
        ...

    @property
    def content(self) -> str | None:
        """Give a checksum of the file that behaviour is read from; None: from none of the user's."""
        ...

    @property
    def held_out(self) -> float:
        """Tell the fraction of behaviour that is never trained on; 0 where there is as much of it as one likes."""
        ...

    @property
    def steps(self) -> int:
        """Count the steps of a trial."""
        ...

    @property
    def dt(self) -> float:
        """Tell the duration of a step (s)."""
        ...

    def code(self, generator: torch.Generator) -> Code:
        """Make the cells of one network; `generator` places them."""
        ...

    def sample(self, batch_size: int, *, generator: torch.Generator, part: Part = "training") -> Trials:
        """Sample independent trials on the generator's device; the same state gives the same trials.

        Where nothing is held out, both parts are all there is.
        """
        ...


def has_distributions(task: Task) -> bool:
    """Tell whether a task's codes are probability distributions over the cells: not negative, with a sum of 1.

    A task whose recording cannot be read counts as one that has: whoever needs the recording says what is wrong.
    """
    try:
        code, bounds = task.code(torch.Generator()), torch.tensor(task.space.bounds)
    except QuiescentError:
        return True
    low, high = bounds.unbind(1)
    activity = code.encode(low + (high - low) * torch.linspace(0, 1, 20)[:, None])
    return bool((activity >= 0).all()) and torch.allclose(activity.sum(-1), torch.ones(20), atol=1e-4)
