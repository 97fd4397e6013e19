"""The paper's figures, panel by panel: what is there is drawn, what is missing is named, nothing is cut or covered."""

import functools
import itertools

import matplotlib as mpl
import numpy as np
import paper_like
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from quiescent.figures.style import PAGE, style
from quiescent.studies.paper.experiments import CONDITIONS
from quiescent.studies.paper.panels import PANELS, boxes, draw_panels, places
from quiescent.studies.paper.panels.frame import mark_published
from quiescent.studies.paper.published import Axis
from quiescent.studies.paper.source import BIASED, FREE, UNBIASED, Missing, Source

LETTERS = {  # of the published figures
    **{"fig1": "abcdefghijk", "fig2": "abcdef", "fig3": "abcd"},
    **{"figC1": "abcdefgh", "figC2": "abcdefgh", "figC3": "abcdef", "figC4": "ab", "figC5": "abcdef"},
}
AS_READ = {"reading": "all", "window": "paper"}
NOISE_FREE = tuple(name for name, condition in CONDITIONS.items() if not condition.noisy)


@functools.cache
def results():
    return paper_like.results()


def without(*names):
    """Leave conditions out of all results and test logs."""
    kept = {
        key: dataset.sel(condition=[name for name in dataset["condition"].values if name not in names])
        for key, dataset in results().items()
    }
    return kept, paper_like.histories(without=names)


def drawn(name, form="as written", names=()):
    return _drawn(name, form, names)


@functools.cache
def _drawn(name, form, names):
    figure = draw_panels(name, *without(*names), form)
    with style():
        FigureCanvasAgg(figure).draw()
    return figure


def panel(figure, letter):
    return next(axes for axes in figure.axes if axes.get_title("left") == letter)


def texts(artist):
    """List the texts that are seen, without labels of ticks beyond the ends of their axis."""
    unseen = set()
    for axes in artist.findobj(Axes):
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not (axes.axison and low <= tick.get_loc() <= high):
                    unseen |= {tick.label1, tick.label2}
    return [one for one in artist.findobj(Text) if one.get_visible() and one.get_text().strip() and one not in unseen]


def words(artist):
    return " ".join(" ".join(one.get_text().split()) for one in texts(artist)).replace("/ ", "/")


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_of_a_published_figure_is_there_in_its_order(name):
    figure = drawn(name)
    assert [axes.get_title("left") for axes in figure.axes if axes.get_title("left")] == list(LETTERS[name])
    assert "not trained" not in words(figure)
    assert "not measured" not in words(figure)
    assert figure.get_size_inches()[0] <= PAGE
    assert len([one for one in figure.legends if one.get_texts()]) <= 1


@pytest.mark.parametrize(
    ("name", "names"), [*((name, ()) for name in PANELS), ("fig2", NOISE_FREE), ("figC4", NOISE_FREE)]
)
def test_no_text_covers_another_or_leaves_the_page(name, names):
    figure = drawn(name, "as written", names)
    places = [(one.get_text(), one.get_window_extent()) for one in texts(figure)]
    for (text, one), (other_text, other) in itertools.combinations(places, 2):
        overlap = min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)
        assert min(overlap) < 2, (text, other_text)  # pixels
    page = figure.bbox.padded(1)
    for text, one in places:
        assert all(map(page.containsx, one.intervalx)), text
        assert all(map(page.containsy, one.intervaly)), text


TURNING = ("head_direction/noisy_biased",)


@pytest.mark.parametrize(
    ("name", "names", "letters"),
    [
        ("figC3", NOISE_FREE, "cdef"),
        ("fig2", NOISE_FREE, "ef"),
        ("figC4", NOISE_FREE, "ab"),
        ("figC5", TURNING, "abde"),
        ("figC1", ("spatial_navigation/noisy_biased",), "cdgh"),
    ],
)
def test_a_panel_says_which_networks_are_missing_and_the_others_are_drawn(name, names, letters):
    figure = drawn(name, "as written", names)
    for letter in LETTERS[name]:
        said = [one for one in names if f"not trained: {one}" in words(panel(figure, letter))]
        assert bool(said) == (letter in letters)
        partly = (name, letter) in [("fig2", "e"), ("fig2", "f"), ("figC4", "a"), ("figC4", "b")]
        assert panel(figure, letter).has_data() == (not said or partly)


def test_what_is_trained_but_not_measured_and_what_is_not_planned_is_told_apart():
    some = {key: dataset for key, dataset in results().items() if not key.endswith("manifold")}
    histories = paper_like.histories()
    figure = draw_panels("fig1", some, histories, "as written")
    assert "not measured: manifold of spatial_navigation/noisy_unbiased" in words(panel(figure, "f"))
    with pytest.raises(Missing, match="not planned with biases: spatial_navigation/no-noise_biased"):
        Source(some, histories, "with biases").label(FREE._replace(name="no-noise_biased"))


def test_a_figure_is_not_drawn_of_networks_that_are_no_others_than_those_as_written():
    uniform = [name for name, condition in CONDITIONS.items() if condition.form == "as published"]
    for name in PANELS:
        assert draw_panels(name, *without(*uniform), "as published") is None
        assert draw_panels(name, {}, {}, "as written") is None
    assert draw_panels("figC2", *without(), "with biases") is None


def test_each_form_shows_its_own_networks_first_seed():
    paths = results()["spatial_navigation/paths"]["paths"].sel(reading="all", phase="quiescent", seed=0)
    for form, suffix in (("as written", ""), ("as published", "_uniform"), ("with biases", "_bias")):
        own = paths.sel(condition=f"spatial_navigation/noisy_biased{suffix}").values[: places.STEPS]
        lines = panel(drawn("fig2", form), "b").lines
        np.testing.assert_array_equal(lines[0].get_xdata(), own[:, 0, 0])
        start, end = (next(line for line in lines if line.get_label() == label) for label in ("start", "end"))
        np.testing.assert_array_equal(start.get_xdata(), own[0, :, 0])
        np.testing.assert_array_equal(end.get_ydata(), own[-1, :, 1])


def test_the_matrix_has_behaviour_in_rows_and_rest_in_columns():
    kl = results()["spatial_navigation/kl"]["kl"].mean("seed")
    labels = [f"spatial_navigation/{name}_uniform" for name in ("noisy_unbiased", "noisy_biased")]
    order = ["spatial_navigation/no-noise_unbiased", labels[0], "spatial_navigation/no-noise_biased", labels[1]]
    image = panel(drawn("fig2", "as published"), "e").images[0].get_array()
    for (row, active), (column, resting) in itertools.product(enumerate(order), repeat=2):
        expected = kl.sel(condition=resting, phase="quiescent", reference=active)
        assert image[row, column] == pytest.approx(float(expected))
    for row, active in enumerate(order):  # of untrained networks those with this form's noise
        for column, phase in ((4, "uniform"), (5, "random")):
            expected = kl.sel(condition=labels, phase=phase, reference=active).mean()
            assert image[row, column] == pytest.approx(float(expected))


def test_nothing_of_ours_is_cut_where_it_leaves_the_published_axis():
    far = {key: dataset.copy(deep=True) for key, dataset in results().items()}
    far["spatial_navigation/paths"]["paths"][:] *= 4
    far["spatial_navigation/variance"]["variance"][:] *= 100
    far["spatial_navigation/manifold"]["points"].loc[{"phase": "quiescent"}] *= 50
    figure = draw_panels("fig2", far, paper_like.histories(), "as written")
    _within(panel(figure, "b"), panel(figure, "b").lines[0].get_xydata())
    values = far["spatial_navigation/variance"]["variance"].sel(phase="quiescent", condition=CORE).values
    _within(panel(figure, "f"), np.stack([np.zeros(values.size), values.ravel()], 1))
    figure = draw_panels("fig1", far, paper_like.histories(), "as written")
    dots = [panel(figure, letter) for letter in "fg"]
    for axes in dots:
        _within(axes, np.asarray(axes.collections[0].get_offsets()))
    # States at rest that are fifty times as large have axes of their own, so that those of behaviour are seen.
    assert dots[1].get_xlim()[1] > 10 * dots[0].get_xlim()[1]


CORE = [name for name in CONDITIONS if name.startswith("spatial") and CONDITIONS[name].form == "as written"]


def _within(axes, points):
    points = points[np.isfinite(points).all(1)]
    for limits, values in zip((axes.get_xlim(), axes.get_ylim()), points.T, strict=True):
        assert limits[0] <= values.min()
        assert values.max() <= limits[1]


@pytest.mark.parametrize(("published", "ends"), [((0, 0.02), (0, 0.02)), ((0.5, 3), (0.5, 1)), ((2, 3), (1, 1))])
def test_the_bracket_of_a_published_axis_ends_with_ours_and_leaves_our_limits(published, ends):
    axes = Figure().subplots()
    axes.set_ylim(0, 1)
    mark_published(axes, Axis(*published))
    np.testing.assert_allclose(axes.lines[0].get_ydata(), ends)
    assert axes.get_ylim() == (0, 1)
    assert len(axes.lines) - 1 == sum(0 <= end <= 1 for end in published)  # beyond our axis it stays open


def test_boxes_of_steps_are_over_the_paths_of_all_seeds_and_those_of_variance_over_networks():
    steps = results()["spatial_navigation/distance"]["per_path"].sel(**AS_READ, phase="noise_added")
    expected = np.nanmedian(steps.sel(condition="spatial_navigation/no-noise_biased").values)
    assert steps.sizes["trial"] * len(paper_like.SEEDS) > boxes.FEW
    assert _medians(panel(drawn("figC4"), "b"))[-1] == pytest.approx(expected)
    assert words(panel(drawn("figC4"), "b")).count(f"n = {steps.sizes['trial'] * len(paper_like.SEEDS)}") == 5
    variance = results()["spatial_navigation/variance"]["variance"].sel(phase="quiescent")
    expected = [
        float(np.median(variance.sel(condition=f"spatial_navigation/{kind}_{bias}")))
        for bias, kind in itertools.product(("unbiased", "biased"), ("noisy", "no-noise"))
    ]
    np.testing.assert_allclose(_medians(panel(drawn("fig2"), "f")), expected)


def _medians(axes):
    lines = [line for line in axes.lines if line.get_linewidth() == 0.8 and line.get_marker() != "o"]
    return [line.get_ydata()[0] for line in lines]


def test_headings_go_outwards_for_as_many_steps_as_published():
    figure = drawn("figC5")
    paths = results()["head_direction/paths"]["paths"].sel(
        reading="all", seed=0, condition="head_direction/noisy_biased"
    )
    for letter, phase, steps in (("a", "active", 40), ("b", "quiescent", 500)):  # behaviour has 40 steps here, not 50
        line = panel(figure, letter).lines[0]
        np.testing.assert_allclose(line.get_ydata(), 0.02 * np.arange(steps))
        shown = paths.sel(phase=phase).values[:steps, 0, 0]
        np.testing.assert_allclose(np.cos(line.get_xdata()), np.cos(shown), atol=1e-5)
    assert "40 of 50 steps" in panel(figure, "a").get_xlabel()


def test_histograms_of_velocity_are_fractions_of_steps_with_their_mean_per_step():
    axes = panel(drawn("figC5"), "f")
    turning = results()["head_direction/turning"].sel(
        condition="head_direction/noisy_unbiased", phase="quiescent", **AS_READ
    )
    mean = float(turning["velocity"].mean()) * 0.02
    (dashed,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert dashed.get_xdata()[0] == pytest.approx(mean)
    assert sum(bar.get_height() for bar in axes.patches if isinstance(bar, mpl.patches.Rectangle)) == pytest.approx(
        1, abs=0.02
    )
    assert "paper 0.0005" in words(axes)


def test_learning_curves_begin_after_the_start_as_the_published_ones():
    loss = panel(drawn("fig1"), "b")
    line = loss.lines[0]
    np.testing.assert_array_equal(line.get_xdata(), paper_like.BATCHES[1:])
    logs = paper_like.histories()["spatial_navigation/noisy_unbiased"]
    means = [np.mean([log[at].loss for log in logs]) * 1e5 for at in (1, 2)]
    np.testing.assert_allclose(line.get_ydata(), means)


def test_positions_at_rest_are_those_of_the_first_200_steps_where_windows_are_measured():
    occupancy = results()["spatial_navigation/occupancy"].sel(window="paper", drop=True)
    parts = [occupancy.assign(density=factor * occupancy["density"]) for factor in (9.0, 1.0, 2.0)]
    windows = xr.Variable("window", ["paper", "0-100", "100-200"])
    together = xr.concat(parts, windows, data_vars=["density"], coords="minimal", compat="override")
    source = Source(results() | {"spatial_navigation/occupancy": together}, paper_like.histories(), "as written")
    own = occupancy["density"].sel(
        condition="spatial_navigation/noisy_biased", reading="all", phase="quiescent", seed=0
    )
    np.testing.assert_allclose(source.places(BIASED, "quiescent"), 1.5 * own, rtol=1e-6)


def test_fewer_seeds_than_were_trained_are_said_in_the_panel():
    fewer = results() | {
        "spatial_navigation/dimensionality": results()["spatial_navigation/dimensionality"].isel(seed=[1])
    }
    figure = draw_panels("fig1", fewer, paper_like.histories(), "as written")
    assert "1 of 2 seeds" in words(panel(figure, "c"))
    assert "seeds" not in words(panel(drawn("fig1"), "c"))
    assert Source(fewer, paper_like.histories(), "as written").seeds(UNBIASED) == 2


def test_drawing_leaves_the_users_settings_alone():
    before = dict(mpl.rcParams)
    draw_panels("fig3", *without(), "as written")
    assert dict(mpl.rcParams) == before
