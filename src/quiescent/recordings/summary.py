"""A recording in six lines, in one line, and in plain warnings."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from quiescent.recordings import clean
from quiescent.recordings.cut import Cut, Recording
from quiescent.recordings.track import Track
from quiescent.spaces import Bounds

SLOWEST, FASTEST = 0.01, 3.0  # m/s; of speeds that nine samples in ten stay below, and of the median
SMALLEST, LARGEST = 0.1, 50.0  # m, of a box
FEW = 0.5  # fraction of the recording


class Facts(NamedTuple):
    """Numbers that tell whether a recording was read rightly."""

    path: Path
    samples: int
    rate: float  # samples per second
    used: float  # s
    there: float  # s
    stretches: int  # that are long enough for a trial
    trials: int  # that fit end to end
    trial: float  # s
    box: Bounds  # m, in the file's coordinates; or rad
    visited: Bounds  # by 99.8 % of the samples
    circle: bool
    unit: str  # of speeds
    speeds: tuple[float, float, float]  # median, of nine samples in ten, of all but one in a thousand
    jumps: int  # steps of more than half the range
    whole: bool  # samples are 1 apart
    dropped: dict[str, int]
    said: tuple[str, ...]
    warned: tuple[str, ...]


def facts_of(track: Track, recording: Recording, how: Cut, path: Path) -> Facts:
    """Sum up what was read."""
    steps = np.diff(track.times)
    rate = 1 / float(np.median(steps[steps > 0]))
    speeds = clean.speeds(track.distances(), track.times, how.max_gap)
    known = speeds[np.isfinite(speeds)]
    median, most, all_but_few = np.percentile(known, [50, 90, 99.9]) if len(known) else (np.nan,) * 3
    ends = np.percentile(track.points, [0.1, 99.9], axis=0)
    there = sum(float(track.times[part][-1] - track.times[part][0]) for part in _sessions(track))
    return Facts(
        path=path,
        samples=track.samples,
        rate=rate,
        used=recording.used,
        there=there,
        stretches=len(recording.lengths),
        trials=sum((length - 1) // how.steps for length in recording.lengths),
        trial=how.steps * how.dt,
        box=tuple(
            (low + zero, high + zero) for (low, high), zero in zip(recording.bounds, recording.origin, strict=True)
        ),
        visited=tuple((float(low), float(high)) for low, high in ends.T),
        circle=track.circle,
        unit="rad/s" if track.circle and track.scale == 1 else "m/s",
        speeds=(float(median), float(most), float(all_but_few)),
        jumps=0 if track.circle else _jumps(track, how.max_gap),
        whole=bool(np.median(steps) == 1),
        dropped=track.dropped,
        said=track.said,
        warned=track.warned,
    )


def _sessions(track: Track) -> list[slice]:
    edges = np.flatnonzero(np.diff(track.times) < 0) + 1
    return [slice(first, last) for first, last in zip([0, *edges], [*edges, len(track.times)], strict=True)]


def _jumps(track: Track, max_gap: float) -> int:
    steps = np.diff(track.times)
    near = (steps > 0) & (steps <= max_gap)
    leaps = np.abs(np.diff(track.points, axis=0)) > 0.5 * np.ptp(track.points, axis=0)
    return int((leaps.any(1) & near).sum())


def one_line(facts: Facts) -> str:
    """Say in one line what was read."""
    dropped = sum(facts.dropped.values())
    return (
        f"{facts.path.name}: {_seconds(facts.used)} of {_seconds(facts.there)} used, {_box(facts)}, {_speed(facts)}, "
        f"{dropped} of {facts.samples} samples dropped"
    )


def six_lines(facts: Facts) -> dict[str, str]:
    """Say what was read: how, how much of it can be used, box, speed, dropped samples, and trials."""
    reasons = "; ".join(f"{number} {reason}" for reason, number in facts.dropped.items())
    lost = sum(facts.dropped.values()) / facts.samples
    parts = f"{facts.stretches} {'stretch' if facts.stretches == 1 else 'stretches'}"
    return {
        "read": f"{facts.samples} samples, {facts.rate:.4g} per second; {'; '.join(facts.said)}",
        "used": f"{_seconds(facts.used)} of {_seconds(facts.there)}, in {parts}",
        "box": _box(facts).removeprefix("box "),
        "speed": _speed(facts).removeprefix("speed "),
        "dropped": f"{100 * lost:.2g} % of the samples: {reasons}" if reasons else "no samples",
        "trials": f"{facts.trials} of {facts.trial:g} s fit end to end",
    }


def warnings_of(facts: Facts, field: float | None) -> list[str]:
    """Say in plain words what looks wrong. `field`: width of a place field (m), None where there are none."""
    return [*facts.warned, *_of_times(facts), *_of_speed(facts), *_of_places(facts, field), *_of_loss(facts)]


def _of_times(facts: Facts) -> Iterator[str]:
    if facts.whole:
        yield "samples are 1 apart: frames or milliseconds? If so, set task.fps or task.time_unit"
    if facts.used < FEW * facts.there:
        yield (
            f"{_seconds(facts.used)} of {_seconds(facts.there)} can be used: stretches are shorter than a trial of "
            f"{facts.trial:g} s. Set task.steps, or bridge longer gaps with task.max_gap"
        )


def _of_speed(facts: Facts) -> Iterator[str]:
    median, most, _ = facts.speeds
    if facts.circle and facts.unit == "rad/s":
        if median > 20:
            yield f"headings turn by {median:.3g} rad/s (median), which is implausible: degrees, or wrong times?"
    elif median > FASTEST:
        yield (
            f"a median speed of {median:.3g} m/s is implausible: are positions in cm, mm or pixels (task.unit), "
            "or times in another unit (task.time_unit)?"
        )
    elif most < SLOWEST:
        yield (
            f"nine samples in ten are slower than {most:.2g} m/s, which is implausible: are times frames (task.fps) or "
            "milliseconds (task.time_unit), or positions in km or m of a map (task.unit)?"
        )


def _of_places(facts: Facts, field: float | None) -> Iterator[str]:
    if facts.jumps:
        yield (
            f"{facts.jumps} steps are jumps of more than half the range: is the coordinate circular (task.period), "
            "or were frames lost (task.max_speed)?"
        )
    if facts.circle:
        return
    sizes, visited = (np.array([high - low for low, high in box]) for box in (facts.box, facts.visited))
    if sizes.max() > LARGEST or sizes.max() < SMALLEST:
        yield f"a box of {_sizes(facts.box)} is implausible: are positions in another unit (task.unit)?"
    elif field is not None and sizes.min() < 2 * field:
        yield f"the box is hardly larger than a place field of {field:g} m (task.place_cells.width)"
    if (visited < FEW * sizes).any():
        yield (
            f"the box of {_sizes(facts.box)} is far larger than what is visited, {_sizes(facts.visited)} but for 0.2 % "
            "of samples: stray samples (task.max_speed, task.likelihood), or a wrong task.arena?"
        )


def _of_loss(facts: Facts) -> Iterator[str]:
    for reason, number in facts.dropped.items():
        if number > 0.2 * facts.samples and not reason.startswith("empty"):
            yield f"{number / facts.samples:.0%} of the samples were dropped: {reason}"


def _box(facts: Facts) -> str:
    if facts.circle:
        return "circle"
    places = ", ".join(
        f"{axis} {_place(low)} to {_place(high)}" for axis, (low, high) in zip("xy", facts.box, strict=False)
    )
    return f"box {_sizes(facts.box)} ({places})"


def _place(value: float) -> str:
    return f"{round(value, 4) + 0.0:.12g}"


def _sizes(box: Bounds) -> str:
    return " x ".join(f"{high - low:.3g}" for low, high in box) + " m"


def _speed(facts: Facts) -> str:
    median, _, most = facts.speeds
    return f"speed {median:.2g} {facts.unit} (median), {most:.2g} (99.9 %)"


def _seconds(value: float) -> str:
    return f"{value:.0f} s" if value >= 10 else f"{value:.2g} s"
