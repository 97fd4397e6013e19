"""Trained networks that ship with the package."""

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from quiescent.errors import QuiescentError
from quiescent.quiescence.awake import active
from quiescent.runs.examples import FOLDER, example, example_names, pack
from quiescent.runs.find import find_runs
from quiescent.runs.log import Metrics
from quiescent.training.state import load_networks
from quiescent.training.train import train

FILE = "without_biases.safetensors"


@pytest.mark.parametrize("name", example_names())
def test_an_example_still_knows_where_it_is(name, tmp_path):
    run = example(name, tmp_path)
    (awake,) = active(load_networks([run]), trials=50)
    error = np.square(awake.decoded - awake.truth).sum(-1).mean()
    assert error == pytest.approx(run.metrics()[-1].error, rel=0.1)  # of its last test: other trials, rounded weights


def test_examples_are_small_and_differ_in_their_biases(tmp_path):
    assert example_names() == ["example/with_biases", "example/without_biases"]
    assert sum(len((FOLDER / f"{name.split('/')[1]}.safetensors").read_bytes()) for name in example_names()) < 4e6
    with_biases, without = (load_networks([example(name, tmp_path)]).network for name in example_names())
    assert with_biases.architecture == without.architecture._replace(bias=True)


def test_an_example_is_unpacked_once_and_no_other_run_is_taken_for_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (run,) = find_runs(["example/with_biases"])
    assert run.folder == Path("runs/example/with_biases/seed_0")
    before = run.checkpoints()[0].stat().st_mtime_ns
    assert find_runs(["example/with_biases"]) == [run]
    assert run.checkpoints()[0].stat().st_mtime_ns == before
    config = load_networks([run]).configs[0]
    with pytest.raises(QuiescentError, match="cannot be trained"):
        train(config.model_copy(update={"seed": (1,)}), run.folder.parent)
    (run.folder / "imported.json").unlink()
    with pytest.raises(QuiescentError, match="exists and is not example/with_biases"):
        find_runs(["example/with_biases"])
    with pytest.raises(QuiescentError, match=r"no example named .*Did you mean 'example/with_biases'"):
        find_runs(["example/with_bias"])


def test_a_run_is_packed_as_it_is_but_for_half_precision(tmp_path):
    run = example("example/without_biases", tmp_path)
    pack(run, tmp_path / "again")
    packed, again = (safetensors.numpy.load(file.read_bytes()) for file in (FOLDER / FILE, tmp_path / "again"))
    assert packed.keys() == again.keys()
    assert all(array.dtype == again[name].dtype for name, array in packed.items())
    assert all(np.array_equal(array, again[name]) for name, array in packed.items())
    assert all(isinstance(test, Metrics) for test in run.metrics())
