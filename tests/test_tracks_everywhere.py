"""Whatever takes a box takes a track, of which true paths lie on lines: measures, figures and controls."""

import numpy as np
import pytest
from made import imagined

from quiescent.controls import CONTROLS
from quiescent.evaluation.combine import combine
from quiescent.figures import compression, reach, tracks, trajectories
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Active, Kicked, Rest
from quiescent.simulation.members import untrained
from quiescent.spaces import Track

LINE = Track(
    ((-1.2, 1.2), (-0.2, 0.2)),
    (((-1.0, 0.0), (1.0, 0.0)),),
    (("left", (-1.0, 0.0), 0.2), ("middle", (0.0, 0.0), 0.2), ("right", (1.0, 0.0), 0.2)),
)
SEEN = (Active, Rest, Kicked)  # phases of which there are paths
ON_LINES = [
    name
    for name, measure in MEASURES.items()
    if measure.space in (None, Track) and all(isinstance(phase, SEEN) for phase in measure.phases.values())
]


@pytest.mark.parametrize("name", ON_LINES)
def test_every_measure_measures_a_track(name):
    result = imagined(name, space=LINE, dt=0.1)
    assert any(np.isfinite(values).any() for values in result.data_vars.values())


@pytest.mark.parametrize("name", CONTROLS)
def test_every_control_rests_on_a_line(tiny, name):
    members = untrained(tiny("network.units=24", "network.sigma2_rec=1e-5", name="tracks/linear").members())
    (activity,) = CONTROLS[name].rest(members, Rest(trials=20, steps=60, states="some"))
    assert activity.space == members.configs[0].task.space
    assert activity.decoded.shape == (60, 20, 2)
    assert np.isfinite(activity.decoded).all()


def results(*names):
    return {name: combine({("a/track", 0): imagined(name, space=LINE, dt=0.1)}) for name in names}


def test_figures_of_paths_have_the_track_s_lines_and_names():
    measured = results("paths")
    for drawing in (trajectories, tracks):
        for axes in drawing.draw(measured).axes:
            line = next(one for one in axes.lines if one.get_linewidth() == 1.5)
            np.testing.assert_allclose(line.get_xydata(), LINE.routes[0])
    for axes in tracks.draw(measured).axes:
        assert {text.get_text() for text in axes.texts} >= {"left", "middle", "right"}


def test_speeds_over_behaviour_s_lie_at_their_lags():
    measured = results("compression")
    (axes,) = compression.draw(measured).axes
    values = measured["compression"]["net_compression"].sel(reading="all", window="paper", phase="quiescent").squeeze()
    (line,) = [one for one in axes.lines if one.get_label() == "quiescent"]
    np.testing.assert_allclose(line.get_xdata(), [0.1, 0.2, 0.5, 1.0])
    np.testing.assert_allclose(line.get_ydata(), values)


def test_rates_and_orders_lie_where_results_do_beside_their_null():
    measured = results("reach", "route_order")
    rates, order = reach.draw(measured).axes
    for axes, name, variable in ((rates, "reach", "reach_rate"), (order, "route_order", "as_behaviour")):
        expected = measured[name][variable].sel(reading="all", window="paper").squeeze()
        shown = sorted(float(line.get_ydata()[0]) for line in axes.lines if line.get_markersize() == 4)
        np.testing.assert_allclose(shown, np.sort(expected[np.isfinite(expected)]))
    null = measured["route_order"]["shuffled"].sel(reading="all", window="paper").squeeze()
    lines = sorted(float(line.get_ydata()[0]) for line in order.lines if line.get_linestyle() == "--")
    np.testing.assert_allclose(np.array(lines)[np.isfinite(lines)], np.sort(null[np.isfinite(null)]))
