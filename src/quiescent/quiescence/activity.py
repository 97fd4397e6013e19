"""Activity of a network in a phase, and phases as data: measures are handed both."""

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from quiescent.spaces import Space

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
    (`same`), another multiple of it (a number), or twice a given variance `sigma2` (`absolute`). A network that was
    trained without noise rests with `absolute` noise if its weights are the initial ones, so that it moves at all.
    """

    trials: int
    steps: int
    burn_in: int = 0  # first steps that are simulated but not kept
    noise: RestNoise | None = None  # None: as the user says, or else `scaled`
    sigma2: float | None = None  # per step; default: the noisy networks' of the same task
    weights: Literal["trained", "initial"] = "trained"
    networks: Literal["all", "noisy", "noise_free"] = "all"  # which are put into this phase: trained with noise, or not
    places: int = (
        0  # only so many starts: each is repeated for a contiguous group of trials; 0: every trial has its own
    )
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
    space: Space
    dt: float = 0.02  # s per step
    quality: Quality | None = None  # only if asked for
    drift: Float[np.ndarray, "time trial unit"] | None = None  # change of `states` in one step without input and noise
    noise_std: float = 0.0  # of recurrent noise, per step; of uniform noise 1/sqrt(12) of its range

    def only(self, valid: Bool[np.ndarray, "time trial"]) -> "Activity":
        """Leave out all other steps: NaN takes their place."""
        left_out = ~valid[..., None]
        states = None if self.states is None else np.where(left_out, np.float32(np.nan), self.states)
        return self._replace(decoded=np.where(left_out, np.float32(np.nan), self.decoded), states=states)
