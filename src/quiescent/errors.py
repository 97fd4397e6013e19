"""The one exception that users are meant to read."""


class QuiescentError(Exception):
    """A mistake that the user can mend: the message names the input and what is allowed."""
