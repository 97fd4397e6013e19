"""Provenance: what made a report."""

import os
import platform
import time
from pathlib import Path

import torch

from quiescent import __version__


def provenance(command: str, device: torch.device, seconds: float) -> dict[str, object]:
    """Tell what made a report: command, versions, machine, time."""
    return {
        "command": command,
        "quiescent": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": f"{processor()}, {os.cpu_count()} CPUs, {device}",
        "seconds": round(seconds),
        "date": time.strftime("%Y-%m-%d"),
    }


def processor() -> str:
    """Ask the machine for the name of its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
