"""A third kind of space, in one class: measures and figures work with it and know nothing of it."""

import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
from made import CIRCLE, activity, brownian, leave_out, measured, wrap
from matplotlib.patches import Rectangle
from scipy.special import i0e

from quiescent.evaluation.combine import combine
from quiescent.figures import FIGURES
from quiescent.figures.grid import space_of
from quiescent.spaces import SPACES, Box, Display, NoSpread, Space, from_text, to_text


@dataclass(frozen=True)
class Torus:
    """Two angles, such as the two phases of a grid cell's firing."""

    kind: ClassVar[str] = "torus"
    variable: ClassVar[str] = "phase"
    unit: ClassVar[str] = "rad"
    spread_unit: ClassVar[str] = ""
    display: ClassVar[Display] = Display("deg", 180 / math.pi)
    polar: ClassVar[bool] = False
    periodic: ClassVar[bool] = True
    bounds: ClassVar = ((-math.pi, math.pi), (-math.pi, math.pi))
    axes: ClassVar = ("first", "second")

    def difference(self, a, b):
        return wrap(a - b)

    def unwrapped(self, paths):
        return CIRCLE.unwrapped(paths)

    def embedded(self, points):
        return CIRCLE.embedded(points)

    def spread(self, paths, weights=None):
        return CIRCLE.spread(paths[..., :1], weights) + CIRCLE.spread(paths[..., 1:], weights)

    def density(self, points):
        if not np.ptp(wrap(points - points[0]), axis=0).all():
            raise NoSpread
        std = math.sqrt(self.spread(points)) * len(points) ** (-1 / 6)
        kernels, concentration = self.embedded(points).astype(np.float32), 1 / std**2

        def log(places):  # a sum of von Mises kernels
            blocks = np.array_split(self.embedded(places).astype(np.float32), len(places) // 500 + 1)
            heights = [np.exp(concentration * (block @ kernels.T - 2)).mean(1) for block in blocks]
            return np.log(np.concatenate(heights) + 1e-30) - 2 * math.log(2 * math.pi * i0e(concentration))

        def sample(number, rng):
            return wrap(rng.choice(points, number) + rng.vonmises(0, concentration, (number, 2)))

        return SimpleNamespace(log=log, sample=sample)

    def hue(self, points):
        return points[..., 0], "first phase"


TORUS, STD, TRIALS = Torus(), 0.3, 300


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    monkeypatch.setitem(SPACES, "torus", Torus)


def walk(steps, trials=TRIALS, seed=0):
    """Sample random walks that begin anywhere and go over both seams."""
    rng = np.random.default_rng(seed)
    starts = rng.uniform(-math.pi, math.pi, (trials, 2))
    return activity(wrap(starts + brownian(rng, steps, trials, 2, STD)), space=TORUS)


def cloud(centre, std, shape=(60, 28), seed=0):
    """Sample independent places about a centre."""
    return activity(wrap(np.random.default_rng(seed).normal(centre, std, (*shape, 2))), space=TORUS)


def combined(name, phases_of, references=None, seeds=(0, 1)):
    """Combine the results of some seeds, which do `phases_of(seed)`, as they are stored."""
    attrs = {"space": to_text(TORUS), "dt": 0.02, "sigma2_rec": 1e-4}
    results = {seed: measured(name, phases_of(seed), references, seed=seed).assign_attrs(attrs) for seed in seeds}
    return combine({("torus", seed): result for seed, result in results.items()})


def test_a_torus_is_a_space():
    assert isinstance(TORUS, Space)
    assert from_text(to_text(TORUS)) == TORUS
    assert not isinstance(TORUS, Box)


@pytest.mark.parametrize("fraction", [0.0, 0.2])
def test_variance_is_that_of_both_angles(fraction):
    # E exp(i angle) = exp(-std^2 / 2) of a wrapped Gaussian, wherever it is.
    stds = np.array([0.5, 0.8])
    rest = leave_out(cloud([3.0, -3.1], stds, (4000, 20)), np.random.default_rng(1), fraction)
    result = combined("variance", lambda _: {"quiescent": rest})
    assert result["variance"].attrs["unit"] == ""
    expected = 2 - np.exp(-np.square(stds) / 2).sum()
    np.testing.assert_allclose(result["variance"], expected, rtol=0.01)
    assert (result["variance_stderr"] > 0).all()


def test_distance_is_the_short_way_over_the_seams():
    result = combined("distance", lambda seed: {"active": walk(50, seed=seed), "quiescent": walk(100, seed=seed + 2)})
    assert result["distance"].attrs["unit"] == "rad"
    # The length of a Gaussian step on the plane is Rayleigh distributed.
    np.testing.assert_allclose(result["distance"], STD * math.sqrt(math.pi / 2), rtol=0.02)


def test_displacement_is_that_of_the_unwrapped_walk():
    result = combined("displacement", lambda seed: {"active": walk(50, seed=seed), "quiescent": walk(400, seed=seed)})
    steps = np.round(result["lags"].isel(condition=0, seed=0).values / 0.02)
    rest = result.sel(phase="quiescent", condition="torus")
    for seed in (0, 1):
        np.testing.assert_allclose(rest["msd"].sel(seed=seed), steps * 2 * STD**2, rtol=0.15)
    np.testing.assert_allclose(rest["exponent"], 1, atol=0.1)
    np.testing.assert_allclose(rest["diffusion"], STD**2 / (2 * 0.02), rtol=0.1)
    assert result["diffusion"].attrs["unit"] == "rad^2/s"


def test_kl_of_a_cloud_from_itself_is_nothing_and_from_another_is_much():
    here, away = cloud([3.0, -3.0], 0.5), cloud([0.0, -3.0], 0.5)
    turned = here._replace(decoded=here.decoded + np.float32(2 * math.pi))
    phases = {"active": here, "quiescent": turned, "away": away}
    result = combined("kl", lambda _: phases, {"torus": here}, seeds=(0,)).isel(condition=0, seed=0, reference=0)
    assert abs(float(result["kl"].sel(phase="quiescent"))) < 1e-4
    assert float(result["kl"].sel(phase="away")) > 3
    assert float(result["kl"].sel(phase="uniform")) > 1
    assert (result["kl_bootstrap"].drop_sel(phase="uniform") > 0).all()


def test_trajectories_are_drawn_without_a_line_from_seam_to_seam():
    def phases(seed):
        active = walk(40, 12, seed)
        return {"active": active._replace(truth=active.decoded), "quiescent": walk(60, 12, seed + 2)}

    result = combined("paths", phases)
    assert space_of(result, "torus") == TORUS
    figure = FIGURES["trajectories"].draw({"paths": result})
    for axes, activities in zip(figure.axes, phases(0).values(), strict=True):
        pieces = [np.transpose(line.get_data()) for line in axes.lines if line.get_color() not in ("black", "white")]
        longest = max(float(np.abs(np.diff(piece, axis=0)).max()) for piece in pieces if len(piece) > 1)
        assert longest < math.pi
        over_seam = (np.abs(np.diff(activities.decoded, axis=0)).max(-1) > math.pi).sum()
        assert over_seam > 20
        assert len(pieces) == over_seam + 12
        (frame,) = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
        np.testing.assert_allclose(frame.get_bbox().extents, np.multiply(math.pi, [-1, -1, 1, 1]))
