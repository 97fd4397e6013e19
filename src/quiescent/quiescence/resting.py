"""Resting: cut the input of trained networks, let them run on, and decode what they represent."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.config.load import task_noise
from quiescent.errors import QuiescentError
from quiescent.machine.lanes import Share
from quiescent.machine.scratch import Scratch
from quiescent.networks import NoiseLevels
from quiescent.networks.momentum import at_rest
from quiescent.quiescence.activity import Activity, Rest, RestNoise, RestStart, kept_steps
from quiescent.quiescence.rest_settings import rest_settings
from quiescent.quiescence.seen import Seen, codes_of, gather, joined, see
from quiescent.quiescence.starts import begin
from quiescent.simulation.episode import perform, perform_with, prepare
from quiescent.simulation.members import Members
from quiescent.streams import open_streams

CHUNK = 52  # steps, a multiple of `JUDGED`, that a resting population is simulated for before it is read out


def rest(
    members: Members,
    *,
    trials: int = 200,
    steps: int = 1000,
    burn_in: int = 0,
    noise: RestNoise = "scaled",
    sigma2: float | None = None,
    friction: float = 1.0,
    adaptation: float = 0.0,
    adaptation_tau: float = 100.0,
    matched: bool = False,
    starts: RestStart = "encoded",
    velocity: Sequence[float] | Sequence[Sequence[float]] = (),
    keep_states: bool = False,
    judge: bool = False,
) -> list[Activity]:
    """Cut the input of networks, and let them run on.

    By default, rest is that of Krishna et al. (2024): it begins in the encoded starts of fresh trials, and noise is all
    that drives it.

    Memory does not depend on `steps` but for what is returned.

    Parameters
    ----------
    members
        Trained networks from `load_networks`, or `untrained` ones.
    trials, steps
        Number of paths, and of time steps that are simulated.
    burn_in
        First steps that are left out of the result.
    noise
        Standard deviation of recurrent noise: `scaled`, sqrt(2) times the trained one (Krishna et al. 2024, eq. 19);
        `same`; a number, another multiple of it; `absolute`, sqrt(2 * sigma2); or `task`, sqrt(sigma2).
    sigma2
        Variance per step of `absolute` and `task` noise; by default that of the noisy networks of the same task.
    friction
        Below 1, the state has momentum: a step takes away this fraction of its velocity (see `networks.momentum`).
    adaptation, adaptation_tau
        Strength and time constant (steps) of adaptation: in the long run the drive of a unit lacks so many times its
        activity.
    matched
        True multiplies the standard deviation of noise by sqrt(friction), so that momentum does not heat the network.
    starts
        Where rest begins: `encoded` places, the ends of trials (`asleep`), a unit-wise shuffle of those (`shuffled`),
        or `zero`.
    velocity
        An input that goes on (m/s or rad/s): one velocity, or several, spread over the rest and followed slowly.
    keep_states, judge
        True keeps the hidden states, or how good the code is at every step.

    Returns
    -------
    list of Activity
        One per network: decoded positions (m) or headings (rad), shaped (steps - burn_in, trial, dim).

    Raises
    ------
    QuiescentError
        If no step is left after the burn-in, or a value is impossible.

    Examples
    --------
    >>> import quiescent
    >>> words = ("network.units=8", "task.hd_cells.number=8")
    >>> config = quiescent.load_config("head_direction/noisy_unbiased", *words)
    >>> (dream,) = rest(quiescent.untrained([config]), trials=3, steps=10, burn_in=4)
    >>> dream.decoded.shape
    (6, 3, 1)
    """
    if steps <= burn_in:
        raise QuiescentError(f"steps={steps}: must be more than burn_in={burn_in}.")
    phase = Rest(trials, steps, burn_in, noise, sigma2, states=keep_states)
    dynamics = {
        "friction": friction,
        "adaptation": adaptation,
        "adaptation_tau": adaptation_tau,
        "matched": matched,
        "starts": starts,
        "velocity": velocity,
    }
    (asked,) = rest_settings(dynamics).asked({"": phase}).values()
    assert isinstance(asked, Rest)
    return resting(members, asked._replace(sigma2=sigma2), judge)


def rest_noise(members: Members, phase: Rest) -> list[NoiseLevels]:
    """Choose the noise of every member at rest; only recurrent noise differs from the trained one."""
    levels = []
    for config, trained in zip(members.configs, members.noise, strict=True):
        still = phase.weights == "initial" and trained.recurrent == 0
        if phase.noise in ("absolute", "task") or still:
            times = phase.times**2 if phase.noise == "task" else 2
            variance = times * (task_noise(config) if phase.sigma2 is None else phase.sigma2)
        else:
            variance = factor(phase.noise) ** 2 * config.network.sigma2_rec
        variance *= phase.friction if phase.matched else 1
        levels.append(trained._replace(recurrent=sqrt(variance), shape=phase.shape or trained.shape))
    return levels


def factor(noise: RestNoise | None) -> float:
    """Divide the standard deviation of noise at rest by the trained one; `None` is `scaled`."""
    return {"scaled": sqrt(2), "same": 1.0}[noise or "scaled"] if not isinstance(noise, float | int) else noise


def inputs_of(members: Members, phase: Rest) -> Float[Tensor, "time member trial input"]:
    """Make the input of every step at rest: nothing, or what the given velocity moves the variable by.

    Raises `QuiescentError` for a velocity that has not one number for every input.
    """
    width, like = members.configs[0].task.n_inputs, members.network.weights["output"]
    shape = (phase.steps, len(members.seeds), phase.trials, width)
    if not phase.velocity:
        return like.new_zeros(1, 1, 1, 1).expand(shape)
    if any(len(velocity) != width for velocity in phase.velocity):
        raise QuiescentError(f"rest.velocity={list(phase.velocity)}: each velocity must have {width} number(s).")
    nodes, steps = np.linspace(0, phase.steps - 1, len(phase.velocity)), np.arange(phase.steps)
    velocities = np.stack([np.interp(steps, nodes, values) for values in np.transpose(phase.velocity)], -1)
    durations = torch.tensor([config.task.dt for config in members.configs], dtype=torch.float64)
    moves = durations[:, None] * torch.from_numpy(velocities)[:, None]
    return moves.to(like)[:, :, None].expand(shape)


@torch.no_grad()
def resting(members: Members, phase: Rest, judge: bool) -> list[Activity]:
    """Simulate every member at rest."""
    noise = rest_noise(members, phase)
    streams = [open_streams(seed, "quiescent", phase.trials, members.network.device) for seed in members.seeds]
    first_states, given = begin(members, phase), inputs_of(members, phase)
    first = phase.burn_in - phase.burn_in % CHUNK  # step of the first piece that is looked at
    kept = kept_steps(phase.steps) if phase.states == "some" else np.arange(phase.steps)
    kept = kept[kept >= first]
    codes = codes_of(members) if judge else None

    def work(share: Share, scratch: Scratch) -> Seen:
        state = first_states(share)
        past = None if phase.momentum.neutral else at_rest(state)
        pieces: list[Seen] = []
        for done in range(0, phase.steps, CHUNK):
            steps = min(CHUNK, phase.steps - done)
            episode = prepare(members, state, given[done : done + steps], noise, streams, share, scratch)
            if past is None:
                perform(episode)
            else:
                past = perform_with(phase.momentum, past, episode)
            state = episode.states[-1].clone()
            if done + steps > phase.burn_in:
                now = kept[(kept >= done) & (kept < done + steps)] - done
                pieces.append(see(members, share, episode, phase, codes, now.tolist()))
        return joined(pieces)

    activities = gather(members, work, phase.trials, noise, None, kept - first)
    return [activity.between(phase.burn_in - first, phase.steps - first) for activity in activities]
