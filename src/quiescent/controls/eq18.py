"""A network that obeys eq. 18 of Krishna et al. (2024): its update is the mean of clean states given a noisy one."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.controls.langevin import folded
from quiescent.controls.manifold import Manifold, metric

SEARCHES = 3  # Gauss-Newton steps to the nearest clean state


class Now(NamedTuple):
    """Noisy states, and the places that the network was near when it made them."""

    states: Float[Tensor, "trial unit"]
    places: Float[Tensor, "trial dim"]


@dataclass(frozen=True)
class Denoiser:
    """Clean states, the noise that is expected on them, and which fraction of what is off their manifold goes per step.

    Eq. 18 removes all of it.
    """

    manifold: Manifold
    std: float
    noise_mean: float
    removed: float = 1.0

    def begin(self, places: Float[Tensor, "trial dim"]) -> Now:
        """Encode the places at the start."""
        return Now(self.manifold.components.at(places).values @ self.manifold.basis, places)

    def readout(self, states: Float[Tensor, "*shape unit"]) -> Float[Tensor, "*shape cell"]:
        """Read the code of a place out of noisy states."""
        clean = self.manifold
        return (states - self.noise_mean) @ (clean.basis.mT @ clean.read) + clean.mean

    def update(self, now: Now, moves: Float[Tensor, "trial dim"] | None = None, *, reflect: bool = False) -> Now:
        """Take one step without noise: remove that of the last one, and move by the input.

        The mean of clean states is, to first order in the variance of the noise, that of the nearest clean state, moved
        up the slope of the log density of clean states per volume of their manifold (Efron 2011): along the place by
        `std^2 (J^T J)^-1 grad (log p - log det(J^T J) / 2)`. Walls reflect what moves by itself.
        """
        manifold = self.manifold
        seen = now.states - self.noise_mean
        noisy, places = seen @ manifold.basis.mT, now.places
        for _ in range(SEARCHES):
            clean, slopes = manifold.components.at(places)
            places = manifold.held(places + _solve(slopes, slopes @ (noisy - clean)[..., None]))
        clean, slopes = manifold.components.at(places)
        uphill = manifold.prior.at(places).slopes
        moved = places + self.std**2 * _solve(slopes, uphill)
        if moves is not None:
            moved = moved + moves
        moved = folded(moved, manifold.space) if reflect or manifold.space.periodic else manifold.held(moved)
        states = manifold.components.at(moved).values @ manifold.basis
        if self.removed < 1:
            states = states + (1 - self.removed) * (seen - clean @ manifold.basis)
        return Now(states, moved)


def _solve(
    slopes: Float[Tensor, "trial dim component"], of: Float[Tensor, "trial dim 1"]
) -> Float[Tensor, "trial dim"]:
    moves: Tensor = torch.linalg.solve(metric(slopes), of)[..., 0]
    return moves
