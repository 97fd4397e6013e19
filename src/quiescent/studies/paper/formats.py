"""Numbers, intervals and verdicts in words, the same on the page and in Markdown; they are read from a record."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]  # plain values, as in claims.json: what is not known is None
MINUS, AT_LEAST, AT_MOST = "\N{MINUS SIGN}", "\N{GREATER-THAN OR EQUAL TO} ", "\N{LESS-THAN OR EQUAL TO} "
ENORMOUS = 1e9  # a ratio above it says only that there is nothing to divide by
MARKS = {
    "supported": "\N{CHECK MARK}",
    "not supported": "\N{BALLOT X}",
    "not decided": "\N{WHITE CIRCLE}",
    "not testable at this size": "\N{WHITE SQUARE}",
    "not measured": "\N{EN DASH}",
}
UNKNOWN = "-"


def number(value: float | None) -> str:
    """Write a number with three digits; a dash for what is not known.

    Examples
    --------
    >>> number(0.12345), number(None), number(20000.0)
    ('0.123', '-', '20000')
    """
    if value is None or math.isnan(value):
        return UNKNOWN
    if abs(value) >= ENORMOUS:
        return ("> " if value > 0 else f"< {MINUS}") + "1e9"
    digits = f"{value:.0f}" if 1000 <= abs(value) < 1e5 else f"{value:.3g}"
    return digits.replace("-", MINUS)


def estimate(finding: Record) -> str:
    """Write the mean of a finding with its 95 % interval, and as a bound if any of its values is one."""
    if finding["mean"] is None:
        return UNKNOWN
    bound = AT_LEAST if finding["at_least"] else AT_MOST if finding["at_most"] else ""
    return f"{bound}{interval([finding['mean'], *finding['interval']])}"


def interval(values: Sequence[float | None]) -> str:
    """Write a mean, and its interval if there is one.

    Examples
    --------
    >>> interval([1.0, 0.5, 1.5]), interval([1.0, None, None])
    ('1 [0.5, 1.5]', '1')
    """
    mean, low, high = values
    return number(mean) if low is None else f"{number(mean)} [{number(low)}, {number(high)}]"


def title(finding: Record) -> str:
    """Name a criterion with its unit."""
    return f"{finding['name']} ({finding['unit']})" if finding["unit"] else str(finding["name"])


def seeds(finding: Record) -> str:
    """Say at how many seeds something was measured, and for how many of these only a bound is known."""
    number_of_bounds = finding["at_least"] + finding["at_most"]
    censored = f", {number_of_bounds} censored" if number_of_bounds else ""
    return f"{finding['seeds']} of {finding['planned']}{censored}"


def verdict(found: Record) -> str:
    """Write a verdict with its mark, and the horizon that would do where rest is too short for a perfect network."""
    needed = found.get("needs")
    horizon = f" (needs {number(needed['seconds'])} s)" if needed else ""
    return f"{MARKS[found['verdict']]} {found['verdict']}{horizon}"


def demand(finding: Record, control: str) -> str:
    """Say what a control has to do: `fail`, `pass`, or nothing."""
    if control in finding["negative"]:
        return "fail"
    return "pass" if control in finding["positive"] else ""


def outcome(finding: Record, control: str) -> str:
    """Tell how a control did: `as it must`, `wrongly`, `free` where nothing is asked of it, or nothing if unmeasured.

    A perfect network that fails makes a criterion not testable; a dead one that passes makes it worthless.
    """
    tried = finding["controls"].get(control)
    if tried is None or (tried["value"] is None and tried["anyway"] is None):
        return ""
    wanted = demand(finding, control)
    if not wanted:
        return "free"
    return "as it must" if tried["passed"] == (wanted == "pass") else "wrongly"


def score(finding: Record, control: str) -> str:
    """Write what a control scored: in brackets over all steps, where none of its codes is valid."""
    tried = finding["controls"].get(control)
    if tried is None or tried["value"] is not None or tried["anyway"] is None:
        return number(tried["value"] if tried else None)
    return f"no valid code ({number(tried['anyway'])})"


def passed(finding: Record, control: str) -> str:
    """Say whether a control passed, in capitals where it should not have done so; nothing where it was not measured.

    What lies in the range and fails is censored: only a bound of it is known.
    """
    how = outcome(finding, control)
    if not how:
        return ""
    tried = finding["controls"][control]
    word = "passes" if tried["passed"] else "fails"
    inside = tried["value"] is not None and _within(tried["value"], finding["low"], finding["high"])
    inside = inside and not tried["passed"]
    return (word.upper() if how == "wrongly" else word) + (" (a bound)" if inside else "")


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def listed(words: Sequence[str]) -> str:
    """Join words as in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
