"""Simulated animals of RatInABox, as recordings."""

from os import PathLike
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from quiescent.errors import QuiescentError
from quiescent.machine.files import writing

PAUSE = 60.0  # s, between the stretches of a walk that leaves a periodic plane on one side and comes in on the other


@runtime_checkable
class Agent(Protocol):
    """An `Agent` of RatInABox, of which its world and its history are read."""

    Environment: Any
    history: Any


def recording(agent: Agent, path: str | PathLike[str]) -> tuple[str, ...]:
    """Save where a RatInABox agent has been as a recording that networks can be trained on.

    Parameters
    ----------
    agent
        An agent that was updated for a while, in a world of one or two dimensions with any walls. Around a periodic
        line it is tracked on a circle. A plane has walls: where an agent leaves a periodic one, a stretch ends, and
        no trial crosses the edge.
    path
        The `.npz` to write, with arrays `t` (s) and `pos` (m); one that exists is replaced.

    Returns
    -------
    tuple of str
        Words for `load_config` that name the file, and the size of the world: all of it, visited or not.

    Raises
    ------
    QuiescentError
        If the agent has no history, the file is no `.npz`, or it cannot be written.

    Examples
    --------
    >>> import quiescent, tempfile
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> times = np.arange(0.0, 120.0, 0.1)
    >>> line = SimpleNamespace(dimensionality="1D", boundary_conditions="solid", extent=[0, 2.0])
    >>> agent = SimpleNamespace(Environment=line, history={"t": times, "pos": 1 + np.sin(times)[:, None]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     config = quiescent.load_config("recorded/sargolini", *recording(agent, f"{folder}/agent.npz"))
    ...     config.task.space
    Box(walls=((0.0, 2.0),))
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise QuiescentError(f"{path}: must end in .npz.")
    world = agent.Environment
    sides = np.reshape(np.array(world.extent, float), (-1, 2)).tolist()
    times, positions = (np.array(agent.history[key], float) for key in ("t", "pos"))
    if len(times) < 2 or positions.shape != (len(times), len(sides)):
        raise QuiescentError(f"{path}: the agent has no history of its own; update it first, with save_history=True.")
    periodic = world.boundary_conditions == "periodic"
    if periodic and len(sides) == 2:
        leaps = (np.abs(np.diff(positions, axis=0)) > np.ptp(np.array(sides), axis=1) / 2).any(1)
        times = times + PAUSE * np.concatenate([[0], leaps.cumsum()])
    with writing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, t=times, pos=positions)
    if periodic and len(sides) == 1:
        return (f"task.path={path}", f"task.period={sides[0][1] - sides[0][0]:g}")
    return (f"task.path={path}", f"task.arena={sides}")
