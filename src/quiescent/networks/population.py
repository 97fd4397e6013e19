"""A population: member networks of equal shapes, stacked along a leading axis."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.networks.architecture import Architecture, Weights
from quiescent.networks.kinds import NETWORKS, Kind


@dataclass(frozen=True)
class Population:
    """The architecture of M members and the weights of each; of a single one the arrays may lack the member axis.

    Weights: `encoder` (member unit cell), `input` (member gate*unit input), `recurrent`
    (member gate*unit unit), `output` (member cell unit); with biases also `recurrent_bias`
    (member gate*unit) and `output_bias` (member cell), and of encoders that have one `encoder_bias` (member unit).
    """

    architecture: Architecture
    weights: Weights

    @property
    def kind(self) -> Kind:
        """Look up the kind of the members."""
        return NETWORKS[self.architecture.kind]

    @property
    def units(self) -> int:
        """Count the hidden units of a member."""
        return self.architecture.units

    @property
    def device(self) -> torch.device:
        """Tell where the weights are."""
        return self.weights["recurrent"].device

    @property
    def dtype(self) -> torch.dtype:
        """Tell the type of the weights."""
        return self.weights["recurrent"].dtype

    def member(self, member: int | slice) -> "Population":
        """Select one member, whose arrays then have no member axis; or, for a slice, several."""
        return replace(self, weights={name: weight[member] for name, weight in self.weights.items()})

    def encode(self, code: Float[Tensor, "*m trial cell"]) -> Float[Tensor, "*m trial unit"]:
        """Compute the initial state from the activity of the cells at the start."""
        states = code @ self.weights["encoder"].mT
        return states.add_(self.weights["encoder_bias"].unsqueeze(-2)) if "encoder_bias" in self.weights else states

    def readout(self, states: Float[Tensor, "*m row unit"]) -> Float[Tensor, "*m row cell"]:
        """Read the cells' activity out of states, linearly and without output noise."""
        outputs = states @ self.weights["output"].mT
        return outputs.add_(self.weights["output_bias"].unsqueeze(-2)) if "output_bias" in self.weights else outputs

    def to(self, device: torch.device, dtype: torch.dtype) -> "Population":
        """Move the weights to a device and a type of numbers."""
        return replace(self, weights={name: weight.to(device, dtype) for name, weight in self.weights.items()})


def initialise(
    architecture: Architecture, inputs: int, cells: int, generators: Sequence[torch.Generator]
) -> Population:
    """Sample new weights, uniform in +-1/sqrt(fan-in) as in `torch.nn.Linear`, with one generator per member.

    `inputs` and `cells` are the numbers of them.
    """
    units = architecture.units
    rows = NETWORKS[architecture.kind].gates * units
    shapes: dict[str, tuple[tuple[int, ...], int]] = {  # shape, fan-in
        "encoder": ((units, cells), cells),
        "input": ((rows, inputs), inputs),
        "recurrent": ((rows, units), units),
        "output": ((cells, units), units),
    }
    if architecture.bias:
        shapes |= {"recurrent_bias": ((rows,), units), "output_bias": ((cells,), units)}
    if architecture.encoder_bias:
        shapes |= {"encoder_bias": ((units,), cells)}
    members = [
        {
            name: (2 * torch.rand(shape, generator=generator) - 1) / fan_in**0.5
            for name, (shape, fan_in) in shapes.items()
        }
        for generator in generators
    ]
    return Population(architecture, {name: torch.stack([member[name] for member in members]) for name in shapes})
