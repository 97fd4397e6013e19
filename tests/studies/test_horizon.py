"""How long a network must rest to forget its start is that of diffusing paths."""

import math

import numpy as np
import pytest
import xarray as xr
from made import BOX, CIRCLE

from quiescent.spaces import Box, to_text
from quiescent.studies.paper import horizon

UNBIASED = "spatial_navigation/noisy_unbiased"


def simulated_relaxation(space, diffusion, rng):
    """Time how long the slowest mode of diffusing paths takes to fall to 1/e, by their correlation with its phase."""
    dt, steps = 0.02, 400
    low, high = space.bounds[0]
    start = rng.uniform(low, high, 20_000)
    steps_taken = np.sqrt(2 * diffusion * dt) * rng.normal(size=(steps, len(start)))
    ends = start + np.cumsum(steps_taken, 0)
    turn = 2 * np.pi * (ends - low) / (high - low)
    first = 2 * np.pi * (start - low) / (high - low)
    if not space.periodic:  # unfolded at its walls, a segment is half of a ring
        turn, first = turn / 2, first / 2
    left = 2 * (np.cos(turn) * np.cos(first)).mean(1)
    return -steps * dt / math.log(left[-1])


@pytest.mark.parametrize(("space", "diffusion"), [(Box(((-1.1, 1.1),)), 0.05), (CIRCLE, 0.1)])
def test_the_horizon_is_that_of_diffusing_paths(space, diffusion):
    measured = simulated_relaxation(space, diffusion, np.random.default_rng(0))
    assert horizon.relaxation(space, diffusion) == pytest.approx(measured, rel=0.05)


def displaced(names, space, **numbers):
    variables = {key: (("condition", "seed", "phase"), [[[value]]] * len(names)) for key, value in numbers.items()}
    coords = {"condition": names, "seed": [0], "phase": ["quiescent"]}
    own = {"space": ("condition", [to_text(space)] * len(names)), "dt": ("condition", [0.02] * len(names))}
    return xr.Dataset(variables, coords | own)


def test_a_horizon_is_taken_from_the_rate_or_from_the_distance_and_is_none_without_either():
    key, names = "controls/perfect/spatial_navigation/displacement", [UNBIASED]
    by_rate = horizon.needed({key: displaced(names, BOX, diffusion=1e-3, msd_100=7.0)}, (UNBIASED,))
    far = 2 * 2 * 100 * 0.02 * 1e-3  # msd = 2 dim D t
    by_distance = horizon.needed({key: displaced(names, BOX, diffusion=math.nan, msd_100=far)}, (UNBIASED,))
    assert by_rate["seconds"] == pytest.approx(2.2**2 / math.pi**2 / 1e-3)
    assert by_distance["seconds"] == pytest.approx(by_rate["seconds"])
    assert horizon.needed({key: displaced(names, BOX, diffusion=0.0, msd_100=0.0)}, (UNBIASED,)) is None
    assert horizon.needed({}, (UNBIASED,)) is None
