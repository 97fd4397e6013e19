"""The page on tracks: its file trains a network, which is measured, drawn and watched as any other."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from made import activity, measured

from quiescent.config.load import load_config
from quiescent.spaces import Track

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "tracks.md").read_text(encoding="utf-8")
SMALL = [
    "network.units=16",
    "task.place_cells.number=24",
    "task.steps=20",
    "training.batches=4",
    "training.batch_size=10",
]


@pytest.fixture
def figure_8(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ((name, text),) = re.findall(r"```yaml\n# (\w+\.yaml)\n(.*?)```", PAGE, re.DOTALL)
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_the_page_s_file_is_two_loops_of_which_one_is_run_twice_as_often(figure_8):
    task = load_config(figure_8).task
    space = task.space
    assert isinstance(space, Track)
    assert len(space.segments) == 7
    given = yaml.safe_load(Path(figure_8).read_text(encoding="utf-8"))["task"]
    assert all(getattr(task, key) == value for key, value in given.items() if key not in ("routes", "regions"))
    documented = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGE, re.M))))
    assert set(given) <= documented


def test_the_page_s_commands_run_and_the_live_page_has_its_lines(figure_8, quiescent):
    lines = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()
    for line in lines:
        _, *words = line.split()
        code, printed, errors = quiescent(*words, *(SMALL if words[0] == "train" else ()))
        assert code == 0, (line, printed, errors)
    run = Path("runs/figure_8/seed_0")
    assert (run / "measures" / "reach.nc").exists()
    assert (run.parent / "figures" / "tracks.png").stat().st_size > 5000
    code, printed, errors = quiescent("watch", "runs/figure_8")
    assert code == 0, (printed, errors)
    assert re.search(r'"lines": ?\[\[\[0.0, ?-0.8\]', (run.parent / "watch.html").read_text(encoding="utf-8"))


def test_what_the_page_says_of_white_noise():
    corners = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))
    regions = tuple((str(number), corner, 0.2) for number, corner in enumerate(corners))
    square = Track(((-1.2, 1.2), (-1.2, 1.2)), ((*corners, corners[0]),), regions)
    noise = activity(np.random.default_rng(0).uniform(-1.2, 1.2, (1000, 50, 2)), space=square)
    noise = noise._replace(truth=noise.decoded)
    visits, covered = (measured(name, {"active": noise}).isel(phase=0) for name in ("route_order", "track_coverage"))
    assert float(visits["transitions_per_trial"]) > 30
    assert float(covered["covered"]) > 0.98
