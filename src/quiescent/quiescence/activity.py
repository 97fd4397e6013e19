"""What a network did in one phase, and which phase it was: what measures are handed."""

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from quiescent.tasks.trials import Box

RestNoise = Literal["scaled", "same", "absolute"] | float


class Active(NamedTuple):
    """The network in its task, for as many steps as its task has."""

    trials: int
    again: bool = False  # other trials, drawn independently of the first
    states: bool = False  # keep hidden states
    drift: bool = False  # and where the network would go from each of them without input and noise


class Rest(NamedTuple):
    """The network without input (Krishna et al. 2024, eq. 19).

    Recurrent noise has sqrt(2) times the trained standard deviation (`scaled`), the trained one
    (`same`), another multiple of it (a number), or twice a given variance `sigma2` (`absolute`).
    """

    trials: int
    steps: int
    burn_in: int = 0  # first steps that are simulated but not kept
    noise: RestNoise = "scaled"
    sigma2: float | None = None  # per step; default: the noisy networks' of the same task
    untrained: bool = False  # the initial weights; at rest without noise of its own, absolute noise
    only_noise_free: bool = False  # this phase is for networks trained without noise
    only_noisy: bool = False  # or with it
    places: int = 0  # start from so many places only, one after another in equal groups of trials; 0: everywhere
    states: bool = False  # keep hidden states


Phase = Active | Rest


class Quality(NamedTuple):
    """How good the code is that a network reads out, step by step."""

    total: Float[np.ndarray, "time trial"]  # sum of the read-out activity of all cells
    distance: Float[np.ndarray, "time trial"]  # to the nearest valid code: min_x |y - f(x)|^2 / |f(x)|^2


class Activity(NamedTuple):
    """Activity of one network in one phase. Metres for positions, radians for headings.

    Steps that are left out, because their code is not valid, are NaN in `decoded` and `states`.
    """

    decoded: Float[np.ndarray, "time trial dim"]
    truth: Float[np.ndarray, "time trial dim"] | None  # only in the active phase
    states: Float[np.ndarray, "time trial unit"] | None  # only if asked for
    box: Box
    circular: bool
    dt: float = 0.02  # s per step
    quality: Quality | None = None  # only if asked for
    drift: Float[np.ndarray, "time trial unit"] | None = None  # change of `states` in one step without input and noise
    noise_std: float = 0.0  # of recurrent noise, per step; of uniform noise 1/sqrt(12) of its range

    def only(self, valid: Bool[np.ndarray, "time trial"]) -> "Activity":
        """The same with the other steps left out."""
        left_out = ~valid[..., None]
        states = None if self.states is None else np.where(left_out, np.float32(np.nan), self.states)
        return self._replace(decoded=np.where(left_out, np.float32(np.nan), self.decoded), states=states)
