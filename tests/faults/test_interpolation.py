"""Nothing is filled in for `${...}`: a configuration says the same to everybody who opens it."""

import json

import pytest

from quiescent.config.grid import expand
from quiescent.config.load import load_config, parse
from quiescent.errors import QuiescentError
from quiescent.runs.run import Run

NOISY = "spatial_navigation/noisy_unbiased"
VALUES = ["${oc.env:SECRET}", "${oc.decode:${oc.env:SECRET}}", "a${seed}", "${network.units}", "$\\{x} ${"]


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("SECRET", "64")


@pytest.mark.parametrize("value", VALUES)
def test_a_value_that_asks_for_another_is_one_line_that_names_its_key(tmp_path, value):
    path = tmp_path / "mine.yaml"
    path.write_text(f"base: {NOISY}\nnetwork:\n  units: {json.dumps(value)}\n")
    with pytest.raises(QuiescentError, match=r"^network.units=.*: nothing is filled in .* In: .*mine.yaml.$") as caught:
        load_config(str(path))
    assert "64" not in str(caught.value)
    with pytest.raises(QuiescentError, match=r"^network.units=.*: nothing is filled in .* In: config.yaml.$"):
        parse(path.read_text().replace(f"base: {NOISY}\n", ""), "config.yaml")
    for read in (load_config, lambda *words: expand(words)):
        with pytest.raises(QuiescentError, match=r"^network.units=.*: nothing is filled in .* word 1.$"):
            read(NOISY, f"network.units={value}")
    path.write_text(f"base: {json.dumps(value)}\n")
    with pytest.raises(QuiescentError, match="no configuration named"):
        load_config(str(path))


@pytest.mark.parametrize("value", VALUES)
def test_a_path_and_a_name_are_what_is_written_for_everybody(tmp_path, value):
    path = tmp_path / "mine.yaml"
    path.write_text(f"base: recorded/sargolini\ntask:\n  path: {json.dumps(value)}\n")
    config = load_config(str(path))
    assert config.task.path == value
    (tmp_path / "config.yaml").write_text(config.to_yaml())
    assert parse(config.to_yaml(), "config.yaml") == config
    assert Run(tmp_path).settings()["task"]["path"] == value
    named = parse(config.to_yaml().replace(str(path), value), "config.yaml")
    assert "64" not in named.name
