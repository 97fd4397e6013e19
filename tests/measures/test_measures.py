"""Measures against closed forms, at realistic numbers of trajectories and steps."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import i0, i1
from scipy.stats import vonmises

from quiescent.measures.common_start import PLACES
from quiescent.measures.common_start import compute as common_start
from quiescent.measures.distance import distance
from quiescent.measures.kl import compute, density, kl
from x import density_or_none
from quiescent.measures.measure import mean_over_trials
from quiescent.measures.occupancy import compute as occupancies
from quiescent.measures.occupancy import occupancy, polar_occupancy
from quiescent.measures.paths import compute as paths_of
from quiescent.measures.variance import variance
from quiescent.quiescence.activity import Activity
from quiescent.spaces.density import PlaneDensity, UniformDensity

SQUARE = ((-1.1, 1.1), (-1.1, 1.1))


def test_kl_between_two_gaussians_matches_the_closed_form():
    rng = np.random.default_rng(0)
    p_covariance, q_covariance = np.array([[0.04, 0.01], [0.01, 0.03]]), np.diag([0.06, 0.05])
    shift = np.array([0.1, -0.05])
    p = rng.multivariate_normal(shift, p_covariance, (1000, 200))
    q = rng.multivariate_normal([0, 0], q_covariance, (100, 200))
    inverse = np.linalg.inv(q_covariance)
    exact = 0.5 * (
        np.trace(inverse @ p_covariance)
        + shift @ inverse @ shift
        - 2
        + math.log(np.linalg.det(q_covariance) / np.linalg.det(p_covariance))
    )
    estimate = kl(density(p), density(q), rng=rng)
    # The kernels widen both densities a little, which is the estimator's own bias.
    assert estimate.value == pytest.approx(exact, abs=4 * estimate.stderr + 0.02)
    assert 0 < estimate.stderr < 0.05


def test_the_exact_and_the_binned_kl_agree():
    rng = np.random.default_rng(0)
    p, q = rng.normal(0, 0.4, (50, 200, 2)), rng.uniform(-1.1, 1.1, (30, 100, 2))
    exact, binned = (
        kl(density(p, exact=exact), density(q, exact=exact), rng=np.random.default_rng(1), n_draws=20_000)
        for exact in (True, False)
    )
    assert abs(binned.value - exact.value) < 0.01 * exact.value + 4 * math.hypot(binned.stderr, exact.stderr)
    # On the same points there is no error of sampling.
    draws = density(p).draw(2000, rng)
    ratios = [density(p, exact=e).log(draws) - density(q, exact=e).log(draws) for e in (True, False)]
    assert np.mean(ratios[1]) == pytest.approx(np.mean(ratios[0]), rel=0.01)


def test_kl_between_two_von_mises_densities_matches_the_closed_form():
    rng = np.random.default_rng(0)
    p_kappa, q_kappa, shift = 4.0, 2.0, 0.5
    p = vonmises.rvs(p_kappa, loc=math.pi + shift, size=(1000, 200, 1), random_state=rng)
    q = vonmises.rvs(q_kappa, loc=math.pi, size=(100, 200, 1), random_state=rng)
    mean_cos = i1(p_kappa) / i0(p_kappa)
    exact = p_kappa * mean_cos - q_kappa * mean_cos * math.cos(shift) + math.log(i0(q_kappa) / i0(p_kappa))
    estimate = kl(density(p, circular=True), density(q, circular=True), rng=rng)
    assert estimate.value == pytest.approx(exact, abs=4 * estimate.stderr + 0.02)


def test_kl_of_the_uniform_density_is_taken_over_the_whole_box():
    rng = np.random.default_rng(0)
    std = 0.8
    q = rng.normal(0, std, (100, 2000, 2))
    # E over the square of log(1/4.84) - log N(x; 0, std^2 I)
    square = quad(lambda x: x**2 / 2.2, -1.1, 1.1)[0] * 2
    exact = -math.log(2.2**2) + math.log(2 * math.pi * std**2) + square / (2 * std**2)
    estimate = kl(UniformDensity(SQUARE), density(q), rng=rng, n_draws=10_000)
    assert estimate.value == pytest.approx(exact, abs=4 * estimate.stderr + 0.01)


def test_kl_of_a_cloud_with_itself_is_zero_and_of_a_far_one_is_the_clip():
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(500, 2))
    assert kl(density(cloud), density(cloud), rng=rng).value == 0
    assert kl(density(cloud), density(cloud + 1000), rng=rng).value == pytest.approx(math.log(1e7))


@pytest.mark.parametrize(
    ("paths", "message"),
    [(np.zeros((1, 2)), "more points than dimensions"), (np.zeros((9, 2)), "spread in every dimension")],
)
def test_a_density_says_what_it_needs(paths, message):
    with pytest.raises(ValueError, match=message):
        density(paths)


def test_points_that_crowd_in_few_places_have_a_density_without_a_huge_grid():
    rng = np.random.default_rng(0)
    crowd = rng.choice(np.array([[0.0, 0.0], [0.5, 0.2], [-0.3, 0.4]]), 50_000) + 1e-9 * rng.normal(size=(50_000, 2))
    lonely = np.zeros((50_000, 2)) + 1e-4 * rng.normal(size=(50_000, 2))
    lonely[:2] = [[1.0, 0.9], [-0.8, 1.0]]
    assert not PlaneDensity.fits(lonely)
    for points in (crowd, lonely):
        assert abs(kl(density(points), density(points), rng=rng).value) < 1e-9
    assert density_or_none(np.outer(rng.normal(size=500), [1.0, 0.5]), circular=False) is None


def test_variance_of_ornstein_uhlenbeck_paths_is_the_stationary_variance():
    rng = np.random.default_rng(0)
    decay, std, steps, trials = 0.7, 0.1, 1000, 500
    stationary = std / math.sqrt(1 - decay**2)
    paths = np.empty((steps, trials, 2))
    paths[0] = rng.normal(0, stationary, (trials, 2))
    for t in range(1, steps):
        paths[t] = decay * paths[t - 1] + std * rng.normal(size=(trials, 2))
    values = variance(paths)
    assert values.shape == (trials,)
    # A finite path varies about its own mean, which takes away the variance of that mean.
    lost = (1 + decay) / (1 - decay) / steps
    assert values.mean() == pytest.approx(2 * stationary**2 * (1 - lost), rel=0.01)


def test_circular_variance_matches_von_mises_and_ignores_where_the_circle_is_cut():
    kappa = 3.0
    angles = vonmises.rvs(kappa, size=(2000, 100, 1), random_state=0)
    values = variance(angles, circular=True)
    assert values.mean() == pytest.approx(1 - i1(kappa) / i0(kappa), abs=0.005)
    np.testing.assert_allclose(variance(angles + math.pi, circular=True), values, atol=1e-6)


def test_distance_of_a_straight_line_is_its_step():
    step = np.array([0.03, 0.04])
    paths = np.arange(100)[:, None, None] * step + np.random.default_rng(0).uniform(-1, 1, (1, 7, 2))
    np.testing.assert_allclose(distance(paths), np.full(7, 0.05))


def test_distance_takes_the_short_way_across_pi():
    unwrapped = 3.0 + 0.1 * np.arange(100)[:, None, None]
    wrapped = np.remainder(unwrapped + math.pi, 2 * math.pi) - math.pi
    np.testing.assert_allclose(distance(wrapped, circular=True), [0.1])


@pytest.mark.parametrize("measure", [variance, distance])
def test_a_path_of_one_point_is_an_error(measure):
    with pytest.raises(ValueError, match="two steps or more, but got 1"):
        measure(np.zeros((1, 5, 2)))


def test_kl_is_labelled_by_phase_and_reference_with_its_error():
    rng = np.random.default_rng(0)

    def activity(scale):
        return Activity(scale * rng.normal(size=(50, 40, 2)), None, None, SQUARE, False)

    phases = {"active": activity(0.3), "quiescent": activity(0.3), "random": activity(0.05)}
    found = compute(phases, {"a": phases["active"], "b": activity(0.6)}, rng)
    kl = found["kl"]
    assert kl.dims == ("phase", "reference")
    assert list(kl["phase"].values) == ["quiescent", "random", "uniform"]
    assert kl.attrs["unit"] == "nats"
    assert float(kl.sel(phase="quiescent", reference="a")) < float(kl.sel(phase="quiescent", reference="b"))
    assert (found["kl_stderr"] > 0).all()
    assert found["kl_bootstrap"].sel(phase="uniform").isnull()
    assert 0 < float(found["kl_bootstrap"].sel(phase="quiescent")) < 0.1


def test_trials_that_stay_where_they_began_have_the_larger_error_that_they_deserve():
    # 40 places visited 50 times each are 40 observations, not 2,000.
    rng = np.random.default_rng(0)
    places = rng.normal(0, 0.3, (1, 40, 2))

    def error(decoded):
        one = Activity(decoded, None, None, SQUARE, False)
        phases = {"active": Activity(rng.normal(0, 0.3, (50, 40, 2)), None, None, SQUARE, False), "quiescent": one}
        return float(compute(phases, {"a": phases["active"]}, rng)["kl_bootstrap"].sel(phase="quiescent"))

    staying = np.repeat(places, 50, axis=0) + 0.01 * rng.normal(size=(50, 40, 2))
    assert error(staying) > 2 * error(rng.normal(0, 0.3, (50, 40, 2)))


@pytest.mark.parametrize("measure", [variance, distance])
def test_steps_that_are_left_out_do_not_count(measure):
    rng = np.random.default_rng(0)
    paths = rng.normal(size=(100, 5, 2))
    gaps = paths.copy()
    gaps[50:, :4] = np.nan
    gaps[1:, 0] = np.nan
    found = measure(gaps)
    assert np.isnan(found[0])
    np.testing.assert_allclose(found[1:4], measure(paths[:50])[1:4])
    np.testing.assert_allclose(found[4], measure(paths)[4])
    angles, cut = paths[..., :1], gaps[..., :1]
    np.testing.assert_allclose(measure(cut, circular=True)[1:4], measure(angles[:50], circular=True)[1:4])


def test_one_number_per_trial_becomes_a_mean_with_the_error_over_trials():
    rng = np.random.default_rng(0)
    paths = rng.normal(size=(200, 100, 2)) * np.linspace(0.5, 1.5, 100)[:, None]
    found = mean_over_trials("variance", variance, unit="m^2", circular_unit="")(
        {"quiescent": Activity(paths, None, None, SQUARE, False)}, {}, rng
    )
    values = variance(paths)
    assert float(found["variance"][0]) == pytest.approx(values.mean())
    assert float(found["variance_stderr"][0]) == pytest.approx(values.std() / 10, rel=0.2)


def test_rest_from_a_common_start_that_stays_has_a_high_kl_and_one_that_forgets_a_low_one():
    rng = np.random.default_rng(0)

    def phase(decoded):
        return Activity(decoded, None, None, SQUARE, False)

    awake = phase(rng.normal(0, 0.3, (100, 100, 2)))
    starts = np.repeat(rng.normal(0, 0.3, (1, PLACES, 2)), 25, axis=1)
    staying, forgetting = (
        phase(start + std * rng.normal(size=(100, 100, 2))) for start, std in ((starts, 0.05), (0 * starts, 0.3))
    )
    found = common_start({"active": awake, "staying": staying, "forgetting": forgetting}, {}, rng)["kl_common"]
    # KL of a small Gaussian at a place from the large one, mean over the places.
    offset = np.square(starts[0, ::25]).sum(1).mean() / 2 / 0.09
    expected = offset + 0.05**2 / 0.09 - 1 + 2 * math.log(0.3 / 0.05)
    assert float(found.sel(phase="staying")) == pytest.approx(expected, rel=0.15)
    assert float(found.sel(phase="forgetting")) < 0.1
    frozen = phase(np.repeat(starts, 100, axis=0))
    stuck = common_start({"active": awake, "frozen": frozen}, {}, rng)["kl_common"]
    assert stuck.item() == pytest.approx(math.log(1e7))
    gone = staying.only(np.zeros((100, 100), bool))
    assert common_start({"active": awake, "gone": gone}, {}, rng)["kl_common"].isnull().all()


def test_pictures_are_kept_with_their_labels():
    rng = np.random.default_rng(0)
    awake = Activity(rng.normal(0, 0.3, (50, 40, 2)), rng.normal(0, 0.3, (50, 40, 2)), None, SQUARE, False)
    rest = Activity(rng.normal(0, 0.3, (80, 40, 2)), None, None, SQUARE, False)
    phases = {"active": awake, "quiescent": rest, "gone": rest.only(np.zeros((80, 40), bool))}
    maps = occupancies(phases, {}, rng)["density"]
    assert maps.dims == ("phase", "x", "y")
    area = float(maps["x"].diff("x").mean() * maps["y"].diff("y").mean())
    assert float(maps.sel(phase="quiescent").sum()) * area == pytest.approx(1, abs=0.02)
    assert maps.sel(phase="gone").isnull().all()
    shown = paths_of(phases, {}, rng)
    np.testing.assert_allclose(shown["paths"].sel(phase="quiescent"), rest.decoded[:, :12], rtol=1e-6)
    np.testing.assert_allclose(shown["truth"][:50], awake.truth[:, :12], rtol=1e-6)
    assert shown["paths"].sel(phase="active")[50:].isnull().all()


def test_occupancy_integrates_to_one_over_its_window_and_sits_where_the_points_are():
    points = np.random.default_rng(0).normal([0.5, -0.2], 0.1, (5000, 2))
    found = occupancy(points, SQUARE)
    x, y = found.edges
    assert found.density.sum() * (x[1] - x[0]) * (y[1] - y[0]) == pytest.approx(1, abs=0.01)
    peak = np.unravel_index(found.density.argmax(), found.density.shape)
    assert (x[peak[0]], y[peak[1]]) == pytest.approx((0.5, -0.2), abs=0.06)


def test_polar_occupancy_counts_pi_and_minus_pi_as_one_place():
    found = polar_occupancy(np.array([[math.pi], [-math.pi], [3 * math.pi]]))
    assert np.count_nonzero(found.density) == 1
