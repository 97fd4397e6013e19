"""Ways to look into a network's dynamics. One file and one line here per way."""

from collections.abc import Callable

from quiescent.quiescence.activity import Activity, Inside
from quiescent.quiescence.inside import diffusion, flow, lyapunov, slow_points
from quiescent.simulation.members import Members

INSIDE: dict[str, Callable[[Members, Inside], list[Activity]]] = {
    "slow_points": slow_points.slow_points,
    "flow": flow.flow,
    "lyapunov": lyapunov.noise_free,
    "lyapunov_noisy": lyapunov.noisy,
    "diffusion": diffusion.look,
}


def look_inside(members: Members, phase: Inside) -> list[Activity]:
    """Look into every member; what is found is the `inside` of its activity."""
    return INSIDE[phase.what](members, phase)
