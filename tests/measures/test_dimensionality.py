"""Principal components against Gaussian clouds of known spectra and orientation."""

import numpy as np
import pytest
from made import activity
from scipy.stats import special_ortho_group

from quiescent.quiescence.components import principal, spread_of
from quiescent.measures.dimensionality import compute
from quiescent.measures.manifold import EVERY, FIRST
from quiescent.measures.manifold import compute as project

UNITS = 40


def cloud(rng, variances, axes, steps=60, trials=200):
    """States with such variances along such axes, and decoded positions that are their first two."""
    numbers = rng.normal(size=(steps, trials, len(variances))) * np.sqrt(variances)
    states = (numbers @ axes[: len(variances)]).astype(np.float32)
    return activity(numbers[..., :2], states=states)


@pytest.fixture
def axes():
    return special_ortho_group.rvs(UNITS, random_state=0)


def test_components_recover_a_known_spectrum_in_any_orientation(axes):
    rng = np.random.default_rng(0)
    variances = np.array([4.0, 2.0, 1.0, 0.5])
    found = compute({"active": cloud(rng, variances, axes)}, {}, rng).sel(phase="active")
    expected = np.append(np.cumsum(variances) / variances.sum(), np.ones(6))
    np.testing.assert_allclose(found["explained"], expected, atol=0.01)
    assert float(found["participation"]) == pytest.approx(variances.sum() ** 2 / (variances**2).sum(), rel=0.03)


def test_the_same_subspace_is_shared_and_an_orthogonal_one_is_not(axes):
    rng = np.random.default_rng(0)
    variances = np.linspace(2, 1, 10)
    phases = {
        "active": cloud(rng, variances, axes),
        "inside": cloud(rng, variances[::-1], axes),
        "outside": cloud(rng, variances, axes[10:]),
    }
    found = compute(phases, {}, rng)
    assert float(found["alignment"].sel(phase="inside")) == pytest.approx(1, abs=1e-3)
    assert float(found["alignment"].sel(phase="outside")) == pytest.approx(0, abs=1e-3)
    np.testing.assert_allclose(found["shared"].sel(phase="active"), found["explained"].sel(phase="active"), atol=1e-5)


def test_steps_that_are_left_out_take_no_part(axes):
    rng = np.random.default_rng(0)
    one = cloud(rng, np.array([3.0, 1.0]), axes)
    keep = np.ones(one.decoded.shape[:2], bool)
    keep[::2] = False
    spoiled = one._replace(states=np.where(keep[..., None], one.states, 1e3).astype(np.float32))
    expected, found = (spread_of(each) for each in (one.states[1::2], spoiled.only(keep).states))
    np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-4, atol=1e-6)
    nothing = compute({"active": one, "gone": one.only(np.zeros_like(keep))}, {}, rng).sel(phase="gone")
    assert nothing.to_array().isnull().all()
    assert spread_of(one.only(np.zeros_like(keep)).states) is None


def test_fewer_units_than_ten_have_as_many_components():
    rng = np.random.default_rng(0)
    small = activity(rng.normal(size=(50, 20, 2)), states=rng.normal(size=(50, 20, 4)).astype(np.float32))
    found = compute({"active": small}, {}, rng)
    assert found.sizes["component"] == 4
    assert float(found["explained"].sel(phase="active", component=4)) == pytest.approx(1)


def test_principal_directions_are_orthonormal_and_in_falling_order(axes):
    spread = spread_of(cloud(np.random.default_rng(0), np.array([1.0, 3.0, 2.0]), axes).states)
    variances, directions = principal(spread, 3)
    assert (np.diff(variances) < 0).all()
    np.testing.assert_allclose(directions.T @ directions, np.eye(3), atol=1e-6)


def test_the_manifold_shows_one_step_in_twenty_on_behaviours_components(axes):
    rng = np.random.default_rng(0)
    one = cloud(rng, np.array([4.0, 1.0, 0.1]), axes, steps=100, trials=50)
    found = project({"active": one, "quiescent": one.only(np.zeros((100, 50), bool))}, {}, rng)
    dots = found["points"].sel(phase="active").dropna("point")
    assert dots.sizes["point"] == 50 * len(range(FIRST, 100, EVERY))
    variances = dots.var("point").values
    np.testing.assert_allclose(variances, [4, 1, 0.1], rtol=0.2)
    # Places stay with their dots: the distance from the centre is that of the first two numbers.
    np.testing.assert_allclose(
        np.linalg.norm(dots.values[:, :2], axis=1), found["place"].sel(phase="active").dropna("point"), atol=0.15
    )
    area = np.prod([edges[1] - edges[0] for edges in found["edges"].values])
    assert float(found["density"].sel(phase="active").sum()) * area == pytest.approx(1, abs=1e-4)
    assert found["points"].sel(phase="quiescent").isnull().all()
