"""Behaviour as it truly is: the places that it visits, and how often."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.config.schema import Config
from quiescent.controls.table import Table, tabulate
from quiescent.spaces import Bounds, Space
from quiescent.spaces.density import CLIP
from quiescent.streams import stream

TRIALS = 2000  # of true behaviour, from which its density is estimated


def true_paths(config: Config) -> Float[Tensor, "time trial dim"]:
    """Sample true paths of a task, the same for every control of one seed."""
    return config.task.sample(TRIALS, generator=stream(config.seed[0], "measure"), part="held_out").path.double()


def log_density(paths: Float[Tensor, "time trial dim"], space: Space, bounds: Bounds | None = None) -> Table:
    """Tabulate the log density of places (a kernel density), by default between the bounds of the space.

    Places that are a factor of 1e7 rarer than the most frequent ones are all equally rare.
    """
    density = space.density(paths.flatten(0, 1).numpy())

    def log(places: Tensor) -> Tensor:
        return torch.from_numpy(np.asarray(density.log(places.numpy())))[:, None]

    table = tabulate(log, bounds or space.bounds, space.periodic)
    return replace(table, values=table.values.clamp_min(table.values.max() - CLIP))
