"""A network as the live page knows it: names, settings, weights, cells, behaviour."""

from math import sqrt
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from quiescent.config.load import task_noise
from quiescent.config.naming import label, overrides_of
from quiescent.config.schema import Config
from quiescent.page.behaviour import describe_behaviour, describe_cloud
from quiescent.page.flow import describe_flow
from quiescent.page.pack import pack
from quiescent.page.slow import describe_slow
from quiescent.quiescence.activity import Active
from quiescent.quiescence.observe import observe
from quiescent.quiescence.phases import OTHER_BEHAVIOUR
from quiescent.runs.run import Run
from quiescent.simulation.members import Members
from quiescent.spaces import Track
from quiescent.streams import stream
from quiescent.tasks import Task
from quiescent.tasks.codes import Code
from quiescent.terminal.numbers import rms_error

WeightType = Literal["float16", "float32"]

SEEN = Active(trials=200, states=True)  # the behaviour of `phases.BEHAVIOUR`, with hidden states
RECORDED = 100  # recorded trials that travel in the page


def describe(run: Run, members: Members, weights: WeightType) -> dict[str, object]:
    """Describe one network for the page; `members` is this network alone, on any device."""
    (behaviour,), (other,) = observe(members, SEEN, judge=True), observe(members, OTHER_BEHAVIOUR)
    config = members.configs[0]
    network, space = config.network, config.task.space
    metrics = run.metrics()
    trained = sqrt(network.sigma2_rec)
    return {
        "name": label(config).partition("+")[0],
        "changes": ", ".join(_changes(config)),
        "seed": config.seed[0],
        "batches": run.batches_done(),
        "error": rms_error(metrics[-1].error, space) if metrics else "",
        "kind": network.kind,
        "units": network.units,
        "activation": network.activation,
        "step": network.dt / network.tau,
        "noise": {
            "shape": network.noise,
            "unit": trained or sqrt(task_noise(config)),  # the page's levels are multiples of it
            "trained": trained,
            "input": sqrt(network.sigma2_in),
            "output": sqrt(network.sigma2_out),
        },
        "box": space.bounds,
        "lines": space.routes if isinstance(space, Track) else [],
        "dt": config.task.dt,
        "steps": config.task.steps,
        "code": _code(members.codes[0]),
        "task": _task(config.task, config.seed[0]),
        "weights": {name: pack(weight[0].cpu().numpy(), weights) for name, weight in members.network.weights.items()},
        "cloud": describe_cloud(behaviour),
        "behaviour": describe_behaviour(behaviour, other, config.seed[0]),
        "flow": describe_flow(members, behaviour),
        "slow": describe_slow(members, behaviour),
    }


def _changes(config: Config) -> list[str]:
    """List the settings that differ from the named configuration; of files only their names, since pages travel."""
    changed = overrides_of(config).items()
    return [f"{key}={Path(str(value)).name if key == 'task.path' else value}" for key, value in changed]


def _code(code: Code) -> dict[str, object]:
    return {
        key: pack(value.cpu().numpy()) if isinstance(value, Tensor) else value
        for key, value in code.described().items()
    }


def _task(task: Task, seed: int) -> dict[str, object]:
    """Describe a task that the page samples itself by its settings, any other by some of its trials."""
    if task.live is not None:
        return task.live
    trials = task.sample(RECORDED, generator=stream(seed, "watch"), part="held_out")
    paths = task.space.unwrapped(torch.cat([trials.start[None], trials.path]).numpy())  # differences are then steps
    return {"kind": "recorded", "paths": pack(np.asarray(paths, np.float32))}
