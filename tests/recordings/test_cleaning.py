"""Samples that are no places of the animal are dropped and counted; the path is the same wherever it lies."""

import numpy as np
import pytest
import torch
from animals import RATE, table, walk
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quiescent.errors import QuiescentError
from quiescent.recordings.summary import one_line, six_lines, warnings_of
from quiescent.streams import stream
from quiescent.tasks import Recorded

TIMES, POINTS = walk(120)
INSIDE = POINTS + 0.4


def saved(folder, points, times=TIMES, **settings):
    np.savez(folder / "a.npz", t=times, pos=points)
    return Recorded(path=str(folder / "a.npz"), **{"steps": 20, "augment": False, **settings})


def sample(task):
    return task.sample(300, generator=stream(0, "training"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("recordings")


@given(
    value=st.sampled_from([0.0, -1.0]),
    runs=st.lists(st.tuples(st.integers(0, len(TIMES) - 40), st.integers(1, 40)), min_size=1, max_size=12),
    unit=st.sampled_from(["m", "cm"]),
)
@settings(max_examples=30, deadline=None)
def test_lost_frames_are_dropped_and_the_box_comes_from_the_others(folder, value, runs, unit):
    points = INSIDE * (100 if unit == "cm" else 1)
    lost = np.zeros(len(TIMES), bool)
    for start, length in runs:
        lost[start : start + length] = True
    points[lost] = value
    facts = saved(folder, points, unit=unit).facts
    assert sum(facts.dropped.values()) == lost.sum()
    expected = np.stack([INSIDE[~lost].min(0), INSIDE[~lost].max(0)], 1)
    np.testing.assert_allclose(facts.box, expected, atol=1e-9)


@given(
    st.lists(st.tuples(st.integers(5, len(TIMES) - 20), st.integers(1, 8)), min_size=1, max_size=15), st.integers(0, 9)
)
@settings(max_examples=30, deadline=None)
def test_reflections_are_dropped_even_if_they_are_many(folder, runs, seed):
    points, stray = POINTS.copy(), np.zeros(len(TIMES), bool)
    for start, length in runs:
        stray[start : start + length] = True
    longest = max(len(run) for run in "".join("x" if lost else " " for lost in stray).split())
    assume(longest <= 8)  # in a longer time the animal could have gone there at the limit of 10 m/s, and come back
    points[stray] += 3 + np.random.default_rng(seed).uniform(0, 1, (stray.sum(), 2))
    task = saved(folder, points)
    assert sum(task.facts.dropped.values()) == stray.sum()
    assert sample(task).inputs.abs().max() < 0.1


def test_no_trial_crosses_a_leap_to_where_the_animal_stayed(folder):
    points = POINTS.copy()
    points[len(points) // 2 :] += 4
    task = saved(folder, points)
    assert not task.facts.dropped
    assert task.facts.stretches == 2
    assert sample(task).inputs.abs().max() < 0.1


def test_an_animal_that_visits_the_origin_keeps_its_samples(folder):
    points = POINTS - POINTS[100]
    points[100:110] = 0.0
    assert not saved(folder, points).facts.dropped


def test_a_limit_is_what_the_user_says(folder):
    points = POINTS.copy()
    points[500] += 0.1  # 3 m/s
    assert not saved(folder, points).facts.dropped
    assert saved(folder, points, max_speed=2.0).facts.dropped == {"faster than 2 m/s (task.max_speed)": 1}


@pytest.mark.parametrize("shift", [4e6, -4e6, 5e5, 1e3])
def test_a_path_gives_the_same_trials_and_codes_wherever_it_lies(folder, shift):
    def numbers(points, **settings):
        task = saved(folder, points, augment=True, **settings)
        trials = sample(task)
        code = task.code(stream(0, "cells"))
        decoded = code.decode(code.encode(trials.path))
        return [
            *trials,
            code.encode(trials.path),
            (decoded - trials.path).square().mean(),
            torch.tensor(task.space.bounds),
        ]

    for arena in (None, ((0.0, 1.0), (0.0, 1.2))):
        moved = None if arena is None else tuple((low + shift, high + shift) for low, high in arena)
        for here, there in zip(numbers(POINTS, arena=arena), numbers(POINTS + shift, arena=moved), strict=True):
            torch.testing.assert_close(there, here, atol=1e-6, rtol=1e-6)
    np.testing.assert_allclose(saved(folder, POINTS + shift).facts.box[0][0], shift + POINTS[:, 0].min(), atol=1e-6)


NAMED_HEADINGS = ("hd_deg", "head_direction", "heading", "yaw (rad)")
LAPS = (0.7 * TIMES + 0.2 * np.sin(TIMES)) % 3.0


def test_a_circular_coordinate_is_tracked_on_a_circle(folder):
    plain = saved(folder, LAPS).facts
    assert any("task.period" in warning for warning in warnings_of(plain, 0.15))
    task = saved(folder, LAPS, period=3.0)
    trials = sample(task)
    assert (task.n_inputs, task.facts.stretches, task.facts.jumps) == (1, 1, 0)
    assert not warnings_of(task.facts, None)
    assert task.facts.speeds[0] == pytest.approx(0.7, abs=0.15)  # m/s
    assert trials.inputs.abs().max() < 2 * np.pi / 3 * 0.1
    turned = trials.start + trials.inputs.cumsum(0) - trials.path
    assert (turned / (2 * np.pi)).round().sub(turned / (2 * np.pi)).abs().max() < 1e-5
    code = task.code(stream(0, "cells"))
    assert task.space.difference(code.decode(code.encode(trials.path)), trials.path).abs().max() < 0.05


def test_headings_are_told_by_their_name_in_degrees_or_radians(tmp_path):
    angles = (50 * TIMES + 40 * np.sin(TIMES)) % 360
    tasks = [
        Recorded(path=table(tmp_path / f"{k}.csv", ["time", name], TIMES, values), steps=20, augment=False)
        for k, (name, values) in enumerate(
            [
                ("hd_deg", angles),
                ("head_direction", angles),
                ("heading", np.radians(angles)),
                ("yaw (rad)", np.radians(angles)),
            ]
        )
    ]
    for task in tasks[1:]:
        torch.testing.assert_close(sample(task).inputs, sample(tasks[0]).inputs, atol=1e-5, rtol=0)
    assert "task.period" in " ".join(tasks[0].facts.said)
    small = table(tmp_path / "small.csv", ["time", "heading"], TIMES, angles / 20)
    with pytest.raises(QuiescentError, match=r"may be degrees or radians. Set task.unit=deg or task.unit=rad"):
        Recorded(path=small).facts  # noqa: B018


def test_trials_on_a_circle_are_mirrored_and_turned(folder):
    starts = sample(saved(folder, np.linspace(0, 0.001, len(TIMES)), period=3.0, augment=True)).start
    assert starts.min() < -3
    assert starts.max() > 3


def test_one_animal_of_several_is_chosen(tmp_path):
    both = np.concatenate([POINTS, 1 - POINTS])
    order = np.argsort(np.concatenate([TIMES, TIMES]), kind="stable")
    for names in (np.repeat([1.0, 2.0], len(TIMES)), np.repeat(["left", "right"], len(TIMES))):
        path = table(
            tmp_path / "a.csv", ["time", "animal", "x", "y"], np.tile(TIMES, 2)[order], [*names[order]], *both[order].T
        )
        first = names[0]
        with pytest.raises(QuiescentError, match=r"told apart by 'animal' \(.*, .*\); choose one with task.where"):
            Recorded(path=path).facts  # noqa: B018
        label = first if isinstance(first, str) else f"{first:g}"
        facts = Recorded(path=path, where=f"animal={label}", steps=20).facts
        assert facts.samples == len(TIMES)
        with pytest.raises(QuiescentError, match=r"task.where=animal=9: not in"):
            Recorded(path=path, where="animal=9").facts  # noqa: B018


def test_what_was_read_is_said_in_six_lines_and_what_is_wrong_in_plain_words(folder):
    points = POINTS.copy()
    points[(TIMES % 6) < 1] = np.nan
    points[TIMES > 100] = POINTS[TIMES > 100]
    facts = saved(folder, points, steps=100).facts
    assert len(six_lines(facts)) == 6
    assert one_line(facts).startswith("a.npz: 23 s of 119 s used, box 0.9 x 0.9 m")
    (warning,) = warnings_of(facts, 0.15)
    assert "can be used: stretches are shorter than a trial of 10 s" in warning
    tiny = saved(folder, POINTS / 100).facts
    assert "box" in " ".join(warnings_of(tiny, 0.15))
    assert any("hardly larger than a place field" in words for words in warnings_of(saved(folder, POINTS).facts, 0.6))
    large = saved(folder, POINTS, arena=((0, 5), (0, 5))).facts
    assert any("far larger than what is visited" in words for words in warnings_of(large, 0.15))
    assert pytest.approx(facts.rate, rel=1e-3) == RATE


def test_a_plain_recording_is_no_cause_for_warnings(folder):
    facts = saved(folder, POINTS).facts
    assert warnings_of(facts, 0.15) == []
    for source in ("sargolini", "tanni"):
        facts = Recorded(source=source, steps=50).facts
        assert not facts.dropped
        assert warnings_of(facts, 0.15) == []
