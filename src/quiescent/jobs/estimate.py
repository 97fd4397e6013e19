"""How long trainings and measurements will take on this machine."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch

from quiescent.config.schema import Config
from quiescent.jobs.job import Task
from quiescent.machine.lanes import Lanes
from quiescent.quiescence.activity import Rest
from quiescent.quiescence.observe import rest
from quiescent.simulation.members import untrained
from quiescent.streams import open_streams
from quiescent.training.loop import adam, train_batch

START = 1.0  # s, of a job


class Work(NamedTuple):
    """What is left to do for networks that are trained together: batches, and then measurements."""

    configs: Sequence[Config]
    batches: int
    tasks: Sequence[Task] = ()


class Seconds(NamedTuple):
    """How long it will take."""

    training: float
    measuring: float


def estimate(works: Sequence[Work], device: torch.device, processes: int) -> Seconds:
    """Time that is left, from a short trial of every kind of network."""
    tried: dict[object, tuple[float, float]] = {}
    training = measuring = 0.0
    for configs, batches, tasks in works:
        task, settings = configs[0].task, configs[0].training
        alike = (task.name, configs[0].network.shape, settings.batch_size, task.steps, len(configs))
        if alike not in tried:
            tried[alike] = _try(configs, device)
        step, rest_step = tried[alike]
        training += batches * step * task.steps + START
        measuring += sum(rest_step * _trial_steps(one) for one in tasks)
    side_by_side = max(1, min(processes, len(works)))
    return Seconds(training / side_by_side, measuring / side_by_side)


def _try(configs: Sequence[Config], device: torch.device) -> tuple[float, float]:
    """Seconds per step of a training batch, and per step of a trial at rest with what is computed from it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        members = untrained(configs).to(device)
        optimizer = adam(members)
        trials = configs[0].training.batch_size
        streams = [open_streams(seed, "training", trials, device) for seed in members.seeds]
        with Lanes(device) as lanes:
            train_batch(members, optimizer, streams, lanes)
            training = _shortest(lambda: train_batch(members, optimizer, streams, lanes))
        resting = _shortest(lambda: rest(untrained(configs[:1]).to(device), trials=100, steps=50, judge=True))
    finally:
        torch.set_num_threads(threads)
    # Computing measures takes about as long as simulating what they need.
    return training / configs[0].task.steps, 2 * resting / (100 * 50)


def _shortest(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def _trial_steps(task: Task) -> float:
    phases = {phase for phases in task.measures.values() for phase in phases.values()}
    return float(sum(phase.trials * (phase.steps if isinstance(phase, Rest) else 100) for phase in phases))
