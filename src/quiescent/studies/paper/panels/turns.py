"""Panels of turning headings: a path against time, and a histogram of angular velocity."""

import numpy as np
from matplotlib.axes import Axes

from quiescent.figures.style import COLOURS
from quiescent.studies.paper.panels.frame import SMALL, mark_published_above, note, say_seeds
from quiescent.studies.paper.panels.places import mark_ends, name_angles
from quiescent.studies.paper.published import axis_of, numbers_of
from quiescent.studies.paper.source import Network, Source


def draw_heading(axes: Axes, source: Source, network: Network, phase: str, steps: int) -> None:
    """Draw the decoded heading of the first trial of the first seed, time outwards."""
    paths = source.first(network, "paths", "paths", phase).transpose("time", "trial", "dim").values[:steps, :, 0]
    trial = int(np.isfinite(paths).sum(0).argmax())  # the first of those that are whole
    heading = paths[np.isfinite(paths[:, trial]), trial]
    if len(heading) < 2:
        note(axes, f"decoded for {len(heading)} steps only")
        return
    seconds = np.arange(len(heading)) * source.dt(network, "paths")
    space = source.space(network, "paths")
    turned = space.unwrapped(heading[:, None, None].astype(float))[:, 0, 0]
    axes.plot(turned, seconds, color=COLOURS[phase], linewidth=0.9, label=phase)
    mark_ends(axes, turned[:1], seconds[:1], turned[-1:], seconds[-1:])
    axes.set_yticks([])
    axes.set_ylim(-0.03 * seconds[-1], 1.03 * seconds[-1])
    name_angles(axes)
    fewer = "" if len(heading) == steps else f" of {steps}"
    axes.set_xlabel(f"{len(heading)}{fewer} steps, {seconds[-1] + source.dt(network, 'paths'):.2g} s", labelpad=1)


def draw_velocities(axes: Axes, source: Source, network: Network, phase: str, panel: str) -> None:
    """Draw the histogram of angular velocities of all seeds, as fractions of steps, and their mean (dashed)."""
    density = source.values(network, "turning", "histogram", phase)
    velocity = source.values(network, "turning", "velocity", phase).values
    dt = source.dt(network, "turning")
    middles = density["middle"].values * dt  # rad per step; every seed has bins of its own
    widths = middles[:, 1] - middles[:, 0]
    fractions = (density.values / dt * widths[:, None]).mean(0)
    axes.bar(middles.mean(0), fractions, width=widths.mean(), color=COLOURS[phase], label=phase, linewidth=0)
    mean = float(velocity.mean() * dt)
    axes.axvline(mean, color="black", linestyle="--", linewidth=0.7)
    numbers = [f"mean {mean:.4f}", *(f"paper {number:g}" for number in numbers_of("figC5", panel))]
    text = "\n".join(numbers).replace("-", "\N{MINUS SIGN}")
    behind = {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 1}
    axes.text(0.97, 0.86, text, transform=axes.transAxes, ha="right", va="top", fontsize=SMALL, bbox=behind)
    axes.set(xlabel="angular velocity (rad/step)", ylabel="fraction of steps")
    mark_published_above(axes, axis_of("figC5", panel))
    say_seeds(axes, source, network, len(velocity))
