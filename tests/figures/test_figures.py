"""Figures show the results they are handed, and leave the user's settings alone."""

import functools
import io
import math

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from made import BOX, CIRCLE, imagined, space_for
from matplotlib.patches import Rectangle

from quiescent.errors import QuiescentError
from quiescent.evaluation.combine import combine
from quiescent.figures import FIGURES, HistoryDrawing, density, kl_matrix, loss, temperature, trajectories
from quiescent.figures.grid import names_of, reading
from quiescent.figures.style import PAGE, save, style
from quiescent.measures.measure import PAPER
from quiescent.runs.run import Metrics
from quiescent.spaces import Box

BOTH = ("a/noisy", "a/no-noise")
SMALL = Box(((0.0, 0.5), (-0.2, 0.1)))
LINE, SHORT_LINE = Box(((-1.0, 1.0),)), Box(((0.0, 0.3),))


@functools.cache
def made(name, space, conditions, seeds):
    results = {}
    for number, condition in enumerate(conditions):
        for seed in range(seeds):
            noisy = "no-noise" not in condition
            results[condition, seed] = imagined(
                name, space=space, noisy=noisy, seed=100 * number + seed, references=conditions
            )
    return combine(results)


def results(figure, space=BOX, conditions=BOTH, seeds=2):
    """Make the results that a figure needs of noise, by the measures themselves."""
    return {name: made(name, space, conditions, seeds) for name in FIGURES[figure].measures}


@functools.cache
def of_two_kinds(figure, spaces):
    """Make results of two conditions, of which the second has a space, a time step and a length of its own."""
    wide, small = spaces
    conditions = {"a/wide": {"space": wide}, "a/small": {"space": small, "dt": 0.1, "steps": 90}}
    return {
        name: combine(
            {
                (condition, seed): imagined(name, seed=seed, **own)
                for condition, own in conditions.items()
                for seed in (0, 1)
            }
        )
        for name in FIGURES[figure].measures
    }


@pytest.mark.parametrize(("space", "conditions", "seeds"), [(BOX, BOTH, 2), (BOX, BOTH[:1], 1), (CIRCLE, BOTH[:1], 1)])
@pytest.mark.parametrize(
    "figure", [name for name, drawing in FIGURES.items() if not isinstance(drawing, HistoryDrawing)]
)
def test_every_figure_is_drawn_from_what_measures_return(figure, space, conditions, seeds):
    space = space_for(FIGURES[figure].space, space)
    before = dict(mpl.rcParams)
    drawn = FIGURES[figure].draw(results(figure, space, conditions, seeds))
    picture = io.BytesIO()
    with style():
        drawn.savefig(picture, dpi=40)
    assert picture.getvalue().startswith(b"\x89PNG")
    assert dict(mpl.rcParams) == before
    assert drawn.get_size_inches()[0] <= PAGE + 1e-9


def test_a_saved_pdf_is_complete_and_holds_its_fonts(tmp_path):
    save(FIGURES["kl_matrix"].draw(results("kl_matrix")), tmp_path / "figure.pdf")
    written = (tmp_path / "figure.pdf").read_bytes()
    assert written.startswith(b"%PDF")
    assert b"/FontFile2" in written


def test_a_panel_for_every_condition_and_phase_and_none_where_there_is_nothing():
    panels = FIGURES["trajectories"].draw(results("trajectories")).axes
    assert [axes.get_visible() for axes in panels] == [True, True, False, True, True, True]
    assert [axes.get_title() for axes in panels if axes.get_visible()][:2] == ["active", "quiescent"]


def test_the_flow_of_a_condition_with_a_long_name_has_a_title_that_fits_above_its_panel():
    long = "a/noisy+network.bias=True,training.precision=bfloat16"
    figure = FIGURES["flow"].draw(results("flow", conditions=(long,), seeds=1))
    figure.draw_without_rendering()
    title = figure.axes[0].title.get_window_extent()
    assert title.x0 >= 0
    assert title.x1 <= figure.bbox.width
    assert "bfloat16" in figure.axes[0].get_title()


@pytest.mark.parametrize("figure", ["trajectories", "compression"])
def test_behaviour_that_was_trained_on_is_not_drawn_as_rest_is(figure):
    behaviour = {  # that of recordings comes twice
        name: xr.concat(
            [result, result.sel(phase=["active"]).assign_coords(phase=["trained_on"])], "phase", data_vars="all"
        )
        for name, result in results(figure, conditions=BOTH[:1]).items()
    }
    panels = FIGURES[figure].draw(behaviour).axes
    lines = [panel.lines[0] for panel in panels[:3]] if figure == "trajectories" else panels[0].lines[:3]
    assert len({line.get_color() for line in lines}) == 3


def test_trajectories_are_the_decoded_paths_from_start_to_end():
    measured = results("trajectories")
    axes = FIGURES["trajectories"].draw(measured).axes[0]
    paths = measured["paths"]["paths"].sel(condition=BOTH[0], seed=0, reading="all", phase="active").dropna("time")
    shown = trajectories.SHOWN
    lines, starts, ends = axes.lines[:shown], *axes.lines[shown : shown + 2]
    for trial, line in enumerate(lines):
        np.testing.assert_array_equal(np.stack(line.get_data(), 1), paths.isel(trial=trial))
    np.testing.assert_array_equal(np.stack(starts.get_data(), 1), paths.isel(time=0))
    np.testing.assert_array_equal(np.stack(ends.get_data(), 1), paths.isel(time=-1))


def test_area_of_a_polar_sector_is_proportional_to_its_density():
    axes = mpl.figure.Figure().subplots(subplot_kw={"projection": "polar"})
    density.draw_density(axes, np.array([3.0, 1.0, 0.0]), np.array([[0.0, 3.0]]), CIRCLE, "black")
    heights = [bar.get_height() for bar in axes.patches]
    assert (heights[0] / heights[1]) ** 2 == pytest.approx(3)
    assert heights[2] == 0


def test_the_matrix_shows_means_over_seeds_and_the_floor_of_every_column():
    measured = results("kl_matrix")
    kl = reading(measured["kl"], "kl")
    axes = kl_matrix.draw(measured).axes[0]
    image = axes.images[0].get_array()
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows[:2] == ["noisy at rest", "no-noise at rest"]
    expected = kl.sel(condition=BOTH[0], phase="quiescent").mean("seed")
    np.testing.assert_allclose(image[0], expected.sel(reference=list(BOTH)))
    floor = [float(kl.sel(condition=name, reference=name, phase="behaviour").mean()) for name in BOTH]
    np.testing.assert_allclose(image[-1], floor)


def test_the_scan_of_noise_marks_sqrt_2_and_lies_at_its_factors():
    axes = temperature.draw(results("temperature", conditions=BOTH[:1])).axes[0]
    (mark,) = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert mark.get_xdata()[0] == pytest.approx(math.sqrt(2))
    scan = next(line for line in axes.lines if line.get_marker() == "o")
    np.testing.assert_allclose(scan.get_xdata(), [0, 0.5, 0.75, 1, 1.2, math.sqrt(2), 1.7, 2, 2.8, 4], atol=1e-3)


def test_conditions_are_called_by_what_tells_them_apart():
    def named(*names):
        return list(names_of(xr.Dataset(coords={"condition": list(names)})).values())

    assert named("a/noisy", "a/no-noise") == ["noisy", "no-noise"]
    assert named("a/noisy", "b/noisy") == ["a/noisy", "b/noisy"]


PLANES, LINES, CIRCLES = (BOX, SMALL), (LINE, SHORT_LINE), (CIRCLE, CIRCLE)


def drawn(line):
    """Read the x values of a line, without those whose y is NaN."""
    x, y = line.get_data()
    return np.asarray(x)[np.isfinite(y)]


def ends(line):
    return np.array([line.get_xdata()[0], line.get_xdata()[-1]])


@pytest.mark.parametrize(
    ("figure", "variable", "grid"),
    [("coverage", "coverage", "times"), ("displacement", "msd", "lags"), ("order", "displacement", "lags")],
)
def test_curves_of_every_condition_lie_on_its_own_seconds(figure, variable, grid):
    measured = of_two_kinds(figure, PLANES)
    panels = [axes for axes in FIGURES[figure].draw(measured).axes if axes.get_visible()]
    for axes, (condition, dt, steps) in zip(panels, (("a/wide", 0.02, 60), ("a/small", 0.1, 90)), strict=True):
        curves = measured[figure].sel(condition=condition, seed=0, reading="all", window=PAPER)
        seconds = curves[grid].dropna(curves[grid].dims[-1]).values
        whole = np.round(seconds / dt)
        np.testing.assert_allclose(seconds, whole * dt)  # whole steps of its own
        for phase in ("active", "quiescent"):
            (line,) = [line for line in axes.lines if line.get_label() == phase]
            finite = np.isfinite(curves[variable].sel(phase=phase).values[: len(seconds)])
            np.testing.assert_allclose(line.get_xdata(), seconds[finite])
            assert np.isfinite(line.get_ydata()).all()
            assert finite[: finite.sum()].all()  # no holes
        longest = {"coverage": steps, "displacement": steps // 2, "order": 50}[figure]
        assert seconds[-1] == pytest.approx(longest * dt)


def test_code_quality_of_every_condition_lies_on_its_own_seconds():
    measured = of_two_kinds("validity", PLANES)
    for axes in FIGURES["validity"].draw(measured).axes:
        wide, small = [line for line in axes.lines if len(line.get_xdata()) > 2][::1][:2]
        np.testing.assert_allclose(ends(wide), [0.02, 60 * 0.02])
        np.testing.assert_allclose(ends(small), [0.1, 90 * 0.1])


@pytest.mark.parametrize("figure", ["density", "trajectories"])
def test_every_condition_is_framed_by_its_own_walls(figure):
    drawing = FIGURES[figure].draw(of_two_kinds(figure, PLANES))
    for row, space in zip(np.reshape(drawing.axes, (2, -1)), PLANES, strict=True):
        for axes in [axes for axes in row if axes.get_visible()]:
            (frame,) = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
            (left, right), (bottom, top) = space.bounds
            np.testing.assert_allclose(frame.get_bbox().extents, [left, bottom, right, top])
            for image in axes.images:
                wide = (np.array(space.bounds) - np.mean(space.bounds, 1, keepdims=True)) * 1.25 / 1.1
                expected = np.mean(space.bounds, 1, keepdims=True) + wide
                np.testing.assert_allclose(image.get_extent(), expected.ravel(), rtol=1e-6)
            assert (figure == "density") == bool(axes.images)


@pytest.mark.parametrize("spaces", [LINES, CIRCLES], ids=["line", "circle"])
def test_trajectories_in_one_dimension_lie_on_their_own_seconds(spaces):
    measured = of_two_kinds("trajectories", spaces)
    drawing = FIGURES["trajectories"].draw(measured)
    rows = np.reshape(drawing.axes, (2, -1))
    for row, space, dt, steps in zip(rows, spaces, (0.02, 0.1), (60, 90), strict=True):
        for axes, longest in zip(row, (40, steps), strict=False):
            line = axes.lines[0]
            seconds = line.get_ydata() if space is CIRCLE else line.get_xdata()
            np.testing.assert_allclose(seconds, dt * np.arange(1, longest + 1))
            assert axes.get_xlabel() == ("" if space is CIRCLE else "time (s)")
            if space is not CIRCLE:
                assert axes.get_ylim() == space.bounds[0]


def test_density_on_a_line_lies_between_its_own_walls():
    drawing = FIGURES["density"].draw(of_two_kinds("density", LINES))
    for row, space in zip(np.reshape(drawing.axes, (2, -1)), LINES, strict=True):
        (low, high), middle = space.bounds[0], np.mean(space.bounds)
        places = row[0].collections[0].get_paths()[0].vertices[:, 0]
        margin = 1.25 / 1.1 * (high - low) / 2
        width = 2 * margin / 40
        assert places.min() == pytest.approx(middle - margin + width / 2)
        assert places.max() == pytest.approx(middle + margin - width / 2)


@pytest.mark.parametrize("figure", ["manifold", "ring", "trajectories", "coverage", "turning"])
def test_a_condition_without_the_first_seed_is_drawn_from_its_own(figure):
    both = {("a/one", 0): {}, ("a/one", 1): {}, ("a/two", 1): {"dt": 0.1}}
    measured = {
        name: combine({key: imagined(name, space=CIRCLE, seed=key[1], **own) for key, own in both.items()})
        for name in FIGURES[figure].measures
    }
    drawing = FIGURES[figure].draw(measured)
    with style():
        drawing.savefig(io.BytesIO(), format="png", dpi=30)


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
