"""The package as others get it: a wheel and an sdist, installed into an empty environment, away from the repository.

One environment is made for all; every extra is put into one of its own, which sees the first.
"""

import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from examples import PROJECT, ROOT

import quiescent

SOURCE = ROOT / "src"
CONSTRAINTS = ROOT / "constraints.txt"
UNREACHED = re.compile("No matching distribution found|Could not find a version|ConnectionError|NewConnectionError")
NETWORK = ["spatial_navigation/noisy_unbiased", "network.units=12", "task.place_cells.number=12", "task.steps=6"]
TRAINING = ["training.batches=2", "training.batch_size=4", "training.test_every=2"]
RAT = ["recorded/sargolini", "network.units=12", "task.place_cells.number=12", "task.steps=6", *TRAINING]


def call(*command, folder, extra_path=""):
    """Run a command where nothing of the repository and of its environment is on Python's path."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment = clean | {"PYTHONNOUSERSITE": "1", "MPLBACKEND": "agg", "COLUMNS": "100"}
    environment |= {"PYTHONPATH": str(extra_path)} if extra_path else {}
    command = [str(word) for word in command]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def pip(*words, folder, python=None):
    """Install or build as the constraints say; skips the test where no index can be reached."""
    of = ["--python", python] if python else []
    pinned = ["--no-compile", "-c", CONSTRAINTS] if words[0] == "install" else []
    options = ["--disable-pip-version-check", "-q"]
    result = call(sys.executable, "-m", "pip", *of, *words, *pinned, *options, folder=folder)
    if result.returncode and UNREACHED.search(result.stderr):
        pytest.skip(f"pip can reach no index from here: {result.stderr.strip().splitlines()[-1]}")
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Build a wheel and an sdist of the repository, and a wheel of the sdist, as `docs/how-to/release.md` says."""
    folder = tmp_path_factory.mktemp("built")
    pip("install", "--target", folder / "tools", "hatchling", folder=folder)
    arguments = ["-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", folder / "dist"]
    result = call(sys.executable, *arguments, folder=ROOT, extra_path=folder / "tools")
    assert result.returncode == 0, result.stderr
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    pip("wheel", "--no-deps", "-w", folder / "again", sdist, folder=folder)
    return folder


def wheel_in(folder):
    (wheel,) = folder.glob("*.whl")
    return wheel


def make_environment(folder, beside=None):
    """Make an empty environment, which sees what another one holds if there is one; returns its interpreter."""
    venv.create(folder, with_pip=False, symlinks=True)
    if beside:
        (packages,) = folder.glob("lib/python*/site-packages")
        (packages / "beside.pth").write_text(f"{next(beside.glob('lib/python*/site-packages'))}\n")
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def installed(built, tmp_path_factory):
    """Install the wheel, and train a network of a few units with it; returns the environment's folder."""
    folder = tmp_path_factory.mktemp("installed")
    python = make_environment(folder / "environment")
    pip("install", wheel_in(built / "dist"), folder=folder, python=python)
    return folder


@pytest.fixture(scope="session")
def work(installed):
    """Train a network with the installed program, in an empty folder."""
    (installed / "work").mkdir()
    said(installed, "train", *NETWORK, *TRAINING, "--out", "tiny", folder=installed / "work")
    return installed / "work"


def said(installed, *words, folder):
    """Run the installed program, which has to succeed; returns what it said."""
    result = call(installed / "environment" / "bin" / "python", "-m", "quiescent", *words, folder=folder)
    assert result.returncode == 0, result.stderr
    assert "warning" not in result.stderr.lower()
    return result.stdout


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_wheel_and_sdist_hold_the_whole_package_and_nothing_else(built):
    files = contents(wheel_in(built / "dist"))
    ours = {path.relative_to(SOURCE).as_posix(): path for path in SOURCE.rglob("*") if path.is_file()}
    ours = {name: path.read_bytes() for name, path in ours.items() if "__pycache__" not in name}
    assert {name: content for name, content in files.items() if name.startswith("quiescent/")} == ours
    assert {Path(name).suffix for name in ours} >= {".yaml", ".js", ".css", ".html", ".safetensors", ".typed", ".txt"}
    about = f"quiescent-{quiescent.__version__}.dist-info"
    assert {name.partition("/")[0] for name in files} == {"quiescent", about}
    licences = {f"{about}/licenses/{name}" for name in PROJECT["project"]["license-files"]}
    assert licences <= files.keys()
    assert contents(wheel_in(built / "again")) == files


def test_nothing_that_only_developers_need_is_installed(installed):
    names = "import importlib.metadata as m; print(*(d.metadata['Name'] for d in m.distributions()), sep='\\n')"
    result = call(installed / "environment" / "bin" / "python", "-c", names, folder=installed)
    found = {normal(name) for name in result.stdout.split()}
    extras = PROJECT["project"]["optional-dependencies"]
    assert "quiescent" in found
    assert found >= {bare(need) for need in PROJECT["project"]["dependencies"]}
    assert found & {bare(need) for needs in extras.values() for need in needs} == set()


def bare(requirement):
    return normal(re.match(r"[\w.-]+", requirement)[0])


def normal(name):
    return re.sub("[-_.]+", "-", name).lower()


def test_the_installed_program_trains_measures_draws_and_shows(installed, work):
    version = f"quiescent {quiescent.__version__}\n"
    script = call(installed / "environment" / "bin" / "quiescent", "--version", folder=work)
    assert (script.stdout, said(installed, "--version", folder=work)) == (version, version)
    assert "measure" in said(installed, "--help", folder=work)
    assert "tracks/triangle" in said(installed, "configs", folder=work)
    assert "KL divergence from behaviour" in said(installed, "measure", "kl", "tiny", folder=work)
    said(installed, "draw", "loss", "tiny", folder=work)
    said(installed, "watch", "tiny", folder=work)
    assert "tiny" in said(installed, "runs", ".", folder=work)
    written = {path.name for path in work.rglob("*") if path.is_file()}
    assert written >= {"kl.nc", "watch.html", "metrics.jsonl"}
    assert any(name.endswith(".png") for name in written)


def test_the_networks_that_ship_with_it_rest(installed, work):
    script = (
        "import quiescent as q\n"
        "runs = [q.example(f'example/{name}') for name in ('with_biases', 'without_biases')]\n"
        "print(*[dream.decoded.shape for dream in q.rest(q.load_networks(runs[:1]), trials=2, steps=5)])"
    )
    result = call(installed / "environment" / "bin" / "python", "-c", script, folder=work)
    assert (result.stdout, result.stderr) == ("(5, 2, 2)\n", "")


SWEEP = ["sweep", *NETWORK, *TRAINING, "--on", "place.py", "--measures", "distance", "--out", "swept"]
PLACE = "from parsl.config import Config\nfrom parsl.executors import ThreadPoolExecutor\n"
PLACE += "config = Config(executors=[ThreadPoolExecutor(max_threads=1)])\n"
# Whole measures take a minute; what they need the extra for does not.
CLOUD = "import numpy as np; circle = np.stack([np.cos(np.linspace(0, 6, 40)), np.sin(np.linspace(0, 6, 40))], 1); "
HOMOLOGY = CLOUD + "from quiescent.measures.homology import lifetimes as l; assert len(l(circle, 1)[1]) == 1"
WASSERSTEIN = CLOUD + "from quiescent.measures.wasserstein import wasserstein as w; from quiescent.spaces import Box; "
WASSERSTEIN += "assert w(circle, circle + 1, Box(((-2.0, 2.0),) * 2), np.random.default_rng(0)) > 0.5"
PARTS = {  # what a user does, after `python`
    "recorded": [["-m", "quiescent", "train", *RAT, "--out", "rat"]],
    "nwb": [["-m", "quiescent", "export", "tiny", "--to", "nwb", "--trials", "2", "--steps", "5", "--overwrite"]],
    "sweep": [["-m", "quiescent", *SWEEP]],
    "paper": [["-c", HOMOLOGY], ["-c", WASSERSTEIN]],
}


@pytest.mark.parametrize("extra", PARTS)
def test_a_part_names_the_extra_that_it_needs_and_works_with_it_alone(extra, built, installed, work):
    (work / "place.py").write_text(PLACE)
    for words in PARTS[extra]:
        result = call(installed / "environment" / "bin" / "python", *words, folder=work)
        assert result.returncode
        assert f"pip install 'quiescent[{extra}]'" in result.stderr.splitlines()[-1]
        assert words[0] == "-c" or len(result.stderr.splitlines()) == 1  # no traceback
    python = make_environment(installed / extra, beside=installed / "environment")
    pip("install", f"{wheel_in(built / 'dist')}[{extra}]", folder=work, python=python)
    for words in PARTS[extra]:
        result = call(python, *words, folder=work)
        assert result.returncode == 0, result.stderr


def test_every_extra_of_users_is_tried():
    assert set(PARTS) == PROJECT["project"]["optional-dependencies"].keys() - {"dev", "docs"}
