"""Slow points and flow of networks that are looked into: what is declared, beside networks whose answer is known."""

import math

import numpy as np
import pytest
import torch
from made import BOX, CIRCLE, activity, measured

from quiescent.config.load import load_config
from quiescent.networks import NETWORKS, Kind
from quiescent.quiescence.activity import Inside
from quiescent.quiescence.fine import fine_decoder
from quiescent.quiescence.inside.ends import ends_of
from quiescent.quiescence.inside.flow import NODES, flow
from quiescent.quiescence.inside.slow_points import slow_points
from quiescent.simulation.members import untrained

PLANE = ("network.units=24", "task.place_cells.number=300", "task.steps=30", "network.dt=0.3")
RING = ("network.units=24", "task.hd_cells.number=24", "task.steps=30", "network.dt=0.3")


def members(*words, task="spatial_navigation", condition="noisy_unbiased"):
    small = PLANE if task == "spatial_navigation" else RING
    return untrained(load_config(f"{task}/{condition}", "seed=0", *small, *words).members()).to("cpu")


@pytest.mark.parametrize(("task", "space"), [("spatial_navigation", BOX), ("head_direction", CIRCLE)])
def test_fine_decoding_inverts_encoding_far_below_the_distance_of_cells(task, space):
    code = members(task=task).codes[0]
    decode = fine_decoder(code, space, torch.zeros(1))
    rng = np.random.default_rng(0)
    places = torch.tensor(rng.uniform(-0.9, 0.9, (200, len(space.bounds))), dtype=torch.float32)
    found = decode(3 * code.encode(places))
    coarse = space.difference(code.decode(code.encode(places)), places).abs().mean()
    assert float(space.difference(found, places).abs().max()) < 0.01 * float(coarse)
    step = 1e-3
    moved = space.difference(decode(code.encode(places + step)), found)
    np.testing.assert_allclose(moved, step, rtol=0.05)


@pytest.fixture
def still(monkeypatch):
    """Have a kind of network that stands still without input: every state is a fixed point."""
    monkeypatch.setitem(NETWORKS, "still", Kind(lambda state, drive, recurrent, activation, step: state))


@pytest.mark.usefixtures("still")
def test_a_network_that_stands_still_is_slow_everywhere_along_all_directions_and_does_not_flow():
    population = members("network.kind=still")
    (found,) = slow_points(population, Inside("slow_points", 20))
    assert not found.inside.speed.any()
    np.testing.assert_allclose(found.inside.eigenvalues[..., 0], 1)
    (flowing,) = flow(population, Inside("flow", 40, 10))
    assert not flowing.inside.moves.any()
    result = measured("flow", {"flow": flowing})
    assert float(result["drift"].item()) == 0
    ends = flowing.inside.ends
    known = int(np.isfinite(ends).all(1).sum())
    assert known >= 5
    assert float(result["capacity"].item()) <= math.log(known)


@pytest.mark.parametrize("words", [(), ("network.bias=true",), ("network.kind=gru", "network.activation=tanh")])
def test_an_untrained_network_only_fades_or_falls_to_its_one_fixed_point(words):
    (found,) = slow_points(members(*words), Inside("slow_points", 40))
    result = measured("slow_points", {"slow_points": found})
    if words == ("network.bias=true",):  # its one fixed point is slow, but remembers nothing
        assert float(result["points"].item()) == 1
        assert float(result["directions"].item()) == 0
    else:
        assert float(result["slow"].item()) == 0


def test_numbers_of_a_member_do_not_depend_on_its_company():
    pair = untrained(load_config("spatial_navigation/noisy_unbiased", "seed=0,1", *PLANE).members()).to("cpu")
    alone = untrained(load_config("spatial_navigation/noisy_unbiased", "seed=1", *PLANE).members()).to("cpu")
    for look, phase in ((slow_points, Inside("slow_points", 20)), (flow, Inside("flow", 40, 20))):
        (_, one), (two,) = look(pair, phase), look(alone, phase)
        for a, b in zip(one.inside, two.inside, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-4)


def test_the_speed_awake_is_that_of_trials_without_noise():
    quiet, loud = (members(f"network.sigma2_rec={variance}") for variance in (0.0, 1e-2))
    assert ends_of(quiet, 50).speed == pytest.approx(ends_of(loud, 50).speed)


def test_the_map_of_the_flow_is_that_of_the_states_it_was_made_of():
    rng = np.random.default_rng(0)
    places = rng.uniform(-math.pi, math.pi, (2000, 1))
    (seen,) = flow(members(task="head_direction"), Inside("flow", 20, 5))
    speed, ends = 0.01, np.linspace(-math.pi, math.pi, NODES[1])[:, None] * 0
    found = seen.inside._replace(places=places, moves=np.stack([-speed * np.sin(places)] * 3), ends=ends)
    result = measured("flow", {"flow": activity(places[None])._replace(inside=found)}).sel(phase="flow")
    assert [int(result[name]) for name in ("stable", "unstable", "saddles", "basins")] == [1, 1, 0, 1]
    np.testing.assert_allclose(result["fastest"], speed / 0.02, rtol=0.01)
    assert float(result["bound"]) == pytest.approx(speed * 50, rel=0.01)
    assert float(result["capacity"]) == 0
