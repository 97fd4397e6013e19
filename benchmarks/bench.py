"""Measure what everything costs, against a textbook implementation in the same run on the same machine: `make bench`.

Every part runs in a process of its own, one after the other, so that its peak memory is its own. The table is printed
and written to `benchmarks/results/`, with machine, versions and date.
"""

import argparse
import datetime
import json
import math
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import contest
import torch
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, ScalarFormatter
from parts import GRU, HEADING, NAVIGATION, PARTS, REST, product_rate

import quiescent
from quiescent.config.load import load_config
from quiescent.networks import NETWORKS

RESULTS = Path(__file__).parent / "results"
CONTESTS = {"2-D vanilla": "spatial_navigation/noisy_biased", "heading": "head_direction/noisy_biased"}
SWEEPS = {
    "members": ("seed", [1, 2, 4, 8]),
    "trials": ("training.batch_size", [50, 100, 200, 400]),
    "steps": ("task.steps", [50, 100, 200, 400]),
    "units": ("network.units", [64, 128, 256, 512]),
}


class Row(NamedTuple):
    """A line of the table. Times in seconds, peaks in bytes; the floor is the time that the direct algorithm needs."""

    title: str
    textbook: dict[str, Any] | None
    ours: dict[str, Any]
    target: str
    floor: float | None = None


def start(part: str, *words: str) -> subprocess.Popen[str]:
    """Start a part in a process of its own."""
    return subprocess.Popen([sys.executable, __file__, "--part", part, *words], stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a part, and read its value (s) and peak memory (bytes) from its last line."""
    output, _ = process.communicate()
    if process.returncode:
        sys.exit(f"part failed: {' '.join(map(str, process.args))}")
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


def run(part: str, *words: str) -> dict[str, Any]:
    """Run a part from beginning to end."""
    print(".", end="", flush=True, file=sys.stderr)
    return finish(start(part, *words))


def operations(name: str) -> float:
    """Count the multiplications and additions of a batch by the direct algorithm.

    Loop and read-out, once forward and twice backward.
    """
    config = load_config(name)
    network, steps = config.network, config.task.steps * config.training.batch_size
    gates = NETWORKS[network.kind].gates
    return 3 * 2.0 * steps * network.units * (gates * network.units + 512)


def measure() -> tuple[list[Row], dict[str, dict[int, float]], dict[str, float], dict[str, float]]:
    """Run every part: the rows of the table, costs against sizes, rates of products, differences from the textbook."""
    rate = {"float32": product_rate(torch.float32), "bfloat16": product_rate(torch.bfloat16)}
    equal = {name: run("check_equal", name)["value"] for name in (NAVIGATION, GRU, HEADING)}
    table = []
    for title, name, targets in (
        ("2-D vanilla", NAVIGATION, {"float32": ">= 5.5", "bfloat16": ">= 10"}),
        ("2-D GRU", GRU, {"float32": ">= 2.8", "bfloat16": ">= 5"}),
        ("heading", HEADING, {"float32": ">= 40", "bfloat16": ""}),
    ):
        baseline = run("train_textbook", name)
        for precision, target in targets.items():
            ours = run("train_ours", name, f"training.precision={precision}")
            floor = operations(name) / rate[precision]
            table.append(Row(f"training batch, {title}, {precision}", baseline, ours, target, floor))
    table.append(Row("data and codes of a batch, 2-D", run("data_textbook"), run("data_ours"), ">= 20"))
    config = load_config(NAVIGATION)
    at_rest = (
        2.0 * REST["trials"] * config.network.units * (REST["steps"] * 512 + (REST["steps"] - REST["burn_in"]) * 512)
    )
    table.append(
        Row(
            "rest, 500 x 2,000 steps, decoded",
            run("rest_textbook"),
            run("rest_ours"),
            ">= 3, < 1 GiB",
            at_rest / rate["float32"],
        )
    )
    table.append(Row("KL of 200,000 to 20,000 points", run("kl_textbook"), run("kl_ours"), ">= 50"))
    table.append(Row("KL matrix, 6 x 4, of one seed", None, run("matrix_ours"), "< 3 s"))
    table.append(Row("list of 5,000 runs", run("listing_textbook"), run("listing_ours"), "< 3 s"))
    table.append(Row("grid of 2,000 networks", run("grid_textbook"), run("grid_ours"), "< 1 s"))
    alone = run("small_rate")
    both = [finish(process) for process in [start("small_rate"), start("small_rate")]]
    table.append(
        Row(
            "two small networks in two processes",
            {"value": 2 * alone["value"], "peak": alone["peak"]},
            {"value": max(part["value"] for part in both), "peak": sum(part["peak"] for part in both)},
            ">= 1.8",
        )
    )
    scaling: dict[str, dict[int, float]] = {}
    for size, (key, values) in SWEEPS.items():
        words = {value: ",".join(map(str, range(value))) if key == "seed" else str(value) for value in values}
        scaling[size] = {value: run("sweep", key, word)["value"] for value, word in words.items()}
    print(file=sys.stderr)
    return table, scaling, rate, equal


def in_words(
    table: list[Row], scaling: dict[str, dict[int, float]], rate: dict[str, float], equal: dict[str, float]
) -> str:
    """Write all numbers as one Markdown page."""

    def time_of(part: dict[str, Any] | None) -> str:
        return "" if part is None else f"{part['value']:.3g} s"

    def memory_of(part: dict[str, Any] | None) -> str:
        return "" if part is None else f"{part['peak'] / 2**30:.2f}"

    lines = [
        "# What everything costs",
        "",
        f"{datetime.date.today()}, {cpu_name()}, {os.cpu_count()} cores, {platform.system()}; Python "
        f"{platform.python_version()}, torch {torch.__version__}, quiescent {quiescent.__version__}. Full sizes; "
        "median times; every part in its own process. `make bench` makes this page.",
        "",
        f"Matrix products of 200 x 512 x 512: {rate['float32'] / 1e9:.0f} GFLOP/s in float32, "
        f"{rate['bfloat16'] / 1e9:.0f} in bfloat16. The floor is the operation count of the direct algorithm at that "
        "rate. Given the same noise, losses of three successive batches equal the textbook's to "
        f"{max(equal.values()):.0e} (asserted).",
        "",
        "| what | textbook | quiescent | ratio | target | floor | floor / quiescent | GiB textbook | GiB quiescent |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in table:
        ratio = "" if row.textbook is None else f"**{row.textbook['value'] / row.ours['value']:.1f}**"
        floor = "" if row.floor is None else f"{row.floor:.3g} s"
        fraction = "" if row.floor is None else f"{100 * row.floor / row.ours['value']:.0f} %"
        cells = (
            row.title,
            time_of(row.textbook),
            time_of(row.ours),
            ratio,
            row.target,
            floor,
            fraction,
            memory_of(row.textbook),
            memory_of(row.ours),
        )
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "The textbook of `two small networks` is one after the other on one core. More than 100 % is algebra:",
        "less work than the direct algorithm.",
        "",
        "## Cost of a training batch against its sizes",
        "",
        "2-D vanilla; 128 units, 128 cells, 100 trials, 100 steps, one member, but for what varies. The exponent is",
        "the slope of log cost against log size from smallest to largest: 1 is linear.",
        "",
        "| size | " + " | ".join(["cost (ms)"] * 4) + " | exponent |",
        "|---" * 6 + "|",
    ]
    for title, costs in scaling.items():
        cells = [f"{value}: {1e3 * cost:.1f}" for value, cost in costs.items()]
        (a, first), *_, (b, last) = costs.items()
        lines.append(f"| {title} | {' | '.join(cells)} | {math.log(last / first) / math.log(b / a):.2f} |")
    return "\n".join([*lines, "", "![cost against size](scaling.png)", ""])


def contest_in_words() -> str:
    """Hold the contests and write them as a section of the page."""
    contests = {title: contest.contest(name) for title, name in CONTESTS.items()}
    worst = max(result.differs for results in contests.values() for result in results.values())
    lines = [
        "",
        "## Against what else people would write it in",
        "",
        f"{cpu_name()} ({', '.join(cpu_flags()) or 'no AVX-512, no AMX'}), {os.cpu_count()} cores, "
        f"{torch.get_num_threads()} threads of torch; `spatial_navigation/noisy_biased` and "
        "`head_direction/noisy_biased` at full size, float32. Contestants are processes that train one batch at a time "
        "in turn, from given trials: codes, fresh noise, forward, backward, Adam. The trials are sampled before. From "
        "the same weights, trials and noise, every loss and gradient equals that of quiescent to "
        f"{worst:.0e} (asserted). Times are least and median; ratios are medians over pairs of turns; processor time "
        "is that of all cores, and does not change with other work on the machine as that of the clock does.",
        "",
        *contest.in_words(contests),
        "",
    ]
    return "\n".join(lines)


def cpu_info(key: str) -> str:
    """Read what the system says of the first processor; empty where it does not."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith(key)), "")


def cpu_name() -> str:
    """Name the processor."""
    return cpu_info("model name") or platform.processor() or platform.machine()


def cpu_flags() -> list[str]:
    """List what the processor has for fast products."""
    return [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in cpu_info("flags").split()]


def draw_scaling(scaling: dict[str, dict[int, float]], path: Path) -> None:
    """Draw cost against size, both relative to the smallest, on logarithmic axes."""
    figure = Figure(figsize=(4.4, 3.4), layout="constrained")
    axes = figure.subplots()
    for (title, costs), marker in zip(scaling.items(), "osd^", strict=True):
        first, least = next(iter(costs.items()))
        axes.loglog(
            [size / first for size in costs],
            [cost / least for cost in costs.values()],
            f"{marker}-",
            label=f"{title} (from {first}: {1e3 * least:.0f} ms)",
        )
    axes.loglog([1, 8], [1, 8], ":", color="grey", label="linear")
    axes.set(xlabel="size, relative to the smallest", ylabel="cost of a batch, likewise")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator([1, 2, 4, 8]))
        axis.set_major_formatter(ScalarFormatter())
        axis.set_minor_locator(NullLocator())
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Run everything and write the page, or one part and print its result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", nargs="+", help="run one part and print its result; used by this program itself")
    parser.add_argument("--contest", action="store_true", help="only compare with JAX and the compiled textbook")
    arguments = parser.parse_args()
    if arguments.contest:
        print(contest_in_words())
        return
    part = arguments.part
    if part:
        value = PARTS[part[0]](*part[1:])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"value": value, "peak": peak}))
        return
    table, scaling, rate, equal = measure()
    RESULTS.mkdir(exist_ok=True)
    page = in_words(table, scaling, rate, equal) + contest_in_words()
    (RESULTS / f"cpu-{os.cpu_count()}-cores.md").write_text(page)
    draw_scaling(scaling, RESULTS / "scaling.png")
    print(page)


if __name__ == "__main__":
    main()
