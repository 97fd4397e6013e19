"""A measure gives what it declares, whatever else is measured beside it."""

import numpy as np
import pytest
from made import activity, measured

from quiescent.evaluation.apply import apply
from quiescent.measures.measure import Measure, Quantity


def streams(row):
    return np.random.default_rng(len(row))


@pytest.mark.parametrize(
    ("values", "named"),
    [({"a": 1.0}, "b"), ({"a": 1.0, "b": 2.0, "c": 3.0}, "c"), ({"b": 1.0, "other": 2.0}, "a, other")],
)
def test_a_measure_that_returns_other_quantities_than_it_declares_is_an_error_that_names_them(values, named):
    measure = Measure(
        phases={},
        quantities={"a": Quantity("", "one number"), "b": Quantity("", "another number")},
        of=lambda activity, known, rng: values,
    )
    with pytest.raises(ValueError, match=f"must return the quantities that it declares; these differ: {named}$"):
        apply(measure, {"quiescent": activity(np.zeros((3, 2, 2)))}, streams)


def test_a_number_of_one_phase_depends_neither_on_other_phases_nor_on_their_order():
    rng = np.random.default_rng(0)
    active, rest, random = (activity(rng.normal(0, std, (100, 30, 2))) for std in (0.3, 0.25, 0.1))
    phases = {"active": active, "quiescent": rest, "random": random}
    references = {"a": active, "b": rest}
    for name in ("kl", "displacement", "order", "wasserstein"):
        whole = measured(name, phases, references if name == "kl" else None).sel(phase="quiescent")
        turned = dict(reversed(phases.items()))
        for some in (turned, {"active": active, "quiescent": rest}):
            alone = measured(name, some, dict(reversed(references.items())) if name == "kl" else None)
            for variable, values in alone.sel(phase="quiescent").data_vars.items():
                expected = whole[variable]
                labels = {"reference": values["reference"]} if "reference" in values.dims else {}
                np.testing.assert_array_equal(values, expected.sel(labels))
