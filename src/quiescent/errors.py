"""Errors that users are meant to read, and what helps to word them."""

import difflib
from collections.abc import Sequence

LONGEST = 300  # characters of a value in a message


class QuiescentError(Exception):
    """A mistake that the user can mend: the message names the input and what is allowed.

    Examples
    --------
    >>> import quiescent
    >>> try:
    ...     quiescent.load_config("head_direction/noisy_baised")
    ... except quiescent.QuiescentError as error:
    ...     print(error)
    no configuration named 'head_direction/noisy_baised'. Did you mean 'head_direction/noisy_biased'?
    """


class EngineLost(QuiescentError):  # noqa: N818 - nobody's mistake
    """The engine that hands out jobs is gone; only a new process can start it again."""


def nearest(word: str, allowed: Sequence[str]) -> str:
    """Suggest the allowed name that is most like a word, or else list them all; begins with a space."""
    close = difflib.get_close_matches(word, allowed, n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else f" Known: {', '.join(allowed)}."


def printable(value: object) -> str:
    r"""Write a value on one line of bearable length: a text as it is, unless it has signs that cannot be printed.

    Examples
    --------
    >>> print(printable("two words"), printable("two\nlines"))
    two words 'two\nlines'
    """
    text = str(value)
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    return text if text.isprintable() else repr(text)
