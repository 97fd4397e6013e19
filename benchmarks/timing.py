"""How long work takes."""

import statistics
import time
from collections.abc import Callable


def seconds(work: Callable[[], object], repeats: int, warm_up: int = 2) -> float:
    """Take the median time of one call."""
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)
