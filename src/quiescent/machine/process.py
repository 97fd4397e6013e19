"""Processes by machine, number and beginning, which together tell one from any other."""

import contextlib
import functools
import os
import socket
from pathlib import Path

MOST = 2**31 - 1  # the largest number that a process can have


@functools.cache
def machine() -> str:
    """Name this machine so that it differs from others, and from containers that number their processes anew."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts += [Path("/proc/sys/kernel/random/boot_id").read_text().strip(), os.readlink("/proc/self/ns/pid")]
    return " ".join(parts)


def began(process: int) -> int:
    """Read when a process began, in clock ticks since the machine did; 0 where that is not told, -1 if it is dead."""
    if not 0 < process <= MOST:
        return -1
    try:
        state, *fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return -1 if state in "ZX" else int(fields[18])
    except OSError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return -1
    except OSError:
        pass
    return 0
