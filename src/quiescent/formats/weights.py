"""Weights that any program can read: plain names, a file of numbers and a file of settings."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import safetensors.numpy

from quiescent.machine.files import writing


def write_weights(folder: Path, arrays: Mapping[str, np.ndarray], settings: Mapping[str, object]) -> list[Path]:
    """Write the arrays of one network to `model.safetensors`, and what else it takes to run it to `config.json`."""
    model, config = folder / "model.safetensors", folder / "config.json"
    contiguous = {name: np.require(array, requirements="C") for name, array in arrays.items()}
    with writing(model) as temporary:
        temporary.write_bytes(safetensors.numpy.save(contiguous))
    with writing(config) as temporary:
        temporary.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    return [model, config]
