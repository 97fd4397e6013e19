"""The networks of the authors' code: settings by our names, and weights by ours, bit for bit those of the file."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from quiescent.config.words import ALIASES
from quiescent.errors import printable
from quiescent.foreign.archive import Archive
from quiescent.foreign.attributes import Types, read_module, require_names
from quiescent.foreign.behaviour import read_behaviour
from quiescent.foreign.stand_ins import Activation, Foreign, read_objects
from quiescent.foreign.tensors import read_tensor
from quiescent.runs.specification import CELLS, WEIGHTS


class Layout(NamedTuple):
    """The layers of a kind of network: those of input and of recurrent weights in the order of our rows."""

    kind: str
    inputs: tuple[str, ...]
    recurrent: tuple[str, ...]
    output: str
    encoder: str = "encoder"


LAYOUTS = {
    "RNN": Layout("vanilla", ("w_in",), ("w_rec",), "w_out"),
    "GRU": Layout("gru", ("w_z", "w_r", "w_h"), ("u_z", "u_r", "u_h"), "decoder"),
}
MODEL: Types = {
    **{"n_in": int, "n_rec": int, "n_out": int, "n_init": int, "dt": float, "tau": float, "bias": bool},
    **{"sigma_in": float, "sigma_rec": float, "sigma_out": float},
    **{"activation_fn": str, "device": str, "task": object},
}
LEFTOVERS = ("h", "h_1t", "y_1t", "u", "y", "z", "r")  # states and outputs of the last batch
SETTINGS = ("n_rec", "dt", "tau", "bias", "activation_fn")  # that `ALIASES` has our names of


class Found(NamedTuple):
    """A network of a file: settings by dotted key, and arrays by the names that they have in a checkpoint."""

    settings: dict[str, Any]
    arrays: dict[str, np.ndarray]


def read_network(archive: Archive) -> Found:
    """Read the network of an archive. Raises `QuiescentError`, which names it, for whatever is unknown or damaged."""
    model = read_objects(archive)
    if not isinstance(model, Foreign) or model.kind not in LAYOUTS:
        raise archive.error("holds no whole network of the authors' code (models.rnn.RNN, models.gru.GRU)")
    layout = LAYOUTS[model.kind]
    named = {"activation": Activation} if "activation" in model.attributes else {}
    found, parameters, modules = read_module(archive, model, model.kind, {**MODEL, **named}, LEFTOVERS)
    require_names(archive, parameters, (), model.kind)
    behaviour = read_behaviour(archive, found["task"])
    for name in ("n_out", "n_init"):
        if found[name] != behaviour.size:
            raise archive.error(f"{model.kind}.{name}={found[name]}: must be the number of cells, {behaviour.size}")
    activation = _activation(archive, found, modules)
    settings = {ALIASES[f"rnn.{name}"]: found[name] for name in SETTINGS} | {
        "network.kind": layout.kind,
        "network.activation": activation,
        "network.noise": "uniform",
        **_variances(archive, found, model.kind),
    }
    if found["bias"]:
        settings["network.encoder_bias"] = True
    arrays = {f"{WEIGHTS}/{name}": array for name, array in _weights(archive, found, modules, layout).items()}
    if behaviour.cells is not None:
        arrays[CELLS] = behaviour.cells
    return Found(behaviour.settings | settings, arrays)


def _activation(archive: Archive, found: Mapping[str, Any], modules: dict[str, Any]) -> str:
    if "activation" in found:
        name = str(found["activation"].name)
    else:
        read_module(archive, modules.pop("activation", None), "Identity", {})
        name = "identity"
    if found["activation_fn"] != name:
        raise archive.error(f"activation_fn={printable(found['activation_fn'])}: must be {name}, which it computes")
    return name


def _variances(archive: Archive, found: Mapping[str, Any], kind: str) -> dict[str, float]:
    for name in ("sigma_in", "sigma_rec", "sigma_out"):
        if found[name] < 0:
            raise archive.error(f"{kind}.{name}={found[name]}: must be >= 0")
    if found["sigma_out"]:
        raise archive.error(
            f"{kind}.sigma_out={found['sigma_out']}: must be 0; noise of outputs is Gaussian there, and uniform here "
            "beside uniform noise of states"
        )
    return {f"network.sigma2_{name}": _variance(float(found[f"sigma_{name}"])) for name in ("in", "rec")}


def _variance(std: float) -> float:
    """Square a standard deviation, to the shortest number whose root it is: 0.0001, not 0.00010000000000000002."""
    rounded = (float(f"{std**2:.{digits}g}") for digits in range(1, 17))
    return next((variance for variance in rounded if variance**0.5 == std), std**2)


def _weights(
    archive: Archive, found: Mapping[str, Any], modules: Mapping[str, Any], layout: Layout
) -> dict[str, np.ndarray]:
    units, cells, bias = found["n_rec"], found["n_out"], found["bias"]
    sizes = {layout.encoder: (units, cells), layout.output: (cells, units)}
    sizes |= dict.fromkeys(layout.inputs, (units, found["n_in"])) | dict.fromkeys(layout.recurrent, (units, units))
    require_names(archive, modules, sizes, "the network")
    layers = {name: _layer(archive, modules[name], name, size, bias) for name, size in sizes.items()}
    weights = {
        "encoder": layers[layout.encoder][0],
        "input": np.concatenate([layers[name][0] for name in layout.inputs]),
        "recurrent": np.concatenate([layers[name][0] for name in layout.recurrent]),
        "output": layers[layout.output][0],
    }
    if bias:
        # Input and recurrent weights have a bias each there, of which only the sum counts.
        pairs = zip(layout.inputs, layout.recurrent, strict=True)
        weights["recurrent_bias"] = np.concatenate([layers[a][1] + layers[b][1] for a, b in pairs])
        weights["output_bias"] = layers[layout.output][1]
        weights["encoder_bias"] = layers[layout.encoder][1]
    return weights


def _layer(
    archive: Archive, layer: object, name: str, size: tuple[int, int], bias: bool
) -> tuple[np.ndarray, np.ndarray]:
    attributes, parameters, modules = read_module(archive, layer, "Linear", {"in_features": int, "out_features": int})
    require_names(archive, parameters, ("weight", "bias"), name)
    require_names(archive, modules, (), name)
    if (attributes["out_features"], attributes["in_features"]) != size:
        raise archive.error(f"{name} is no layer from {size[1]} to {size[0]}")
    if (parameters["bias"] is not None) != bias:
        raise archive.error(f"{name}.bias: must be there if bias=True, and only then")
    weight = read_tensor(archive, parameters["weight"], size, f"{name}.weight")
    if not bias:
        return weight, np.zeros(0, np.float32)
    return weight, read_tensor(archive, parameters["bias"], size[:1], f"{name}.bias")
