"""Folders of earlier versions: unfinished ones go on to the same weights; all are measured, drawn and never misread."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from safetensors.numpy import load_file

import quiescent
from quiescent.runs.open import read_config
from quiescent.studies.sweep.results import load_results

DATA = Path(__file__).parent / "data" / "version_0.1"
FINISHED = ("vanilla", "heading", "gru", "finished")
# Measured alike since; of validity another limit decides, and a path's variance is now over 200 trials, not 500.
ALIKE = ("kl", "displacement", "distance", "order")
STORED = sorted((path.parts[-4], path.stem) for path in DATA.glob("*/seed_0/measures/*.nc") if path.stem in ALIKE)
PHASES = {"noisy": "noise_added"}  # names of 0.1 and of now
REBUILT = ("exponent", "diffusion", "kl_bootstrap", "reference")  # estimated otherwise since, or labels
SAMPLED = ("stderr", "bootstrap", "shuffled")  # differ with the random numbers that they are estimated from
# Fraction of the largest value by which numbers may differ. Machines round differently, and a rounding can move a step
# from one decoded cell to another; order is that of steps chosen at random.
NEAR, NEAR_OF_ORDER = 0.01, 0.1


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Copy the folders, since measuring writes into them."""
    folder = tmp_path_factory.mktemp("versions") / "version_0.1"
    shutil.copytree(DATA, folder)
    return {path.name: quiescent.Run(path / "seed_0") for path in folder.iterdir()}


def stored(name, measure):
    with xr.open_dataset(DATA / name / "seed_0" / "measures" / f"{measure}.nc", engine="h5netcdf") as file:
        return file.load()


@pytest.mark.parametrize("name", FINISHED)
def test_a_finished_network_is_read_and_not_trained_again(runs, name):
    run, batches = runs[name], []
    before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    assert run.finished()
    assert [entry.batch for entry in run.metrics()] == [*range(0, 41, 4)]
    (trained,) = quiescent.train(read_config(run), run.folder.parent, device="cpu", on_progress=batches.append)
    assert (trained, batches) == (run, [])
    assert before == {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}


def test_an_unfinished_network_goes_on_to_the_weights_that_its_version_reached(runs, tmp_path):
    config = read_config(runs["unfinished"])
    shutil.copytree(DATA / "unfinished", tmp_path / "run")
    run, end = quiescent.Run(tmp_path / "run" / "seed_0"), runs["finished"]
    assert run.batches_done() < run.metrics()[-1].batch  # it was killed after a test, before it saved
    quiescent.train(config, tmp_path / "run", device="cpu")
    reached, expected = (load_file(which.checkpoints()[-1]) for which in (run, end))
    assert reached.keys() == expected.keys()
    for key in expected:
        np.testing.assert_allclose(reached[key], expected[key], rtol=1e-5, atol=1e-6, err_msg=key)
    assert [entry.batch for entry in run.metrics()] == [entry.batch for entry in end.metrics()]
    for entry, expected_entry in zip(run.metrics(), end.metrics(), strict=True):
        assert entry.loss == pytest.approx(expected_entry.loss, rel=1e-5)
        assert entry.error == pytest.approx(expected_entry.error, rel=1e-2)  # a rounding can decode another cell


@pytest.mark.parametrize(("name", "measure"), STORED)
def test_a_stored_measure_is_made_again_and_says_the_same(runs, name, measure):
    result = quiescent.measure(measure, [runs[name]], device="cpu", reuse=True).squeeze(["condition", "seed"])
    result, before = result.sel(window="paper", reading="all"), stored(name, measure).sel(reading="all")
    phases = [PHASES.get(phase, phase) for phase in before.phase.values.tolist() if phase != "uniform"]
    before = before.sel(phase=[phase for phase in before.phase.values if phase != "uniform"])
    assert "noisy" not in result.phase
    compared = 0
    for variable, old in before.data_vars.items():
        if variable in REBUILT or any(word in variable for word in SAMPLED):
            continue
        new = result[variable]
        new = (new.sel(phase=phases) if "phase" in old.dims else new).transpose(*old.dims)
        np.testing.assert_array_equal(np.isfinite(new), np.isfinite(old), err_msg=variable)
        if variable == "kl":
            error = np.hypot(before["kl_stderr"], result["kl_stderr"].sel(phase=phases).transpose(*old.dims).values)
            assert (abs(new.values - old) < 4 * error).all()
        else:
            near = (NEAR_OF_ORDER if measure == "order" else NEAR) * float(abs(old).max())
            np.testing.assert_allclose(new, old, rtol=0, atol=near, err_msg=variable)
        compared += 1
    assert compared


def test_numbers_of_another_version_never_come_through(runs, few_trials):
    path = runs["gru"].folder / "measures" / "variance.nc"
    nonsense = stored("gru", "variance") * 0 - 1
    nonsense.attrs = stored("gru", "variance").attrs
    nonsense.to_netcdf(path, engine="h5netcdf")
    assert float(quiescent.measure("variance", [runs["gru"]], device="cpu", reuse=True).variance.min()) >= 0


FIGURES = {"loss": ("vanilla", "gru", "finished"), "displacement": ("vanilla", "finished"), "validity": ("heading",)}


@pytest.mark.parametrize("figure", FIGURES)
def test_figures_are_drawn_of_them(runs, few_trials, figure):
    assert isinstance(quiescent.draw(figure, [runs[name] for name in FIGURES[figure]], device="cpu"), Figure)


def test_the_results_of_a_sweep_are_read_with_the_phases_of_now(tmp_path):
    results = Path(__file__).parents[1] / "docs" / "results" / "sweep" / "sweep.nc"
    with xr.open_dataset(results, engine="h5netcdf") as file:
        assert "noisy" in file["phase"].values, "it is of version 0.1"
    shutil.copy(results, tmp_path)
    phases = list(load_results(tmp_path)["phase"].values)
    assert "noise_added" in phases
    assert "noisy" not in phases
