"""Offline reactivation in recurrent networks: train, rest, measure, draw.

Every public name is imported when it is first used, so that `import quiescent` is quick.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quiescent import controls, figures, measures
    from quiescent.config.load import load_config
    from quiescent.config.schema import Config
    from quiescent.errors import QuiescentError
    from quiescent.evaluation.draw import draw
    from quiescent.evaluation.evaluate import measure
    from quiescent.networks import NETWORKS, Kind
    from quiescent.quiescence.activity import Activity
    from quiescent.quiescence.awake import active
    from quiescent.quiescence.resting import rest
    from quiescent.recordings.agent import recording
    from quiescent.runs.examples import example
    from quiescent.runs.run import Run
    from quiescent.simulation.members import Members, untrained
    from quiescent.spaces import Space
    from quiescent.training.loop import Progress
    from quiescent.training.state import load_networks
    from quiescent.training.train import train

__version__ = "0.2.0"
__all__ = [
    "NETWORKS",
    "Activity",
    "Config",
    "Kind",
    "Members",
    "Progress",
    "QuiescentError",
    "Run",
    "Space",
    "active",
    "controls",
    "draw",
    "example",
    "figures",
    "load_config",
    "load_networks",
    "measure",
    "measures",
    "recording",
    "rest",
    "train",
    "untrained",
]

_HOMES = {
    "NETWORKS": "networks",
    "Activity": "quiescence.activity",
    "Config": "config.schema",
    "Kind": "networks",
    "Members": "simulation.members",
    "Progress": "training.loop",
    "QuiescentError": "errors",
    "Run": "runs.run",
    "Space": "spaces",
    "active": "quiescence.awake",
    "controls": "",
    "draw": "evaluation.draw",
    "example": "runs.examples",
    "figures": "",
    "load_config": "config.load",
    "load_networks": "training.state",
    "measure": "evaluation.evaluate",
    "measures": "",
    "recording": "recordings.agent",
    "rest": "quiescence.resting",
    "train": "training.train",
    "untrained": "simulation.members",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'quiescent' has no attribute '{name}'")
        if not _HOMES[name]:
            return importlib.import_module(f"quiescent.{name}")
        return getattr(importlib.import_module(f"quiescent.{_HOMES[name]}"), name)

    def __dir__() -> list[str]:
        return __all__
