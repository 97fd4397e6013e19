"""Animals that were never there: paths whose every number is known, and the files that people would have of them."""

import numpy as np

RATE = 30


def walk(seconds=60.0, *, rate=RATE, seed=0, box=1.0):
    """Walk smoothly through a square box, by Lissajous' figures of two incommensurable speeds."""
    times = np.arange(round(seconds * rate)) / rate
    turns = np.random.default_rng(seed).uniform(0, 2 * np.pi, 2)
    points = box * (0.5 + 0.45 * np.stack([np.sin(0.31 * times + turns[0]), np.sin(0.43 * times + turns[1])], axis=1))
    return times, points


def table(path, names, *columns, separator=",", decimal=".", above="", digits=6):
    """Write columns as text; NaN becomes an empty cell."""

    def cell(value):
        if isinstance(value, str):
            return value
        return "" if np.isnan(value) else f"{value:.{digits}f}".replace(".", decimal)

    rows = [separator.join(map(cell, row)) for row in zip(*columns, strict=True)]
    header = [separator.join(names)] if names else []
    path.write_text(above + "\n".join([*header, *rows]) + "\n", encoding="utf-8")
    return str(path)
