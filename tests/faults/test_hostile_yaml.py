"""YAML that is made to be too much: deep, huge, circular, tagged. One line each, and no memory taken."""

import pytest

from quiescent.config.load import load_config, parse
from quiescent.config.plain import MOST, read_value
from quiescent.errors import QuiescentError
from quiescent.runs.run import Run

NOISY = "spatial_navigation/noisy_unbiased"
LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
HOSTILE = {
    "deep brackets": "[" * 100_000,  # which crash PyYAML's loader
    "deep braces": "{a: " * 100_000,
    "deep lines": "a: " + "- " * 100_000 + "1",
    "closed": "a: " + "[" * 50 + "]" * 50,
    "laughs": LAUGHS,
    "many": f"a: [{'1,' * MOST}]",
    "circle": "a: &a [*a]",
    "circle of groups": "a: &a\n  b: *a",
    "no such alias": "a: *b",
    "python": "a: !!python/object/apply:os.system [id]",
    "path": "a: !!python/object/apply:pathlib.Path [x]",
    "date": "a: !!timestamp x",
    "switch": "a: !!bool x",
    "twice": "a: 1\na: 2",
    "digits": f"a: {'1' * 5000}",
    "no digits": "a: 0b_",
    "signs": "a: \x07",
    "surrogate": "a: \udcff",
    "two": "a: 1\n---\na: 2",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_yaml_is_one_line_wherever_it_is_read(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    reads = [lambda: load_config(str(path)), Run(tmp_path).settings, lambda: parse(text, "config.yaml")]
    for read in reads:
        with pytest.raises(QuiescentError) as caught:
            read()
        assert len(str(caught.value)) < 600
        assert str(caught.value).isprintable()
    with pytest.raises(
        QuiescentError, match=r"^network.units=.*: cannot be read as a YAML value. In: key=value word 1.$"
    ):
        load_config(NOISY, f"network.units={text}")


def test_anchors_and_merges_that_are_no_trick_are_read():
    text = "a: &a {x: 1, y: 1e-4}\nb: &b {<<: *a, x: 2}\nc: {<<: *b, z: [*a, *a]}"
    a = {"x": 1, "y": 1e-4}
    assert read_value(text) == {"a": a, "b": {"y": 1e-4, "x": 2}, "c": {"y": 1e-4, "x": 2, "z": [a, a]}}


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-4", 1e-4), ("+1E3", 1e3), ("2.5e3", 2500.0), ("1_0e1", 100.0), (".5", 0.5), ("2020-01-01", "2020-01-01")],
)
def test_numbers_are_read_as_people_write_them_and_dates_as_texts(text, value):
    assert read_value(text) == value
    assert type(read_value(text)) is type(value)


def test_bases_in_a_circle_are_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, base in {"a": "b.yaml", "b": "./c.yaml", "c": f"{tmp_path}/b.yaml", "own": "own.yaml"}.items():
        (tmp_path / f"{name}.yaml").write_text(f"base: {base}\n")
    for name in ("a", "b", "own"):
        with pytest.raises(QuiescentError, match=r"^base=.*: must name another configuration, .*In: .*.yaml.$"):
            load_config(f"{name}.yaml")
