"""Figures show the results they are handed, and leave the user's settings alone."""

import io
import math

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from made import BOX, CIRCLE, activity, leave_all_out

from quiescent.errors import QuiescentError
from quiescent.evaluation.combine import combine
from quiescent.figures import FIGURES, HistoryDrawing, density, kl_matrix, loss, temperature, trajectories
from quiescent.figures.grid import names_of
from quiescent.figures.style import PAGE, save, style
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Quality
from quiescent.runs.run import Metrics


def phases_of(measure, variable, rng, noisy):
    """Activities at random for every phase of a measure that such a network has."""
    found = {}
    for name, phase in measure.phases.items():
        if getattr(phase, "only_noise_free" if noisy else "only_noisy", False):
            continue
        dim = 1 if variable == "heading" else 2
        low, high = np.array(CIRCLE if dim == 1 else BOX).T
        steps = 40 if name in ("active", "behaviour") else 60
        one = activity(rng.uniform(low, high, (steps, 12, dim)), states=rng.normal(size=(steps, 12, 12)).astype("f4"))
        quality = Quality(np.ones((steps, 12)), rng.uniform(size=(steps, 12)))
        found[name] = one._replace(truth=one.decoded, drift=one.states, noise_std=0.1, quality=quality)
    return found


@pytest.fixture(scope="module")
def results():
    """Results of every measure for conditions and seeds, made from noise by the measures themselves."""
    made = {}

    def make(name, variable, conditions, seeds):
        key = (name, variable, conditions, seeds)
        if key in made:
            return made[key]
        measure, found = MEASURES[name], {}
        for number, condition in enumerate(conditions):
            for seed in range(seeds):
                rng = np.random.default_rng([number, seed])
                phases = phases_of(measure, variable, rng, noisy="no-noise" not in condition)
                references = dict.fromkeys(conditions, phases["active"]) if "active" in phases else {}
                both = [measure.compute(phases, references, rng)]
                if measure.readings:
                    gone = {name: one if name == "active" else leave_all_out(one) for name, one in phases.items()}
                    both.append(measure.compute(gone, references, rng))
                    both = [
                        xr.concat(both, xr.Variable("reading", ["all", "valid"]), coords="minimal", compat="override")
                    ]
                box = CIRCLE if variable == "heading" else BOX
                found[condition, seed] = both[0].assign_attrs(
                    variable=variable,
                    box=[edge for side in box for edge in side],
                    dt=0.02,
                    sigma2_rec=0.0 if number else 1e-4,
                )
        made[key] = combine(found)
        return made[key]

    def of(figure, variable, conditions=("a/noisy", "a/no-noise"), seeds=2):
        return {name: make(name, variable, conditions, seeds) for name in FIGURES[figure].measures}

    return of


TWO = (("a/noisy", "a/no-noise"), 2)  # conditions, seeds
ONE = (("b/noisy",), 1)


@pytest.mark.parametrize(
    ("variable", "conditions", "seeds"), [("position", *TWO), ("position", *ONE), ("heading", *ONE)]
)
@pytest.mark.parametrize("figure", [name for name, one in FIGURES.items() if not isinstance(one, HistoryDrawing)])
def test_every_figure_is_drawn_from_what_measures_return(results, figure, variable, conditions, seeds):
    if FIGURES[figure].variable not in (None, variable):
        variable = FIGURES[figure].variable
    before = dict(mpl.rcParams)
    drawn = FIGURES[figure].draw(results(figure, variable, conditions, seeds))
    picture = io.BytesIO()
    with style():
        drawn.savefig(picture, dpi=40)
    assert picture.getvalue().startswith(b"\x89PNG")
    assert dict(mpl.rcParams) == before
    assert drawn.get_size_inches()[0] <= PAGE + 1e-9


def test_a_saved_pdf_is_complete_and_holds_its_fonts(tmp_path, results):
    save(FIGURES["kl_matrix"].draw(results("kl_matrix", "position")), tmp_path / "figure.pdf")
    written = (tmp_path / "figure.pdf").read_bytes()
    assert written.startswith(b"%PDF")
    assert b"/FontFile2" in written


def test_a_panel_for_every_condition_and_phase_and_none_where_there_is_nothing(results):
    axes = FIGURES["trajectories"].draw(results("trajectories", "position")).axes
    assert [one.get_visible() for one in axes] == [True, True, False, True, True, True]
    assert [one.get_title() for one in axes if one.get_visible()][:2] == ["active", "quiescent"]


def test_trajectories_are_the_decoded_paths_from_start_to_end(results):
    found = results("trajectories", "position")
    axes = FIGURES["trajectories"].draw(found).axes[0]
    expected = found["paths"]["paths"].sel(condition="a/noisy", seed=0, reading="all", phase="active").dropna("time")
    shown = trajectories.SHOWN
    paths, starts, ends = axes.lines[:shown], *axes.lines[shown : shown + 2]
    for k, line in enumerate(paths):
        np.testing.assert_array_equal(np.stack(line.get_data(), 1), expected.isel(trial=k))
    np.testing.assert_array_equal(np.stack(starts.get_data(), 1), expected.isel(time=0))
    np.testing.assert_array_equal(np.stack(ends.get_data(), 1), expected.isel(time=-1))


def test_area_of_a_polar_sector_is_proportional_to_its_density():
    figure = mpl.figure.Figure()
    axes = figure.subplots(subplot_kw={"projection": "polar"})
    density.draw_polar(axes, np.array([3.0, 1.0, 0.0]), np.array([0.0, 1.0, 2.0]), "black")
    heights = [bar.get_height() for bar in axes.patches]
    assert (heights[0] / heights[1]) ** 2 == pytest.approx(3)
    assert heights[2] == 0


def test_the_matrix_shows_means_over_seeds_and_the_floor_of_every_column(results):
    found = results("kl_matrix", "position")["kl"]["kl"].sel(reading="all")
    axes = kl_matrix.draw(results("kl_matrix", "position")).axes[0]
    image = axes.images[0].get_array()
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows[:2] == ["noisy at rest", "no-noise at rest"]
    expected = found.sel(condition="a/noisy", phase="quiescent").mean("seed")
    np.testing.assert_allclose(image[0], expected.sel(reference=["a/noisy", "a/no-noise"]))
    floor = [
        float(found.sel(condition=one, reference=one, phase="behaviour").mean()) for one in ("a/noisy", "a/no-noise")
    ]
    np.testing.assert_allclose(image[-1], floor)


def test_the_scan_of_noise_marks_sqrt_2(results):
    axes = temperature.draw(results("temperature", "position")).axes[0]
    (mark,) = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert mark.get_xdata()[0] == pytest.approx(math.sqrt(2))


def test_conditions_are_called_by_what_tells_them_apart():
    def named(*names):
        return list(names_of(xr.Dataset(coords={"condition": list(names)})).values())

    assert named("a/noisy", "a/no-noise") == ["noisy", "no-noise"]
    assert named("a/noisy", "b/noisy") == ["a/noisy", "b/noisy"]


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
