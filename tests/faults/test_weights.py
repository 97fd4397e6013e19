"""Weights that are no numbers: whatever reads them says so, rather than drawing or storing something."""

import numpy as np
import pytest

from quiescent.errors import QuiescentError
from quiescent.evaluation.evaluate import measure
from quiescent.page.write import write_page
from quiescent.runs import checkpoints
from quiescent.training.train import train


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_one_line_that_names_the_run(tiny, tmp_path, value):
    (run,) = train(tiny("training.batches=1"), tmp_path, device="cpu")
    arrays = checkpoints.read(run.newest_checkpoint())
    arrays["weights/output"][0, 0] = value
    checkpoints.write(run.newest_checkpoint(), arrays)
    message = f"^{run.folder} is not finished: 0 of 1 batches. {run.checkpoints()[-1]} is damaged."
    with pytest.raises(QuiescentError, match=message):
        write_page(tmp_path / "watch.html", [run], device="cpu")
    with pytest.raises(QuiescentError, match=message):
        measure("distance", [run], device="cpu")
    assert not list(tmp_path.rglob("*.html")) + list(tmp_path.rglob("*.nc"))
