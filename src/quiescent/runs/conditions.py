"""Runs by condition, and what the runs of one table or figure must have in common."""

from collections.abc import Sequence
from pathlib import Path

from quiescent.config.naming import label
from quiescent.errors import QuiescentError
from quiescent.runs.open import read_config
from quiescent.runs.run import Run
from quiescent.spaces import Space, SpaceClass


def by_condition(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Group runs by configuration, under its label; equal labels are told apart by their folder."""
    groups: dict[tuple[str, Path], list[Run]] = {}
    for run in dict.fromkeys(runs):
        groups.setdefault((label(read_config(run)), run.folder.parent), []).append(run)
    names = [name for name, _ in groups]
    return {name if names.count(name) == 1 else str(folder): members for (name, folder), members in groups.items()}


def require_one_space(runs: Sequence[Run], needed: SpaceClass | None, what: str) -> None:
    """Require that all runs track one kind of variable, of the same number of dimensions: they are to be compared.

    `needed` is the only kind that `what` is for. Raises `QuiescentError`.
    """
    spaces = [read_config(run).task.space for run in runs]
    variables = {space.variable for space in spaces}
    if len(variables) > 1:
        raise QuiescentError(f"these runs track different variables ({', '.join(sorted(variables))}); choose one.")
    for space in spaces:
        require_space(space, needed, what)
    if len({len(space.bounds) for space in spaces}) > 1:
        raise QuiescentError("these runs track positions of one and of two dimensions; choose one.")


def require_space(space: Space, needed: SpaceClass | None, what: str) -> None:
    """Require that a space is of the only kind that `what` is for. Raises `QuiescentError`."""
    if needed is None or isinstance(space, needed):
        return
    if needed.variable != space.variable:
        raise QuiescentError(f"{what} is for runs that track a {needed.variable}; these track a {space.variable}.")
    raise QuiescentError(f"{what} is for runs on a {needed.kind}; these are in a {space.kind}.")
