"""Awake: run trained networks in their task, and decode what they represent."""

import torch

from quiescent.machine.lanes import Share
from quiescent.machine.scratch import Scratch
from quiescent.quiescence.activity import Active, Activity
from quiescent.quiescence.seen import Seen, codes_of, gather, see
from quiescent.simulation.episode import perform, prepare
from quiescent.simulation.members import Members, sample
from quiescent.streams import Purpose, open_streams


def active(members: Members, *, trials: int = 200, keep_states: bool = False, judge: bool = False) -> list[Activity]:
    """Let networks do fresh trials of their task, with their own noise.

    Parameters
    ----------
    members
        Trained networks from `load_networks`, or `untrained` ones.
    trials
        Number of trials, each as many steps long as the task's trials are.
    keep_states
        True keeps the hidden states (time, trial, unit).
    judge
        True keeps how good the code is at every step.

    Returns
    -------
    list of Activity
        One per network: decoded positions (m) or headings (rad), shaped (time, trial, dim), beside the true ones.

    Examples
    --------
    >>> import quiescent
    >>> words = ("network.units=8", "task.place_cells.number=8", "task.steps=5")
    >>> config = quiescent.load_config("spatial_navigation/noisy_unbiased", *words)
    >>> (activity,) = active(quiescent.untrained([config]), trials=3)
    >>> activity.decoded.shape, activity.truth.shape
    ((5, 3, 2), (5, 3, 2))
    """
    return awake(members, Active(trials, states=keep_states), judge)


@torch.no_grad()
def awake(members: Members, phase: Active, judge: bool) -> list[Activity]:
    """Simulate every member in its task."""
    purpose: Purpose = "again" if phase.again else "active"
    streams = [open_streams(seed, purpose, phase.trials, members.network.device) for seed in members.seeds]
    batch = sample(members, phase.trials, streams, phase.part)
    codes = codes_of(members) if judge else None

    def work(share: Share, scratch: Scratch) -> Seen:
        start = members.start(share, batch.start)
        episode = prepare(members, start, batch.inputs, members.noise, streams, share, scratch)
        perform(episode)
        return see(members, share, episode, phase, codes)

    return gather(members, work, phase.trials, members.noise, batch.path)
