"""A population: member networks of equal shapes, stacked along a leading axis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from pydantic import field_validator, model_validator
from torch import Tensor

from quiescent.networks.activations import Activation
from quiescent.networks.products import Products
from quiescent.settings import Count, Positive, Settings, Variance


@runtime_checkable
class Stepper(Protocol):
    """A kind's update and its derivative by hand, one step at a time, on arrays (..., trial, channel).

    `forward` fills `after`, which holds the noise of that step if `noisy`, and what is to be `kept`: one array
    per entry of `widths`, of so many times the number of units. `backward` is handed the gradient of the loss in
    `after`, adds to that in `before`, and may write over what was kept; `gradients` then gives those of the weights,
    from all steps.
    """

    widths: tuple[int, ...]

    def forward(self, before: Tensor, inputs: Tensor, after: Tensor, noisy: bool, kept: Sequence[Tensor]) -> None: ...

    def backward(self, from_after: Tensor, before: Tensor, to_before: Tensor, kept: Sequence[Tensor]) -> None: ...

    def gradients(self, before: Tensor, inputs: Tensor, kept: Sequence[Tensor]) -> dict[str, Tensor]: ...


class Kind(NamedTuple):
    """A kind of recurrent network: its noise-free update equation and how many gates it has.

    `update(state, drive, recurrent, activation, step)` returns the next state. `drive`
    (`member trial gate*unit`) is the input already multiplied by the input weights (plus bias),
    `recurrent` (`member unit gate*unit`) multiplies states from the right, `step` is dt / tau. A kind
    may also have a `stepper`, the same by hand with its derivative; without it autograd does the work.
    """

    update: Callable[[Tensor, Tensor, Tensor, Activation, float], Tensor]
    gates: int = 1
    stepper: "Callable[[Population, Products], Stepper] | None" = None


NETWORKS: dict[str, Kind] = {}  # filled by the room's __init__; a user's own kind goes in here too


class NetworkSettings(Settings):
    """Architecture and noise of a network (Krishna et al. 2024). Variances are per time step."""

    kind: str = "vanilla"
    units: Count = 512
    dt: Positive = 0.2  # integration step, in the unit of tau
    tau: Positive = 1.0
    activation: Literal["relu", "tanh", "sigmoid", "identity"] = "relu"
    bias: bool = False
    noise: Literal["gaussian", "uniform"] = "gaussian"  # uniform: [0, 1), as in the reference code
    sigma2_in: Variance = 0.0
    sigma2_rec: Variance = 0.0
    sigma2_out: Variance = 0.0

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in NETWORKS:
            raise ValueError(f"must be one of {', '.join(NETWORKS)}")
        return kind

    @model_validator(mode="after")
    def _stable(self) -> "NetworkSettings":
        if self.dt > self.tau:
            raise ValueError(f"dt={self.dt:g} must not be larger than tau={self.tau:g}")
        return self

    @property
    def shape(self) -> tuple[object, ...]:
        """What members of one population must have in common; noise variances may differ."""
        return self.kind, self.units, self.dt / self.tau, self.activation, self.bias


Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Population:
    """Weights of M members and the settings of each; of a single one the arrays may lack the member axis.

    Weights: `encoder` (member unit cell), `input` (member gate*unit input), `recurrent`
    (member gate*unit unit), `output` (member cell unit); with biases also `recurrent_bias`
    (member gate*unit) and `output_bias` (member cell).
    """

    settings: tuple[NetworkSettings, ...]
    weights: Weights

    def __post_init__(self) -> None:
        if len({settings.shape for settings in self.settings}) != 1:
            raise ValueError("Members of a population must agree in kind, units, dt/tau, activation, bias.")

    @property
    def kind(self) -> Kind:
        return NETWORKS[self.settings[0].kind]

    @property
    def step(self) -> float:
        """Share of the state that is renewed per time step, dt / tau."""
        return self.settings[0].dt / self.settings[0].tau

    @property
    def units(self) -> int:
        return self.settings[0].units

    @property
    def device(self) -> torch.device:
        return self.weights["recurrent"].device

    @property
    def dtype(self) -> torch.dtype:
        return self.weights["recurrent"].dtype

    def member(self, member: int | slice) -> "Population":
        """One member, whose arrays then have no member axis; or, for a slice, several."""
        own = self.settings[member]
        settings = own if isinstance(own, tuple) else (own,)
        return Population(settings, {name: weight[member] for name, weight in self.weights.items()})

    def encode(self, code: Float[Tensor, "*m trial cell"]) -> Float[Tensor, "*m trial unit"]:
        """Initial state from the activity of the cells at the start."""
        return code @ self.weights["encoder"].mT

    def readout(self, states: Float[Tensor, "*m row unit"]) -> Float[Tensor, "*m row cell"]:
        """Linear read-out of the cells' activity, without output noise."""
        outputs = states @ self.weights["output"].mT
        return outputs.add_(self.weights["output_bias"].unsqueeze(-2)) if "output_bias" in self.weights else outputs

    def to(self, device: torch.device, dtype: torch.dtype) -> "Population":
        return replace(self, weights={name: weight.to(device, dtype) for name, weight in self.weights.items()})


def initialise(
    settings: Sequence[NetworkSettings], n_inputs: int, n_cells: int, generators: Sequence[torch.Generator]
) -> Population:
    """New weights, uniform in +-1/sqrt(fan-in) as in `torch.nn.Linear`; one generator per member."""
    units = settings[0].units
    rows = NETWORKS[settings[0].kind].gates * units
    shapes: dict[str, tuple[tuple[int, ...], int]] = {  # shape, fan-in
        "encoder": ((units, n_cells), n_cells),
        "input": ((rows, n_inputs), n_inputs),
        "recurrent": ((rows, units), units),
        "output": ((n_cells, units), units),
    }
    if settings[0].bias:
        shapes |= {"recurrent_bias": ((rows,), units), "output_bias": ((n_cells,), units)}
    members = [
        {
            name: (2 * torch.rand(shape, generator=generator) - 1) / fan_in**0.5
            for name, (shape, fan_in) in shapes.items()
        }
        for generator in generators
    ]
    return Population(tuple(settings), {name: torch.stack([member[name] for member in members]) for name in shapes})
