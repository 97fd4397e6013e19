"""Exact Langevin sampling of a density of places: reflected at walls, wrapped around a circle."""

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.controls.table import Table
from quiescent.spaces import Space

Places = Float[Tensor, "trial dim"]


@torch.no_grad()
def langevin(
    log_density: Table, space: Space, starts: Places, *, step: float, steps: int, generator: torch.Generator
) -> Float[Tensor, "time trial dim"]:
    """Sample paths whose places are distributed as the density, if their starts are.

    A step goes up the slope of the log density by `step^2 / 2` times it, at most by `step`, and then by a normal number
    of standard deviation `step` along every dimension. By Metropolis and Hastings' rule it is taken or not, so that the
    density is stationary at any size of the step (Roberts & Tweedie 1996).
    """
    here, paths = starts, starts.new_empty(steps, *starts.shape)
    log, ahead = _look(log_density, here, step)
    for t in range(steps):
        noise = torch.randn(here.shape, generator=generator, dtype=here.dtype)
        there = folded(ahead + step * noise, space)
        log_there, ahead_there = _look(log_density, there, step)
        back, forth = _log_reach(ahead_there, here, space, step), _log_reach(ahead, there, space, step)
        chance = (log_there - log + back - forth).exp()
        taken = torch.rand(len(here), generator=generator, dtype=here.dtype) < chance
        here, ahead = (torch.where(taken[:, None], *pair) for pair in ((there, here), (ahead_there, ahead)))
        log = torch.where(taken, log_there, log)
        paths[t] = here
    return paths


def folded(places: Places, space: Space) -> Places:
    """Bring places back between the bounds: reflected at walls, wrapped where a period ends."""
    columns = []
    for (low, high), along in zip(space.bounds, places.unbind(-1), strict=True):
        extent = high - low
        beyond = (along - low) % (extent if space.periodic else 2 * extent)
        columns.append(low + (beyond if space.periodic else extent - (beyond - extent).abs()))
    return torch.stack(columns, -1)


def _look(log_density: Table, places: Places, step: float) -> tuple[Float[Tensor, " trial"], Places]:
    """Look up the log density, and the places that the slope leads to."""
    found = log_density.at(places)
    uphill = found.slopes[..., 0]
    length = uphill.norm(dim=-1, keepdim=True).clamp_min(1e-30)
    return found.values[:, 0], places + step * torch.clamp(step * length / 2, max=1) * uphill / length


def _log_reach(middle: Places, places: Places, space: Space, step: float) -> Float[Tensor, " trial"]:
    """Compute the log density of folded normal numbers around a middle, but for a constant.

    A place is reached directly, and over a wall or the end of a period on either side; what is farther is negligible.
    """
    low, high = places.new_tensor(space.bounds).T
    if space.periodic:
        ways = torch.stack([places, places - (high - low), places + (high - low)])
    else:
        ways = torch.stack([places, 2 * low - places, 2 * high - places])
    return torch.logsumexp(-((ways - middle) / step).square() / 2, 0).sum(-1)
