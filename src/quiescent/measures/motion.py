"""Motion of decoded paths apart from the jitter of their read-out.

A read-out jumps between the centres of cells, so that a decoded path is a true one with jitter of some centimetres.
From one lag to its double jitter cancels: of a mean squared displacement `c + 2 dim D t`, where c is twice the total
variance of jitter, the growth is that of diffusion alone, once the lag is longer than the memory of jitter.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from quiescent.spaces import Space
from quiescent.statistics import RESAMPLES, Estimate, over_time, points_of

Lags = Int[np.ndarray, " lag"]
Paths = Float[np.ndarray, "time trial dim"]

CONFINED = 0.02  # of the variance of places: walls slow a displacement that grows by more, by 8 % or more
STRAIGHT = 2.2  # growth over that of half the lag: more than that of diffusion, which is 2
WIDE = 0.25  # of the displacement between any two places: jitter of that size leaves nothing to see
CERTAIN = 0.1  # largest standard error of a diffusion constant that counts as measured, relative
SETTLED = 0.2  # largest change of it from half the lag, relative
SLOPE_CERTAIN = 0.2  # largest standard error of an exponent
FORGOTTEN = 0.1  # largest part of a growth that may be what jitter remembers
BEYOND = 4.0  # growth over jitter, at least: a decoder's error is the same while a path stays near a place
JITTERING = 16  # steps, the lag at which jitter is looked at: three times the memory of a unit with dt / tau = 0.2
FITTED = (32, 128)  # steps, the least and the usual longest lag of an exponent
AMBIGUOUS = 1e-3  # fraction of steps over a quarter of a period at which turns cannot be counted


class Motion(NamedTuple):
    """Diffusion and jitter of paths; NaN where single steps lead nearly everywhere."""

    diffusion: Estimate  # m^2/s or rad^2/s, at the longest lag that walls allow, whether certain or not
    doubt: float  # how far it is from that at half the lag
    confined: bool  # displacement was straight until it was so wide that walls may have slowed it
    jitter: Float[np.ndarray, "3"]  # variance in one dimension, if the diffusion is the least, the likeliest, the most
    memory: float  # correlation of jitter from one step to the next
    exponent: Estimate  # of displacement without jitter: 1 for diffusion, 2 for a straight line

    @property
    def between(self) -> tuple[float, float]:
        """Bound the diffusion constant by twice its standard error and by its change with the lag."""
        value, error = self.diffusion
        return max(0.0, value - 2 * error - self.doubt), max(0.0, value + 2 * error + self.doubt)

    @property
    def most(self) -> float:
        """Bound the diffusion constant from above; NaN of paths that go straight until walls turn them."""
        return math.nan if self.confined or not math.isfinite(self.diffusion.value) else self.between[1]

    @property
    def measured(self) -> Estimate:
        """Take the diffusion constant where it is known to 20 %, NaN elsewhere."""
        value, error = self.diffusion
        known = not self.confined and value >= 0 and error <= CERTAIN * value and self.doubt <= SETTLED * value
        return self.diffusion if known else Estimate(math.nan, math.nan)

    @property
    def jitter_std(self) -> float:
        """Take the standard deviation of jitter in one dimension where it is known to 20 %, NaN elsewhere."""
        most, likely, least = self.jitter
        if likely == 0 and self.diffusion.value != 0:
            return math.nan  # displacement grows from the first step on, and more than steadily
        known = least >= 0.8**2 * likely and most <= 1.2**2 * likely
        return math.sqrt(likely) if known else math.nan


UNKNOWN = Motion(Estimate(math.nan, math.nan), math.nan, False, np.full(3, np.nan), 0.0, Estimate(math.nan, math.nan))


def displacement(paths: Paths, lags: Lags, space: Space) -> Float[np.ndarray, "lag trial"]:
    """Average the squared displacement of every path at every lag (m^2, or rad^2 of the unwrapped heading).

    A pair of steps counts if neither is NaN; NaN for lags without pairs.
    """
    points = space.unwrapped(paths.astype(float))
    squares = np.full((len(lags), paths.shape[1]), np.nan)
    for row, lag in zip(squares, lags, strict=True):
        if lag < len(points):
            row[:] = over_time(np.square(points[lag:] - points[:-lag]).sum(-1))
    return squares


def motion_of(paths: Paths, space: Space, dt: float, rng: np.random.Generator) -> Motion:
    """Tell diffusion from jitter by the growth of displacement from lags of 1, 2, 4, ... steps to their doubles.

    Errors are those over resampled whole paths.
    """
    if len(paths) < 8 or ambiguous(paths, space):
        return UNKNOWN
    lags = 2 ** np.arange(int(math.log2(len(paths) // 2)) + 1)
    resampled = _resampled(displacement(paths, lags, space), rng)
    msd, growth = resampled[0], np.diff(resampled, axis=1)
    variance = _variance(paths, space)
    at = _longest(msd, growth[0], variance)
    if at < 1:
        return UNKNOWN
    volume = 2 * paths.shape[-1]
    rates = growth / (volume * dt * lags[:-1])
    diffusion = Estimate(float(rates[0, at]), float(rates[1:, at].std(ddof=1)))
    doubt, confined = float(abs(rates[0, at - 1] - rates[0, at])), bool(growth[0, at] > CONFINED * variance)
    motion = UNKNOWN._replace(diffusion=diffusion, doubt=doubt, confined=confined)
    look = min(at, int(math.log2(JITTERING)))
    least, most = motion.between
    diffusions = np.clip([least, diffusion.value, 1.1 * most], 0, None)  # walls hide up to a tenth
    jitter, first = (np.maximum(msd[lag] / volume - diffusions * dt * lags[lag], 0) for lag in (look, 0))
    memory = 1 - first[1] / jitter[1] if jitter[1] > 0 else 0.0
    motion = motion._replace(jitter=jitter, memory=float(np.clip(memory, 0, 0.95)))
    return motion._replace(exponent=_exponent(growth, lags, volume * jitter[1], motion.memory))


def _variance(paths: Paths, space: Space) -> float:
    """Compute the total variance of all places; infinite where no wall ends a path."""
    points = points_of(paths).astype(float)
    return math.inf if space.periodic else float(points.var(0).sum()) if len(points) > 1 else 0.0


def _longest(msd: Float[np.ndarray, " lag"], growth: Float[np.ndarray, " shorter"], variance: float) -> int:
    """Find the longest lag, by number, at which walls do not yet slow the growth of displacement; -1 if none."""
    if msd[0] > WIDE * 2 * variance:
        return -1
    free = growth <= CONFINED * variance
    free[1:] |= growth[1:] > STRAIGHT * growth[:-1]
    return (len(free) if free.all() else int(free.argmin())) - 1


def ambiguous(paths: Paths, space: Space) -> bool:
    """Tell whether a periodic path jumps so far that nobody knows which way round it went."""
    if not space.periodic:
        return False
    steps = np.abs(space.difference(paths[1:], paths[:-1])).astype(float)
    steps = steps[np.isfinite(steps).all(-1)]
    quarter = np.ptp(np.array(space.bounds), axis=1) / 4
    return bool((steps > quarter).any(-1).mean() > AMBIGUOUS) if len(steps) else True


def _resampled(trials: Float[np.ndarray, "lag trial"], rng: np.random.Generator) -> Float[np.ndarray, "sample lag"]:
    """Average over all trials first, then over trials drawn with replacement."""
    number = trials.shape[1]
    weights = np.vstack([np.ones(number), rng.multinomial(number, np.full(number, 1 / number), RESAMPLES)])
    counts = np.isfinite(trials).astype(float)
    mass = weights @ counts.T
    sums = weights @ np.nan_to_num(trials).T
    return np.where(mass > 0, sums / np.maximum(mass, 1), np.nan)


def _exponent(growth: Float[np.ndarray, "sample shorter"], lags: Lags, jitter: float, memory: float) -> Estimate:
    """Compare the growth of displacement over one lag with that over its double: their ratio is 2 to the exponent."""
    top = np.searchsorted(lags, min(FITTED[1], lags[-1]))
    if lags[top] < FITTED[0]:
        return Estimate(math.nan, math.nan)
    first, second = growth[:, top - 2], growth[:, top - 1]
    remembered = jitter * memory ** float(lags[top - 2])
    small = remembered > FORGOTTEN * first[0] or first[0] + second[0] < BEYOND * jitter
    if small or not (first > 0).all() or not (second > 0).all():
        return Estimate(math.nan, math.nan)
    values = np.log2(second / first)
    error = float(values[1:].std(ddof=1))
    return Estimate(float(values[0]), error) if error <= SLOPE_CERTAIN else Estimate(math.nan, math.nan)


def without_jitter(paths: Paths, space: Space, dt: float, motion: Motion, rng: np.random.Generator) -> list[Paths]:
    """Draw true paths, given decoded ones with jitter: for the least diffusion, the likeliest and the most.

    A true path is taken for a random walk, and jitter that remembers for so much more white noise. A drawn path is as
    rough as a walk is, so that it reaches as many places; the likeliest one would be too smooth.
    """
    least, most = motion.between
    more = (1 + motion.memory) / (1 - motion.memory)
    points = space.unwrapped(paths.astype(float))
    normal = rng.standard_normal(points.shape)
    drawn = []
    for diffusion, jitter in zip((least, max(0.0, motion.diffusion.value), most), motion.jitter, strict=True):
        walk = _drawn(points, 2 * diffusion * dt, jitter * more, normal) if jitter > 0 else points
        if space.periodic:
            low, high = np.array(space.bounds, float).T
            walk = low + (walk - low) % (high - low)
        drawn.append(walk)
    return drawn


def _drawn(points: Paths, step: float, noise: float, normal: Paths) -> Paths:
    """Filter forwards and draw backwards (Carter and Kohn 1994), with the variances of a step and of white noise."""
    counts = np.isfinite(points).all(-1, keepdims=True)
    means, variances = np.empty_like(points), np.empty(counts.shape)
    mean, variance = np.zeros(points.shape[1:]), np.full(counts.shape[1:], 1e6)
    for t, seen in enumerate(counts):
        variance = variance + step
        gain = np.where(seen, variance / (variance + noise), 0)
        mean = mean + gain * (np.where(seen, points[t], 0) - mean)
        variance = (1 - gain) * variance
        means[t], variances[t] = mean, variance
    drawn = np.empty_like(points)
    drawn[-1] = means[-1] + np.sqrt(variances[-1]) * normal[-1]
    for t in range(len(points) - 2, -1, -1):
        gain = variances[t] / (variances[t] + step) if step > 0 else np.ones_like(variances[t])
        drawn[t] = means[t] + gain * (drawn[t + 1] - means[t]) + np.sqrt(variances[t] * (1 - gain)) * normal[t]
    return np.where(counts, drawn, np.nan)
