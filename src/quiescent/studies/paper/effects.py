"""Effects: numbers per seed that claims are decided by, read from results of networks or of controls in their place."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from quiescent.measures.measure import PAPER
from quiescent.studies.paper.experiments import as_written

Results = Mapping[str, xr.Dataset]  # by "family/measure"; of controls by "controls/<control>/family/measure"
LEAST = 1e-12  # of a ratio's parts: a seed at which nothing moves is not dropped


class Values(NamedTuple):
    """One number per seed, and which are only bounds: the true one is at most (-1) or at least (1) it; 0: it is it."""

    numbers: Float[np.ndarray, " seed"]
    bounds: Int[np.ndarray, " seed"]


Effect = Callable[["Reader"], Values]


class Reader(NamedTuple):
    """Look numbers up in results: in a reading, in a window, and with a control in the place of some conditions.

    With a control, all numbers are of the seed that controls are measured for; networks in another form than as written
    are replaced by the controls of those as written, which have the same sizes, noise and starts.
    """

    results: Results
    reading: str = "valid"
    window: str = PAPER
    control: str | None = None
    replaced: tuple[str, ...] = ()

    def array(self, measure: str, variable: str, condition: str) -> xr.DataArray | None:
        """Find a variable of a condition; None where it was not measured."""
        family = condition.split("/")[0]
        if self.control is not None and condition in self.replaced:
            controls = self.results.get(f"controls/{self.control}/{family}/{measure}")
            found = _of(controls, variable, condition)
            return _of(controls, variable, as_written(condition)) if found is None else found
        array = _of(self.results.get(f"{family}/{measure}"), variable, condition)
        return array if array is None or self.control is None else array.isel(seed=[0])

    def get(self, measure: str, variable: str, condition: str, **where: object) -> Float[np.ndarray, " seed"]:
        """Look up one number per seed; NaN for what was not measured."""
        array = self.array(measure, variable, condition)
        if array is None:
            return np.array([math.nan])
        views = {"reading": self.reading, "window": self.window}
        where = {dim: label for dim, label in views.items() if dim in array.dims} | where
        for dim, label in where.items():
            labels = array[dim].values if dim in array.dims else ()
            if dim == "reference" and self.control is not None and label not in labels:
                label = as_written(str(label))
            if label not in labels:
                return np.full(array.sizes["seed"], math.nan)
            array = array.sel({dim: label})
        return np.asarray(array.values, float)


def _of(dataset: xr.Dataset | None, variable: str, condition: str) -> xr.DataArray | None:
    if dataset is None or variable not in dataset or condition not in dataset["condition"].values:
        return None
    array = dataset[variable].sel(condition=condition)
    return array if array.notnull().any() else None


def values(numbers: Float[np.ndarray, " seed"], bounds: Int[np.ndarray, " seed"] | None = None) -> Values:
    """Make values that are all known, unless bounds are given."""
    return Values(numbers, np.zeros(len(numbers), int) if bounds is None else bounds)


def number(measure: str, variable: str, condition: str, **where: object) -> Effect:
    """Take a variable of a measure, at rest unless `phase` says otherwise."""
    where = {"phase": "quiescent"} | where

    def effect(reader: Reader) -> Values:
        dims = {dim: label for dim, label in where.items() if label is not None}
        return values(reader.get(measure, variable, condition, **dims))

    return effect


def kl(condition: str, phase: str = "quiescent", reference: str = "") -> Effect:
    """Take the KL of a phase from the behaviour of its own or another condition."""
    return number("kl", "kl", condition, phase=phase, reference=reference or condition)


def kl_start(condition: str, phase: str = "quiescent", reference: str = "") -> Effect:
    """Take the KL that a phase would have, had every path stood where it began."""
    return number("kl", "kl_start", condition, phase=phase, reference=reference or condition)


def combined(function: Callable[..., np.ndarray], *effects: Effect) -> Effect:
    """Compute a function of several effects, seed by seed.

    Where a part is a bound the whole is taken for one, on the same side as the first such part: it decides nothing.
    """

    def effect(reader: Reader) -> Values:
        parts = [part(reader) for part in effects]
        least = min(len(part.numbers) for part in parts)
        with np.errstate(all="ignore"):
            numbers = function(*(part.numbers[:least] for part in parts))
        bounds = np.array([part.bounds[:least] for part in parts])
        first = np.take_along_axis(bounds, (bounds != 0).argmax(0)[None], axis=0)[0]
        return Values(np.asarray(numbers, float), first)

    return effect


def ratio(above: Effect, below: Effect) -> Effect:
    """Divide one effect by another."""
    return combined(np.divide, above, below)


def difference(first: Effect, second: Effect) -> Effect:
    """Subtract the second effect from the first."""
    return combined(np.subtract, first, second)


def log_ratio(above: Effect, below: Effect) -> Effect:
    """Take the logarithm of the ratio of two effects that are not negative; of zero, a floor is taken."""

    def logs(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.asarray(np.log(np.maximum(first, LEAST)) - np.log(np.maximum(second, LEAST)))

    return combined(logs, above, below)


def always(effect: Effect) -> Effect:
    """Take the effect over all steps, whatever the reading."""
    return lambda reader: effect(reader._replace(reading="all"))


def within(window: str, effect: Effect) -> Effect:
    """Take the effect in one window, whatever else is looked at."""
    return lambda reader: effect(reader._replace(window=window))


def of_control(control: str, condition: str, effect: Effect) -> Effect:
    """Take the effect that a control in a network's place has: one number, for all seeds."""

    def replaced(reader: Reader) -> Values:
        found = effect(reader._replace(control=control, replaced=(condition,))).numbers
        seeds = 1 if reader.control is not None else _seeds(reader.results)
        return values(np.full(seeds, found[0] if len(found) else math.nan))

    return replaced


def _seeds(results: Results) -> int:
    return max(dataset.sizes["seed"] for name, dataset in results.items() if not name.startswith("controls/"))
