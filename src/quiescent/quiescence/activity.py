"""Activity of a network in a phase, and phases as data: measures are handed both."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float, Int

from quiescent.formats.animated import Animated, animated
from quiescent.formats.labelled import labelled
from quiescent.formats.npz import write_pynapple
from quiescent.formats.nwb import Session, write_nwb
from quiescent.networks.momentum import Momentum
from quiescent.recordings.parts import Part
from quiescent.spaces import Space

RestNoise = Literal["scaled", "same", "absolute", "task"] | float
RestStart = Literal["encoded", "asleep", "shuffled", "zero"]


class Active(NamedTuple):
    """The network in its task, for as many steps as its task has."""

    trials: int
    again: bool = False  # other trials, drawn independently of the first
    part: Part = "held_out"  # of behaviour that was recorded
    states: bool = False  # keep hidden states
    drift: bool = False  # and where the network would go from each of them without input and noise


class Rest(NamedTuple):
    """The network without input (Krishna et al. 2024, eq. 19).

    Recurrent noise has sqrt(2) times the trained standard deviation (`scaled`), the trained one
    (`same`), another multiple of it (a number), or twice a given variance `sigma2` (`absolute`); or it is that of the
    noisy networks of the same task, so many `times` (`task`), in networks that were trained without noise too. Those
    rest with `absolute` noise if their weights are the initial ones, so that they move at all.

    Rest begins in states that are `encoded` from places, at the end of a trial (`asleep`), in a unit-wise shuffle of
    such states (`shuffled`), or in `zero`. Momentum and adaptation: see `networks.momentum`.
    """

    trials: int
    steps: int
    burn_in: int = 0  # first steps that are simulated but not kept
    noise: RestNoise | None = None  # None: as the user says, or else `scaled`
    sigma2: float | None = None  # per step; default: the noisy networks' of the same task
    times: float = 1.0  # of noise that is the task's, its standard deviation
    shape: Literal["gaussian", "uniform"] | None = None  # of noise; None: the network's own
    weights: Literal["trained", "initial"] = "trained"
    networks: Literal["all", "noisy", "noise_free"] = "all"  # which are put into this phase: trained with noise, or not
    places: int = (
        0  # only so many starts: each is repeated for a contiguous group of trials; 0: every trial has its own
    )
    states: bool | Literal["some"] = False  # keep hidden states, of all steps or of some (`kept_steps`)
    friction: float = 1.0  # 1: no momentum
    adaptation: float = 0.0  # strength
    adaptation_tau: float = 100.0  # steps
    matched: bool = False  # multiply the noise's standard deviation by sqrt(friction)
    starts: RestStart = "encoded"
    velocity: tuple[tuple[float, ...], ...] = ()  # per second, of an input that goes on, spread over the rest

    @property
    def momentum(self) -> Momentum:
        """Select what is added to the dynamics of the network."""
        return Momentum(self.friction, self.adaptation, self.adaptation_tau)

    @property
    def usual(self) -> bool:
        """Tell whether noise alone drives the network, from encoded starts."""
        return self.momentum.neutral and self.starts == "encoded" and not self.velocity


class Kicked(NamedTuple):
    """The network without input and noise, from active states and from the same states with one step's noise on them.

    Noise has the trained standard deviation; a network trained without noise gets the noisy networks' of its task.
    """

    trials: int


class Inside(NamedTuple):
    """The dynamics of the network at rest, looked into from states that it has awake.

    `what` names the way to look, in `quiescent.quiescence.inside.INSIDE`.
    """

    what: str
    trials: int  # that end in the states to look from
    steps: int = 0  # of time, where the way takes any


Phase = Active | Rest | Kicked | Inside
DENSE, SPARSE = (200, 2), 20  # hidden states at rest: up to step 200 every 2nd is kept, then every 20th


def kept_steps(steps: int) -> Int[np.ndarray, " kept"]:
    """List the steps at rest, counted from 0, of which some hidden states are kept: densely at first, then sparsely."""
    number = np.arange(1, steps + 1)
    return np.flatnonzero(np.where(number <= DENSE[0], number % DENSE[1], number % SPARSE) == 0)


class Quality(NamedTuple):
    """How good the code `y` is that a network reads out, step by step, against the codes `f(x)` of all places x."""

    shape: Float[np.ndarray, "time trial"]  # distance 1 - max_x cos^2(y, f(x)): 0 for a perfect code, 1 for none
    amplitude: Float[np.ndarray, "time trial"]  # the best factor of the nearest code: 1 awake, 0 once it has faded


class Kicks(NamedTuple):
    """Differences that one step's noise makes, at some numbers of steps after it (0: the noise itself)."""

    lags: Int[np.ndarray, " lag"]  # steps
    states: Float[np.ndarray, "lag trial unit"]
    outputs: Float[np.ndarray, "lag trial cell"]


class Activity(NamedTuple):
    """Activity of one network in one phase. Metres for positions, radians for headings.

    Steps that are left out, because their code is not valid, are NaN in `decoded` and `states`.
    """

    decoded: Float[np.ndarray, "time trial dim"]
    truth: Float[np.ndarray, "time trial dim"] | None  # only in the active phase
    states: Float[np.ndarray, "kept trial unit"] | None  # only if asked for; awake of all steps
    space: Space
    dt: float = 0.02  # s per step
    quality: Quality | None = None  # only if asked for
    drift: Float[np.ndarray, "time trial unit"] | None = None  # change of `states` in one step without input and noise
    noise_std: float = 0.0  # of recurrent noise, per step; of uniform noise 1/sqrt(12) of its range
    kept: Int[np.ndarray, " kept"] | None = None  # the steps, counted from 0, that `states` are of; None: all
    kicks: Kicks | None = None  # only of a network that was kicked
    valid: Bool[np.ndarray, "time trial"] | None = None  # steps whose code counts as that of some place
    homogeneous: bool = False  # without input the network has no scale: F(3 r) = 3 F(r)
    leak: float = 0.0  # fraction of a difference between states that one step takes away without any weights
    noise_mean: float = 0.0  # of recurrent noise, per step: half of the range of uniform noise
    starts: Float[np.ndarray, "trial dim"] | None = None  # decoded places at which rest began, whatever is left out
    inside: tuple[np.ndarray | float, ...] | None = (
        None  # only of a network that was looked into: what its way of looking returns
    )

    @property
    def decoded_at_states(self) -> Float[np.ndarray, "kept trial dim"]:
        """Select the decoded places that belong to `states`."""
        return self.decoded if self.kept is None else self.decoded[self.kept]

    def only(self, valid: Bool[np.ndarray, "time trial"]) -> "Activity":
        """Leave out all other steps: NaN takes their place."""
        left_out = ~valid[..., None]
        states = None
        if self.states is not None:
            states = np.where(left_out if self.kept is None else left_out[self.kept], np.float32(np.nan), self.states)
        return self._replace(decoded=np.where(left_out, np.float32(np.nan), self.decoded), states=states)

    def between(self, begin: int, end: int, every: int = 1) -> "Activity":
        """Select the steps from `begin` up to, not including, `end`; of decoded places and codes one in `every`."""
        kept = np.arange(len(self.decoded)) if self.kept is None else self.kept
        inside = (kept >= begin) & (kept < end)
        steps = slice(begin, end, every)
        return self._replace(
            decoded=self.decoded[steps],
            truth=None if self.truth is None else self.truth[steps],
            quality=None if self.quality is None else Quality(*(array[steps] for array in self.quality)),
            states=None if self.states is None else self.states[inside],
            drift=None if self.drift is None else self.drift[inside],
            valid=None if self.valid is None else self.valid[steps],
            kept=kept[inside] - begin,
        )

    def to_xarray(self) -> xr.Dataset:
        """Label the arrays with dimensions, units and coordinates: `decoded`, `truth`, `states` and the code's quality.

        Times are seconds since a trial's start, which lies one step before its first sample.
        """
        return labelled(
            self.decoded,
            self.space,
            self.dt,
            truth=self.truth,
            states=self.states,
            kept=self.kept,
            valid=self.valid,
            shape_distance=None if self.quality is None else self.quality.shape,
            amplitude=None if self.quality is None else self.quality.amplitude,
            noise_std=self.noise_std,
        )

    def to_nwb(self, path: str | Path, session: Session | None = None) -> None:
        """Write a file of Neurodata Without Borders, with trials end to end; `session` is what it says about itself.

        Raises `QuiescentError` if the extra `nwb` is not installed.
        """
        activity = self.to_xarray()
        session = session or Session("network", "activity of an artificial network", datetime.now(UTC))
        write_nwb(Path(path), {activity.attrs["phase"]: activity}, session)

    def to_pynapple(self, folder: str | Path) -> None:
        """Write files that `pynapple.load_file` opens, one for each variable and one of trials, into a folder."""
        activity = self.to_xarray()
        write_pynapple(Path(folder), {activity.attrs["phase"]: activity})

    def to_ratinabox(self, trial: int = 0) -> Animated:
        """Turn the decoded path of a trial into the history of an agent, and its world, which RatInABox animates."""
        return animated(self.to_xarray(), trial)
