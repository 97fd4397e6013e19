"""The demonstration's numbers: of each kind of network one number per seed, and a table of them."""

from collections.abc import Mapping, Sequence
from math import nan

import numpy as np
from jaxtyping import Float

from quiescent.evaluation.evaluate import measure
from quiescent.measures.measure import PAPER
from quiescent.runs.run import Run
from quiescent.terminal.layout import Table
from quiescent.terminal.numbers import mean_and_spread

QUANTITIES = {
    "kl": ("kl", "kl_start"),
    "variance": ("variance",),
    "distance": ("distance",),
    "coverage": ("coverage_end", "standing"),
}
PHASES = {
    "quiescent": "at rest",
    "noise_added": "rest + noise",
    "random": "untrained",
    "behaviour": "awake again",
    "uniform": "every place",
}

Numbers = Mapping[tuple[str, str], Float[np.ndarray, " seed"]]  # by quantity and phase


def numbers_of(runs: Sequence[Run], device: str | None = None) -> Numbers:
    """Collect what the demonstration tells of runs of one condition, by quantity and phase; measures what is missing.

    Errors are root mean squares (m); `standing` is the coverage of a path after its first step.
    """
    tests = [run.metrics()[-1] for run in runs]
    numbers = {
        ("error", "active"): np.sqrt([test.error for test in tests]),
        ("error", "trained_on"): np.sqrt([test.training_error or nan for test in tests]),
    }
    for name, quantities in QUANTITIES.items():
        result = measure(name, runs, device=device, reuse=True).sel(reading="all", window=PAPER).isel(condition=0)
        if "reference" in result.dims:
            result = result.isel(reference=0)
        if name == "coverage":
            result["standing"] = result["coverage"].isel(time=0)
        for quantity in quantities:
            for phase in result["phase"].values:
                numbers[quantity, str(phase)] = result[quantity].sel(phase=phase).values
    return numbers


def table_of(networks: Mapping[str, Numbers], title: str) -> Table:
    """Lay the numbers out by kind of network and phase."""
    rows = []
    for network, numbers in networks.items():
        awake = [_cell(numbers, "error", "active", 100), "", "", _cell(numbers, "distance", "active", 100)]
        rows.append([network, "awake", *awake])
        for phase, name in PHASES.items():
            if ("kl", phase) in numbers:
                scaled = (("kl", 1.0), ("variance", 1e4), ("distance", 100.0))
                rows.append([network, name, "", *(_cell(numbers, quantity, phase, by) for quantity, by in scaled)])
    learnt = (f"{network} {_cell(numbers, 'error', 'trained_on', 100)} cm" for network, numbers in networks.items())
    seeds = max(len(numbers["error", "active"]) for numbers in networks.values())
    return Table(
        ["network", "phase", "error (cm)", "KL (nats)", "variance (cm²)", "step (cm)"],
        rows,
        keys=2,
        title=f"{title}, mean ± sd over {seeds} seeds",
        caption="error: awake, on the last fifth of the recording, which is never trained on (on the rest: "
        + ", ".join(learnt)
        + "); KL of decoded places against those decoded awake; variance of a path at rest; step per time step",
    )


def _cell(numbers: Numbers, quantity: str, phase: str, scale: float) -> str:
    return mean_and_spread(scale * numbers[quantity, phase]) if (quantity, phase) in numbers else ""
