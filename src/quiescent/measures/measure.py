"""Measures as data: the phases one needs, the quantities it returns, and a function of one activity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Float

from quiescent.quiescence.activity import Activity, Phase
from quiescent.spaces import Space, SpaceClass

Activities = Mapping[str, Activity]  # by name of the phase, or of the condition
Values = Mapping[str, Any]  # by quantity: a number, an array, an `Estimate` or `PerTrial`
Known = TypeVar("Known")
AXES = "*axes"  # stands for the dimensions of the space, such as x and y
PAPER = "paper"  # the reading of rest over the horizon of the paper
WINDOWS = {f"{begin}-{end}": (begin, end) for begin, end in ((0, 100), (100, 200), (200, 1000), (1000, 2000))}  # steps
SHORTEST = 100  # steps of a window: as many as a trial has, so that measures of places see equally many


class PerTrial(NamedTuple):
    """One value per trial, along the last axis; what counts is their mean, with its error over trials."""

    values: Float[np.ndarray, "*shape trial"]


class Quantity(NamedTuple):
    """A number or an array that a measure returns for every phase.

    In `unit`, "length" is a length of the space (m or rad), "spread" the unit of its variance, and "1/volume" that of
    a density over it. With an `error`, a variable `<name>_stderr` comes beside it.
    """

    unit: str
    title: str
    dims: tuple[str, ...] = ()
    error: bool = False
    once: bool = False  # one for the network: the same in every phase
    grid: bool = False  # once, and a coordinate: where the values along its dimension lie


def nothing(_: Activities) -> None:
    """Learn nothing: for measures that need the activity of one phase only."""


def behaviour(phases: Activities) -> Activity:
    """Learn the network's behaviour: its active phase."""
    return phases["active"]


@dataclass(frozen=True)
class Measure(Generic[Known]):
    """Quantities that are computed from a network's activity, phase by phase.

    Parameters
    ----------
    phases
        By name, what the network does: `active`, `quiescent` and others.
    quantities
        By name, what `of` returns.
    of
        `of(activity, known, rng)` computes all quantities of one phase. `rng` depends on the seed, the measure and the
        phase only, so that no number depends on what is measured beside it.
    learn
        `learn(phases)` is called once, with the activity in every phase as the paper reads it, for what all calls of
        `of` need to know, such as grids, which are then the same in every window.
    awake
        False leaves the active phase out of the result: it is only compared with.
    aside
        Further phases that are left out of the result: they are only learned from.
    readings
        True applies the measure twice: to all steps, and at rest to those steps only whose code is valid.
    compare
        True hands `learn` the behaviour of other conditions as a second argument, by condition; quantities may then
        have the dimension `reference`.
    beside
        Rows beside the phases, each from `row(known, rng)`, such as that of the uniform density.
    space
        The only kind of space that it is for, such as `Circle`; None for all.
    horizon
        The steps at rest, first and end, that the paper reads.
    windows
        True applies the measure to each of `WINDOWS` of rest as well.
    hidden
        True for a measure of hidden states.
    thin
        True for a measure of places, not of paths: it is handed equally many steps of every window.
    """

    phases: Mapping[str, Phase]
    quantities: Mapping[str, Quantity]
    of: Callable[[Activity, Known, np.random.Generator], Values]
    learn: Callable[..., Known] = nothing  # type: ignore[assignment]
    awake: bool = True
    aside: tuple[str, ...] = ()
    readings: bool = True
    compare: bool = False
    beside: Mapping[str, Callable[[Known, np.random.Generator], Values]] = field(default_factory=dict)
    space: SpaceClass | None = None
    horizon: tuple[int, int] = (0, 1000)
    windows: bool = True
    hidden: bool = False
    thin: bool = False


def per_trial(**functions: Callable[[np.ndarray, Space], np.ndarray]) -> Callable[[Activity, Any, Any], Values]:
    """Make a measure's `of` from functions `f(paths, space)` that give one number per trial of decoded paths."""

    def of(activity: Activity, _known: object, _rng: object) -> Values:
        return {name: PerTrial(function(activity.decoded, activity.space)) for name, function in functions.items()}

    return of
