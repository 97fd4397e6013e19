"""Draw figures of runs from what is stored with them; what is missing is measured first."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from quiescent.errors import QuiescentError, nearest
from quiescent.evaluation.evaluate import measure
from quiescent.figures import FIGURES, HistoryDrawing
from quiescent.quiescence.activity import RestNoise
from quiescent.quiescence.rest_settings import RestValue
from quiescent.runs.conditions import by_condition, require_one_space
from quiescent.runs.run import Run


def draw(
    name: str,
    runs: Sequence[Run],
    *,
    noise: RestNoise | None = None,
    sigma2: float | None = None,
    rest: Mapping[str, RestValue] | None = None,
    device: str | None = None,
) -> Figure:
    """Draw a figure of runs of any conditions and seeds.

    Parameters
    ----------
    name
        A figure, such as `trajectories`; `quiescent.figures.FIGURES` has them all.
    runs
        Runs that track the same kind of variable; they must be finished, except for the figure `loss`.
    noise, sigma2, rest, device
        As in `quiescent.measure`.

    Returns
    -------
    matplotlib.figure.Figure
        To be saved with its `savefig`.

    Raises
    ------
    QuiescentError
        For an unknown figure, and wherever `quiescent.measure` does.

    Examples
    --------
    >>> import quiescent, tempfile
    >>> words = ["network.units=8", "task.place_cells.number=8", "task.steps=5", "training.batches=1"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     config = quiescent.load_config("spatial_navigation/noisy_unbiased", *words, "training.batch_size=2")
    ...     figure = quiescent.draw("loss", quiescent.train(config, folder))
    >>> [axes.get_title() for axes in figure.axes][0]
    'test loss'
    """
    measures = measures_drawn(name, runs)
    drawing = FIGURES[name]
    if isinstance(drawing, HistoryDrawing):
        conditions = by_condition(runs)
        return drawing.draw({name: [run.require_metrics() for run in members] for name, members in conditions.items()})
    return drawing.draw(
        {one: measure(one, runs, noise=noise, sigma2=sigma2, rest=rest, device=device, reuse=True) for one in measures}
    )


def measures_drawn(name: str, runs: Sequence[Run]) -> Sequence[str]:
    """List the measures that a figure shows; raises `QuiescentError` if it cannot be drawn of these runs."""
    if name not in FIGURES:
        raise QuiescentError(f"no figure named '{name}'.{nearest(name, list(FIGURES))}")
    drawing = FIGURES[name]
    if isinstance(drawing, HistoryDrawing):
        require_one_space(runs, None, name)
        return ()
    require_one_space(runs, drawing.space, f"the figure '{name}'")
    return drawing.measures
