"""Recorded behaviour: random trials cut from an animal's own trajectory."""

import importlib.util
import math
import os
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import AfterValidator
from torch import Tensor

from quiescent.errors import QuiescentError
from quiescent.recordings.cut import Cut, Recording
from quiescent.recordings.load import facts, load
from quiescent.recordings.parts import Part
from quiescent.recordings.place import checksum, find
from quiescent.recordings.settings import RecordingSettings
from quiescent.recordings.summary import Facts
from quiescent.recordings.track import Track, read_track
from quiescent.settings import Count, Fraction, Number, Positive
from quiescent.spaces import Bounds, Box, Circle, Space, wrap
from quiescent.tasks.codes import Code, Identity
from quiescent.tasks.head_direction_cells import HeadDirectionCellSettings, head_direction_cells
from quiescent.tasks.place_cells import PlaceCellSettings, place_cells
from quiescent.tasks.trials import Trials

SQUARE = 0.01  # relative difference of width and height below which a box counts as square


def _not_empty(box: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if not 1 <= len(box) <= 2 or any(low >= high for low, high in box):
        raise ValueError("must give [low, high] for each of 1 or 2 dimensions")
    return box


def _named(path: str) -> str:
    if not path.strip():
        raise ValueError("must name a file, but is empty")
    return path


class Recorded(RecordingSettings):
    """Trials of a recorded animal, whose network tracks position from its displacements.

    `source` names a recording that the package `ratinabox` ships: foraging in a 1 m square (Sargolini
    et al. 2006), or in a 3.5 x 2.5 m box (Tanni et al. 2022). `path` is any other recording and goes
    first: a table with a column for time and 1 or 2 coordinates, or a heading. A coordinate with a period
    and a heading are tracked on a circle. Missing samples are NaN or empty.
    """

    later: ClassVar[tuple[str, ...]] = (*RecordingSettings.later, "hd_cells", "held_out", "checksum", "absolute")
    live: ClassVar[None] = None

    name: Literal["recorded"] = "recorded"
    source: Literal["sargolini", "tanni"] = "sargolini"  # a recording that is shipped, unless `path` is given
    path: Annotated[str, AfterValidator(_named)] | None = None  # of a file: a table, or what else can be read
    checksum: str | None = None  # of the content of the file that a run was made from
    absolute: str | None = None  # where that file lay then
    steps: Count = 100  # of a trial
    dt: Positive = 0.1  # s, to which the recording is resampled
    max_gap: Positive = 0.5  # s; a longer time without samples ends a stretch
    # m, lowest and highest of each dimension of the box; default: the data's
    arena: Annotated[tuple[tuple[Number, Number], ...], AfterValidator(_not_empty)] | None = None
    held_out: Fraction = 0.0  # fraction of the recording: its end, for tests and measures, not for training
    augment: bool = True  # turn and mirror every trial by a random symmetry of the box or circle
    use_place_cells: bool = True  # false: the code is the position itself
    place_cells: PlaceCellSettings = PlaceCellSettings()
    hd_cells: HeadDirectionCellSettings = HeadDirectionCellSettings()  # on a circle

    @property
    def n_inputs(self) -> int:
        return len(self.space.bounds)

    @property
    def space(self) -> Space:
        recording = self._recording()
        return Circle() if recording.circle else Box(recording.bounds)

    @property
    def facts(self) -> Facts:
        """Tell what was read of the recording."""
        return facts(*self._asked())

    def drawn(self) -> tuple[Track, Recording, Cut]:
        """Read the recording anew, with every sample, to be drawn."""
        path, settings, how = self._asked()
        return read_track(path, settings, how.max_gap), self._recording(), how

    @property
    def content(self) -> str | None:
        return None if self.path is None else checksum(self._found())

    def pinned(self) -> "Recorded":
        """Note which file this is, by its content and place. Raises `QuiescentError` if it cannot be read."""
        return self if self.path is None or self.checksum else self.at(self._found())

    def at(self, path: Path) -> "Recorded":
        """Note that the recording is this file."""
        return self.model_copy(
            update={"path": str(path), "checksum": checksum(path), "absolute": os.path.abspath(path)}
        )

    def _found(self) -> Path:
        if self.path is None:
            return _shipped(self.source)
        if self.checksum is None:
            return Path(self.path)
        return find(self.path, self.absolute or self.path, self.checksum)

    def code(self, generator: torch.Generator) -> Code:
        space = self.space
        if space.periodic:
            return head_direction_cells(self.hd_cells)
        if not self.use_place_cells:
            return Identity(len(space.bounds))
        return place_cells(self.place_cells, space.bounds, generator)

    def sample(self, batch_size: int, *, generator: torch.Generator, part: Part = "training") -> Trials:
        """Cut trials at random places of one part of the recording, none across a gap."""
        device = generator.device
        recording, space = self._recording(), self.space
        positions = torch.from_numpy(recording.positions).to(device)
        starts = torch.from_numpy(recording.starts[part]).to(device)
        chosen = torch.randint(len(starts), (batch_size,), generator=generator, device=device)
        index = starts[chosen] + torch.arange(self.steps + 1, device=device)[:, None]
        path = positions[index]
        if self.augment:
            path = _turned(path, generator) if recording.circle else _augment(path, space.bounds, generator)
        return Trials(space.difference(path[1:], path[:-1]), path[0], path[1:])

    def _recording(self) -> Recording:
        return load(*self._asked())

    def _asked(self) -> tuple[Path, RecordingSettings, Cut]:
        path = self._found()
        settings = RecordingSettings(**{name: getattr(self, name) for name in RecordingSettings.later})
        return path, settings, Cut(self.dt, self.max_gap, self.steps, self.arena, self.held_out)


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


def _turned(path: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror every trial on a circle at random, and turn it by a random angle."""
    device = generator.device
    flips = torch.randint(2, (path.shape[1], 1), generator=generator, device=device) * 2 - 1
    turns = 2 * math.pi * torch.rand(path.shape[1], 1, generator=generator, device=device)
    return wrap(path * flips + turns)
