"""Slow points: where does the network hardly move if it is left alone, and along how many directions does it stay?

A continuous attractor has slow points wherever a place is; a ring has one direction along which nothing decays, a plane
two, and a homogeneous network one more, along which all states grow or fade. A point is slow if in the time of a trial
it moves less than the task moves the network in one step.

Formula: the least `|F(r) - r| / |r|` near each of 512 states, awake and settled, with F the step without input and
noise (without a scale: of its part across r); directions: eigenvalues of the derivative there, those whose modulus
keeps a part 1/e or more over a trial.

Source: Sussillo & Barak (2013), with speed relative to size, which is ours.

Fails: where descent ends in a near trough that is no fixed point: it finds points near its starts only. Leak that is
weak makes every direction last, in untrained networks too: compare with that control. Along a direction that lasts,
`flow` and noise may still carry a place away.
"""

import numpy as np
import torch

from quiescent.dynamics.slow_points import slow_directions
from quiescent.measures.measure import Measure, Quantity, Values
from quiescent.quiescence.activity import Activity, Inside
from quiescent.quiescence.inside.slow_points import MOST, SlowPoints

STARTS, SHOWN = 512, 8  # starts, and directions that are listed


def of(activity: Activity, _known: None, _: np.random.Generator) -> Values:
    """Compare speeds with the task's, count points that differ and directions that last for a trial."""
    found = activity.inside
    assert isinstance(found, SlowPoints)
    slow = (found.speed <= found.awake / found.steps) & found.held
    return {
        "awake": found.awake,
        "speed": float(np.median(found.speed)),
        "ratio": float(np.median(found.speed) / found.awake),
        "held": float(found.held.mean()),
        "slow": float(slow.mean()),
        "points": float(slow[found.chosen].sum()),
        "growth": float(np.median(found.growth)),
        "homogeneous": found.homogeneous,
        **_spectra(found),
        "places": found.places,
        "speeds": np.where(found.held, found.speed / found.awake, np.nan),
    }


def _spectra(found: SlowPoints) -> Values:
    """Count directions at the slowest points, of which there may be none."""
    some, units, _ = found.eigenvalues.shape
    moduli = np.hypot(*np.moveaxis(found.eigenvalues, -1, 0))
    relative = moduli / (1 + found.growth[found.chosen[:some], None]) if found.homogeneous else moduli
    directions = slow_directions(torch.from_numpy(relative), found.steps)
    numbers = {name: float(values.double().quantile(0.5)) for name, values in directions._asdict().items() if some}
    slowest, eigenvalues = np.full(SHOWN, np.nan), np.full((MOST, units, 2), np.nan, np.float32)
    if some:
        slowest[:units] = np.median(relative, 0)[:SHOWN]
        eigenvalues[:some] = found.eigenvalues
    names = {"directions": "slow", "growing": "growing", "before_gap": "before_gap", "gap": "gap"}
    return {name: numbers.get(field, np.nan) for name, field in names.items()} | {
        "moduli": slowest,
        "eigenvalues": eigenvalues,
    }


MEASURE = Measure(
    phases={"slow_points": Inside("slow_points", trials=STARTS)},
    quantities={
        "awake": Quantity("1/step", "speed awake without noise, over the size of the state"),
        "speed": Quantity("1/step", "median of the least speed near each start, over the size of the state"),
        "ratio": Quantity("", "this speed over that awake"),
        "held": Quantity("", "fraction of starts that lead to a point whose size hardly changes"),
        "slow": Quantity("", "fraction of starts that lead to a slow point"),
        "points": Quantity("", "slow points that differ"),
        "growth": Quantity("1/step", "median growth of the state's size at these points"),
        "homogeneous": Quantity("", "1 if the network has no scale: then directions are relative to growth"),
        "directions": Quantity("", "median number of directions that last longer than a trial"),
        "growing": Quantity("", "median number of these that grow by a factor e in a trial"),
        "before_gap": Quantity("", "median number of directions before the widest gap of moduli"),
        "gap": Quantity("", "median of this gap"),
        "moduli": Quantity("", "median modulus of eigenvalues, slowest direction first", ("direction",)),
        "places": Quantity("length", "decoded places of the points", ("start", "axis")),
        "speeds": Quantity("", "their speed over that awake", ("start",)),
        "eigenvalues": Quantity("", "eigenvalues at the slowest points", ("point", "unit", "part")),
    },
    of=of,
    readings=False,
    windows=False,
    hidden=True,
)
