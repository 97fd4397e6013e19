"""The live page as one file: template, style and script put together, with a policy that lets nothing else in."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from quiescent.page.policy import policy

FOLDER = Path(__file__).parent / "live"
# In the order in which they need one another.
SCRIPTS = (
    "vendor/uPlot.iife.min.js",
    "pack.js",
    "random.js",
    "network.js",
    "codes.js",
    "task.js",
    "rest.js",
    "member.js",
    "quality.js",
    "fourier.js",
    "measures.js",
    "world.js",
    "colours.js",
    "stage.js",
    "flow.js",
    "arena.js",
    "ring.js",
    "space.js",
    "plots.js",
    "save.js",
    "controls.js",
    "main.js",
)
STYLES = ("vendor/uPlot.min.css", "watch.css")
LICENCES = {"uPlot": "vendor/uPlot.LICENSE.txt"}


def render(members: Sequence[Mapping[str, Any]], variable: str) -> str:
    """Render the page of some members."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["breakable"] = breakable
    template = environment.from_string(_asset("watch.html"))
    script = "\n".join(["'use strict';", *map(_asset, SCRIPTS)])
    style = "\n".join(map(_asset, STYLES))
    return template.render(
        members=members,
        variable=variable,
        title=title(members, variable),
        legend=legend(members),
        durations=" / ".join(dict.fromkeys(f"{one['steps'] * one['dt']:g}" for one in members)),
        script=Markup(script),
        style=Markup(style),
        policy=policy(style=style, script=script),
        data=Markup(_json({"variable": variable, "members": members})),
        licences={name: _asset(file) for name, file in LICENCES.items()},
    )


def title(members: Sequence[Mapping[str, Any]], variable: str) -> str:
    """Say in one line what networks these are."""
    many = len(members) > 1
    number = {1: "A", 2: "Two", 3: "Three", 4: "Four"}.get(len(members), str(len(members)))
    units = {member["units"] for member in members}
    size = f" of {units.pop()} units" if len(units) == 1 else ""
    noisy = {member["noise"]["trained"] > 0 for member in members}
    noise = "with and without noise" if len(noisy) > 1 else "with noise" if noisy.pop() else "without noise"
    subject, verb = ("they", "") if many else ("it", "s")
    goal = f"which way {subject} face{verb}" if variable == "heading" else f"where {subject} {'are' if many else 'is'}"
    return f"{number} recurrent network{'s' if many else ''}{size}, trained {noise} to know {goal}"


def legend(members: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name members so that they can be told apart: with their seed, or with what was changed, where they need it."""

    def named(*more: str) -> list[str]:
        return [", ".join(str(member[key]) for key in ("name", *more) if member[key] != "") for member in members]

    seeds = [f"{member['name']}, seed {member['seed']}" for member in members]
    candidates = [
        named(),
        seeds,
        named("changes"),
        [f"{name}, seed {member['seed']}" for name, member in zip(named("changes"), members, strict=True)],
    ]
    return next((names for names in candidates if len(set(names)) == len(names)), candidates[-1])


def breakable(name: str) -> Markup:
    """Let a name go on in the next line after `/` and `_`."""
    return Markup(re.sub("([/_])", r"\1<wbr>", str(escape(name))))


def _asset(name: str) -> str:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")  # as a browser reads it, or its hash would be another


def _json(values: object) -> str:
    """Write JSON that no HTML parser can mistake for the end of a script."""
    return json.dumps(values, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
