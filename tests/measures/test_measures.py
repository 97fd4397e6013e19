"""Measures against closed forms, at realistic numbers of trajectories and steps."""

import math

import numpy as np
import pytest
from made import BOX, CIRCLE, activity, brownian, leave_all_out, leave_out, measured, wrap
from scipy.integrate import quad
from scipy.special import i0, i1
from scipy.stats import norm, vonmises

from quiescent.evaluation.apply import apply
from quiescent.measures.common_start import PLACES
from quiescent.measures.distance import distance
from quiescent.measures.kl import density_of, kl, total_variation
from quiescent.measures.measure import Measure, Quantity
from quiescent.measures.occupancy import SECTORS, occupancy
from quiescent.measures.variance import variance
from quiescent.spaces import Box, UniformDensity
from quiescent.spaces.density import ExactDensity, PlaneDensity, TooFine
from quiescent.statistics import points_of


def density(paths, space=BOX):
    return space.density(points_of(paths))


def streams(row):
    return np.random.default_rng(len(row))


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


def test_variance_of_ornstein_uhlenbeck_paths_is_the_stationary_variance():
    rng = np.random.default_rng(0)
    decay, std, steps, trials = 0.7, 0.1, 1000, 500
    stationary = std / math.sqrt(1 - decay**2)
    paths = np.empty((steps, trials, 2))
    paths[0] = rng.normal(0, stationary, (trials, 2))
    for t in range(1, steps):
        paths[t] = decay * paths[t - 1] + std * rng.normal(size=(trials, 2))
    values = variance(paths, BOX)
    assert values.shape == (trials,)
    # A finite path varies about its own mean, which takes away the variance of that mean.
    lost = (1 + decay) / (1 - decay) / steps
    assert values.mean() == pytest.approx(2 * stationary**2 * (1 - lost), rel=0.01)


def test_circular_variance_matches_von_mises_and_ignores_where_the_circle_is_cut():
    kappa = 3.0
    angles = vonmises.rvs(kappa, size=(2000, 100, 1), random_state=0)
    values = variance(angles, CIRCLE)
    assert values.mean() == pytest.approx(1 - i1(kappa) / i0(kappa), abs=0.005)
    np.testing.assert_allclose(variance(angles + math.pi, CIRCLE), values, atol=1e-6)


def test_distance_of_a_straight_line_is_its_step():
    step = np.array([0.03, 0.04])
    paths = np.arange(100)[:, None, None] * step + np.random.default_rng(0).uniform(-1, 1, (1, 7, 2))
    np.testing.assert_allclose(distance(paths, BOX), np.full(7, 0.05))


def test_distance_takes_the_short_way_across_pi():
    np.testing.assert_allclose(distance(wrap(3.0 + 0.1 * np.arange(100)[:, None, None]), CIRCLE), [0.1])


@pytest.mark.parametrize("measure", [variance, distance])
def test_a_path_of_one_point_is_an_error(measure):
    with pytest.raises(ValueError, match="two steps or more, but got 1"):
        measure(np.zeros((1, 5, 2)), BOX)


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


@pytest.mark.parametrize("measure", [variance, distance])
def test_steps_that_are_left_out_do_not_count(measure):
    rng = np.random.default_rng(0)
    paths = rng.normal(size=(100, 5, 2))
    gaps = paths.copy()
    gaps[50:, :4] = np.nan
    gaps[1:, 0] = np.nan
    values = measure(gaps, BOX)
    assert np.isnan(values[0])
    np.testing.assert_allclose(values[1:4], measure(paths[:50], BOX)[1:4])
    np.testing.assert_allclose(values[4], measure(paths, BOX)[4])
    angles, cut = paths[..., :1], gaps[..., :1]
    np.testing.assert_allclose(measure(cut, CIRCLE)[1:4], measure(angles[:50], CIRCLE)[1:4])


def test_one_number_per_trial_becomes_a_mean_with_the_error_over_trials():
    rng = np.random.default_rng(0)
    paths = rng.normal(size=(200, 100, 2)) * np.linspace(0.5, 1.5, 100)[:, None]
    result = measured("variance", {"quiescent": activity(paths)})
    values = variance(paths, BOX)
    assert float(result["variance"][0]) == pytest.approx(values.mean())
    assert float(result["variance_stderr"][0]) == pytest.approx(values.std() / 10, rel=0.2)
    assert result["variance"].attrs["unit"] == "m^2"
    assert measured("variance", {"quiescent": activity(paths[..., :1])})["variance"].attrs["unit"] == ""


@pytest.mark.parametrize(
    ("values", "named"),
    [({"a": 1.0}, "b"), ({"a": 1.0, "b": 2.0, "c": 3.0}, "c"), ({"b": 1.0, "other": 2.0}, "a, other")],
)
def test_a_measure_that_returns_other_quantities_than_it_declares_is_an_error_that_names_them(values, named):
    measure = Measure(
        phases={},
        quantities={"a": Quantity("", "one number"), "b": Quantity("", "another number")},
        of=lambda activity, known, rng: values,
    )
    with pytest.raises(ValueError, match=f"must return the quantities that it declares; these differ: {named}$"):
        apply(measure, {"quiescent": activity(np.zeros((3, 2, 2)))}, streams)


def test_a_number_of_one_phase_depends_neither_on_other_phases_nor_on_their_order():
    rng = np.random.default_rng(0)
    active, rest, random = (activity(rng.normal(0, std, (100, 30, 2))) for std in (0.3, 0.25, 0.1))
    phases = {"active": active, "quiescent": rest, "random": random}
    references = {"a": active, "b": rest}
    for name in ("kl", "displacement", "order", "wasserstein"):
        whole = measured(name, phases, references if name == "kl" else None).sel(phase="quiescent")
        turned = dict(reversed(phases.items()))
        for some in (turned, {"active": active, "quiescent": rest}):
            alone = measured(name, some, dict(reversed(references.items())) if name == "kl" else None)
            for variable, values in alone.sel(phase="quiescent").data_vars.items():
                expected = whole[variable]
                labels = {"reference": values["reference"]} if "reference" in values.dims else {}
                np.testing.assert_array_equal(values, expected.sel(labels))


def common_start(rest, behaviour, other=None):
    """Measure rest by name, each from a common start, and other behaviour."""
    other = activity(behaviour) if other is None else other
    return measured(
        "common_start", {"active": activity(behaviour), "behaviour": other._replace(truth=other.decoded), **rest}
    )


def test_the_distance_after_a_common_start_is_the_total_variation_of_the_two_densities():
    # Around four places, densities of which half lies on one side of a line that halves the evenly visited square.
    rng = np.random.default_rng(0)
    evenly = rng.uniform(-1, 1, (100, 400, 2))
    half = evenly * [0.5, 1] + [0.5, 0]
    rest = {"everywhere": activity(evenly), "half": activity(half), "gone": leave_all_out(activity(half))}
    result = common_start(rest, rng.uniform(-1, 1, (100, 400, 2)), activity(rng.uniform(-1, 1, (100, 400, 2))))
    floor = float(result["floor"])
    assert 0 < floor < 0.1
    distance = result["distance"]
    assert float(distance.sel(phase="behaviour")) == floor
    assert float(distance.sel(phase="everywhere")) == pytest.approx(floor, abs=0.02)
    assert float(distance.sel(phase="half")) == pytest.approx(0.5, abs=0.06)
    assert distance.sel(phase="gone").isnull()
    assert distance.attrs["unit"] == ""


@pytest.mark.parametrize("dim", [1, 2])
@pytest.mark.parametrize("jitter", [0.0, 0.02])
def test_a_network_that_stands_still_is_as_far_from_behaviour_as_can_be_in_headings_too(dim, jitter):
    rng = np.random.default_rng(0)
    awake = rng.uniform(-1, 1, (100, 100, dim)) * math.pi ** (dim == 1)
    starts = np.repeat(rng.uniform(-1, 1, (1, PLACES, dim)), 25, axis=1)
    frozen = activity(np.repeat(starts, 100, axis=0) + jitter * rng.normal(size=(100, 100, dim)))
    result = common_start({"quiescent": frozen}, awake).sel(phase="quiescent")
    assert float(result["distance"]) == pytest.approx(1, abs=1e-12 if jitter == 0 else 0.03)
    assert float(result["distance_spread"]) < 0.01


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.1, 1.0), (0.5, 2.0), (0.0, 0.01)])
def test_total_variation_between_two_gaussians_matches_the_closed_form(mean, std):
    rng = np.random.default_rng(0)
    line = Box(((-9.0, 9.0),))
    p, q = (line.density(rng.normal(*law, (20_000, 1))) for law in ((0.0, 1.0), (mean, std)))
    x = np.linspace(-12, 12, 400_001)
    exact = 0.5 * np.abs(norm.pdf(x) - norm.pdf(x, mean, std)).sum() * (x[1] - x[0])
    found = total_variation(p, q, rng)
    assert found == pytest.approx(exact, abs=0.02)
    assert found == pytest.approx(total_variation(q, p, rng), abs=0.01)


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
