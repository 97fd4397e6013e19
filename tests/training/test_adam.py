"""Adam is that of `torch.optim`, bit for bit; its first step is as it is defined; what decays is as settings say."""

import pytest
import torch
from safetensors.torch import load_file

from quiescent.simulation.members import untrained
from quiescent.training.adam import Adam
from quiescent.training.state import adam
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


def stepped(make, weights, gradients):
    """Make an optimizer of copies of some weights, and take steps along some gradients."""
    copies = [weight.clone() for weight in weights]
    optimizer = make(copies)
    for step in gradients:
        for weight, gradient in zip(copies, step, strict=True):
            weight.grad = gradient
        optimizer.step()
    return copies


def test_by_default_all_weights_are_handed_to_torch_in_one_call_with_their_decay(tiny, monkeypatch):
    calls = []
    monkeypatch.setattr("quiescent.training.adam.adam", lambda *given, **named: calls.append((given, named)))
    members = untrained(tiny("training.weight_decay=1e-3").members())
    adam(members).step()
    ((given, named),) = calls
    assert all(one is other for one, other in zip(given[0], members.network.weights.values(), strict=True))
    assert named["weight_decay"] == 1e-3


def test_decay_of_some_weights_adds_them_to_their_gradients():
    generator = torch.Generator().manual_seed(0)
    weights = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((5, 4), (3, 5))]
    gradients = [[torch.randn(w.shape, generator=generator, dtype=torch.float64) for w in weights] for _ in range(4)]
    found = stepped(lambda w: Adam(w[:1], learning_rate=1e-2, weight_decay=0.2, kept=w[1:]), weights, gradients)
    both = stepped(lambda w: Adam(w, learning_rate=1e-2, weight_decay=0.2), weights, gradients)
    none = stepped(lambda w: Adam(w, learning_rate=1e-2, weight_decay=0.0), weights, gradients)
    assert torch.equal(found[0], both[0])
    assert torch.equal(found[1], none[1])
    assert not torch.equal(both[0], none[0])


def test_only_recurrent_weights_decay_where_settings_say_so(tiny, tmp_path):
    # A decay this strong outweighs every gradient, and Adam's first step is the sign of what it is given.
    words = ("training.batches=1", "training.learning_rate=1e-4", "training.weight_decay=1e6", "network.bias=true")
    config = tiny("training.weight_decay_of=recurrent", *words)
    trained, free = (
        load_file(run.checkpoints()[-1])
        for run in (
            *train(config, tmp_path / "decayed"),
            *train(tiny(*words[:2], "network.bias=true"), tmp_path / "free"),
        )
    )
    for name, weight in untrained(config.members()).network.weights.items():
        if name == "recurrent":
            expected = (weight - 1e-4 * weight.sign())[0]
            torch.testing.assert_close(trained[f"weights/{name}"], expected, rtol=0, atol=1e-6)
        else:
            assert torch.equal(trained[f"weights/{name}"], free[f"weights/{name}"])
