"""Grids: every combination, once; and whatever is typed, a grid or one clear error."""

import math
import os
import re
import sys
from pathlib import Path

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quiescent import cli
from quiescent.config.grid import MOST, expand, values_of
from quiescent.config.load import keys, load_config
from quiescent.config.named import names
from quiescent.config.words import ALIASES
from quiescent.errors import QuiescentError

NOISY = "spatial_navigation/noisy_unbiased"
PROGRAM = typer.main.get_command(cli.app)  # which every call would build anew, for longer than it takes to answer


def test_a_grid_is_the_product_of_its_axes_in_their_order():
    free = "spatial_navigation/no-noise_unbiased"
    grid = expand(
        [NOISY, free, "seed=3,0..1", "rnn.sigma2_rec=1e-3,1e-4", "network.units=16", "task.biased=true,false"]
    )
    assert {axis: list(values) for axis, values in grid.axes.items()} == {
        "configuration": [NOISY, free],
        "network.sigma2_rec": [1e-3, 1e-4],
        "task.biased": ["true", "false"],
        "seed": [3, 0, 1],
    }
    assert len(grid.points) == math.prod(map(len, grid.axes.values())) == len({point.config for point in grid.points})
    for point in grid.points:
        assert point.config.network.units == 16
        assert point.config.seed == (point.at["seed"],)
        assert point.config.network.sigma2_rec == point.at["network.sigma2_rec"]
        assert point.config.name == point.at["configuration"]


def test_every_point_is_what_the_same_words_make_without_a_sweep():
    (first, second) = expand([NOISY, "task.anchor_point=[0,1],[1,0]", "network.units=8"]).points
    assert first.config == load_config(NOISY, "task.anchor_point=[0,1]", "network.units=8")
    assert second.config == load_config(NOISY, "task.anchor_point=[1,0]", "network.units=8")


def test_a_file_whose_name_contains_a_comma_is_one_value(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{0.1 * step:.1f},{step % 7},{step % 5}\n" for step in range(300))
    for name in ("a,b.csv", "a", "b.csv"):
        Path(name).write_text(rows)
    words = ["recorded/sargolini", "task.steps=8"]
    assert [point.config.task.path for point in expand([*words, "task.path=a,b.csv"]).points] == ["a,b.csv"]
    with pytest.raises(QuiescentError, match=re.escape("task.path=a: must be")):
        expand([*words, "task.path=a,./b.csv"])


@given(
    st.lists(
        st.integers(-(10**6), 10**6).map(str) | st.sampled_from(["[1,2]", "{a: [1,2], b: 3}", "'x,y'"]), min_size=1
    )
)
def test_values_that_commas_part_come_back(values):
    assert values_of(",".join(values)) == values


@given(first=st.integers(0, 10**9), length=st.integers(0, 50))
def test_a_range_has_both_its_ends(first, length):
    assert values_of(f"{first}..{first + length}") == [str(first + at) for at in range(length + 1)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give a configuration"),
        ([NOISY, "seed=5..1"], "5..1: must be a range"),
        ([NOISY, "seed=0..999999999"], "must be a range of at most"),
        (
            [NOISY, "seed=0..60000", "network.units=1,2"],
            f"these words make 120002 networks; a sweep has at most {MOST}",
        ),
        ([NOISY, "seed=0,0"], "the same network is asked for twice (seed=0)"),
        ([NOISY, "network.sigma2_rec=1e-4,0.0001"], "the same network is asked for twice"),
        ([NOISY, "network.sigma_rec=1,2"], "unknown key 'network.sigma_rec'. Did you mean 'network.sigma2_rec'?"),
        ([NOISY, "seed=0..2", "network.units=8,x"], "network.units=x: must be a valid integer"),
        ([NOISY, "network={units: 8},{units: 9}"], "'network' is several settings; sweep one"),
        ([NOISY, "head_direction/noisy_biased"], "track different variables (heading, position); sweep them apart"),
        ([NOISY, "network.units=8,9", "rnn.n_rec=8"], "'network.units' is given as 'network.units' and as"),
        ([NOISY, "spatial_navigation/noisy"], "no configuration named 'spatial_navigation/noisy'"),
    ],
)
def test_bad_words_are_one_clear_error(words, message):
    with pytest.raises(QuiescentError, match=re.escape(message)):
        expand(words)


KEYS = sorted({*keys("spatial_navigation"), *ALIASES, "name", "task", "network", "base", "partition", "time", "gpus"})
PARTS = ["[1]", "{a: 1}", "null", "???", "true", "${seed}", r"\${", "1e400", "0..2", "3..1", "1..", "'", '"', "[", ""]
PART = st.sampled_from(PARTS) | st.text(max_size=8) | st.integers().map(str) | st.floats().map(str)
WORD = st.builds("{}={}".format, st.sampled_from(KEYS) | st.text(max_size=12), st.lists(PART, max_size=3).map(",".join))
NAME = st.sampled_from([*names(), "mine.yaml", "no/such", "", "-", "--on", "--jobs"]) | st.text(max_size=12)


@settings(
    max_examples=10_000 if os.environ.get("CI") else 500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    words=st.tuples(
        st.sampled_from([NOISY, "head_direction/noisy_biased"]) | NAME, WORD, st.lists(WORD | NAME, max_size=2)
    )
)
def test_whatever_is_typed_ends_in_a_plan_or_an_error_and_leaves_nothing_behind(monkeypatch, capsys, tmp_path, words):
    first, second, more = words
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["quiescent", "sweep", "--dry-run", "--", first, second, *more])
    # What a plan costs is measured by training a little; that is tested elsewhere.
    monkeypatch.setattr("quiescent.studies.sweep.preview.announce", lambda *_: None)
    monkeypatch.setattr(cli, "app", PROGRAM)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code in (0, None, 2)
    error = capsys.readouterr().err
    assert "Traceback" not in error
    if stop.value.code == 2:
        assert re.match("quiescent: |Usage: ", error)
    assert list(Path().iterdir()) == []
