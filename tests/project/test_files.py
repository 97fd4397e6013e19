"""Promises of the project's own files: constraints, citation, links, the map of the house, tested promises."""

import itertools
import re

import structure
import yaml
from examples import CONTRIBUTING, PAGES, PROJECT, README, ROOT
from test_house import ROOMS

import quiescent


def test_readme_names_the_two_commands():
    assert "make demo" in README
    assert "make test" in README


def test_every_constraint_is_pinned_and_covers_what_the_package_needs():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line) for line in lines)
    assert "torch==2.13.0" in lines  # without the suffix of one kind of build
    pinned = {normal(line.split("==")[0]) for line in lines}
    extras = PROJECT["project"]["optional-dependencies"].values()
    needed = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"], *itertools.chain(*extras)]
    assert {normal(re.match(r"[\w.-]+", name)[0]) for name in needed} <= pinned


def normal(name):
    return re.sub("[-_.]+", "-", name).lower()


def test_citation_is_complete():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["license"] == PROJECT["project"]["license"] == "BSD-3-Clause"
    assert str(citation["version"]) == quiescent.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## [{quiescent.__version__}] - {citation['date-released']}\n" in changelog
    assert {"message", "title", "authors", "references"} <= citation.keys()
    assert all({"type", "title", "authors", "year"} <= reference.keys() for reference in citation["references"])
    assert any("2505.17003" in reference.get("url", "") for reference in citation["references"])


def test_every_link_to_a_file_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_contributing_shows_the_house_as_it_is():
    (order,) = re.findall(r"^ {4}(errors .*)$", CONTRIBUTING, re.M)
    assert order.split() == ROOMS
    tabled = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`[^|]+) \| .* \| .* \| .* \|$", CONTRIBUTING, re.M)))
    assert [name.removesuffix("/").removesuffix(".py").replace("/", ".") for name in tabled] == ROOMS
    assert all((structure.SOURCE / name).exists() for name in tabled)


def test_every_module_and_test_that_contributing_names_exists():
    for name in re.findall(r"`([\w/]+/[\w/]*(?:\.\w+)?)`", CONTRIBUTING):
        assert any((folder / name).exists() for folder in (ROOT, structure.SOURCE, structure.SOURCE.parent)), name


def test_every_promise_has_a_test():
    page = (ROOT / "docs" / "explanation" / "promises.md").read_text(encoding="utf-8")
    promises = re.findall(r"^\| (?!promise |---)(.+) \| `(tests/\S+\.py)::(\w+)` \|$", page, re.M)
    assert len(promises) == len(re.findall(r"^\| (?!promise |---)", page, re.M)) > 20
    for promise, path, test in promises:
        assert f"\ndef {test}(" in (ROOT / path).read_text(encoding="utf-8"), promise
