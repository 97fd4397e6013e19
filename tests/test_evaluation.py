"""Results are made once, kept with the runs, and put together so that each run keeps its own grids and labels."""

import numpy as np
import pytest
import xarray as xr
from made import BOX, CIRCLE, imagined, space_for

from quiescent.config.load import load_config
from quiescent.controls import CONTROLS
from quiescent.errors import QuiescentError
from quiescent.evaluation.combine import combine
from quiescent.evaluation.draw import draw
from quiescent.evaluation.evaluate import measure
from quiescent.evaluation.run import measure_run, not_stored, stored
from quiescent.evaluation.subject import Subject
from quiescent.figures.grid import grid_of, space_of
from quiescent.measures import MEASURES
from quiescent.measures.measure import PAPER, WINDOWS
from quiescent.measures.validity import settled
from quiescent.quiescence.activity import Active, Rest
from quiescent.spaces import Box, to_text
from quiescent.training.train import train

FEW = {"active": Active(30), "quiescent": Rest(30, 30)}
SMALL = Box(((0.0, 0.5), (-0.2, 0.1)))


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    small = ("network.units=12", "task.place_cells.number=12", "task.steps=8", "training.batches=2")
    small = (*small, "training.batch_size=5")
    folder = tmp_path_factory.mktemp("runs")
    trained = []
    for name, seeds in (("noisy_unbiased", "0,1"), ("no-noise_unbiased", "1")):
        config = load_config(f"spatial_navigation/{name}", f"seed={seeds}", *small)
        trained += train(config, folder / name)
    return trained


def test_one_limit_judges_all_that_are_compared(runs):
    behaviours = [Subject(run).activity(Active(200)) for run in (runs[0], runs[2])]
    for judges in ([behaviours[0]], [behaviours[1]], behaviours):
        subject = Subject(runs[0], judges=judges)
        shapes = np.concatenate([settled(activity.quality.shape).ravel() for activity in judges])
        assert subject.limit == pytest.approx(np.percentile(shapes, 99))
        activity = subject.activity(Rest(20, 30))
        np.testing.assert_array_equal(activity.valid, activity.quality.shape <= subject.limit)
    assert Subject(runs[0]).limit == Subject(runs[0], judges=behaviours[:1]).limit


def test_a_phase_is_simulated_once(runs):
    subject = Subject(runs[0])
    assert subject.activity(Rest(5, 6)) is subject.activity(Rest(5, 6))


def test_phases_are_meant_for_networks_with_or_without_noise(runs):
    phases = {"a": Active(1), "n": Rest(1, 1, networks="noise_free"), "s": Rest(1, 1, networks="noisy")}
    assert list(Subject(runs[0]).meant(phases)) == ["a", "s"]
    assert list(Subject(runs[2]).meant(phases)) == ["a", "n"]


def test_results_are_labelled_by_condition_and_seed_and_nan_where_nothing_is(runs):
    result = measure("distance", runs)
    distance = result["distance"]
    assert distance.dims[:2] == ("condition", "seed")
    assert set(distance.dims) == {"condition", "seed", "reading", "window", "phase"}
    assert list(distance["window"].values) == [PAPER, *WINDOWS]
    assert list(distance["phase"].values) == ["active", "quiescent", "noise_added", "uniform_added"]
    noisy, free = (distance.sel(condition=name) for name in distance["condition"].values)
    assert noisy.sel(phase="noise_added").isnull().all()
    assert free.sel(seed=0).isnull().all()
    assert free.sel(seed=1, reading="all").drop_sel(phase="same", errors="ignore").notnull().all()
    np.testing.assert_array_equal(result["sigma2_rec"], [1e-4, 0])
    assert [space_of(result, name) for name in distance["condition"].values] == [BOX, BOX]
    np.testing.assert_array_equal(result["dt"], [0.02, 0.02])


def test_a_result_is_kept_until_something_that_it_depends_on_changes(runs, monkeypatch):
    run, calls = runs[0], []
    monkeypatch.setattr(Subject, "measure", lambda self, *rest, do=Subject.measure: calls.append(1) or do(self, *rest))
    peers = {"one": run}
    for phases, expected in [
        (FEW, 1),
        (FEW, 1),
        (FEW | {"quiescent": Rest(30, 31)}, 2),
        (FEW | {"quiescent": Rest(30, 31, noise="same")}, 3),
    ]:
        result = measure_run(run, {"order": phases}, peers)["order"]
        assert len(calls) == expected
        xr.testing.assert_identical(result, stored(run, "order", phases, peers))
        assert not not_stored(run, {"order": phases}, peers)
    assert list(not_stored(run, {"order": FEW, "kl": MEASURES["kl"].phases}, peers)) == ["order", "kl"]
    assert not_stored(run, {"order": phases}, peers, {"another judge": runs[1]})
    assert not_stored(run, {"order": phases}, peers, control="frozen")
    measure_run(run, {"order": FEW}, peers, reuse=False)
    measure_run(run, {"order": FEW}, peers, reuse=False)
    assert len(calls) == 5


def test_a_number_of_one_run_does_not_depend_on_which_others_are_measured_beside_it(runs):
    first, other = runs[1], runs[2]
    phases = {"active": Active(20), "quiescent": Rest(20, 20), "random": Rest(20, 20, weights="initial")}
    name, beside = "a", "b"

    def kl(peers):
        return measure_run(first, {"kl": phases}, peers, reuse=False)["kl"].drop_attrs()

    alone = kl({name: first})
    assert alone["kl"].notnull().any()
    for peers in ({name: first, beside: other}, {beside: other, name: first}):
        together = kl(peers)
        assert set(together["reference"].values) == {name, beside}
        xr.testing.assert_identical(together.sel(reference=[name]), alone)
    turned = measure_run(first, {"kl": dict(reversed(phases.items()))}, {name: first}, reuse=False)["kl"]
    xr.testing.assert_identical(turned.drop_attrs().sel(phase=alone["phase"]), alone)


def test_every_control_takes_the_network_s_place_and_is_measured_by_the_same_code(runs, few_trials):
    result = measure("distance", runs[1:2], controls=list(CONTROLS), reuse=True)["distance"]
    assert list(result["control"].values) == ["network", *CONTROLS]
    rest = result.sel(phase="quiescent", window=PAPER, reading="all").squeeze(drop=True)
    assert float(rest.sel(control="frozen")) == 0
    awake = result.sel(phase="active", window=PAPER, reading="all").squeeze(drop=True)
    assert len(np.unique(awake.sel(control=["network", "frozen", "readout_noise"]))) == 1  # the network's behaviour
    measured = measure("order", runs[1:2], controls=["frozen"])
    xr.testing.assert_identical(
        measured.sel(control="network", drop=True).drop_attrs(), measure("order", runs[1:2]).drop_attrs()
    )
    with pytest.raises(QuiescentError, match=r"no control named 'frosen'. Did you mean 'frozen'\?"):
        measure("order", runs[1:2], controls=["frosen"])


def test_a_control_that_lacks_what_a_measure_looks_at_is_left_out(runs, few_trials):
    result = measure("manifold", runs[1:2], controls=list(CONTROLS))
    assert not [name for name in result["control"].values if str(name).startswith("sampler")]


def test_a_figure_is_drawn_again_without_measuring_again(runs, few_trials, monkeypatch):
    draw("displacement", runs[:2])
    monkeypatch.setattr(Subject, "measure", lambda *_: pytest.fail("measured again"))
    draw("displacement", runs[:2])


def test_combining_keeps_every_number_in_its_place():
    def result(value, phases):
        values = np.full(len(phases), value, float)
        return xr.Dataset({"x": ("phase", values)}, coords={"phase": phases}, attrs={"sigma2_rec": 0.0, "origin": "o"})

    together = combine({("b", 1): result(1, ["q"]), ("a", 0): result(2, ["q", "n"]), ("a", 1): result(3, ["q"])})
    assert list(together["condition"].values) == ["b", "a"]
    assert list(together["phase"].values) == ["q", "n"]
    assert float(together["x"].sel(condition="b", seed=1, phase="q")) == 1
    assert float(together["x"].sel(condition="a", seed=0, phase="n")) == 2
    assert together["x"].sel(condition="a", seed=1, phase="n").isnull()
    assert "origin" not in together.attrs


@pytest.mark.parametrize("spaces", [(BOX, SMALL), (CIRCLE, CIRCLE)], ids=["box", "circle"])
@pytest.mark.parametrize("name", sorted(set(MEASURES) - {"kl", "common_start", "temperature"}))
def test_combined_runs_of_another_time_step_and_space_keep_their_curves_whole(name, spaces):
    spaces = [space_for(MEASURES[name].space, space) for space in spaces]
    own = {"wide": {"space": spaces[0]}, "small": {"space": spaces[1], "dt": 0.1, "steps": 90, "noisy": False}}
    results = {
        (condition, seed): imagined(name, seed=seed, **settings)
        for condition, settings in own.items()
        for seed in (0, 1)
    }
    together = combine(results)
    assert list(together["condition"].values) == list(own)
    for (condition, seed), result in results.items():
        part = together.sel(condition=condition, seed=seed)
        assert space_of(together, condition) == own[condition]["space"]
        assert float(part["dt"]) == own[condition].get("dt", 0.02)
        assert str(part["space"].item()) == to_text(own[condition]["space"])
        for variable, values in result.variables.items():
            if variable in result.dims:
                continue
            labels = {dim: result[dim] for dim in values.dims if dim in result.coords}
            lengths = {dim: slice(result.sizes[dim]) for dim in values.dims if dim not in result.coords}
            inside = part[variable].sel(labels)
            np.testing.assert_array_equal(inside.isel(lengths), values, err_msg=variable)
            # Beyond its own length there is nothing, and nothing lies between.
            assert int(inside.notnull().sum()) == int(values.notnull().sum()), variable
    for variable in ("lags", "times", "extent"):
        if variable in together.coords:
            for condition in own:
                size = results[condition, 0].sizes[results[condition, 0][variable].dims[0]]
                expected = results[condition, 0][variable].values
                np.testing.assert_array_equal(grid_of(together, variable, condition)[:size], expected)


def test_lags_and_times_are_seconds_of_each_condition():
    for name, grid in (("displacement", "lags"), ("order", "lags"), ("coverage", "times"), ("validity", "times")):
        together = combine({("a", 0): imagined(name), ("b", 0): imagined(name, dt=0.1, steps=90)})
        assert together[grid].attrs["unit"] == "s"
        first, second = (grid_of(together, grid, condition)[0] for condition in ("a", "b"))
        assert (first, second) == pytest.approx((0.02, 0.1))
