"""Laws of runs along tracks: speed is an Ornstein-Uhlenbeck process, places lie on the lines."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from quiescent.config.load import load_config, task_noise
from quiescent.errors import QuiescentError
from quiescent.streams import stream
from quiescent.tasks import Task, Tracks

NAMES = ("triangle", "t_maze", "linear")
LINE = {"corners": [[0, 0], [1, 0]]}
ENDS = [{"name": "a", "centre": [0, 0]}, {"name": "b", "centre": [1, 0]}]
ARMS = [
    {"corners": [[0, 0], [0, 1], [-0.5, 1]], "probability": 0.3},
    {"corners": [[0, 0], [0, 1], [1.5, 1]], "probability": 0.7},
]


def make(**settings):
    return Tracks.model_validate({"name": "tracks", "routes": [LINE], "regions": ENDS} | settings)


def runs(task, trials=2000, seed=0):
    batch = task.sample(trials, generator=stream(seed, "training"))
    return torch.cat([batch.start[None], batch.path]).double().numpy()


@pytest.mark.parametrize("name", NAMES)
def test_tracks_that_ship_are_tasks_whose_runs_stay_on_their_lines(name):
    task = load_config(f"tracks/{name}").task
    assert isinstance(task, Task)
    batch = task.sample(500, generator=stream(0, "training"))
    assert batch.inputs.shape == batch.path.shape == (task.steps, 500, 2)
    torch.testing.assert_close(batch.start + batch.inputs.cumsum(0), batch.path, atol=1e-5, rtol=0)
    assert task.space.away(batch.path.numpy()).max() < 1e-6
    for again in (task.sample(500, generator=stream(0, "training")), batch):
        assert torch.equal(again.path, batch.path)


@pytest.mark.parametrize("name", NAMES)
def test_networks_have_the_size_of_the_paper(name):
    config, paper = (load_config(one) for one in (f"tracks/{name}", "spatial_navigation/noisy_unbiased"))
    assert config.network == paper.network
    assert config.training == paper.training
    assert config.task.place_cells == paper.task.place_cells
    assert task_noise(config) == config.network.sigma2_rec


def test_speed_has_the_mean_the_spread_and_the_autocorrelation_that_are_set():
    mean, std, time, dt = 0.3, 0.4, 0.5, 0.1  # often backwards
    long = make(routes=[{"corners": [[0, 0], [1000, 0]]}], speed_mean=mean, speed_std=std, speed_time=time, dt=dt)
    speeds = np.diff(runs(long, 4000)[..., 0], axis=0) / dt
    speeds *= np.sign(speeds.mean(0))  # there, or back
    assert stats.kstest(speeds[-1], stats.norm(mean, std).cdf).pvalue > 0.001
    assert stats.kstest(speeds[0], stats.norm(mean, std).cdf).pvalue > 0.001
    for lag in (1, 3, 10):
        correlation = np.mean((speeds[lag:] - mean) * (speeds[:-lag] - mean)) / std**2
        assert correlation == pytest.approx(math.exp(-lag * dt / time), abs=0.02)


@pytest.mark.parametrize("steps", [1, 60])
def test_places_are_uniform_along_the_line_at_the_beginning_and_ever_after(steps):
    path = runs(make(steps=steps, speed_std=0.6), 4000)
    for places in (path[0], path[-1]):
        assert stats.kstest(places[:, 0], "uniform").pvalue > 0.001


def test_closed_routes_are_run_round_one_way_and_open_ones_there_and_back():
    square = {"corners": [[0, 0], [1, 0], [1, 1], [0, 1]], "closed": True}
    steady = {"speed_mean": 0.5, "speed_std": 0.0, "dt": 0.1, "steps": 80}  # once round
    path = runs(make(routes=[square], **steady))
    angles = np.unwrap(np.arctan2(path[..., 1] - 0.5, path[..., 0] - 0.5), axis=0)
    assert (np.diff(angles, axis=0) > 0).all()
    np.testing.assert_allclose(angles[-1] - angles[0], 2 * math.pi, atol=1e-4)
    path = runs(make(**steady | {"steps": 40}))[..., 0]  # there and back
    np.testing.assert_allclose(path[-1], path[0], atol=1e-5)
    np.testing.assert_allclose(path[20], 1 - path[0], atol=1e-5)


def test_at_the_stem_the_next_arm_is_chosen_by_its_probability_and_nowhere_else():
    task = make(routes=ARMS, speed_mean=1.0, speed_std=0.0, dt=0.05, steps=400)
    path = runs(task, 1000)
    left, right = path[..., 0] < -1e-6, path[..., 0] > 1e-6
    arm = left * -1 + right * 1
    assert not (arm[1:] * arm[:-1] == -1).any()  # never from arm to arm
    ends = [
        arm[:, trial][(arm[:, trial] != 0) & np.append(True, arm[1:, trial] != arm[:-1, trial])]
        for trial in range(1000)
    ]
    chosen = np.concatenate([one[1:-1] for one in ends])  # laps that were chosen within the trial
    home = path[..., 1].min(0) < 0.05
    assert home.all()
    assert (chosen == -1).mean() == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / len(chosen)) + 0.05)
    # An animal that runs on is in each arm for as long as laps lead through it.
    assert left.mean() == pytest.approx(0.3 * 0.5 / (1 + 0.3 * 0.5 + 0.7 * 1.5), abs=0.02)
    assert right.mean() == pytest.approx(0.7 * 1.5 / (1 + 0.3 * 0.5 + 0.7 * 1.5), abs=0.02)


def test_a_run_that_goes_backwards_through_the_stem_s_end_comes_from_a_route_too():
    path = runs(make(routes=ARMS, speed_mean=0.0, speed_std=2.0, dt=0.05, steps=200), 500)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=-1)
    assert steps.max() < 6 * 2.0 * 0.05  # no leap where a lap begins
    assert make(routes=ARMS).space.away(path).max() < 1e-6


@pytest.mark.parametrize(
    ("settings", "law"),
    [
        ({"routes": []}, "must have one route or more"),
        ({"routes": [{"corners": [[0, 0]]}]}, "must be 2 or more of an open route"),
        ({"routes": [{"corners": [[0, 0], [1, 0]], "closed": True}]}, "must be 3 or more of a closed route"),
        ({"routes": [{"corners": [[0, 0], [0, 0], [1, 0]]}]}, "those that follow each other must differ"),
        ({"routes": [LINE | {"probability": 0}]}, "probability=0: must be > 0"),
        ({"routes": [LINE | {"probability": 0.4}]}, "probabilities of all routes must sum to 1"),
        ({"routes": [ARMS[0], LINE | {"corners": [[1, 0], [0, 0]], "probability": 0.7}]}, "begin at the same corner"),
        ({"regions": ENDS[:1]}, "must be two regions or more"),
        ({"regions": [ENDS[0], ENDS[1] | {"name": "a"}]}, "each with a name of its own"),
        ({"regions": [ENDS[0], ENDS[1] | {"centre": [0.2, 0]}]}, "must not overlap, but a and b do"),
        (
            {"regions": [ENDS[0], ENDS[1] | {"centre": [1.3, 0]}]},
            "b must lie in the box, -0.2 to 1.2 m x -0.2 to 0.2 m",
        ),
        ({"speed_mean": 0, "speed_std": 0}, "one of them must be above 0"),
        ({"speed_mean": 30}, "a step of 3.02 m must be shorter than a lap of 2 m"),
        ({"margin": 0}, "task.margin=0: must be > 0"),
    ],
)
def test_what_is_no_track_is_one_line_that_says_why(settings, law, tmp_path):
    import yaml

    given = {"name": "tracks", "routes": [LINE], "regions": ENDS} | settings
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({"base": "tracks/base", "task": given}), encoding="utf-8")
    with pytest.raises(QuiescentError) as error:
        load_config(str(file))
    assert law in str(error.value)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith("task")
