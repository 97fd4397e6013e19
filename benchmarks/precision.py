"""Whether bfloat16 products change what is learned: learning curves and measures in both precisions, as one table.

`python benchmarks/precision.py FLOAT32 BFLOAT16`: two folders of finished runs that differ in precision only.
"""

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from quiescent.evaluation.evaluate import evaluate
from quiescent.runs.open import read_config
from quiescent.runs.run import Run, runs_in


def numbers(runs: Sequence[Run]) -> dict[str, list[float]]:
    """Everything that is compared, one number per seed."""
    curves = [{one.batch: one for one in run.metrics()} for run in runs]
    last = max(curves[0])
    found = {
        f"test error after {batch:,} batches": [curve[batch].error for curve in curves]
        for batch in (last // 5, last // 2, last)
    }
    found["test loss at the end"] = [curve[last].loss for curve in curves]
    found["mean test loss of the last fifth"] = [
        statistics.fmean(one.loss for one in curve.values() if one.batch > 0.8 * last) for curve in curves
    ]
    kl = evaluate("kl", runs).isel(condition=0, reference=0)
    variance, distance = (evaluate(name, runs).isel(condition=0) for name in ("variance", "distance"))
    found["KL of rest to behaviour (nats)"] = list(kl.sel(phase="quiescent").values)
    found["variance at rest"] = list(variance.sel(phase="quiescent").values)
    for phase in ("active", "quiescent"):
        found[f"step distance, {phase}"] = list(distance.sel(phase=phase).values)
    return found


def table(full: Sequence[Run], half: Sequence[Run]) -> str:
    """Mean and standard deviation over seeds, and their difference in standard deviations over seeds."""
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
        values = [np.array(one[name], float) for one in both]
        means = [one.mean() for one in values]
        spreads = [one.std(ddof=1) for one in values]
        spread = float(np.sqrt(np.mean(np.square(spreads))))
        cells = [f"{mean:.3g} ± {one:.2g}" for mean, one in zip(means, spreads, strict=True)]
        lines.append(f"| {name} | {cells[0]} | {cells[1]} | {(means[1] - means[0]) / spread:+.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(*(runs_in(Path(folder)) for folder in sys.argv[1:3])))
