"""Laws of the quiescent phase: closed forms, noise levels, memory, independence of members."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from scipy import stats

from quiescent.config.load import load_config
from quiescent.errors import QuiescentError
from quiescent.networks import NETWORKS, Kind, simulate
from quiescent.quiescence.activity import Active, Rest
from quiescent.quiescence.awake import active
from quiescent.quiescence.observe import observe
from quiescent.quiescence.resting import CHUNK, rest, rest_noise
from quiescent.quiescence.seen import JUDGED
from quiescent.quiescence.valid import valid_codes
from quiescent.simulation.members import untrained

SMALL = ("network.units=24", "task.place_cells.number=16", "task.steps=10")


def members(*words, seeds="seed=0,1,2"):
    return untrained(load_config("spatial_navigation/noisy_unbiased", seeds, *SMALL, *words).members()).to("cpu")


def test_a_leaky_network_at_rest_has_the_stationary_variance_of_its_process(monkeypatch):
    monkeypatch.setitem(NETWORKS, "leaky", Kind(lambda state, drive, recurrent, activation, step: (1 - step) * state))
    population = members("network.kind=leaky", "network.sigma2_rec=0.01", "network.dt=0.3")
    for k, activity in enumerate(rest(population, trials=60, steps=60, burn_in=59, keep_states=True)):
        expected = math.sqrt(2 * 0.01 / (1 - 0.7**2))
        assert stats.kstest(activity.states[-1].ravel(), stats.norm(0, expected).cdf).pvalue > 0.001, k


@pytest.mark.parametrize(
    ("phase", "trained", "expected"),
    [
        (Rest(1, 1), 3e-4, 6e-4),
        (Rest(1, 1, noise="same"), 3e-4, 3e-4),
        (Rest(1, 1, noise=0.5), 3e-4, 0.75e-4),
        (Rest(1, 1, noise=0.0), 3e-4, 0.0),
        (Rest(1, 1, noise="absolute", sigma2=5e-4), 3e-4, 1e-3),
        (Rest(1, 1, noise="absolute"), 0.0, 2e-4),  # the noisy networks of the same task have 1e-4
        (Rest(1, 1), 0.0, 0.0),
        (Rest(1, 1, weights="initial"), 0.0, 2e-4),
    ],
)
def test_noise_at_rest_follows_the_phase(phase, trained, expected):
    population = members(f"network.sigma2_rec={trained}", seeds="seed=0")
    (levels,) = rest_noise(population, phase)
    assert levels.recurrent**2 == pytest.approx(expected)
    assert levels._replace(recurrent=0) == population.noise[0]._replace(recurrent=0)  # nothing else differs


def test_noise_at_rest_may_have_another_shape_of_the_same_size():
    (levels,) = rest_noise(members(seeds="seed=0"), Rest(1, 1, noise="absolute", sigma2=5e-4, shape="uniform"))
    assert levels.shape == "uniform"
    assert levels.recurrent**2 == pytest.approx(1e-3)  # the range of it, as in the authors' code


def test_a_member_rests_the_same_alone_and_in_company():
    together, alone = rest(members(), trials=7, steps=40), rest(members(seeds="seed=1"), trials=7, steps=40)
    np.testing.assert_allclose(together[1].decoded, alone[0].decoded, atol=1e-6)


def test_a_long_rest_does_not_depend_on_how_it_is_cut(monkeypatch):
    # Inputs and outputs have no noise here: theirs would come from the same streams, piece by piece.
    words = ("network.sigma2_rec=0.01",)
    whole = rest(members(*words), trials=5, steps=50, keep_states=True)
    assert CHUNK >= 50, "the first rest must be in one piece"
    monkeypatch.setattr("quiescent.quiescence.resting.CHUNK", 7)
    pieces = rest(members(*words), trials=5, steps=50, keep_states=True)
    for activity, cut in zip(whole, pieces, strict=True):
        np.testing.assert_array_equal(activity.decoded, cut.decoded)
        np.testing.assert_allclose(activity.states, cut.states, atol=1e-6)


def test_burn_in_drops_the_first_steps():
    long, late = (rest(members(), trials=5, steps=50, burn_in=n)[0].decoded for n in (0, 30))
    np.testing.assert_array_equal(long[30:], late)
    with pytest.raises(QuiescentError, match="steps=5: must be more than burn_in=5"):
        rest(members(), trials=1, steps=5, burn_in=5)


def test_rest_from_common_places_begins_there_in_equal_groups():
    population = members("network.sigma2_rec=0", seeds="seed=0")
    (together,) = observe(population, Rest(12, 3, places=3))
    (apart,) = observe(population, Rest(12, 3))
    for group in range(3):
        np.testing.assert_array_equal(together.decoded[:, 4 * group : 4 * group + 4], apart.decoded[:, [group] * 4])


def test_other_behaviour_is_drawn_independently_of_the_first():
    one, other = (observe(members(), Active(50, again=again))[0].truth for again in (False, True))
    assert not np.array_equal(one, other)
    assert abs(np.corrcoef(one[0].ravel(), other[0].ravel())[0, 1]) < 0.3


@pytest.mark.parametrize("words", [(), ("network.bias=true",), ("network.kind=gru",)])
def test_the_drift_is_what_the_network_does_alone(words):
    population = members(*words, "network.sigma2_rec=0.01", seeds="seed=0")
    (activity,) = observe(population, Active(6, states=True, drift=True))
    states = torch.from_numpy(activity.states)
    quiet = simulate(population.network.member(0), states[4], torch.zeros(1, 6, 2))[0]
    np.testing.assert_allclose(activity.drift[4], quiet - states[4], atol=1e-6)
    assert activity.noise_std == pytest.approx(0.1)


def test_the_quality_of_the_code_is_that_of_what_is_read_out():
    population = members(seeds="seed=0")
    (activity,) = rest(population, trials=5, steps=60, keep_states=True, judge=True)
    outputs = population.network.member(0).readout(torch.from_numpy(activity.states).flatten(0, 1))
    codes = valid_codes(population.codes[0], population.configs[0].task.space, outputs)
    judged = codes.judge(outputs)
    for seen, expected in zip(activity.quality, judged, strict=True):
        np.testing.assert_allclose(seen[::JUDGED], expected.unflatten(0, (60, 5))[::JUDGED], rtol=1e-3, atol=1e-6)
    left = activity.only(activity.quality.shape < np.median(activity.quality.shape))
    assert np.isnan(left.decoded).mean() == pytest.approx(0.5, abs=0.01)
    assert np.isnan(left.states[np.isnan(left.decoded[..., 0])]).all()


def test_the_active_phase_shows_the_true_path_beside_the_decoded():
    (activity,) = active(members(seeds="seed=0"), trials=9, keep_states=True)
    assert activity.decoded.shape == activity.truth.shape == (10, 9, 2)
    assert activity.states.shape == (10, 9, 24)


def test_a_noise_free_network_at_rest_is_deterministic_and_draws_no_noise():
    once, twice = (rest(members("network.sigma2_rec=0"), trials=5, steps=20)[0].decoded for _ in range(2))
    np.testing.assert_array_equal(once, twice)


def test_what_decays_below_the_smallest_normal_number_is_zero_and_elsewhere_nothing_changes(monkeypatch):
    monkeypatch.setitem(NETWORKS, "leaky", Kind(lambda state, drive, recurrent, activation, step: (1 - step) * state))
    population = members("network.kind=leaky", "network.sigma2_rec=0", seeds="seed=0")
    (activity,) = rest(population, trials=5, steps=600, keep_states=True)
    smallest = np.finfo(np.float32).tiny
    sizes = np.abs(activity.states)
    assert not ((sizes > 0) & (sizes < smallest)).any()
    assert (sizes[-1] == 0).all()
    assert (sizes[200] > 0).any()
    tiny = torch.tensor(smallest) / 4
    assert tiny > 0  # numbers elsewhere are as before


def test_resting_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    rest(members(), trials=2, steps=3)
    active(members(), trials=2)
    assert torch.equal(before, torch.get_rng_state())


def test_a_full_size_rest_of_2000_steps_needs_less_than_a_gibibyte():
    # Peak memory above the imports; 60 of the 2,000 steps pass through every buffer that there is.
    script = """
import resource
from quiescent.config.load import load_config
from quiescent.simulation.members import untrained
from quiescent.quiescence.resting import rest
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
population = untrained(load_config("spatial_navigation/noisy_unbiased").members()).to("cpu")
rest(population, trials=2, steps=2)
before = peak()
rest(population, trials=500, steps=60)
print(peak() - before)
"""
    assert CHUNK < 60, "the run below must be longer than one piece"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    kept = 2000 * 500 * 2 * 4 * 2 / 2**30  # decoded positions of the whole run, and their copy
    assert float(result.stdout) + kept < 1.0
