"""Tracks: decoded paths over the track, awake and at rest, with regions by name."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import names_of, per_phase, reading, space_of
from quiescent.figures.trajectories import draw_paths
from quiescent.spaces import Track

SHOWN = 4  # paths per panel, so that each can be followed
STEPS = 100  # of them, as many as trials have


def draw(results: Results) -> Figure:
    """Draw one row per condition, one column per phase; a few paths of the first seed that was measured."""
    dataset = results["paths"]
    names = names_of(dataset)

    def draw_panel(axes: Axes, condition: str, values: xr.DataArray, colour: str) -> None:
        space = space_of(dataset, condition)
        assert isinstance(space, Track)
        measured = values.dropna("seed", how="all").isel(seed=0).dropna("time", how="all")
        draw_paths(axes, measured.values, measured["times"].values, space, colour, shown=SHOWN)
        name_regions(axes, space)

    return per_phase(reading(dataset, "paths").isel(time=slice(STEPS)), draw_panel, names=names, polar=False)


def name_regions(axes: Axes, track: Track) -> None:
    """Draw the regions of a track as discs, with their names in them."""
    for name, centre, radius in track.regions:
        axes.add_patch(Circle(centre, radius, facecolor="0.5", alpha=0.15, edgecolor="none"))
        axes.text(*centre, name, ha="center", va="center", fontsize=5, alpha=0.8)


DRAWING = Drawing(measures=("paths",), draw=draw, space=Track)
