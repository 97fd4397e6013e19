"""Small populations, the plain formulas of their networks, and a check of gradients against these."""

import pytest
import torch
from conftest import threads
from torch.nn import functional

import quiescent.simulation.loss as loss_module
from quiescent.config.load import load_config
from quiescent.machine.lanes import Lanes, Share
from quiescent.machine.scratch import Scratch
from quiescent.simulation.loss import loss_gradients, readout_error
from quiescent.simulation.members import Members, sample, untrained
from quiescent.simulation.noise import fill_noise
from quiescent.streams import BLOCK, open_streams

CPU = torch.device("cpu")
LOSS = {
    "mean_squared_error": lambda y, f: (y - f).square().mean(),
    "cross_entropy": lambda y, f: -(f * torch.softmax(y, -1).log()).sum(-1).mean(),
}
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
            loss = loss + LOSS[population.training.loss](y, code.encode(batch.path[t, k].double())) / len(batch.inputs)
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
