"""Recorded behaviour: random trials cut from an animal's own trajectory."""

import functools
import hashlib
import importlib.util
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from pydantic import AfterValidator
from torch import Tensor

from quiescent.errors import QuiescentError
from quiescent.settings import Count, Fraction, Number, Positive, Settings
from quiescent.spaces import Bounds, Box
from quiescent.tasks.codes import Code, Identity
from quiescent.tasks.place_cells import PlaceCellSettings, place_cells
from quiescent.tasks.table import read_table
from quiescent.tasks.trials import Part, Trials

SQUARE = 0.01  # relative difference of width and height below which a box counts as square


def _not_empty(box: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if not 1 <= len(box) <= 2 or any(low >= high for low, high in box):
        raise ValueError("must give [low, high] for each of 1 or 2 dimensions")
    return box


def _named(path: str) -> str:
    if not path.strip():
        raise ValueError("must name a file, but is empty")
    return path


class Recording(NamedTuple):
    """Positions at even intervals, in stretches without a gap, one after the other."""

    positions: Float[np.ndarray, "sample dim"]  # m
    starts: Int[np.ndarray, " start"]  # samples at which a whole trial fits before the next gap, to be trained on
    held_out: Int[np.ndarray, " other"]  # and those of trials that are held out; the same if none is
    bounds: Bounds


class Recorded(Settings):
    """Trials of a recorded animal, whose network tracks position from its displacements.

    `source` names a recording that the package `ratinabox` ships: foraging in a 1 m square (Sargolini
    et al. 2006), or in a 3.5 x 2.5 m box (Tanni et al. 2022). `path` is any other recording and goes
    first: `.npz` with arrays `t` (s) and `pos` (m), or `.csv` with columns for time and 1 or 2
    coordinates. Missing samples are NaN or empty.
    """

    live: ClassVar[None] = None

    name: Literal["recorded"] = "recorded"
    source: Literal["sargolini", "tanni"] = "sargolini"
    path: Annotated[str, AfterValidator(_named)] | None = None
    steps: Count = 100
    dt: Positive = 0.1  # s, to which the recording is resampled
    max_gap: Positive = 0.5  # s; a longer time without samples ends a stretch
    arena: Annotated[tuple[tuple[Number, Number], ...], AfterValidator(_not_empty)] | None = None  # default: the data's
    held_out: Fraction = 0.0  # fraction of the recording, its end, that tests and measures use and training does not
    augment: bool = True  # turn and mirror every trial by a random symmetry of the box
    use_place_cells: bool = True  # false: the code is the position itself
    place_cells: PlaceCellSettings = PlaceCellSettings()

    @property
    def n_inputs(self) -> int:
        return len(self.space.bounds)

    @property
    def space(self) -> Box:
        return Box(self._recording().bounds)

    @property
    def content(self) -> str | None:
        return None if self.path is None else _checksum(Path(self.path), _changed(Path(self.path)))

    def code(self, generator: torch.Generator) -> Code:
        if not self.use_place_cells:
            return Identity(len(self.space.bounds))
        return place_cells(self.place_cells, self.space.bounds, generator)

    def sample(self, batch_size: int, *, generator: torch.Generator, part: Part = "training") -> Trials:
        """Cut trials at random places of one part of the recording, none across a gap."""
        device = generator.device
        recording = self._recording()
        positions = torch.from_numpy(recording.positions).to(device)
        starts = torch.from_numpy(recording.starts if part == "training" else recording.held_out).to(device)
        chosen = torch.randint(len(starts), (batch_size,), generator=generator, device=device)
        index = starts[chosen] + torch.arange(self.steps + 1, device=device)[:, None]
        path = positions[index]
        if self.augment:
            path = _augment(path, self.space.bounds, generator)
        return Trials(path.diff(dim=0), path[0], path[1:])

    def _recording(self) -> Recording:
        path = Path(self.path) if self.path is not None else _shipped(self.source)
        return _load(path, _changed(path), self.dt, self.max_gap, self.steps, self.arena, self.held_out)


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise QuiescentError(f"task.path={path}: cannot be read ({error.strerror}).") from None


@functools.lru_cache(maxsize=8)
def _checksum(path: Path, changed: int) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
    except OSError as error:
        raise QuiescentError(f"task.path={path}: cannot be read ({error.strerror}).") from None


@functools.lru_cache(maxsize=8)
def _load(
    path: Path, changed: int, dt: float, max_gap: float, steps: int, arena: Bounds | None, held_out: float
) -> Recording:
    times, positions = read_table(path)
    known = np.isfinite(times) & np.isfinite(positions).all(1)
    times, positions = times[known], positions[known]
    if len(times) < 2:
        raise QuiescentError(f"{path}: holds fewer than two complete samples.")
    if (np.diff(times) <= 0).any():
        raise QuiescentError(f"{path}: times must increase from sample to sample.")
    pieces = [
        _resample(times[part], positions[part], dt)
        for part in np.split(np.arange(len(times)), np.flatnonzero(np.diff(times) > max_gap) + 1)
    ]
    longest = max(len(piece) for piece in pieces)
    if longest <= steps:
        raise QuiescentError(
            f"{path}: a trial of {steps} steps of {dt:g} s needs {steps * dt:g} s without a gap longer than "
            f"{max_gap:g} s, but the longest stretch lasts {(longest - 1) * dt:g} s. Set task.steps, dt or max_gap."
        )
    kept = [piece for piece in pieces if len(piece) > steps]
    starts = starts_of_parts([len(piece) for piece in kept], steps, held_out)
    for part, places in starts.items():
        if not len(places):
            raise QuiescentError(
                f"{path}: task.held_out={held_out:g} leaves no trial of {steps * dt:g} s for {part}. "
                "Choose another fraction or shorter trials (task.steps), or hold nothing out: task.held_out=0."
            )
    joined = np.concatenate(kept)
    return Recording(joined.astype(np.float32), starts["training"], starts["tests"], _box(path, positions, arena))


def starts_of_parts(lengths: Sequence[int], steps: int, held_out: float) -> dict[str, Int[np.ndarray, " start"]]:
    """List the samples at which a trial may start: for training, and for tests, which get the end of a recording.

    A recording is stretches of so many samples, one after the other. What is held out are whole stretches if about as
    many samples as asked for can be had so (half too many or too few); otherwise one stretch is cut in two. No sample
    is in trials of both parts. Nothing held out: both are all there is.
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1])
    cut = total - round(held_out * total)
    nearest = int(ends[np.abs(ends - cut).argmin()])
    if abs(nearest - cut) <= held_out * total / 2 and nearest < total:
        cut = nearest
    edges = np.unique([0, *ends, cut])
    starts = np.concatenate([np.arange(first, last - steps) for first, last in itertools.pairwise(edges)])
    return (
        {"training": starts[starts < cut], "tests": starts[starts >= cut]}
        if held_out
        else dict.fromkeys(("training", "tests"), starts)
    )


def _box(path: Path, positions: np.ndarray, arena: Bounds | None) -> Bounds:
    if arena is None:
        if (np.ptp(positions, axis=0) == 0).any():
            raise QuiescentError(
                f"{path}: a coordinate never changes, so the box cannot be read from it. Set task.arena."
            )
        return tuple((float(low), float(high)) for low, high in zip(positions.min(0), positions.max(0), strict=True))
    if len(arena) != positions.shape[1]:
        raise QuiescentError(
            f"task.arena={arena}: must have as many dimensions as {path}, which has {positions.shape[1]}."
        )
    low, high = np.array(arena).T
    outside = ((positions < low - 0.05 * (high - low)) | (positions > high + 0.05 * (high - low))).any(1).mean()
    if outside > 0.01:
        raise QuiescentError(f"task.arena={arena}: {outside:.0%} of the positions in {path} lie outside it.")
    return arena


def _resample(times: np.ndarray, positions: np.ndarray, dt: float) -> np.ndarray:
    # A hair of tolerance, so that a recording at the very interval `dt` keeps its last sample.
    even = times[0] + dt * np.arange(int((times[-1] - times[0]) / dt + 1e-6) + 1)
    return np.stack([np.interp(even, times, column) for column in positions.T], axis=1)


def _shipped(source: str) -> Path:
    found = importlib.util.find_spec("ratinabox")  # located, not imported
    if found is None or not found.submodule_search_locations:
        raise QuiescentError(f"task.source={source}: needs the extra 'recorded': pip install 'quiescent[recorded]'.")
    return Path(found.submodule_search_locations[0]) / "data" / f"{source}.npz"


def _augment(path: Tensor, bounds: Bounds, generator: torch.Generator) -> Tensor:
    """Mirror every trial about the middle of the box at random, and swap the axes of a square one."""
    device = generator.device
    middle = torch.tensor([(low + high) / 2 for low, high in bounds], device=device)
    flips = torch.randint(2, (path.shape[1], len(bounds)), generator=generator, device=device) * 2 - 1
    path = (path - middle) * flips
    sizes = [high - low for low, high in bounds]
    if len(bounds) == 2 and abs(sizes[0] - sizes[1]) < SQUARE * max(sizes):
        swap = torch.randint(2, (path.shape[1], 1), generator=generator, device=device).bool()
        path = torch.where(swap, path.flip(-1), path)
    return path + middle
