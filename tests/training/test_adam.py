"""Adam is that of `torch.optim`, bit for bit, and its first step is as it is defined."""

import pytest
import torch
from safetensors.torch import load_file

from quiescent.simulation.members import untrained
from quiescent.training.adam import Adam
from quiescent.training.train import train


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_step_equals_that_of_torch(dtype):
    generator = torch.Generator().manual_seed(0)

    def drawn():
        return [torch.randn(shape, generator=generator, dtype=dtype) for shape in ((3, 7, 5), (3, 300, 17), (3, 9))]

    ours = drawn()
    theirs = [weight.clone() for weight in ours]
    own = Adam(ours, learning_rate=1e-3, weight_decay=1e-2)
    torchs = torch.optim.Adam(theirs, lr=1e-3, weight_decay=1e-2, fused=True)
    for _ in range(5):
        for weight, other, gradient in zip(ours, theirs, drawn(), strict=True):
            weight.grad, other.grad = gradient, gradient.clone()
        own.step()
        torchs.step()
        for weight, other in zip(ours, theirs, strict=True):
            assert torch.equal(weight, other)
            assert own.state[weight].keys() == torchs.state[other].keys()
            for name, value in torchs.state[other].items():
                assert torch.equal(own.state[weight][name], value)
                assert own.state[weight][name].dtype == value.dtype


def test_the_first_step_of_adam_moves_every_weight_by_the_learning_rate_against_its_decay(tiny, tmp_path):
    # A decay this strong outweighs every gradient, and Adam's first step is the sign of what it is given.
    config = tiny("training.batches=1", "training.learning_rate=1e-4", "training.weight_decay=1e6")
    (run,) = train(config, tmp_path)
    trained = load_file(run.checkpoints()[-1])
    for name, weight in untrained(config.members()).network.weights.items():
        torch.testing.assert_close(trained[f"weights/{name}"], (weight - 1e-4 * weight.sign())[0], rtol=0, atol=1e-6)
