"""Memory of this machine: what it has, what is free, and whether that can be enough."""

import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from quiescent.errors import QuiescentError

GB = 1e9
GROUPS = Path("/proc/self/cgroup")  # Linux's limits of groups of processes: of containers, or of jobs on a cluster
LIMITS = Path("/sys/fs/cgroup")
FREE = Path("/proc/meminfo")


def require_memory(needed: float, what: str) -> None:
    """Raise `QuiescentError` if `what` needs more memory (bytes) than there is in all; warn if more than is free."""
    total, free = total_memory(), free_memory()
    said = f"{what} needs at least {needed / GB:.1f} GB of memory"
    if total is not None and needed > total:
        raise QuiescentError(
            f"{said}, but this machine has {total / GB:.1f} GB. Try fewer units, cells, steps or trials of a batch."
        )
    if total is not None and free is not None and needed > free:
        warnings.warn(f"{said}; of {total / GB:.1f} GB, {free / GB:.1f} GB are free.", stacklevel=2)


def total_memory() -> float | None:
    """Tell how much memory processes here can have, free or not (bytes); None where that is not known."""
    try:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
    return float(min(physical, *_limits()))


def free_memory() -> float | None:
    """Tell how much memory is free or can be freed at once (bytes); None where that is not known."""
    match = re.search(r"^MemAvailable:\s*(\d+) kB", _text(FREE), re.MULTILINE)
    return float(match[1]) * 1024 if match else None


def _limits() -> Iterator[float]:
    """List the limits of the groups that this process is in, and of those that these are in."""
    yield float("inf")
    for line in _text(GROUPS).splitlines():
        _, controllers, group = line.split(":", 2)
        if controllers == "":  # version 2
            folder, name = LIMITS, "memory.max"
        elif "memory" in controllers.split(","):
            folder, name = LIMITS / "memory", "memory.limit_in_bytes"
        else:
            continue
        for parent in (Path(group), *Path(group).parents):
            limit = _text(folder / str(parent).lstrip("/") / name).strip()
            if limit.isdigit():  # rather than "max"
                yield float(limit)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
