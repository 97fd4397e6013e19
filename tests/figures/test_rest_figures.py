"""Figures of rest against time and noise: lines lie where results do, and what is not measured is said."""

import math

import numpy as np
import pytest
from made import BOX, CIRCLE, imagined

from quiescent.evaluation.combine import combine
from quiescent.figures import coverage, kinds, noise_table, stationarity
from quiescent.figures.grid import reading

BOTH = ("a/noisy", "a/no-noise")


def results(name, space=BOX):
    made = {(one, 0): imagined(name, space=space, noisy=one == BOTH[0], steps=200) for one in BOTH}
    return {name: combine(made)}


@pytest.mark.parametrize(("space", "variable"), [(BOX, "kl"), (CIRCLE, "total_variation")], ids=["box", "circle"])
def test_distances_lie_at_their_times_above_the_floor_of_every_condition(space, variable):
    measured = results("stationarity", space)
    dataset = measured["stationarity"].sel(reading="all")
    for axes, condition in zip(stationarity.draw(measured).axes, BOTH, strict=True):
        lines = {line.get_label(): line for line in axes.lines}
        np.testing.assert_allclose(lines["quiescent"].get_xdata(), [1, 3])
        expected = dataset[variable].sel(condition=condition, phase="quiescent").mean("seed")[:2]
        np.testing.assert_allclose(lines["quiescent"].get_ydata(), expected)
        floor = dataset[f"{variable}_floor"].sel(condition=condition).mean()
        np.testing.assert_allclose(lines["other behaviour (floor)"].get_ydata(), float(floor))


def test_the_noise_table_has_a_line_per_condition_at_the_same_multiples_of_the_tasks_noise():
    measured = results("noise_table")
    drawn = noise_table.draw(measured)
    panels = dict(zip(noise_table.PANELS, drawn.axes, strict=False))
    for variable, axes in panels.items():
        noisy, free = axes.lines
        for line in (noisy, free):
            np.testing.assert_allclose(line.get_xdata(), [0, 1, math.sqrt(2), 2], atol=1e-5)
        assert (noisy.get_linestyle(), free.get_linestyle()) == ("-", "--")
        values = reading(measured["noise_table"], variable).sel(condition=BOTH[1])
        np.testing.assert_allclose(free.get_ydata(), values.mean("seed"))
    words = [text.get_text() for text in drawn.axes[len(panels)].get_legend().get_texts()]
    assert words == ["noisy", "no-noise", "trained without noise"]


def test_where_jitter_hides_coverage_the_panel_says_so():
    measured = results("coverage")
    hidden = {"condition": BOTH[0], "phase": "quiescent"}
    measured["coverage"]["coverage"].loc[hidden] = np.nan
    noisy, free = coverage.draw(measured).axes
    assert [text.get_text() for text in noisy.texts] == ["quiescent: hidden by jitter"]
    assert not free.texts
    assert [line.get_label() for line in noisy.lines] == ["active"]
    assert [line.get_label() for line in free.lines] == ["active", "quiescent", "noise added"]


def test_bars_of_models_have_the_height_of_their_weights_and_what_is_too_short_to_be_judged_says_so():
    measured = results("kinds")
    for axes, condition, phases in zip(kinds.draw(measured).axes, BOTH, ((1, 3), (1, 2, 3)), strict=True):
        assert [text.get_text() for text in axes.texts] == [kinds.NOTHING]  # behaviour, of 40 steps
        labels = [label.get_text() for label in axes.get_xticklabels()]
        assert labels == ["active", "quiescent", "noise added", "random"]
        for at in phases:
            weight = reading(measured["kinds"], "weight").sel(condition=condition, phase=labels[at].replace(" ", "_"))
            bars = [bar for bar in axes.patches if round(bar.get_x() + bar.get_width() / 2) == at]
            np.testing.assert_allclose([bar.get_height() for bar in bars], weight.mean("seed"))
            assert bars[-1].get_y() + bars[-1].get_height() == pytest.approx(1)
