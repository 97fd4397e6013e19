"""Compare what is learned with float32 and with bfloat16 products: learning curves and measures, as one table.

`python benchmarks/precision.py FLOAT32 BFLOAT16`: two folders of finished runs that differ in precision only.
"""

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from quiescent.evaluation.evaluate import measure
from quiescent.runs.open import read_config
from quiescent.runs.run import Run, runs_in


def numbers(runs: Sequence[Run]) -> dict[str, list[float]]:
    """Collect everything that is compared, one number per seed."""
    curves = [{entry.batch: entry for entry in run.metrics()} for run in runs]
    last = max(curves[0])
    compared = {
        f"test error after {batch:,} batches": [curve[batch].error for curve in curves]
        for batch in (last // 5, last // 2, last)
    }
    compared["test loss at the end"] = [curve[last].loss for curve in curves]
    compared["mean test loss of the last fifth"] = [
        statistics.fmean(entry.loss for entry in curve.values() if entry.batch > 0.8 * last) for curve in curves
    ]
    kl, variance, distance = (
        measure(name, runs)[name].isel(condition=0).sel(reading="all") for name in ("kl", "variance", "distance")
    )
    kl = kl.isel(reference=0)
    compared["KL of rest to behaviour (nats)"] = list(kl.sel(phase="quiescent").values)
    compared["variance at rest"] = list(variance.sel(phase="quiescent").values)
    for phase in ("active", "quiescent"):
        compared[f"step distance, {phase}"] = list(distance.sel(phase=phase).values)
    return compared


def table(full: Sequence[Run], half: Sequence[Run]) -> str:
    """Tabulate means and standard deviations over seeds, and the difference of means in units of that spread."""
    config = read_config(full[0])
    seeds = [", ".join(str(read_config(run).seed[0]) for run in runs) for runs in (full, half)]
    lines = [
        f"### {config.name}, {config.training.batches:,} batches",
        "",
        f"| | float32, seeds {seeds[0]} | bfloat16, seeds {seeds[1]} | difference of means / spread over seeds |",
        "|---|---|---|---|",
    ]
    both = numbers(full), numbers(half)
    for name in both[0]:
        per_seed = [np.array(compared[name], float) for compared in both]
        means = [values.mean() for values in per_seed]
        spreads = [values.std(ddof=1) for values in per_seed]
        spread = float(np.sqrt(np.mean(np.square(spreads))))
        cells = [f"{mean:.3g} ± {std:.2g}" for mean, std in zip(means, spreads, strict=True)]
        lines.append(f"| {name} | {cells[0]} | {cells[1]} | {(means[1] - means[0]) / spread:+.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(*(runs_in(Path(folder)) for folder in sys.argv[1:3])))
