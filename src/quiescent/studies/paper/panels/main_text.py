"""Figures 1 to 3 of Krishna et al. (2024): unbiased navigation, biased navigation, headings."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.studies.paper.panels.boxes import draw_variances
from quiescent.studies.paper.panels.curves import draw_explained, draw_learning
from quiescent.studies.paper.panels.frame import Block, fill, lay_out
from quiescent.studies.paper.panels.matrix import draw_matrix
from quiescent.studies.paper.panels.places import density_pair, draw_sectors, trajectory_pair
from quiescent.studies.paper.panels.schematic import draw_task
from quiescent.studies.paper.panels.states import crowd_pair, dots_pair
from quiescent.studies.paper.published import axis_of
from quiescent.studies.paper.source import BIASED, HEADING, UNBIASED, Source


def two(axes: Mapping[str, Axes], pair: str) -> dict[str, Axes]:
    """Select two panels by their letters."""
    return {letter: axes[letter] for letter in pair}


def unbiased_navigation(source: Source) -> Figure:
    """Draw Fig. 1."""
    with lay_out(Block(["abc"], 1.75, (1.6, 1.2, 1)), Block(["defg", "hijk"], 3.6)) as (figure, axes):
        fill(axes["a"], "a", "", draw_task)
        fill(axes["b"], "b", "", draw_learning, source, UNBIASED)
        fill(axes["c"], "c", "", draw_explained, source, UNBIASED)
        trajectory_pair(two(axes, "de"), source, UNBIASED)
        dots_pair(two(axes, "fg"), source, UNBIASED, published=axis_of("fig1", "f"))
        density_pair(two(axes, "hi"), source, UNBIASED, published=axis_of("fig1", "h"))
        crowd_pair(two(axes, "jk"), source, UNBIASED, published=axis_of("fig1", "j"))
    return figure


def biased_navigation(source: Source) -> Figure:
    """Draw Fig. 2."""
    with lay_out(Block(["abcd"], 1.9), Block(["ef"], 2.3, (1.4, 1))) as (figure, axes):
        trajectory_pair(two(axes, "ab"), source, BIASED)
        density_pair(two(axes, "cd"), source, BIASED)
        fill(axes["e"], "e", "", draw_matrix, source)
        fill(axes["f"], "f", "", draw_variances, source)
    return figure


def headings(source: Source) -> Figure:
    """Draw Fig. 3."""
    with lay_out(Block(["abcd"], 1.9, polar="ab")) as (figure, axes):
        for letter, phase in (("a", "active"), ("b", "quiescent")):
            fill(axes[letter], letter, phase, draw_sectors, source, HEADING, phase)
        dots_pair(two(axes, "cd"), source, HEADING, reach=axis_of("fig3", "c"))
    return figure
