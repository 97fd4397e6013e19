"""Controls: activity of what is no trained network, in the form of a network's own."""

from collections.abc import Callable
from typing import NamedTuple

from quiescent.quiescence.activity import Active, Activity, Inside, Kicked, Rest
from quiescent.simulation.members import Members


class Control(NamedTuple):
    """Stand in for each of several trained networks, and do what it is asked in a phase.

    Parameters
    ----------
    title
        In one line, what it is.
    rest
        Its activity at rest beside each network, from the starts that the network has in that phase.
    active
        Its activity in the task; None: it has no behaviour of its own, and rest is compared with the network's.
    kicked
        What becomes of one step's noise on its active states; None: nothing can be kicked.
    inside
        Its dynamics, looked into; None: it has none of its own.
    states
        True where there are hidden states, with as many units as the network has.
    behaves
        True where it knows its task, so that its rest is compared with its own behaviour, not with the network's.
    follows
        True where it can rest in any way that is asked for: with momentum, from other starts, with an input.

    Examples
    --------
    >>> import quiescent
    >>> from quiescent.controls import CONTROLS
    >>> from quiescent.quiescence.activity import Rest
    >>> words = ("network.units=8", "task.place_cells.number=8")
    >>> config = quiescent.load_config("spatial_navigation/noisy_unbiased", *words)
    >>> (still,) = CONTROLS["frozen"].rest(quiescent.untrained([config]), Rest(trials=3, steps=5))
    >>> bool((still.decoded == still.decoded[0]).all())
    True
    """

    title: str
    rest: Callable[[Members, Rest], list[Activity]]
    active: Callable[[Members, Active], list[Activity]] | None = None
    kicked: Callable[[Members, Kicked], list[Activity]] | None = None
    inside: Callable[[Members, Inside], list[Activity]] | None = None
    states: bool = True
    behaves: bool = False
    follows: bool = True
