"""Observe trained networks in any phase."""

from quiescent.quiescence.activity import Active, Activity, Inside, Kicked, Phase
from quiescent.quiescence.awake import awake
from quiescent.quiescence.inside import look_inside
from quiescent.quiescence.kicked import kicked
from quiescent.quiescence.resting import resting
from quiescent.simulation.members import Members


def observe(members: Members, phase: Phase, *, judge: bool = False) -> list[Activity]:
    """Simulate every member in any phase; only what is seen in the task and at rest is judged."""
    if isinstance(phase, Kicked):
        return kicked(members, phase)
    if isinstance(phase, Inside):
        return look_inside(members, phase)
    return awake(members, phase, judge) if isinstance(phase, Active) else resting(members, phase, judge)
