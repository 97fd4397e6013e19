"""Controls: what a dead, an untrained, a random and a perfect network would do. One line here per control."""

from quiescent.controls import perfect, untrained
from quiescent.controls.control import Control
from quiescent.controls.frozen import frozen
from quiescent.controls.readout_noise import readout_noise
from quiescent.controls.sampler import sampler

CONTROLS: dict[str, Control] = {
    "frozen": Control("stands still in its encoded starts", frozen),
    "untrained": Control("initial weights", untrained.rest, untrained.active, untrained.kicked, untrained.inside),
    "readout_noise": Control("white noise through the trained read-out", readout_noise),
    "sampler_5mm": Control(
        "samples behaviour's density in steps of 5 mm", sampler(1 / 440), states=False, follows=False
    ),
    "sampler_20mm": Control(
        "samples behaviour's density in steps of 20 mm", sampler(1 / 110), states=False, follows=False
    ),
    "sampler_40mm": Control(
        "samples behaviour's density in steps of 40 mm", sampler(1 / 55), states=False, follows=False
    ),
    "perfect": Control(
        "obeys eq. 18 exactly", perfect.rest, perfect.active, perfect.kicked, behaves=True, follows=False
    ),
}

__all__ = ["CONTROLS", "Control"]
