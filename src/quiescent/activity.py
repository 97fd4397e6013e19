"""What a network did in one phase, and which phase it was: what measures and figures are handed."""

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.tasks.trials import Box

RestNoise = Literal["scaled", "same", "absolute"]


class Active(NamedTuple):
    """The network in its task, for as many steps as its task has."""

    trials: int


class Rest(NamedTuple):
    """The network without input (Krishna et al. 2024, eq. 19).

    Recurrent noise has sqrt(2) times the trained standard deviation (`scaled`), the trained one
    (`same`), or twice a given variance `sigma2` (`absolute`).
    """

    trials: int
    steps: int
    burn_in: int = 0  # first steps that are simulated but not kept
    noise: RestNoise = "scaled"
    sigma2: float | None = None  # per step; default: the noisy networks' of the same task
    untrained: bool = False  # the initial weights; at rest without noise of its own, absolute noise
    only_noise_free: bool = False  # this phase is for networks trained without noise


Phase = Active | Rest


class Activity(NamedTuple):
    """Activity of one network in one phase. Metres for positions, radians for headings."""

    decoded: Float[np.ndarray, "time trial dim"]
    truth: Float[np.ndarray, "time trial dim"] | None  # only in the active phase
    states: Float[np.ndarray, "time trial unit"] | None  # only if asked for
    box: Box
    circular: bool
