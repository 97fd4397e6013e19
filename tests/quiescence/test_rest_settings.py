"""Rest as a user asks for it: words, errors, starts, given input, and neutral values that change nothing."""

import numpy as np
import pytest
import torch

from quiescent.config.load import load_config
from quiescent.errors import QuiescentError
from quiescent.machine.lanes import Share
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Rest
from quiescent.quiescence.phases import REST
from quiescent.quiescence.rest_settings import RestSettings, read_rest, split_rest
from quiescent.quiescence.resting import inputs_of, rest, rest_noise
from quiescent.quiescence.starts import asleep, begin
from quiescent.simulation.members import untrained

TINY = ("network.units=8", "task.place_cells.number=6", "task.hd_cells.number=6", "task.steps=5")


def networks(name="spatial_navigation/noisy_unbiased", seeds="seed=0,1"):
    words = [word for word in TINY if ("hd_cells" in word) == name.startswith("head") or "cells" not in word]
    return untrained(load_config(name, *words, seeds).members()).to("cpu")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rest.friction=0"], "rest.friction=0: must be > 0 and <= 1. In: key=value word 1."),
        (["rest.frictoin=1"], "unknown key 'rest.frictoin'. Did you mean 'rest.friction'? In: key=value word 1."),
        (["rest.adaptation=-1"], "rest.adaptation=-1: must be >= 0. In: key=value word 1."),
        (["rest.adaptation_tau=0.5"], "rest.adaptation_tau=0.5: must be >= 1 (steps). In: key=value word 1."),
        (
            ["rest.starts=awake"],
            "rest.starts=awake: must be 'encoded', 'asleep', 'shuffled' or 'zero'. In: key=value word 1.",
        ),
        (
            ["rest.noise=loud"],
            "rest.noise=loud: must be scaled, same, absolute, or a number >= 0 (of the trained std). "
            "In: key=value word 1.",
        ),
        (["rest.sigma2=-1"], "rest.sigma2=-1: must be >= 0 (a variance). In: key=value word 1."),
    ],
)
def test_what_cannot_be_asked_of_rest_is_one_line_that_says_what_can(words, message):
    with pytest.raises(QuiescentError) as error:
        read_rest(words)
    assert str(error.value) == message


def test_words_of_rest_are_read_and_those_of_networks_left():
    ours, others = split_rest(["a", "rest.friction=0.3", "network.units=8", "rest.velocity=[0.1,0]"])
    assert others == ["a", "network.units=8"]
    assert read_rest(ours) == RestSettings(friction=0.3, velocity=((0.1, 0.0),))
    assert read_rest(["rest.velocity=0.1,0"]).velocity == ((0.1, 0.0),)
    assert read_rest(["rest.velocity=[[0.1,0],[0,0.1]]"]).velocity == ((0.1, 0.0), (0.0, 0.1))
    assert read_rest(["rest.velocity=2"]).velocity == ((2.0,),)


def test_neutral_settings_leave_every_phase_of_every_measure_as_it_was():
    for measure in MEASURES.values():
        for name, phase in RestSettings().asked(measure.phases).items():
            own = measure.phases[name]
            noise = "scaled" if isinstance(own, Rest) and own.noise is None else None
            assert phase == (own._replace(noise=noise) if noise else own)


def test_results_of_what_was_asked_have_a_name_of_their_own():
    declared = {"quiescent": REST, "added": REST._replace(noise="absolute")}
    assert RestSettings().label(declared) == ""
    assert (
        RestSettings(noise="same", friction=0.3, matched=True).label(declared) == "noise=same,friction=0.3,matched=true"
    )
    long = RestSettings(velocity=((0.123456789, 1.0),) * 9).label(declared)
    assert len(long) == 16
    assert long != RestSettings(velocity=((0.123456789, 1.0),) * 8).label(declared)


@pytest.mark.parametrize("name", ["spatial_navigation/noisy_unbiased", "head_direction/noisy_biased"])
def test_neutral_values_give_the_same_rest_bit_for_bit(name):
    usual, neutral = (
        rest(networks(name), trials=30, steps=120, keep_states=True, **more)
        for more in (
            {},
            {"friction": 1.0, "adaptation": 0.0, "adaptation_tau": 7.0, "starts": "encoded", "velocity": ()},
        )
    )
    for one, other in zip(usual, neutral, strict=True):
        assert np.array_equal(one.decoded, other.decoded)
        assert np.array_equal(one.states, other.states)


def test_the_parts_that_rest_is_simulated_in_do_not_matter(monkeypatch):
    asked = {"friction": 0.4, "adaptation": 0.7, "adaptation_tau": 9.0, "velocity": [[0.1, 0], [0, 0.1]]}
    whole = rest(networks(), trials=3, steps=60, keep_states=True, **asked)
    monkeypatch.setattr("quiescent.quiescence.resting.CHUNK", 7)
    parts = rest(networks(), trials=3, steps=60, keep_states=True, **asked)
    for one, other in zip(whole, parts, strict=True):
        assert np.array_equal(one.states, other.states)


def test_matched_noise_has_its_variance_times_friction():
    usual, matched = (rest_noise(networks(), Rest(1, 1, friction=0.25, matched=on)) for on in (False, True))
    assert [level.recurrent for level in matched] == [level.recurrent / 2 for level in usual]


def states(phase, members=None):
    members = members or networks()
    return begin(members, phase)(Share(slice(None), slice(0, phase.trials)))


def test_rest_begins_where_it_is_asked_to():
    members, usual = networks(), Rest(40, 1)
    ends, mixed = (states(usual._replace(starts=name)) for name in ("asleep", "shuffled"))
    assert torch.equal(ends, asleep(members, 40))
    assert not torch.equal(ends, states(usual))
    assert torch.equal(ends.sort(1).values, mixed.sort(1).values)  # every unit keeps its own values
    assert not torch.equal(ends, mixed)
    assert torch.equal(states(usual._replace(starts="zero")), torch.zeros(2, 40, 8))
    few = states(usual._replace(starts="asleep", places=4))
    assert torch.equal(few[:, ::10], ends[:, :4])
    assert torch.equal(few[:, 0], few[:, 9])


def test_states_at_the_ends_of_trials_do_not_depend_on_other_members():
    assert torch.equal(asleep(networks(), 30)[1:], asleep(networks(seeds="seed=1"), 30))


def test_a_given_velocity_is_the_input_that_the_task_would_give():
    phase = Rest(3, 11, velocity=((1.0, 0.0), (0.0, 2.0)))
    given = inputs_of(networks(), phase)
    assert given.shape == (11, 2, 3, 2)
    torch.testing.assert_close(given[5, 0, 0], 0.02 * torch.tensor([0.5, 1.0]))
    torch.testing.assert_close(
        inputs_of(networks(), Rest(3, 11, velocity=((1.0, 3.0),)))[:, 1, 2].unique(dim=0),
        0.02 * torch.tensor([[1.0, 3.0]]),
    )
    with pytest.raises(QuiescentError, match=r"rest.velocity=\[\(1.0,\)\]: each velocity must have 2 number"):
        inputs_of(networks(), Rest(3, 5, velocity=((1.0,),)))
