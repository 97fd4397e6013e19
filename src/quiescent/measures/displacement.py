"""Mean squared displacement: does a path at rest go anywhere, and does it diffuse?"""

import math

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from quiescent.measures.measure import RESAMPLES, Activities, Measure, bootstrap_error, mean, over_time
from quiescent.quiescence.phases import RESTING, UNTRAINED

NUMBER = 24  # of lags in a curve
FITTED = (10, 100)  # steps, the lags whose slope is the exponent
SHORT = 10  # steps, the lags that give the diffusion constant
FAR = 100  # steps, the lag that conditions are compared at


def displacement(
    paths: Float[np.ndarray, "time trial dim"], lags: Int[np.ndarray, " lag"], *, circular: bool = False
) -> Float[np.ndarray, "lag trial"]:
    """Mean squared displacement of every path at every lag (m^2, or rad^2 of the unwrapped heading).

    A pair of steps counts if both are there (not NaN); NaN for lags without pairs.
    """
    points = _unwrapped(paths.astype(float)) if circular else paths.astype(float)
    found = np.full((len(lags), paths.shape[1]), np.nan)
    for row, lag in zip(found, lags, strict=True):
        if lag < len(points):
            row[:] = over_time(np.square(points[lag:] - points[:-lag]).sum(-1))
    return found


def _unwrapped(angles: Float[np.ndarray, "time trial dim"]) -> Float[np.ndarray, "time trial dim"]:
    """Headings as running totals; a heading that is left out takes no part, and is left out again."""
    counts = np.isfinite(angles)
    last = np.maximum.accumulate(np.where(counts, np.arange(len(angles))[:, None, None], 0), axis=0)
    filled = np.take_along_axis(np.nan_to_num(angles), last, axis=0)
    return np.where(counts, np.unwrap(filled, axis=0), np.nan)


def log_lags(steps: int) -> Int[np.ndarray, " lag"]:
    """Distinct lags from one step to half of a path."""
    return np.unique(np.round(np.geomspace(1, max(1, steps // 2), NUMBER)).astype(int))


def exponent(msd: Float[np.ndarray, " lag"], lags: Int[np.ndarray, " lag"]) -> float:
    """Slope of log displacement on log lag: 0 for a path that stays, 1 for diffusion, 2 for a straight line."""
    fine = (lags >= FITTED[0]) & (lags <= FITTED[1]) & np.isfinite(msd)
    fine &= np.where(fine, msd, 0) > 0
    if fine.sum() < 3:
        return math.nan
    return float(np.polyfit(np.log(lags[fine]), np.log(msd[fine]), 1)[0])


def diffusion(msd: Float[np.ndarray, " lag"], lags: Int[np.ndarray, " lag"], dim: int, dt: float) -> float:
    """Constant D of `msd = 2 dim D t`, by least squares through the origin over short lags (m^2/s or rad^2/s)."""
    fine = (lags <= SHORT) & np.isfinite(msd)
    time = 2 * dim * lags[fine] * dt
    return float(time @ msd[fine] / (time @ time)) if fine.any() else math.nan


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Displacement against lag, its exponent and diffusion constant, and the displacement after 100 steps."""
    lags = log_lags(max(len(one.decoded) for one in phases.values()))
    table: dict[str, list[object]] = {
        name: [] for name in ("msd", "msd_stderr", "exponent", "exponent_stderr", "diffusion", "msd_100")
    }
    for one in phases.values():
        trials = displacement(one.decoded, np.where(lags <= len(one.decoded) // 2, lags, 10**9), circular=one.circular)
        msd = np.array([mean(row) for row in trials])
        table["msd"].append(msd)
        table["msd_stderr"].append([bootstrap_error(row, rng) for row in trials])
        table["exponent"].append(exponent(msd, lags))
        table["exponent_stderr"].append(_exponent_error(trials, lags, rng))
        table["diffusion"].append(diffusion(msd, lags, one.decoded.shape[-1], one.dt))
        far = np.array([min(FAR, len(one.decoded) - 1)])
        table["msd_100"].append(mean(displacement(one.decoded, far, circular=one.circular)[0]))
    square = "rad^2" if phases["active"].circular else "m^2"
    units = {"exponent": "", "exponent_stderr": "", "diffusion": f"{square}/s"}
    names = {
        "msd": "mean squared displacement",
        "exponent": "diffusion exponent",
        "diffusion": "diffusion constant",
        "msd_100": f"mean squared displacement after {FAR} steps (or all of a shorter path)",
    }
    return xr.Dataset(
        {
            name: (
                ("phase", "lag") if name.startswith("msd") and name != "msd_100" else "phase",
                values,
                {"unit": units.get(name, square), "long_name": names.get(name, "its standard error over trials")},
            )
            for name, values in table.items()
        },
        coords={"phase": list(phases), "lag": lags},
    )


def _exponent_error(
    trials: Float[np.ndarray, "lag trial"], lags: Int[np.ndarray, " lag"], rng: np.random.Generator
) -> float:
    values = []
    for _ in range(RESAMPLES // 4):
        chosen = trials[:, rng.integers(trials.shape[1], size=trials.shape[1])]
        values.append(exponent(np.array([mean(row) for row in chosen]), lags))
    there = np.array(values)[np.isfinite(values)]
    return float(there.std(ddof=1)) if len(there) > 1 else math.nan


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    compute=compute,
)
