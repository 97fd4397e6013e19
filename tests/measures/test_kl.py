"""KL divergences against closed forms, at realistic numbers of trajectories and steps, and their errors."""

import math

import numpy as np
import pytest
from made import BOX, CIRCLE, activity, brownian, leave_out, measured
from scipy.integrate import quad
from scipy.special import i0, i1
from scipy.stats import vonmises

from quiescent.measures.kl import density_of, kl
from quiescent.spaces import UniformDensity
from quiescent.spaces.density import ExactDensity, PlaneDensity, TooFine
from quiescent.statistics import points_of


def density(paths, space=BOX):
    return space.density(points_of(paths))


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
    p, q = (points_of(cloud) for cloud in (rng.normal(0, 0.4, (50, 200, 2)), rng.uniform(-1.1, 1.1, (30, 100, 2))))
    exact, binned = (
        kl(kind(p), kind(q), rng=np.random.default_rng(1), samples=5_000) for kind in (ExactDensity, PlaneDensity)
    )
    assert abs(binned.value - exact.value) < 0.01 * exact.value + 4 * math.hypot(binned.stderr, exact.stderr)
    # On the same points there is no error of sampling.
    points = PlaneDensity(p).sample(2000, rng)
    ratios = [kind(p).log(points) - kind(q).log(points) for kind in (ExactDensity, PlaneDensity)]
    assert np.mean(ratios[1]) == pytest.approx(np.mean(ratios[0]), rel=0.01)


def test_kl_between_two_von_mises_densities_matches_the_closed_form():
    rng = np.random.default_rng(0)
    p_kappa, q_kappa, shift = 4.0, 2.0, 0.5
    p = vonmises.rvs(p_kappa, loc=math.pi + shift, size=(1000, 200, 1), random_state=rng)
    q = vonmises.rvs(q_kappa, loc=math.pi, size=(100, 200, 1), random_state=rng)
    mean_cos = i1(p_kappa) / i0(p_kappa)
    exact = p_kappa * mean_cos - q_kappa * mean_cos * math.cos(shift) + math.log(i0(q_kappa) / i0(p_kappa))
    estimate = kl(density(p, CIRCLE), density(q, CIRCLE), rng=rng)
    assert estimate.value == pytest.approx(exact, abs=4 * estimate.stderr + 0.02)


def test_kl_of_the_uniform_density_is_taken_over_the_whole_box():
    rng = np.random.default_rng(0)
    std = 0.8
    q = rng.normal(0, std, (100, 2000, 2))
    # E over the square of log(1/4.84) - log N(x; 0, std^2 I)
    square = quad(lambda x: x**2 / 2.2, -1.1, 1.1)[0] * 2
    exact = -math.log(2.2**2) + math.log(2 * math.pi * std**2) + square / (2 * std**2)
    estimate = kl(UniformDensity(BOX.bounds), density(q), rng=rng, samples=10_000)
    assert estimate.value == pytest.approx(exact, abs=4 * estimate.stderr + 0.01)


def test_kl_of_a_cloud_with_itself_is_zero_and_of_a_far_one_is_the_clip():
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(500, 2))
    assert kl(density(cloud), density(cloud), rng=rng).value == 0
    assert kl(density(cloud), density(cloud + 1000), rng=rng).value == pytest.approx(math.log(1e7))


def test_points_that_crowd_in_few_places_have_a_density_without_a_huge_grid():
    rng = np.random.default_rng(0)
    crowd = rng.choice(np.array([[0.0, 0.0], [0.5, 0.2], [-0.3, 0.4]]), 50_000) + 1e-9 * rng.normal(size=(50_000, 2))
    lonely = np.zeros((50_000, 2)) + 1e-4 * rng.normal(size=(50_000, 2))
    lonely[:2] = [[1.0, 0.9], [-0.8, 1.0]]
    with pytest.raises(TooFine):
        PlaneDensity(lonely)
    for points in (crowd, lonely):
        assert abs(kl(density(points), density(points), rng=rng, samples=1000).value) < 1e-9
    assert density_of(np.outer(rng.normal(size=500), [1.0, 0.5]), BOX) is None
    assert density_of(rng.normal(size=(99, 2)), BOX) is None


def test_kl_is_labelled_by_phase_and_reference_with_its_error():
    rng = np.random.default_rng(0)

    def cloud(scale):
        return activity(scale * rng.normal(size=(50, 40, 2)))

    phases = {"active": cloud(0.3), "quiescent": cloud(0.3), "random": cloud(0.05)}
    result = measured("kl", phases, {"a": phases["active"], "b": cloud(0.6)})
    values = result["kl"]
    assert values.dims == ("phase", "reference")
    assert list(values["phase"].values) == ["quiescent", "random", "uniform"]
    assert list(values["reference"].values) == ["a", "b"]
    assert values.attrs["unit"] == "nats"
    assert float(values.sel(phase="quiescent", reference="a")) < float(values.sel(phase="quiescent", reference="b"))
    assert (result["kl_stderr"] > 0).all()
    assert result["kl_bootstrap"].sel(phase="uniform").isnull()
    assert 0 < float(result["kl_bootstrap"].sel(phase="quiescent")) < 0.1


def test_paths_that_stand_still_score_what_their_starts_do_under_the_same_mask():
    rng = np.random.default_rng(0)
    starts, awake = rng.normal(0, 0.3, (200, 2)), activity(rng.normal(0, 0.1, (50, 40, 2)))
    stand = leave_out(activity(np.repeat(starts[None], 50, axis=0)), rng, 0.5)._replace(starts=starts)
    comes = activity(rng.normal(0, 0.1, (50, 200, 2)))._replace(starts=starts)
    result = measured("kl", {"active": awake, "stands": stand, "comes": comes}, {"a": awake}).sel(reference="a")
    still, moving, known = (result.sel(phase=phase) for phase in ("stands", "comes", "uniform"))
    assert float(still["kl_start"]) == pytest.approx(float(still["kl"]), abs=0.1)
    assert float(moving["kl"]) < 0.1 < 1 < float(moving["kl_start"])
    assert known["kl_start"].isnull()  # a sample begins nowhere


def test_the_uniform_row_is_a_sample_as_large_as_behaviour_measured_like_any_other():
    rng = np.random.default_rng(0)
    awake = activity(rng.uniform(-1.1, 1.1, (50, 40, 2)))
    other = activity(rng.uniform(-1.1, 1.1, (50, 40, 2)))
    result = measured("kl", {"active": awake, "behaviour": other}, {"a": awake})["kl"].sel(reference="a")
    # Behaviour is uniform itself: both are floors, of kernels that spread beyond the walls alike.
    assert 0 < float(result.sel(phase="uniform")) < 0.1
    assert float(result.sel(phase="uniform")) == pytest.approx(float(result.sel(phase="behaviour")), abs=0.03)


def test_trials_that_stay_where_they_began_have_the_larger_error_that_they_deserve():
    # 40 places visited 50 times each are 40 observations, not 2,000.
    rng = np.random.default_rng(0)
    places = rng.normal(0, 0.3, (1, 40, 2))

    def error(decoded):
        phases = {"active": activity(rng.normal(0, 0.3, (50, 40, 2))), "quiescent": activity(decoded)}
        return float(measured("kl", phases, {"a": phases["active"]})["kl_bootstrap"].sel(phase="quiescent"))

    staying = np.repeat(places, 50, axis=0) + 0.01 * rng.normal(size=(50, 40, 2))
    assert error(staying) > 2 * error(rng.normal(0, 0.3, (50, 40, 2)))


@pytest.mark.parametrize("space", [BOX, CIRCLE], ids=lambda space: space.kind)
def test_the_monte_carlo_error_of_kl_is_far_below_its_error_over_trials(space):
    rng = np.random.default_rng(0)
    dim = len(space.bounds)
    paths = (brownian(rng, steps, 200, dim, 0.03 * dim**-0.5) + rng.normal(0, 0.3, (200, dim)) for steps in (100, 400))
    active, rest = (activity(space.difference(path, 0 * path)) for path in paths)
    result = measured("kl", {"active": active, "quiescent": rest}, {"a": active}).sel(phase="quiescent")
    assert 0 < float(result["kl_stderr"].sel(reference="a")) < float(result["kl_bootstrap"]) / 3
