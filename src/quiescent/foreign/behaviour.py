"""The tasks of the authors' code: settings by our names, and the cells that code the variable."""

import math
from typing import Any, NamedTuple

import numpy as np

from quiescent.config.words import ALIASES
from quiescent.errors import printable
from quiescent.foreign.archive import Archive
from quiescent.foreign.attributes import Types, read_attributes
from quiescent.foreign.stand_ins import Foreign, NumpyArray, StoredTensor
from quiescent.foreign.tensors import read_tensor

ANYWHERE: Types = {"device": str}  # it says where arrays lay, not what is in them
SAMPLED: Types = {"biased": bool, "dt": float, "mu": float, "sigma": float, "sequence_length": int, "batch_size": int}
WALK: Types = {
    **SAMPLED,
    **dict.fromkeys(("box_width", "box_height", "border_region", "border_slow_factor", "drift_const", "b"), float),
    **{"init_pos": str, "use_place_cells": bool},
}
TURNS: Types = {**SAMPLED, "init_hd": str}
PLACE_CELLS: Types = {
    **{"num_cells": int, "sigma": float, "diff_of_gaussians": bool, "surround_scale": float},
    **{"box_width": float, "box_height": float, "us": StoredTensor},
}
HEADING_CELLS: Types = {"num_cells": int, "angular_spread": float, "us": StoredTensor, "vs": StoredTensor}
NEAR = 1e-5  # rad: where preferred angles may lie beside those that our cells have


class Behaviour(NamedTuple):
    """A task: settings by dotted key, cells (cell, dim) where positions or angles have them, and their number."""

    settings: dict[str, Any]
    cells: np.ndarray | None
    size: int


def read_behaviour(archive: Archive, task: object) -> Behaviour:
    """Read the task of a network. Raises `QuiescentError`, which names it, for whatever our tasks do not have."""
    kind = task.kind if isinstance(task, Foreign) else ""
    if kind not in ("SpatialNavigation", "HeadDirection"):
        raise archive.error("holds no task that is known (SpatialNavigation, HeadDirection)")
    return _navigation(archive, task) if kind == "SpatialNavigation" else _headings(archive, task)


def _navigation(archive: Archive, task: object) -> Behaviour:
    types = {**ANYWHERE, **WALK, "anchor_point": NumpyArray, "place_cells": object}
    found = read_attributes(archive, task, "SpatialNavigation", types)
    anchor = found["anchor_point"].values.tolist()
    if len(anchor) != 2:
        raise archive.error(f"SpatialNavigation.anchor_point={printable(anchor)}: must be two numbers")
    settings = {"task.name": "spatial_navigation", "task.anchor_point": [float(each) for each in anchor]}
    settings |= {_key(name): found[name] for name in WALK}
    if not found["use_place_cells"]:
        return Behaviour(settings, None, 2)
    cells = read_attributes(archive, found["place_cells"], "PlaceCells", {**ANYWHERE, **PLACE_CELLS})
    for side in ("box_width", "box_height"):
        if cells[side] != found[side]:
            raise archive.error(f"PlaceCells.{side}={cells[side]}: must be that of the task, {found[side]}")
    settings |= {
        "task.place_cells.number": cells["num_cells"],
        "task.place_cells.width": cells["sigma"],
        "task.place_cells.dog": cells["diff_of_gaussians"],
        "task.place_cells.surround_scale": cells["surround_scale"],
    }
    size = cells["num_cells"]
    return Behaviour(settings, read_tensor(archive, cells["us"], (size, 2), "PlaceCells.us"), size)


def _headings(archive: Archive, task: object) -> Behaviour:
    types = {**ANYWHERE, **TURNS, "use_hd_cells": bool, "hd_cells": object}
    found = read_attributes(archive, task, "HeadDirection", types)
    if not found["use_hd_cells"]:
        raise archive.error("HeadDirection.use_hd_cells=False: must be True, headings are always coded by cells here")
    cells = read_attributes(archive, found["hd_cells"], "HeadDirectionCells", {**ANYWHERE, **HEADING_CELLS})
    size, width = cells["num_cells"], cells["angular_spread"]
    preferred, widths = (
        read_tensor(archive, cells[name], (size,), f"HeadDirectionCells.{name}") for name in ("us", "vs")
    )
    if not np.allclose(preferred, np.linspace(-math.pi, math.pi, size), rtol=0, atol=NEAR):
        raise archive.error("HeadDirectionCells.us: must be evenly spaced from -pi to pi, both of which have a cell")
    if (widths != np.float32(width)).any():
        raise archive.error(f"HeadDirectionCells.vs: must all be angular_spread={width}")
    settings = {"task.name": "head_direction", **{_key(name): found[name] for name in TURNS}}
    settings |= {"task.hd_cells.number": size, "task.hd_cells.width": width, "task.hd_cells.both_ends": True}
    return Behaviour(settings, preferred[:, None], size)


def _key(name: str) -> str:
    return ALIASES.get(f"task.{name}", f"task.{name}")
