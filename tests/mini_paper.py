"""A miniature of the paper: one network of every kind, and two controls in the place of one of them."""

import contextlib
import os

import pytest
from rich.console import Console

from quiescent.jobs.places import Local
from quiescent.studies.paper import plan as planning
from quiescent.studies.paper.experiments import CONDITIONS, Scale
from quiescent.studies.paper.figures import FIGURES_SHOWN
from quiescent.studies.paper.measures import controls_of, measures_of
from quiescent.studies.paper.run import run_paper

NOISY, FREE = "spatial_navigation/noisy_unbiased", "spatial_navigation/no-noise_unbiased"
TRAINED = (NOISY, FREE, "head_direction/noisy_biased", "gru/noisy_unbiased")
QUICK = (
    "training.batches=6",
    "training.batch_size=10",
    "training.test_every=3",
    "training.save_every=3",
    "task.steps=12",
)
MINI = Scale(
    "mini",
    {
        "spatial_navigation": (*QUICK, "network.units=16", "task.place_cells.number=16"),
        "head_direction": (*QUICK, "network.units=16", "task.hd_cells.number=16"),
        "gru": (*QUICK, "network.units=8", "task.place_cells.number=16"),
    },
    trials=0.05,
)
QUICK_MEASURES = ("variance", "distance", "displacement", "shape", "validity")


@contextlib.contextmanager
def few_networks(controls=("frozen", "readout_noise"), measures=None):
    """Plan only these networks, controls of the noisy one, and measures; all of those if none are named."""

    def some_controls(name, scale):
        wanted = controls_of(name, scale) if name == NOISY else {}
        return {control: measures for control, measures in wanted.items() if control in controls}

    def some_measures(name, scale):
        return {one: phases for one, phases in measures_of(name, scale).items() if one in (measures or (one,))}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "CONDITIONS", {name: CONDITIONS[name] for name in TRAINED})
        patch.setattr(planning, "controls_of", some_controls)
        patch.setattr(planning, "measures_of", some_measures)
        patch.setattr("quiescent.studies.inside.page.SHOWN", ("start_to_wake",))  # the others take a minute
        yield


def make_paper(out, seeds=(0,), only=None, **some):
    """Make the miniature paper, two networks at a time; the whole leaves gated networks' figures to `only="gru"`."""
    shown = [one for one in FIGURES_SHOWN if only or one.family != "gru"]
    with few_networks(**some), pytest.MonkeyPatch.context() as patch, open(os.devnull, "w", encoding="utf-8") as file:
        patch.setattr("quiescent.studies.paper.report.FIGURES_SHOWN", shown)
        console = Console(file=file)
        run_paper(out, MINI, list(seeds), console, only=only, place=Local(jobs=2), command="quiescent paper")


def make_some_measures(out):
    """Make as much of it of gated networks as takes a few seconds, so that there is time to be killed."""
    make_paper(out, (0, 1), "gru", controls=(), measures=QUICK_MEASURES)


def stamps(folder):
    """When everything that a paper keeps of its networks was last changed."""
    return {path: path.stat().st_mtime_ns for path in folder.glob("runs/**/*") if path.is_file()}
