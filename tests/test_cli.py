"""The program as a user types it: exit codes, one-line errors, files that appear and files that must not."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr

from quiescent import cli
from quiescent.config.named import names
from quiescent.evaluation.evaluate import measure
from quiescent.runs.run import Run
from quiescent.terminal.commands import COMMANDS
from quiescent.terminal.commands.arguments import complete_configurations, complete_figures, complete_measures

TINY = [
    "network.units=16",
    "task.place_cells.number=12",
    "task.steps=8",
    "training.batches=6",
    "training.batch_size=10",
    "training.test_every=2",
    "training.save_every=3",
]
NOISY = "spatial_navigation/noisy_unbiased"


@pytest.fixture
def quiescent(monkeypatch, capsys, tmp_path):
    """Run the program in an empty folder; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["quiescent", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return run


def files():
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


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


def test_many_runs_are_measured_side_by_side_and_go_on_where_they_stopped(quiescent, monkeypatch):
    assert quiescent("train", NOISY, "seed=0,1,2", *TINY, "--out", "noisy")[0] == 0
    runs = [Run(Path(f"noisy/seed_{seed}")) for seed in range(3)]
    alone = measure("drift", runs)
    stored = {run: run.folder / "measures" / "drift.nc" for run in runs}
    for run in runs[1:]:  # as if it had been stopped after the first
        stored[run].unlink()
    kept = stored[runs[0]].stat().st_mtime_ns
    monkeypatch.setattr("quiescent.jobs.perform.measure_run", lambda *_, **__: pytest.fail("measured in this process"))
    code, out, err = quiescent("measure", "drift", "noisy", "--jobs", "2")
    assert (code, err) == (0, "")
    assert "Stored as measures/drift.nc in 3 run folders" in out
    assert stored[runs[0]].stat().st_mtime_ns == kept
    xr.testing.assert_identical(measure("drift", runs, reuse=True), alone)


def test_train_measure_draw_runs_from_end_to_end(quiescent):
    assert quiescent("train", NOISY, "seed=0,1", *TINY, "--out", "noisy")[0] == 0
    free = ["spatial_navigation/no-noise_unbiased", "seed=0", *TINY]
    assert quiescent("train", *free)[0] == 0  # under its default name
    before = Path("noisy/seed_0/checkpoints/batch_000000006.safetensors").read_bytes()
    code, out, _ = quiescent("train", NOISY, "seed=0,1", *TINY, "--out", "noisy")
    assert (code, "Already finished" in out) == (0, True)
    assert Path("noisy/seed_0/checkpoints/batch_000000006.safetensors").read_bytes() == before

    for name in ("kl", "variance"):
        code, out, err = quiescent("measure", name, "noisy", *free)
        assert (code, err) == (0, "")
        assert "±" in out
    with xr.open_dataset("noisy/seed_0/measures/kl.nc", engine="h5netcdf") as stored:
        # Quiescent, random, other behaviour, uniform; two active phases; all and valid steps.
        assert stored["kl"].sizes == {"reading": 2, "window": 5, "phase": 4, "reference": 2}
        assert stored["kl"].attrs["unit"] == "nats"
    before = Path("noisy/seed_0/measures/kl.nc").stat().st_mtime_ns
    for name in ("trajectories", "kl_matrix", "loss"):
        assert quiescent("draw", name, "noisy", *free)[0] == 0
        assert Path(f"noisy/figures/{name}.png").stat().st_size > 5000
        assert Path(f"noisy/figures/{name}.pdf").read_bytes().startswith(b"%PDF")
    assert Path("noisy/seed_0/measures/kl.nc").stat().st_mtime_ns == before  # what is stored is drawn
    assert quiescent("measure", "distance", "noisy", "--noise", "0.5")[0] == 0
    code, out, err = quiescent("watch", "noisy", *free, "--weights", "float32")
    assert (code, err) == (0, "")
    assert "noisy/watch.html" in out
    assert "weights as float32" in out
    assert Path("noisy/watch.html").stat().st_size > 100_000

    code, out, _ = quiescent("runs", ".")
    assert code == 0
    assert out.count("finished") == 2
    assert "0,1" in out
    assert "6/6" in out
    tests = [json.loads(line)["batch"] for line in Path("noisy/seed_0/metrics.jsonl").read_text().splitlines()]
    assert tests == [0, 2, 4, 6]


ODD = "[pilot] a [/b] :smile: it's"


def suggested(out):
    """The words of every command that an output or an error suggests, as a shell reads them."""
    marks = ("Next: ", "Draw it: ", "Make one: ", "Train it: ")
    commands = [line.partition(mark)[2] for line in out.splitlines() for mark in marks if mark in line]
    assert all(command.startswith("quiescent ") for command in commands)
    return [shlex.split(command)[1:] for command in commands]


def test_folders_are_echoed_as_they_were_typed_and_every_suggested_command_can_be_pasted(quiescent):
    code, out, err = quiescent("train", NOISY, "seed=0", *TINY, "--out", ODD)
    assert (code, err) == (0, "")
    assert suggested(out) == [["measure", "kl", ODD]]
    code, out, _ = quiescent("train", NOISY, "seed=0", *TINY, "--out", ODD)
    assert (code, f"Already finished: {ODD}" in out) == (0, True)
    (row,) = [line for line in quiescent("runs", ".")[1].splitlines() if "finished" in line]
    assert shlex.split(row)[0] == ODD
    code, out, err = quiescent("measure", "distance", shlex.split(row)[0])
    assert (code, err) == (0, "")
    assert ["draw", "summary", ODD] in suggested(out)
    (command,) = suggested(quiescent("measure", "validity", ODD)[1])[:1]
    code, out, err = quiescent(*command)
    assert (code, err) == (0, "")
    assert out.splitlines() == [f"{ODD}/figures/validity.{kind}" for kind in ("png", "pdf")]
    assert quiescent("draw", "loss", ODD, "--out", f"{ODD}.png")[1] == f"{ODD}.png\n"
    code, out, err = quiescent("watch", ODD, "--weights", "float32")
    assert (code, err) == (0, "")
    assert out.startswith(f"{ODD}/watch.html: ")


def test_sweeps_and_plots_echo_folders_as_they_were_typed(quiescent):
    words = [NOISY, "seed=0", *TINY, "network.tau=1,2", "--measures", "distance", "--out", ODD, "--jobs", "1"]
    code, out, err = quiescent("sweep", *words)
    assert (code, err) == (0, "")
    assert f"Numbers: {shlex.quote(ODD)}" in out or f"Numbers: {ODD}" in out
    (command,) = suggested(out)
    assert command == ["plot", ODD, "distance", "network.tau"]
    code, out, err = quiescent(*command)
    assert (code, err, out) == (0, "", f"{ODD}/figures/distance_against_network.tau.png\n")
    code, out, err = quiescent("sweep", *words, "--dry-run")
    assert (code, err) == (0, "")
    assert ODD in out or shlex.quote(ODD) in out


@pytest.mark.parametrize(
    "words",
    [
        ["runs", ODD],
        ["measure", "kl", ODD],
        ["draw", "loss", ODD],
        ["watch", ODD],
        ["plot", ODD, "kl", "network.units"],
        ["train", ODD],
        ["train", f"{ODD}.yaml"],
        ["train", "recorded/sargolini", f"task.path={ODD}.csv"],
        ["train", NOISY, *TINY, f"network.tau={ODD}"],
        ["sweep", ODD],
        ["paper", "--scale", "small", "--seeds", "0", "--no-train", "--out", ODD],
        ["paper", "--seeds", ODD],
        ["sweep", NOISY, "--on", ODD],
        [ODD],
        ["train", f"--{ODD}"],
        ["watch", NOISY, "--weights", ODD],
    ],
)
def test_odd_text_in_any_place_ends_in_an_answer_or_a_clear_error_that_repeats_it(quiescent, words):
    code, out, err = quiescent(*words)
    assert code in (0, 2)
    assert "Traceback" not in err
    if words[0] != "paper" or "--no-train" not in words:
        assert ODD in " ".join(word.strip("│╭╰╮╯─ ") for word in (out + err).split("\n"))


def test_a_run_that_is_missing_comes_with_the_command_that_trains_it(quiescent):
    words = [NOISY, "task.anchor_point=[0, 1]", "seed=3"]
    code, _, err = quiescent("measure", "kl", *words)
    assert (code, suggested(err)) == (2, [["train", *words]])
    (command,) = suggested(quiescent("runs")[1])
    assert command == ["train", NOISY, "seed=0"]
    assert quiescent(*command, "--show")[0] == 0


def test_tables_of_commands_are_as_wide_as_the_terminal(quiescent, monkeypatch):
    for columns in (40, 80, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        outputs = [quiescent("configs")[1], quiescent("train", NOISY, "seed=0,1", *TINY, "--out", "here")[1]]
        outputs += [quiescent("runs", ".")[1], quiescent("measure", "distance", "here")[1]]
        for out, number in zip(outputs, ("20000", "6/6", "6/6", "±"), strict=True):
            assert number in out
            tables = out.replace("Stored as", "Next: ").replace("Draw it: ", "Next: ").partition("Next: ")[0]
            wide = [line for line in tables.splitlines() if len(line) > columns]
            assert all(len(line.split()) == 1 for line in wide)  # a name that is wider by itself


def test_watch_opens_the_page_if_asked(quiescent, monkeypatch):
    opened = []
    monkeypatch.setattr("typer.launch", opened.append)
    assert quiescent("train", NOISY, *TINY, "--out", "here")[0] == 0
    assert quiescent("watch", "here", "--weights", "float32")[0] == 0
    assert opened == []
    assert quiescent("watch", "here/seed_0", "--weights", "float32", "--open")[0] == 0
    assert opened == [Path("here/watch.html").resolve().as_uri()]


def test_headings_can_be_measured_and_drawn(quiescent):
    tiny = [word.replace("place_cells", "hd_cells") for word in TINY]
    assert quiescent("train", "head_direction/noisy_biased", *tiny, "--out", "hd")[0] == 0
    for name in ("kl", "turning"):
        assert quiescent("measure", name, "hd")[0] == 0
    for name in ("trajectories", "loss"):
        assert quiescent("draw", name, "hd", "--out", f"{name}.png")[0] == 0
    assert quiescent("train", NOISY, *TINY, "--out", "nav")[0] == 0
    assert quiescent("watch", "hd", "--weights", "float32", "--out", "hd.html")[0] == 0
    for command in (["measure", "kl"], ["watch"]):
        code, _, err = quiescent(*command, "hd", "nav")
        assert (code, "different variables (heading, position)" in err) == (2, True)
    for command in (("measure", "ring"), ("draw", "turning")):
        code, _, err = quiescent(*command, "nav")
        assert (code, f"'{command[1]}' is for runs that track a heading; these track a position." in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["train", NOISY, "network.sigma_rec=1"],
            "unknown key 'network.sigma_rec'. Did you mean 'network.sigma2_rec'?",
        ),
        (["train", NOISY, "seed=0", "network.sigma2_rec=-1"], "network.sigma2_rec=-1: must be >= 0 (a variance)."),
        (["train", NOISY, "seed=0", "network.sigma2_rec=-1"], "In: key=value word 2."),
        (["train", NOISY, "task.place_cells.number=0"], "task.place_cells.number=0: must be a whole number >= 1"),
        (["train", NOISY, "task.place_cells.number=2"], "decode_from=3 needs as many cells"),
        (["train", NOISY, "network.dt=2"], "dt=2 must not be larger than tau=1"),
        (["train", NOISY, "rnn.n_rec=4", "network.units=5"], "'network.units' is given as 'rnn.n_rec' and as"),
        (["train", NOISY, "path=x"], "the folder is given by --out"),
        (["train", "spatial_navigation/noisy"], "Did you mean 'spatial_navigation/noisy_biased'?"),
        (["train", NOISY, "head_direction/noisy_biased"], "give one configuration"),
        (["train", "seed=0"], "give one configuration"),
        (["train", "missing.yaml"], "cannot read the configuration missing.yaml"),
        (["train", NOISY, "--device", "nowhere"], "device=nowhere: cannot be used here"),
        (["measure", "kl", NOISY], f"Train it: quiescent train {NOISY}"),
        (["measure", "kl", "seed=0"], "which runs?"),
        (["measure", "length", NOISY], f"no runs in runs/{NOISY}"),
        (["draw", "loss", "nowhere/at_all"], "no configuration named 'nowhere/at_all'"),
        (["watch", NOISY], f"Train it: quiescent train {NOISY}"),
        (["train", "recorded/sargolini", "task.path=missing.csv"], "task.path=missing.csv: cannot be read"),
    ],
)
def test_bad_input_is_one_clear_line_and_leaves_nothing_behind(quiescent, words, message):
    code, _, err = quiescent(*words)
    assert code == 2
    assert message in err
    assert err.startswith("quiescent: ")
    assert err.count("\n") == 1
    assert files() == []


def test_bad_input_with_runs_in_place_loses_nothing(quiescent):
    assert quiescent("train", NOISY, *TINY, "--out", "here")[0] == 0
    before = {path: Path(path).read_bytes() for path in files()}
    for words, message in [
        (["train", NOISY, *TINY, "network.tau=2", "--out", "here"], "network.tau: 1.0 -> 2.0"),
        (["measure", "length", "here"], "no measure named 'length'."),
        (["measure", "kl", "here", "--noise", "loud"], "noise=loud: must be scaled, same, absolute, or a number >= 0"),
        (["draw", "pace", "here"], "no figure named 'pace'."),
        (["measure", "kl", "here", "--sigma2", "-1"], "sigma2=-1: must be >= 0"),
        (["measure", "kl", "here", "seed=0,7"], "no run of seed 7 in here"),
        (["draw", "loss", "here", "--out", "loss.gif"], "must end in .png, .pdf or .svg"),
        (["watch", "here", "--out", "watch.txt"], "watch.txt: a page's name must end in .html"),
        (["watch", "here", "seed=7"], "no run of seed 7 in here"),
        (["train", NOISY, *TINY, "--out", "here/seed_0/config.yaml/below"], "cannot write here/seed_0/config.yaml"),
    ]:
        code, _, err = quiescent(*words)
        assert (code, message in err, err.count("\n")) == (2, True, 1), err
    assert {path: Path(path).read_bytes() for path in files()} == before


def test_damaged_checkpoint_is_named_and_an_unfinished_run_too(quiescent):
    assert quiescent("train", NOISY, *TINY, "--out", "here")[0] == 0
    newest = Path("here/seed_0/checkpoints/batch_000000006.safetensors")
    newest.write_bytes(newest.read_bytes()[:100])
    code, _, err = quiescent("measure", "kl", "here")
    assert code == 2
    assert f"{newest} is damaged" in err
    newest.unlink()
    code, _, err = quiescent("measure", "kl", "here")
    assert (code, "3 of 6 batches" in err) == (2, True)
    assert quiescent("train", NOISY, *TINY, "--out", "here", "--no-resume")[0] == 2
    assert quiescent("train", NOISY, *TINY, "--out", "here")[0] == 0
    assert newest.exists()
