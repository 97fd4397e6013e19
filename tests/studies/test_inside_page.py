"""The page of what is inside a network."""

import pytest
from trained import trained

from quiescent.measures import MEASURES
from quiescent.studies.inside import page
from quiescent.studies.inside.page import SHOWN, inside_jobs, measures_of, write_inside


@pytest.mark.parametrize("name", ["spatial_navigation/noisy_unbiased", "head_direction/noisy_unbiased"])
def test_the_page_has_a_figure_and_numbers_beside_an_untrained_network_of_every_measure(
    name, tiny, tmp_path, few_trials, monkeypatch
):
    cells = "hd_cells" if name.startswith("head") else "place_cells"
    (run,) = trained(tiny(name=name, cells=cells), tmp_path / "run")
    shown = ("flow", "lyapunov", "start_to_wake")
    monkeypatch.setattr(page, "SHOWN", shown)
    text = write_inside(tmp_path / "inside.html", run).read_text(encoding="utf-8")
    assert inside_jobs([run]) == []
    for measure in shown:
        assert f'<h2 id="{measure}">' in text
        assert (tmp_path / f"inside_{measure}.png").stat().st_size > 5000
    assert text.count("data:image/png") == len(shown)
    assert text.count("untrained") > len(shown)


def test_all_measures_of_the_page_are_for_every_plane_and_circle(tiny, tmp_path):
    (run,) = trained(tiny(), tmp_path / "run")
    assert set(SHOWN) <= set(MEASURES)
    assert measures_of(run) == list(SHOWN)
