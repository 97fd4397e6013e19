"""The figures of Krishna et al. (2024), panel by panel, of our own networks. One line here per figure."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import xarray as xr
from matplotlib.figure import Figure

from quiescent.figures.drawing import Histories
from quiescent.studies.paper.experiments import Form
from quiescent.studies.paper.panels import appendix, main_text
from quiescent.studies.paper.source import (
    BIASED,
    FREE,
    FREE_BIASED,
    GRU,
    GRU_BIASED,
    HEADING,
    HEADING_BIASED,
    UNBIASED,
    Network,
    Source,
)


class Panels(NamedTuple):
    """A published figure: its number, the networks that it shows, a function that draws it of ours, and a caption."""

    number: str
    networks: Sequence[Network]
    draw: Callable[[Source], Figure]
    caption: str


PLANE = (UNBIASED, BIASED, FREE, FREE_BIASED)
PANELS: dict[str, Panels] = {
    "fig1": Panels(
        "1",
        (UNBIASED,),
        main_text.unbiased_navigation,
        "Unbiased navigation. a: task; b: test loss and decoding error from the first test after the start; c: variance"
        " explained by each phase's own components; d, e: decoded trajectories; f, g: states on the components of"
        " behaviour; h, i: density of decoded positions; j, k: density of states. Means and standard deviations over"
        " seeds in b and c; d to k are of the first seed.",
    ),
    "fig2": Panels(
        "2",
        PLANE,
        main_text.biased_navigation,
        "Biased navigation. a, b: decoded trajectories; c, d: density of decoded positions, both of the first seed;"
        " e: KL divergence of rest (columns) from behaviour (rows), mean over seeds; f: total variance at rest, a box"
        " over networks, of each the mean over its paths.",
    ),
    "fig3": Panels(
        "3",
        (HEADING,),
        main_text.headings,
        "Head direction, first seed. a, b: decoded headings, areas of sectors are fractions; c, d: states on the"
        " components of behaviour.",
    ),
    "figC1": Panels(
        "C.1",
        (UNBIASED, BIASED),
        appendix.undoubled_noise,
        "Noise at rest not doubled, first seed. a to d: decoded trajectories; e to h: density of decoded positions.",
    ),
    "figC2": Panels(
        "C.2",
        (GRU, GRU_BIASED),
        appendix.gated_networks,
        "Gated networks, first seed, noise at rest not doubled. a to d: decoded trajectories; e to h: density of"
        " decoded positions.",
    ),
    "figC3": Panels(
        "C.3",
        PLANE,
        appendix.example_trajectories,
        "Example trajectories at rest, first seed: networks trained with noise (a, b), and without it, resting without"
        " noise (c, d) and with it (e, f).",
    ),
    "figC4": Panels(
        "C.4",
        PLANE,
        appendix.step_distance,
        "Step distance, a box over the paths of all seeds, of each the mean over 100 steps; whiskers to 1.5 times the"
        " distance of the quartiles.",
    ),
    "figC5": Panels(
        "C.5",
        (HEADING_BIASED, HEADING),
        appendix.turning_headings,
        "Counter-clockwise headings. a to c: the first decoded path of the first seed, time outwards; d to f: angular"
        " velocity of all seeds, mean dashed.",
    ),
}


def draw_panels(name: str, results: Mapping[str, xr.Dataset], histories: Histories, form: Form) -> Figure | None:
    """Draw a published figure of the networks in one form; None if none of them was trained.

    `results` are by "family/measure", `histories` hold one test log per seed of every condition that was trained. A
    panel whose networks are missing says so.
    """
    source, panels = Source(results, histories, form), PANELS[name]
    if not any(source.has(network) for network in panels.networks):
        return None
    return panels.draw(source)
