"""Checkpoints in the layout of the authors' public code, written by stub classes of the same names and attributes."""

import math
import sys
import types
import zipfile
from collections import OrderedDict
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import nn

from quiescent.errors import QuiescentError
from quiescent.foreign.write import import_checkpoint

SINCE_2 = ("byteorder", ".format_version", ".storage_alignment", ".data/serialization_id")
HOOKS_SINCE_2 = (
    *("_backward_pre_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called"),
    *("_forward_pre_hooks_with_kwargs", "_state_dict_pre_hooks"),
)


class _Plain:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class _Module(nn.Module):
    def __init__(self, **attributes):
        super().__init__()
        for name, value in attributes.items():
            setattr(self, name, value)


def _class(base, module, name):
    return type(name, (base,), {"__module__": module})


RNN, GRU = _class(_Module, "models.rnn", "RNN"), _class(_Module, "models.gru", "GRU")
SpatialNavigation, PlaceCells = (
    _class(_Plain, "tasks.spatial_navigation", name) for name in ("SpatialNavigation", "PlaceCells")
)
HeadDirection, HeadDirectionCells = (
    _class(_Plain, "tasks.head_direction", name) for name in ("HeadDirection", "HeadDirectionCells")
)


def navigation(cells=24, seed=0, **changes):
    rng = np.random.default_rng(seed)
    box = {"box_width": 2.2, "box_height": 2.2}
    place_cells = PlaceCells(
        **{"num_cells": cells, "sigma": 0.2, "diff_of_gaussians": False, "surround_scale": 2, **box, "device": "cpu"},
        us=torch.from_numpy(rng.uniform(-1.1, 1.1, (cells, 2))).float(),
    )
    given = {
        **box,
        **{"border_region": 0.03, "border_slow_factor": 0.25, "init_pos": "uniform", "biased": False},
        **{"drift_const": 0.05, "anchor_point": np.array([0, 0]), "dt": 0.02, "mu": 0, "sigma": 11.52},
        **{"b": 0.26 * np.pi, "use_place_cells": True, "place_cells": place_cells, "sequence_length": 20},
        **{"batch_size": 200, "device": "cpu"},
    }
    return SpatialNavigation(**(given | changes))


def heading(cells=24, **changes):
    spread = np.pi / 6
    hd_cells = HeadDirectionCells(
        num_cells=cells,
        angular_spread=spread,
        device="cpu",
        us=torch.linspace(-np.pi, np.pi, cells).float(),
        vs=torch.tensor([spread for _ in range(cells)]),
    )
    given = {
        **{"init_hd": "uniform", "biased": False, "dt": 0.02, "mu": 0, "sigma": 11.52, "use_hd_cells": True},
        **{"hd_cells": hd_cells, "sequence_length": 20, "batch_size": 200, "device": "cpu"},
    }
    return HeadDirection(**(given | changes))


def network(task=None, *, gated=False, units=32, bias=False, seed=0, leftovers=True, **changes):
    """Make a network as the authors' code does; `leftovers` are the states of a batch that it ran last."""
    task = navigation() if task is None else task
    turning = isinstance(task, HeadDirection)
    inputs, cells = (1, task.hd_cells.num_cells) if turning else (2, task.place_cells.num_cells)
    torch.manual_seed(seed)
    activation = changes.get("activation_fn", "tanh" if gated else "relu")

    def layer(before, after):
        return nn.Linear(before, after, bias=bias)

    into, within = (("w_z", "w_r", "w_h"), ("u_z", "u_r", "u_h")) if gated else (("w_in",), ("w_rec",))
    given = {
        **{"task": task, "n_in": inputs, "n_rec": units, "n_out": cells, "n_init": cells},
        **{"sigma_in": np.sqrt(0), "sigma_rec": np.sqrt(0.0001), "sigma_out": np.sqrt(0)},
        **{"dt": 0.2, "tau": 1, "bias": bias, "activation_fn": activation, "device": "cpu"},
        "encoder": layer(cells, units),
        **{name: layer(inputs, units) for name in into},
        **{name: layer(units, units) for name in within},
        "decoder" if gated else "w_out": layer(units, cells),
        "activation": nn.Identity() if activation == "identity" else getattr(torch, activation),
    }
    if leftovers:
        given |= {name: torch.zeros(200, units) for name in (("h", "z", "r", "u") if gated else ("h", "u"))}
        given |= {"h_1t": torch.zeros(200, 20, units), "y_1t": torch.zeros(200, 20, cells)}
        given["y"] = given["w_rec" if not gated else "u_h"](given["h"]) + 1  # no leaf, and with a gradient
    return (GRU if gated else RNN)(**(given | changes))


def model_of(members):
    """Write one of our own vanilla networks that navigate as the authors' code would have it."""
    config, code = members.configs[0], members.codes[0]
    task = navigation(cells=code.size, sequence_length=config.task.steps, batch_size=config.training.batch_size)
    task.place_cells.us = code.cells
    model = network(task, units=config.network.units, sigma_rec=np.sqrt(config.network.sigma2_rec))
    names = {"encoder": "encoder", "w_in": "input", "w_rec": "recurrent", "w_out": "output"}
    model.load_state_dict({f"{layer}.weight": members.network.weights[name][0] for layer, name in names.items()})
    return model


def save(model, path, *, torch_1=False, numpy_1=False, cuda=False):
    """Write a checkpoint as torch.save does: in the layout of PyTorch 1.13, of NumPy 1, from a GPU."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with importable():
        if torch_1:
            for module in list(model.modules()):
                for name in HOOKS_SINCE_2:
                    del module.__dict__[name]
                for name in ("_parameters", "_buffers", "_modules"):
                    module.__dict__[name] = OrderedDict(module.__dict__[name])
        torch.save(model, path)
    if torch_1 or numpy_1 or cuda:
        drop = SINCE_2 if torch_1 else ()
        rewrite(path, lambda data: translated(data, numpy_1=numpy_1, cuda=cuda), drop)
    return path


def translated(data, *, numpy_1=False, cuda=False):
    if numpy_1:
        data = data.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    return data.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0") if cuda else data


def rewrite(path, change=lambda data: data, drop=(), add=(), **how):
    """Write an archive again with another pickle, without some entries and with others (name, bytes)."""
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    with zipfile.ZipFile(path, "w", **how) as archive:
        for name, contents in entries.items():
            folder, _, inner = name.partition("/")
            if inner not in drop:
                archive.writestr(name, change(contents) if inner == "data.pkl" else contents)
        for name, contents in add:
            archive.writestr(f"{folder}/{name}", contents)


@contextmanager
def importable():
    """Let pickle find the stub classes under the names that they have."""
    added = {}
    for kind in (RNN, GRU, SpatialNavigation, PlaceCells, HeadDirection, HeadDirectionCells):
        for name in (kind.__module__.partition(".")[0], kind.__module__):
            added.setdefault(name, types.ModuleType(name))
        setattr(added[kind.__module__], kind.__name__, kind)
    before = {name: sys.modules.get(name) for name in added}
    sys.modules.update(added)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def forward(model, start, inputs):
    """Run a network by the equations of the paper's appendix, without noise, in float64 (trial, time, channel)."""
    weights = {name: value.double() for name, value in model.state_dict().items()}

    def linear(name, values):
        return values @ weights[f"{name}.weight"].T + weights.get(f"{name}.bias", 0)

    phi = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "identity": lambda u: u}
    phi, step = phi[model.activation_fn], model.dt / model.tau
    state, states = linear("encoder", start.double()), []
    for now in inputs.double().unbind(1):
        if type(model).__name__ == "RNN":
            state = (1 - step) * state + step * phi(linear("w_rec", state) + linear("w_in", now))
        else:
            update, reset = (torch.sigmoid(linear(f"w_{g}", now) + linear(f"u_{g}", state)) for g in "zr")
            candidate = phi(linear("w_h", now) + linear("u_h", reset * state))
            state = state + step * (1 - update) * (candidate - state)
        states.append(state)
    states = torch.stack(states, 1)
    return states, linear("w_out" if type(model).__name__ == "RNN" else "decoder", states)


def code(task, variable):
    """Compute the activity of a task's cells, in float64, by their formulas."""
    if isinstance(task, HeadDirection):
        return torch.exp((torch.cos(variable.double() - task.hd_cells.us.double()) - 1) / (math.pi / 6) ** 2)
    distances = (variable.double()[..., None, :] - task.place_cells.us.double()).square().sum(-1)
    return torch.softmax(-distances / (2 * task.place_cells.sigma**2), -1)


def refused(path, out, says):
    """Require one error that names the file and says why, and nothing written."""
    with pytest.raises(QuiescentError) as refusal:
        import_checkpoint(path, out)
    message = str(refusal.value)
    assert str(path.name) in message
    assert says in message
    assert not list(out.rglob("*"))
    return message
