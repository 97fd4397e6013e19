"""The demonstration says what came out, whatever it is: every sentence follows its numbers."""

import re

import numpy as np
import pytest

from quiescent.studies.demo.meaning import FREE, NOISY, Scene, meaning

SCENE = Scene(guess=0.4, rest=100.0, step=0.1)
NOISY_NUMBERS = {
    ("error", "active"): 0.075,
    ("distance", "active"): 0.015,
    ("distance", "quiescent"): 0.016,
    ("coverage_end", "quiescent"): 0.27,
    ("standing", "quiescent"): 0.004,
    ("kl", "quiescent"): 0.1,
    ("kl", "random"): 0.7,
    ("kl", "behaviour"): 0.05,
    ("kl", "uniform"): 0.3,
    ("kl_start", "quiescent"): 0.4,
}
FREE_NUMBERS = NOISY_NUMBERS | {
    ("error", "active"): 0.044,
    ("distance", "active"): 0.012,
    ("distance", "quiescent"): 0.0005,
    ("distance", "noise_added"): 0.16,
    ("coverage_end", "quiescent"): 0.02,
    ("kl", "quiescent"): 0.45,
}
SPREAD = np.array([-0.02, 0.0, 0.02])  # over seeds, relative


def told(noisy=None, free=None, spread=SPREAD):
    """Tell of three seeds that scatter a little, with some numbers replaced."""

    def over_seeds(numbers):
        # Each number scatters in an order of its own: two equal means are then no effect.
        return {key: value * (1 + np.roll(spread, at)) for at, (key, value) in enumerate(numbers.items())}

    return meaning(
        {NOISY: over_seeds(NOISY_NUMBERS | (noisy or {})), FREE: over_seeds(FREE_NUMBERS | (free or {}))}, SCENE
    )


def test_what_came_out_is_told_with_its_numbers_and_controls():
    awake, ground, pace, places = told()
    assert re.findall(r"[\d.]+ cm", awake) == ["7.5 cm", "4.4 cm", "40 cm"]
    assert awake.endswith("So both know where the rat is.")
    assert re.findall(r"[\d.]+ (?:%|s)", ground) == ["100 s", "27 %", "2 %", "0.4 %"]
    assert ground.endswith("So networks that learnt with noise travel further.")
    assert re.findall(r"[\d.]+ cm", pace) == ["1.6 cm", "1.5 cm", "0.05 cm", "1.2 cm", "16 cm"]
    assert pace.endswith("So noise at rest alone makes leaps, not walks.")
    assert re.findall(r" (\d\.\d+)", places) == ["0.1", "0.45", "0.05", "0.7", "0.4", "0.3"]
    assert places.endswith("So its dreams go where the rat goes, more than any of these.")


@pytest.mark.parametrize(
    ("noisy", "free", "paragraph", "end"),
    [
        ({("error", "active"): 0.4}, {}, 0, "only the noise-free one knows where the rat is."),
        ({("error", "active"): 0.5}, {("error", "active"): 0.4}, 0, "neither can be said to know where the rat is."),
        ({("coverage_end", "quiescent"): 0.02}, {}, 1, "So 3 networks of each kind do not tell the two apart."),
        ({("coverage_end", "quiescent"): 0.01}, {}, 1, "So here networks that learnt with noise travel less far."),
        ({("coverage_end", "quiescent"): np.nan}, {}, 1, "So 3 networks of each kind do not tell the two apart."),
        ({}, {("distance", "noise_added"): 0.012}, 2, "So noise at rest alone makes no leaps here."),
        ({("distance", "quiescent"): 0.16}, {}, 2, "So noise at rest alone makes no leaps here."),
        (
            {("kl", "quiescent"): 0.35},
            {},
            3,
            "better than an untrained network or dreams that stay where they begin, but not, as far as can be told, "
            "than every place alike.",
        ),
        ({("kl", "quiescent"): 0.9}, {}, 3, "it does no better than any of these, as far as can be told."),
    ],
)
def test_an_effect_that_is_absent_is_not_told(noisy, free, paragraph, end):
    assert end in told(noisy, free)[paragraph]
    assert end not in told()[paragraph]


def test_an_effect_within_the_scatter_of_seeds_is_not_told():
    endings = [paragraph.rpartition("So ")[2] for paragraph in told(spread=np.array([-0.9, 0.0, 3.0]))]
    assert endings[1] == "3 networks of each kind do not tell the two apart."
    assert endings[3] == "by where its dreams go it does no better than any of these, as far as can be told."


def test_what_jitter_hides_is_unknown():
    ground = told({("coverage_end", "quiescent"): np.nan})[1]
    assert "covers unknown" not in ground
    assert "covers an unknown part (jitter" in ground
