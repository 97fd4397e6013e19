"""Compute everything as reference implementations are commonly written: the baseline of the benchmarks.

A module whose forward loops over time, applies `nn.Linear` to state and input, reads out at every step and
assigns by slice; autograd through everything; trajectories from a NumPy loop; codes from the full difference
tensor; decoding by top-k every batch; densities by scipy. Batch first: (trial, time, channel).
"""

import math

import numpy as np
import torch
from scipy.stats import gaussian_kde
from torch import Tensor, nn

from quiescent.networks import NetworkSettings
from quiescent.tasks import HeadDirection, SpatialNavigation


class Network(nn.Module):
    """Noisy recurrent network, vanilla or gated, with a linear read-out."""

    def __init__(self, settings: NetworkSettings, n_inputs: int, n_cells: int) -> None:
        super().__init__()
        rows = settings.units * (3 if settings.kind == "gru" else 1)
        self.settings = settings
        self.encoder = nn.Linear(n_cells, settings.units, bias=False)
        self.input = nn.Linear(n_inputs, rows, bias=False)
        self.recurrent = nn.Linear(settings.units, rows, bias=False)
        self.output = nn.Linear(settings.units, n_cells, bias=False)
        self.activation = {"relu": torch.relu, "tanh": torch.tanh}[settings.activation]

    def forward(self, inputs: Tensor, code: Tensor, noise: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Compute states and outputs. Without `noise` (trial, time, unit) of the states, that is sampled here too."""
        trials, steps, _ = inputs.shape
        sigma_in, sigma_rec, sigma_out = (
            math.sqrt(variance)
            for variance in (self.settings.sigma2_in, self.settings.sigma2_rec, self.settings.sigma2_out)
        )
        state = self.encoder(code)
        states = torch.zeros(trials, steps, self.settings.units)
        outputs = torch.zeros(trials, steps, self.output.out_features)
        for t in range(steps):
            u = inputs[:, t] + sigma_in * torch.randn_like(inputs[:, t])
            eta = sigma_rec * torch.randn_like(state) if noise is None else noise[:, t]
            state = self.step(state, u) + eta
            output = self.output(state)
            output = output + sigma_out * torch.randn_like(output)
            states[:, t, :] = state
            outputs[:, t, :] = output
        return states, outputs

    def step(self, state: Tensor, u: Tensor) -> Tensor:
        """Update the state once, without noise."""
        a = self.settings.dt / self.settings.tau
        if self.settings.kind == "vanilla":
            return (1 - a) * state + a * self.activation(self.recurrent(state) + self.input(u))
        w_update, w_reset, w_candidate = self.recurrent.weight.chunk(3)
        u_update, u_reset, u_candidate = self.input(u).chunk(3, -1)
        update = torch.sigmoid(u_update + state @ w_update.T)
        reset = torch.sigmoid(u_reset + state @ w_reset.T)
        candidate = self.activation(u_candidate + (reset * state) @ w_candidate.T)
        return state + a * (1 - update) * (candidate - state)


def walks(task: SpatialNavigation, trials: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sample displacements (trial, time, 2) and positions (trial, time + 1, 2) of the foraging walk."""
    steps = task.steps + 1
    half = np.array([task.box_width / 2, task.box_height / 2])
    positions = np.zeros((trials, steps + 1, 2))
    displacements = np.zeros((trials, steps, 2))
    positions[:, 0] = rng.uniform(-half, half, (trials, 2))
    heading = rng.uniform(0, 2 * np.pi, trials)
    speeds = rng.rayleigh(task.speed_scale, (trials, steps))
    turns = rng.normal(task.turn_mean, task.turn_std, (trials, steps)) * task.dt
    for t in range(steps):
        position = positions[:, t]
        distances = np.stack(
            [half[0] - position[:, 0], half[1] - position[:, 1], half[0] + position[:, 0], half[1] + position[:, 1]],
            axis=1,
        )
        wall = np.argmin(distances, axis=1)
        angle = np.mod(heading - wall * np.pi / 2 + np.pi, 2 * np.pi) - np.pi
        near = (np.min(distances, axis=1) < task.border_region) & (np.abs(angle) < np.pi / 2)
        turn = turns[:, t].copy()
        turn[near] += np.sign(angle[near]) * (np.pi / 2 - np.abs(angle[near]))
        speed = speeds[:, t].copy()
        speed[near] *= task.border_slow_factor
        step = (speed * task.dt)[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
        if task.biased:
            step += task.drift_const * (np.array(task.anchor_point) - position)
        displacements[:, t] = step
        positions[:, t + 1] = position + step
        heading = heading + turn
    return displacements[:, 1:], positions[:, 1:]


def turns(task: HeadDirection, trials: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sample turns (trial, time, 1) and headings (trial, time + 1, 1)."""
    headings = np.zeros((trials, task.steps + 1))
    inputs = task.dt * rng.normal(task.turn_mean, task.turn_std, (trials, task.steps))
    if task.biased:
        inputs = np.abs(inputs)
    headings[:, 0] = rng.uniform(-np.pi, np.pi, trials)
    for t in range(task.steps):
        headings[:, t + 1] = np.mod(headings[:, t] + inputs[:, t] + np.pi, 2 * np.pi) - np.pi
    return inputs[..., None], headings[..., None]


def place_code(positions: Tensor, centres: Tensor, width: float) -> Tensor:
    """Compute softmax-normalised Gaussian place fields from every difference of position and centre."""
    difference = positions[:, :, None, :] - centres
    return torch.softmax(-(difference**2).sum(-1) / (2 * width**2), dim=-1)


def heading_code(headings: Tensor, preferred: Tensor, width: float) -> Tensor:
    """Compute von Mises tuning with peak 1."""
    return torch.exp((torch.cos(headings - preferred) - 1) / width**2)


def decode_position(outputs: Tensor, centres: Tensor) -> Tensor:
    """Average the centres of the three most active cells."""
    return centres[torch.topk(outputs, 3, dim=-1).indices].mean(-2)


def decode_heading(outputs: Tensor, preferred: Tensor) -> Tensor:
    """Average the preferred headings of the three most active cells, around the circle."""
    angles = preferred[torch.topk(outputs, 3, dim=-1).indices]
    return torch.atan2(torch.sin(angles).mean(-1), torch.cos(angles).mean(-1))[..., None]


def train_batch(
    network: Network, optimizer: torch.optim.Adam, inputs: Tensor, code: Tensor, noise: Tensor | None = None
) -> tuple[float, Tensor]:
    """Take one step of Adam; `code` (trial, time + 1, cell) begins with the start. Returns loss and outputs."""
    optimizer.zero_grad()
    _, outputs = network(inputs, code[:, 0], noise)
    loss = ((outputs - code[:, 1:]) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.item(), outputs.detach()


@torch.no_grad()
def rest(network: Network, code: Tensor, steps: int, centres: Tensor) -> np.ndarray:
    """Run a network without input; returns decoded positions (trial, time, 2)."""
    _, outputs = network(torch.zeros(len(code), steps, 2), code)
    return decode_position(outputs, centres).numpy()


def kl(p: np.ndarray, q: np.ndarray, samples: int, rng: np.random.Generator) -> float:
    """Estimate KL(p || q) between SciPy's Gaussian kernel densities of two clouds of points (point, 2)."""
    density_p, density_q = gaussian_kde(p.T), gaussian_kde(q.T)
    points = density_p.resample(samples, seed=rng)
    clip = math.log(1e7)
    return float(np.clip(density_p.logpdf(points) - density_q.logpdf(points), -clip, clip).mean())
