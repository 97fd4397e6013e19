"""Parts of the benchmark: functions that return seconds, of this package and of the textbook."""

from collections.abc import Callable
from typing import Any

import numpy as np
import textbook
import torch
from many import grid_ours, grid_textbook, listing_ours, listing_textbook
from timing import seconds
from torch import Tensor

from quiescent.config.load import load_config
from quiescent.config.schema import Config
from quiescent.evaluation.apply import apply
from quiescent.machine.lanes import Lanes, Share
from quiescent.machine.scratch import Scratch
from quiescent.measures.kl import MEASURE, kl
from quiescent.networks.products import rows
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.resting import rest
from quiescent.simulation.loss import loss_gradients
from quiescent.simulation.members import Members, sample, untrained
from quiescent.simulation.noise import fill_noise
from quiescent.spaces import Box
from quiescent.spaces.density import ExactDensity, PlaneDensity
from quiescent.streams import open_streams
from quiescent.training.loop import train_batch
from quiescent.training.state import adam, initial_state

CPU = torch.device("cpu")
NAVIGATION = "spatial_navigation/noisy_unbiased"
GRU = "spatial_navigation/noisy_unbiased_gru"
HEADING = "head_direction/noisy_unbiased"
REST = {"trials": 500, "steps": 2000, "burn_in": 1000}
SMALL = ("network.units=128", "task.place_cells.number=128", "training.batch_size=100")


def members_of(config: Config) -> Members:
    """Make untrained networks of a configuration, one per seed."""
    return untrained(config.members()).to("cpu")


def train_ours(name: str, *words: str, repeats: int = 9) -> float:
    """Time a whole training batch: data, codes, noise, forward, loss, backward, Adam."""
    state = initial_state(load_config(name, *words).members(), CPU)
    with Lanes(CPU) as lanes:
        return seconds(lambda: train_batch(state, lanes), repeats)


def train_textbook(name: str) -> float:
    """Time a whole training batch, with decoding, as textbooks have it."""
    config = load_config(name)
    network, optimizer, code = textbook_of(config)
    rng = np.random.default_rng(0)

    def work() -> None:
        inputs, variable, codes = textbook_data(config, code, rng)
        _, outputs = textbook.train_batch(network, optimizer, inputs, codes)
        decode = textbook.decode_heading if config.task.name == "head_direction" else textbook.decode_position
        ((decode(outputs, code) - variable[:, 1:]) ** 2).sum(-1).mean().item()

    return seconds(work, 4, 1)


def textbook_of(config: Config) -> tuple[textbook.Network, torch.optim.Adam, Tensor]:
    """Make the textbook's network with the package's weights, its optimizer, and its cells' places or headings."""
    members = members_of(config)
    network = textbook.Network(config.network, config.task.n_inputs, members.codes[0].size)
    for name, weight in members.network.weights.items():
        getattr(network, name).weight.data = weight[0].clone()
    code: Any = members.codes[0]
    cells = code.preferred if config.task.name == "head_direction" else code.centres
    return network, torch.optim.Adam(network.parameters(), lr=config.training.learning_rate), cells


def textbook_data(config: Config, code: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Sample inputs (trial, time, input), variable and codes (trial, time + 1, ...)."""
    trials, task = config.training.batch_size, config.task
    heading = task.name == "head_direction"
    sample_trials = textbook.turns if heading else textbook.walks
    inputs, variable = (torch.tensor(array, dtype=torch.float32) for array in sample_trials(task, trials, rng))
    codes = (
        textbook.heading_code(variable, code, task.hd_cells.width)
        if heading
        else textbook.place_code(variable, code, task.place_cells.width)
    )
    return inputs, variable, codes


def data_ours() -> float:
    """Time the trials and all codes of a batch, some steps at a time as training has them."""
    members = members_of(load_config(NAVIGATION))
    streams = [open_streams(0, "training", 200, CPU)]

    def work(share: Share, scratch: Scratch) -> None:
        members.encode(0, batch.start[0, share.trials])
        for steps in batch.path[:, 0, share.trials].split(20):
            members.encode(0, rows(steps))

    def whole() -> None:
        nonlocal batch
        batch = sample(members, 200, streams)
        lanes.map(work, 1, 200, 512)

    batch = sample(members, 200, streams)
    with Lanes(CPU) as lanes:
        return seconds(whole, 40)


def data_textbook() -> float:
    """Time the trials and all codes of a batch, all at once."""
    config = load_config(NAVIGATION)
    _, _, code = textbook_of(config)
    rng = np.random.default_rng(0)
    return seconds(lambda: textbook_data(config, code, rng), 10)


def rest_ours() -> float:
    """Time a rest, decoded."""
    members = members_of(load_config(NAVIGATION))
    return seconds(lambda: rest(members, **REST), 1, 0)


def rest_textbook() -> float:
    """Time a rest, decoded, with all states kept."""
    config = load_config(NAVIGATION)
    network, _, code = textbook_of(config)
    _, _, codes = textbook_data(config, code, np.random.default_rng(0))
    start = torch.cat([codes[:, t] for t in range(3)])[: REST["trials"]]
    return seconds(lambda: textbook.rest(network, start, REST["steps"], code), 1, 0)


def clouds() -> tuple[np.ndarray, np.ndarray]:
    """Sample 200,000 points like those of rest, and 20,000 like those of behaviour."""
    rng = np.random.default_rng(0)
    return np.clip(rng.normal(0, 0.5, (200_000, 2)), -1.1, 1.1), rng.uniform(-1.1, 1.1, (20_000, 2))


def kl_ours() -> float:
    """Time a divergence by binned densities, which is within 1 % of that by exact ones."""
    p, q = clouds()

    def work() -> float:
        return kl(PlaneDensity(p), PlaneDensity(q), rng=np.random.default_rng(1), samples=2500).value

    points = PlaneDensity(p).sample(2500, np.random.default_rng(1))
    near, true = (np.mean(kind(p).log(points) - kind(q).log(points)) for kind in (PlaneDensity, ExactDensity))
    assert abs(near / true - 1) < 0.01, f"binned {near}, exact {true}"
    return seconds(work, 9)


def kl_textbook() -> float:
    """Time a divergence by SciPy's densities."""
    p, q = clouds()
    return seconds(lambda: textbook.kl(p, q, 2500, np.random.default_rng(1)), 1, 0)


def matrix_ours() -> float:
    """Time a KL matrix of one seed: six rows (four conditions at rest, one untrained, uniform) by four columns."""
    rng = np.random.default_rng(0)
    box = Box(((-1.1, 1.1), (-1.1, 1.1)))

    def activity(steps: int) -> Activity:
        return Activity(rng.normal(0, 0.5, (steps, 200, 2)).astype(np.float32), None, None, box)

    active = {f"condition {k}": activity(100) for k in range(4)}
    phases = {f"quiescent {k}": activity(1000) for k in range(5)} | {"active": active["condition 0"]}
    return seconds(lambda: apply(MEASURE, phases, lambda _: np.random.default_rng(1), active), 3)


def small_rate() -> float:
    """Time a training batch of one small network on one core."""
    torch.set_num_threads(1)
    return train_ours(NAVIGATION, *SMALL, repeats=100)


def product_rate(dtype: torch.dtype) -> float:
    """Measure operations per second of 200 x 512 x 512 matrix products, the best of several looks."""
    left, right, out = torch.randn(200, 512).to(dtype), torch.randn(512, 512).to(dtype), torch.empty(200, 512).to(dtype)
    return 2 * 200 * 512 * 512 / min(seconds(lambda: torch.mm(left, right, out=out), 50) for _ in range(10))


def sweep(key: str, value: str) -> float:
    """Time a training batch of a small network with another value of one setting."""
    words = [f"{key}={value}", *(word for word in SMALL if not word.startswith(key))]
    return train_ours(NAVIGATION, *words, repeats=7)


def check_equal(name: str, *words: str) -> float:
    """Compare the losses of three successive batches with the textbook's, given the same noise.

    Returns the largest relative difference; one of 1e-3 or more is an error.
    """
    config = load_config(name, *words)
    trials = config.training.batch_size
    members = members_of(config)
    network, textbook_optimizer, _ = textbook_of(config)
    optimizer = adam(members)
    streams, again = ([open_streams(0, "training", trials, CPU)] for _ in range(2))
    worst = 0.0
    with Lanes(CPU) as lanes:
        for _ in range(3):
            batch = sample(members, trials, streams)
            sample(members, trials, again)
            noise = torch.empty(len(batch.inputs), trials, config.network.units)
            stds = [levels.recurrent for levels in members.noise]
            fill_noise(noise, stds, members.noise, again, Share(0, slice(0, trials)))
            losses, gradients = loss_gradients(members, batch, streams, lanes)
            for key, weight in members.network.weights.items():
                weight.grad = gradients[key]
            optimizer.step()
            path = torch.cat([batch.start[None], batch.path])[:, 0].transpose(0, 1)
            codes = members.codes[0].encode(path)
            inputs = batch.inputs[:, 0].transpose(0, 1)
            loss, _ = textbook.train_batch(network, textbook_optimizer, inputs, codes, noise.transpose(0, 1))
            worst = max(worst, abs(losses.item() / loss - 1))
    assert worst < 1e-3, f"{name}: losses differ by {worst:.1e}"
    return worst


PARTS: dict[str, Callable[..., float]] = {
    part.__name__: part
    for part in (
        train_ours,
        train_textbook,
        data_ours,
        data_textbook,
        rest_ours,
        rest_textbook,
        kl_ours,
        kl_textbook,
        matrix_ours,
        small_rate,
        sweep,
        listing_ours,
        listing_textbook,
        grid_ours,
        grid_textbook,
        check_equal,
    )
}
