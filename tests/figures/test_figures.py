"""Figures show the data they are handed, and leave the user's settings alone."""

import math

import matplotlib as mpl
import numpy as np
import pytest

from quiescent.activity import Activity
from quiescent.errors import QuiescentError
from quiescent.figures import density, loss, trajectories
from quiescent.figures.style import save
from quiescent.runs import Metrics

BOXES = {1: ((0.0, 2.0),), 2: ((-1.1, 1.1), (-1.1, 1.1))}


def activity(dim=2, circular=False, seed=0):
    box = ((-math.pi, math.pi),) if circular else BOXES[dim]
    low, high = np.array(box).T
    paths = np.random.default_rng(seed).uniform(low, high, (30, 40, dim))
    return Activity(paths, paths, None, box, circular)


def conditions(**kind):
    both = {"active": [activity(**kind)], "quiescent": [activity(**kind, seed=1)]}
    return {"a/noisy": both, "a/noise-free": {**both, "noisy": [activity(**kind, seed=2)]}}


@pytest.mark.parametrize("figure", [trajectories, density])
@pytest.mark.parametrize("kind", [{"dim": 2}, {"dim": 1}, {"dim": 1, "circular": True}])
def test_a_panel_for_every_condition_and_phase_and_none_where_there_is_nothing(tmp_path, figure, kind):
    before = dict(mpl.rcParams)
    drawn = figure.draw(conditions(**kind))
    assert [axes.get_visible() for axes in drawn.axes] == [True, True, False, True, True, True]
    assert [axes.get_title() for axes in drawn.axes if axes.get_visible()][:2] == ["active", "quiescent"]
    save(drawn, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert dict(mpl.rcParams) == before


def test_trajectories_are_the_decoded_paths_from_start_to_end():
    shown = activity()
    axes = trajectories.draw({"one": {"active": [shown]}}).axes[0]
    paths, starts, ends = axes.lines[: trajectories.SHOWN], *axes.lines[trajectories.SHOWN : trajectories.SHOWN + 2]
    for k, line in enumerate(paths):
        np.testing.assert_array_equal(np.stack(line.get_data(), 1), shown.decoded[:, k])
    np.testing.assert_array_equal(np.stack(starts.get_data(), 1), shown.decoded[0, : trajectories.SHOWN])
    np.testing.assert_array_equal(np.stack(ends.get_data(), 1), shown.decoded[-1, : trajectories.SHOWN])


def test_area_of_a_polar_sector_is_proportional_to_its_count():
    angles = np.array([0.1] * 30 + [2.0] * 10)[:, None, None]
    shown = Activity(angles, None, None, ((-math.pi, math.pi),), True)
    bars = [bar.get_height() for bar in density.draw({"one": {"active": [shown]}}).axes[0].patches]
    tall = sorted(height for height in bars if height > 0)
    assert len(tall) == 2
    assert (tall[1] / tall[0]) ** 2 == pytest.approx(3)


def test_learning_curves_are_means_over_the_batches_that_all_seeds_share():
    logs = [
        [Metrics(0, 4.0, 1.0), Metrics(5, 2.0, 0.5), Metrics(10, 1.0, 0.1)],
        [Metrics(0, 2.0, 1.0), Metrics(10, 3.0, 0.1)],
    ]
    batches, values = loss.align(logs, "loss")
    np.testing.assert_array_equal(batches, [0, 10])
    np.testing.assert_array_equal(values, [[4, 1], [2, 3]])
    line = loss.draw({"one": logs}).axes[0].lines[0]
    np.testing.assert_array_equal(line.get_ydata(), [3, 2])


@pytest.mark.parametrize(("longest", "bar"), [(0.489, 0.2), (1.1, 1.0), (0.5, 0.5), (70.0, 50)])
def test_scale_bars_have_round_lengths(longest, bar):
    assert trajectories._round_length(longest) == pytest.approx(bar)


def test_an_unknown_kind_of_file_is_refused(tmp_path):
    with pytest.raises(QuiescentError, match=r"must end in .png, .pdf or .svg"):
        save(loss.draw({"one": [[Metrics(0, 1.0, 1.0)]]}), tmp_path / "x.gif")
