"""A recording at a glance: path, occupancy, speeds, and which stretches of time can be used."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.style import COLOURS, DENSITY_MAP, PAGE, style
from quiescent.figures.trajectories import frame
from quiescent.recordings import clean
from quiescent.recordings.cut import Cut, Recording, stretches
from quiescent.recordings.track import Track
from quiescent.spaces import Box, Circle, Space

MOST = 30_000  # samples of a path that are drawn
BINS, SECTORS = 40, 36
USED, UNUSED = COLOURS["active"], COLOURS["quiescent"]


def draw_recording(track: Track, recording: Recording, how: Cut, title: str) -> Figure:
    """Draw where the animal was, how often, how fast, and when; what is too short for a trial in another colour."""
    space: Space = Circle() if recording.circle else Box(recording.bounds)
    points = track.points - np.array(recording.origin)
    parts = stretches(track, how.max_gap)
    long = [bool(np.ptp(track.times[part]) >= how.dt * how.steps * (1 - 1e-6)) for part in parts]
    with style():
        figure = Figure(figsize=(PAGE, 3.3), layout="constrained")
        grid = figure.add_gridspec(2, 3, height_ratios=(1, 0.13), width_ratios=(1, 1, 1.15))
        figure.suptitle(title, x=0.01, ha="left", fontsize=8, fontweight="bold")
        path = figure.add_subplot(grid[0, 0])
        density = figure.add_subplot(grid[0, 1], projection="polar" if space.polar else None)
        _draw_path(path, track.times, points, parts, long, space)
        _draw_occupancy(density, points, space)
        _draw_speeds(figure.add_subplot(grid[0, 2]), track, how)
        _draw_times(figure.add_subplot(grid[1, :]), track, parts, long)
    return figure


def _draw_path(
    axes: Axes, times: np.ndarray, points: np.ndarray, parts: list[slice], long: list[bool], space: Space
) -> None:
    every = max(1, len(times) // MOST)
    for chosen, colour in ((True, USED), (False, UNUSED)):
        kept = [part for part, used in zip(parts, long, strict=True) if used == chosen]
        rows = [np.column_stack([times[part], points[part]])[::every] for part in kept]
        gap = np.full((1, 1 + points.shape[1]), np.nan)  # between stretches there is no line
        joined = np.concatenate([gap, *(piece for row in rows for piece in (row, gap))])
        if points.shape[1] == 2:
            axes.plot(joined[:, 1], joined[:, 2], color=colour, linewidth=0.3, alpha=0.6)
        else:
            seams = np.abs(np.diff(joined[:, 1], prepend=np.nan)) > (np.pi if space.polar else np.inf)
            axes.plot(joined[:, 0], np.where(seams, np.nan, joined[:, 1]), color=colour, linewidth=0.4)
    if points.shape[1] == 2:
        frame(axes, space)
    else:
        axes.set(xlabel="time (s)", ylabel=f"{space.variable} ({space.unit})", ylim=space.bounds[0])
        axes.set_box_aspect(1)
    axes.set_anchor("N")
    axes.set_title("path")


def _draw_occupancy(axes: Axes, points: Float[np.ndarray, "sample dim"], space: Space) -> None:
    axes.set_anchor("N")
    axes.set_title("time spent")
    if space.polar:
        counts, edges = np.histogram(points[:, 0], SECTORS, space.bounds[0])
        axes.bar(
            edges[:-1], np.sqrt(counts), np.diff(edges), align="edge", color=USED, edgecolor="white", linewidth=0.4
        )
        axes.set_yticks([])
        axes.set_xticks(np.arange(0, 2 * np.pi, np.pi / 2))
    elif points.shape[1] == 1:
        counts, edges = np.histogram(points[:, 0], BINS, space.bounds[0])
        axes.stairs(100 * counts / len(points), edges, fill=True, color=USED)
        axes.set(xlabel=f"{space.variable} ({space.unit})", ylabel="% of samples", xlim=space.bounds[0])
        axes.set_box_aspect(1)
    else:
        (left, right), (bottom, top) = space.bounds
        counts, _, _ = np.histogram2d(points[:, 0], points[:, 1], BINS, space.bounds)
        most = np.percentile(counts, 99)  # where an animal rests would hide all else
        axes.imshow(
            counts.T, origin="lower", extent=(left, right, bottom, top), vmin=0, vmax=max(most, 1), cmap=DENSITY_MAP
        )
        frame(axes, space)


def _draw_speeds(axes: Axes, track: Track, how: Cut) -> None:
    values = clean.speeds(track.distances(), track.times, how.max_gap)
    values = values[np.isfinite(values)]
    axes.set_box_aspect(0.8)
    axes.set_anchor("N")
    axes.set_title("speed")
    heading = track.circle and track.scale == 1
    axes.set(xlabel=f"speed ({'rad' if heading else 'm'}/s)", ylabel="% of samples")
    if not len(values):
        return
    median, most = np.percentile(values, [50, 99.9])
    largest = 1.15 * most or 1.0
    counts, edges = np.histogram(values, 50, (0, largest))
    axes.stairs(100 * counts / len(values), edges, fill=True, color=COLOURS["random"])
    axes.set(xlim=(0, largest), ylim=(0, None))
    for value, name, height in ((median, "median", 0.98), (most, "99.9 %", 0.8)):  # they may be nearly the same
        axes.axvline(value, color="black", linewidth=0.6, linestyle="--")
        axes.annotate(
            f"{name}\n{value:.2g}", (value, height), (3, 0), ("data", "axes fraction"), textcoords="offset points",
            va="top", fontsize=6,
        )  # fmt: skip


def _draw_times(axes: Axes, track: Track, parts: list[slice], long: list[bool]) -> None:
    first, scale, unit = float(track.times.min()), 1.0, "s"
    if np.ptp(track.times) > 600:
        scale, unit = 60.0, "min"
    for used, colour, label in ((True, USED, "long enough for a trial"), (False, UNUSED, "too short")):
        spans = [
            ((track.times[part][0] - first) / scale, (track.times[part][-1] - track.times[part][0]) / scale)
            for part, chosen in zip(parts, long, strict=True)
            if chosen == used
        ]
        if spans:
            axes.broken_barh(spans, (0, 1), facecolors=colour, label=label, linewidth=0)
    axes.set(xlabel=f"time since the first sample ({unit})", ylim=(0, 1), yticks=[])
    axes.set_xlim(0, float(np.ptp(track.times)) / scale or 1)
    axes.spines["left"].set_visible(False)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.1, handlelength=1)
