"""Member networks with the tasks and cells they belong to: fresh from a seed, or from finished runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.config import Config
from quiescent.networks.population import Population, initialise, stack_members
from quiescent.runs import Run
from quiescent.streams import stream
from quiescent.tasks.codes import Code, PlaceCells


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
        """The same members on another device, in the precision of their configuration."""
        dtype = getattr(torch, self.configs[0].training.precision)
        device = torch.device(device)
        codes = tuple(code.to(device, dtype) for code in self.codes)
        return replace(self, codes=codes, network=self.network.to(device, dtype))


class Batch(NamedTuple):
    """Trials of every member, stacked."""

    inputs: Float[Tensor, "time member trial input"]
    start: Float[Tensor, "member trial cell"]
    states: Float[Tensor, "time member trial dim"]


def untrained(configs: Sequence[Config]) -> Members:
    """Members with their initial weights and cells, which depend on their own seeds only."""
    codes = tuple(config.task.code(stream(config.seed[0], "cells")) for config in configs)
    network = initialise(
        [config.network for config in configs],
        configs[0].task.n_inputs,
        codes[0].size,
        [stream(config.seed[0], "weights") for config in configs],
    )
    return Members(tuple(configs), codes, network)


def load(runs: Sequence[Run]) -> Members:
    """Members with the newest weights of their runs; an unfinished or missing run is an error."""
    configs, codes, weights = [], [], []
    for run in runs:
        config = run.require_finished()
        tensors = run.load_checkpoint().tensors
        code = config.task.code(stream(config.seed[0], "cells"))
        if isinstance(code, PlaceCells):
            code = replace(code, centres=tensors["cells"])
        configs.append(config)
        codes.append(code)
        weights.append({key.removeprefix("weights/"): tensors[key] for key in tensors if key.startswith("weights/")})
    network = Population(
        tuple(config.network for config in configs),
        {name: torch.stack([member[name] for member in weights]) for name in weights[0]},
    )
    return Members(tuple(configs), tuple(codes), network)


def sample(members: Members, trials: int, generators: Sequence[torch.Generator]) -> Batch:
    """Draw `trials` trials of every member's own task from its own generator."""
    dtype = members.network.dtype
    drawn = [
        config.task.sample(trials, generator=generator)
        for config, generator in zip(members.configs, generators, strict=True)
    ]
    starts = [code.encode(one.start.to(dtype)) for code, one in zip(members.codes, drawn, strict=True)]
    return Batch(
        stack_members([one.inputs.to(dtype) for one in drawn]),
        torch.stack(starts),
        stack_members([one.states.to(dtype) for one in drawn]),
    )
