"""Faded and diverged runs: the amplitude of every network's code in every window of rest."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from quiescent.measures.measure import PAPER, WINDOWS
from quiescent.measures.shape import DIVERGED, FADED
from quiescent.studies.paper.effects import Results
from quiescent.studies.paper.experiments import FAMILIES
from quiescent.studies.paper.formats import UNKNOWN, Record

SHOWN = ("quiescent", "noise_added")
FLAGS = {"faded": "\N{BLACK DOWN-POINTING TRIANGLE}", "diverged": "\N{BLACK UP-POINTING TRIANGLE}"}
LIMITS = {"faded": FADED, "diverged": DIVERGED}  # of behaviour's amplitude


def amplitudes(results: Results) -> list[Record]:
    """List conditions and phases of rest with the amplitude over behaviour's, seed by seed, in every window."""
    rows: list[Record] = []
    for family in FAMILIES:
        dataset = results.get(f"{family}/shape")
        if dataset is None:
            continue
        array = dataset["amplitude"]
        for condition in array["condition"].values:
            for phase in SHOWN:
                row = _row(array.sel(condition=condition), phase)
                if row:
                    rows.append({"condition": str(condition), "phase": phase, "windows": row})
    return rows


def _row(array: xr.DataArray, phase: str) -> dict[str, list[float | None]]:
    if phase not in array["phase"].values:
        return {}
    windows = [window for window in (PAPER, *WINDOWS) if window in array["window"].values]
    tables = {window: np.asarray(array.sel(phase=phase, window=window).values, float) for window in windows}
    if not any(np.isfinite(values).any() for values in tables.values()):
        return {}
    return {
        window: [None if math.isnan(value) else float(value) for value in values] for window, values in tables.items()
    }


def flag(amplitude: float | None) -> str:
    """Name what became of a code: `faded`, `diverged`, or neither; see `FLAGS` for signs."""
    if amplitude is None or FADED <= amplitude <= DIVERGED:
        return ""
    return "faded" if amplitude < FADED else "diverged"


def flagged(rows: Sequence[Record]) -> dict[tuple[str, str, str], str]:
    """Say of how many seeds the code faded or diverged, by condition, phase and window, where it is any."""
    found = {}
    for row in rows:
        for window, values in row["windows"].items():
            measured = [value for value in values if value is not None]
            words = [
                f"{FLAGS[name]}{sum(flag(value) == name for value in measured)}/{len(measured)}"
                for name in FLAGS
                if any(flag(value) == name for value in measured)
            ]
            if words:
                found[row["condition"], row["phase"], window] = " ".join(words)
    return found


def marked(values: Sequence[float | None]) -> list[tuple[str, str]]:
    """Write the amplitude of every seed with its sign, beside what became of it."""
    words = [UNKNOWN if value is None else f"{value:.2g}" for value in values]
    return [(word + FLAGS.get(flag(value), ""), flag(value)) for word, value in zip(words, values, strict=True)]


def cell(values: Sequence[float | None]) -> str:
    """Write the amplitudes of all seeds, each with its sign."""
    return " ".join(word for word, _ in marked(values)) or UNKNOWN


def counts(rows: Sequence[Record], phase: str = "quiescent", window: str = PAPER) -> Mapping[str, int]:
    """Count networks by what became of their codes."""
    values = [value for row in rows if row["phase"] == phase for value in row["windows"].get(window, [])]
    names = [flag(value) or "kept" for value in values if value is not None]
    return {name: names.count(name) for name in ("kept", *FLAGS)}
