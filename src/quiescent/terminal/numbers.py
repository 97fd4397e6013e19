"""Numbers as people read them: means with their spread, errors in centimetres or degrees, lists of seeds."""

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, SupportsFloat

if TYPE_CHECKING:
    from quiescent.spaces import Space

ROUNDING = 1e-12  # of a mean: a spread below it comes from the arithmetic
CENTURY = 100 * 365.25 * 24 * 3600  # s
LEAST, MOST = 1e-3, 1e6  # numbers outside are written with an exponent


def mean_and_spread(values: Iterable[SupportsFloat]) -> str:
    """Write `mean ± sd` of the numbers that are not NaN, a single one as it is, and `-` for none.

    Examples
    --------
    >>> mean_and_spread([0.9, 1.1, float("nan")])
    '1.00 ± 0.14'
    """
    numbers = [number for number in map(float, values) if not math.isnan(number)]
    if not numbers:
        return "-"
    mean = math.fsum(numbers) / len(numbers)
    if len(numbers) == 1:
        return f"{mean:.3g}"
    spread = math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1))
    return with_error(mean, spread if spread > ROUNDING * abs(mean) else 0.0)


def with_error(value: float, error: float) -> str:
    """Write `value ± error` with two digits of the error, and without an error that is NaN.

    Examples
    --------
    >>> with_error(12.3456, 0.0123), with_error(2e-7, 3e-8)
    ('12.346 ± 0.012', '(2.00 ± 0.30)e-07')
    """
    if not (math.isfinite(value) and math.isfinite(error)):
        return f"{value:.3g}"
    if not error > 0:
        return f"{value:.3g} ± 0"
    largest = max(abs(value), error)
    exponent = 0 if LEAST <= largest < MOST else math.floor(math.log10(largest))
    value, error = value / 10.0**exponent, error / 10.0**exponent
    decimals = max(0, 1 - math.floor(math.log10(error)))
    shown = f"{value:.{decimals}f} ± {error:.{decimals}f}" if decimals <= 6 else f"{value:.6f} ± {error:.1e}"
    return f"({shown})e{exponent:+03d}" if exponent else shown


def duration(seconds: float) -> str:
    """Write a duration in days, hours, minutes and seconds; one that nobody waits for as such.

    Examples
    --------
    >>> duration(7384.2), duration(1e300)
    ('2:03:04', 'more than 100 years')
    """
    return str(timedelta(seconds=round(seconds))) if seconds < CENTURY else "more than 100 years"


def rms_error(mean_square: float, space: "Space") -> str:
    """Write the root of a mean squared decoding error in the unit that people think in, such as cm or deg."""
    return f"{space.display.scale * math.sqrt(mean_square):.2g} {space.display.unit}"


def ranges(numbers: Sequence[int]) -> str:
    """Write whole numbers in order, three or more in a row as `first..last`.

    Examples
    --------
    >>> ranges([0, 1, 2, 3, 7, 9, 8, 12, 13])
    '0..3,7..9,12,13'
    """
    pieces = []
    ordered = sorted(set(numbers))
    while ordered:
        length = next((k for k, number in enumerate(ordered) if number != ordered[0] + k), len(ordered))
        first, last = ordered[0], ordered[length - 1]
        pieces.append(f"{first}..{last}" if length > 2 else ",".join(map(str, ordered[:length])))
        ordered = ordered[length:]
    return ",".join(pieces)
