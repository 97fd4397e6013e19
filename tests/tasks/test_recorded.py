"""Recorded behaviour: what a trial may be cut from, and files that cannot be read."""

import importlib.util
import re

import numpy as np
import pytest
import torch

from quiescent.config.load import load_config, parse
from quiescent.errors import QuiescentError
from quiescent.streams import stream
from quiescent.tasks import Recorded

RATE = 50  # samples per second


def save(path, times, positions):
    np.savez(path, t=times, pos=positions)
    return str(path)


def draw(task, trials=300, seed=0):
    return task.sample(trials, generator=stream(seed, "training"))


def spiral(seconds=60.0):
    times = np.arange(0, seconds, 1 / RATE)
    angle = times * (1 + 0.01 * times)
    return times, 0.5 + 0.4 * np.stack([np.cos(angle), 0.5 * np.sin(angle)], axis=1)


def test_a_straight_path_is_resampled_exactly(tmp_path):
    times = np.sort(np.random.default_rng(0).uniform(0, 100, 3000))
    velocity = np.array([0.01, -0.004])
    path = save(tmp_path / "line.npz", times, times[:, None] * velocity)
    trials = draw(Recorded(path=path, dt=0.07, steps=40, augment=False))
    expected = torch.tensor(velocity * 0.07, dtype=torch.float32).expand_as(trials.inputs)
    torch.testing.assert_close(trials.inputs, expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(trials.path, trials.start + trials.inputs.cumsum(0), atol=1e-5, rtol=0)


def test_no_trial_crosses_a_gap_or_a_stretch_of_missing_samples(tmp_path):
    times = np.arange(0, 90, 1 / RATE)
    positions = np.stack([times, -times], axis=1) * 1e-3
    positions[times > 30] += [5, 0]  # the animal was moved while nobody looked
    positions[times > 60] += [5, 0]
    positions[(times > 29) & (times < 31)] = np.nan
    kept = (times < 59) | (times > 61)
    path = save(tmp_path / "gaps.npz", times[kept], positions[kept])
    trials = draw(Recorded(path=path, dt=0.1, steps=100, augment=False), trials=2000)
    assert trials.inputs.abs().max() < 1e-3
    pieces = (trials.start[:, 0] / 5).floor().unique()
    assert pieces.tolist() == [0, 1, 2]  # and every stretch is used


def test_short_gaps_are_bridged(tmp_path):
    times, positions = spiral()
    positions[::7] = np.nan
    path = save(tmp_path / "holes.npz", times, positions)
    assert draw(Recorded(path=path, dt=0.1, steps=500)).inputs.isfinite().all()


@pytest.mark.parametrize(("shape", "images"), [((1.0, 1.005), 8), ((1.0, 1.02), 4), ((1.0, 2.0), 4), ((1.0,), 2)])
def test_trials_are_turned_by_the_symmetries_of_the_box_and_stay_inside(tmp_path, shape, images):
    times = np.arange(0, 2, 1 / RATE)
    path_in_box = np.stack([(0.3 + 0.05 * k) * size + 0 * times for k, size in enumerate(shape)], axis=1)
    path = save(tmp_path / "still.npz", times, path_in_box)
    arena = tuple((0.0, size) for size in shape)
    starts = draw(Recorded(path=path, arena=arena, dt=0.1, steps=5)).start
    assert len({tuple(np.round(start, 4)) for start in starts.tolist()}) == images
    assert (starts > 0).all()
    assert (starts < torch.tensor(shape)).all()
    still = draw(Recorded(path=path, arena=arena, dt=0.1, steps=5, augment=False)).start
    assert len(still.unique(dim=0)) == 1


def test_csv_and_npz_are_read_alike(tmp_path):
    times, positions = spiral()
    npz = save(tmp_path / "a.npz", times, positions)
    rows = np.column_stack([times, positions])
    for header in ("", "time,x,y\n"):
        csv = tmp_path / "a.csv"
        csv.write_text(header + "\n".join(",".join(map(repr, row)) for row in rows.tolist()) + "\n")
        for one, other in zip(draw(Recorded(path=str(csv))), draw(Recorded(path=npz)), strict=True):
            torch.testing.assert_close(one, other)
        csv.unlink()
    csv.write_text("t,x\n0,1\n0.1,\n0.2,3\n0.3,4\n")  # one coordinate, one sample missing
    track = Recorded(path=str(csv), dt=0.1, steps=2)
    assert (track.n_inputs, track.space.bounds) == (1, ((1.0, 4.0),))
    assert draw(track).path.shape == (2, 300, 1)


@pytest.mark.parametrize("source", ["sargolini", "tanni"])
def test_shipped_recordings_load_and_their_configuration_names_no_file(source):
    config = load_config(f"recorded/{source}")
    trials = draw(config.task)
    assert trials.inputs.shape == (config.task.steps, 300, 2)
    assert 0.05 < trials.inputs.norm(dim=-1).mean() / config.task.dt < 0.5  # m/s, a rat's speed
    assert parse(config.to_yaml(), "test") == config
    assert "site-packages" not in config.to_yaml()
    if source == "sargolini":
        sizes = [high - low for low, high in config.task.space.bounds]
        assert sizes == pytest.approx([1, 1], abs=0.05)


def test_same_generator_state_same_trials():
    task = load_config("recorded/sargolini").task
    for one, other in zip(draw(task), draw(task), strict=True):
        assert torch.equal(one, other)
    assert not torch.equal(draw(task).start, draw(task, seed=1).start)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", "0,1", "must be a file of the kind .csv"),
        ("a.npz", "not a zip", "cannot be read"),
        ("a.npz", {"t": [0.0, 1.0]}, "no column is known as a coordinate among 't'"),
        ("a.npz", {"t": [0.0, 1.0], "pos": np.zeros((3, 2))}, "one row per sample"),
        (
            "a.npz",
            {"t": np.array([0, None]), "pos": np.zeros((2, 2))},
            "'t' holds Python objects",
        ),  # would need a pickle
        ("a.csv", "0,1\n0.1,left\n", "line 2: 'left' is not a number"),
        ("a.csv", "0,1\n0.1,1,2\n", "line 2: 3 columns, but line 1 has 2"),
        ("A.CSV", "t,x\n", "no samples"),
        ("a.csv", "0\n1\n", "needs times and 1 or 2 coordinates, but has 1"),
        ("a.csv", "0,1\n2,1\n1,1\n", "times must increase"),
        ("a.npz", {"t": np.arange(0, 20, 0.1), "pos": np.ones((200, 2))}, "a coordinate never changes"),
        ("a.csv", "0,1\n1,\n", "fewer than two complete samples"),
        (
            "a.csv",
            "0,1\n0.1,1\n0.2,1\n9,1\n",
            "needs 10 s without a gap longer than 0.5 s, but the longest stretch lasts 0.2 s",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_error(tmp_path, name, content, message):
    path = tmp_path / name
    if isinstance(content, dict):
        np.savez(path, **content)
    else:
        path.write_text(content)
    with pytest.raises(QuiescentError, match=re.escape(message)) as caught:
        draw(Recorded(path=str(path)))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_arena_must_hold_the_recording(tmp_path):
    path = save(tmp_path / "a.npz", *spiral())
    with pytest.raises(QuiescentError, match=r"of the positions in .*a.npz lie outside it"):
        draw(Recorded(path=path, arena=((0, 0.6), (0, 1))))
    with pytest.raises(QuiescentError, match="as many dimensions"):
        draw(Recorded(path=path, arena=((0, 1),)))
    with pytest.raises(QuiescentError, match=r"task.arena.*\[low, high\]"):
        load_config("recorded/sargolini", "task.arena=[[1,0],[0,1]]")


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(QuiescentError, match=r"task.source=tanni: .*pip install 'quiescent\[recorded\]'"):
        draw(Recorded(source="tanni"))
