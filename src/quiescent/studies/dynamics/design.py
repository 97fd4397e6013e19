"""The design of the study, as data: which networks, which ways to rest, at which scale, and what is measured."""

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from quiescent.config.load import load_config
from quiescent.config.schema import Config
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Phase, Rest
from quiescent.quiescence.rest_settings import RestSettings


class Networks(NamedTuple):
    """Networks of one environment, one per seed."""

    environment: str  # the family of their results
    configuration: str
    words: tuple[str, ...] = ()
    title: str = ""


NETWORKS: Mapping[str, Networks] = {
    "open_field/plain": Networks("open_field", "spatial_navigation/noisy_unbiased", (), "open field"),
    "open_field/biases": Networks(
        "open_field", "spatial_navigation/noisy_unbiased", ("network.bias=true",), "open field, biases"
    ),
    "t_maze/plain": Networks("t_maze", "tracks/t_maze", (), "T-maze"),
    "t_maze/biases": Networks("t_maze", "tracks/t_maze", ("network.bias=true",), "T-maze, biases"),
}


class Way(NamedTuple):
    """A way to rest: friction and adaptation, with noise that is matched to friction."""

    friction: float
    adaptation: float

    @property
    def title(self) -> str:
        """Write the way in words."""
        return f"friction {self.friction:g}, adaptation {self.adaptation:g}"

    @property
    def settings(self) -> RestSettings:
        """Ask for this rest. Friction 1 without adaptation is rest as it is."""
        matched = self.friction < 1
        return RestSettings(friction=self.friction, adaptation=self.adaptation, matched=matched)


FRICTIONS, ADAPTATIONS = (1.0, 0.7, 0.5), (0.0, 0.05, 0.1)  # beyond these, codes of small networks break down
WAYS = [Way(*values) for values in itertools.product(FRICTIONS, ADAPTATIONS)]
USUAL, SLIPPERY, TIRED, BOTH = Way(1.0, 0.0), Way(0.5, 0.0), Way(1.0, 0.1), Way(0.5, 0.1)
MEASURED = (
    *("coverage", "displacement", "reach", "compression", "autocorrelation", "wasserstein", "shape", "validity"),
)
TRIED = ("frozen", "untrained", "readout_noise")  # those that can rest in any way


class Scale(NamedTuple):
    """How large networks, trainings and measurements are."""

    name: str
    words: tuple[str, ...] = ()
    trials: float = 1.0  # of the number of trials of every phase


SCALES = {
    "small": Scale(
        "small",
        (
            *("network.units=96", "task.place_cells.number=96", "training.batch_size=25", "training.batches=1500"),
            *("training.learning_rate=0.002", "training.test_every=500", "training.save_every=500"),
        ),
        trials=0.25,
    ),
    "full": Scale("full"),
}


def config_of(networks: Networks, scale: Scale, seeds: Sequence[int]) -> Config:
    """Load the configuration of networks at a scale."""
    words = (*scale.words, *networks.words, f"seed={','.join(map(str, seeds))}")
    return load_config(networks.configuration, *words)


def label(name: str, way: Way) -> str:
    """Name the condition of networks that rest in a way.

    Examples
    --------
    >>> label("t_maze/plain", Way(0.5, 0.0))
    't_maze/plain, friction 0.5, adaptation 0'
    """
    return f"{name}, {way.title}"


def phases_of(measure: str, way: Way, scale: Scale) -> dict[str, Phase]:
    """Choose the phases of a measure: behaviour, and the trained network at rest in a way."""
    asked = way.settings.asked(MEASURES[measure].phases)
    kept = {name: phase for name, phase in asked.items() if not isinstance(phase, Rest) or name == "quiescent"}
    return {name: phase._replace(trials=max(1, round(phase.trials * scale.trials))) for name, phase in kept.items()}
