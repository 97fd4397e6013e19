"""Noise has its distribution, and does not depend on how trials and steps are shared out."""

import itertools

import pytest
import torch
from formulas import CPU, fresh, members, same_noise
from scipy import stats

from quiescent.machine.lanes import Share
from quiescent.networks import NetworkSettings
from quiescent.simulation.noise import fill_noise
from quiescent.streams import open_streams


@pytest.mark.parametrize(("noise", "law"), [("gaussian", stats.norm(0, 0.3)), ("uniform", stats.uniform(0, 0.3))])
def test_noise_has_its_distribution_and_the_reference_codes_is_uniform(noise, law):
    values = torch.empty(20, 50, 8)
    streams = [open_streams(0, "training", 50, CPU)]
    fill_noise(values, [0.3], [NetworkSettings(noise=noise).noise_levels], streams, Share(0, slice(0, 50)))
    assert stats.kstest(values.flatten().numpy()[:5000], law.cdf).pvalue > 0.001


def test_noise_in_the_task_has_the_variances_of_the_configuration():
    sigma2 = {"in": 0.04, "rec": 0.09, "out": 0.25}
    population = members(*(f"network.sigma2_{where}={value}" for where, value in sigma2.items()), seeds=2)
    noise = same_noise(population, 500, 20)
    for where, variance in sigma2.items():
        assert noise[where].var((0, 2, 3)).tolist() == pytest.approx([variance] * 2, rel=0.05)
        assert abs(torch.corrcoef(noise[where].transpose(0, 1).flatten(1))[0, 1]) < 0.05  # members draw their own
    blocks = noise["rec"][:, 0].reshape(20, 20, -1).transpose(0, 1).flatten(1)  # of 25 trials each
    assert (torch.corrcoef(blocks) - torch.eye(20)).abs().max() < 0.1  # and so do blocks of trials


def test_a_trials_noise_does_not_depend_on_how_trials_are_shared_out():
    levels = [NetworkSettings().noise_levels] * 2

    def drawn(*ends):
        noise = torch.empty(6, 2, 90, 3)
        streams = [open_streams(seed, "training", 90, CPU) for seed in range(2)]
        for member, (start, end) in itertools.product(range(2), itertools.pairwise((0, *ends))):
            part = noise.new_empty(6, end - start, 3)
            fill_noise(part, [1.0, 2.0], levels, streams, Share(member, slice(start, end)))
            noise[:, member, start:end] = part
        return noise

    assert all(torch.equal(drawn(90), drawn(*ends)) for ends in ((50, 90), (25, 90), (25, 50, 75, 90)))


def test_a_member_without_noise_draws_nothing_and_stays_silent():
    streams = [open_streams(seed, "training", 3, CPU) for seed in range(2)]
    before = streams[0].state()
    levels = [NetworkSettings().noise_levels] * 2
    values = torch.full((4, 3, 2), 7.0)
    assert not fill_noise(values, [0.0, 1.0], levels, streams, Share(0, slice(0, 3)))
    assert torch.equal(streams[0].state(), before)
    assert (values == 7).all()
    assert fill_noise(values, [0.0, 1.0], levels, streams, Share(1, slice(0, 3)))
    assert (values != 7).all()


def test_noise_does_not_depend_on_how_a_simulation_is_cut():
    def drawn(*lengths):
        streams = [open_streams(0, "training", 3, CPU)]
        pieces = [torch.empty(n, 3, 5) for n in lengths]
        for piece in pieces:
            fill_noise(piece, [1.0], [NetworkSettings().noise_levels], streams, Share(0, slice(0, 3)))
        return torch.cat(pieces)

    assert torch.equal(drawn(10), drawn(3, 6, 1))


def test_all_members_in_one_product_draw_their_own_noise():
    population = members("network.sigma2_rec=0.04", seeds=3)
    streams, values = fresh(population, 200), torch.empty(5, 3, 200, 11)
    stds = [0.2, 0.0, 0.4]
    assert fill_noise(values, stds, population.noise, streams, Share(slice(None), slice(0, 200)))
    assert values.std((0, 2, 3)).tolist() == pytest.approx(stds, rel=0.05)
    assert abs(torch.corrcoef(values[:, ::2].transpose(0, 1).flatten(1))[0, 1]) < 0.05
