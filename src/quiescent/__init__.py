"""Offline reactivation in recurrent networks: train, rest, measure, draw.

Every public name is imported when it is first used, so that `import quiescent` is quick.
"""

import importlib
from typing import Any

_HOMES = {
    "load_config": "config.load",
    "Config": "config.schema",
    "train": "training.loop",
    "Run": "runs.run",
    "load": "simulation.members",
    "untrained": "simulation.members",
    "active": "quiescence.observe",
    "rest": "quiescence.observe",
    "Activity": "quiescence.activity",
    "evaluate": "evaluation.evaluate",
    "draw": "evaluation.evaluate",
    "measures": "measures",
    "figures": "figures",
    "NETWORKS": "networks",
    "Kind": "networks",
    "QuiescentError": "errors",
}

__version__ = "0.1.0"
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'quiescent' has no attribute '{name}'")
    module = importlib.import_module(f"quiescent.{_HOMES[name]}")
    return module if name == _HOMES[name] else getattr(module, name)


def __dir__() -> list[str]:
    return __all__
