"""What a task hands to the rest of the package."""

from typing import NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.tasks.codes import Code

Box = tuple[tuple[float, float], ...]


class Trials(NamedTuple):
    """A batch of behaviour. Metres for positions, radians for headings."""

    inputs: Float[Tensor, "time trial input"]  # change of the variable at every step
    start: Float[Tensor, "trial dim"]  # the variable before the first input
    states: Float[Tensor, "time trial dim"]  # the variable after every input


@runtime_checkable
class Task(Protocol):
    """A kind of behaviour, and the population code in which a network reports it."""

    @property
    def name(self) -> str: ...

    @property
    def variable(self) -> str:
        """What is tracked: "position" or "heading"."""
        ...

    @property
    def n_inputs(self) -> int:
        """Numbers that the network receives per step."""
        ...

    @property
    def steps(self) -> int: ...

    @property
    def dt(self) -> float: ...

    @property
    def box(self) -> Box:
        """Lowest and highest value of every dimension of the tracked variable."""
        ...

    def code(self, generator: torch.Generator) -> Code:
        """The cells of one network; `generator` places them."""
        ...

    def sample(self, batch_size: int, *, generator: torch.Generator) -> Trials:
        """Draw independent trials on the generator's device; same state, same trials."""
        ...
