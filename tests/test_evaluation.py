"""Results are made once, kept with the runs, and put together with their labels."""

import numpy as np
import pytest
import xarray as xr

from quiescent.evaluation.subject import Subject
from quiescent.evaluation.combine import combine
from quiescent.evaluation.draw import draw
from quiescent.evaluation.evaluate import evaluate, measure_run, stored
from quiescent.evaluation.stored import is_stored
from quiescent.measures import MEASURES
from quiescent.measures.validity import threshold
from quiescent.quiescence.activity import Active, Rest
from quiescent.training.train import train

FEW = {"active": Active(6), "quiescent": Rest(6, 8)}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    from quiescent.config.load import load_config

    small = ("network.units=12", "task.place_cells.number=12", "task.steps=8", "training.batches=2")
    small = (*small, "training.batch_size=5")
    folder = tmp_path_factory.mktemp("runs")
    found = []
    for name, seeds in (("noisy_unbiased", "0,1"), ("no-noise_unbiased", "1")):
        config = load_config(f"spatial_navigation/{name}", f"seed={seeds}", *small)
        found += train(config, folder / name)
    return found


def test_what_is_read_as_valid_is_near_to_a_code_as_behaviour_is(runs):
    subject = Subject(runs[0])
    everything, valid = (subject.activity(Rest(20, 30), reading=reading) for reading in ("all", "valid"))
    limit = threshold(subject.activity(Active(200)))
    left_out = np.isnan(valid.decoded).all(-1)
    np.testing.assert_array_equal(left_out, everything.quality.distance > limit)
    np.testing.assert_array_equal(valid.decoded[~left_out], everything.decoded[~left_out])
    awake = subject.activity(Active(20), reading="valid")
    assert np.isfinite(awake.decoded).all()


def test_a_phase_is_simulated_once(runs):
    subject = Subject(runs[0])
    assert subject.activity(Rest(5, 6)) is subject.activity(Rest(5, 6))


def test_phases_are_meant_for_networks_with_or_without_noise(runs):
    phases = {"a": Active(1), "n": Rest(1, 1, only_noise_free=True), "s": Rest(1, 1, only_noisy=True)}
    assert list(Subject(runs[0]).meant(phases)) == ["a", "s"]
    assert list(Subject(runs[2]).meant(phases)) == ["a", "n"]


def test_results_are_labelled_by_condition_and_seed_and_nan_where_nothing_is(runs):
    found = evaluate("distance", runs)["distance"]
    assert found.dims[:2] == ("condition", "seed")
    assert set(found.dims) == {"condition", "seed", "reading", "phase"}
    assert list(found["phase"].values) == ["active", "quiescent", "noisy"]
    noisy, free = (found.sel(condition=one) for one in found["condition"].values)
    assert noisy.sel(phase="noisy").isnull().all()
    assert free.sel(seed=0).isnull().all()
    assert free.sel(seed=1, reading="all").notnull().all()
    np.testing.assert_array_equal(found["sigma2_rec"], [1e-4, 0])


def test_a_result_is_kept_until_something_that_it_depends_on_changes(runs, monkeypatch):
    run, calls = runs[0], []
    monkeypatch.setattr(Subject, "measure", lambda self, *rest, do=Subject.measure: calls.append(1) or do(self, *rest))
    peers = {"one": run}
    for phases, expected in [
        (FEW, 1),
        (FEW, 1),
        (FEW | {"quiescent": Rest(6, 9)}, 2),
        (FEW | {"quiescent": Rest(6, 9, noise="same")}, 3),
    ]:
        found = measure_run(run, {"order": phases}, peers)["order"]
        assert len(calls) == expected
        xr.testing.assert_identical(found, stored(run, "order"))
        assert is_stored(run, "order", phases, peers)
    assert not is_stored(run, "order", FEW, peers)
    assert not is_stored(run, "kl", MEASURES["kl"].phases, peers)
    measure_run(run, {"order": FEW}, peers, reuse=False)
    measure_run(run, {"order": FEW}, peers, reuse=False)
    assert len(calls) == 5


def test_a_figure_is_drawn_again_without_measuring_again(runs, monkeypatch):
    draw("displacement", runs[:2])
    monkeypatch.setattr(Subject, "measure", lambda *_: pytest.fail("measured again"))
    draw("displacement", runs[:2])


def test_combining_keeps_every_number_in_its_place():
    def one(value, phases):
        values = np.full(len(phases), value, float)
        return xr.Dataset({"x": ("phase", values)}, coords={"phase": phases}, attrs={"sigma2_rec": 0.0, "origin": "o"})

    found = combine({("b", 1): one(1, ["q"]), ("a", 0): one(2, ["q", "n"]), ("a", 1): one(3, ["q"])})
    assert list(found["condition"].values) == ["b", "a"]
    assert float(found["x"].sel(condition="b", seed=1, phase="q")) == 1
    assert float(found["x"].sel(condition="a", seed=0, phase="n")) == 2
    assert found["x"].sel(condition="a", seed=1, phase="n").isnull()
    assert "origin" not in found.attrs
