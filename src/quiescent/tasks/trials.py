"""The interface of a task, and the trials that it samples."""

from typing import NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

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
