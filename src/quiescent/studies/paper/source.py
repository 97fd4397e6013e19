"""Look up what a panel or a number of the paper needs of our networks, in one form; what is missing is named."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from quiescent.figures.drawing import Histories
from quiescent.figures.grid import reading
from quiescent.measures.measure import PAPER
from quiescent.runs.log import Metrics
from quiescent.spaces import Space, from_text
from quiescent.studies.paper.experiments import CONDITIONS, Family, Form, named


class Missing(LookupError):  # noqa: N818 - a fact about networks, which is shown
    """Networks that are not trained or not measured, in words for the place where they would have been shown."""


class Network(NamedTuple):
    """Networks of the paper, whatever their form."""

    family: Family
    name: str


UNBIASED, BIASED = (Network("spatial_navigation", f"noisy_{kind}") for kind in ("unbiased", "biased"))
FREE, FREE_BIASED = (Network("spatial_navigation", f"no-noise_{kind}") for kind in ("unbiased", "biased"))
HEADING, HEADING_BIASED = (Network("head_direction", f"noisy_{kind}") for kind in ("unbiased", "biased"))
GRU, GRU_BIASED = (Network("gru", f"noisy_{kind}") for kind in ("unbiased", "biased"))
MATRIX = (FREE, UNBIASED, FREE_BIASED, BIASED)  # Fig. 2e, in its order
BESIDE = ("uniform", "random")  # columns of Fig. 2e beside those of networks


class Source(NamedTuple):
    """Results by "family/measure" and test logs by condition, read in one form of the networks."""

    results: Mapping[str, xr.Dataset]
    histories: Histories
    form: Form

    def label(self, network: Network) -> str:
        """Name the condition of a network in this form. Raises `Missing` if none is planned."""
        label = named(network.family, network.name, self.form)
        if label is None:
            raise Missing(f"not planned {self.form}: {network.family}/{network.name}")
        return label

    def has(self, network: Network) -> bool:
        """Tell whether a network was trained in this form and in no other: noise-free ones have no shape of noise."""
        label = named(network.family, network.name, self.form)
        return label is not None and CONDITIONS[label].form == self.form and label in self.histories

    def tests(self, network: Network) -> Sequence[Sequence[Metrics]]:
        """Look up one test log per seed."""
        label = self.label(network)
        logs = self.histories.get(label, ())
        if not logs:
            raise Missing(f"not trained: {label}")
        return logs

    def dataset(self, network: Network, measure: str) -> xr.Dataset:
        """Look up all that a measure found of a network, without the dimension `condition`."""
        label = self.label(network)
        found = self.results.get(f"{network.family}/{measure}")
        if found is None or label not in found["condition"].values:
            self.tests(network)
            raise Missing(f"not measured: {measure} of {label}")
        return found.sel(condition=label)

    def values(
        self, network: Network, measure: str, variable: str, phase: str | None = None, window: str = PAPER
    ) -> xr.DataArray:
        """Look up a variable over all steps of a window, in one phase, of those seeds that have it."""
        found = self.dataset(network, measure)
        place = f"{measure} of {self.label(network)}" + (f", {phase}" if phase else "")
        if variable not in found:
            raise Missing(f"not measured: {variable}, {place}")
        array = reading(found, variable, window=window)
        if phase is not None:
            if "phase" not in array.dims or phase not in array["phase"].values:
                raise Missing(f"not measured: {place}")
            array = array.sel(phase=phase, drop=True)
        measured = array.notnull().any([dim for dim in array.dims if dim != "seed"])
        if not measured.any():
            raise Missing(f"not measured: {place}")
        return array.isel(seed=np.flatnonzero(measured.values))

    def first(self, network: Network, measure: str, variable: str, phase: str | None = None) -> xr.DataArray:
        """Look up a variable of the first seed that was measured: what pictures show."""
        return self.values(network, measure, variable, phase).isel(seed=0)

    def seeds(self, network: Network) -> int:
        """Count the networks that were trained, one per seed."""
        return len(self.histories.get(self.label(network), ()))

    def space(self, network: Network, measure: str) -> Space:
        """Look up what kind of variable a network tracks."""
        return from_text(str(self.dataset(network, measure)["space"].item()))

    def dt(self, network: Network, measure: str) -> float:
        """Look up the duration of a step (s)."""
        return float(self.dataset(network, measure)["dt"].item())

    def places(self, network: Network, phase: str) -> xr.DataArray:
        """Look up the density of decoded places, first seed: of positions at rest over the paper's first 200 steps."""
        paper = self.first(network, "occupancy", "density", phase)
        found = self.dataset(network, "occupancy")
        early = [window for window in ("0-100", "100-200") if window in found.get("window", xr.DataArray([])).values]
        if self.space(network, "occupancy").periodic or len(early) < 2:
            return paper
        halves = [self.values(network, "occupancy", "density", phase, window).isel(seed=0) for window in early]
        return (halves[0] + halves[1]) / 2


def kl_matrix(source: Source) -> xr.DataArray:
    """Collect the KL of rest from behaviour (nats) as in Fig. 2e, over seed, active and quiescent; NaN if missing.

    The untrained networks are those of the noisy conditions.
    """
    names = [network.name for network in MATRIX]
    columns = [*names, *BESIDE]
    cells: dict[tuple[str, str], xr.DataArray] = {}
    for row in MATRIX:
        for column in MATRIX:
            cells[row.name, column.name] = _entry(source, column, "quiescent", row)
        for phase in BESIDE:
            both = [_entry(source, network, phase, row) for network in (UNBIASED, BIASED)]
            cells[row.name, phase] = xr.concat(both, "network", join="outer").mean("network")
    rows = [xr.concat([cells[row, column] for column in columns], "quiescent", join="outer") for row in names]
    matrix = xr.concat(rows, "active", join="outer").assign_coords(active=names, quiescent=columns)
    return matrix.transpose("seed", "active", "quiescent").dropna("seed", how="all")


def _entry(source: Source, network: Network, phase: str, reference: Network) -> xr.DataArray:
    try:
        values = source.values(network, "kl", "kl", phase)
        return values.sel(reference=source.label(reference), drop=True).reset_coords(drop=True)
    except (Missing, KeyError):
        return xr.DataArray(np.zeros(0), coords={"seed": np.zeros(0, int)})
