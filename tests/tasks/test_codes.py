"""Population codes against their formulas, and as inverse pairs."""

import math

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from quiescent.spaces import Box, Circle
from quiescent.streams import stream
from quiescent.tasks.codes import Identity, decoding_error
from quiescent.tasks.head_direction_cells import HeadDirectionCellSettings, head_direction_cells
from quiescent.tasks.place_cells import PlaceCellSettings, place_cells

BOX = ((-1.1, 1.1), (-1.1, 1.1))
CPU = torch.device("cpu")


def cells(**chosen):
    return place_cells(PlaceCellSettings(**chosen), BOX, stream(0, "cells")).to(CPU, torch.float64)


def plain_softmax(code, states, variance):
    squared = (states[..., None, :] - code.centres).square().sum(-1)
    return torch.softmax(-squared / (2 * variance), -1)


def states(*shape):
    return 2.2 * torch.rand(*shape, 2, dtype=torch.float64, generator=stream(1, "training")) - 1.1


def test_place_cells_are_a_softmax_of_squared_distances():
    code, where = cells(number=40, width=0.3), states(5, 4)
    found = code.encode(where)
    torch.testing.assert_close(found, plain_softmax(code, where, 0.09), atol=1e-14, rtol=1e-10)
    torch.testing.assert_close(found.sum(-1), torch.ones(5, 4, dtype=torch.float64))


def test_difference_of_gaussians_is_shifted_to_zero_and_normalised():
    code, where = cells(number=40, dog=True, surround_scale=3.0), states(5, 4)
    plain = plain_softmax(code, where, 0.04) - plain_softmax(code, where, 0.12)
    plain = plain + plain.min(-1, keepdim=True).values.abs()
    found = code.encode(where)
    torch.testing.assert_close(found, plain / plain.sum(-1, keepdim=True), atol=1e-14, rtol=1e-10)
    torch.testing.assert_close(found.sum(-1), torch.ones(5, 4, dtype=torch.float64))
    assert (found >= 0).all()


@settings(max_examples=30, deadline=None)
@given(x=st.floats(-0.9, 0.9), y=st.floats(-0.9, 0.9), dog=st.booleans())
def test_decoding_a_place_code_finds_the_place(x, y, dog):
    where = torch.tensor([x, y], dtype=torch.float64)
    code = cells(dog=dog)
    # The three nearest of 512 random centres in 4.84 m^2 lie within this distance nearly everywhere.
    assert (code.decode(code.encode(where)) - where).norm() < 0.2


def test_a_decoded_place_is_the_mean_centre_of_the_most_active_cells():
    code = cells(number=9, decode_from=2)
    outputs = torch.zeros(3, 9, dtype=torch.float64)
    outputs[:, 4], outputs[:, 7], outputs[:, 1] = 0.2, 0.3, -0.9
    expected = (code.centres[4] + code.centres[7]) / 2
    torch.testing.assert_close(code.decode(outputs), expected.expand(3, 2))


def test_place_cells_fill_the_box_evenly():
    centres = place_cells(PlaceCellSettings(number=4000), ((0.0, 1.0), (-3.0, 1.0)), stream(0, "cells")).centres
    for column, low, size in ((0, 0.0, 1.0), (1, -3.0, 4.0)):
        assert stats.kstest(centres[:, column].numpy(), "uniform", (low, size)).pvalue > 0.001


@settings(max_examples=30, deadline=None)
@given(angle=st.floats(-4, 4), number=st.sampled_from([64, 512]))
@example(angle=math.pi, number=512)
@example(angle=0.01 - math.pi, number=64)  # its best cells lie on both sides of the end of the circle
def test_decoding_a_heading_code_finds_the_heading(angle, number):
    code = head_direction_cells(HeadDirectionCellSettings(number=number)).to(CPU, torch.float64)
    heading = torch.tensor([angle], dtype=torch.float64)
    outputs = code.encode(heading)
    # The middle of the three best cells lies within half a cell of the heading.
    assert decoding_error(code, Circle(), outputs, heading).sqrt() <= math.pi / number + 1e-9


def test_preferred_angles_are_even_and_none_stands_twice_where_the_ring_closes():
    code = head_direction_cells(HeadDirectionCellSettings(number=16))
    ring = torch.cat([code.preferred, code.preferred[:1] + 2 * math.pi])
    torch.testing.assert_close(ring.diff(), torch.full((16,), 2 * math.pi / 16), atol=1e-5, rtol=0)


def test_heading_cells_are_von_mises_curves_with_peak_one():
    code = head_direction_cells(HeadDirectionCellSettings(number=8, width=0.7)).to(CPU, torch.float64)
    offset = torch.linspace(-3, 3, 7, dtype=torch.float64)
    found = code.encode((code.preferred[2] + offset)[:, None])[:, 2]
    torch.testing.assert_close(found, torch.exp((offset.cos() - 1) / 0.49))
    assert found[3] == 1


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 5e-6), (torch.float64, 1e-14)])
@pytest.mark.parametrize("width", [0.15, math.pi / 6, 3.0, 1e6])
def test_head_direction_code_is_its_fourier_series(width, dtype, tolerance):
    code = head_direction_cells(HeadDirectionCellSettings(number=200, width=width)).to(CPU, dtype)
    heading = torch.linspace(-math.pi, math.pi, 301, dtype=dtype)[:, None]
    features, coefficients = code.series
    assert torch.equal(features(heading)[:, 0], torch.ones(301, dtype=dtype))
    torch.testing.assert_close(features(heading) @ coefficients, code.encode(heading), rtol=0, atol=tolerance)


@pytest.mark.parametrize(("width", "terms"), [(1e-7, None), (1e-3, None), (1e6, 1)])
def test_a_series_that_would_not_pay_is_not_summed(width, terms):
    series = head_direction_cells(HeadDirectionCellSettings(width=width)).series
    assert (None if series is None else len(series.coefficients)) == terms


def test_heading_error_goes_the_short_way_round():
    code = head_direction_cells(HeadDirectionCellSettings(number=512))
    error = decoding_error(code, Circle(), code.encode(torch.tensor([[3.1]])), torch.tensor([[-3.1]]))
    assert error.sqrt() == pytest.approx(2 * math.pi - 6.2, abs=0.01)


def test_identity_is_its_own_code():
    code, where = Identity(2), states(3)
    assert torch.equal(code.decode(code.encode(where)), where)
    assert decoding_error(code, Box(BOX), where + torch.tensor([0.3, 0.4]), where) == pytest.approx(0.25)
