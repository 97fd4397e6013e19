"""Laws of controls: what is known of each without simulating it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from conftest import threads

from quiescent.controls import CONTROLS
from quiescent.networks import NETWORKS, Kind
from quiescent.quiescence.activity import Active, Kicked, Rest, kept_steps
from quiescent.quiescence.observe import observe
from quiescent.quiescence.resting import rest_noise
from quiescent.quiescence.starts import starts_of
from quiescent.simulation.members import untrained

SOME = Rest(trials=30, steps=240, burn_in=7, states="some")
FEW = Rest(trials=60, steps=6, places=3, states=True)


@pytest.fixture
def members(tiny):
    """Make networks of two seeds, which stand for trained ones: their weights are not the initial ones."""

    def make(*words, **names):
        configs = tiny("network.units=24", "network.sigma2_rec=1e-6", "seed=0,3", *words, **names).members()
        made = untrained(configs)
        weights = {name: 2 * weight for name, weight in made.network.weights.items()}
        return replace(made, network=replace(made.network, weights=weights))

    return make


def heading(members, *words):
    return members(*words, name="head_direction/noisy_unbiased", cells="hd_cells")


def equal(one, other):
    np.testing.assert_array_equal(one.decoded, other.decoded)
    for a, b in zip(one.quality, other.quality, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert (one.states is None) == (other.states is None)
    if one.states is not None:
        np.testing.assert_allclose(one.states, other.states, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(one.kept, other.kept)
    assert (one.space, one.dt, one.noise_std) == (other.space, other.dt, other.noise_std)


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize("words", [(), ("network.bias=true", "network.noise=uniform")])
def test_every_control_rests_in_the_form_of_a_network(members, name, words):
    population, control = members(*words), CONTROLS[name]
    for phase in (SOME, FEW):
        for activity, network in zip(
            control.rest(population, phase), observe(population, phase, judge=True), strict=True
        ):
            steps = phase.steps - phase.burn_in
            assert activity.decoded.shape == (steps, phase.trials, 2)
            assert activity.quality.shape.shape == activity.quality.amplitude.shape == (steps, phase.trials)
            assert (activity.states is not None) == control.states
            if control.states:
                assert activity.states.shape == network.states.shape
            np.testing.assert_array_equal(activity.kept, network.kept)
            np.testing.assert_allclose(activity.noise_std, network.noise_std)
            assert activity.decoded.dtype == np.float32
            assert np.isfinite(activity.decoded).all()


@pytest.mark.parametrize("name", CONTROLS)
def test_no_control_depends_on_the_number_of_cores(members, name, monkeypatch):
    monkeypatch.setattr("quiescent.machine.lanes.LEAST", 1)
    population, phase = members(), SOME._replace(steps=20)
    with threads(3):
        many = CONTROLS[name].rest(population, phase)
    for one, other in zip(CONTROLS[name].rest(population, phase), many, strict=True):
        np.testing.assert_allclose(one.decoded, other.decoded, atol=1e-4)


@pytest.mark.parametrize("phase", [SOME, FEW, FEW._replace(states=False)])
def test_a_frozen_network_is_one_whose_update_changes_nothing(members, phase, monkeypatch):
    monkeypatch.setitem(NETWORKS, "still", Kind(lambda state, drive, recurrent, activation, step: state))
    population = members("network.kind=still", "network.sigma2_rec=0")
    for still, network in zip(
        CONTROLS["frozen"].rest(population, phase), observe(population, phase, judge=True), strict=True
    ):
        equal(still, network)


def test_read_out_noise_is_a_network_that_forgets_all_but_its_noise(members, monkeypatch):
    monkeypatch.setitem(NETWORKS, "empty", Kind(lambda state, drive, recurrent, activation, step: 0 * state))
    for words in ((), ("network.bias=true",), ("network.noise=uniform",)):
        population = members("network.kind=empty", *words)
        for noise, network in zip(
            CONTROLS["readout_noise"].rest(population, SOME), observe(population, SOME, judge=True), strict=True
        ):
            equal(noise, network)


def test_without_noise_at_rest_the_read_out_gets_the_noise_of_the_task(members):
    population = members("network.sigma2_rec=0")
    (activity, _) = CONTROLS["readout_noise"].rest(population, Rest(trials=100, steps=20, states=True))
    assert activity.noise_std == pytest.approx(math.sqrt(2e-4))
    assert activity.states.std() == pytest.approx(math.sqrt(2e-4), rel=0.02)


def test_untrained_networks_have_the_initial_weights_and_the_same_cells(members):
    population = members("network.sigma2_rec=0")
    control, initial = CONTROLS["untrained"], replace(untrained(population.configs), codes=population.codes)
    seen = control.rest(population, SOME), control.active(population, Active(5)), control.kicked(population, Kicked(5))
    wanted = (observe(initial, phase) for phase in (SOME._replace(weights="initial"), Active(5), Kicked(5)))
    for one, other in zip(seen, wanted, strict=True):
        np.testing.assert_array_equal(one[1].decoded, other[1].decoded)
    assert seen[0][0].noise_std == pytest.approx(math.sqrt(2e-4))


@pytest.mark.parametrize(
    ("name", "fraction"), [("sampler_5mm", 1 / 440), ("sampler_20mm", 1 / 110), ("sampler_40mm", 1 / 55)]
)
def test_samplers_go_from_the_starts_in_steps_of_their_size(members, name, fraction):
    boxes = members("task.use_place_cells=false"), 2.2  # decoded places are the places themselves
    circles = heading(members, "task.hd_cells.number=2000"), 2 * math.pi
    for population, extent in (boxes, circles):
        phase = Rest(trials=400, steps=1)
        starts = starts_of(population, phase).numpy()
        for activity, start in zip(CONTROLS[name].rest(population, phase), starts, strict=True):
            steps = activity.space.difference(activity.decoded[0], start)
            assert steps.std() == pytest.approx(fraction * extent, rel=0.1)


def test_the_code_of_a_sampler_is_that_of_places(members):
    for activity in CONTROLS["sampler_20mm"].rest(members("task.place_cells.number=200"), SOME):
        assert activity.quality.shape.mean() < 0.02  # what the grid of places leaves
        assert activity.quality.amplitude.mean() == pytest.approx(1, abs=0.02)


def test_a_rest_has_the_starts_that_the_network_has(members):
    population = members("network.sigma2_rec=0")
    for phase in (SOME, FEW):
        starts = starts_of(population, phase)
        assert starts.shape == (2, phase.trials, 2)
        assert len(np.unique(starts[0], axis=0)) == (phase.places or phase.trials)
        assert len(CONTROLS["frozen"].rest(population, phase)) == 2
    assert rest_noise(population, SOME)[0].recurrent == 0
    assert len(kept_steps(SOME.steps)) == 102
