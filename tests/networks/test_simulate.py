"""Networks begin as layers of PyTorch do, and their simulation is a pure function of what it is given."""

import math

import pytest
import torch
from formulas import members
from scipy import stats

from quiescent.config.load import load_config
from quiescent.networks import simulate
from quiescent.simulation.members import untrained


@pytest.mark.parametrize("kind", ["vanilla", "gru"])
def test_a_simulation_is_pure_and_may_be_cut_anywhere(kind):
    network = members(f"network.kind={kind}").network
    generator = torch.Generator().manual_seed(0)
    arguments = tuple(
        torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape in ((3, 4, 11), (9, 3, 4, 2), (9, 3, 4, 11))
    )
    copies = [one.clone() for one in arguments]
    state, inputs, noise = arguments
    whole = simulate(network, state, inputs, noise)
    assert torch.equal(whole, simulate(network, state, inputs, noise))
    assert all(torch.equal(one, copy) for one, copy in zip(arguments, copies, strict=True))
    first = simulate(network, state, inputs[:4], noise[:4])
    rest = simulate(network, first[-1], inputs[4:], noise[4:])
    assert torch.equal(whole, torch.cat([first, rest]))
    silent = simulate(network, state, inputs)
    torch.testing.assert_close(silent, simulate(network, state, inputs, torch.zeros_like(noise)))
    alone = simulate(network.member(1), state[1], inputs[:, 1], noise[:, 1])
    torch.testing.assert_close(alone, whole[:, 1])


@pytest.mark.parametrize(
    ("name", "fan_in"),
    [
        ("encoder", 256),
        ("input", 2),
        ("recurrent", 128),
        ("output", 128),
        ("recurrent_bias", 128),
        ("output_bias", 128),
    ],
)
def test_weights_start_as_linear_layers_of_pytorch_do(name, fan_in):
    config = load_config(
        "spatial_navigation/noisy_unbiased", "network.units=128", "task.place_cells.number=256", "network.bias=true"
    )
    values = untrained(config.members()).network.weights[name].flatten().numpy()[:4000]
    bound = 1 / math.sqrt(fan_in)
    assert stats.kstest(values, "uniform", (-bound, 2 * bound)).pvalue > 0.001


def test_members_of_unlike_shapes_are_refused():
    configs = [*members(seeds=2).configs, *members("network.dt=0.5", seeds=1).configs]
    with pytest.raises(ValueError, match="must agree in kind, units"):
        untrained(configs)
