"""What people see: tables that fit their terminal, whole words and numbers, and text as it was typed."""

import io
import math
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from checkpoint_like import arrays_of
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from quiescent.config.named import names
from quiescent.jobs.schedule import Running, Status
from quiescent.measures import MEASURES
from quiescent.runs.run import Metrics, Run
from quiescent.spaces import Box, Circle
from quiescent.terminal.board import _board, _Pace
from quiescent.terminal.commands.command import open_console
from quiescent.terminal.layout import NARROWEST, Table, lay_out, show
from quiescent.terminal.numbers import mean_and_spread, ranges, rms_error, with_error
from quiescent.terminal.results import result_tables
from quiescent.terminal.tables import configurations_table, runs_table

WIDTHS = (40, 80, 200)
TEXT = st.text("ab[/]:°é東\\ ", min_size=1, max_size=12).map(str.strip).filter(bool)


def printed(*tables, width):
    console = Console(
        file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False, soft_wrap=True, color_system=None
    )
    show(console, *tables)
    return console.file.getvalue()


def require_whole(table, width):
    """Every cell stands on one line; no line is wider than the terminal unless a single cell is."""
    lines = printed(table, width=width).splitlines()
    for row in table.rows:
        for name, cell in zip(table.columns, row, strict=True):
            if name in table.sentences:
                assert all(any(word in line for line in lines) for word in cell.split())
            else:
                assert any(cell in line for line in lines)
    words = {word for text in (*table.columns[table.keys :], table.title, table.caption) for word in text.split()}
    words |= {word for row in table.rows for cell in row for word in cell.split()}
    for word in words:
        assert any(word in line for line in lines)
    keys = {f"{name} {cell}".strip() for row in table.rows for name, cell in zip(table.columns, row, strict=True)}
    unbroken = {cell for row in table.rows for cell in row} | words | set(table.columns) | keys
    assert all(cell_len(line) <= width or line.strip() in unbroken for line in lines)


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


def dataset(measure, conditions, seeds, rng):
    """A result as `quiescent.measure` returns it, of random numbers."""
    sizes = {"time": 30, "lag": 12, "component": 10, "components": 4, "x": 7, "y": 7, "reference": len(conditions)}
    space = measure.space or Box
    axes = {Box: ("x", "y"), Circle: ("heading",)}[space]
    phases = [name for name in measure.phases if measure.awake or name != "active"] + list(measure.beside)
    frame = {"condition": conditions, "seed": list(range(seeds)), "phase": phases}
    if measure.readings:
        frame["reading"] = ["all", "valid"]
    variables, coords = {}, dict(frame)
    for name, quantity in measure.quantities.items():
        dims = [axis for dim in quantity.dims for axis in (axes if dim.startswith("*") else (dim,))]
        inner = [
            "condition",
            "seed",
            *([] if quantity.once or quantity.grid else [dim for dim in frame if dim not in ("condition", "seed")]),
            *dims,
        ]
        shape = [len(frame[dim]) if dim in frame else sizes.get(dim, 5) for dim in inner]
        if (name,) == tuple(quantity.dims):
            coords[name] = conditions if name == "reference" else np.arange(1, sizes.get(name, 5) + 1)
            continue
        attrs = {"unit": quantity.unit.replace("length", space.unit), "long_name": quantity.title}
        values = rng.lognormal(-3, 2, shape)
        if quantity.grid:
            coords[name] = (inner, values, attrs)
            continue
        variables[name] = (inner, values, attrs)
        if quantity.error:
            variables[f"{name}_stderr"] = (inner, values / 30, attrs)
    return xr.Dataset(variables, coords=coords)


OVERRIDES = "+network.units=32,task.place_cells.number=32,training.batches=40"
CONDITIONS = (
    ["spatial_navigation/noisy_unbiased"],
    ["spatial_navigation/noisy_unbiased", "spatial_navigation/no-noise_unbiased"],
    [f"spatial_navigation/noisy_unbiased{OVERRIDES}", f"head_direction/noisy_biased{OVERRIDES}", "runs/[my] own"],
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", MEASURES)
def test_tables_of_every_measure_are_whole_and_full(name, width):
    for seeds, conditions in zip((1, 3, 2), CONDITIONS, strict=True):
        result = dataset(MEASURES[name], conditions, seeds, np.random.default_rng(0))
        shown = result_tables(result, name, width)
        text = printed(*shown, width=width)
        for table in shown:
            require_whole(table, width)
            assert table.rows
        quantities = [str(quantity) for quantity in result.data_vars if not str(quantity).endswith("_stderr")]
        titles = [str(result[quantity].attrs["long_name"]) for quantity in quantities]
        words = text.split()
        for quantity, title in zip(quantities, titles, strict=True):
            assert any(word.startswith(quantity) for word in words) or set(title.split()) <= set(words)
        if width == 80 and len(conditions) < 3:
            assert max(map(cell_len, text.splitlines())) <= 80


def scalar(values, **attrs):
    coords = {"condition": ["a/noisy", "a/free"], "seed": [0, 1], "phase": ["active", "quiescent", "random"]}
    array = xr.DataArray(values, coords=coords, dims=list(coords), attrs=attrs)
    return xr.Dataset({"variance": array})


def test_a_result_shows_means_over_seeds_in_their_unit_and_leaves_out_what_is_missing():
    values = np.arange(12.0).reshape(2, 2, 3)
    values[:, :, 2] = np.nan
    values[1, 1, 1] = np.nan
    (table,) = result_tables(scalar(values, unit="m^2", long_name="variance of a path"), "variance", 80)
    assert table.title == "variance, mean ± sd over 2 seeds; a/*\nvariance of a path (m^2)"
    assert [list(row) for row in table.rows] == [
        ["noisy", "active", "1.5 ± 2.1"],
        ["noisy", "quiescent", "2.5 ± 2.1"],
        ["free", "active", "7.5 ± 2.1"],
        ["free", "quiescent", "7"],
    ]


def test_a_result_without_any_number_says_so():
    (table,) = result_tables(scalar(np.full((2, 2, 3), np.nan)), "variance", 80)
    assert "every value is NaN" in printed(table, width=80)


def test_a_curve_is_a_line_that_tells_what_it_is_over_and_its_range():
    lags = ("lag", [0.1, 0.2, 5.0], {"unit": "s"})
    msd = (("condition", "seed", "lag"), [[[0.01, 0.5, np.nan]]], {"unit": "m^2"})
    result = xr.Dataset({"msd": msd}, coords={"condition": ["noisy"], "seed": [0], "lags": lags})
    (table,) = result_tables(result, "displacement", 80)
    assert table.rows == [["msd", "lag 0.1 to 5 s", "0.01 to 0.5 m^2"]]


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=5))
@example([1.1754943508222875e-38, 1.175494351e-38])
def test_means_and_spreads_read_back_within_the_digits_of_the_spread(values):
    text = mean_and_spread(values)
    match = re.fullmatch(r"\(?(-?[\d.e+-]+) ± ([\d.e+-]+?)\)?(e[+-]\d+)?", text)
    power = float(f"1{match[3] or ''}")
    mean, spread = (float(number) * power for number in match.groups()[:2])
    true_mean, true_spread = float(np.mean(values)), float(np.std(values, ddof=1))
    assert abs(spread - true_spread) <= 0.06 * true_spread + 1e-11 * abs(true_mean)
    assert abs(mean - true_mean) <= 0.06 * true_spread + 1e-2 * abs(true_mean) * (spread == 0) + 1e-5 * abs(true_mean)


def test_numbers_are_written_as_people_read_them():
    assert mean_and_spread([]) == mean_and_spread([math.nan]) == "-"
    assert mean_and_spread([0.123456, math.nan]) == "0.123"
    assert mean_and_spread([0.3, 0.1 + 0.2]) == "0.3 ± 0"
    assert with_error(2.0, math.nan) == "2"
    assert rms_error(0.04, Box(((0.0, 1.0),))) == "20 cm"
    assert rms_error(math.pi**2, Circle()) == "1.8e+02 deg"


@given(st.lists(st.integers(0, 300), max_size=20))
def test_ranges_of_seeds_hold_every_seed_once(seeds):
    pieces = [piece for piece in ranges(seeds).split(",") if piece]
    ends = [tuple(map(int, piece.split(".."))) for piece in pieces]
    assert [seed for first, *last in ends for seed in range(first, (last or [first])[0] + 1)] == sorted(set(seeds))


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
