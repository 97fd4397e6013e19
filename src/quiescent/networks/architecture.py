"""Architecture and noise: what the members of a population share, and the noise that each has of its own."""

from typing import Literal, NamedTuple

from torch import Tensor

Weights = dict[str, Tensor]  # by name


class Architecture(NamedTuple):
    """Everything but weights and noise that makes a network: members of a population have it in common."""

    kind: str  # in `NETWORKS`
    units: int
    step: float  # fraction of the state that is renewed per time step, dt / tau
    activation: str
    bias: bool
    encoder_bias: bool = False


class NoiseLevels(NamedTuple):
    """Standard deviations per time step of the noise of one network.

    Noise of the `uniform` shape, as in the reference code, lies in [0, 1) times them.
    """

    shape: Literal["gaussian", "uniform"]
    inputs: float
    recurrent: float
    outputs: float

    @property
    def recurrent_std(self) -> float:
        """Compute the standard deviation of recurrent noise: of the uniform shape 1/sqrt(12) of its range."""
        return self.recurrent / (12**0.5 if self.shape == "uniform" else 1)

    @property
    def recurrent_mean(self) -> float:
        """Compute the mean of recurrent noise: of the uniform shape half of its range, a constant drive."""
        return self.recurrent / 2 if self.shape == "uniform" else 0.0
