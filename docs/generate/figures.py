"""Figures: what each module says of itself, and the measures that it is drawn from."""

import importlib
import inspect

from generate.markdown import section
from quiescent.figures import FIGURES
from quiescent.figures.drawing import Drawing


def figures() -> str:
    """Write one section per figure."""
    return "\n".join(map(_figure, FIGURES))


def _figure(name: str) -> str:
    drawing = FIGURES[name]
    text = inspect.getdoc(importlib.import_module(f"quiescent.figures.{name}")) or ""
    if isinstance(drawing, Drawing):
        links = ", ".join(f"[`{one}`](#measure-{one})" for one in drawing.measures)
        made = f"Drawn from {links}." + (f" Only for {drawing.space.__name__.lower()}s." if drawing.space else "")
    else:
        made = "Drawn from test logs, of unfinished runs too."
    return section(2, f"`{name}`", text, f"`quiescent draw {name} RUN`. {made}", label=f"figure-{name}")
