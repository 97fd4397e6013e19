"""Simulation and its gradients against the plain formulas, written out."""

import math

import pytest
import torch
from scipy import stats
from torch.nn import functional

from quiescent.config import load_config
from quiescent.members import Members, sample, untrained
from quiescent.networks import NETWORKS, Kind, NetworkSettings, Noise, Population, simulate
from quiescent.networks.noise import draw
from quiescent.streams import stream
from quiescent.training import draw_noise, mean_squared_error, run_task

PHI = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "identity": lambda x: x}


def members(*words: str, seeds: int = 3) -> Members:
    config = load_config(
        "spatial_navigation/noisy_unbiased",
        "seed=" + ",".join(map(str, range(seeds))),
        "network.units=11",
        "task.place_cells.number=13",
        "task.steps=7",
        "training.precision=float64",
        *words,
    )
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


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("bias", ["true", "false"])
@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize(("kind", "plain"), [("vanilla", plain_vanilla), ("gru", plain_gru)])
def test_loss_and_gradients_equal_the_plain_formulas(kind, plain, activation, bias, seeds):
    population = members(
        f"network.kind={kind}",
        f"network.activation={activation}",
        f"network.bias={bias}",
        "network.dt=0.3",
        seeds=seeds,
    )
    generators = [stream(seed, "training") for seed in range(seeds)]
    batch = sample(population, 5, generators)
    settings = population.network.settings
    noise = Noise(
        *(
            draw((7, 5, n), [0.1 * (k + 1) for k in range(seeds)], generators, settings, torch.float64)
            for n in (2, 11, 13)
        )
    )
    weights = population.network.weights
    for weight in weights.values():
        weight.requires_grad_()
    _, outputs = run_task(population, batch, noise)
    losses = mean_squared_error(population, outputs, batch)
    losses.sum().backward()

    for k in range(seeds):
        own = {name: weight[k].detach().clone().requires_grad_() for name, weight in weights.items()}
        h = functional.linear(batch.start[k], own["encoder"])
        total = 0
        for t in range(7):
            h = plain(own, h, batch.inputs[t, k] + noise.inputs[t, k], PHI[activation], 0.3) + noise.recurrent[t, k]
            y = functional.linear(h, own["output"], own.get("output_bias")) + noise.outputs[t, k]
            total = total + (y - population.codes[k].encode(batch.states[t, k])).square().mean() / 7
        total.backward()
        torch.testing.assert_close(losses[k], total, rtol=1e-10, atol=0)
        for name, weight in weights.items():
            error = (weight.grad[k] - own[name].grad).norm() / own[name].grad.norm()
            assert error < 1e-10, name


@pytest.mark.parametrize("kind", ["vanilla", "gru"])
def test_a_simulation_is_pure_and_may_be_cut_anywhere(kind):
    network = members(f"network.kind={kind}").network
    generator = torch.Generator().manual_seed(0)
    inputs, state, noise = (
        torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape in ((9, 3, 4, 2), (3, 4, 11), (9, 3, 4, 11))
    )
    arguments = (state, network.drive(inputs), noise)
    copies = [one.clone() for one in arguments]
    whole = simulate(network, *arguments)
    assert torch.equal(whole, simulate(network, *arguments))
    assert all(torch.equal(one, copy) for one, copy in zip(arguments, copies, strict=True))
    first = simulate(network, state, arguments[1][:4], noise[:4])
    rest = simulate(network, first[-1], arguments[1][4:], noise[4:])
    assert torch.equal(whole, torch.cat([first, rest]))
    silent = simulate(network, state, arguments[1])
    assert torch.equal(silent, simulate(network, state, arguments[1], torch.zeros_like(noise)))


def test_a_users_own_kind_of_network_trains_through_the_generic_path(monkeypatch):
    def residual(state, drive, recurrent, activation, step):
        return state + step * activation(drive + state @ recurrent)

    monkeypatch.setitem(NETWORKS, "residual", Kind(residual))
    population = members("network.kind=residual")
    generators = [stream(seed, "training") for seed in range(3)]
    batch = sample(population, 5, generators)
    weights = population.network.weights
    for weight in weights.values():
        weight.requires_grad_()
    states, outputs = run_task(population, batch, Noise())
    mean_squared_error(population, outputs, batch).sum().backward()
    first = batch.start[1] @ weights["encoder"][1].T
    drive = first @ weights["recurrent"][1].T + batch.inputs[0, 1] @ weights["input"][1].T
    torch.testing.assert_close(states[0, 1], first + 0.2 * torch.relu(drive))
    assert all(weight.grad.abs().sum() > 0 for weight in weights.values())


@pytest.mark.parametrize(("noise", "law"), [("gaussian", stats.norm(0, 0.3)), ("uniform", stats.uniform(0, 0.3))])
def test_noise_has_its_distribution_and_the_reference_codes_is_uniform(noise, law):
    values = draw((20, 50, 8), [0.3], [stream(0, "training")], [NetworkSettings(noise=noise)], torch.float32)
    assert stats.kstest(values.flatten().numpy()[:5000], law.cdf).pvalue > 0.001


def test_noise_in_the_task_has_the_variances_of_the_configuration():
    sigma2 = {"in": 0.04, "rec": 0.09, "out": 0.25}
    population = members(*(f"network.sigma2_{where}={value}" for where, value in sigma2.items()), seeds=2)
    noise = draw_noise(population, 20, 500, [stream(seed, "training") for seed in range(2)])
    assert [one.shape for one in noise] == [(20, 2, 500, 2), (20, 2, 500, 11), (20, 2, 500, 13)]
    for one, variance in zip(noise, sigma2.values(), strict=True):
        assert one.var((0, 2, 3)).tolist() == pytest.approx([variance] * 2, rel=0.05)
        assert abs(torch.corrcoef(one.transpose(0, 1).flatten(1))[0, 1]) < 0.05  # members draw their own


def test_a_member_without_noise_draws_nothing_and_stays_silent():
    generators = [stream(0, "training"), stream(1, "training")]
    before = generators[0].get_state()
    settings = [NetworkSettings()] * 2
    values = draw((4, 3, 2), [0.0, 1.0], generators, settings, torch.float32)
    assert torch.equal(generators[0].get_state(), before)
    assert not values[:, 0].any()
    assert values[:, 1].all()
    assert draw((4, 3, 2), [0.0, 0.0], generators, settings, torch.float32) is None


def test_noise_does_not_depend_on_how_a_simulation_is_cut():
    settings = [NetworkSettings()]
    whole = draw((10, 3, 5), [1.0], [stream(0, "training")], settings, torch.float32)
    generator = [stream(0, "training")]
    pieces = [draw((n, 3, 5), [1.0], generator, settings, torch.float32) for n in (3, 6, 1)]
    assert torch.equal(whole, torch.cat(pieces))


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
    weights = members().network.weights
    with pytest.raises(ValueError, match="must agree in kind, units"):
        Population((NetworkSettings(), NetworkSettings(dt=0.5), NetworkSettings()), weights)
