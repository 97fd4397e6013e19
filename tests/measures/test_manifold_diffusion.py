"""Diffusion along a manifold: measured without jitter and drift, and predicted where slow directions last."""

import math

import numpy as np
import pytest
from made import CIRCLE, activity, measured

from quiescent.controls import CONTROLS
from quiescent.dynamics.diffusion import slow_directions
from quiescent.evaluation.run import can_take_part
from quiescent.measures import MEASURES
from quiescent.measures.manifold_diffusion import END, deviations, growth, named
from quiescent.quiescence.activity import Inside, Rest
from quiescent.quiescence.inside.diffusion import PLACES, SlowStates
from quiescent.quiescence.observe import observe
from quiescent.quiescence.resting import resting
from quiescent.simulation.members import untrained

UNITS, STD, SLOPE = 5, 0.02, 2.0
TRIALS = 200 * PLACES


def line(shear, decay=0.5, slow=1.0):
    """Make a line of states 2 x e1 that last, with left eigenvector (1, shear, 0, ...)."""
    first, second = np.eye(UNITS)[:2]
    return slow * np.outer(first, first + shear * second) + decay * np.outer(second - shear * first, second)


def phases(rng, jacobian, *, homogeneous=False, jitter=0.0, drift=0.0, size=1.0):
    """Let a linear network be awake on its line, and rest with noise from some places; x is read from unit 1."""
    truth = rng.uniform(-0.5, 0.5, (40, 300, 1))
    states = SLOPE * truth * np.eye(UNITS)[0] + 2.0 * homogeneous * np.eye(UNITS)[3]
    awake = activity(truth, states=states + 1e-3 * rng.normal(size=states.shape))._replace(truth=truth)
    starts = np.linspace(-0.3, 0.3, PLACES)
    state = SLOPE * np.repeat(starts, TRIALS // PLACES)[:, None] * np.eye(UNITS)[0]
    paths = []
    for t in range(END + 1):
        state = state @ jacobian.T + STD * rng.normal(size=state.shape)
        paths.append(state[:, :1] / SLOPE + drift * t + jitter * rng.normal(size=(TRIALS, 1)))
    rest = activity(np.array(paths))._replace(noise_std=STD)
    slow = [slow_directions(jacobian, 1 + homogeneous)] * PLACES
    lifetimes, left = (np.stack(values) for values in zip(*slow, strict=True))
    settled = size * (SLOPE * starts[:, None] * np.eye(UNITS)[0] + 2.0 * homogeneous * np.eye(UNITS)[3])
    looked = activity(np.zeros((1, PLACES, 1)))._replace(
        inside=SlowStates(lifetimes, left, settled), homogeneous=homogeneous
    )
    return {"active": awake, "slow": looked, named(1.0): rest}


def row(activities):
    return measured("manifold_diffusion", activities).sel(phase=named(1.0))


@pytest.mark.parametrize(("jitter", "drift"), [(0.0, 0.0), (0.05, 0.0), (0.0, 0.01)])
def test_a_sheared_line_diffuses_as_predicted_and_five_times_as_much_as_naively(jitter, drift):
    values = row(phases(np.random.default_rng(0), line(2.0), jitter=jitter, drift=drift))
    error = float(values["measured_stderr"])
    assert float(values["predicted"]) == pytest.approx(5e-4, rel=0.02)
    assert float(values["naive"]) == pytest.approx(1e-4, rel=0.02)
    assert float(values["measured"]) == pytest.approx(5e-4, abs=4 * error)
    assert error < 0.1 * 5e-4
    assert float(values["over_predicted"]) == pytest.approx(1, abs=4 * float(values["over_predicted_stderr"]))
    assert float(values["over_naive"]) == pytest.approx(5, abs=4 * float(values["over_naive_stderr"]) + 0.1)
    assert float(values["drift"]) == pytest.approx(drift, abs=6e-4 + 0.1 * jitter**2)
    assert (float(values["applies"]), float(values["lifetime"]), float(values["factor"])) == (1, math.inf, 1)


def test_a_normal_line_diffuses_as_naively_predicted():
    values = row(phases(np.random.default_rng(1), line(0.0)))
    assert float(values["predicted"]) == pytest.approx(float(values["naive"]), rel=1e-6)
    assert float(values["over_naive"]) == pytest.approx(1, abs=4 * float(values["over_naive_stderr"]))


def test_what_decays_while_it_is_measured_has_no_prediction():
    lasting, fading = (row(phases(np.random.default_rng(2), line(2.0, slow=slow))) for slow in (0.96, 0.94))
    assert float(lasting["applies"]) == 1
    assert float(fading["applies"]) == 0
    assert np.isnan(float(fading["predicted"]))
    assert np.isnan(float(fading["over_predicted"]))
    assert float(fading["lifetime"]) == pytest.approx(-1 / math.log(0.94))


def test_without_a_scale_states_that_faded_to_half_diffuse_four_times_as_much_whatever_their_size_does():
    jacobian = line(2.0)
    jacobian[3, 3] = 0.97  # their size, along unit 4, fades slowly
    whole, half = (row(phases(np.random.default_rng(3), jacobian, homogeneous=True, size=size)) for size in (1.0, 0.5))
    assert float(whole["predicted"]) == pytest.approx(5e-4, rel=0.02)
    for name in ("predicted", "naive"):
        assert float(half[name]) == pytest.approx(4 * float(whole[name]), rel=1e-6)


def test_variance_grows_the_short_way_round_a_circle_and_is_unbiased_with_few_repeats():
    rng = np.random.default_rng(4)
    walk = math.pi + np.cumsum(rng.normal(0, 0.03, (21, 3 * PLACES * 400, 1)), 0)
    wrapped = np.remainder(walk + math.pi, 2 * math.pi) - math.pi
    values = np.concatenate([growth(deviations(part, CIRCLE)[1]) for part in np.split(wrapped, 400, axis=1)])
    assert values.mean() == pytest.approx(9e-4, abs=4 * values.std() / math.sqrt(len(values)))
    means, left = deviations(wrapped[:, :PLACES], CIRCLE)
    assert np.isnan(means).all()  # one path from every place has no variance
    assert np.isnan(left).all()


def test_slow_directions_are_looked_for_where_rest_is_without_noise(tiny):
    members = untrained([tiny("seed=0,3", "network.sigma2_rec=1e-4").members()[1]])
    trials, steps = 3 * PLACES + 5, 6
    (seen,) = observe(members, Inside("diffusion", trials, steps))
    (rest,) = resting(members, Rest(trials, steps, noise=0.0, places=PLACES, states=True), judge=False)
    own = np.unique(np.arange(trials) * PLACES // trials, return_index=True)[1]
    assert seen.homogeneous
    np.testing.assert_allclose(seen.inside.states, rest.states[-1][own], atol=1e-6)
    np.testing.assert_allclose(seen.decoded[0], rest.decoded[-1][own], atol=1e-4)
    assert seen.inside.lifetimes.shape == (PLACES, 3)  # two dimensions, and the size of states
    assert seen.inside.left.shape == (PLACES, 16, 3)


def test_what_has_no_dynamics_is_measured_but_not_predicted():
    activities = phases(np.random.default_rng(5), line(2.0))
    values = row({name: seen for name, seen in activities.items() if name != "slow"})
    whole = row(activities)
    assert np.isnan(float(values["predicted"]))
    for name in ("measured", "naive", "over_naive"):
        assert float(values[name]) == float(whole[name])


def test_controls_take_part_in_what_they_have():
    taking = {
        name: {control for control in CONTROLS if can_take_part(control, name, MEASURES[name].phases)}
        for name in ("lyapunov", "manifold_diffusion")
    }
    assert taking["lyapunov"] == {"untrained"}
    assert {"untrained", "frozen", "perfect"} <= taking["manifold_diffusion"]
