"""The live page: networks, their behaviour and its measures, packed for a browser that runs them."""

from collections.abc import Sequence
from math import isfinite, sqrt
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.config.load import task_noise
from quiescent.config.naming import label, overrides_of
from quiescent.config.schema import Config
from quiescent.errors import QuiescentError
from quiescent.evaluation.evaluate import require_one_variable
from quiescent.machine.files import writing
from quiescent.measures.components import principal, spread_of
from quiescent.measures.coverage import bins_of, coverage, visited
from quiescent.measures.displacement import displacement, log_lags
from quiescent.measures.kl import density_or_none, kl
from quiescent.measures.manifold import EVERY, FIRST
from quiescent.measures.measure import mean, points_of
from quiescent.networks.loop import simulate
from quiescent.networks.population import Population
from quiescent.page.render import pack, render
from quiescent.quiescence.activity import Active, Activity
from quiescent.quiescence.observe import observe
from quiescent.quiescence.phases import OTHER_BEHAVIOUR
from quiescent.runs.run import Run
from quiescent.simulation.members import Members, load
from quiescent.spaces.density import CircleDensity, Density, UniformDensity
from quiescent.streams import numpy_stream, stream
from quiescent.tasks import HeadDirection, SpatialNavigation
from quiescent.tasks.codes import HeadDirectionCells, PlaceCells, wrap
from quiescent.tasks.trials import Task
from quiescent.terminal.tables import rms_error
from quiescent.training.loop import usable_device

WeightType = Literal["float16", "float32"]
Choice = Literal["auto", "float16", "float32"]

KINDS = ("vanilla", "gru")  # whose update equations the page has
SEEN = Active(trials=200, states=True)  # the behaviour of `phases.BEHAVIOUR`, with hidden states
DOTS = 1200  # of the cloud of states
NODES = 128  # of the grid of behaviour's density, per dimension
REACH = 6.0  # of that grid beyond the box, in standard deviations of the density's kernel
CHECKED = 200  # steps that rounded weights are checked over
LIMIT = {"position": 0.01, "heading": np.radians(1)}  # m, rad: how far rounding may move what is decoded
RECORDED = 100  # recorded trials that travel in the page


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
    require_one_variable(runs, None, "the page")
    members = [_loaded(run).to(usable_device(device)) for run in runs]
    if len({len(one.configs[0].task.box) for one in members}) > 1:
        raise QuiescentError("these runs track positions of one and of two dimensions; choose one.")
    moved = [rounding_error(one) for one in members]
    variable = members[0].configs[0].task.variable
    worst = max(moved)
    if weights == "float16" and worst > LIMIT[variable]:
        shown = rms_error(worst**2, variable)
        raise QuiescentError(
            f"weights=float16: moves what {runs[moved.index(worst)].folder} decodes by {shown}, which is more than "
            f"{rms_error(LIMIT[variable] ** 2, variable)}. Use float32."
        )
    chosen: WeightType = "float16" if weights != "float32" and worst <= LIMIT[variable] else "float32"
    page = render([_describe(run, one, chosen) for run, one in zip(runs, members, strict=True)], variable)
    with writing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return Page(path, path.stat().st_size, chosen, worst)


def _loaded(run: Run) -> Members:
    kind = run.require_finished().network.kind
    if kind not in KINDS:
        raise QuiescentError(f"{run.folder}: network.kind={kind} cannot run in a page; only {', '.join(KINDS)} can.")
    return load([run])


@torch.no_grad()
def rounding_error(members: Members) -> float:
    """How far float16 weights move what one member decodes: root mean square (m or rad).

    Over 200 steps of 100 trials with the same starts, inputs and noise: awake for as long as its task's trials last,
    then at rest. Decoded positions are means of a few cells' centres, so most are the same and a few jump.
    """
    config, code, network = members.configs[0], members.codes[0], members.network.member(0)
    generator = stream(config.seed[0], "watch")
    trials = config.task.sample(100, generator=generator)
    awake = trials.inputs[:CHECKED]
    inputs = torch.cat([awake, torch.zeros(CHECKED - len(awake), *awake.shape[1:])])
    noise = sqrt(config.network.sigma2_rec) * torch.randn(CHECKED, 100, network.units, generator=generator)
    start, inputs, noise = (one.to(network.device, network.dtype) for one in (trials.start, inputs, noise))
    rounded = Population(network.settings, {name: one.half().to(one) for name, one in network.weights.items()})

    def decoded(one: Population) -> Tensor:
        return code.decode(one.readout(simulate(one, one.encode(code.encode(start)), inputs, noise)))

    moved = decoded(rounded) - decoded(network)
    return float((wrap(moved) if code.circular else moved).square().sum(-1).mean().sqrt())


def _describe(run: Run, members: Members, weights: WeightType) -> dict[str, object]:
    """Everything that the page knows of one member."""
    (seen,), (other,) = observe(members, SEEN), observe(members, OTHER_BEHAVIOUR)
    config, network = members.configs[0], members.network.settings[0]
    metrics = run.metrics()
    trained = sqrt(network.sigma2_rec)
    return {
        "name": label(config).partition("+")[0],
        "changes": ", ".join(_changes(config)),
        "seed": config.seed[0],
        "batches": run.batches_done(),
        "error": rms_error(metrics[-1].error, config.task.variable) if metrics else "",
        "kind": network.kind,
        "units": network.units,
        "activation": network.activation,
        "step": network.dt / network.tau,
        "noise": {
            "shape": network.noise,
            "unit": trained or sqrt(task_noise(config)),  # what the page's multiples are of
            "trained": trained,
            "input": sqrt(network.sigma2_in),
            "output": sqrt(network.sigma2_out),
        },
        "box": config.task.box,
        "dt": config.task.dt,
        "steps": config.task.steps,
        "code": _code(members),
        "task": _task(config.task, config.seed[0]),
        "weights": {name: pack(one[0].cpu().numpy(), weights) for name, one in members.network.weights.items()},
        "cloud": _cloud(seen),
        "behaviour": _behaviour(seen, other, config.seed[0]),
    }


def _changes(config: Config) -> list[str]:
    """What sets a configuration apart from the named one; of files only their names, for the page may travel."""
    changed = overrides_of(config).items()
    return [f"{key}={Path(str(value)).name if key == 'task.path' else value}" for key, value in changed]


def _code(members: Members) -> dict[str, object]:
    code = members.codes[0]
    if isinstance(code, PlaceCells):
        return {"kind": "place", "centres": pack(code.centres.cpu().numpy()), **code.settings.model_dump()}
    if isinstance(code, HeadDirectionCells):
        return {"kind": "heading", "preferred": pack(code.preferred.cpu().numpy()), **code.settings.model_dump()}
    return {"kind": "identity", "number": code.size}


def _task(task: Task, seed: int) -> dict[str, object]:
    """Settings of a task that the page draws by itself; of any other, some of its trials."""
    if isinstance(task, SpatialNavigation):
        return {"kind": "walk", **task.model_dump(exclude={"name", "place_cells"})}
    if isinstance(task, HeadDirection):
        return {"kind": "turns", **task.model_dump(exclude={"name", "hd_cells"})}
    trials = task.sample(RECORDED, generator=stream(seed, "watch"))
    return {"kind": "recorded", "paths": pack(torch.cat([trials.start[None], trials.states]).numpy())}


def _cloud(seen: Activity) -> dict[str, object]:
    """Behaviour's states on its first three principal components, with what is decoded from them."""
    assert seen.states is not None
    spread = spread_of(seen.states)
    assert spread is not None
    variances, directions = principal(spread, 3)
    states = seen.states[FIRST::EVERY] if len(seen.states) > FIRST else seen.states
    rows = states.reshape(-1, states.shape[-1])
    places = seen.decoded[FIRST::EVERY] if len(seen.states) > FIRST else seen.decoded
    chosen = np.linspace(0, len(rows) - 1, min(DOTS, len(rows))).astype(int)
    points = (rows[chosen] - spread.mean) @ directions
    share = variances.sum() / max(np.trace(spread.covariance), 1e-30)
    return {
        "mean": pack(spread.mean),
        "directions": pack(directions.T),
        "points": pack(points),
        "places": pack(places.reshape(-1, places.shape[-1])[chosen]),
        "share": float(share),
    }


def _behaviour(seen: Activity, other: Activity, seed: int) -> dict[str, object]:
    """What live measures are compared with: the package's own numbers of decoded behaviour."""
    lags = log_lags(len(seen.decoded))
    area = visited(bins_of(seen.decoded, seen.box), len(seen.box))
    reached = coverage(bins_of(seen.decoded, seen.box), area).mean(1)
    own, again = (density_or_none(points_of(one.decoded), circular=one.circular) for one in (seen, other))
    rng = numpy_stream(seed, "measure")
    return {
        "lags": [int(lag) for lag in lags],
        "msd": [_or_none(mean(row)) for row in displacement(seen.decoded, lags, circular=seen.circular)],
        "area": pack(area, "uint8"),
        "coverage": reached.tolist(),
        "floor": None if own is None or again is None else max(kl(again, own, rng=rng).value, 0.0),
        "uniform": None if own is None else kl(UniformDensity(seen.box), own, rng=rng).value,
        "density": None if own is None else log_density(own, seen),
    }


def log_density(density: Density, seen: Activity) -> dict[str, object]:
    """The log of behaviour's density on a grid beyond the box, or around the circle; `low` and `high` are its ends."""
    if isinstance(density, CircleDensity):
        nodes = [np.linspace(-np.pi, np.pi, 720, endpoint=False)]
    else:
        spread = points_of(seen.decoded).std(0) * points_of(seen.decoded).shape[0] ** (-1 / (len(seen.box) + 4))
        ends = [(low - REACH * std, high + REACH * std) for (low, high), std in zip(seen.box, spread, strict=True)]
        nodes = [np.linspace(low, high, NODES) for low, high in ends]
    points: Float[np.ndarray, "point dim"] = np.stack([one.ravel() for one in np.meshgrid(*nodes, indexing="ij")], -1)
    values = np.maximum(density.log(points), -100.0).reshape([len(one) for one in nodes])
    return {"low": [float(one[0]) for one in nodes], "high": [float(one[-1]) for one in nodes], "log": pack(values)}


def _or_none(value: float) -> float | None:
    return value if isfinite(value) else None
