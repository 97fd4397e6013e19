"""Samplers: places that follow the density of true behaviour exactly, in steps of a given size."""

from collections.abc import Callable
from math import prod

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.config.schema import Config
from quiescent.controls.behaviour import log_density, true_paths
from quiescent.controls.langevin import langevin
from quiescent.controls.watch import Piece, in_lanes, watch
from quiescent.machine.lanes import Share
from quiescent.quiescence.activity import Activity, Rest
from quiescent.quiescence.resting import CHUNK, rest_noise
from quiescent.quiescence.starts import starts_of
from quiescent.simulation.members import Members
from quiescent.spaces import Bounds
from quiescent.streams import stream


def sampler(fraction: float) -> Callable[[Members, Rest], list[Activity]]:
    """Make a control that samples by Langevin steps of a fraction of the extent of its space.

    Places are written and read in the task's own code; there is no network and no noise of one.
    """

    @torch.no_grad()
    def rest(members: Members, phase: Rest) -> list[Activity]:
        starts, members, noise = starts_of(members, phase).cpu(), members.to("cpu"), rest_noise(members, phase)
        paths = [
            _sample(config, start, fraction, phase.steps).to(starts.dtype)
            for config, start in zip(members.configs, starts, strict=True)
        ]

        def work(member: int, share: Share) -> Activity:
            code, places = members.codes[member], paths[member][:, share.trials]
            pieces = (Piece(code.encode(part)) for part in torch.split(places, CHUNK))
            return watch(members, member, phase, pieces, noise[member])

        return in_lanes(members, phase.trials, work)

    return rest


def _sample(
    config: Config, starts: Float[Tensor, "trial dim"], fraction: float, steps: int
) -> Float[Tensor, "time trial dim"]:
    space, generator = config.task.space, stream(config.seed[0], "measure", block=1)
    density, step = log_density(true_paths(config), space), fraction * extent(space.bounds)
    return langevin(density, space, starts.double(), step=step, steps=steps, generator=generator)


def extent(bounds: Bounds) -> float:
    """Compute the geometric mean of the sides of a space."""
    return float(prod(high - low for low, high in bounds) ** (1 / len(bounds)))
