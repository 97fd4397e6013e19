"""Run trained networks awake and at rest, and decode what they represent."""

import math

import numpy as np
import torch
from torch import Tensor

from quiescent.activity import Active, Activity, Phase, Rest, RestNoise
from quiescent.config import task_noise
from quiescent.errors import QuiescentError
from quiescent.members import Members, sample
from quiescent.networks.noise import draw
from quiescent.networks.population import stack_members
from quiescent.networks.simulate import simulate
from quiescent.streams import Purpose, stream
from quiescent.training import draw_noise, run_task

CHUNK = 2**23  # numbers per array that a resting population may hold at once


def active(members: Members, *, trials: int = 200, keep_states: bool = False) -> list[Activity]:
    """Let every member do fresh trials of its task, with its own noise.

    Returns one `Activity` per member, with the true positions or headings beside the decoded.
    """
    return _active(members, Active(trials), keep_states)


def rest(
    members: Members,
    *,
    trials: int = 200,
    steps: int = 1000,
    burn_in: int = 0,
    noise: RestNoise = "scaled",
    sigma2: float | None = None,
    keep_states: bool = False,
) -> list[Activity]:
    """Cut the input, and let every member run from the encoded starts of fresh trials.

    `noise` is that of `Rest`. Memory does not depend on `steps` but for what is returned: decoded
    positions, and hidden states if `keep_states`. Returns one `Activity` per member.
    """
    if steps <= burn_in:
        raise QuiescentError(f"steps={steps}: must be more than burn_in={burn_in}.")
    return _rest(members, Rest(trials, steps, burn_in, noise, sigma2), keep_states)


def observe(members: Members, phase: Phase, keep_states: bool = False) -> list[Activity]:
    """Activity of every member in any phase."""
    return (_active if isinstance(phase, Active) else _rest)(members, phase, keep_states)  # type: ignore[arg-type]


def rest_variance(members: Members, phase: Rest) -> list[float]:
    """Recurrent noise variance per step of every member at rest."""
    variances = []
    for config in members.configs:
        trained = config.network.sigma2_rec
        if phase.noise == "absolute" or (phase.untrained and trained == 0):
            variances.append(2 * (task_noise(config) if phase.sigma2 is None else phase.sigma2))
        else:
            variances.append(2 * trained if phase.noise == "scaled" else trained)
    return variances


@torch.no_grad()
def _active(members: Members, phase: Active, keep_states: bool) -> list[Activity]:
    generators = _generators(members, "active")
    batch = sample(members, phase.trials, generators)
    noise = draw_noise(members, len(batch.inputs), phase.trials, generators)
    states, outputs = run_task(members, batch, noise)
    decoded = _decode(members, outputs)
    return _split(members, decoded, batch.states, states if keep_states else None)


@torch.no_grad()
def _rest(members: Members, phase: Rest, keep_states: bool) -> list[Activity]:
    network, settings = members.network, members.network.settings
    generators = _generators(members, "quiescent")
    input_generators = _generators(members, "quiescent inputs")
    output_generators = _generators(members, "quiescent outputs")
    stds = [math.sqrt(variance) for variance in rest_variance(members, phase)]
    input_stds = [math.sqrt(one.sigma2_in) for one in settings]
    output_stds = [math.sqrt(one.sigma2_out) for one in settings]

    batch = sample(members, phase.trials, generators)
    state = network.encode(batch.start)
    cells, units = batch.start.shape[-1], state.shape[-1]
    length = max(1, CHUNK // (len(settings) * phase.trials * max(cells, units)))
    decoded, kept = [], []
    for begin in range(0, phase.steps, length):
        steps = min(length, phase.steps - begin)
        inputs = draw(
            (steps, phase.trials, batch.inputs.shape[-1]), input_stds, input_generators, settings, network.dtype
        )
        if inputs is None:
            inputs = batch.inputs.new_zeros(steps, *batch.inputs.shape[1:])
        noise = draw((steps, phase.trials, units), stds, generators, settings, network.dtype)
        states = simulate(network, state, network.drive(inputs), noise)
        state = states[-1].clone()
        keep = max(0, phase.burn_in - begin)
        if keep >= steps:
            continue
        outputs = network.readout(states)
        output_noise = draw((steps, phase.trials, cells), output_stds, output_generators, settings, network.dtype)
        if output_noise is not None:
            outputs += output_noise
        decoded.append(_decode(members, outputs)[keep:])
        if keep_states:
            kept.append(states[keep:])
    return _split(members, torch.cat(decoded), None, torch.cat(kept) if keep_states else None)


def _generators(members: Members, purpose: Purpose) -> list[torch.Generator]:
    return [stream(seed, purpose, members.network.device) for seed in members.seeds]


def _decode(members: Members, outputs: Tensor) -> Tensor:
    return stack_members([code.decode(outputs[:, k]) for k, code in enumerate(members.codes)])


def _split(members: Members, decoded: Tensor, truth: Tensor | None, states: Tensor | None) -> list[Activity]:
    def member(values: Tensor | None, k: int) -> np.ndarray | None:
        return None if values is None else values[:, k].cpu().numpy()

    return [
        Activity(
            decoded=decoded[:, k].cpu().numpy(),
            truth=member(truth, k),
            states=member(states, k),
            box=config.task.box,
            circular=code.circular,
        )
        for k, (config, code) in enumerate(zip(members.configs, members.codes, strict=True))
    ]
