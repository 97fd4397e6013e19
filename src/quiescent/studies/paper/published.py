"""Numbers and axes that can be read in the figures of Krishna et al. (2024), and what stands in their place here."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from quiescent.figures.drawing import Histories
from quiescent.studies.paper.experiments import Form
from quiescent.studies.paper.ours import (
    Value,
    component,
    crowd,
    explained,
    highest_kl,
    hue,
    in_training,
    mean_of,
    peak,
    step,
    turning,
    within,
)
from quiescent.studies.paper.source import (
    BIASED,
    FREE,
    FREE_BIASED,
    HEADING,
    HEADING_BIASED,
    UNBIASED,
    Missing,
    Network,
    Source,
)
from quiescent.terminal.layout import Table
from quiescent.terminal.numbers import mean_and_spread

COLUMNS: Sequence[Form] = ("as published", "as written", "with biases")


class Axis(NamedTuple):
    """The ends of an axis or of a colour bar."""

    low: float
    high: float

    def __str__(self) -> str:
        if self.low == -self.high:
            return f"axis \N{PLUS-MINUS SIGN}{self.high:g}"
        return f"axis {self.low:g} to {self.high:g}"


class Readable(NamedTuple):
    """An axis or a number of a published panel, and the number of our networks that stands in its place."""

    figure: str
    panel: str
    what: str
    published: Axis | float
    unit: str
    network: Network
    value: Value


def words(network: Network) -> str:
    """Name a network in words."""
    return network.name.replace("no-noise", "noise-free").replace("_", " ")


def step_groups(noisy: Network, free: Network) -> list[tuple[Network, str, str]]:
    """List the five groups of Fig. C.4: networks, phase, and its name there."""
    return [
        (noisy, "active", "active"),
        (noisy, "quiescent", "quiescent"),
        (free, "active", "active"),
        (free, "quiescent", "quiescent"),
        (free, "noise_added", "quiescent, with noise"),
    ]


LOSS, ERROR, EXPLAINED, SPREAD = Axis(1e-5, 5e-5), Axis(0, 0.6), Axis(0.4, 0.9), Axis(0, 0.02)
READABLE: Sequence[Readable] = (
    Readable("fig1", "b", "test loss, first test in training", LOSS, "", UNBIASED, in_training("loss", 0)),
    Readable("fig1", "b", "test loss, end of training", LOSS, "", UNBIASED, in_training("loss", -1)),
    Readable("fig1", "b", "decoding error, first test in training", ERROR, "m²", UNBIASED, in_training("error", 0)),
    Readable("fig1", "b", "decoding error, end of training", ERROR, "m²", UNBIASED, in_training("error", -1)),
    *(
        Readable("fig1", "c", f"variance in {number} PC, {phase}", EXPLAINED, "", UNBIASED, explained(number, phase))
        for number in (1, 10)
        for phase in ("active", "quiescent")
    ),
    Readable("fig1", "f", "distance from the centre, active", Axis(0, 1.5), "m", UNBIASED, hue("active")),
    Readable("fig1", "g", "distance from the centre, quiescent", Axis(0, 1.5), "m", UNBIASED, hue("quiescent")),
    Readable("fig1", "h", "highest density of positions, active", Axis(0, 1.2), "1/m²", UNBIASED, peak("active")),
    Readable("fig1", "i", "highest density of positions, quiescent", Axis(0, 1.2), "1/m²", UNBIASED, peak("quiescent")),
    Readable("fig1", "j", "highest density on PCs 1, 2, active", Axis(0, 1.6), "", UNBIASED, crowd("active")),
    Readable("fig1", "k", "highest density on PCs 1, 2, quiescent", Axis(0, 1.6), "", UNBIASED, crowd("quiescent")),
    Readable("fig2", "e", "highest entry of the KL matrix", Axis(0, 10), "nats", UNBIASED, highest_kl),
    *(
        Readable("fig2", "f", f"total variance at rest, {words(one)}", SPREAD, "m²", one, mean_of("variance"))
        for one in (UNBIASED, FREE, BIASED, FREE_BIASED)
    ),
    Readable("fig3", "c", "largest component, active", Axis(-10, 10), "", HEADING, component("active")),
    Readable("fig3", "d", "largest component, quiescent", Axis(-10, 10), "", HEADING, component("quiescent")),
    *(
        Readable("figC4", panel, f"step, {words(one)}, {title}", Axis(0, high), "m", one, step(phase))
        for panel, noisy, free, high in (("a", UNBIASED, FREE, 0.6), ("b", BIASED, FREE_BIASED, 0.06))
        for one, phase, title in step_groups(noisy, free)
    ),
    *(
        Readable(
            "figC5",
            panel,
            f"fraction of steps on the axis, {words(one)}, {phase}",
            Axis(-limit, limit),
            "rad/step",
            one,
            within(phase, limit),
        )
        for panel, one, phase, limit in (
            ("d", HEADING_BIASED, "active", 0.5),
            ("e", HEADING_BIASED, "quiescent", 0.2),
            ("f", HEADING, "quiescent", 0.2),
        )
    ),
    Readable(
        "figC5", "e", "mean angular velocity, noisy biased, quiescent", 0.0151, "rad/step", HEADING_BIASED, turning
    ),
    Readable("figC5", "f", "mean angular velocity, noisy unbiased, quiescent", 0.0005, "rad/step", HEADING, turning),
)


def axis_of(figure: str, panel: str, what: str = "") -> Axis:
    """Look up the axis of a published panel; `what` begins the name of what is on it, where there are two."""
    rows = [row for row in READABLE if (row.figure, row.panel) == (figure, panel) and row.what.startswith(what)]
    return next(row.published for row in rows if isinstance(row.published, Axis))


def numbers_of(figure: str, panel: str) -> list[float]:
    """List the numbers that are written in a published panel."""
    rows = [row for row in READABLE if (row.figure, row.panel) == (figure, panel)]
    return [row.published for row in rows if not isinstance(row.published, Axis)]


def published_table(results: Mapping[str, xr.Dataset], histories: Histories, figure: str | None = None) -> Table:
    """Tabulate what can be read in the paper beside the mean and spread over seeds of our networks, form by form.

    A number of fewer seeds than were trained says of how many; `-` stands for what is not measured.
    """
    sources = [Source(results, histories, form) for form in COLUMNS]
    rows = []
    for row in READABLE:
        if figure in (None, row.figure):
            unit = f" ({row.unit})" if row.unit else ""
            published = f"{row.published:g}" if isinstance(row.published, float) else str(row.published)
            cells = [_cell(row, source) for source in sources]
            rows.append([row.figure.removeprefix("fig") + row.panel, row.what + unit, published, *cells])
    return Table(["figure", "axis or number", "published", *COLUMNS], rows, sentences=["axis or number"])


def _cell(row: Readable, source: Source) -> str:
    try:
        values = row.value(source, row.network)
    except Missing:
        return "-"
    finite = int(np.isfinite(values).sum())
    trained = source.seeds(row.network)
    partly = f" ({finite} of {trained} seeds)" if 0 < finite < trained else ""
    return mean_and_spread(values) + partly
