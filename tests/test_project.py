"""Promises of the project's own files."""

import importlib.util
import itertools
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml
from typer.testing import CliRunner

import quiescent
from quiescent.cli import app
from quiescent.measures import MEASURES
from quiescent.training import train

ROOT = Path(__file__).parents[1]


def test_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text


def test_every_constraint_is_pinned_and_covers_what_the_package_needs():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line) for line in lines)
    pinned = {re.sub("[-_.]+", "-", line.split("==")[0]).lower() for line in lines}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    assert {re.match(r"[\w-]+", name)[0].lower() for name in needed} <= pinned
    assert "torch==2.13.0" in lines


def test_citation_is_complete():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["license"] == "BSD-3-Clause"
    assert any("2505.17003" in reference.get("url", "") for reference in citation["references"])


def test_the_public_surface_is_small_and_all_there():
    assert version("quiescent") == quiescent.__version__
    assert len(quiescent.__all__) <= 20
    for name in quiescent.__all__:
        assert getattr(quiescent, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'replay'"):
        _ = quiescent.replay


EXTENT = '''
"""Extent: the largest distance of a path from where it began."""

import numpy as np
import xarray as xr

from quiescent.activity import Rest
from quiescent.measures.measure import Measure


def compute(phases, references, rng):
    reach = [np.linalg.norm(one.decoded - one.decoded[0], axis=-1).max(0).mean() for one in phases.values()]
    return xr.DataArray(reach, dims="phase", coords={"phase": list(phases)}, attrs={"unit": "m"})


MEASURE = Measure(phases={"quiescent": Rest(trials=5, steps=7)}, compute=compute)
'''


def test_a_measure_is_one_file_and_one_line(tiny, tmp_path, monkeypatch):
    file = tmp_path / "extent.py"
    file.write_text(EXTENT)
    spec = importlib.util.spec_from_file_location("extent", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(MEASURES, "extent", module.MEASURE)  # the one line

    (run,) = train(tiny(), tmp_path / "runs")
    result = CliRunner().invoke(app, ["measure", "extent", str(tmp_path / "runs")])
    assert result.exit_code == 0, result.output
    assert "extent (m)" in result.output
    with xr.open_dataarray(run.folder / "measures" / "extent.nc", engine="h5netcdf") as stored:
        assert np.isfinite(stored.sel(phase="quiescent"))
