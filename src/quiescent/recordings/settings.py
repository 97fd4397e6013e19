"""Settings by which a recording is read: which columns, in which units, what to leave out."""

import contextlib
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator

from quiescent.recordings.units import ANGLES, LENGTHS
from quiescent.settings import NotNegative, Positive, Settings

TimeUnit = Literal["s", "ms", "us", "ns", "min", "h", "frames"]


def _unit(value: object) -> object:
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = float(value)
    if isinstance(value, str) and value in (*LENGTHS, *ANGLES):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf"):
        return float(value)
    raise ValueError(f"must be {', '.join(LENGTHS)}, {', '.join(ANGLES)}, or metres per pixel (a number > 0)")


def _choice(text: str) -> str:
    if not all(part.partition("=")[0].strip() and part.partition("=")[2].strip() for part in text.split(",")):
        raise ValueError("must be COLUMN=VALUE, or several of them with commas between, such as animal=2")
    return text


def _given(text: str) -> str:
    if not text.strip():
        raise ValueError("must name a column, but is empty")
    return text


Name = Annotated[
    str, BeforeValidator(lambda value: str(value) if type(value) is int else value), AfterValidator(_given)
]


class ColumnSettings(Settings):
    """Names of columns, where they cannot be told from the header; of a file without one, numbers from 1."""

    time: Name | None = None  # of every sample
    x: Name | None = None  # first coordinate
    y: Name | None = None  # second coordinate, if there is one
    heading: Name | None = None  # tracked on a circle, in place of x and y
    likelihood: Name | None = None  # of every sample, as pose trackers give it


class RecordingSettings(Settings):
    """How a recording is read; what is not given is told from the file, or is an error that names the setting."""

    later: ClassVar[tuple[str, ...]] = (
        *("columns", "fps", "unit", "time_unit", "likelihood", "where", "max_speed", "period", "sessions"),
    )

    columns: ColumnSettings = ColumnSettings()
    fps: Positive | None = None  # samples per second, of a file that counts frames
    unit: Annotated[str | float, BeforeValidator(_unit)] | None = None  # of the coordinates
    time_unit: TimeUnit | None = None  # of the column of times
    likelihood: NotNegative | None = None  # below it, samples are missing
    where: Annotated[str, AfterValidator(_choice)] | None = None  # one animal, body part or series: animal=2
    max_speed: Positive | None = None  # m/s (rad/s of headings); default: 10, or 20 times the median
    period: Positive | None = None  # of a circular coordinate, in its unit: it is tracked on a circle
    sessions: Literal["split"] | None = None  # times that go back begin a new session
