"""Words that ask for another rest, wherever runs are measured, drawn, exported or swept."""

from pathlib import Path

import numpy as np
import xarray as xr
from sweeping import QUICK
from typed import NOISY, TINY

from quiescent.controls import CONTROLS
from quiescent.evaluation.evaluate import measure
from quiescent.runs.run import Run
from quiescent.studies.sweep.results import load_results


def numbers(name, **asked):
    return measure("distance", [Run(Path("noisy/seed_0"))], rest=asked, reuse=True)[name]


def test_commands_and_python_rest_alike_and_what_was_asked_is_stored_apart(quiescent):
    assert quiescent("train", NOISY, "seed=0", *TINY, "--out", "noisy")[0] == 0
    folder = Path("noisy/seed_0/measures")
    assert quiescent("measure", "distance", "noisy")[0] == 0
    words = ["rest.friction=0.3", "rest.matched=true", "rest.starts=asleep"]
    code, out, err = quiescent("measure", "distance", "noisy", *words)
    assert (code, err) == (0, "")
    name = "distance@friction=0.3,matched=true,starts=asleep.nc"
    assert name in out.replace("\n", "")
    assert sorted(path.name for path in folder.iterdir()) == ["distance.nc", name]
    written = (folder / name).stat().st_mtime_ns
    asked = {"friction": 0.3, "matched": True, "starts": "asleep"}
    usual, other = numbers("distance"), numbers("distance", **asked)
    assert (folder / name).stat().st_mtime_ns == written  # Python took what the command had stored
    apart = (usual != other).squeeze()
    assert apart.sel(reading="all", window="paper", phase="quiescent")
    assert not apart.sel(reading="all", window="paper", phase="active")  # awake nothing is asked of

    assert quiescent("draw", "trajectories", "noisy", "rest.adaptation=2", "--out", "far.png")[0] == 0
    code, out, err = quiescent("measure", "distance", "noisy", "rest.noise=same", "--noise", "same")
    assert (code, err) == (2, "quiescent: noise=same and rest.noise=same: give it once.\n")
    code, out, err = quiescent("measure", "distance", "noisy", "rest.velocity=1")
    assert (code, err) == (2, "quiescent: rest.velocity=[(1.0,)]: each velocity must have 2 number(s).\n")
    export = ["export", "noisy", "--to", "csv", "--trials", "2", "--steps", "5"]
    assert quiescent(*export, "rest.starts=zero", "--out", "zero")[0] == 0
    assert quiescent(*export, "--out", "usual")[0] == 0
    zero, usual = (next(Path(folder).iterdir()).read_text() for folder in ("zero", "usual"))
    assert zero != usual


def test_controls_that_rest_in_one_way_only_are_left_out(quiescent):
    assert quiescent("train", NOISY, "seed=0", *TINY, "--out", "noisy")[0] == 0
    runs = [Run(Path("noisy/seed_0"))]
    asked = measure("distance", runs, rest={"friction": 0.5}, controls=list(CONTROLS))
    assert list(asked["control"].values) == ["network", "frozen", "untrained", "readout_noise"]


def test_a_sweep_over_ways_to_rest_trains_every_network_once(quiescent):
    words = [NOISY, "seed=0,1", *QUICK, "rest.friction=1,0.25", "rest.starts=encoded,zero", "rest.matched=true"]
    command = ["sweep", *words, "--measures", "distance", "--jobs", "1", "--out", "out"]
    code, _, err = quiescent(*command)
    assert (code, err) == (0, "")
    results = load_results(Path("out"))
    assert list(results["distance"].dims) == ["rest.friction", "rest.starts", "seed", "reading", "phase"]
    at_rest = results["distance"].sel(phase="quiescent", reading="all")
    assert len(np.unique(at_rest.values)) == at_rest.size == 8
    awake = results["distance"].sel(phase="active", reading="all")
    assert (awake == awake.isel({"rest.friction": 0, "rest.starts": 0})).all()
    run = next(Path("out/runs").rglob("seed_1"))
    own = "distance@friction=0.25,matched=true,starts=zero.nc"
    with xr.open_dataset(run / "measures" / own, engine="h5netcdf") as stored:
        expected = float(stored["distance"].sel(phase="quiescent", reading="all", window="paper"))
    assert float(at_rest.sel({"rest.friction": 0.25, "rest.starts": "zero", "seed": 1})) == expected
    assert Path("out/figures/distance.png").exists()
    before = {path: path.stat().st_mtime_ns for path in Path("out/runs").rglob("*.nc")}
    assert quiescent(*command)[0] == 0
    assert {path: path.stat().st_mtime_ns for path in Path("out/runs").rglob("*.nc")} == before


def test_settings_that_no_named_run_could_have_are_refused(quiescent):
    assert quiescent("train", NOISY, "seed=0", *TINY, "--out", "noisy")[0] == 0
    for command in (["measure", "distance"], ["watch"], ["inside"]):
        word = "rest.friction=0.5" if command == ["watch"] else "network.units=5"
        code, _, err = quiescent(*command, "noisy", word)
        expected = f"quiescent: {word}: is a setting of a configuration, but only finished runs are named here.\n"
        assert (code, err) == (2, expected)
    assert quiescent("measure", "distance", "noisy", "seed=0")[0] == 0
