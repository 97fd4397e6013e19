"""States of random streams, as PyTorch writes those of a CPU: bytes that it reads back almost unchecked."""

import numpy as np

WORDS = 624
STATE = np.dtype(
    [
        ("seed", "<u8"),
        ("left", "<i4"),  # draws until the words are renewed, and one
        ("seeded", "<i4"),
        ("next", "<u8"),  # word to be drawn
        ("words", "<u8", WORDS),
        ("normals", "<f8", 3),
        ("normal_is_kept", "<i4"),
        ("_1", "V4"),
        ("single", "<f4"),
        ("single_is_kept", "u1"),
        ("_2", "V3"),
    ]
)


def require_states(states: np.ndarray) -> None:
    """Require states (stream byte) that a generator can have. Raises `ValueError`, which says what is wrong.

    States of other lengths, which are of other devices, are left to PyTorch. Of these it would draw words from beyond
    the end of the array.
    """
    if states.shape[1] != STATE.itemsize:
        return
    for stream, state in enumerate(np.ascontiguousarray(states).view(STATE)[:, 0]):
        left, following = int(state["left"]), int(state["next"])
        whole = (
            state["seeded"] == 1
            and 1 <= left <= WORDS
            and left + following <= WORDS + 1
            and state["words"].max() < 2**32
            and state["normal_is_kept"] in (0, 1)
            and state["single_is_kept"] in (0, 1)
            and np.isfinite([*state["normals"], state["single"]]).all()
        )
        if not whole:
            raise ValueError(f"stream {stream} is not where a random stream can be")
