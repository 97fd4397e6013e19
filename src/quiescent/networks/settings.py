"""Settings of a network, as they stand in configurations."""

from math import sqrt
from typing import ClassVar, Literal

from pydantic import field_validator, model_validator

from quiescent.networks.architecture import Architecture, NoiseLevels
from quiescent.networks.kinds import NETWORKS
from quiescent.settings import Count, Positive, Settings, Variance


class NetworkSettings(Settings):
    """Architecture and noise of a network (Krishna et al. 2024). Variances are per time step."""

    later: ClassVar = ("encoder_bias",)

    kind: str = "vanilla"  # vanilla, gru, or one of your own in `quiescent.NETWORKS`
    units: Count = 512  # of the hidden layer
    dt: Positive = 0.2  # integration step, in the unit of tau
    tau: Positive = 1.0  # time constant of a unit; only dt / tau counts
    activation: Literal["relu", "tanh", "sigmoid", "identity"] = "relu"  # of gated networks, of the candidate
    bias: bool = False  # of hidden units, and of the read-out
    encoder_bias: bool = False  # of the encoder, as in the reference code
    noise: Literal["gaussian", "uniform"] = "gaussian"  # uniform: [0, 1) times sigma, as in the reference code
    sigma2_in: Variance = 0.0  # of noise on the inputs
    sigma2_rec: Variance = 0.0  # of noise on the hidden states
    sigma2_out: Variance = 0.0  # of noise on the read-out

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
    def architecture(self) -> Architecture:
        """Select what members of one population must have in common."""
        step = self.dt / self.tau
        return Architecture(self.kind, self.units, step, self.activation, self.bias, self.encoder_bias)

    @property
    def noise_levels(self) -> NoiseLevels:
        """Select the noise, which may differ from member to member, as standard deviations."""
        return NoiseLevels(self.noise, sqrt(self.sigma2_in), sqrt(self.sigma2_rec), sqrt(self.sigma2_out))
