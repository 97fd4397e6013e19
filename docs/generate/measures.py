"""Measures and controls: what each module says of itself, what is simulated for it, and what it returns."""

import importlib
import inspect
import re

from generate.markdown import code, codes, section, table
from quiescent.controls import CONTROLS
from quiescent.figures import FIGURES
from quiescent.measures import MEASURES
from quiescent.measures.measure import Quantity
from quiescent.quiescence.activity import Phase

PROMISED = ("Formula", "Source", "Fails")  # paragraphs that the docstring of a measure's module has, in this order
UNITS = {
    "length": "m or rad",
    "spread": "m^2, or none for headings",
    "1/volume": "1/m^2, 1/m or 1/rad",
    "": "none",
}


def text_of(name: str) -> str:
    """Return the docstring of a measure's module."""
    return inspect.getdoc(importlib.import_module(f"quiescent.measures.{name}")) or ""


def promised(text: str) -> dict[str, str]:
    """Find the paragraphs `Formula: ...`, `Source: ...` and `Fails: ...` of a docstring, each of which stands once."""
    return dict(re.findall(rf"^({'|'.join(PROMISED)}): (.+?)$(?=\n\n|\Z)", text, re.M | re.S))


def measures() -> str:
    """Write one section per measure."""
    return "\n".join(map(_measure, MEASURES))


def _measure(name: str) -> str:
    text, measure = text_of(name), MEASURES[name]
    told = promised(text)
    free = text.partition(f"\n{PROMISED[0]}: ")[0].strip()
    terms = "\n\n".join(f"{word}\n: {_indented(told[word])}" for word in PROMISED)
    quantities = table(
        ["quantity", "what it is", "unit", "beside phase and reading"],
        [[code(key), one.title, UNITS.get(one.unit, one.unit), _dims(one)] for key, one in measure.quantities.items()],
    )
    phases = table(
        ["phase", "what the network does"], [[code(key), _phase(one)] for key, one in measure.phases.items()]
    )
    drawn = [key for key, drawing in FIGURES.items() if name in getattr(drawing, "measures", ())]
    links = ", ".join(f"[`{key}`](#figure-{key})" for key in drawn)
    notes = [
        f"`quiescent measure {name} RUN`" + (f". Drawn by {links}." if links else "."),
        f"Only for {measure.space.__name__.lower()}s." if measure.space else "",
        "" if measure.windows else "Not in windows.",
        "" if measure.readings else "One reading, over all steps.",
        "Rest is compared with behaviour of the other conditions too." if measure.compare else "",
    ]
    return section(
        2, f"`{name}`", free, terms, quantities, phases, " ".join(filter(None, notes)), label=f"measure-{name}"
    )


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def _dims(quantity: Quantity) -> str:
    kind = "a coordinate" if quantity.grid else "once for a network" if quantity.once else ""
    return "; ".join(filter(None, [codes(quantity.dims), kind]))


def _phase(phase: Phase) -> str:
    kind = type(phase)
    changed = {
        field: value
        for field, value in phase._asdict().items()
        if field not in ("trials", "steps")
        and (field not in kind._field_defaults or value != kind._field_defaults[field])
    }
    steps = f", {phase.steps:,} steps" if getattr(phase, "steps", 0) else ""
    words = codes(f"{field}={value}" for field, value in changed.items())
    return f"{kind.__name__.lower()}: {phase.trials:,} trials{steps}" + (f"; {words}" if words else "")


def controls() -> str:
    """Write a table of controls."""
    rows = [
        [
            code(name),
            one.title,
            "yes" if one.active else "the network's",
            "yes" if one.states else "no",
            "yes" if one.follows else "no",
        ]
        for name, one in CONTROLS.items()
    ]
    return table(["control", "what it does", "behaviour of its own", "hidden states", "rests in other ways too"], rows)
