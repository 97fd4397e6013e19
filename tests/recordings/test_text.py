"""Tables of text: every dialect gives the same numbers, and what could be read wrongly is never read silently."""

import gzip
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from animals import table, walk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quiescent.errors import QuiescentError
from quiescent.recordings.read import read_tables
from quiescent.recordings.table import Unreadable
from quiescent.recordings.text import read_text
from quiescent.tasks import Recorded

LINES = 8
UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


def read(path):
    (read,) = read_tables(Path(path)).values()
    return read


@given(
    separator=st.sampled_from([",", ";", "\t", "|", " ", "  "]),
    decimal=st.sampled_from([".", ","]),
    missing=st.sampled_from(["", "NA", "NaN", "nan", "null", "-"]),
    quoted=st.booleans(),
    header=st.booleans(),
    units=st.booleans(),
    ending=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    packed=st.booleans(),
    holes=st.lists(st.tuples(st.integers(1, LINES - 1), st.integers(1, 2)), max_size=4),
)
@settings(max_examples=150, **UNHURRIED)
def test_every_dialect_gives_the_same_numbers(
    tmp_path, separator, decimal, missing, quoted, header, units, ending, mark, packed, holes
):
    if (decimal == separator and not quoted) or (separator.isspace() and separator != "\t" and missing == ""):
        return  # nobody could read that
    values = np.random.default_rng(0).normal(size=(LINES, 3)).round(4)
    values[:, 0] = np.arange(LINES) / 30
    for row, column in holes:
        values[row, column] = np.nan

    def cell(value):
        text = missing if value != value else repr(float(value)).replace(".", decimal)
        return f'"{text}"' if quoted and not separator.isspace() else text

    above = [["time", "x", "y"]] * header + [["s", "cm", "µm"]] * (header and units and mark != "utf-8-sig")
    lines = [separator.join(row) for row in [*above, *(map(cell, row) for row in values)]]
    content = (ending.join(lines) + ending).encode(mark)
    path = tmp_path / ("a.csv.gz" if packed else "a.txt")
    path.write_bytes(gzip.compress(content) if packed else content)
    found = read(path)
    assert list(found.columns) == (["time", "x", "y"] if header else ["1", "2", "3"])
    np.testing.assert_array_equal(np.stack(list(found.columns.values()), 1), values)
    assert found.units == ({"time": "s", "x": "cm", "y": "um"} if len(above) == 2 else {})
    assert found.first == len(above) + 1


@given(
    line=st.integers(1, LINES - 1),
    damage=st.sampled_from(["short", "long", "word", "two numbers"]),
    separator=st.sampled_from([",", ";", "\t"]),
)
@settings(max_examples=40, **UNHURRIED)
def test_a_damaged_line_is_named_and_never_filled_up(tmp_path, line, damage, separator):
    rows = [[f"{row / 30:.3f}", f"{row / 10}", "0.5"] for row in range(LINES)]
    rows[line] = {
        "short": rows[line][:2],
        "long": [*rows[line], "1.5"],
        "word": [rows[line][0], "left", "0.5"],
        "two numbers": [rows[line][0], "0.5.3", "0.5"],
    }[damage]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(map(separator.join, [["time", "x", "y"], *rows])) + "\n")
    with pytest.raises(QuiescentError, match=rf"line {line + 2}: "):
        Recorded(path=str(path)).facts  # noqa: B018


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,x\n0,0,0,5\n0,1,0,6\n", "decimal commas in a table that is separated by commas"),
        ("time;x;y\n1,000;2,000;3,000\n2,000;3,000;4,000\n", "may have a decimal comma or be in thousands"),
        ("time,x,x\n0,1,2\n1,2,3\n", "several columns have the same name: 'x'"),
        ("time,x,y\nsession,one,two\n0,1,2\n1,2,3\n", "2 rows stand above the first numbers"),
        ("time,x\n", "no samples"),
        ("\0\1\2", "no text"),
    ],
)
def test_what_could_be_either_is_an_error(tmp_path, text, message):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(Unreadable, match=re.escape(message)):
        read_text(tmp_path / "a.csv")


def test_the_export_of_a_tracking_program_is_read_below_its_lines_of_settings(tmp_path):
    times, points = walk(20)
    above = '"Number of header lines:";"6"\n"Experiment";"maze 3"\n"Start";"01/02/2026 10:00"\n\n'
    names = ['"Trial time";"X center";"Y center";"Area";"Result 1"', '"s";"cm";"cm";"cm²";']
    columns = [times, *(100 * points.T), times, times]
    path = table(tmp_path / "a.txt", [], *columns, separator=";", decimal=",", above=above + "\n".join(names) + "\n")
    facts = Recorded(path=path, steps=20).facts
    np.testing.assert_allclose(facts.box, np.stack([points.min(0), points.max(0)], 1), atol=1e-6)
    assert "position: 'X center', 'Y center' (cm)" in facts.said


def test_lines_above_the_header_and_comments_are_left_out_and_said(tmp_path):
    times, points = walk(2)
    plain = read(table(tmp_path / "a.csv", ["time", "x", "y"], times, *points.T))
    above = read(table(tmp_path / "b.csv", ["time", "x", "y"], times, *points.T, above="Animal: 7\n\nArena 3\n"))
    comment = read(table(tmp_path / "c.csv", [], times, *points.T, above="# made by a camera\n# time,x,y\n"))
    for other in (above, comment):
        np.testing.assert_array_equal(other.columns["x"], plain.columns["x"])
    assert above.notes == ("2 lines above the header were left out",)
    assert above.where(0) == "line 5"


@pytest.mark.parametrize("missing", ["0.5", ""])
def test_a_table_is_read_in_little_more_memory_than_its_numbers_take(tmp_path, missing):
    rows = 200_000
    (tmp_path / "a.csv").write_text("t,x,y\n" + "".join(f"{at},0.{at:06},{missing}\n" for at in range(rows)))
    read_text(tmp_path / "a.csv")  # imports
    tracemalloc.start()
    try:
        found = read_text(tmp_path / "a.csv")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.length == rows
    assert peak < 5 * sum(column.nbytes for column in found.columns.values())
