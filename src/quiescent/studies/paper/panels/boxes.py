"""Panels of box plots: total variance at rest, and step distance."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from quiescent.figures.style import COLOURS
from quiescent.studies.paper.panels.frame import mark_published, note
from quiescent.studies.paper.published import axis_of, step_groups, words
from quiescent.studies.paper.source import BIASED, FREE, FREE_BIASED, UNBIASED, Missing, Network, Source

FEW = 10  # values, up to which each is drawn beside its box


class Group(NamedTuple):
    """The values of one box, or why there are none."""

    title: str
    colour: str
    values: Float[np.ndarray, " value"]
    reason: str = ""


def draw_variances(axes: Axes, source: Source) -> None:
    """Draw the total variance of paths at rest as in Fig. 2f: a box over networks, each the mean of its paths."""
    groups = []
    for network in (UNBIASED, FREE, BIASED, FREE_BIASED):
        title, colour = words(network).replace(" ", "\n"), COLOURS["quiescent"]
        try:
            groups.append(Group(title, colour, source.values(network, "variance", "variance", "quiescent").values))
        except Missing as missing:
            groups.append(Group(title, colour, np.zeros(0), str(missing)))
    _draw(axes, groups, "total variance at rest (m²)")
    mark_published(axes, axis_of("fig2", "f"))


def draw_steps(axes: Axes, source: Source, noisy: Network, free: Network, panel: str) -> None:
    """Draw step distances as in Fig. C.4: a box over the paths of all seeds, of each the mean over its steps."""
    groups = []
    for network, phase, title in step_groups(noisy, free):
        title = f"{words(network).split()[0]}\n" + title.replace(", ", ",\n")
        try:
            values = source.values(network, "distance", "per_path", phase).values.ravel()
            groups.append(Group(title, COLOURS[phase], values[np.isfinite(values)]))
        except Missing as missing:
            groups.append(Group(title, COLOURS[phase], np.zeros(0), str(missing)))
    _draw(axes, groups, "distance per step (m)")
    mark_published(axes, axis_of("figC4", panel))


def _draw(axes: Axes, groups: list[Group], label: str) -> None:
    """Draw boxes between quartiles, whiskers to 1.5 times their distance, all values beyond as dots."""
    if not any(len(group.values) for group in groups):
        raise Missing("\n".join(dict.fromkeys(group.reason for group in groups)))
    for at, group in enumerate(groups):
        if not len(group.values):
            note(axes, group.reason, ((at + 0.6) / (len(groups) + 0.2), 0.5), rotation=90)
            continue
        few = len(group.values) <= FEW
        axes.boxplot(
            [group.values],
            positions=[at],
            widths=0.55,
            showfliers=not few,
            patch_artist=True,
            boxprops={"facecolor": group.colour, "alpha": 0.45, "linewidth": 0.6},
            medianprops={"color": "black", "linewidth": 0.8},
            whiskerprops={"linewidth": 0.6},
            capprops={"linewidth": 0},
            flierprops={"marker": ".", "markersize": 1.5, "markerfacecolor": "0.3", "markeredgewidth": 0},
        )
        if few:
            axes.plot(np.full(len(group.values), at), group.values, "o", color="0.15", markersize=2, zorder=3)
    titles = [f"{group.title}\nn = {len(group.values)}" if len(group.values) else group.title for group in groups]
    axes.set_xticks(range(len(groups)), titles)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.6, len(groups) - 0.4)
    axes.set_ylim(0, max(axes.get_ylim()[1], 1e-9))
    axes.set_ylabel(label)
