"""Tables fit their terminal, with whole words, and text as it was typed."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from checkpoint_like import arrays_of
from hypothesis import given, settings
from hypothesis import strategies as st
from printing import TEXT, WIDTHS, printed, require_whole
from rich.cells import cell_len
from rich.console import Console

from quiescent.config.named import names
from quiescent.jobs.schedule import Running, Status
from quiescent.runs.run import Metrics, Run
from quiescent.spaces import Box
from quiescent.terminal.board import _board, _Pace
from quiescent.terminal.commands.command import open_console
from quiescent.terminal.layout import NARROWEST, Table, lay_out
from quiescent.terminal.tables import configurations_table, runs_table


@st.composite
def contents(draw):
    columns = draw(st.lists(TEXT, min_size=1, max_size=6))
    rows = draw(st.lists(st.lists(TEXT, min_size=len(columns), max_size=len(columns)), min_size=1, max_size=5))
    sentences = [columns[-1]] if draw(st.booleans()) and len(columns) > 1 else []
    return {
        "columns": columns,
        "rows": rows,
        "keys": draw(st.integers(0, len(columns))),
        "sentences": sentences,
        "title": draw(TEXT),
    }


@settings(deadline=None, max_examples=200)
@given(content=contents(), width=st.sampled_from([1, 20, *WIDTHS]))
def test_every_cell_of_any_table_appears_whole_at_any_width(content, width):
    require_whole(Table(**content), width)


def test_names_of_wide_characters_are_broken_where_they_fill_the_width():
    columns = [":", ":", ":", ":", ": ::::::::東東", ":::::"]
    require_whole(Table(columns, [[":"] * 6] * 2, keys=0, title=":"), 20)


def test_a_table_takes_the_shortest_shape_that_fits():
    names = ["spatial_navigation/noisy_unbiased", "head_direction/noisy", "recorded/tanni"]
    table = Table(["configuration", "network", "steps", "batches"], [[name, "gru 64", "8", "20000"] for name in names])
    assert printed(table, width=80).splitlines() == [
        "",
        "configuration                      network  steps  batches",
        "──────────────────────────────────────────────────────────",
        "spatial_navigation/noisy_unbiased  gru 64       8    20000",
        "head_direction/noisy               gru 64       8    20000",
        "recorded/tanni                     gru 64       8    20000",
    ]
    assert printed(table, width=40).splitlines() == [
        "",
        "configuration",
        "  network  steps  batches",
        "─────────────────────────",
        "spatial_navigation/noisy_unbiased",
        "  gru 64       8    20000",
        "head_direction/noisy",
        "  gru 64       8    20000",
        "recorded/tanni",
        "  gru 64       8    20000",
    ]
    assert printed(table, width=20).splitlines()[:5] == [
        "",
        "spatial_navigation/noisy_unbiased",
        "  network  gru 64",
        "  steps    8",
        "  batches  20000",
    ]


def test_columns_are_shared_out_evenly_and_keys_repeat():
    rows = [[f"phase {k}", "all steps", *["0.123 ± 0.045"] * 6] for k in range(9)]
    text = printed(Table(["phase", "steps", *"abcdef"], rows, keys=2), width=80)
    headers = [line.split() for line in text.splitlines() if line.startswith("phase  ")]
    assert headers == [["phase", "steps", "a", "b", "c"], ["phase", "steps", "d", "e", "f"]]
    assert text.count("phase 8") == 2


def test_sentences_go_on_between_words_and_take_what_room_there_is():
    claim = "Noisy networks at rest match the density of unbiased behaviour: far below the untrained network"
    table = Table(["", "claim", "verdict"], [["1", claim, "not supported"]], sentences=["claim"])
    for width in WIDTHS:
        require_whole(table, width)
    assert len(lay_out(table, 200)) == 3
    assert max(len(line.text) for line in lay_out(table, 80)) == 80
    assert min(len(word) for word in claim.split()) < NARROWEST


def test_the_table_of_configurations_fits_eighty_columns_and_gives_one_value_a_line_on_forty():
    lines = printed(configurations_table(), width=80).splitlines()
    assert max(map(cell_len, lines)) <= 80
    for name in names():
        (line,) = [line for line in lines if line.startswith(f"{name} ")]
        assert len(re.findall(r"\S+", line)) == 7
    narrow = printed(configurations_table(), width=40).splitlines()
    assert sum(line.split()[:1] == ["batches"] for line in narrow) == len(names())
    assert max(map(cell_len, narrow)) <= 40


def make_run(folder, seed, *, settings=True, error=0.04):
    run = Run(folder / f"seed_{seed}")
    run.folder.mkdir(parents=True)
    text = f"seed: {seed}\ntask: {{name: spatial_navigation}}\ntraining: {{batches: 40}}\n" if settings else "[broken"
    (run.folder / "config.yaml").write_text(text)
    if error is not None:
        run.append_metrics(Metrics(40, 0.1, error))
    return run


def test_runs_are_listed_by_folder_and_state_with_folders_that_can_be_pasted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = Path("[pilot] a [/b]")
    runs = [make_run(folder, seed) for seed in (0, 1, 2, 4)]
    runs[3].save_checkpoint(40, arrays_of())
    runs += [
        make_run(Path("damaged"), 0, settings=False),
        make_run(Path("new"), 7, error=None),
    ]
    table = runs_table(runs, Box(((0.0, 1.0),)))
    assert [list(row) for row in table.rows] == [
        ["'[pilot] a [/b]'", "0..2", "0/40", "20 ± 0", "not started"],
        ["'[pilot] a [/b]'", "4", "40/40", "20", "finished"],
        ["damaged/seed_0", "-", "-", "-", "odd"],
        ["new", "7", "0/40", "-", "not started"],
    ]
    assert table.caption.startswith("odd: damaged/seed_0/config.yaml is not valid YAML")
    for width in WIDTHS:
        require_whole(table, width)
    assert "rms error (m or rad)" in runs_table(runs).columns


def test_a_list_of_runs_counts_whole_checkpoints_and_reads_none(tmp_path, monkeypatch):
    run = make_run(tmp_path, 0)
    for batch in (20, 40):
        run.save_checkpoint(batch, {"weights/output": np.zeros(3, np.float32)})
    monkeypatch.setattr("quiescent.runs.checkpoints.read", lambda path: pytest.fail(f"read all of {path}"))
    assert runs_table([run]).rows[0][2:] == ["40/40", "0.2", "finished"]
    newest = run.checkpoints()[-1]
    newest.write_bytes(newest.read_bytes()[:-1])
    assert runs_table([run]).rows[0][2:] == ["20/40", "0.2", "unfinished"]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_board_of_jobs_shows_every_number_whole(width):
    running = [Running(Run(Path(f"runs/[a] {k}/seed_{k}")), 1200, 20000, "node-17") for k in range(14)]
    status = Status(400, 123, running, 250, [], 3, 1_234_567, 8_000_000, [])
    pace = _Pace()
    pace.see(status)
    console = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False, color_system=None)
    console.print(_board("sweeps/[b]: jobs", status, pace))
    lines = console.file.getvalue().splitlines()
    assert lines[0] == "sweeps/[b]: jobs"
    assert max(map(cell_len, lines)) <= width
    words = set(" ".join(lines).split())
    assert {"123", "1234567/8000000", "250", "node-17", "1200/20000", "0/seed_0", "11/seed_11"} <= words
    assert "and 2 more" in lines


def test_the_console_prints_what_was_typed_as_it_is(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    text = "[pilot] a [/b] :smile: [red]long enough to wrap[/red]"
    open_console().print(text)
    assert capsys.readouterr().out == f"{text}\n"
