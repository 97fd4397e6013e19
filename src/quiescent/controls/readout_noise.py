"""Read-out noise: states that are nothing but noise, through the trained read-out."""

from math import sqrt

import torch

from quiescent.config.load import task_noise
from quiescent.controls.noise import noise_of
from quiescent.controls.watch import Piece, in_lanes, watch
from quiescent.machine.lanes import Share
from quiescent.quiescence.activity import Activity, Rest
from quiescent.quiescence.resting import rest_noise
from quiescent.simulation.members import Members


@torch.no_grad()
def readout_noise(members: Members, phase: Rest) -> list[Activity]:
    """Put the noise that a network receives at rest in the place of its states; where it receives none, the task's."""
    members = members.to("cpu")
    noise = [
        levels if levels.recurrent else levels._replace(recurrent=sqrt(2 * task_noise(config)))
        for levels, config in zip(rest_noise(members, phase), members.configs, strict=True)
    ]

    def work(member: int, share: Share) -> Activity:
        network = members.network.member(member)
        sampled = noise_of(members, share, "quiescent", noise, phase.steps)
        pieces = (Piece(members.activity(network.readout(states)), states) for states in sampled)
        return watch(members, member, phase, pieces, noise[member])

    return in_lanes(members, phase.trials, work)
