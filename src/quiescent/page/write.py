"""Write the live page: one file in which the networks of finished runs run side by side."""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from quiescent.errors import QuiescentError
from quiescent.machine.device import usable_device
from quiescent.machine.files import writing
from quiescent.networks.loop import simulate
from quiescent.networks.population import Population
from quiescent.page.describe import WeightType, describe
from quiescent.page.render import render
from quiescent.runs.conditions import require_one_space
from quiescent.runs.open import require_finished
from quiescent.runs.run import Run
from quiescent.simulation.members import Members
from quiescent.streams import stream
from quiescent.terminal.numbers import rms_error
from quiescent.training.state import load_networks

Choice = Literal["auto", "float16", "float32"]

KINDS = ("vanilla", "gru")  # whose update equations the page has
SPACES = ("box", "circle", "track")  # that it can draw
CHECKED = 200  # steps that rounded weights are checked over
LIMIT = 1.0  # cm or degrees: how far rounding may move what is decoded


class Page(NamedTuple):
    """A written page; `moved` is how far rounding the weights to float16 moves what is decoded (rms, m or rad)."""

    path: Path
    size: int  # bytes
    weights: WeightType
    moved: float


def write_page(path: Path, runs: Sequence[Run], *, weights: Choice = "auto", device: str | None = None) -> Page:
    """Write a page in which the networks of finished runs run live, side by side.

    With `auto`, weights travel as float16 if every network then decodes the same within 1 cm (1 degree) over 200
    steps, else as float32; `float16` that does not is an error.
    """
    if path.suffix != ".html":
        raise QuiescentError(f"{path}: a page's name must end in .html.")
    require_one_space(runs, None, "the page")
    networks = [_loaded(run).to(usable_device(device)) for run in runs]
    moved = [rounding_error(members) for members in networks]
    space = networks[0].configs[0].task.space
    worst, limit = max(moved), LIMIT / space.display.scale
    if weights == "float16" and worst > limit:
        raise QuiescentError(
            f"weights=float16: moves what {runs[moved.index(worst)].folder} decodes by {rms_error(worst**2, space)}, "
            f"which is more than {rms_error(limit**2, space)}. Use float32."
        )
    chosen: WeightType = "float16" if weights != "float32" and worst <= limit else "float32"
    described = [describe(run, members, chosen) for run, members in zip(runs, networks, strict=True)]
    with writing(path) as temporary:
        temporary.write_text(render(described, space.variable), encoding="utf-8")
    return Page(path, path.stat().st_size, chosen, worst)


def _loaded(run: Run) -> Members:
    config = require_finished(run)
    kind, space = config.network.kind, config.task.space.kind
    if kind not in KINDS:
        raise QuiescentError(f"{run.folder}: network.kind={kind} cannot run in a page; only {', '.join(KINDS)} can.")
    if space not in SPACES:
        raise QuiescentError(f"{run.folder}: a page cannot draw a {space}; only {', '.join(SPACES)}.")
    if config.training.loss == "cross_entropy":
        raise QuiescentError(f"{run.folder}: training.loss=cross_entropy cannot run in a page, which has no softmax.")
    return load_networks([run])


@torch.no_grad()
def rounding_error(members: Members) -> float:
    """Measure how far float16 weights move what one member decodes: root mean square (m or rad).

    Over 200 steps of 100 trials with the same starts, inputs and noise: awake for as long as its task's trials last,
    then at rest. Decoded positions are means of a few cells' centres, so most are the same and a few jump.
    """
    config, code, network = members.configs[0], members.codes[0], members.network.member(0)
    generator = stream(config.seed[0], "watch")
    trials = config.task.sample(100, generator=generator, part="held_out")
    awake = trials.inputs[:CHECKED]
    inputs = torch.cat([awake, torch.zeros(CHECKED - len(awake), *awake.shape[1:])])
    noise = sqrt(config.network.sigma2_rec) * torch.randn(CHECKED, 100, network.units, generator=generator)
    start, inputs, noise = (values.to(network.device, network.dtype) for values in (trials.start, inputs, noise))
    weights = {name: weight.half().to(weight) for name, weight in network.weights.items()}

    def decoded(network: Population) -> Tensor:
        states = simulate(network, network.encode(code.encode(start)), inputs, noise)
        return code.decode(network.readout(states))

    offset = config.task.space.difference(decoded(replace(network, weights=weights)), decoded(network))
    return float(offset.square().sum(-1).mean().sqrt())
