"""Simulation and its gradients against the plain formulas, written out."""

import itertools
import math

import hypothesis
import numpy as np
import pytest
import torch
from conftest import threads
from hypothesis import strategies as st
from scipy import stats
from torch.nn import functional

import quiescent.simulation.loss as loss_module
from quiescent.config.load import load_config
from quiescent.machine.lanes import PART, Lanes, Share, parts_of
from quiescent.machine.scratch import Scratch
from quiescent.networks import NETWORKS, Kind, NetworkSettings, simulate
from quiescent.networks.vanilla import vanilla
from quiescent.quiescence.activity import Active, Rest
from quiescent.quiescence.observe import observe
from quiescent.simulation.loss import held_out_errors, loss_gradients, readout_error
from quiescent.simulation.members import Members, sample, untrained
from quiescent.simulation.noise import fill_noise
from quiescent.streams import BLOCK, open_streams

CPU = torch.device("cpu")
IN_ONE = ["in one", *(["cuda"] if torch.cuda.is_available() else [])]  # all members by batched products
PHI = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "identity": lambda x: x}


def members(
    *words: str, seeds: int = 3, name: str = "spatial_navigation/noisy_unbiased", cells: str = "place_cells"
) -> Members:
    defaults = {
        "seed": ",".join(map(str, range(seeds))),
        "network.units": 11,
        f"task.{cells}.number": 13,
        "task.steps": 7,
        "training.precision": "float64",
    }
    given = dict(word.split("=", 1) for word in words)
    config = load_config(name, *(f"{key}={value}" for key, value in (defaults | given).items()))
    return untrained(config.members()).to("cpu")


def plain_vanilla(w, h, u, phi, a):
    return (1 - a) * h + a * phi(
        functional.linear(h, w["recurrent"]) + functional.linear(u, w["input"], w.get("recurrent_bias"))
    )


def plain_gru(w, h, u, phi, a):
    w_z, w_r, w_h = w["input"].chunk(3)
    u_z, u_r, u_h = w["recurrent"].chunk(3)
    b_z, b_r, b_h = w["recurrent_bias"].chunk(3) if "recurrent_bias" in w else (0, 0, 0)
    z = torch.sigmoid(u @ w_z.T + h @ u_z.T + b_z)
    r = torch.sigmoid(u @ w_r.T + h @ u_r.T + b_r)
    candidate = phi(u @ w_h.T + (r * h) @ u_h.T + b_h)
    return h + a * (1 - z) * (candidate - h)


def loss_by_the_formulas(population, batch, noise, plain, activation):
    """Loss and gradients of every member by autograd through the formulas as they are printed, in float64."""
    found = []
    a = population.network.architecture.step
    for k, code in enumerate(population.codes):
        code = code.to(population.network.device, torch.float64)
        own = {name: weight[k].double().clone().requires_grad_() for name, weight in population.network.weights.items()}
        h = functional.linear(code.encode(batch.start[k].double()), own["encoder"], own.get("encoder_bias"))
        loss = 0
        for t, inputs in enumerate(batch.inputs[:, k]):
            h = plain(own, h, (inputs + noise["in"][t, k]).double(), PHI[activation], a) + noise["rec"][t, k]
            y = functional.linear(h, own["output"], own.get("output_bias")) + noise["out"][t, k]
            loss = loss + (y - code.encode(batch.path[t, k].double())).square().mean() / len(batch.inputs)
        loss.backward()
        found.append((loss.detach(), {name: weight.grad for name, weight in own.items()}))
    return found


def same_noise(population, trials, steps, *, in_one=False):
    """The noise that fresh streams will draw, as whole arrays; member by member, or all in one."""
    noise, streams = population.noise, fresh(population, trials)
    sampled = {}
    widths = {  # in the order in which an episode samples
        "in": (population.configs[0].task.n_inputs, [levels.inputs for levels in noise]),
        "out": (population.n_cells, [levels.outputs for levels in noise]),
        "rec": (population.network.units, [levels.recurrent for levels in noise]),
    }
    for where, (width, stds) in widths.items():
        sampled[where] = population.network.weights["input"].new_zeros(steps, len(noise), trials, width)
        if in_one:
            fill_noise(sampled[where], stds, noise, streams, Share(slice(None), slice(0, trials)))
        else:
            for k in range(len(noise)):
                fill_noise(sampled[where][:, k], stds, noise, streams, Share(k, slice(0, trials)))
    return sampled


def fresh(population, trials):
    return [open_streams(seed, "training", trials, population.network.device) for seed in population.seeds]


def relative(found, expected):
    return ((found.double() - expected).norm() / expected.norm()).item()


@pytest.mark.parametrize("way", ["1 lane", "3 lanes", *IN_ONE])
@pytest.mark.parametrize("seeds", [1, 5])
@pytest.mark.parametrize("bias", ["true", "false"])
@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize(("kind", "plain"), [("vanilla", plain_vanilla), ("gru", plain_gru)])
def test_loss_and_gradients_equal_the_plain_formulas(kind, plain, activation, bias, seeds, way):
    population = members(
        f"network.kind={kind}",
        f"network.activation={activation}",
        f"network.bias={bias}",
        f"network.encoder_bias={bias}",
        "network.dt=0.3",
        "network.sigma2_in=0.01",
        "network.sigma2_rec=0.02",
        "network.sigma2_out=0.03",
        seeds=seeds,
    )
    check(population, plain, activation, trials=60, tolerance=1e-10, way=way)


@pytest.mark.parametrize("bias", ["true", "false"])
@pytest.mark.parametrize("width", [0.2, 0.52])
@pytest.mark.parametrize("way", ["2 lanes", *IN_ONE])
def test_the_quadratic_form_of_the_heading_error_equals_the_plain_formulas(width, bias, way):
    words = (f"network.bias={bias}", f"task.hd_cells.width={width}", "task.hd_cells.number=200", "network.units=64")
    words += (f"network.encoder_bias={bias}", f"task.hd_cells.both_ends={bias}")
    population = members(*words, name="head_direction/noisy_unbiased", cells="hd_cells")
    errors = check(population, plain_vanilla, "relu", trials=60, tolerance=1e-10, way=way)
    assert errors == {"QuadraticError"}


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-4), ("bfloat16", 0.02)])
@pytest.mark.parametrize(("way", "seeds"), [("1 lane", 1), ("2 lanes", 5), *((one, 5) for one in IN_ONE)])
@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize(("kind", "plain"), [("vanilla", plain_vanilla), ("gru", plain_gru)])
@pytest.mark.parametrize(
    ("name", "cells"),
    [("spatial_navigation/noisy_unbiased", "place_cells"), ("head_direction/noisy_unbiased", "hd_cells")],
)
def test_gradients_in_less_precision_stay_near(name, cells, kind, plain, activation, precision, tolerance, seeds, way):
    population = members(
        f"network.kind={kind}",
        f"network.activation={activation}",
        f"training.precision={precision}",
        f"task.{cells}.number=128",
        "network.units=64",
        "task.steps=20",
        name=name,
        cells=cells,
        seeds=seeds,
    )
    check(population, plain, activation, trials=50, tolerance=tolerance, way=way)


def check(population, plain, activation, *, trials, tolerance, way="1 lane"):
    kinds = set()

    def spy(*arguments):
        kinds.add(type(error := readout_error(*arguments)).__name__)
        return error

    population = population.to("cuda" if way == "cuda" else "cpu")
    batch = sample(population, trials, fresh(population, trials))
    with (
        threads(int(way[0]) if "lane" in way else 1),
        pytest.MonkeyPatch.context() as patch,
        Lanes(population.network.device) as lanes,
    ):
        patch.setattr(loss_module, "readout_error", spy)
        patch.setattr("quiescent.machine.lanes.LEAST", 0)  # share out work as small as this too
        patch.setattr("quiescent.machine.lanes.PART", BLOCK)
        if way in IN_ONE:
            lanes.map = all_in_one
        losses, gradients = loss_gradients(population, batch, fresh(population, trials), lanes)
    noise = same_noise(population, trials, len(batch.inputs), in_one=way in IN_ONE)
    for k, (loss, expected) in enumerate(loss_by_the_formulas(population, batch, noise, plain, activation)):
        assert losses[k].item() == pytest.approx(loss.item(), rel=tolerance)
        assert expected.keys() == gradients.keys()
        for name, gradient in expected.items():
            assert relative(gradients[name][k], gradient) < tolerance, name
    return kinds


def all_in_one(work, members, trials, units):
    """All trials of all members in one share, which a GPU has."""
    share = Share(slice(None), slice(0, trials))
    return [(share, work(share, Scratch()))]


@pytest.mark.parametrize("kind", ["vanilla", "gru"])
def test_a_simulation_is_pure_and_may_be_cut_anywhere(kind):
    network = members(f"network.kind={kind}").network
    generator = torch.Generator().manual_seed(0)
    arguments = tuple(
        torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape in ((3, 4, 11), (9, 3, 4, 2), (9, 3, 4, 11))
    )
    copies = [one.clone() for one in arguments]
    state, inputs, noise = arguments
    whole = simulate(network, state, inputs, noise)
    assert torch.equal(whole, simulate(network, state, inputs, noise))
    assert all(torch.equal(one, copy) for one, copy in zip(arguments, copies, strict=True))
    first = simulate(network, state, inputs[:4], noise[:4])
    rest = simulate(network, first[-1], inputs[4:], noise[4:])
    assert torch.equal(whole, torch.cat([first, rest]))
    silent = simulate(network, state, inputs)
    torch.testing.assert_close(silent, simulate(network, state, inputs, torch.zeros_like(noise)))
    alone = simulate(network.member(1), state[1], inputs[:, 1], noise[:, 1])
    torch.testing.assert_close(alone, whole[:, 1])


@pytest.mark.parametrize("way", ["1 lane", "2 lanes", "in one"])
@pytest.mark.parametrize("words", [("task.use_place_cells=false",), ("task.place_cells.dog=true",)], ids=str)
def test_other_codes_of_position_have_their_gradients_too(words, way):
    check(members(*words), plain_vanilla, "relu", trials=60, tolerance=1e-10, way=way)


def test_a_batch_is_left_as_it_was():
    population = members("task.use_place_cells=false", seeds=1)
    batch = sample(population, 30, fresh(population, 30))
    before = [one.clone() for one in batch]
    with Lanes(CPU) as lanes:
        loss_gradients(population, batch, fresh(population, 30), lanes)
        held_out_errors(population, batch, fresh(population, 30), lanes)
    assert all(torch.equal(one, other) for one, other in zip(batch, before, strict=True))


@pytest.mark.parametrize("bias", ["true", "false"])
def test_a_users_own_kind_of_network_trains_through_autograd(monkeypatch, bias):
    def residual(state, drive, recurrent, activation, step):
        return state + step * activation(drive + state @ recurrent)

    def plain(w, h, u, phi, a):
        return h + a * phi(
            functional.linear(h, w["recurrent"]) + functional.linear(u, w["input"], w.get("recurrent_bias"))
        )

    monkeypatch.setitem(NETWORKS, "residual", Kind(residual))
    words = ("network.kind=residual", f"network.bias={bias}", "network.sigma2_rec=0.01")
    check(members(*words), plain, "relu", trials=30, tolerance=1e-10, way="2 lanes")
    words = (*words, "network.units=64")
    check(
        members(*words, "training.precision=bfloat16", "network.activation=tanh"),
        plain,
        "tanh",
        trials=30,
        tolerance=0.02,
    )
    population = members(*words)
    state, inputs = torch.ones(3, 2, 64, dtype=torch.float64), torch.ones(4, 3, 2, 2, dtype=torch.float64)
    states = simulate(population.network, state, inputs)
    own = {name: weight[1] for name, weight in population.network.weights.items()}
    torch.testing.assert_close(states[0, 1], plain(own, state[1], inputs[0, 1], torch.relu, 0.2))


@pytest.mark.parametrize(("noise", "law"), [("gaussian", stats.norm(0, 0.3)), ("uniform", stats.uniform(0, 0.3))])
def test_noise_has_its_distribution_and_the_reference_codes_is_uniform(noise, law):
    values = torch.empty(20, 50, 8)
    streams = [open_streams(0, "training", 50, CPU)]
    fill_noise(values, [0.3], [NetworkSettings(noise=noise).noise_levels], streams, Share(0, slice(0, 50)))
    assert stats.kstest(values.flatten().numpy()[:5000], law.cdf).pvalue > 0.001


def test_noise_in_the_task_has_the_variances_of_the_configuration():
    sigma2 = {"in": 0.04, "rec": 0.09, "out": 0.25}
    population = members(*(f"network.sigma2_{where}={value}" for where, value in sigma2.items()), seeds=2)
    noise = same_noise(population, 500, 20)
    for where, variance in sigma2.items():
        assert noise[where].var((0, 2, 3)).tolist() == pytest.approx([variance] * 2, rel=0.05)
        assert abs(torch.corrcoef(noise[where].transpose(0, 1).flatten(1))[0, 1]) < 0.05  # members draw their own
    blocks = noise["rec"][:, 0].reshape(20, 20, -1).transpose(0, 1).flatten(1)  # of 25 trials each
    assert (torch.corrcoef(blocks) - torch.eye(20)).abs().max() < 0.1  # and so do blocks of trials


def test_a_trials_noise_does_not_depend_on_how_trials_are_shared_out():
    levels = [NetworkSettings().noise_levels] * 2

    def drawn(*ends):
        noise = torch.empty(6, 2, 90, 3)
        streams = [open_streams(seed, "training", 90, CPU) for seed in range(2)]
        for member, (start, end) in itertools.product(range(2), itertools.pairwise((0, *ends))):
            part = noise.new_empty(6, end - start, 3)
            fill_noise(part, [1.0, 2.0], levels, streams, Share(member, slice(start, end)))
            noise[:, member, start:end] = part
        return noise

    assert all(torch.equal(drawn(90), drawn(*ends)) for ends in ((50, 90), (25, 90), (25, 50, 75, 90)))


def test_a_member_without_noise_draws_nothing_and_stays_silent():
    streams = [open_streams(seed, "training", 3, CPU) for seed in range(2)]
    before = streams[0].state()
    levels = [NetworkSettings().noise_levels] * 2
    values = torch.full((4, 3, 2), 7.0)
    assert not fill_noise(values, [0.0, 1.0], levels, streams, Share(0, slice(0, 3)))
    assert torch.equal(streams[0].state(), before)
    assert (values == 7).all()
    assert fill_noise(values, [0.0, 1.0], levels, streams, Share(1, slice(0, 3)))
    assert (values != 7).all()


def test_noise_does_not_depend_on_how_a_simulation_is_cut():
    def drawn(*lengths):
        streams = [open_streams(0, "training", 3, CPU)]
        pieces = [torch.empty(n, 3, 5) for n in lengths]
        for piece in pieces:
            fill_noise(piece, [1.0], [NetworkSettings().noise_levels], streams, Share(0, slice(0, 3)))
        return torch.cat(pieces)

    assert torch.equal(drawn(10), drawn(3, 6, 1))


@pytest.mark.parametrize(
    ("members", "trials", "units", "used"),
    [(1, 200, 512, 2), (1, 500, 512, 3), (1, 300, 64, 3), (1, 500, 60, 1), (1, 100, 512, 1), (8, 100, 32, 1)],
)
def test_small_networks_are_shared_out_among_fewer_lanes(members, trials, units, used):
    with threads(3), Lanes(CPU) as lanes:
        ran = lanes.map(lambda share, scratch: id(scratch), members, trials, units)
    count = torch.zeros(members, trials)
    for share, _ in ran:
        count[share.member, share.trials] += 1
    assert (count == 1).all()
    assert len({scratch for _, scratch in ran}) == used


@hypothesis.given(st.integers(1, 1000), st.integers(1, 600))
def test_every_trial_is_in_one_part_and_parts_are_even(trials, units):
    parts = parts_of(trials, units)
    assert [trial for part in parts for trial in range(part.start, part.stop)] == list(range(trials))
    assert all(part.start % BLOCK == 0 for part in parts)
    blocks = [-(-(part.stop - part.start) // BLOCK) for part in parts]
    assert max(blocks) - min(blocks) <= 1
    assert len(parts) == 1 or max(blocks) * BLOCK <= PART


@pytest.mark.parametrize(
    "words", [(), ("network.kind=gru",), ("network.bias=true", "training.precision=bfloat16")], ids=str
)
def test_no_number_depends_on_the_number_of_cores(words):
    words = ("network.units=64", "task.place_cells.number=80", "task.steps=12", *words)
    config = load_config("spatial_navigation/noisy_unbiased", *words)
    population = untrained(config.members())
    rest = Rest(trials=300, steps=30, burn_in=2, states=True)

    def numbers(cores):
        with threads(cores), Lanes(CPU) as lanes:
            batch = sample(population, 300, fresh(population, 300))
            losses, gradients = loss_gradients(population, batch, fresh(population, 300), lanes)
            errors = held_out_errors(population, batch, fresh(population, 300), lanes)
            used = len({scratch for _, scratch in lanes.map(lambda _, scratch: id(scratch), 1, 300, 64)})
        with threads(cores):
            seen = observe(population, rest, judge=True)[0]
        return used, [losses.numpy(), *(gradients[name].numpy() for name in sorted(gradients)), *errors, seen.states]

    used, alone = numbers(1)
    assert used == 1
    for cores in (2, 3):
        used, beside = numbers(cores)
        assert used == cores
        for one, other in zip(alone, beside, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("name", "fan_in"),
    [
        ("encoder", 256),
        ("input", 2),
        ("recurrent", 128),
        ("output", 128),
        ("recurrent_bias", 128),
        ("output_bias", 128),
    ],
)
def test_weights_start_as_linear_layers_of_pytorch_do(name, fan_in):
    config = load_config(
        "spatial_navigation/noisy_unbiased", "network.units=128", "task.place_cells.number=256", "network.bias=true"
    )
    values = untrained(config.members()).network.weights[name].flatten().numpy()[:4000]
    bound = 1 / math.sqrt(fan_in)
    assert stats.kstest(values, "uniform", (-bound, 2 * bound)).pvalue > 0.001


def test_members_of_unlike_shapes_are_refused():
    configs = [*members(seeds=2).configs, *members("network.dt=0.5", seeds=1).configs]
    with pytest.raises(ValueError, match="must agree in kind, units"):
        untrained(configs)


@pytest.mark.parametrize("words", [(), ("network.kind=gru",), ("network.kind=plain",), ("network.bias=true",)], ids=str)
@pytest.mark.parametrize(
    ("name", "cells"),
    [("spatial_navigation/noisy_unbiased", "place_cells"), ("head_direction/noisy_unbiased", "hd_cells")],
)
def test_all_members_in_one_product_as_on_a_gpu_give_the_same(name, cells, words, monkeypatch):
    monkeypatch.setitem(NETWORKS, "plain", Kind(vanilla))  # by autograd
    words = (*words, "network.sigma2_rec=0", f"task.{cells}.number=100")  # noise has other streams there
    population = members(*words, name=name, cells=cells)
    with Lanes(CPU) as apart, Lanes(CPU) as together:
        together.map = all_in_one
        batch = sample(population, 30, fresh(population, 30))
        arguments = (population, batch, fresh(population, 30))
        (losses, gradients), (alike, same) = (loss_gradients(*arguments, lanes) for lanes in (apart, together))
        torch.testing.assert_close(losses, alike)
        torch.testing.assert_close(gradients, same)
        assert held_out_errors(*arguments, apart) == pytest.approx(np.array(held_out_errors(*arguments, together)))
    for phase in (Active(30, states=True, drift=True), Rest(30, 70, burn_in=5, noise="same", states=True)):
        expected = observe(population, phase, judge=True)
        with monkeypatch.context() as patch:
            patch.setattr(Lanes, "map", lambda _, *arguments: all_in_one(*arguments))
            found = observe(population, phase, judge=True)
        for one, other in zip(expected, found, strict=True):
            np.testing.assert_allclose(one.states, other.states, atol=1e-10)
            np.testing.assert_allclose(one.decoded, other.decoded, atol=1e-10)
            np.testing.assert_allclose(one.quality, other.quality, atol=1e-7)
            if isinstance(phase, Active):
                np.testing.assert_allclose(one.drift, other.drift, atol=1e-10)


def test_all_members_in_one_product_draw_their_own_noise():
    population = members("network.sigma2_rec=0.04", seeds=3)
    streams, values = fresh(population, 200), torch.empty(5, 3, 200, 11)
    stds = [0.2, 0.0, 0.4]
    assert fill_noise(values, stds, population.noise, streams, Share(slice(None), slice(0, 200)))
    assert values.std((0, 2, 3)).tolist() == pytest.approx(stds, rel=0.05)
    assert abs(torch.corrcoef(values[:, ::2].transpose(0, 1).flatten(1))[0, 1]) < 0.05
