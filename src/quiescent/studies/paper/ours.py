"""Numbers of our networks, one per seed, that stand beside what can be read in a published figure."""

from collections.abc import Callable

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.figures.loss import align
from quiescent.studies.paper.measures import added
from quiescent.studies.paper.source import Missing, Network, Source, kl_matrix

PerSeed = Float[np.ndarray, " seed"]
Value = Callable[[Source, Network], PerSeed]


def in_training(key: str, at: int) -> Value:
    """Take a test in training, by its place after the one at the start: the published curves begin at batch 100."""

    def value(source: Source, network: Network) -> PerSeed:
        batches, values = align(source.tests(network), key)
        after = values[:, batches > 0]
        if not after.size:
            raise Missing(f"not trained: {source.label(network)}")
        return np.asarray(after[:, at])

    return value


def mean_of(measure: str, phase: str = "quiescent") -> Value:
    """Take the number that a measure is named after, in one phase."""
    return lambda source, network: np.asarray(source.values(network, measure, measure, phase).values, float)


def step(phase: str) -> Value:
    """Take the distance per step in one phase; noise that is added is that of the form."""

    def value(source: Source, network: Network) -> PerSeed:
        return mean_of("distance", added(source.form) if phase == "noise_added" else phase)(source, network)

    return value


def explained(number: int, phase: str) -> Value:
    """Take the cumulative variance that so many of a phase's own components explain."""

    def value(source: Source, network: Network) -> PerSeed:
        curve = source.values(network, "dimensionality", "explained", phase)
        return np.asarray(curve.isel(component=min(number, curve.sizes["component"]) - 1).values, float)

    return value


def hue(phase: str) -> Value:
    """Take the largest decoded distance from the centre, of the states that are drawn."""
    return lambda source, network: _largest(source.values(network, "manifold", "hue", phase))


def component(phase: str) -> Value:
    """Take the largest absolute value on the first two components, of the states that are drawn."""
    return lambda source, network: _largest(source.values(network, "manifold", "points", phase).isel(axis=slice(2)))


def crowd(phase: str) -> Value:
    """Take the highest density of states on the first two components."""
    return lambda source, network: _largest(source.values(network, "manifold", "density", phase))


def peak(phase: str) -> Value:
    """Take the highest density of decoded positions, as it is drawn."""
    return lambda source, network: np.array([float(source.places(network, phase).max())])


def _largest(array: xr.DataArray) -> PerSeed:
    return np.asarray(abs(array).max([dim for dim in array.dims if dim != "seed"]).values, float)


def highest_kl(source: Source, network: Network) -> PerSeed:
    """Take the highest mean over seeds in the KL matrix, of the entries that are there; a network must be."""
    source.values(network, "kl", "kl", "quiescent")
    matrix = kl_matrix(source)
    mean = matrix.mean("seed")
    at = mean.where(mean == mean.max(), drop=True)
    return np.asarray(matrix.sel(active=at["active"][0], quiescent=at["quiescent"][0]).values, float)


def turning(source: Source, network: Network) -> PerSeed:
    """Take the mean angular velocity at rest, per step."""
    per_second = source.values(network, "turning", "velocity", "quiescent").values
    return np.asarray(per_second * source.dt(network, "turning"), float)


def within(phase: str, limit: float) -> Value:
    """Take the fraction of steps whose angular velocity (rad/step) is within a limit on both sides."""

    def value(source: Source, network: Network) -> PerSeed:
        density = source.values(network, "turning", "histogram", phase)
        middles = density["middle"].values * source.dt(network, "turning")
        widths = middles[:, 1:2] - middles[:, :1]
        inside = np.clip((limit - np.abs(middles)) / widths + 0.5, 0, 1)  # fraction of each bin
        return np.asarray((density.values / source.dt(network, "turning") * widths * inside).sum(1), float)

    return value
