"""Laws of tables: exact for parabolas, smooth, and their slopes are those of their values."""

import math

import numpy as np
import pytest
import torch
from torch.autograd.functional import jacobian

from quiescent.controls.table import tabulate

PLANE = ((-1.0, 2.0), (0.0, 0.5))


def parabolas(places):
    x, y = places.unbind(-1)
    return torch.stack([3 * x - y, x * y + y.square() - x.square(), torch.ones_like(x)], -1)


def waves(angles):
    return torch.cat([angles.sin(), (3 * angles).cos()], -1)


def test_parabolas_are_exact_everywhere():
    places = torch.rand(500, 2, dtype=torch.float64) * torch.tensor([3.0, 0.5]) - torch.tensor([1.0, 0.0])
    found = tabulate(parabolas, PLANE, periodic=False).at(places)
    torch.testing.assert_close(found.values, parabolas(places))
    x, y = places.unbind(-1)
    torch.testing.assert_close(found.slopes[:, 0, 1], y - 2 * x)
    torch.testing.assert_close(found.slopes[:, 1, 1], x + 2 * y)


def test_a_period_ends_where_it_begins():
    table = tabulate(waves, ((-math.pi, math.pi),), periodic=True)
    angles = torch.linspace(-4, 4, 999, dtype=torch.float64)[:, None]
    found = table.at(angles)
    torch.testing.assert_close(found.values, waves(angles), atol=1e-5, rtol=0)
    torch.testing.assert_close(found.slopes[:, 0, 0], angles[:, 0].cos(), atol=1e-3, rtol=0)
    torch.testing.assert_close(found.values, table.at(angles + 4 * math.pi).values)


def test_slopes_are_those_of_the_values():
    table = tabulate(lambda places: (8 * places).sin(), PLANE, periodic=False)
    places = torch.tensor([[0.123, 0.456], [-0.9999, 0.2]], dtype=torch.float64)
    for place, slopes in zip(places, table.at(places).slopes, strict=True):
        exact = jacobian(lambda one: table.at(one[None]).values[0], place)
        np.testing.assert_allclose(slopes, exact.T, atol=1e-9)


def test_nodes_have_the_values_themselves():
    table = tabulate(waves, ((-math.pi, math.pi),), periodic=True)
    nodes = table.axes[0].places(torch.empty(0, dtype=torch.float64))[:, None]
    torch.testing.assert_close(table.at(nodes).values, waves(nodes))
    assert table.to(torch.float32).at(nodes.float()).values.dtype == torch.float32
    assert len(nodes) == pytest.approx(720)
