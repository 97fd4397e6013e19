"""Untrained: networks of the same seeds with their initial weights."""

from dataclasses import replace

from quiescent.quiescence.activity import Active, Activity, Inside, Kicked, Rest
from quiescent.quiescence.observe import observe
from quiescent.simulation.members import Members, untrained


def rest(members: Members, phase: Rest) -> list[Activity]:
    """Rest with the initial weights, and with the task's noise where networks are trained without."""
    return observe(initial(members), phase._replace(weights="initial"), judge=True)


def active(members: Members, phase: Active) -> list[Activity]:
    """Do the task with the initial weights."""
    return observe(initial(members), phase, judge=True)


def kicked(members: Members, phase: Kicked) -> list[Activity]:
    """Kick networks with the initial weights."""
    return observe(initial(members), phase)


def inside(members: Members, phase: Inside) -> list[Activity]:
    """Look into networks with the initial weights."""
    return observe(initial(members), phase)


def initial(members: Members) -> Members:
    """Put the initial weights in the place of the trained ones."""
    return replace(untrained(members.configs), codes=members.codes).to(members.network.device)
