"""Samples that are no places of the animal: lost frames written as 0 or -1, and leaps that no animal makes."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

FASTEST = 10.0  # m/s; of two rats that ship with ratinabox the fastest step is 6.4
TIMES_MEDIAN = 20.0  # and never less than so many times the median speed
BRIEF = 1.0  # s; a part between two leaps that lasts longer is where the animal was
LOST = (0.0, -1.0)  # what trackers write for a frame without an animal


class Parts(NamedTuple):
    """Parts of a stretch that are kept, by their number, and the samples before which no trial may go on."""

    kept: Int[np.ndarray, " part"]
    parted: Int[np.ndarray, " leap"]


def speeds(distances: Float[np.ndarray, " step"], times: Float[np.ndarray, " sample"], max_gap: float) -> np.ndarray:
    """Compute the speed of every step; NaN across gaps and where times go back."""
    steps = np.diff(times)
    within = (steps > 0) & (steps <= max_gap)
    return np.where(within, distances / np.where(within, steps, 1), np.nan)


def limit(values: Float[np.ndarray, " step"], given: float | None) -> float:
    """Choose the speed above which a step is no step of the animal's."""
    if given is not None:
        return given
    known = values[np.isfinite(values)]
    return max(FASTEST, TIMES_MEDIAN * float(np.median(known))) if len(known) else FASTEST


def lost_frames(raw: Float[np.ndarray, "sample dim"], leaps: Bool[np.ndarray, " step"]) -> Bool[np.ndarray, " sample"]:
    """Find samples whose coordinates are all 0, or all -1, if a leap leads to or from one of them."""
    lost = np.zeros(len(raw), bool)
    around = np.append(leaps, False) | np.insert(leaps, 0, False)
    for value in LOST:
        same = (raw == value).all(1)
        if same.any() and (same & around).any():
            lost |= same
    return lost


def reached(
    points: Float[np.ndarray, "sample dim"],
    times: Float[np.ndarray, " sample"],
    edges: Int[np.ndarray, " edge"],
    fastest: float,
    distance: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> Parts:
    """Choose the parts of a stretch that belong to the animal's path; `edges` are where parts between leaps begin.

    From the longest part outwards, a part stays if the animal could have come there from the one before, or if it is
    long: it was carried there, so that no trial may cross the leap. Brief parts that it could not reach are dropped;
    after a longer absence it could have been further away, so that a stray sample may then stay.
    """
    first, last = edges[:-1], edges[1:] - 1
    longest = int((times[last] - times[first]).argmax())
    kept, parted = [longest], []
    for parts, ahead in ((range(longest + 1, len(first)), True), (range(longest - 1, -1, -1), False)):
        near = last[longest] if ahead else first[longest]
        for part in parts:
            end = first[part] if ahead else last[part]
            far = distance(points[near : near + 1], points[end : end + 1])[0] > fastest * abs(times[end] - times[near])
            if far and times[last[part]] - times[first[part]] < BRIEF:
                continue
            kept.append(part)
            if far:
                parted.append(int(end if ahead else near))
            near = last[part] if ahead else first[part]
    return Parts(np.sort(kept), np.sort(parted).astype(int))
