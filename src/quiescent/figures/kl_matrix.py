"""KL matrix: rest of every condition against behaviour of every condition."""

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import names_of, reading
from quiescent.figures.style import COLUMN, PAGE, style

ROWS = {"random": "untrained", "uniform": "uniform density", "behaviour": "other behaviour (floor)"}


def draw(results: Results) -> Figure:
    """Draw mean and standard deviation over seeds; untrained networks and densities as means over conditions."""
    dataset = results["kl"]
    names = names_of(dataset)
    references = [one for one in names if one in dataset["reference"].values]
    kl = reading(dataset, "kl").sel(reference=references)
    rows = {f"{name} at rest": kl.sel(condition=one, phase="quiescent") for one, name in names.items()}
    if "noise_added" in kl["phase"].values:
        noisy = kl.sel(phase="noise_added")
        rows |= {
            f"{names[one]} + noise": noisy.sel(condition=one)
            for one in names
            if noisy.sel(condition=one).notnull().any()
        }
    for phase, title in ROWS.items():
        if phase == "behaviour":
            # Of every column the floor of its own condition: two samples of one behaviour.
            own = [kl.sel(condition=one, reference=one, phase=phase, drop=True) for one in references]
            rows[title] = kl.sel(phase=phase).isel(condition=0).copy()
            rows[title].values = np.stack(
                [one.transpose("seed").values for one in own], rows[title].dims.index("reference")
            )
        else:
            rows[title] = kl.sel(phase=phase).mean("condition")
    table = [one.transpose("seed", "reference").values for one in rows.values()]
    means = np.array([one.mean(0) for one in table])
    spreads = np.array([one.std(0, ddof=1) if len(one) > 1 else np.full(one.shape[1], np.nan) for one in table])
    with style():
        width = min(PAGE, COLUMN * 0.6 + 0.8 * len(references) + 0.5)
        figure = Figure(figsize=(width, 0.27 * len(rows) + 1.1), layout="constrained")
        axes = figure.subplots()
        colours = mpl.colormaps["viridis_r"]
        highest = float(np.nanmax(means)) or 1.0
        image = axes.imshow(means, cmap=colours, vmin=0, vmax=highest, aspect="auto")
        for row, column in np.ndindex(*means.shape):
            value, spread = means[row, column], spreads[row, column]
            if np.isfinite(value):
                text = f"{value:.2f}" if np.isnan(spread) else f"{value:.2f} ± {spread:.2f}"
                dark = value > 0.45 * highest
                axes.text(column, row, text, ha="center", va="center", color="white" if dark else "black", fontsize=6)
        axes.set_yticks(range(len(rows)), list(rows))
        axes.set_xticks(range(len(references)), [names[one] for one in references], rotation=25, ha="right")
        axes.set_xlabel("behaviour of")
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        figure.colorbar(image, ax=axes, label="KL (nats)", shrink=0.8)
    return figure


DRAWING = Drawing(measures=("kl",), draw=draw)
