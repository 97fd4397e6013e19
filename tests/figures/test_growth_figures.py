"""Figures of growing differences and of diffusion: marks lie where results do."""

import numpy as np
from made import imagined

from quiescent.evaluation.combine import combine
from quiescent.figures import lyapunov, manifold_diffusion
from quiescent.figures.grid import reading

BOTH = ("a/noisy", "a/no-noise")


def results(name):
    made = {(one, seed): imagined(name, noisy=one == BOTH[0], seed=seed) for one in BOTH for seed in (0, 1)}
    return {name: combine(made)}


def test_spectra_fall_with_rank_beside_their_first_halves_and_the_growth_of_the_norm():
    measured = results("lyapunov")
    for axes, condition in zip(lyapunov.draw(measured).axes, BOTH, strict=True):
        lines = {line.get_label(): line for line in axes.lines}
        for phase, label in lyapunov.SHOWN.items():
            here = {"condition": condition, "phase": phase}
            for variable, name in (("exponents", label), ("first_half", f"{label}, first half")):
                expected = reading(measured["lyapunov"], variable).sel(here).mean("seed")
                np.testing.assert_allclose(lines[name].get_ydata(), expected)
                np.testing.assert_array_equal(lines[name].get_xdata(), [1, 2, 3, 4, 5])
            norm = reading(measured["lyapunov"], "norm_growth").sel(here).mean("seed")
            np.testing.assert_allclose(lines[f"{label}, norm"].get_ydata(), float(norm))


def test_places_lie_at_what_is_predicted_and_measured_and_means_at_their_noise():
    measured = results("manifold_diffusion")
    dataset = measured["manifold_diffusion"]
    places, noise = manifold_diffusion.draw(measured).axes
    once = dataset.sel(condition=BOTH[0]).isel(phase=0)
    predicted, naive = places.lines[:2]
    for line, law in ((predicted, "predicted_at"), (naive, "naive_at")):
        np.testing.assert_allclose(line.get_xdata(), once[law].values.ravel())
        np.testing.assert_allclose(line.get_ydata(), once["measured_at"].values.ravel())
    expected = dataset["measured"].sel(condition=BOTH[0]).mean("seed")
    np.testing.assert_allclose(noise.lines[0].get_ydata(), expected)
    np.testing.assert_allclose(noise.lines[0].get_xdata(), dataset["factor"].sel(condition=BOTH[0]).mean("seed"))
