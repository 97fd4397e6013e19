"""Names of columns: what a header's words mean."""

import re
from typing import Literal, NamedTuple

from quiescent.recordings.units import TIMES, unit_of

Role = Literal["time", "frame", "x", "y", "line", "heading", "likelihood", "animal", "globe", "other"]

TIME = {"t", "time", "times", "timestamp", "timestamps", "datetime"}
COUNTED = {"frame", "frames", "sample", "samples"}
NUMBERED = {"id", "ids", "number", "num", "no", "nr", "index", "idx", "count"}
GENERIC = {"pos", "position", "positions", "coord", "coords", "coordinate", "center", "centre", "centroid", "location"}
LINE = {*GENERIC, "linear", "linearized", "linearised", "lin", "track", "distance", "arc", "lap", "belt"}
HEADING = {"heading", "headings", "hd", "direction", "orientation", "angle", "yaw", "azimuth", "bearing"}
LIKELIHOOD = {"likelihood", "confidence", "probability", "prob", "score"}
ANIMAL = {"animal", "agent", "subject", "individual", "mouse", "rat", "bat", "bird", "fish", "fly", "identity", "id"}
DERIVED = {"speed", "velocity", "vel", "acceleration", "acc", "std", "sd", "error", "err", "var", "rot", "delta", "d"}
PLACES = {"easting": "x", "eastings": "x", "northing": "y", "northings": "y"}
GLOBE = {"lon", "long", "longitude", "lat", "latitude", "lng"}


class Meaning(NamedTuple):
    """A role that a column's name gives it, with its unit, and what it belongs to (`nose` of `nose_x_px`)."""

    role: Role
    unit: str | None = None
    stem: str = ""


def meaning(name: str) -> Meaning:
    """Read a name of a column.

    Examples
    --------
    >>> meaning("Nose X (px)"), meaning("time_ms").unit, meaning("head_direction_deg").role
    (Meaning(role='x', unit='px', stem='nose'), 'ms', 'heading')
    """
    bracket = re.search(r"[(\[]([^)\]]*)[)\]]\s*$", name)
    unit = unit_of(bracket[1]) if bracket else None
    words = _words(name[: bracket.start()] if bracket and unit else name)
    if unit is None and len(words) > 1:
        unit = unit_of(words[-1])
        words = words[:-1] if unit else words
    role = _role(words, unit)
    if role == "time" and len(words) == 1 and unit is None and unit_of(words[0]) in TIMES:
        unit = unit_of(words[0])
    stem = " ".join(word for word in words if word not in {"x", "y", *GENERIC, *PLACES})
    return Meaning(role, unit, stem if role in ("x", "y") else "")


def _words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W_]+", spaced.lower()) if word] or [name.strip().lower()]


def _role(words: list[str], unit: str | None) -> Role:
    present = set(words)
    axes = [PLACES.get(word, word) for word in words if word in ("x", "y", *PLACES)]
    if present & DERIVED:
        return "other"
    if present <= {*COUNTED, *NUMBERED} and present & COUNTED:
        return "frame"
    if present & GLOBE:
        return "globe"
    if present & TIME - {"t"} or present == {"t"} or (len(words) == 1 and unit_of(words[0]) in TIMES):
        return "time" if unit is None or unit in TIMES or unit == "frames" else "other"
    if present & HEADING:
        return "heading" if not axes else "other"
    if len(axes) == 1:
        return "x" if axes == ["x"] else "y"
    if present & LIKELIHOOD or words == ["p"]:
        return "likelihood"
    if present <= LINE and present & {*GENERIC, "distance"}:
        return "line"
    singular = {word if word in ANIMAL else word.removesuffix("s") for word in present}
    if (singular & ANIMAL and singular <= {*ANIMAL, *NUMBERED, "name", "track"}) or present == {"track"}:
        return "animal"
    return "other"
