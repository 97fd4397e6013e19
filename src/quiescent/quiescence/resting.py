"""Resting: cut the input of trained networks, let them run on, and decode what they represent."""

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
from quiescent.quiescence.activity import Activity, Rest, RestNoise, kept_steps
from quiescent.quiescence.seen import Seen, codes_of, gather, joined, see
from quiescent.simulation.episode import perform, prepare
from quiescent.simulation.members import Members, sample
from quiescent.streams import Streams, open_streams

CHUNK = 52  # steps, a multiple of `JUDGED`, that a resting population is simulated for before it is read out


def rest(
    members: Members,
    *,
    trials: int = 200,
    steps: int = 1000,
    burn_in: int = 0,
    noise: RestNoise = "scaled",
    sigma2: float | None = None,
    keep_states: bool = False,
    judge: bool = False,
) -> list[Activity]:
    """Cut the input of networks, and let them run from the encoded starts of fresh trials.

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
    keep_states, judge
        True keeps the hidden states, or how good the code is at every step.

    Returns
    -------
    list of Activity
        One per network: decoded positions (m) or headings (rad), shaped (steps - burn_in, trial, dim).

    Raises
    ------
    QuiescentError
        If no step is left after the burn-in.

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
    return resting(members, Rest(trials, steps, burn_in, noise, sigma2, states=keep_states), judge)


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
        levels.append(trained._replace(recurrent=sqrt(variance), shape=phase.shape or trained.shape))
    return levels


def factor(noise: RestNoise | None) -> float:
    """Divide the standard deviation of noise at rest by the trained one; `None` is `scaled`."""
    return {"scaled": sqrt(2), "same": 1.0}[noise or "scaled"] if not isinstance(noise, float | int) else noise


def starts_of(members: Members, phase: Rest) -> Float[Tensor, "member trial dim"]:
    """Sample where rest begins: from the starts of fresh trials, or from only a few of them."""
    start = sample(members, phase.trials, _streams(members, phase), "held_out").start
    if phase.places:
        group = torch.arange(phase.trials, device=start.device) * phase.places // phase.trials
        start = start[:, group]
    return start


@torch.no_grad()
def resting(members: Members, phase: Rest, judge: bool) -> list[Activity]:
    """Simulate every member at rest."""
    noise = rest_noise(members, phase)
    streams = _streams(members, phase)
    start = starts_of(members, phase)
    silence = start.new_zeros(1, *start.shape[:-1], members.configs[0].task.n_inputs)
    first = phase.burn_in - phase.burn_in % CHUNK  # step of the first piece that is looked at
    kept = kept_steps(phase.steps) if phase.states == "some" else np.arange(phase.steps)
    kept = kept[kept >= first]
    codes = codes_of(members) if judge else None

    def work(share: Share, scratch: Scratch) -> Seen:
        state = members.start(share, start)
        pieces: list[Seen] = []
        for begin in range(0, phase.steps, CHUNK):
            steps = min(CHUNK, phase.steps - begin)
            inputs = silence.expand(steps, *silence.shape[1:])
            episode = prepare(members, state, inputs, noise, streams, share, scratch)
            perform(episode)
            state = episode.states[-1].clone()
            if begin + steps > phase.burn_in:
                now = kept[(kept >= begin) & (kept < begin + steps)] - begin
                pieces.append(see(members, share, episode, phase, codes, now.tolist()))
        return joined(pieces)

    activities = gather(members, work, phase.trials, noise, None, kept - first)
    return [activity.between(phase.burn_in - first, phase.steps - first) for activity in activities]


def _streams(members: Members, phase: Rest) -> list[Streams]:
    return [open_streams(seed, "quiescent", phase.trials, members.network.device) for seed in members.seeds]
