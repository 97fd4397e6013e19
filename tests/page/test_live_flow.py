"""Flow and slow points of networks whose own motion is known."""

import base64
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from quiescent.config.load import load_config
from quiescent.page.flow import STEPS, describe_flow
from quiescent.page.slow import slow_points
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.valid import valid_codes
from quiescent.simulation.members import untrained

CELLS = 48


def turning(cells_per_step):
    """Make a linear network whose units are its cells, and which turns its code by some cells per step."""
    words = (f"network.units={CELLS}", f"task.hd_cells.number={CELLS}", "network.activation=identity", "network.dt=1.0")
    members = untrained([load_config("head_direction/noisy_unbiased", *words)]).to("cpu")
    same = torch.eye(CELLS)[None]
    weights = {"encoder": same, "output": same, "recurrent": 0.9 * torch.roll(same, cells_per_step, 1)}  # it fades too
    return replace(members, network=replace(members.network, weights=members.network.weights | weights))


def numbers(packed):
    return np.frombuffer(base64.b64decode(packed["data"]), np.float32).reshape(packed["shape"])


@pytest.mark.parametrize("cells", [0, 1, -2])
def test_flow_is_how_far_the_code_turns_by_itself(cells):
    members = turning(cells)
    places = torch.linspace(-math.pi, math.pi, 3001)[:3000].reshape(60, 50, 1)
    states = members.codes[0].encode(places)
    flow = describe_flow(members, Activity(places.numpy(), None, states.numpy(), members.configs[0].task.space))
    np.testing.assert_allclose(numbers(flow["moves"]), STEPS * cells * 2 * math.pi / CELLS, atol=2e-3)
    assert np.ptp(numbers(flow["places"])) > 2 * math.pi - 2 * flow["spacing"]


@pytest.mark.parametrize("name", ["head_direction/noisy_unbiased", "spatial_navigation/noisy_unbiased"])
def test_the_nearest_place_is_the_encoded_one_whatever_the_amplitude(name):
    members = untrained([load_config(name, "network.units=4")]).to("cpu")
    code, space = members.codes[0], members.configs[0].task.space
    low, high = np.transpose(space.bounds)
    places = torch.from_numpy(
        np.random.default_rng(0).uniform(0.9 * low, 0.9 * high, (200, len(low))).astype(np.float32)
    )
    codes = valid_codes(code, space, places)
    near = codes.nearest(3 * code.encode(places))
    offset = space.difference(near, places).abs()
    assert offset.max() < 0.15 * code.width  # nodes are half a width apart


def test_slow_points_are_the_fixed_ones_and_say_which_way_they_lead():
    def step(states):  # fixed where every number is -1, 0 or 1; leads away from 0
        return states + 0.1 * (states - states**3)

    fixed = torch.tensor([[1.0, 1.0], [-1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    around = fixed.repeat(30, 1) + 0.2 * torch.randn(120, 2, generator=torch.Generator().manual_seed(0))
    found = slow_points(step, around, lambda states: states, torch.sub, 0.5)
    nearest = torch.cdist(found.states, fixed)
    assert sorted(nearest.argmin(1).tolist()) == [0, 1, 2, 3]
    assert nearest.min(1).values.max() < 0.01
    assert [bool(stable) for stable in found.stable] == [bool(fixed[row].prod()) for row in nearest.argmin(1)]
    assert bool((found.speeds.diff() >= 0).all())


def test_nothing_is_slow_where_everything_turns_as_fast():
    angle = torch.tensor(0.3)
    turn = torch.tensor([[angle.cos(), -angle.sin()], [angle.sin(), angle.cos()]])
    states = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    assert len(slow_points(lambda states: states @ turn, states, lambda states: states, torch.sub, 0.1).states) == 0
