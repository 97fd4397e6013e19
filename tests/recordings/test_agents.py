"""Agents of RatInABox as recordings, whatever world they live in."""

import numpy as np
import pytest
from ratinabox import Agent, Environment

import quiescent
from quiescent.errors import QuiescentError
from quiescent.spaces import Box, Circle
from quiescent.streams import stream

L_SHAPE = [[0, 0], [1, 0], [1, 0.5], [0.5, 0.5], [0.5, 1], [0, 1]]


def walk(minutes=3, **params):
    np.random.seed(0)  # noqa: NPY002 - RatInABox's
    agent = Agent(Environment(params=params), params={"dt": 0.1, "speed_mean": 0.2, "speed_std": 0.2})
    for _ in range(int(minutes * 600)):
        agent.update()
    return agent


def config_of(agent, path):
    return quiescent.load_config("recorded/sargolini", "task.steps=20", *quiescent.recording(agent, path))


def test_a_walk_in_a_box_with_walls_is_the_recording_of_its_positions(tmp_path):
    agent = walk(walls=[[[0.5, 0], [0.5, 0.4]]], aspect=2)
    task = config_of(agent, tmp_path / "box.npz").task
    assert task.space == Box(((0.0, 2.0), (0.0, 1.0)))
    trials = task.model_copy(update={"augment": False}).sample(200, generator=stream(0, "training"))
    known = np.array(agent.history["pos"])
    distances = np.linalg.norm(trials.path[-1].numpy()[:, None] - known, axis=-1)
    assert distances.min(1).max() < 0.02  # metres from where the agent was, between two samples


def test_a_polygon_is_tracked_in_the_box_around_it(tmp_path):
    assert config_of(walk(boundary=L_SHAPE), tmp_path / "l.npz").task.space == Box(((0.0, 1.0), (0.0, 1.0)))


@pytest.mark.filterwarnings("ignore:Warning. You have solid 1D")
def test_lines_are_tracked_as_lines_and_rings_as_circles(tmp_path):
    assert config_of(walk(dimensionality="1D"), tmp_path / "line.npz").task.space == Box(((0.0, 1.0),))
    agent = walk(dimensionality="1D", boundary_conditions="periodic", scale=2)
    task = config_of(agent, tmp_path / "ring.npz").task
    assert task.space == Circle()
    turned = np.unwrap(np.array(agent.history["pos"])[:, 0], period=2)
    sampled = task.sample(500, generator=stream(0, "training")).inputs.abs().mean().item()
    assert sampled == pytest.approx(np.abs(np.diff(turned)).mean() * np.pi, rel=0.1)  # 2 m are 2 pi rad


def test_no_trial_crosses_the_edge_of_a_periodic_plane(tmp_path):
    agent = walk(10, boundary_conditions="periodic")
    leaps = (np.abs(np.diff(agent.history["pos"], axis=0)) > 0.5).any(1)
    assert leaps.sum() > 10
    task = config_of(agent, tmp_path / "torus.npz").task
    assert task.sample(2000, generator=stream(0, "training")).inputs.abs().max() < 0.3


def test_an_agent_without_history_and_another_ending_are_errors(tmp_path):
    with pytest.raises(QuiescentError, match="the agent has no history"):
        quiescent.recording(walk(0), tmp_path / "a.npz")
    with pytest.raises(QuiescentError, match=r"must end in \.npz"):
        quiescent.recording(walk(1), tmp_path / "a.csv")
