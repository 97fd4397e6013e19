"""Frozen: a network that stays in the state in which it starts."""

import torch

from quiescent.controls.watch import Piece, in_lanes, kept_after, watch
from quiescent.machine.lanes import Share
from quiescent.quiescence.activity import Activity, Quality, Rest
from quiescent.quiescence.resting import rest_noise
from quiescent.quiescence.starts import begin
from quiescent.simulation.members import Members


@torch.no_grad()
def frozen(members: Members, phase: Rest) -> list[Activity]:
    """Stand still in the states in which rest begins."""
    first_states, noise, members = begin(members, phase), rest_noise(members, phase), members.to("cpu")

    def work(member: int, share: Share) -> Activity:
        state = first_states(share).cpu()
        outputs = members.activity(members.network.member(member).readout(state))
        piece = Piece(outputs[None], state[None])
        one_step = phase._replace(steps=1, burn_in=0, states=bool(phase.states))
        return _again_and_again(watch(members, member, one_step, [piece], noise[member]), phase)

    return in_lanes(members, phase.trials, work)


def _again_and_again(once: Activity, phase: Rest) -> Activity:
    """Repeat a single step."""
    assert once.quality is not None
    steps, kept = phase.steps - phase.burn_in, kept_after(phase)
    return once._replace(
        decoded=once.decoded.repeat(steps, 0),
        quality=Quality(*(values.repeat(steps, 0) for values in once.quality)),
        states=None if once.states is None else once.states.repeat(len(kept), 0),
        kept=kept - phase.burn_in,
    )
