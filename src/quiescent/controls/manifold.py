"""Clean states of places: a code along its principal axes, each as large as those of a trained network's states."""

from dataclasses import dataclass
from math import log

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.controls.behaviour import log_density
from quiescent.controls.table import Table, tabulate
from quiescent.spaces import Bounds, Space
from quiescent.tasks.codes import Code

BEYOND = 0.05  # of the extent of a box, of the states of places behind its walls
SMALLEST = 1e-4  # of the largest variance of the code: what varies less would be wild where behaviour is rare
ROUNDER = 1e-6  # of the metric
NUMBER = 20_000  # places from which principal axes are found
KNOWN = 3.0  # times as much variance as noise leaves: smaller components are not told from noise that is amplified


@dataclass(frozen=True)
class Manifold:
    """Clean states by place, in components and in units; what is read out of them; and how probable they are."""

    space: Space
    domain: Bounds  # places that have a state: those between the walls, and a little beyond
    components: Table  # of the clean state of a place
    prior: Table  # log density of clean states, per volume of the manifold
    basis: Float[Tensor, "component unit"]
    read: Float[Tensor, "component cell"]  # from noisy components to the code, but for its mean
    mean: Float[Tensor, " cell"]

    def held(self, places: Float[Tensor, "trial dim"]) -> Float[Tensor, "trial dim"]:
        """Hold places back from where no state is known."""
        if self.space.periodic:
            return places
        low, high = places.new_tensor(self.domain).T
        return torch.minimum(torch.maximum(places, low), high)

    def to(self, dtype: torch.dtype) -> "Manifold":
        """Turn all numbers into another type."""
        basis, read, mean = (array.to(dtype) for array in (self.basis, self.read, self.mean))
        components, prior = self.components.to(dtype), self.prior.to(dtype)
        return Manifold(self.space, self.domain, components, prior, basis, read, mean)


def manifold(
    code: Code,
    space: Space,
    paths: Float[Tensor, "time trial dim"],
    stds: Float[Tensor, " component"],
    noise: float,
    units: int,
    generator: torch.Generator,
) -> Manifold:
    """Lay the clean states of places into as many units as a network has, along random axes.

    The clean state of a place s is `g(s) = P (f(s) - mean f)`: f is the code, and P are its principal axes over
    behaviour, rescaled so that the components have the standard deviations `stds`. Behaviour is given by true paths.
    The read-out is the best linear one from states with noise of a standard deviation `noise`.
    """
    code = code.to(torch.device("cpu"), torch.float64)
    places = paths.flatten(0, 1)[:: max(1, paths.shape[0] * paths.shape[1] // NUMBER)]
    codes = code.encode(places)
    mean = codes.mean(0)
    variances, axes = torch.linalg.eigh(torch.cov(codes.mT).reshape(len(mean), -1))
    variances, axes = variances.flip(0), axes.flip(1)
    size = min(len(stds), int((variances > SMALLEST * variances[0]).sum()), units)
    axes = axes[:, :size] * (stds[:size] / variances[:size].sqrt())
    domain = _domain(space, paths)
    components = tabulate(lambda nodes: (code.encode(nodes) - mean) @ axes, domain, space.periodic)
    basis = torch.linalg.qr(torch.randn(units, size, generator=generator, dtype=torch.float64))[0].mT
    clean = (codes - mean) @ axes
    noisy = clean.mT @ clean + len(clean) * noise**2 * torch.eye(size, dtype=clean.dtype)
    read = torch.linalg.solve(noisy, clean.mT @ (codes - mean))
    return Manifold(space, domain, components, _prior(components, paths, space, domain), basis, read, mean)


def component_stds(states: Float[Tensor, "sample unit"], floor: float, least: float) -> Float[Tensor, " component"]:
    """Estimate the standard deviations of the principal components of noisy states, without their noise.

    `floor` is the variance that noise leaves in every direction. Components that are well above it are known; beyond
    them, sizes go on falling as geometrically as they did before, down to a variance of `least`.
    """
    variances = torch.linalg.eigvalsh(torch.cov(states.double().mT)).flip(0) - floor
    known = max(2, int((variances > max(KNOWN * floor, least)).long().cumprod(0).sum()))
    logs = variances[:known].clamp_min(least).log()
    fall = float(logs[known // 2] - logs[-1]) / max(1, known - 1 - known // 2)
    missing = int((float(logs[-1]) - log(least)) / fall) if fall > 0 else 0
    tail = logs[-1] - fall * torch.arange(1, missing + 1)
    return torch.cat([logs, tail]).exp().sqrt()


def metric(slopes: Float[Tensor, "row dim component"]) -> Float[Tensor, "row dim dim"]:
    """Compute how far clean states of neighbouring places are apart: J^T J, made a little rounder to be inverted."""
    product = slopes @ slopes.mT
    size = product.diagonal(dim1=-2, dim2=-1).mean(-1)[:, None, None]
    least: float = torch.finfo(product.dtype).tiny ** 0.5
    return product + ROUNDER * (size + least) * torch.eye(product.shape[-1], dtype=product.dtype)


def _prior(components: Table, paths: Tensor, space: Space, domain: Bounds) -> Table:
    density = log_density(paths, space, domain)

    def log_per_volume(nodes: Tensor) -> Tensor:
        return density.at(nodes).values - torch.logdet(metric(components.at(nodes).slopes))[:, None] / 2

    return tabulate(log_per_volume, domain, space.periodic)


def _domain(space: Space, paths: Float[Tensor, "time trial dim"]) -> Bounds:
    if space.periodic:
        return space.bounds
    domain = []
    for (low, high), along in zip(space.bounds, paths.unbind(-1), strict=True):
        beyond = BEYOND * (high - low)
        domain.append((min(low - beyond, float(along.min())), max(high + beyond, float(along.max()))))
    return tuple(domain)
