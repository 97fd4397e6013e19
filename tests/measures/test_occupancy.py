"""Pictures are kept with their labels, and occupancy is a density."""

import math

import numpy as np
import pytest
from made import BOX, CIRCLE, activity, leave_all_out, measured

from quiescent.measures.occupancy import SECTORS, occupancy
from quiescent.statistics import points_of


def density(paths, space=BOX):
    return space.density(points_of(paths))


def test_pictures_are_kept_with_their_labels():
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 0.3, (50, 40, 2)).astype(np.float32)
    awake = activity(rng.normal(0, 0.3, (50, 40, 2)))._replace(truth=truth)
    rest = activity(rng.normal(0, 0.3, (80, 40, 2)))
    phases = {"active": awake, "quiescent": rest, "gone": leave_all_out(rest)}
    result = measured("occupancy", phases)
    maps = result["density"]
    assert maps.dims == ("phase", "x", "y")
    assert maps.attrs["unit"] == "1/m^2"
    area = np.prod(np.diff(result["extent"].values, axis=1)[:, 0] / maps.shape[1:])
    assert float(maps.sel(phase="quiescent").sum()) * area == pytest.approx(1, abs=0.02)
    assert maps.sel(phase="gone").isnull().all()
    shown = measured("paths", phases)
    np.testing.assert_allclose(shown["times"], 0.02 * np.arange(1, 81))
    np.testing.assert_allclose(shown["paths"].sel(phase="quiescent"), rest.decoded[:, :12], rtol=1e-6)
    np.testing.assert_allclose(shown["truth"][:50], truth[:, :12], rtol=1e-6)
    assert shown["paths"].sel(phase="active")[50:].isnull().all()


def test_occupancy_integrates_to_one_over_its_window_and_sits_where_the_points_are():
    points = np.random.default_rng(0).normal([0.5, -0.2], 0.1, (5000, 2))
    density, (x, y) = occupancy(points, BOX, bins=100)
    assert density.sum() * (x[1] - x[0]) * (y[1] - y[0]) == pytest.approx(1, abs=0.01)
    peak = np.unravel_index(density.argmax(), density.shape)
    assert (x[peak[0]], y[peak[1]]) == pytest.approx((0.5, -0.2), abs=0.06)


def test_occupancy_of_headings_counts_pi_and_minus_pi_as_one_place():
    density, (edges,) = occupancy(np.array([[math.pi], [-math.pi], [3 * math.pi]]), CIRCLE)
    assert np.count_nonzero(density) == 1
    assert len(density) == SECTORS
    assert density.sum() * (edges[1] - edges[0]) == pytest.approx(1)
