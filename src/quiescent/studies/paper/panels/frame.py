"""Parts of all panels: letters, notes in the place of what is missing, marks of published axes, colour bars."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.transforms import Transform, blended_transform_factory

from quiescent.figures.grid import legend
from quiescent.figures.style import PAGE, style
from quiescent.studies.paper.published import Axis
from quiescent.studies.paper.source import Missing, Network, Source

SOFT = "0.45"  # grey of what is said about the paper, or about missing networks
SMALL = 5.5  # points
FAR = 1.03  # place of brackets, in fractions of a panel
LEGEND = 0.25  # inches below all panels
NARROW = 24  # characters of a note in a panel


def fill(axes: Axes, letter: str, title: str, draw: Callable[..., None], *given: object) -> None:
    """Draw a panel by `draw(axes, *given)` below its letter and title; where networks are missing, say so in it."""
    axes.set_title(letter, loc="left", fontweight="bold", fontsize=9)
    axes.set_title(title)
    axes.set_anchor("N")
    try:
        draw(axes, *given)
    except Missing as missing:
        leave_empty(axes, str(missing))


def leave_empty(axes: Axes, reason: str) -> None:
    """Keep the place of a panel, and write why nothing is drawn in it."""
    axes.set(xticks=[], yticks=[])
    if axes.name != "polar":
        axes.set_box_aspect(1)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set(visible=True, color="0.8", linestyle=":")
    note(axes, reason)


def note(axes: Axes, text: str, at: tuple[float, float] = (0.5, 0.5), *, rotation: int = 0) -> None:
    """Write a soft note into a panel, at a place in fractions of it."""
    lines = [
        line
        for part in text.splitlines()
        for line in textwrap.wrap(part.replace("/", "/ "), NARROW, break_on_hyphens=False)
    ]
    shown = "\n".join(lines).replace("/ ", "/")
    words: dict[str, Any] = {"ha": "center", "va": "center", "color": SOFT, "fontsize": SMALL, "rotation": rotation}
    axes.text(*at, shown, transform=axes.transAxes, **words)


def say_seeds(axes: Axes, source: Source, network: Network, measured: int) -> None:
    """Say that fewer seeds were measured than trained, if that is so."""
    trained = source.seeds(network)
    if measured < trained:
        shared: dict[str, Any] = {"ha": "right", "va": "top", "color": SOFT, "fontsize": SMALL}
        axes.text(0.98, 0.98, f"{measured} of {trained} seeds", transform=axes.transAxes, **shared)


def mark_published(axes: Axes, published: Axis) -> None:
    """Draw a bracket at the right of a panel over the range of the published y axis, as far as it lies on ours."""
    place = blended_transform_factory(axes.transAxes, axes.transData)
    limits = axes.get_ylim()
    low, high = _bracket(axes, published, limits, lambda along, across: (across, along), place)
    short = high - low < 0.7 * (limits[1] - limits[0])  # than the text, which then begins at its lower end
    words: dict[str, Any] = {"rotation": 90, "ha": "left", "color": SOFT, "fontsize": SMALL}
    at, edge = (low, "bottom") if short else ((low + high) / 2, "center")
    axes.text(FAR + 0.02, at, f"paper's {published}", transform=place, va=edge, **words)


def mark_published_above(axes: Axes, published: Axis) -> None:
    """Draw a bracket above a panel over the range of the published x axis, as far as it lies on ours."""
    place = blended_transform_factory(axes.transData, axes.transAxes)
    ends = _bracket(axes, published, axes.get_xlim(), lambda along, across: (along, across), place)
    words: dict[str, Any] = {"ha": "center", "va": "bottom", "color": SOFT, "fontsize": SMALL}
    axes.text(sum(ends) / 2, FAR + 0.02, f"paper's {published}", transform=place, **words)


def _bracket(
    axes: Axes,
    published: Axis,
    limits: tuple[float, float],
    turned: Callable[[Any, Any], tuple[Any, Any]],
    place: Transform,
) -> tuple[float, float]:
    """Draw a bracket just outside a panel; where it goes on beyond our axis, it stays open."""
    low, high = (float(min(max(end, limits[0]), limits[1])) for end in published)
    shared: dict[str, Any] = {"transform": place, "color": SOFT, "linewidth": 0.6, "clip_on": False}
    shared |= {"scalex": False, "scaley": False}
    axes.plot(*turned([low, high], [FAR, FAR]), **shared)
    for end in {low, high} & set(published):
        axes.plot(*turned([end, end], [FAR - 0.02, FAR]), **shared)
    return low, high


def colour_bar(axes: Axes, drawn: ScalarMappable, label: str, published: Axis | None = None) -> None:
    """Put a narrow colour bar at the right of a panel; below its label, the ends of the published one."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    if published is not None:
        label += f"\n(paper: {published.low:g} to {published.high:g})"
    bar = figure.colorbar(drawn, cax=axes.inset_axes((1.05, 0.06, 0.06, 0.88)))
    bar.set_label(label, fontsize=SMALL + 0.5)
    bar.outline.set_linewidth(0.4)


def share_scale(drawn: Sequence[ScalarMappable]) -> None:
    """Give maps or dots one colour scale, from zero to the highest value of any."""
    highest = max(float(np.nanmax(np.asarray(one.get_array(), float))) for one in drawn)
    for one in drawn:
        one.set_clim(0, highest or 1.0)


class Block(NamedTuple):
    """Rows of panels that share their columns: letters of the panels, and the height of all rows (inches)."""

    rows: Sequence[str]
    height: float
    widths: Sequence[float] | None = None  # relative
    polar: str = ""  # letters of panels that are circles


@contextmanager
def lay_out(*blocks: Block, width: float = PAGE) -> Iterator[tuple[Figure, dict[str, Axes]]]:
    """Lay out blocks of panels, one below the other; the panels by their letters, one legend below all."""
    with style():
        figure = Figure(figsize=(width, sum(block.height for block in blocks) + LEGEND), layout="constrained")
        parts = figure.subfigures(len(blocks), 1, height_ratios=[block.height for block in blocks], squeeze=False)
        axes: dict[str, Axes] = {}
        for part, (rows, _, widths, polar) in zip(parts.flat, blocks, strict=True):
            circles: dict[str | tuple[str, ...], dict[str, Any]] = {one: {"projection": "polar"} for one in polar}
            axes |= part.subplot_mosaic([list(row) for row in rows], width_ratios=widths, per_subplot_kw=circles)
        yield figure, axes
        legend(figure, figure.axes, columns=6)
