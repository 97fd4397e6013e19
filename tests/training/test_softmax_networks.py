"""Networks that are trained by cross-entropy: which can be, and that whatever reads them gets codes."""

import re

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from quiescent.config.load import load_config, parse
from quiescent.config.schema import TrainingSettings
from quiescent.controls import CONTROLS
from quiescent.errors import QuiescentError
from quiescent.evaluation.export import weights_of
from quiescent.page.write import write_page
from quiescent.quiescence.activity import Active, Kicked, Rest
from quiescent.quiescence.observe import observe
from quiescent.quiescence.valid import valid_codes
from quiescent.simulation.members import untrained
from quiescent.training.train import train

CROSS = "training.loss=cross_entropy"
RECURRENT = "training.weight_decay_of=recurrent"
PHASES = [Active(trials=12), Rest(trials=12, steps=9)]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("spatial_navigation/noisy_unbiased", ["task.use_place_cells=false"]),
        ("head_direction/noisy_unbiased", []),
        ("recorded/sargolini", ["task.use_place_cells=false"]),
    ],
)
def test_a_code_that_is_no_distribution_is_one_error(name, words):
    task = name.partition("/")[0]
    said = f"training: loss=cross_entropy needs a code that is a probability distribution .*; {task} with these"
    with pytest.raises(QuiescentError, match=said) as caught:
        load_config(name, *words, CROSS)
    assert re.search(r"In: key=value word \d\.$", str(caught.value))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("words", [[], ["task.place_cells.dog=true"]])
@pytest.mark.parametrize("name", ["spatial_navigation/noisy_unbiased", "recorded/sargolini"])
def test_place_cells_with_and_without_a_surround_are_distributions(name, words):
    assert load_config(name, *words, CROSS).training.loss == "cross_entropy"


def test_a_recording_that_is_missing_does_not_make_its_runs_unreadable(tmp_path):
    text = load_config("recorded/sargolini", CROSS).to_yaml().replace("source: sargolini", f"path: {tmp_path}/gone.csv")
    assert parse(text, "config.yaml").training.loss == "cross_entropy"


def test_what_came_later_is_written_only_where_it_is_not_the_default(tiny):
    usual = tiny()
    assert not {"loss", "weight_decay_of"} & TrainingSettings().model_dump().keys()
    assert tiny("training.loss=mean_squared_error", "training.weight_decay_of=all").to_yaml() == usual.to_yaml()
    other = tiny(CROSS, RECURRENT)
    assert parse(other.to_yaml(), "config.yaml") == other


def test_training_goes_on_where_it_stopped_to_the_same_weights(tiny, tmp_path):
    words = (CROSS, RECURRENT, "training.weight_decay=1e-2", "training.batches=10")
    (whole,) = train(tiny(*words), tmp_path / "whole")
    (run,) = train(tiny(*words), tmp_path / "parts")
    run.checkpoints()[-1].unlink()
    (run,) = train(tiny(*words), tmp_path / "parts")
    ours, theirs = (load_file(one.checkpoints()[-1]) for one in (run, whole))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.fixture
def networks(tiny):
    """Networks of which one has a softmax, with read-outs large enough for it to matter."""

    def make(*words):
        members = untrained(tiny("network.bias=true", "network.units=24", "seed=0,3", *words).members())
        for weight in members.network.weights.values():
            weight *= 3
        return members

    return make


def softmax_quality(members, member, outputs):
    """Judge the softmax of linear outputs by hand."""
    codes = valid_codes(members.codes[member], members.configs[member].task.space, outputs)
    return codes.judge(torch.softmax(outputs, -1).flatten(0, 1))


def test_activities_of_networks_and_of_read_out_noise_are_judged_by_their_softmax(networks):
    members = networks(CROSS)
    for phase in (Active(12, states=True), Rest(12, 9, states=True)):
        seen = [observe(members, phase, judge=True)]
        if isinstance(phase, Rest):
            seen += [CONTROLS[name].rest(members, phase) for name in ("readout_noise", "frozen")]
        for activities in seen:
            for member, activity in enumerate(activities):
                outputs = members.network.member(member).readout(torch.from_numpy(activity.states))
                judged = softmax_quality(members, member, outputs).shape.reshape(activity.quality.shape.shape)
                every = 4 if isinstance(phase, Rest) else 1
                np.testing.assert_allclose(activity.quality.shape[::every], judged[::every], atol=1e-5)


def test_a_softmax_changes_nothing_of_what_is_decoded(networks):
    for phase in PHASES:
        for one, other in zip(observe(networks(CROSS), phase), observe(networks(), phase), strict=True):
            np.testing.assert_array_equal(one.decoded, other.decoded)


def test_outputs_too_far_apart_for_a_softmax_are_decoded_all_the_same(networks):
    far, near = networks(CROSS), networks(CROSS)
    for name in ("output", "output_bias"):
        far.network.weights[name] *= 1e4
    (one, *_), (other, *_) = (observe(members, PHASES[1]) for members in (far, near))
    np.testing.assert_array_equal(one.decoded, other.decoded)


def test_kicks_are_followed_into_the_softmax(networks):
    members = networks(CROSS)
    for activity in observe(members, Kicked(trials=10)):
        np.testing.assert_allclose(activity.kicks.outputs.sum(-1), 0, atol=1e-5)  # both sum to 1
        assert np.abs(activity.kicks.outputs).max() > 1e-6


def test_a_perfect_network_has_codes_of_amplitude_one(networks):
    members = networks(CROSS)
    for activity in CONTROLS["perfect"].rest(members, Rest(trials=12, steps=9)):
        assert np.median(activity.quality.amplitude) == pytest.approx(1, abs=0.2)


def test_exported_weights_say_that_outputs_need_a_softmax_and_a_page_says_that_it_has_none(tiny, tmp_path):
    (run,) = train(tiny(CROSS), tmp_path / "softmax")
    (plain,) = train(tiny(), tmp_path / "linear")
    assert [weights_of(one)[1]["outputs"] for one in (run, plain)] == ["softmax", "linear"]
    with pytest.raises(QuiescentError, match=r"softmax/seed_0: training\.loss=cross_entropy cannot run in a page"):
        write_page(tmp_path / "page.html", [run])
