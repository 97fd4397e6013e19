"""Every command has its help, its words complete, and those that only list start quickly."""

import subprocess
import sys

import pytest
from typed import NOISY, TINY, files

from quiescent.config.named import names
from quiescent.terminal.commands import COMMANDS
from quiescent.terminal.commands.arguments import complete_configurations, complete_figures, complete_measures


def test_configs_lists_every_configuration(quiescent):
    code, out, _ = quiescent("configs")
    assert code == 0
    assert all(name in out for name in names())


def test_every_command_has_help_with_an_example(quiescent):
    overview = quiescent("--help")[1]
    for name, command in COMMANDS.items():
        code, out, _ = quiescent(name, "--help")
        assert code == 0
        assert command.example.startswith(f"quiescent {name}")
        assert f"Example: {command.example}" in " ".join(out.split())
        assert f" {name} " in overview
        assert str(command.function.__doc__).split(".")[0].split(";")[0][:40] in " ".join(overview.split())


def test_the_earlier_name_of_draw_works_and_is_not_listed(quiescent):
    assert "\n│ figure " not in quiescent("--help")[1]
    assert quiescent("figure", "--help")[0] == 0
    code, _, err = quiescent("figure", "loss", "nowhere/at_all")
    assert (code, "no configuration named 'nowhere/at_all'" in err) == (2, True)


def test_python_runs_the_package_as_the_command_is_run(quiescent):
    done = subprocess.run([sys.executable, "-m", "quiescent", "configs"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == quiescent("configs")
    assert NOISY in done.stdout


def test_names_complete_in_the_shell():
    assert complete_configurations("head") == [name for name in names() if name.startswith("head")]
    assert complete_measures("v") == ["variance", "validity"]
    assert "loss" in complete_figures("l")


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["configs"], ["runs", "."]])
def test_commands_that_only_list_start_without_heavy_packages(quiescent, words):
    if words == ["runs", "."]:
        assert quiescent("train", NOISY, *TINY, "--out", "here")[0] == 0
    heavy = ["torch", "scipy", "xarray", "matplotlib", "pandas", "h5py", "quiescent.settings"]
    code = (
        "import sys; from quiescent.cli import main\n"
        f"sys.argv = ['quiescent', *{words}]\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"found = set({heavy}) & set(sys.modules)\n"
        "assert not found, found\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert words != ["runs", "."] or "finished" in done.stdout


def test_show_prints_the_resolved_configuration_and_writes_nothing(quiescent):
    # A command line of the authors' code, unchanged.
    words = f"config={NOISY} seed=2 rnn.sigma2_rec=0.0003 trainer.n_epochs=1000 task.place_cells_num=256"
    code, out, _ = quiescent("train", *words.split(), "--show")
    assert code == 0
    assert "sigma2_rec: 0.0003" in out
    assert "batches: 1000" in out
    assert "number: 256" in out
    assert files() == []
