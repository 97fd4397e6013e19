"""Units of what is recorded, by the words that headers use for them."""

import re

LENGTHS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "um": 1e-6, "km": 1000.0}  # m
ANGLES = {"rad": 1.0, "deg": 3.141592653589793 / 180}  # rad
TIMES = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60.0, "h": 3600.0}  # s
PIXELS, FRAMES = "px", "frames"

WORDS = {
    "m": ("m", "meter", "meters", "metre", "metres"),
    "cm": ("cm", "cms", "centimeter", "centimeters", "centimetre", "centimetres"),
    "mm": ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
    "um": ("um", "µm", "μm", "micrometer", "micrometers", "micrometre", "micrometres"),
    "km": ("km", "kilometer", "kilometers", "kilometre", "kilometres"),
    "rad": ("rad", "rads", "radian", "radians"),
    "deg": ("deg", "degs", "degree", "degrees", "°"),
    "s": ("s", "sec", "secs", "second", "seconds"),
    "ms": ("ms", "msec", "msecs", "millisecond", "milliseconds"),
    "us": ("us", "µs", "μs", "usec", "microsecond", "microseconds"),
    "ns": ("ns", "nsec", "nanosecond", "nanoseconds"),
    "min": ("min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "px": ("px", "pix", "pixel", "pixels"),
    "frames": ("frame", "frames"),
}
UNIT_OF = {word: unit for unit, words in WORDS.items() for word in words}


def unit_of(word: str) -> str | None:
    """Read a unit, however it is spelled; None for any other word.

    Examples
    --------
    >>> unit_of("[Centimetres]"), unit_of("left")
    ('cm', None)
    """
    return UNIT_OF.get(re.sub(r"^[\s(\[{]+|[\s)\]}.]+$", "", word).lower())
