"""Networks of the authors' code become runs: their weights bit for bit, their numbers by our equations."""

import hashlib
import json
import math
import re

import numpy as np
import pytest
import torch
from authors_like import code, forward, heading, navigation, network, save

import quiescent
from quiescent.errors import QuiescentError
from quiescent.foreign.write import import_checkpoint
from quiescent.machine.lanes import Lanes
from quiescent.networks.loop import simulate
from quiescent.runs.log import Metrics
from quiescent.runs.open import open_runs, read_config
from quiescent.simulation.loss import losses_and_errors
from quiescent.simulation.members import sample
from quiescent.streams import open_streams

FOLDER = "results/spatial_navigation/noisy_unbiased_0.0001_3"
KINDS = {
    "vanilla": {},
    "biases": {"bias": True, "dt": 1},
    "gated": {"gated": True},
    "gated with biases": {"gated": True, "bias": True, "activation_fn": "sigmoid"},
    "tanh": {"activation_fn": "tanh", "bias": True},
    "identity": {"activation_fn": "identity"},
    "heading": {"turning": True, "units": 40},
    "heading with biases": {"turning": True, "bias": True},
    "gated heading": {"turning": True, "gated": True},
}
VANILLA = {"encoder": ["encoder"], "input": ["w_in"], "recurrent": ["w_rec"], "output": ["w_out"]}
GATED = {
    "encoder": ["encoder"],
    "input": ["w_z", "w_r", "w_h"],
    "recurrent": ["u_z", "u_r", "u_h"],
    "output": ["decoder"],
}


def made(kind):
    """Make a network of the authors' code of a kind."""
    changes = dict(KINDS[kind])
    return network(heading() if changes.pop("turning", False) else navigation(), **changes)


def imported(model, folder, name=f"{FOLDER}/model_2500.pt", **how):
    return import_checkpoint(save(model, folder / name, **how), folder / "out")


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_has_the_files_weights_and_the_states_and_outputs_of_the_authors_equations(kind, tmp_path):
    model = made(kind)
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    members = quiescent.load_networks([imported(model, tmp_path).run])
    stored = {name: value[0] for name, value in members.network.weights.items()}
    rows = GATED if type(model).__name__ == "GRU" else VANILLA
    for name, layers in rows.items():
        assert torch.equal(stored[name], torch.cat([weights[f"{layer}.weight"] for layer in layers]))
    for name in ("encoder", "output") if model.bias else ():
        assert torch.equal(stored[f"{name}_bias"], weights[f"{rows[name][0]}.bias"])
    cells = model.task.hd_cells.us if "hd_cells" in vars(model.task) else model.task.place_cells.us
    ours = members.codes[0]
    assert torch.equal(ours.preferred if cells.dim() == 1 else ours.centres, cells)

    trials = members.configs[0].task.sample(30, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ours.encode(trials.start), code(model.task, trials.start).float(), rtol=1e-4, atol=1e-6)
    own = members.network.member(0)
    states = simulate(own, own.encode(ours.encode(trials.start)), trials.inputs)
    with torch.no_grad():
        expected, outputs = forward(model, code(model.task, trials.start), trials.inputs.transpose(0, 1))
    torch.testing.assert_close(states, expected.transpose(0, 1).float(), rtol=1e-4, atol=2e-6)
    torch.testing.assert_close(own.readout(states), outputs.transpose(0, 1).float(), rtol=1e-4, atol=2e-6)


def test_the_configuration_is_that_of_the_file(tmp_path):
    walls = {"box_height": 1.4, "border_region": 0.05, "border_slow_factor": 0.5}
    drift = {"biased": True, "drift_const": 0.07, "anchor_point": np.array([0.25, -0.5])}
    steps = {"dt": 0.04, "mu": 0.1, "sigma": 5, "b": 0.3, "sequence_length": 33, "batch_size": 77}
    task = navigation(cells=20, init_pos="zero", **walls, **drift, **steps)
    task.place_cells.box_height, task.place_cells.sigma = 1.4, 0.15
    model = network(task, dt=0.1, tau=0.4, sigma_in=np.sqrt(0.003), sigma_rec=np.sqrt(0.002))
    config = imported(model, tmp_path).config
    walk, net = config.task, config.network
    assert (walk.box_width, walk.box_height, walk.border_region, walk.border_slow_factor) == (2.2, 1.4, 0.05, 0.5)
    assert (walk.init_pos, walk.biased, walk.drift_const, walk.anchor_point) == ("zero", True, 0.07, (0.25, -0.5))
    assert (walk.dt, walk.turn_mean, walk.turn_std, walk.speed_scale, walk.steps) == (0.04, 0.1, 5, 0.3, 33)
    cells = walk.place_cells
    assert (cells.number, cells.width, cells.dog, cells.surround_scale, cells.decode_from) == (20, 0.15, False, 2, 3)
    assert (net.kind, net.units, net.dt, net.tau, net.activation, net.bias) == ("vanilla", 32, 0.1, 0.4, "relu", False)
    assert (net.noise, net.sigma2_in, net.sigma2_rec, net.sigma2_out) == ("uniform", 0.003, 0.002, 0)
    assert (config.training.batches, config.training.batch_size) == (2500, 77)


def test_a_heading_keeps_a_cell_at_either_end_and_settings_of_its_own(tmp_path):
    task = heading(cells=30, init_hd="zero", biased=True, dt=0.01, mu=0.2, sigma=3, sequence_length=12)
    config = imported(network(task, sigma_rec=np.sqrt(0.01), dt=0.5), tmp_path).config
    turns = config.task
    assert (turns.init_hd, turns.biased, turns.dt, turns.turn_mean, turns.turn_std) == ("zero", True, 0.01, 0.2, 3)
    assert (turns.steps, turns.hd_cells.number, turns.hd_cells.both_ends) == (12, 30, True)
    assert turns.hd_cells.width == math.pi / 6
    preferred = turns.code(torch.Generator()).preferred
    assert torch.equal(preferred, task.hd_cells.us)
    assert (config.name, config.network.sigma2_rec) == ("head_direction/noisy_biased", 0.01)


def test_a_network_that_reports_positions_themselves_needs_no_cells(tmp_path):
    model = network(navigation(cells=2), leftovers=False)
    model.task.use_place_cells, model.task.place_cells = False, None
    run = imported(model, tmp_path).run
    members = quiescent.load_networks([run])
    assert members.codes[0].decode(torch.ones(1, 2)).tolist() == [[1, 1]]
    assert not members.configs[0].task.use_place_cells


@pytest.mark.parametrize("name", ["no-noise_unbiased", "sorscher_2019", "noisy_biased_gru", "noisy_unbiased"])
def test_a_network_of_the_paper_is_named_as_its_configuration_is(name, tmp_path):
    config = quiescent.load_config(f"spatial_navigation/{name}")
    task = navigation(cells=8, biased=config.task.biased, sequence_length=config.task.steps)
    settings = {"dt": config.network.dt, "sigma_rec": config.network.sigma2_rec**0.5, "gated": name.endswith("gru")}
    found = imported(network(task, units=8, **settings), tmp_path, f"x/{name}_0.0001_4/model_2500.pt")
    assert found.config.name == f"spatial_navigation/{name}"
    assert found.seed == 4
    words = ("task.place_cells.number=8", "network.units=8", "network.noise=uniform", "seed=4")
    assert read_config(found.run) == quiescent.load_config(f"spatial_navigation/{name}", *words)


@pytest.mark.parametrize(
    "how", [{"torch_1": True, "numpy_1": True}, {"cuda": True}, {"torch_1": True, "cuda": True}, {}], ids=str
)
def test_every_layout_that_is_written_gives_the_same_network(how, tmp_path):
    runs = [
        imported(network(leftovers=way == "new"), tmp_path / way, **(how if way == "new" else {})).run
        for way in ("new", "plain")
    ]
    first, second = (run.checkpoints()[-1].read_bytes() for run in runs)
    assert first == second


def test_a_test_log_is_in_our_units_and_ends_with_the_batch_of_the_file(tmp_path):
    losses = {"100": (0.5, 0.25), "200": (0.25, 0.125), "300": (1, 1)}
    beside = {batch: {"loss": loss, "pos_mse": error} for batch, (loss, error) in losses.items()}
    path = save(network(), tmp_path / FOLDER / "model_200.pt")
    (path.parent / "test_metrics.json").write_text(json.dumps(beside))
    run = import_checkpoint(path, tmp_path / "out").run
    assert run.metrics() == [Metrics(100, 0.5, 0.5), Metrics(200, 0.25, 0.25)]  # both coordinates' squares summed
    assert (run.batches_done(), run.finished()) == (200, True)
    path.rename(path.with_name("mine.pt"))  # which does not say of which batch it is
    assert import_checkpoint(path.with_name("mine.pt"), tmp_path / "other").config.training.batches == 300
    turning = save(network(heading()), tmp_path / "turning" / "model_7.pt")
    (turning.parent / "test_metrics.json").write_text(json.dumps({"7": {"loss": 1, "hd_mse": 0.5}, "5": {"loss": 2}}))
    assert import_checkpoint(turning, tmp_path / "out").run.metrics() == [Metrics(7, 1, 0.5)]


def test_our_test_error_of_a_network_is_what_their_formula_gives_for_the_same_trials(tmp_path):
    model = network(sigma_rec=0.0)
    members = quiescent.load_networks([imported(model, tmp_path).run])
    streams = [open_streams(3, "testing", 50, torch.device("cpu"))]
    batch = sample(members, 50, streams)
    with Lanes(torch.device("cpu")) as lanes:
        (loss,), (error,) = losses_and_errors(members, batch, streams, lanes)
    with torch.no_grad():
        _, outputs = forward(model, code(model.task, batch.start[0]), batch.inputs[:, 0].transpose(0, 1))
    path = batch.path[:, 0].transpose(0, 1)
    decoded = model.task.place_cells.us[outputs.topk(3)[1]].mean(-2)
    assert loss == pytest.approx((outputs - code(model.task, path)).square().mean().item(), rel=1e-4)
    assert error == pytest.approx(2 * (decoded - path).square().mean().item(), rel=1e-3)


def test_a_run_says_where_it_comes_from_and_is_not_trained(tmp_path):
    found = imported(network(), tmp_path)
    run, path = found.run, tmp_path / FOLDER / "model_2500.pt"
    before = {file: file.read_bytes() for file in run.folder.rglob("*") if file.is_file()}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert json.loads((run.folder / "imported.json").read_text()) == {"file": str(path), "sha256": digest}
    (same,) = quiescent.train(read_config(run), run.folder.parent, device="cpu")  # finished: nothing is left to do
    assert same == run
    config = read_config(run)
    longer = config.model_copy(update={"training": config.training.model_copy(update={"batches": 9000})})
    message = re.escape(f"{run.folder} was imported from {path}: it is finished, and cannot be trained")
    for other in (longer, config.model_copy(update={"seed": (9,)})):
        with pytest.raises(QuiescentError, match=message):
            open_runs(other, run.folder.parent)
    assert before == {file: file.read_bytes() for file in run.folder.rglob("*") if file.is_file()}


def test_a_damaged_run_is_to_be_imported_again_and_is_not_begun_anew(tmp_path):
    run = imported(network(), tmp_path).run
    checkpoint = run.checkpoints()[-1]
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    with pytest.raises(QuiescentError, match=r"is damaged\. Remove it and import .*model_2500.pt again"):
        quiescent.load_networks([run])
    with pytest.raises(QuiescentError, match="was imported from"):
        quiescent.train(read_config(run), run.folder.parent, device="cpu")
    assert [path.name for path in run.folder.iterdir() if "damaged" in path.name] == []
    (run.folder / "imported.json").write_text("{}")
    with pytest.raises(QuiescentError, match=r"imported.json is damaged \('file' is missing\)"):
        quiescent.load_networks([run])


def test_a_checkpoint_without_its_state_of_training_is_of_another_network_in_a_run_of_ours(tiny, tmp_path):
    run = imported(network(), tmp_path).run
    (run.folder / "imported.json").unlink()
    with pytest.raises(QuiescentError, match=r"is of another network than its config.yaml says: exp_avg/encoder"):
        quiescent.load_networks([run])
