"""What the reference says is that of the code, and nothing is missing in it."""

import importlib.util
import re
import sys

import pytest
from examples import ROOT

pytest.importorskip("sphinx", reason="the documentation is made with the extra `docs`")
pytest.importorskip("jupytext", reason="the documentation is made with the extra `docs`")
sys.path.insert(0, str(ROOT / "docs"))

import quiescent
from generate import PARTS, PLACE, fill
from generate.measures import PROMISED, promised, text_of
from generate.settings import RUN, comments_of, settings_of
from generate.settings import table as rows_of
from quiescent.cli import app
from quiescent.config.named import names
from quiescent.config.schema import Config
from quiescent.controls import CONTROLS
from quiescent.figures import FIGURES
from quiescent.jobs.slurm import SlurmSettings
from quiescent.measures import MEASURES
from quiescent.settings import Positive, Settings
from quiescent.tasks import TASKS
from quiescent.tasks.routes import Route

GROUPS = [*(group for group, _ in RUN.values()), SlurmSettings]


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_says_its_formula_its_source_and_where_it_fails(name):
    text = text_of(name)
    assert list(promised(text)) == list(PROMISED), "paragraphs that begin with `Formula:`, `Source:` and `Fails:`"
    assert [re.findall(rf"^{word}: ", text, re.M) for word in PROMISED] == [[f"{word}: "] for word in PROMISED]
    assert all(len(part) > 3 and part.endswith(".") for part in promised(text).values())
    assert text.endswith(promised(text)["Fails"])


def test_a_paragraph_ends_where_the_next_begins_and_not_at_a_colon():
    text = "Order: is there any?\n\nFormula: a\nb: c.\n\nSource: ours.\n\nFails: for\nnoise: always."
    assert promised(text) == {"Formula": "a\nb: c.", "Source": "ours.", "Fails": "for\nnoise: always."}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
def test_every_setting_says_what_it_is(group):
    settings = list(settings_of(group))
    assert settings
    assert [one.name for one in settings if not one.comment] == []
    assert all(one.allowed and one.default for one in settings)


def test_no_group_of_settings_is_left_out():
    def within(group):
        yield group
        for field in group.model_fields.values():
            for name in re.findall(r"\b\w+\b", str(field.annotation)):
                yield from (found for kind in kinds if kind.__name__ == name for found in within(kind))

    def below(kind):
        return {kind, *(found for child in kind.__subclasses__() for found in below(child))}

    kinds = [kind for kind in below(Settings) if kind.__module__.startswith("quiescent.")]
    assert {Config, *TASKS.values(), Route} <= set(within(Config)) <= {*GROUPS}


class Example(Settings):
    """One of each kind."""

    beside: Positive = 0.5  # s, how long
    # m, how far,
    # if at all
    above: float | None = None
    wide: tuple[
        Positive,
        ...,
    ] = ()  # at its end
    silent: bool = False


def test_comments_are_those_beside_and_above_a_setting():
    assert comments_of(Example) == {
        "beside": "s, how long",
        "above": "m, how far, if at all",
        "wide": "at its end",
        "silent": "",
    }
    assert [(one.allowed, one.default) for one in settings_of(Example)] == [
        ("a number > 0", "`0.5`"),
        ("a number", "none"),
        ("several, each a number > 0", "none"),
        ("`true` or `false`", "`false`"),
    ]


def test_a_table_keeps_its_columns_whatever_its_cells_have():
    assert rows_of(["a", "b"], [["x | y", "two\nlines"]]).splitlines()[2] == r"| x \| y | two lines |"


def test_the_reference_has_every_name_measure_figure_control_command_and_configuration_once():
    parts = {name: make() for name, make in PARTS.items()}
    listed = {
        "exported": ("python", [name.lower() for name in quiescent.__all__]),
        "measures": ("measure", MEASURES),
        "figures": ("figure", FIGURES),
        "commands": (
            "command",
            [one.name or one.callback.__name__ for one in app.registered_commands if not one.hidden],
        ),
        "configurations": ("config", [name.replace("/", "-") for name in names()]),
    }
    for part, (kind, expected) in listed.items():
        labels = re.findall(rf"^\({kind}-(.+)\)=$", parts[part], re.M)
        assert len(labels) == len(set(labels))
        assert set(labels) - {label for label in labels if label.endswith("-base")} == set(expected)
    assert re.findall(r"^\| `(\w+)`", parts["controls"], re.M) == list(CONTROLS)
    for name, measure in MEASURES.items():
        section = parts["measures"].partition(f"(measure-{name})=")[2].partition("\n(measure-")[0]
        assert all(f"| `{key}` |" in section for key in (*measure.quantities, *measure.phases))
    for link in re.findall(r"\]\(#([\w-]+)\)", "".join(parts.values())):
        assert f"({link})=" in "".join(parts.values()), link


def test_every_part_has_a_place_on_one_page_and_takes_it():
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
    assert sorted(name for page in pages for name in PLACE.findall(page)) == sorted(PARTS)
    assert fill("before\n<!-- from the code: controls -->\nafter") == f"before\n{PARTS['controls']()}\nafter"


def test_the_site_is_made_of_what_its_configuration_names():
    spec = importlib.util.spec_from_file_location("conf", ROOT / "docs" / "conf.py")
    conf = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conf)
    assert conf.nb_execution_raise_on_error
    assert all(importlib.util.find_spec(name) for name in [*conf.extensions, conf.html_theme])
