"""Lyapunov exponents of networks at rest, along paths that begin in states that they have awake."""

import itertools
from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.dynamics.lyapunov import growths
from quiescent.dynamics.tangent import Push, push_of
from quiescent.machine.lanes import Share
from quiescent.quiescence.activity import Active, Activity, Inside
from quiescent.quiescence.awake import awake
from quiescent.quiescence.kicked import kick_noise
from quiescent.simulation.members import Members
from quiescent.simulation.noise import fill_noise
from quiescent.streams import open_streams, stream

EXPONENTS = 20  # the largest ones, of as many as there are units
AT_REST = sqrt(2)  # times the trained noise (Krishna et al. 2024, eq. 19)


class Growths(NamedTuple):
    """Logarithms of how much every step stretched small differences, and states themselves."""

    differences: Float[np.ndarray, "time path exponent"]
    norm: Float[np.ndarray, "time path"]  # of the states
    units: float  # of the network: as many exponents as there are
    step: float  # dt / tau: so much of tau is one step


def noise_free(members: Members, phase: Inside) -> list[Activity]:
    """Follow small differences without noise, but for its mean where it is uniform."""
    return _look(members, phase, noisy=False)


def noisy(members: Members, phase: Inside) -> list[Activity]:
    """Follow small differences between copies that share the noise of rest.

    Networks that were trained without noise are given that of the noisy networks of the same task.
    """
    return _look(members, phase, noisy=True)


@torch.no_grad()
def _look(members: Members, phase: Inside, *, noisy: bool) -> list[Activity]:
    found = []
    for member, seen in enumerate(awake(members, Active(phase.trials, states=True), judge=False)):
        assert seen.states is not None
        assert seen.truth is not None
        mean = members.noise[member].recurrent_mean
        noise = _noise(members, member, phase) if noisy else itertools.repeat(mean, phase.steps)
        last = slice(-1, None)
        scaled = seen.homogeneous and not noisy and not mean
        growth = _follow(members, member, torch.from_numpy(seen.states[-1]), noise, scaled=scaled)
        found.append(
            seen._replace(
                decoded=seen.decoded[last],
                truth=seen.truth[last],
                states=seen.states[last],
                noise_std=AT_REST * kick_noise(members)[member].recurrent_std if noisy else 0.0,
                inside=growth,
            )
        )
    return found


def _follow(
    members: Members, member: int, start: Float[Tensor, "path unit"], noise: Iterable[Tensor | float], *, scaled: bool
) -> Growths:
    """Follow the paths of one member in float64; `scaled` brings states to length 1 before every step.

    Networks without a scale do the same at any length, and fade to 0 or grow beyond all numbers.
    """
    network = members.network.member(member).to(torch.device("cpu"), torch.float64)
    number = min(EXPONENTS, network.units)
    generator = stream(members.seeds[member], "measure", block=3)
    vectors = torch.randn(*start.shape, number, generator=generator, dtype=torch.float64)
    push = _at_length_1(push_of(network)) if scaled else push_of(network)
    states = start.double()
    differences, norms = [], []
    for growth in growths(push, states, vectors, noise):
        before = torch.zeros(len(start)) if scaled else states.norm(dim=-1).log()
        states = growth.states
        differences.append(growth.differences)
        norms.append(states.norm(dim=-1).log() - before)
    followed = torch.stack(differences).numpy(), torch.stack(norms).numpy()
    return Growths(*followed, float(network.units), network.architecture.step)


def _at_length_1(push: Push) -> Push:
    return lambda states, vectors: push(states / states.norm(dim=-1, keepdim=True), vectors)


def _noise(members: Members, member: int, phase: Inside) -> Float[Tensor, "time path unit"]:
    """Sample the noise of a rest."""
    levels = [noise._replace(recurrent=AT_REST * noise.recurrent) for noise in kick_noise(members)]
    device = torch.device("cpu")
    streams = [open_streams(seed, "quiescent", phase.trials, device) for seed in members.seeds]
    noise = torch.empty(phase.steps, phase.trials, members.network.units)
    stds = [level.recurrent for level in levels]
    fill_noise(noise, stds, levels, streams, Share(member, slice(0, phase.trials)))
    return noise.double()
