"""Behaviour that is held out: networks are tested and measured on what they were never trained on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiescent.config.load import load_config
from quiescent.errors import QuiescentError
from quiescent.evaluation.evaluate import measure
from quiescent.quiescence.activity import Rest
from quiescent.quiescence.awake import active
from quiescent.quiescence.starts import starts_of
from quiescent.recordings.parts import starts_of_parts
from quiescent.runs.open import read_config
from quiescent.simulation.members import untrained
from quiescent.streams import stream
from quiescent.training.train import train

SMALL = ("network.units=8", "task.place_cells.number=8", "task.steps=10", "training.batch_size=30")


@pytest.fixture
def crossing(tmp_path):
    """Write a recording whose first four fifths lie in the left half of a box, and the last in the right half."""
    times = np.arange(0, 100, 0.1)
    positions = np.stack([0.25 + 0.2 * np.sin(times), 0.5 + 0.4 * np.cos(0.3 * times)], axis=1)
    positions[times >= 80, 0] += 0.5
    np.savez(tmp_path / "crossing.npz", t=times, pos=positions)
    arena = "task.arena=[[0, 1], [0, 1]]"
    return "recorded/sargolini", f"task.path={tmp_path / 'crossing.npz'}", arena, "task.augment=false", *SMALL


@given(st.lists(st.integers(4, 300), min_size=1, max_size=12), st.integers(1, 60), st.floats(0.01, 0.9))
def test_no_sample_is_in_trials_of_both_parts_and_none_crosses_a_gap(lengths, steps, fraction):
    lengths = [length for length in lengths if length > steps] or [steps + 1]
    starts = starts_of_parts(lengths, steps, fraction)
    stretch = np.repeat(np.arange(len(lengths)), lengths)
    samples = {part: {at + step for at in places for step in range(steps + 1)} for part, places in starts.items()}
    for places in starts.values():
        assert (stretch[places] == stretch[places + steps]).all()
    assert not samples["training"] & samples["held_out"]
    assert max(samples["training"], default=-1) < min(samples["held_out"], default=sum(lengths))


def test_whole_stretches_are_held_out_if_about_as_much_can_be_had_so():
    assert starts_of_parts([100, 70, 30], 10, 0.2)["held_out"].tolist() == list(range(170, 190))  # 15 %
    assert starts_of_parts([190, 10], 5, 0.2)["held_out"].min() == 160  # 5 % would be too little: a stretch is cut
    assert starts_of_parts([200], 10, 0.2)["training"].tolist() == list(range(150))
    for places in starts_of_parts([50, 50], 10, 0.0).values():
        assert places.tolist() == [*range(40), *range(50, 90)]


def test_training_sees_none_of_what_tests_measures_and_dreams_begin_with(crossing):
    task = load_config(*crossing).task
    assert task.sample(300, generator=stream(0, "training"), part="training").path[..., 0].max() < 0.5
    assert task.sample(300, generator=stream(0, "testing"), part="held_out").path[..., 0].min() > 0.5
    members = untrained([load_config(*crossing)])
    assert active(members, trials=50)[0].truth[..., 0].min() > 0.5
    whole = untrained([load_config(*crossing, "task.held_out=0")])
    assert active(whole, trials=50)[0].truth[..., 0].min() < 0.5
    assert starts_of(members, Rest(50, 1))[..., 0].min() > 0.5
    assert starts_of(whole, Rest(50, 1))[..., 0].min() < 0.5


def test_a_network_is_told_apart_by_both_errors_and_compared_with_what_it_learnt(crossing, tmp_path):
    (run,) = train(load_config(*crossing, "training.batches=1"), tmp_path / "runs", device="cpu")
    test = run.metrics()[-1]
    assert test.training_error is not None
    assert test.training_error != test.error
    result = measure("occupancy", [run], device="cpu")
    assert "trained_on" in result["phase"].values
    (run,) = train(load_config(*crossing, "training.batches=1", "task.held_out=0"), tmp_path / "all", device="cpu")
    assert run.metrics()[-1].training_error is None
    assert "training_error" not in (run.folder / "metrics.jsonl").read_text()
    assert "trained_on" not in measure("occupancy", [run], device="cpu")["phase"].values


def test_runs_of_before_held_nothing_out(crossing, tmp_path):
    (run,) = train(load_config(*crossing, "training.batches=1", "task.held_out=0"), tmp_path / "runs", device="cpu")
    assert "held_out" not in (run.folder / "config.yaml").read_text()  # as earlier versions wrote it
    assert read_config(run).task.held_out == 0
    assert "trained_on" not in measure("occupancy", [run], device="cpu")["phase"].values


def test_too_little_to_hold_out_is_one_line_that_says_what_to_do(crossing):
    with pytest.raises(QuiescentError, match=r"task.held_out=0.005 leaves no trial of 1 s for tests\. Choose another"):
        _ = load_config(*crossing, "task.held_out=0.005").task.space
    with pytest.raises(QuiescentError, match=r"task.held_out=1: must be >= 0 and < 1"):
        load_config(*crossing, "task.held_out=1")
