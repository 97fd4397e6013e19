"""Member networks with the tasks and cells they belong to: fresh from a seed, or from finished runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.config.schema import Config, TrainingSettings
from quiescent.machine.lanes import Share
from quiescent.networks import Architecture, NoiseLevels, Population
from quiescent.networks.population import initialise
from quiescent.recordings.parts import Part
from quiescent.streams import Streams, stream
from quiescent.tasks.codes import Code


@dataclass(frozen=True)
class Members:
    """Networks of equal shapes with their tasks: a population, and every member's configuration and code."""

    configs: tuple[Config, ...]
    codes: tuple[Code, ...]
    network: Population

    @property
    def seeds(self) -> tuple[int, ...]:
        """List the members' seeds."""
        return tuple(config.seed[0] for config in self.configs)

    @property
    def n_cells(self) -> int:
        """Count the cells of a member."""
        return self.codes[0].size

    @property
    def noise(self) -> list[NoiseLevels]:
        """List the noise that each member was trained with."""
        return [config.network.noise_levels for config in self.configs]

    @property
    def training(self) -> TrainingSettings:
        """Select the settings of training, which members have in common."""
        return self.configs[0].training

    @property
    def has_softmax(self) -> bool:
        """Tell whether outputs become the activity of the cells by a softmax, which learns by cross-entropy."""
        return self.training.loss == "cross_entropy"

    def to(self, device: torch.device | str) -> "Members":
        """Move members to another device; in float64 if their configuration says so, else in float32."""
        dtype = torch.float64 if self.training.precision == "float64" else torch.float32
        device = torch.device(device)
        codes = tuple(code.to(device, dtype) for code in self.codes)
        return replace(self, codes=codes, network=self.network.to(device, dtype))

    def start(self, share: Share, variable: Float[Tensor, "member all_trials dim"]) -> Float[Tensor, "*m trial unit"]:
        """Compute the initial states of a share, from the variable at the start of all trials."""
        code = self.encode(share.member, variable[share.member, share.trials])
        return self.network.member(share.member).encode(code)

    def codes_of(self, member: int | slice) -> Sequence[Code]:
        """Select the code of one member, or the codes of several."""
        return (self.codes[member],) if isinstance(member, int) else self.codes[member]

    def configs_of(self, member: int | slice) -> Sequence[Config]:
        """Select the configuration of one member, or those of several."""
        return (self.configs[member],) if isinstance(member, int) else self.configs[member]

    def encode(self, member: int | slice, variable: Float[Tensor, "*m row dim"]) -> Float[Tensor, "*m row cell"]:
        """Encode a variable of one member, or of all along the first axis."""
        if isinstance(member, int):
            return self.codes[member].encode(variable)
        return torch.stack([code.encode(values) for code, values in zip(self.codes_of(member), variable, strict=True)])

    def activity(self, outputs: Float[Tensor, "*shape cell"]) -> Float[Tensor, "*shape cell"]:
        """Compute what the cells do from the linear outputs: their softmax, of networks that have one, or the same.

        Cells are ordered alike by both; so codes decode outputs, whose differences a softmax may round to nothing.
        """
        return torch.softmax(outputs, -1) if self.has_softmax else outputs

    def decode(self, member: int | slice, outputs: Float[Tensor, "*m row cell"]) -> Float[Tensor, "*m row dim"]:
        """Decode the outputs of one member, or of all along the first axis."""
        if isinstance(member, int):
            return self.codes[member].decode(outputs)
        return torch.stack([code.decode(values) for code, values in zip(self.codes_of(member), outputs, strict=True)])


class Batch(NamedTuple):
    """Trials of every member, stacked."""

    inputs: Float[Tensor, "time member trial input"]
    start: Float[Tensor, "member trial dim"]
    path: Float[Tensor, "time member trial dim"]


def untrained(configs: Sequence[Config]) -> Members:
    """Make networks as they are before training.

    Parameters
    ----------
    configs
        One configuration per network, each with a single seed (`Config.members()` splits one with several), and all of
        the same shapes.

    Returns
    -------
    Members
        Networks with their initial weights and cells, which depend on their own seeds only, on the CPU.

    Raises
    ------
    ValueError
        If the networks differ in kind, units, dt / tau, activation or bias.

    Examples
    --------
    >>> import quiescent
    >>> words = ("network.units=8", "task.place_cells.number=8", "seed=0,1")
    >>> config = quiescent.load_config("spatial_navigation/noisy_unbiased", *words)
    >>> quiescent.untrained(config.members()).seeds
    (0, 1)
    """
    codes = _codes(configs, [None] * len(configs))
    generators = [stream(config.seed[0], "weights") for config in configs]
    network = initialise(_architecture(configs), configs[0].task.n_inputs, codes[0].size, generators)
    return Members(tuple(configs), codes, network)


def assemble(
    configs: Sequence[Config], weights: Sequence[Mapping[str, Tensor]], cells: Sequence[Tensor | None]
) -> Members:
    """Build members from the stored tensors of each: its weights by name, and its cells.

    Cells that are None are made anew from the member's seed.
    """
    stacked = {name: torch.stack([tensors[name] for tensors in weights]) for name in weights[0]}
    return Members(tuple(configs), _codes(configs, cells), Population(_architecture(configs), stacked))


def _architecture(configs: Sequence[Config]) -> Architecture:
    shared = {config.network.architecture for config in configs}
    if len(shared) != 1:
        raise ValueError("Members of a population must agree in kind, units, dt/tau, activation, bias.")
    return shared.pop()


def _codes(configs: Sequence[Config], cells: Sequence[Tensor | None]) -> tuple[Code, ...]:
    codes = [config.task.code(stream(config.seed[0], "cells")) for config in configs]
    return tuple(code if stored is None else code.with_cells(stored) for code, stored in zip(codes, cells, strict=True))


def sample(members: Members, trials: int, streams: Sequence[Streams], part: Part = "training") -> Batch:
    """Sample `trials` trials of every member's own task, of one part of its behaviour, from its own stream."""
    batches = [
        config.task.sample(trials, generator=own.trials, part=part)
        for config, own in zip(members.configs, streams, strict=True)
    ]
    dtype = members.network.dtype
    return Batch(
        torch.stack([batch.inputs for batch in batches], 1).to(dtype),
        torch.stack([batch.start for batch in batches]).to(dtype),
        torch.stack([batch.path for batch in batches], 1).to(dtype),
    )
