"""Shape and amplitude of read-outs beside the nearest valid code, against a search on a far finer grid."""

import inspect

import pytest
import torch

from quiescent.config.load import load_config
from quiescent.errors import QuiescentError
from quiescent.quiescence.valid import judge_some, valid_codes
from quiescent.spaces import Box
from quiescent.streams import stream
from quiescent.tasks.codes import Identity


@pytest.fixture(params=["spatial_navigation/noisy_unbiased", "head_direction/noisy_unbiased"])
def task(request):
    return load_config(request.param).task


def places(task, number):
    low, high = torch.tensor(task.space.bounds).unbind(1)
    return low + (high - low) * torch.rand(number, len(low), generator=torch.Generator().manual_seed(0))


def test_a_faded_code_keeps_its_shape_and_loses_its_amplitude(task):
    code = task.code(stream(0, "cells"))
    valid, outputs = valid_codes(code, task.space, torch.empty(0)), code.encode(places(task, 2000))
    for factor in (0.01, 0.5, 1.0, 300.0):
        judged = valid.judge(factor * outputs)
        assert judged.shape.mean() < 0.005
        assert judged.shape.quantile(0.99) < 0.02
        assert judged.amplitude.median() == pytest.approx(factor, rel=0.01)
    for no_code in (torch.zeros_like(outputs), -outputs):
        judged = valid.judge(no_code)
        assert (judged.shape == 1).all()
        assert (judged.amplitude == 0).all()


def test_the_shape_and_amplitude_of_a_noisy_code_are_those_of_a_fine_search(task):
    code = task.code(stream(0, "cells"))
    generator = torch.Generator().manual_seed(1)
    clean = code.encode(places(task, 200))
    noise = torch.randn(clean.shape, generator=generator) / code.size**0.5
    outputs = clean + 0.3 * clean.norm(dim=-1, keepdim=True) * noise
    axes = [torch.linspace(1.1 * low, 1.1 * high, 221) for low, high in task.space.bounds]
    fine = code.encode(torch.cartesian_prod(*axes).reshape(-1, len(axes)))
    cosines = torch.nn.functional.normalize(outputs) @ torch.nn.functional.normalize(fine).mT
    best, node = cosines.max(1)
    judged = valid_codes(code, task.space, outputs).judge(outputs)
    error = judged.shape - (1 - best.square())
    assert error.abs().mean() < 0.005
    assert error.abs().max() < 0.03
    factor = (outputs * fine[node]).sum(1) / fine[node].square().sum(1)
    assert (judged.amplitude / factor - 1).abs().mean() < 0.02


def test_one_step_in_four_stands_for_those_up_to_the_next(task):
    code = task.code(stream(0, "cells"))
    codes = valid_codes(code, task.space, torch.empty(0))
    outputs = torch.rand((10, 3, code.size), generator=torch.Generator().manual_seed(2))
    some, every = judge_some(codes, outputs, 4), judge_some(codes, outputs, 1)
    for step in range(10):
        torch.testing.assert_close(some.shape[step], every.shape[4 * (step // 4)])
        torch.testing.assert_close(some.amplitude[step], every.amplitude[4 * (step // 4)])
    assert (judge_some(None, outputs, 4).shape == 0).all()


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
