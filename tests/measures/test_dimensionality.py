"""Principal components against Gaussian clouds of known spectra and orientation."""

import numpy as np
import pytest
from made import activity, leave_all_out, measured
from scipy.stats import special_ortho_group

from quiescent.measures.manifold import EVERY, FIRST
from quiescent.quiescence.components import principal, spread_of

UNITS = 40


def cloud(rng, variances, axes, steps=60, trials=200):
    """Sample states with such variances along such axes, and decode their first two numbers as positions."""
    numbers = rng.normal(size=(steps, trials, len(variances))) * np.sqrt(variances)
    states = (numbers @ axes[: len(variances)]).astype(np.float32)
    return activity(numbers[..., :2], states=states)


@pytest.fixture
def axes():
    return special_ortho_group.rvs(UNITS, random_state=0)


def test_components_recover_a_known_spectrum_in_any_orientation(axes):
    rng = np.random.default_rng(0)
    variances = np.array([4.0, 2.0, 1.0, 0.5])
    result = measured("dimensionality", {"active": cloud(rng, variances, axes)}).sel(phase="active")
    expected = np.append(np.cumsum(variances) / variances.sum(), np.ones(6))
    np.testing.assert_allclose(result["explained"], expected, atol=0.01)
    assert float(result["participation"]) == pytest.approx(variances.sum() ** 2 / (variances**2).sum(), rel=0.03)


def test_the_same_subspace_is_shared_and_an_orthogonal_one_is_not(axes):
    rng = np.random.default_rng(0)
    variances = np.linspace(2, 1, 10)
    phases = {
        "active": cloud(rng, variances, axes),
        "inside": cloud(rng, 2 * variances[::-1], axes),
        "outside": cloud(rng, variances, axes[10:]),
    }
    result = measured("dimensionality", phases)
    alignment, size = result["alignment"], result["size"]
    assert float(alignment.sel(phase="inside")) == pytest.approx(1, abs=1e-3)
    assert float(size.sel(phase="inside")) == pytest.approx(2, rel=0.05)
    # An orthogonal phase has nothing of what 10 random directions would have, 10 / 40, over what behaviour has beyond.
    assert float(alignment.sel(phase="outside")) == pytest.approx(-0.25 / 0.75, abs=1e-3)
    assert float(size.sel(phase="outside")) == pytest.approx(0, abs=1e-3)
    active = result.sel(phase="active")
    np.testing.assert_allclose(active["shared"], active["explained"], atol=0.01)


@pytest.mark.parametrize("fraction", [0.3, 0.6])
def test_alignment_is_the_fraction_of_variance_on_the_manifold_beyond_chance(axes, fraction):
    # Rest has a fraction of its variance on behaviour's axes, and the rest evenly in all others.
    rng = np.random.default_rng(0)
    resting = np.r_[np.full(10, fraction / 10), np.full(30, (1 - fraction) / 30)]
    phases = {"active": cloud(rng, np.full(10, 1.0), axes), "quiescent": cloud(rng, resting, axes)}
    result = measured("dimensionality", phases).sel(phase="quiescent")
    assert float(result["alignment"]) == pytest.approx((fraction - 0.25) / 0.75, abs=0.01)


def test_white_noise_is_not_aligned_though_no_components_hold_more_of_it(axes):
    rng = np.random.default_rng(0)
    white = cloud(rng, np.ones(UNITS), axes)
    manifold = cloud(rng, np.linspace(2, 1, 10), axes)
    aligned = measured("dimensionality", {"active": manifold, "quiescent": white})["alignment"]
    assert float(aligned.sel(phase="quiescent")) == pytest.approx(0, abs=0.01)
    # Nor is it with itself: where there is no manifold, nothing lies on it.
    assert float(measured("dimensionality", {"active": white, "quiescent": white})["alignment"].max()) == 0


def test_behaviour_is_seen_in_other_trials_than_its_components(axes):
    # Few trials of white noise have large components of their own, which hold no more than 10 of 40 of other trials.
    seen = cloud(np.random.default_rng(0), np.ones(UNITS), axes, steps=3, trials=40)._replace(
        truth=np.zeros((3, 40, 2))
    )
    result = measured("dimensionality", {"active": seen}).sel(phase="active", component=10)
    assert float(result["explained"]) > 0.4
    assert float(result["shared"]) == pytest.approx(0.25, abs=0.05)


def test_steps_that_are_left_out_take_no_part(axes):
    rng = np.random.default_rng(0)
    active = cloud(rng, np.array([3.0, 1.0]), axes)
    keep = np.ones(active.decoded.shape[:2], bool)
    keep[::2] = False
    spoiled = active._replace(states=np.where(keep[..., None], active.states, 1e3).astype(np.float32))
    expected, kept = (spread_of(states) for states in (active.states[1::2], spoiled.only(keep).states))
    np.testing.assert_allclose(kept.covariance, expected.covariance, rtol=1e-4, atol=1e-6)
    result = measured("dimensionality", {"active": active, "gone": leave_all_out(active)})
    assert result.sel(phase="gone").to_array().isnull().all()
    assert spread_of(leave_all_out(active).states) is None


def test_fewer_units_than_ten_have_as_many_components():
    rng = np.random.default_rng(0)
    small = activity(rng.normal(size=(50, 20, 2)), states=rng.normal(size=(50, 20, 4)).astype(np.float32))
    result = measured("dimensionality", {"active": small})
    assert result.sizes["component"] == 4
    assert float(result["explained"].sel(phase="active", component=4)) == pytest.approx(1)


def test_principal_directions_are_orthonormal_and_in_falling_order(axes):
    spread = spread_of(cloud(np.random.default_rng(0), np.array([1.0, 3.0, 2.0]), axes).states)
    variances, directions = principal(spread, 3)
    assert (np.diff(variances) < 0).all()
    np.testing.assert_allclose(directions.T @ directions, np.eye(3), atol=1e-6)


def test_the_manifold_shows_one_step_in_twenty_on_behaviours_components(axes):
    rng = np.random.default_rng(0)
    active = cloud(rng, np.array([4.0, 1.0, 0.1]), axes, steps=100, trials=50)
    result = measured("manifold", {"active": active, "quiescent": leave_all_out(active)})
    dots = result["points"].sel(phase="active").dropna("point")
    assert dots.sizes["point"] == 50 * len(range(FIRST, 100, EVERY))
    np.testing.assert_allclose(dots.var("point").values, [4, 1, 0.1], rtol=0.2)
    # Hues stay with their dots: the distance from the centre is that of the first two numbers.
    hue = result["hue"].sel(phase="active").dropna("point")
    np.testing.assert_allclose(np.linalg.norm(dots.values[:, :2], axis=1), hue, atol=0.15)
    area = np.prod([edges[1] - edges[0] for edges in result["edges"].values])
    assert float(result["density"].sel(phase="active").sum()) * area == pytest.approx(1, abs=1e-4)
    assert result["points"].sel(phase="quiescent").isnull().all()
