"""Persistent homology of clouds of points: at which distances do components, loops and voids appear and vanish?"""

import warnings

import numpy as np
from jaxtyping import Float, Int

from quiescent.errors import QuiescentError

Points = Float[np.ndarray, "point axis"]
Diagram = Float[np.ndarray, "class 2"]


def diagrams(points: Points, highest: int) -> list[Diagram]:
    """Compute birth and death of every class of the Vietoris-Rips filtration, from components up to a dimension.

    Components are dimension 0, loops 1, voids 2; the one component that never dies is left out. Raises
    `QuiescentError` if the package ripser (Bauer 2021) is not installed.
    """
    try:
        from ripser import ripser
    except ImportError:
        raise QuiescentError("persistent homology needs ripser: pip install 'quiescent[paper]'") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of more dimensions than points
        found = ripser(points, maxdim=highest)["dgms"]
    return [np.asarray(classes[np.isfinite(classes[:, 1])]) for classes in found]


def lifetimes(points: Points, highest: int) -> list[Float[np.ndarray, " class"]]:
    """Compute death less birth of every class, longest first, by dimension."""
    return [np.sort(classes[:, 1] - classes[:, 0])[::-1] for classes in diagrams(points, highest)]


def far_apart(points: Points, number: int) -> Int[np.ndarray, " chosen"]:
    """Choose points one by one, each the farthest from those before it (greedy permutation); returns their indices."""
    chosen = np.zeros(min(number, len(points)), int)
    distances = np.full(len(points), np.inf)
    for place in range(1, len(chosen)):
        distances = np.minimum(distances, np.square(points - points[chosen[place - 1]]).sum(1))
        chosen[place] = distances.argmax()
    return chosen
