"""The interface of a space: the kind of variable that a network tracks, with its geometry and its units."""

from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np
from jaxtyping import Float
from torch import Tensor

from quiescent.spaces.density import Density

Array = TypeVar("Array", np.ndarray, Tensor)
Bounds = tuple[tuple[float, float], ...]  # lowest and highest value of every dimension
Points = Float[np.ndarray, "point dim"]


class Display(NamedTuple):
    """A unit that people think in, and how many of it make one of the space's own."""

    unit: str
    scale: float


@runtime_checkable
class Space(Protocol):
    """A kind of variable, such as a position in a box or a heading. Arrays of it are (..., dim).

    Whatever depends on the kind of variable (the short way between two values, how a cloud of them spreads, its
    density, how it is drawn) is asked of its space, so that a new kind is one class.
    """

    kind: ClassVar[str]  # its name in stored results, under which `SPACES` has the class
    variable: ClassVar[str]  # what is tracked, such as "position"
    unit: ClassVar[str]  # of a difference
    spread_unit: ClassVar[str]  # of `spread`
    display: ClassVar[Display]  # for people
    polar: ClassVar[bool]  # True: drawn around a circle
    periodic: ClassVar[bool]  # True: every dimension leads back to where it begins

    @property
    def bounds(self) -> Bounds:
        """Tell the lowest and highest value of every dimension: walls, or where a period begins and ends."""
        ...

    @property
    def axes(self) -> tuple[str, ...]:
        """Name every dimension."""
        ...

    def difference(self, a: Array, b: Array) -> Array:
        """Subtract `b` from `a` along the shortest way."""
        ...

    def unwrapped(self, paths: Float[np.ndarray, "time trial dim"]) -> Float[np.ndarray, "time trial dim"]:
        """Turn paths into running totals of their steps, so that a full turn counts; steps that are NaN stay NaN."""
        ...

    def embedded(self, points: Float[np.ndarray, "*shape dim"]) -> Float[np.ndarray, "*shape coordinate"]:
        """Map points to coordinates whose mean and covariance have a meaning."""
        ...

    def spread(
        self, paths: Float[np.ndarray, "time *shape dim"], weights: Float[np.ndarray, " time"] | None = None
    ) -> Float[np.ndarray, "*shape"]:
        """Compute the variance over the first axis; points that are NaN do not count, and of one or none it is NaN.

        With weights it is that of a population, without them the unbiased estimate where there is one.
        """
        ...

    def density(self, points: Points) -> Density:
        """Estimate the smooth density of points. Raises `NoSpread` where they are all the same."""
        ...

    def hue(self, points: Float[np.ndarray, "*shape dim"]) -> tuple[Float[np.ndarray, "*shape"], str]:
        """Give each point the number that it is coloured by, and that number's name."""
        ...


def counted(
    paths: Float[np.ndarray, "time *shape dim"], weights: Float[np.ndarray, " time"] | None
) -> Float[np.ndarray, " time *shape"]:
    """Give each point its weight, by default 1, and points that are NaN none."""
    counts = np.isfinite(paths).all(-1)
    mass = np.ones(len(paths)) if weights is None else weights
    return np.where(counts, mass.reshape(-1, *[1] * (counts.ndim - 1)), 0)


if TYPE_CHECKING:
    SpaceClass = type[Space]
else:
    SpaceClass = type  # at run time `issubclass` cannot tell: a space has attributes
