"""Figures C.1 to C.5 of Krishna et al. (2024): undoubled noise, gated networks, example paths, steps, turns."""

from matplotlib.figure import Figure

from quiescent.figures.style import PAGE
from quiescent.studies.paper.panels.boxes import draw_steps
from quiescent.studies.paper.panels.frame import Block, fill, lay_out
from quiescent.studies.paper.panels.main_text import two
from quiescent.studies.paper.panels.places import density_pair, draw_trajectories, trajectory_pair
from quiescent.studies.paper.panels.turns import draw_heading, draw_velocities
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


def undoubled_noise(source: Source) -> Figure:
    """Draw Fig. C.1."""
    return _eight(source, UNBIASED, BIASED, "same")


def gated_networks(source: Source) -> Figure:
    """Draw Fig. C.2."""
    return _eight(source, GRU, GRU_BIASED, "quiescent")


def _eight(source: Source, unbiased: Network, biased: Network, rest: str) -> Figure:
    """Draw trajectories above densities, of unbiased networks at the left, of biased ones at the right."""
    with lay_out(Block(["abcd", "efgh"], 3.7)) as (figure, axes):
        for above, below, network, kind in (("ab", "ef", unbiased, "unbiased, "), ("cd", "gh", biased, "biased, ")):
            trajectory_pair(two(axes, above), source, network, rest=rest, kind=kind)
            density_pair(two(axes, below), source, network, rest=rest, kind=kind)
    return figure


def example_trajectories(source: Source) -> Figure:
    """Draw Fig. C.3."""
    panels = (
        ("a", UNBIASED, "quiescent", "noisy, with noise"),
        ("b", BIASED, "quiescent", "noisy, with noise"),
        ("c", FREE, "quiescent", "noise-free, no noise"),
        ("d", FREE_BIASED, "quiescent", "noise-free, no noise"),
        ("e", FREE, "noise_added", "noise-free, with noise"),
        ("f", FREE_BIASED, "noise_added", "noise-free, with noise"),
    )
    with lay_out(Block(["ab", "cd", "ef"], 6.0), width=0.6 * PAGE) as (figure, axes):
        for letter, network, phase, title in panels:
            kind = network.name.partition("_")[2]
            fill(axes[letter], letter, f"{kind}\n{title}", draw_trajectories, source, network, phase)
    return figure


def step_distance(source: Source) -> Figure:
    """Draw Fig. C.4."""
    with lay_out(Block(["ab"], 2.2)) as (figure, axes):
        fill(axes["a"], "a", "unbiased", draw_steps, source, UNBIASED, FREE, "a")
        fill(axes["b"], "b", "biased", draw_steps, source, BIASED, FREE_BIASED, "b")
    return figure


def turning_headings(source: Source) -> Figure:
    """Draw Fig. C.5."""
    columns = (
        ("a", "d", HEADING_BIASED, "active", 50),
        ("b", "e", HEADING_BIASED, "quiescent", 500),
        ("c", "f", HEADING, "quiescent", 500),
    )
    with lay_out(Block(["abc"], 2.2, polar="abc"), Block(["def"], 1.9)) as (figure, axes):
        for above, below, network, phase, steps in columns:
            title = f"{network.name.partition('_')[2]}, {phase}"
            fill(axes[above], above, title, draw_heading, source, network, phase, steps)
            fill(axes[below], below, "", draw_velocities, source, network, phase, below)
    return figure
