"""Kinds of recurrent network: an update equation each, and where there is one its derivative by hand."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from torch import Tensor

from quiescent.networks.activations import Activation
from quiescent.networks.architecture import Architecture, Weights
from quiescent.networks.products import Products


@runtime_checkable
class Stepper(Protocol):
    """The update of a kind and its derivative by hand, one step at a time, on arrays (..., trial, channel).

    It is made from the architecture, the weights (a bias is the weight of one more input) and the products to use.
    """

    widths: tuple[int, ...]  # of the arrays that `forward` keeps for every step, in numbers of units

    def forward(
        self,
        before: Tensor,
        inputs: Tensor,
        after: Tensor,
        noisy: bool,
        kept: Sequence[Tensor],
        brake: Tensor | None = None,
    ) -> None:
        """Compute the state after a step, in place: if `noisy`, `after` holds the step's noise on entry.

        Fills `kept` with what `backward` needs, one array per entry of `widths`. `brake` (..., trial, unit), if there
        is one, is subtracted from the drive; in gated networks from the candidate's.
        """
        ...

    def backward(self, from_after: Tensor, before: Tensor, to_before: Tensor, kept: Sequence[Tensor]) -> None:
        """Add to the gradient of the loss in the state before a step, given that in the state after it.

        May write over `kept`.
        """
        ...

    def gradients(self, before: Tensor, inputs: Tensor, kept: Sequence[Tensor]) -> Weights:
        """Compute the gradients of the weights from all steps, after `backward` was called for each."""
        ...


class Kind(NamedTuple):
    """A kind of recurrent network.

    Parameters
    ----------
    update
        The noise-free update equation `update(state, drive, recurrent, activation, step)`, which returns the next
        state (..., trial, unit). `drive` (..., trial, gate*unit) is the input already multiplied by the input weights,
        plus bias, the candidate's in the last rows; `recurrent` (..., unit, gate*unit) multiplies states from the
        right; `step` is dt / tau.
    gates
        How many times as many rows the drive and the recurrent weights have as there are units.
    stepper
        Makes the update and its derivative by hand, several times as fast; without it autograd does the work.

    Examples
    --------
    >>> import quiescent
    >>> def residual(state, drive, recurrent, activation, step):
    ...     return state + step * activation(drive + state @ recurrent)
    >>> quiescent.Kind(residual).gates
    1
    """

    update: Callable[[Tensor, Tensor, Tensor, Activation, float], Tensor]
    gates: int = 1
    stepper: Callable[[Architecture, Weights, Products], Stepper] | None = None


NETWORKS: dict[str, Kind] = {}  # filled by the room's __init__; a user's own kind goes in here too
