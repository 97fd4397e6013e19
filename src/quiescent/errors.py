"""The one exception that users are meant to read."""


class QuiescentError(Exception):
    """A mistake that the user can mend: the message names the input and what is allowed."""


class EngineLost(QuiescentError):  # noqa: N818 - nobody's mistake
    """What hands out jobs is gone; only a new process can start it again."""
