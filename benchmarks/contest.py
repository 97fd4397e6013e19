"""One training batch, by this package and by what else people would write it in, turn by turn in one run.

Every contestant is a process of its own that starts from the same weights, trials and noise, shows its loss and
gradient, and then trains one batch of these trials (codes, fresh noise, forward, backward, Adam) in its turns.
"""

import json
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import parts
import torch

from quiescent.config.load import load_config
from quiescent.machine.lanes import Share
from quiescent.simulation.members import sample
from quiescent.simulation.noise import fill_noise
from quiescent.streams import open_streams

HERE = Path(__file__).parent
PATIENCE = 150.0  # s that a contestant may take to compile and get ready
CLOSE = 1e-3  # largest relative difference of losses and gradients from this package's


class Result(NamedTuple):
    """Costs of one contestant's batches (s), of the clock and of all processors; or why there are none."""

    about: str
    wall: list[float]
    processor: list[float]
    differs: float = 0.0


def jax_python() -> str:
    """Find the Python that has JAX: that of `.venv-jax`, or this one."""
    own = HERE.parent / ".venv-jax" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def contest(name: str, *words: str, rounds: int = 7, without: tuple[str, ...] = ()) -> dict[str, Result]:
    """Let all contestants train the batch of a configuration in turn.

    Raises `AssertionError` if the loss or a gradient of one differs from this package's.
    """
    torch_peers = [sys.executable, str(HERE / "peers_torch.py")]
    commands = {
        "quiescent": [*torch_peers, "quiescent", "", name, *words],
        "JAX": [jax_python(), str(HERE / "peer_jax.py"), ""],
        "textbook, compiled": [*torch_peers, "compiled", "", name, *words],
        "textbook": [*torch_peers, "textbook", "", name, *words],
    }
    results: dict[str, Result] = {}
    with tempfile.TemporaryDirectory() as folder:
        processes: dict[str, subprocess.Popen[str]] = {}
        try:
            for title in (title for title in commands if title not in without):
                own = Path(folder) / title
                own.mkdir()
                write_problem(own, name, *words)
                command = [str(own) if word == "" else word for word in commands[title]]
                processes[title], results[title] = start(command)
            ready = [title for title in results if processes[title].poll() is None]
            differences = {title: difference(Path(folder), title) for title in ready}
            for turn in range(rounds + 1):
                for title in ready if turn % 2 else reversed(ready):
                    cost = ask(processes[title])
                    if turn:  # the first is warm-up
                        results[title].wall.append(cost["wall"])
                        results[title].processor.append(cost["processor"])
        finally:
            for process in processes.values():
                process.kill()
                process.communicate()
    for title, differs in differences.items():
        assert differs < CLOSE, f"{title}: its loss or gradient differs by {differs:.1e}"
        results[title] = results[title]._replace(differs=differs)
    return results


def write_problem(folder: Path, name: str, *words: str) -> None:
    """Write what every contestant starts from."""
    config = load_config(name, *words)
    members = parts.members_of(config)
    trials, heading = config.training.batch_size, config.task.name == "head_direction"
    streams = [open_streams(0, "training", trials, parts.CPU)]
    batch = sample(members, trials, streams)
    (levels,) = members.noise
    noise = torch.empty(len(batch.inputs), trials, config.network.units)
    fill_noise(noise, [levels.recurrent], members.noise, streams, Share(0, slice(0, trials)))
    code: Any = members.codes[0]
    arrays = {f"weights/{key}": weight[0] for key, weight in members.network.weights.items()}
    arrays |= {"inputs": batch.inputs[:, 0], "start": batch.start[0], "path": batch.path[:, 0], "noise": noise}
    settings = {
        "heading": heading,
        "step": config.network.architecture.step,
        "noise_std": levels.recurrent,
        "width": code.width,
        "learning_rate": config.training.learning_rate,
    }
    cells = (code.preferred if heading else code.centres).numpy()
    np.savez(folder / "problem.npz", cells=cells, **{key: value.numpy() for key, value in arrays.items()}, **settings)


def start(command: list[str]) -> tuple[subprocess.Popen[str], Result]:
    """Start a contestant and wait until it is ready; if it cannot, the result says why."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert process.stdout
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    line = process.stdout.readline()
    late.cancel()
    if line:
        return process, Result(json.loads(line)["about"], [], [])
    _, errors = process.communicate()
    said = [f"it was not ready after {PATIENCE:.0f} s"] if process.returncode == -signal.SIGKILL else []
    said = said or [text.strip() for text in errors.splitlines() if text.strip()][-1:] or ["it ended"]
    return process, Result(f"could not be run: {said[0]}", [], [])


def ask(process: subprocess.Popen[str]) -> dict[str, float]:
    """Let a contestant train one batch."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    cost: dict[str, float] = json.loads(process.stdout.readline())
    return cost


def difference(folder: Path, title: str) -> float:
    """Compute by how much a contestant's loss and gradients differ from this package's, relative to their size."""
    with np.load(folder / "quiescent" / "shown.npz") as true, np.load(folder / title / "shown.npz") as shown:
        return max(float(np.linalg.norm(shown[key] - true[key]) / np.linalg.norm(true[key])) for key in true)


def in_words(contests: dict[str, dict[str, Result]]) -> list[str]:
    """Write contests as lines of Markdown."""
    lines = [
        "| batch | written in | time | processor time | time over ours | processor time over ours |",
        "|---|---|---|---|---|---|",
    ]
    for what, results in contests.items():
        ours = results["quiescent"]
        for title, result in results.items():
            if not result.wall:
                lines.append(f"| {what} | {title} | {result.about} | | | |")
                continue
            wall, processor = (
                f"{1e3 * min(costs):.0f}, {1e3 * statistics.median(costs):.0f} ms"
                for costs in (result.wall, result.processor)
            )
            ratios = (
                f"**{statistics.median(a / b for a, b in zip(theirs, own, strict=True)):.1f}**"
                for theirs, own in ((result.wall, ours.wall), (result.processor, ours.processor))
            )
            lines.append(f"| {what} | {title} ({result.about}) | {wall} | {processor} | {' | '.join(ratios)} |")
    return lines
