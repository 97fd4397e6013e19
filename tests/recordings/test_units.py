"""Units and times: one path, whatever it is measured in."""

import re

import numpy as np
import pytest
from animals import RATE, table, walk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quiescent.errors import QuiescentError
from quiescent.recordings.summary import warnings_of
from quiescent.streams import stream
from quiescent.tasks import Recorded

TIMES, POINTS = walk(30)
PER_METRE = {"m": 1, "cm": 100, "mm": 1000, "km": 1e-3}
PER_SECOND = {"s": 1, "ms": 1000, "us": 1e6, "min": 1 / 60}


def trials(task):
    return task.sample(20, generator=stream(0, "training"))


@given(
    unit=st.sampled_from([*PER_METRE, 0.002]),
    time_unit=st.sampled_from([*PER_SECOND, "frames"]),
    named=st.booleans(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_path_is_the_same_in_every_unit_named_or_given(tmp_path, unit, time_unit, named):
    named = named and unit != 0.002 and time_unit != "frames"
    points = POINTS / unit if isinstance(unit, float) else POINTS * PER_METRE[unit]
    times = TIMES * RATE if time_unit == "frames" else TIMES * PER_SECOND[time_unit]
    names = [f"time_{time_unit}", f"x_{unit}", f"y [{unit}]"] if named else ["time", "x", "y"]
    given = {} if named else {"unit": unit, "time_unit": time_unit}
    fps = {"fps": RATE} if time_unit == "frames" else {}
    task = Recorded(path=table(tmp_path / "a.csv", names, times, *points.T, digits=12), steps=20, **given, **fps)
    plain = Recorded(path=table(tmp_path / "b.csv", ["t", "x", "y"], TIMES, *POINTS.T, digits=12), steps=20)
    np.testing.assert_allclose(trials(task).path, trials(plain).path, atol=2e-6)


@pytest.mark.parametrize("unit", ["cm", "mm", "km"])
def test_an_unnamed_unit_is_never_wrong_without_a_word(tmp_path, unit):
    path = table(tmp_path / "a.csv", ["time", "x", "y"], TIMES, *(PER_METRE[unit] * POINTS).T)
    assert "task.unit" in " ".join(warnings_of(Recorded(path=path, steps=20).facts, 0.15))


@pytest.mark.parametrize("scale", [RATE, 1000])
def test_frames_and_milliseconds_are_never_seconds_without_a_word(tmp_path, scale):
    path = table(tmp_path / "a.csv", ["time", "x", "y"], TIMES * scale, *POINTS.T)
    with pytest.raises(QuiescentError, match="apart: frames or milliseconds") as caught:
        Recorded(path=path, steps=20).facts  # noqa: B018
    assert "task.time_unit" in str(caught.value)
    facts = Recorded(path=path, steps=20, max_gap=2 * scale / RATE).facts
    assert any("frames" in warning for warning in warnings_of(facts, None))


def test_a_rate_that_contradicts_the_times_is_an_error(tmp_path):
    path = table(tmp_path / "a.csv", ["time", "x", "y"], TIMES, *POINTS.T)
    with pytest.raises(QuiescentError, match=r"task.fps=25: 'time' .* holds times, not frames"):
        Recorded(path=path, fps=25).facts  # noqa: B018


def test_times_of_day_and_dates_are_seconds(tmp_path):
    plain = Recorded(path=table(tmp_path / "a.csv", ["t", "x", "y"], TIMES, *POINTS.T), steps=20)
    clock = [f"2026-03-01T12:{int(t // 60):02}:{t % 60:09.6f}" for t in TIMES]
    for times in (clock, [text[11:] for text in clock]):
        path = table(tmp_path / "b.csv", ["timestamp", "x", "y"], times, *POINTS.T)
        np.testing.assert_allclose(trials(Recorded(path=path, steps=20)).path, trials(plain).path, atol=1e-5)


BACK = np.concatenate([TIMES[:300], TIMES[:300] + 0.005])


@pytest.mark.parametrize(
    ("times", "line", "values", "cause"),
    [
        (np.insert(TIMES, 40, TIMES[39]), 42, ("1.3 s after 1.3 s", ""), "duplicate"),
        (
            np.where(np.arange(len(TIMES)) < 600, TIMES, TIMES - 3),
            602,
            ("17 s after 19.96", ""),
            "clock that was set back",
        ),
        (BACK, 302, ("0.005 s after 9.96", ""), "several sessions"),
        (np.repeat(TIMES, 2), 3, ("0 s after 0 s", "more such places"), "several animals"),
    ],
)
def test_times_that_go_back_are_named_with_line_values_number_and_cause(tmp_path, times, line, values, cause):
    points = np.resize(POINTS, (len(times), 2))
    path = table(tmp_path / "a.csv", ["time", "x", "y"], times, *points.T)
    with pytest.raises(QuiescentError, match="times must increase") as caught:
        Recorded(path=path).facts  # noqa: B018
    for words in (f"line {line} has", *values, cause):
        assert words in str(caught.value)


def test_sessions_are_split_where_times_go_back_and_no_trial_crosses(tmp_path):
    points = np.concatenate([POINTS[:300], POINTS[:300] + 5])
    task = Recorded(
        path=table(tmp_path / "a.csv", ["t", "x", "y"], BACK, *points.T), sessions="split", steps=20, augment=False
    )
    assert task.facts.stretches == 2
    assert task.facts.there == pytest.approx(2 * TIMES[299], abs=0.01)
    inputs = task.sample(500, generator=stream(0, "training")).inputs
    assert inputs.abs().max() < 0.1


def test_wrong_settings_name_what_is_allowed():
    for setting, message in (
        ({"unit": "feet"}, "must be m, cm, mm"),
        ({"unit": -1}, "metres per pixel"),
        ({"where": "animal"}, "COLUMN=VALUE"),
        ({"columns": {"x": ""}}, "must name a column"),
    ):
        with pytest.raises(ValueError, match=re.escape(message)):
            Recorded(path="a.csv", **setting)
