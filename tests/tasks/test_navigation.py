"""Laws of the foraging walk."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from quiescent.streams import stream
from quiescent.tasks import SpatialNavigation


def walks(seed=0, trials=500, **settings):
    return SpatialNavigation(**settings).sample(trials, generator=stream(seed, "training"))


def away_from_walls(trials, margin=0.2):
    before = torch.cat([trials.start[None], trials.path[:-1]])
    return before.abs().amax(-1) < 1.1 - margin


def test_speeds_away_from_walls_are_rayleigh():
    trials = walks()
    speeds = trials.inputs.norm(dim=-1)[away_from_walls(trials)] / 0.02
    assert stats.kstest(speeds[:5000].numpy(), stats.rayleigh(scale=0.26 * math.pi).cdf).pvalue > 0.001


def test_turns_away_from_walls_are_normal_with_std_sigma_dt():
    trials = walks(turn_mean=2.0, turn_std=10.0)
    heading = torch.atan2(trials.inputs[..., 1], trials.inputs[..., 0])
    turns = torch.remainder(heading.diff(dim=0) + math.pi, 2 * math.pi) - math.pi
    free = away_from_walls(trials)[:-1]
    assert stats.kstest(turns[free][:5000].numpy(), stats.norm(2.0 * 0.02, 10.0 * 0.02).cdf).pvalue > 0.001


def test_states_are_the_start_plus_all_inputs_so_far():
    trials = walks(biased=True)
    torch.testing.assert_close(trials.path, trials.start + trials.inputs.cumsum(0), atol=1e-5, rtol=0)
    assert trials.inputs.shape == trials.path.shape == (100, 500, 2)


def test_unbiased_positions_are_uniform_in_the_box():
    positions = walks(trials=4000).path[-1]
    inside = positions.abs().amax(-1) < 1.1
    assert 0.97 < inside.float().mean() < 1  # the walk's own rule lets a few out
    # The walls hold walkers up within a few steps of them; the middle of the box must be even.
    middle = positions[positions.abs().amax(-1) < 0.8]
    for axis in range(2):
        assert stats.kstest(middle[:, axis].numpy(), "uniform", (-0.8, 1.6)).pvalue > 0.001


def test_a_bias_adds_its_share_of_the_way_to_the_anchor_to_every_step():
    anchor, pull = torch.tensor([0.3, -0.4]), 0.07
    boundless = {"box_width": 1e3, "box_height": 1e3, "init_pos": "zero"}  # no wall ever turns the walker
    free = walks(**boundless)
    pulled = walks(**boundless, biased=True, anchor_point=(0.3, -0.4), drift_const=pull)
    before = torch.cat([pulled.start[None], pulled.path[:-1]])
    torch.testing.assert_close(pulled.inputs - free.inputs, pull * (anchor - before), atol=1e-6, rtol=0)
    torch.testing.assert_close(pulled.start - free.start, (pull * anchor).expand(500, 2), atol=1e-6, rtol=0)


def test_biased_walks_gather_about_the_anchor():
    free, pulled = (walks(trials=1000, biased=biased).path[-1].norm(dim=-1).mean() for biased in (False, True))
    assert pulled < 0.5 * free


def unit(angle):
    return torch.tensor([[math.cos(angle), math.sin(angle)]])


def test_a_walker_that_hits_a_wall_head_on_goes_on_along_it():
    near, along = SpatialNavigation()._avoid_wall(np.array([[1.09, 0.0]], np.float32), unit(0.0).numpy())
    assert near.all()
    assert np.abs(along).tolist() == [[0, 1]]


@pytest.mark.parametrize(("wall", "normal"), [((1, 0), 0.0), ((0, 1), 0.5), ((-1, 0), 1.0), ((0, -1), -0.5)])
@pytest.mark.parametrize("side", [-0.3, 0.2])
@pytest.mark.parametrize("distance", [0.01, -0.05])
def test_near_a_wall_the_walker_turns_along_it_and_slows_down(wall, normal, side, distance):
    normal *= math.pi
    position = torch.tensor([wall], dtype=torch.float32) * (1.1 - distance)
    near, along = SpatialNavigation()._avoid_wall(position.numpy(), unit(normal + side).numpy())
    assert near.all()
    torch.testing.assert_close(torch.from_numpy(along), unit(normal + math.copysign(math.pi / 2, side)))


@pytest.mark.parametrize(("x", "heading"), [(1.05, 0.3), (1.09, math.pi - 0.3), (0.0, 0.0)])
def test_far_from_walls_or_facing_away_the_walker_walks_on(x, heading):
    near, along = SpatialNavigation()._avoid_wall(np.array([[x, 0.0]], np.float32), unit(heading).numpy())
    assert not near.any()
    assert torch.equal(torch.from_numpy(along), unit(heading))


def test_a_whole_walk_swerves_and_slows_at_walls_and_nowhere_else():
    region, factor = 0.05, 0.5
    trials = walks(turn_std=0.0, border_region=region, border_slow_factor=factor)  # straight but for the walls
    speeds = trials.inputs.norm(dim=-1)
    direction = trials.inputs / speeds[..., None]
    before = torch.cat([trials.start[None], trials.path[:-1]])
    normals = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    distance, wall = (1.1 - before @ normals.T).min(-1)
    towards = (direction * normals[wall]).sum(-1)
    # Head-on, where left and right are alike, the rule does not say where to turn; corners lead straight there.
    turning = (distance < region - 1e-4) & (towards > 1e-3) & (towards < 1 - 1e-5)
    free = (distance > region + 1e-4) | (towards < -1e-3)
    along = (direction[1:] * normals[wall[:-1]]).sum(-1)
    assert turning.any(0).float().mean() > 0.5
    assert along[turning[:-1]].abs().max() < 1e-5
    torch.testing.assert_close(direction[1:][free[:-1]], direction[:-1][free[:-1]], atol=1e-5, rtol=0)
    for chosen, scale in ((free, 1), (turning, factor)):
        law = stats.rayleigh(scale=scale * 0.26 * math.pi * 0.02)
        assert stats.kstest(speeds[chosen][:5000].numpy(), law.cdf).pvalue > 0.001


def test_a_walker_that_stops_at_walls_never_steps_towards_one():
    trials = walks(border_slow_factor=0.0)
    before = torch.cat([trials.start[None], trials.path[:-1]])
    for normal in torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]):
        distance = 1.1 - before @ normal
        # Within 3 cm of this wall, and of no other.
        near = (distance < 0.03 - 1e-4) & (before.abs().amin(-1) < 1.07)
        assert near.sum() > 100
        assert (trials.inputs @ normal)[near].max() < 1e-6


def test_init_pos_zero_starts_one_warm_up_step_from_the_centre_in_any_direction():
    start = walks(init_pos="zero").start
    speeds = start.norm(dim=-1) / 0.02
    assert stats.kstest(torch.atan2(*start.T).numpy(), "uniform", (-math.pi, 2 * math.pi)).pvalue > 0.001
    assert stats.kstest(speeds.numpy(), stats.rayleigh(scale=0.26 * math.pi).cdf).pvalue > 0.001


def test_a_box_may_be_longer_than_wide():
    long = {"box_width": 1.0, "box_height": 3.0}
    assert SpatialNavigation(**long).space.bounds == ((-0.5, 0.5), (-1.5, 1.5))
    starts = walks(**long, trials=2000, speed_scale=1e-9).start
    for axis, half in enumerate((0.5, 1.5)):
        assert stats.kstest(starts[:, axis].numpy(), "uniform", (-half, 2 * half)).pvalue > 0.001
    ends = walks(**long, steps=300).path[-1].abs()
    assert ((ends[:, 0] < 0.55) & (ends[:, 1] < 1.55)).float().mean() > 0.97


def test_same_generator_state_same_trials_and_the_global_state_is_left_alone():
    before = torch.get_rng_state()
    for one, other in zip(walks(seed=3), walks(seed=3), strict=True):
        assert torch.equal(one, other)
    assert not torch.equal(walks(seed=3).path, walks(seed=4).path)
    assert torch.equal(before, torch.get_rng_state())
