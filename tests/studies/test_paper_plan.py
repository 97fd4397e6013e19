"""The plan of the paper: its scales, measures, controls and seeds."""

import sys

import pytest
from mini_paper import FREE, MINI, NOISY, TRAINED, few_networks
from typer.testing import CliRunner

from quiescent.cli import app, main
from quiescent.errors import QuiescentError
from quiescent.runs.run import Run
from quiescent.studies.paper.experiments import CONDITIONS, FORMS, FULL, SCALES, config_of, peers_of
from quiescent.studies.paper.measures import CONTROLLED, PICTURES, controls_of, measures_of
from quiescent.studies.paper.plan import finished, make_plan, plan_table
from quiescent.studies.paper.record import networks


def of_seeds(monkeypatch, *wanted):
    """Let runs count as finished whose condition and seed are wanted."""
    folders = {f"{name}/seed_{seed}" for name, seed in wanted}
    monkeypatch.setattr(Run, "finished", lambda run: "/".join(run.folder.parts[-3:]) in folders)


def test_what_is_finished_is_reported_seed_by_seed(tmp_path, monkeypatch):
    with few_networks():
        plan = make_plan(tmp_path, MINI, [0, 1, 2])
        of_seeds(monkeypatch, (NOISY, 0), (NOISY, 2), (FREE, 2))
        kept = finished(plan)
        assert {name: list(runs) for name, runs in kept.runs.items() if runs} == {NOISY: [0, 2], FREE: [2]}
        assert set(kept.runs) == set(TRAINED)
        assert (networks(kept)["trained"], networks(kept)["planned"]) == (3, 12)
        done = {row[0]: row[3] for row in plan_table(kept).rows}
        assert (done[NOISY], done[FREE], done["gru/noisy_unbiased"]) == ("2/3", "1/3", "0/3")
        wanted = {(one.run, one.control): one for one in kept.measurements()}
        assert {control for run, control in wanted if run == kept.runs[NOISY][0]} == {None, "frozen", "readout_noise"}
        assert {control for run, control in wanted if run != kept.runs[NOISY][0]} == {None}
        late = wanted[kept.runs[NOISY][2], None]
        assert late.peers == {NOISY: kept.runs[NOISY][2], FREE: kept.runs[FREE][2]}
        assert wanted[kept.runs[FREE][2], None].judges == {NOISY: kept.runs[NOISY][2]}
        of_seeds(monkeypatch)
        with pytest.raises(QuiescentError, match="no network is finished"):
            finished(plan)


def test_the_full_scale_is_the_paper_and_the_small_one_smaller_in_every_way():
    assert set(SCALES) == {"full", "small"}
    for name, condition in CONDITIONS.items():
        full, small = (config_of(condition, SCALES[scale], [0]) for scale in ("full", "small"))
        assert small.network.units < full.network.units
        assert small.training.batches * small.training.batch_size < full.training.batches * full.training.batch_size
        assert small.network.sigma2_rec == full.network.sigma2_rec
        assert small.task.steps == full.task.steps == 100
        assert name in peers_of(name)
        assert (full.network.noise == "uniform") == (condition.form == "as published")
        assert (full.network.activation == "tanh") == (condition.form == "with tanh" or condition.family == "gru")
    assert len(peers_of(NOISY)) == 4
    assert {condition.form for condition in CONDITIONS.values()} == set(FORMS)


def test_noise_at_rest_is_doubled_in_vanilla_networks_only_and_each_has_the_other_beside_it():
    vanilla, gated = measures_of(NOISY, FULL)["kl"], measures_of("gru/noisy_unbiased", FULL)["kl"]
    assert (vanilla["quiescent"].noise, vanilla["same"].noise) == ("scaled", "same")
    assert (gated["quiescent"].noise, gated["doubled"].noise) == ("same", "scaled")
    assert "same" not in gated
    assert "turning" not in measures_of(NOISY, FULL)
    assert "temperature" not in measures_of(FREE, FULL)


def test_controls_take_the_place_of_some_networks_and_are_not_drawn():
    for name in CONDITIONS:
        assert any(controls_of(name, FULL).values()) == (name in CONTROLLED)
        for measures in controls_of(name, FULL).values():
            assert not set(measures) & set(PICTURES)
    assert "temperature" not in controls_of(NOISY, FULL)["sampler_5mm"]


def test_bad_words_are_refused_before_anything_is_written(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    for words, message in [
        (["--seeds", "0-x"], "--seeds 0-x: must be a range or a list of different seeds"),
        (["--seeds", "5-2"], "--seeds 5-2: must be"),
        (["--seeds", "1,1"], "--seeds 1,1: must be"),
        (["--device", "nowhere"], "device=nowhere: cannot be used here"),
        (["--on", "slurm", "--slurm", "'"], "--slurm ': cannot be read (no closing quotation)"),
        (["--on", "slurm", "--slurm", "seed=3"], "--slurm seed=3: 'seed=3' is not a setting of an allocation"),
    ]:
        monkeypatch.setattr(sys, "argv", ["quiescent", "paper", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code == 2
        assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_ranges_of_seeds_are_written_out(monkeypatch):
    seeds = []
    monkeypatch.setattr(
        "quiescent.studies.paper.run.run_paper", lambda out, scale, given, *_, **__: seeds.append(given)
    )
    for word in ("0-2,5", "3", "7,1"):
        assert CliRunner().invoke(app, ["paper", "--seeds", word]).exit_code == 0
    assert seeds == [(0, 1, 2, 5), (3,), (7, 1)]


def test_a_folder_of_another_scale_is_an_error_that_says_so(tmp_path):
    make_plan(tmp_path, MINI, [0], "gru")
    with pytest.raises(QuiescentError, match="holds another configuration"):
        make_plan(tmp_path, FULL, [0], "gru")
