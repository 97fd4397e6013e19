"""`quiescent import`: several files at once, and what imported runs are good for."""

import json
import re

import numpy as np
import pytest
from authors_like import heading, model_of, network, save
from typer.testing import CliRunner

import quiescent
from quiescent.cli import app
from quiescent.errors import QuiescentError
from quiescent.foreign.write import import_checkpoint
from quiescent.page.write import write_page
from quiescent.runs.open import read_config
from quiescent.runs.run import Run

FOLDER = "results/spatial_navigation/noisy_unbiased_0.0001_3"


def imported(model, folder, name=f"{FOLDER}/model_2500.pt", **how):
    return import_checkpoint(save(model, folder / name, **how), folder / "out")


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """Import several files with one command, a damaged one among them."""
    folder = tmp_path_factory.mktemp("several")
    files = [
        save(network(seed=seed), folder / f"results/spatial_navigation/noisy_unbiased_0.0001_{seed}/model_2500.pt")
        for seed in (0, 1)
    ]
    for file in files:
        (file.parent / "test_metrics.json").write_text(json.dumps({"2500": {"loss": 1e-5, "pos_mse": 0.0008}}))
    files.append(save(network(heading()), folder / "results/head_direction/noisy_unbiased_0.01_0/model_20000.pt"))
    files.append(save(network(gated=True, bias=True), folder / "elsewhere/model_40.pt"))
    broken = folder / "broken.pt"
    broken.write_bytes(files[0].read_bytes()[:-9])
    words = ["import", *map(str, [files[0], broken, *files[1:]]), "--out", str(folder / "out")]
    return folder, words, CliRunner().invoke(app, words)


def test_every_file_is_one_line_and_a_damaged_one_stops_none(several):
    folder, words, result = several
    assert isinstance(result.exception, QuiescentError)
    (line,) = str(result.exception).splitlines()
    assert line.startswith(f"{folder / 'broken.pt'}: is no whole file of torch.save")
    lines = [line for line in result.stdout.splitlines() if "/seed_" in line.partition(": ")[0]]
    described = [line.partition(": ")[2] for line in lines]
    noise, unknown = "32, uniform noise 0.01", "error unknown"
    assert described == [
        f"spatial_navigation/noisy_unbiased, vanilla {noise}, no biases, 24 cells, seed 0, 2500 batches, error 4 cm",
        f"spatial_navigation/noisy_unbiased, vanilla {noise}, no biases, 24 cells, seed 1, 2500 batches, error 4 cm",
        f"head_direction/noisy_unbiased, vanilla {noise}, no biases, 24 cells, seed 0, 20000 batches, {unknown}",
        f"spatial_navigation/noisy_unbiased_gru, gru {noise}, biases, 24 cells, seed unknown, 40 batches, {unknown}",
    ]
    again = CliRunner().invoke(app, words)
    assert again.stdout.count("was imported before") == 4
    assert len(list((folder / "out").glob("**/seed_*"))) == 4


def test_nothing_is_overwritten_and_unknown_seeds_are_numbered(tmp_path):
    first = imported(network(seed=0), tmp_path / "a", f"{FOLDER}/model_2500.pt").run
    before = first.checkpoints()[-1].read_bytes()
    other = save(network(seed=1), tmp_path / "b" / FOLDER / "model_2500.pt")
    with pytest.raises(QuiescentError, match=rf"^{re.escape(str(other))}: .*seed_3 exists, and nothing is overwritten"):
        import_checkpoint(other, tmp_path / "a" / "out")
    assert first.checkpoints()[-1].read_bytes() == before
    paths = [save(network(seed=seed), tmp_path / f"loose-{seed}" / "model_2500.pt") for seed in (5, 6)]
    found = [import_checkpoint(path, tmp_path / "loose") for path in [*paths, paths[0]]]
    assert [each.run.folder.name for each in found] == ["seed_0", "seed_1", "seed_0"]
    assert [each.new for each in found] == [True, True, False]
    assert [read_config(each.run).seed for each in found[:2]] == [(0,), (1,)]
    assert not list(tmp_path.rglob("*.tmp"))


def test_imported_networks_are_measured_drawn_watched_and_listed(several, monkeypatch):
    folder, _, _ = several
    monkeypatch.chdir(folder)
    runs = sorted(map(Run, (folder / "out").glob("spatial_navigation/noisy_unbiased+*/seed_*")))
    assert len(runs) == 2
    turning = Run(next((folder / "out").glob("head_direction/*/seed_0")))
    drift = quiescent.measure("variance", [turning], device="cpu")
    assert np.isfinite(drift["variance"].sel(phase="quiescent", reading="all")).all()
    assert quiescent.draw("loss", runs) is not None
    assert write_page(folder / "page.html", [turning], device="cpu").size > 1e5
    listed = CliRunner().invoke(app, ["runs", str(folder / "out")], env={"COLUMNS": "300"}).stdout
    assert listed.count("imported") == 3
    dream = quiescent.rest(quiescent.load_networks(runs), trials=5, steps=10)[0]
    assert np.isfinite(dream.decoded).all()


def test_a_network_of_ours_that_takes_the_way_through_such_a_file_measures_the_same_bit_for_bit(tiny, tmp_path):
    config = tiny("network.noise=uniform", "seed=3", "training.test_every=100", "training.save_every=100")
    (own,) = quiescent.train(config, tmp_path / "own", device="cpu")
    model = model_of(quiescent.load_networks([own]))
    back = imported(model, tmp_path, "noisy_unbiased_0.0001_3/model_10.pt", cuda=True).run
    assert read_config(back) == quiescent.load_config(
        "spatial_navigation/noisy_unbiased",
        *("network.units=16", "network.noise=uniform", "task.place_cells.number=12", "task.steps=8", "seed=3"),
        *("training.batches=10", "training.batch_size=10"),
    )
    first, second = (quiescent.measure("distance", [run], device="cpu") for run in (own, back))
    for name in first.data_vars:
        np.testing.assert_array_equal(first[name].values, second[name].values)


def test_noise_at_rest_is_uniform_as_it_was_in_training(several):
    folder, _, _ = several
    (noise,) = quiescent.load_networks([Run(next((folder / "out").glob("head_direction/*/seed_0")))]).noise
    assert (noise.shape, noise.recurrent) == ("uniform", 0.01)
    assert noise.recurrent_mean == pytest.approx(0.005)
