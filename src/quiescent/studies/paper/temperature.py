"""Effects of the strength of noise at rest, from a scan of it."""

import math

import numpy as np
import xarray as xr

from quiescent.studies.paper.effects import Effect, PerSeed, Reader


def best_factor(condition: str) -> Effect:
    """Find the factor of noise at rest with the lowest KL, as octaves from sqrt(2)."""

    def effect(reader: Reader) -> PerSeed:
        table = _scan(reader, condition, "kl")
        if table is None:
            return np.array([math.nan])
        moving = table.sel(factor=table["factor"] > 0)
        values = moving.transpose("seed", "factor").values
        best = np.where(np.isfinite(values), values, math.inf).argmin(1)
        octaves = np.log2(moving["factor"].values[best] / math.sqrt(2))
        return np.where(np.isfinite(values).any(1), octaves, math.nan)

    return effect


def spread_slope(condition: str) -> Effect:
    """Fit the slope of the log spread of rest on that of the temperature law, over all factors: 1 if the law holds."""

    def effect(reader: Reader) -> PerSeed:
        measured, predicted = (_scan(reader, condition, name) for name in ("spread", "predicted"))
        if measured is None or predicted is None:
            return np.array([math.nan])
        slopes = []
        for seed in measured["seed"].values:
            y, x = (np.log(spread.sel(seed=seed).values) for spread in (measured, predicted))
            fine = np.isfinite(x) & np.isfinite(y)
            slopes.append(float(np.polyfit(x[fine], y[fine], 1)[0]) if fine.sum() > 2 else math.nan)
        return np.array(slopes)

    return effect


def law_gain(condition: str) -> Effect:
    """Subtract the KL from the tempered density from that from behaviour, mean over factors other than sqrt(2)."""

    def effect(reader: Reader) -> PerSeed:
        plain, law = (_scan(reader, condition, name) for name in ("kl", "kl_tempered"))
        if plain is None or law is None:
            return np.array([math.nan])
        factors = plain["factor"].values
        others = (factors > 0) & (np.abs(factors - math.sqrt(2)) > 0.01)
        gain = (plain - law).transpose("seed", "factor").values[:, others]
        fine = np.isfinite(gain)
        number = fine.sum(1)
        return np.where(number > 0, np.where(fine, gain, 0).sum(1) / np.maximum(number, 1), math.nan)

    return effect


def _scan(reader: Reader, condition: str, variable: str) -> xr.DataArray | None:
    dataset = reader.results.get(f"{condition.split('/')[0]}/temperature")
    if dataset is None or condition not in dataset["condition"].values:
        return None
    factor = dataset["factor"].sel(condition=condition, reading=reader.reading).mean("seed").values
    array = dataset[variable].sel(condition=condition, reading=reader.reading)
    return array.assign_coords(factor=("phase", factor)).swap_dims(phase="factor").drop_vars("phase")
