"""Distance of read-outs to the nearest valid code, against a search on a far finer grid."""

import inspect

import pytest
import torch

from quiescent.config.load import load_config
from quiescent.errors import QuiescentError
from quiescent.quiescence.valid import valid_codes
from quiescent.spaces import Box
from quiescent.streams import stream
from quiescent.tasks.codes import Identity


@pytest.fixture(params=["spatial_navigation/noisy_unbiased", "head_direction/noisy_unbiased"])
def task(request):
    return load_config(request.param).task


def places(task, number):
    low, high = torch.tensor(task.space.bounds).unbind(1)
    return low + (high - low) * torch.rand(number, len(low), generator=torch.Generator().manual_seed(0))


def test_a_valid_code_is_at_distance_zero_and_a_faded_one_where_arithmetic_says(task):
    code = task.code(stream(0, "cells"))
    valid, outputs = valid_codes(code, task.space, torch.empty(0)), code.encode(places(task, 2000))
    assert valid.distance(outputs).mean() < 0.005
    assert valid.distance(outputs).quantile(0.99) < 0.02
    # |s f - f|^2 / |f|^2 = (1 - s)^2, if no other place has a code nearer to the faded one.
    assert valid.distance(0.5 * outputs).mean() == pytest.approx(0.25, abs=0.01)
    assert valid.distance(torch.zeros_like(outputs)).mean() == pytest.approx(1, abs=0.001)


def test_the_distance_of_a_noisy_code_is_that_of_a_fine_search(task):
    code = task.code(stream(0, "cells"))
    generator = torch.Generator().manual_seed(1)
    clean = code.encode(places(task, 200))
    noise = torch.randn(clean.shape, generator=generator) / code.size**0.5
    outputs = clean + 0.3 * clean.norm(dim=-1, keepdim=True) * noise
    axes = [torch.linspace(1.1 * low, 1.1 * high, 221) for low, high in task.space.bounds]
    fine = code.encode(torch.cartesian_prod(*axes).reshape(-1, len(axes)))
    squares = torch.cdist(outputs, fine).square()
    expected = squares.min(1).values / fine[squares.argmin(1)].square().sum(-1)
    error = valid_codes(code, task.space, outputs).distance(outputs) - expected
    assert error.abs().mean() < 0.005
    assert error.abs().max() < 0.03


def test_where_the_variable_is_its_own_code_every_code_is_valid():
    assert valid_codes(Identity(2), Box(((-1.0, 1.0), (-1.0, 1.0))), torch.empty(0)) is None


class Unjudged:
    """A code of a user's that does not say how it is judged."""

    size = 2

    def encode(self, variable):
        return variable


def test_a_code_that_does_not_say_how_it_is_judged_is_not_silently_valid():
    with pytest.raises(QuiescentError, match=r"code Unjudged .* needs `width`"):
        inspect.unwrap(valid_codes)(Unjudged(), Box(((-1.0, 1.0),)), torch.empty(0))  # without checks of types
