"""Member networks with the tasks and cells they belong to: fresh from a seed, or from finished runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.config.schema import Config
from quiescent.machine.lanes import Share
from quiescent.networks.population import Population, initialise
from quiescent.streams import Streams, stream
from quiescent.tasks.codes import Code


@dataclass(frozen=True)
class Members:
    """A population, and for every member its configuration and its population code."""

    configs: tuple[Config, ...]
    codes: tuple[Code, ...]
    network: Population

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(config.seed[0] for config in self.configs)

    def to(self, device: torch.device | str) -> "Members":
        """The same members on another device; in float64 if their configuration says so, else in float32."""
        dtype = torch.float64 if self.configs[0].training.precision == "float64" else torch.float32
        device = torch.device(device)
        codes = tuple(code.to(device, dtype) for code in self.codes)
        return replace(self, codes=codes, network=self.network.to(device, dtype))

    def with_noise(self, variances: Sequence[float]) -> "Members":
        """The same members with other variances of recurrent noise."""
        settings = tuple(
            one.model_copy(update={"sigma2_rec": variance})
            for one, variance in zip(self.network.settings, variances, strict=True)
        )
        return replace(self, network=replace(self.network, settings=settings))

    def start(self, share: Share, variable: Float[Tensor, "member all_trials dim"]) -> Float[Tensor, "*m trial unit"]:
        """Initial states of a share, from the variable at the start of all trials."""
        code = self.encode(share.member, variable[share.member, share.trials])
        return self.network.member(share.member).encode(code)

    def of(self, member: int | slice) -> Sequence[Code]:
        """The codes of one member, or of several."""
        return (self.codes[member],) if isinstance(member, int) else self.codes[member]

    def configs_of(self, member: int | slice) -> Sequence[Config]:
        """Configurations of one member, or of several."""
        return (self.configs[member],) if isinstance(member, int) else self.configs[member]

    def encode(self, member: int | slice, variable: Float[Tensor, "*m row dim"]) -> Float[Tensor, "*m row cell"]:
        """Codes of one member, or of all along the first axis."""
        if isinstance(member, int):
            return self.codes[member].encode(variable)
        return torch.stack([code.encode(one) for code, one in zip(self.of(member), variable, strict=True)])

    def decode(self, member: int | slice, outputs: Float[Tensor, "*m row cell"]) -> Float[Tensor, "*m row dim"]:
        """The inverse, from outputs."""
        if isinstance(member, int):
            return self.codes[member].decode(outputs)
        return torch.stack([code.decode(one) for code, one in zip(self.of(member), outputs, strict=True)])


class Batch(NamedTuple):
    """Trials of every member, stacked."""

    inputs: Float[Tensor, "time member trial input"]
    start: Float[Tensor, "member trial dim"]
    path: Float[Tensor, "time member trial dim"]


def untrained(configs: Sequence[Config]) -> Members:
    """Members with their initial weights and cells, which depend on their own seeds only."""
    codes = _codes(configs, [None] * len(configs))
    network = initialise(
        [config.network for config in configs],
        configs[0].task.n_inputs,
        codes[0].size,
        [stream(config.seed[0], "weights") for config in configs],
    )
    return Members(tuple(configs), codes, network)


def assemble(
    configs: Sequence[Config], weights: Sequence[Mapping[str, Tensor]], cells: Sequence[Tensor | None]
) -> Members:
    """Build members from the stored tensors of each: its weights by name, and its cells.

    Cells that are None are made anew from the member's seed.
    """
    stacked = {name: torch.stack([tensors[name] for tensors in weights]) for name in weights[0]}
    network = Population(tuple(config.network for config in configs), stacked)
    return Members(tuple(configs), _codes(configs, cells), network)


def _codes(configs: Sequence[Config], cells: Sequence[Tensor | None]) -> tuple[Code, ...]:
    codes = [config.task.code(stream(config.seed[0], "cells")) for config in configs]
    return tuple(
        code if stored is None else code.with_cells(stored) for code, stored in zip(codes, cells, strict=True)
    )


def sample(members: Members, trials: int, streams: Sequence[Streams]) -> Batch:
    """Draw `trials` trials of every member's own task from its own stream."""
    drawn = [
        config.task.sample(trials, generator=one.trials) for config, one in zip(members.configs, streams, strict=True)
    ]
    dtype = members.network.dtype
    return Batch(
        torch.stack([one.inputs for one in drawn], 1).to(dtype),
        torch.stack([one.start for one in drawn]).to(dtype),
        torch.stack([one.path for one in drawn], 1).to(dtype),
    )
