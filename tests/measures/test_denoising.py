"""Denoising: on manifolds and maps whose answer to a kick is known."""

import math

import numpy as np
import pytest
from made import activity
from scipy.stats import special_ortho_group

from quiescent.evaluation.apply import apply
from quiescent.measures.denoising import MEASURE
from quiescent.quiescence.activity import Kicks
from quiescent.streams import numpy_stream

UNITS, TRIALS, STEPS, STD = 40, 400, 110, 0.01
LAGS = np.array([0, 1, 2, 5])
AXES = special_ortho_group.rvs(UNITS, random_state=0)


def plane(places):
    """Lay places into states along the first two axes."""
    return places @ AXES[:2]


def ring(headings):
    """Lay headings on a ring with a second harmonic, which bends it out of its plane."""
    turn = headings[..., 0]
    circles = [np.cos(turn), np.sin(turn), 0.4 * np.cos(2 * turn), 0.4 * np.sin(2 * turn)]
    return np.stack(circles, -1) @ AXES[:4]


def on_ring(states):
    """Move states to the nearest place of a ring."""
    turns = np.linspace(-math.pi, math.pi, 4000, endpoint=False)[:, None]
    clean = ring(turns)
    return clean[(np.square(clean).sum(1) - 2 * states @ clean.T).argmin(1)]


def measured(embed, update, rng, *, dim=2, leak=0.0, turned=None):
    """Kick noisy states on a manifold, follow both copies by an update of states, and measure."""
    turned = np.eye(UNITS) if turned is None else turned
    wide = math.pi if dim == 1 else 1.1
    paths = rng.uniform(-wide, wide, (STEPS, TRIALS, dim))
    states = embed(paths) + rng.normal(0, STD, (STEPS, TRIALS, UNITS))
    active = activity(paths, states=(states @ turned).astype(np.float32))
    ends = rng.uniform(-wide, wide, (1, TRIALS, dim))
    base = embed(ends)[0] + rng.normal(0, STD, (TRIALS, UNITS))
    pair, kicks = [base, base + rng.normal(0, STD, base.shape)], []
    for lag in range(LAGS[-1] + 1):
        pair = [update(one) for one in pair] if lag else pair
        if lag in LAGS:
            kicks.append(pair[1] - pair[0])
    kicked = activity(ends, states=base[None])._replace(
        truth=ends, kicks=Kicks(LAGS, np.array(kicks) @ turned, np.array(kicks)[..., :9]), leak=leak
    )
    phases = {"active": active._replace(truth=paths), "kicked": kicked}
    result = apply(MEASURE, phases, lambda row: numpy_stream(0, "measure", "denoising", row))
    return result.sel(phase="kicked")


def test_a_projection_on_the_manifold_takes_away_what_is_normal_and_keeps_what_is_along():
    result = measured(plane, lambda states: states @ AXES[:2].T @ AXES[:2], np.random.default_rng(0))
    after = result.isel(lag=slice(1, None))
    assert float(after["normal"].max()) < 0.05
    np.testing.assert_allclose(after["along"], 1, atol=0.02)
    np.testing.assert_allclose(after["moved"], 1, atol=0.02)
    np.testing.assert_array_equal(result.isel(lag=0)[["normal", "along", "output"]].to_array(), 1)


@pytest.mark.parametrize("embed", [plane, ring])
def test_of_what_only_leaks_the_same_is_left_everywhere(embed):
    leak = 0.2
    result = measured(
        embed, lambda states: (1 - leak) * states, np.random.default_rng(0), dim=2 - (embed is ring), leak=leak
    )
    for name in ("normal", "along", "moved", "output", "leak"):
        np.testing.assert_allclose(result[name], (1 - leak) ** LAGS, rtol=1e-5)


@pytest.mark.parametrize("left", [0.0, 0.5])
def test_a_denoiser_on_a_ring_has_its_known_answer_although_the_ring_is_curved(left):
    def update(states):
        clean = on_ring(states)
        return clean + left * (states - clean)

    result = measured(ring, update, np.random.default_rng(0), dim=1)
    np.testing.assert_allclose(result["normal"][1:], left ** LAGS[1:], atol=0.05)
    np.testing.assert_allclose(result["along"], 1, atol=0.05)
    off = np.abs(result["along"] - 1)[1:] / result["along_stderr"][1:]
    assert float(off.max()) < 4


def test_noise_that_is_turned_along_the_manifold_moves_it_but_keeps_nothing():
    # Normal noise of one axis is moved along the manifold: movement grows, what was along at first stays as it was.
    mixing = AXES[:2].T @ AXES[:2] + 2 * AXES[2:3].T @ AXES[:1]
    result = measured(plane, lambda states: states @ mixing, np.random.default_rng(0)).isel(lag=1)
    assert float(result["along"]) == pytest.approx(1, abs=4 * float(result["along_stderr"]))
    assert float(result["along_stderr"]) < 0.1
    assert float(result["moved"]) == pytest.approx(math.sqrt((1 + 1 + 4) / 2), rel=0.1)


def test_without_a_manifold_a_network_that_leaks_keeps_what_leak_leaves_in_any_direction():
    result = measured(
        lambda places: np.zeros((*places.shape[:-1], UNITS)), lambda states: 0.8 * states, np.random.default_rng(0)
    )
    for name in ("normal", "along", "moved"):
        np.testing.assert_allclose(result[name], 0.8**LAGS, rtol=1e-5)


def test_numbers_do_not_depend_on_how_units_are_turned():
    turned = special_ortho_group.rvs(UNITS, random_state=1)
    mixing = 0.9 * np.eye(UNITS) + 0.1 * turned
    one, two = (
        measured(ring, lambda states: states @ mixing, np.random.default_rng(0), dim=1, turned=how)
        for how in (None, turned)
    )
    for name in ("normal", "along", "moved"):
        np.testing.assert_allclose(one[name], two[name], rtol=1e-4)
