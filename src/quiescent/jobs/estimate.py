"""Estimate how long trainings and measurements will take, at the speed of this machine."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch

from quiescent.config.schema import Config
from quiescent.jobs.job import Measurement
from quiescent.machine.lanes import PART, Lanes
from quiescent.quiescence.activity import Rest
from quiescent.quiescence.resting import rest
from quiescent.simulation.loss import loss_gradients
from quiescent.simulation.members import sample, untrained
from quiescent.streams import open_streams

START = 1.0  # s, of a job
ENOUGH = 0.1  # s of trying
FEW = 10  # trials, of the batch that loads what PyTorch loads at the first one


class Work(NamedTuple):
    """Work that is left for networks that are trained together: batches, and then measurements."""

    configs: Sequence[Config]
    batches: int
    measurements: Sequence[Measurement] = ()


class Seconds(NamedTuple):
    """Durations of the two parts of some work."""

    training: float
    measuring: float


def estimate(works: Sequence[Work], device: torch.device, processes: int) -> Seconds:
    """Estimate the time that works take, from a short trial of every kind of network, `processes` at a time."""
    tried: dict[object, tuple[float, float]] = {}
    training = measuring = 0.0
    for configs, batches, measurements in works:
        task, settings = configs[0].task, configs[0].training
        alike = (task.name, configs[0].network.architecture, settings.batch_size, task.steps, len(configs))
        if alike not in tried:
            tried[alike] = _try(configs, device)
        step, rest_step = tried[alike]
        training += batches * step * task.steps + START
        measuring += sum(rest_step * _trial_steps(measurement) for measurement in measurements)
    side_by_side = max(1, min(processes, len(works)))
    return Seconds(training / side_by_side, measuring / side_by_side)


def _try(configs: Sequence[Config], device: torch.device) -> tuple[float, float]:
    """Take the time (s) of one step of a training batch, and of one step of a trial at rest with its measures."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        members = untrained(configs).to(device)
        whole = members.training.batch_size
        # A batch is summed in parts of so many trials, each of which takes as long as the others.
        trials = min(whole, PART) if device.type == "cpu" else whole

        def batch(trials: int) -> object:
            # The optimizer is left out: its step takes no time beside this.
            streams = [open_streams(seed, "training", trials, device) for seed in members.seeds]
            return loss_gradients(members, sample(members, trials, streams), streams, lanes)[0].tolist()

        with Lanes(device) as lanes:
            batch(min(whole, FEW))
            training = _shortest(lambda: batch(trials)) * whole / trials
        resting = _shortest(lambda: rest(untrained(configs[:1]).to(device), trials=100, steps=50, judge=True))
    finally:
        torch.set_num_threads(threads)
    # Computing measures takes about as long as simulating what they need.
    return training / configs[0].task.steps, 2 * resting / (100 * 50)


def _shortest(work: Callable[[], object]) -> float:
    times: list[float] = []
    while len(times) < 3 and sum(times) < ENOUGH:
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def _trial_steps(measurement: Measurement) -> float:
    phases = {phase for phases in measurement.measures.values() for phase in phases.values()}
    return float(sum(phase.trials * (phase.steps if isinstance(phase, Rest) else 100) for phase in phases))
