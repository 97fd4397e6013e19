"""How long trainings and measurements will take on this machine."""

import time
from collections.abc import Callable, Sequence

import torch

from quiescent.activity import Rest
from quiescent.config import Config
from quiescent.lanes import Lanes
from quiescent.measuring import Task
from quiescent.members import untrained
from quiescent.quiescence import rest
from quiescent.runs import Run
from quiescent.streams import open_streams
from quiescent.training import adam, groups_to_train, train_batch

START = 3.0  # s, of a process


def estimate(runs: Sequence[Run], tasks: Sequence[Task], device: torch.device, jobs: int) -> tuple[float, float]:
    """Seconds of training and of measuring that are left, from a short trial of every kind of network."""
    tried: dict[object, tuple[float, float]] = {}
    training = measuring = 0.0
    processes = jobs if device.type == "cpu" else 1
    waiting = {task.run: task for task in tasks}
    for group in [*groups_to_train(runs, device), *([run] for run in waiting if run.finished())]:
        configs = [run.config() for run in group]
        task, settings = configs[0].task, configs[0].training
        alike = (task.name, configs[0].network.shape, settings.batch_size, task.steps, len(group))
        if alike not in tried:
            tried[alike] = _try(configs, device)
        step, rest_step = tried[alike]
        left = settings.batches - group[0].batches_done()
        training += max(0, left) * step * task.steps
        measuring += sum(rest_step * _trial_steps(waiting[run]) for run in group if run in waiting)
        training += START * (processes > 1 and left > 0)
    return training / processes, measuring / processes


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
