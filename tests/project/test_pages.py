"""Code and command lines of all pages are those of the program."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from examples import ADDING, PAGES, README, ROOT, SMALL

from quiescent.cli import app
from quiescent.config.load import load_config
from quiescent.config.named import names
from quiescent.figures import FIGURES
from quiescent.measures import MEASURES


@pytest.fixture
def small_settings(monkeypatch, few_trials):
    """Give every configuration a few units, cells, steps and batches, and every measure a few trials."""

    def load(name, *words):
        given = dict(word.partition("=")[::2] for word in words) | SMALL
        return load_config(name, *(f"{key}={value}" for key, value in given.items()))

    monkeypatch.setattr("quiescent.config.load.load_config", load)


def test_python_in_the_readme_runs(small_settings, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    scope = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), scope)
    assert (tmp_path / "dream.png").stat().st_size > 5000
    assert "500, 50, 2" in capsys.readouterr().out


BESIDE = {"sweep": ROOT / "docs/results/sweep"}  # folders in which the code of a page finds its files
ELSEWHERE = {  # pages whose code other tests run: one wants a network of its own, the others show files of the package
    ROOT / "README.md": ("project/test_pages.py", "test_python_in_the_readme_runs"),
    ROOT / "docs/how-to/standard-files.md": (
        "formats/test_standard_files_page.py",
        "test_the_examples_run_one_after_the_other",
    ),
    **dict.fromkeys(ADDING, ("project/test_examples.py", "test_the_examples_live_in_the_house")),
}


def blocks_of(page):
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


RUN_HERE = [page for page in PAGES if blocks_of(page) and page not in ELSEWHERE]


@pytest.mark.parametrize("page", RUN_HERE, ids=lambda page: page.stem)
def test_python_in_a_page_runs(page, small_settings, tmp_path, monkeypatch):
    monkeypatch.chdir(BESIDE.get(page.stem, tmp_path))
    scope = {}
    for block in blocks_of(page):
        exec(compile(block, page.name, "exec"), scope)
    check = {"rest": check_rest, "sweep": check_sweep}.get(page.stem)
    if check:
        check(scope)


def check_rest(scope):
    assert scope["dream"].decoded.shape == (200, 200, 2)
    assert Path("momentum/seed_0/measures/distance@friction=0.3,matched=true.nc").exists()


def check_sweep(scope):
    assert scope["rest"].dims == ("network.sigma2_rec", "seed")


def test_code_that_is_run_elsewhere_is_run_there():
    for page, (path, name) in ELSEWHERE.items():
        assert blocks_of(page)
        assert f"def {name}(" in (ROOT / "tests" / path).read_text(encoding="utf-8")


def command_lines(page):
    """Find every command of the program on a page, in blocks and in sentences; the program's name is left out."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    sentences = " ".join(re.sub(r"```.*?```", "", text, flags=re.DOTALL).split())
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    for line in [*lines, *re.findall(r"`(quiescent [^`]+)`", sentences)]:
        words = shlex.split(line, comments=True)
        if words[:1] == ["quiescent"]:
            yield words[1:]


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ADDING], ids=lambda page: page.stem)
def test_every_command_line_of_a_page_is_one_of_the_program(page):
    program = typer.main.get_command(app)
    context = program.make_context("quiescent", ["configs"])
    for name, *words in command_lines(page):
        line = " ".join([f"{page.name}: quiescent", name, *words])
        if name in ("--help", "--version", "--install-completion"):
            continue
        assert name in program.commands, f"{line}: there is no such command"
        assert not program.commands[name].hidden, f"{line}: the command has another name now"
        if words:
            try:
                program.commands[name].make_context(name, list(words), parent=context)
            except typer.TyperException as error:
                pytest.fail(f"{line}: {error}")
            check_words(name, words, line)


def check_words(command, words, line):
    """Require that measures, figures, configurations and settings exist, but for words such as NAME and RUN."""
    words = [word for word in words if not re.fullmatch(r"[A-Z]+(\.\.\.)?|\.\.\.|key=values?", word)]
    known = {"measure": MEASURES, "draw": FIGURES}.get(command)
    if known and words:
        assert words[0] in known, line
    configurations = [word for word in words if word in names()]
    assert all(
        word in configurations
        for word in words
        if re.match(r"(?!runs/|results/|example/)\w+/\w+", word) and command != "plot"
    ), line
    settings = [word for word in words if re.match(r"(task|network|training)\.\w+=", word)]
    for name in configurations:
        load_config(name, *(word.replace("..", ",").partition(",")[0] for word in settings))


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 110


def test_the_readme_says_what_every_command_does():
    listed = set(re.findall(r"^\| `quiescent (\w+)", README, re.M))
    assert listed == {name for name, command in typer.main.get_command(app).commands.items() if not command.hidden}
