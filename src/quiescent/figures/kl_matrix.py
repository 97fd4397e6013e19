"""KL matrix: rest of every condition against behaviour of every condition."""

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import names_of, reading
from quiescent.figures.style import COLUMN, PAGE, style

ROWS = {"random": "untrained", "uniform": "uniform points", "behaviour": "other behaviour (floor)"}


def draw(results: Results) -> Figure:
    """Draw mean and standard deviation over seeds; untrained networks and uniform points as means over conditions."""
    dataset = results["kl"]
    names = names_of(dataset)
    references = [name for name in names if name in dataset["reference"].values]
    rows = _rows(dataset, names, references)
    tables = [row.transpose("seed", "reference").values for row in rows.values()]
    means = np.array([table.mean(0) for table in tables])
    unknown = np.full(len(references), np.nan)
    spreads = np.array([table.std(0, ddof=1) if len(table) > 1 else unknown for table in tables])
    with style():
        width = min(PAGE, COLUMN * 0.6 + 0.8 * len(references) + 0.5)
        figure = Figure(figsize=(width, 0.27 * len(rows) + 1.1), layout="constrained")
        axes = figure.subplots()
        highest = float(np.nanmax(means)) or 1.0
        image = axes.imshow(means, cmap=mpl.colormaps["viridis_r"], vmin=0, vmax=highest, aspect="auto")
        for row, column in np.ndindex(*means.shape):
            value, spread = means[row, column], spreads[row, column]
            if np.isfinite(value):
                text = f"{value:.2f}" if np.isnan(spread) else f"{value:.2f} ± {spread:.2f}"
                colour = "white" if value > 0.45 * highest else "black"
                axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=6)
        axes.set_yticks(range(len(rows)), list(rows))
        axes.set_xticks(range(len(references)), [names[name] for name in references], rotation=25, ha="right")
        axes.set_xlabel("behaviour of")
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        figure.colorbar(image, ax=axes, label="KL (nats)", shrink=0.8)
    return figure


def _rows(dataset: xr.Dataset, names: dict[str, str], references: list[str]) -> dict[str, xr.DataArray]:
    """Select the rows of the matrix, each over seed and reference, by their titles."""
    kl = reading(dataset, "kl").sel(reference=references)
    rows = {f"{name} at rest": kl.sel(condition=condition, phase="quiescent") for condition, name in names.items()}
    if "noise_added" in kl["phase"].values:
        for condition, name in names.items():
            row = kl.sel(condition=condition, phase="noise_added")
            if row.notnull().any():
                rows[f"{name} + noise"] = row
    for phase, title in ROWS.items():
        if phase == "behaviour":
            # Of every column the floor of its own condition: two samples of one behaviour.
            own = [kl.sel(condition=name, reference=name, phase=phase, drop=True) for name in references]
            rows[title] = kl.sel(phase=phase).isel(condition=0).copy()
            floors = [floor.transpose("seed").values for floor in own]
            rows[title].values = np.stack(floors, rows[title].dims.index("reference"))
        else:
            rows[title] = kl.sel(phase=phase).mean("condition")
    return rows


DRAWING = Drawing(measures=("kl",), draw=draw)
