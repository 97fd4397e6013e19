"""Laws of the heading task."""

import math

import torch
from scipy import stats

from quiescent.spaces.circle import wrap
from quiescent.streams import stream
from quiescent.tasks import HeadDirection


def trials(**settings):
    return HeadDirection(**settings).sample(200, generator=stream(0, "training"))


def test_turns_are_normal_with_std_sigma_dt():
    turns = trials(turn_mean=1.0).inputs.flatten()[:5000]
    assert stats.kstest(turns.numpy(), stats.norm(0.02, 11.52 * 0.02).cdf).pvalue > 0.001


def test_biased_turns_are_half_normal():
    turns = trials(biased=True).inputs.flatten()[:5000]
    assert (turns >= 0).all()
    assert stats.kstest(turns.numpy(), stats.halfnorm(scale=11.52 * 0.02).cdf).pvalue > 0.001


def test_headings_integrate_the_turns_and_stay_on_the_circle():
    one = trials(biased=True)
    assert one.inputs.shape == one.path.shape == (100, 200, 1)
    assert one.path.min() >= -math.pi
    assert one.path.max() < math.pi
    drift = wrap(one.path - one.start - one.inputs.cumsum(0))
    torch.testing.assert_close(drift, torch.zeros_like(drift), atol=1e-4, rtol=0)


def test_same_generator_state_same_trials_and_the_global_state_is_left_alone():
    before = torch.get_rng_state()
    for one, other in zip(trials(), trials(), strict=True):
        assert torch.equal(one, other)
    assert torch.equal(before, torch.get_rng_state())


def test_headings_start_anywhere_or_at_zero():
    assert stats.kstest(trials().start.flatten().numpy(), "uniform", (-math.pi, 2 * math.pi)).pvalue > 0.001
    assert not trials(init_hd="zero").start.any()
