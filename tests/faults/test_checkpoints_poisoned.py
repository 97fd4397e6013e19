"""Checkpoints with a right checksum and wrong contents: nobody believes them, and what is wrong is named."""

import numpy as np
import pytest
import torch
from checkpoint_like import SMALL, arrays_of
from hypothesis import given, settings
from hypothesis import strategies as st
from partly import train_partly

from quiescent import load_networks
from quiescent.errors import QuiescentError
from quiescent.evaluation.subject import Subject
from quiescent.networks import NETWORKS
from quiescent.page.write import write_page
from quiescent.runs import checkpoints
from quiescent.runs.checkpoints import DamagedCheckpoint
from quiescent.runs.generators import STATE
from quiescent.runs.open import open_runs
from quiescent.runs.specification import SQUARES, STREAMS, require_sizes, require_whole, shapes_of
from quiescent.simulation.members import untrained
from quiescent.training.state import sizes_of
from quiescent.training.train import train


def reshaped(array, data):
    shape = data.draw(st.sampled_from([array.shape[:-1], (*array.shape, 1), (), (array.size + 1,), (0,)]))
    return np.ones(shape, array.dtype)


def transposed(array, data):
    return array.T.copy() if array.shape != array.T.shape else np.ones((9, 9), array.dtype)


def retyped(array, data):
    types = {"float16", "float32", "float64", "int64", "uint8", "bool", "complex64"} - {array.dtype.name}
    return array.astype(data.draw(st.sampled_from(sorted(types))))


def not_finite(array, data):
    poisoned = array.astype(array.dtype if array.dtype.kind == "f" else np.float32)
    poisoned.flat[data.draw(st.integers(0, array.size - 1))] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    return poisoned


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_array_that_is_not_as_specified_is_damage_that_is_named(data):
    whole = arrays_of()
    require_whole(whole)
    name = data.draw(st.sampled_from(sorted(whole)))
    poison = data.draw(st.sampled_from(["dropped", "renamed", reshaped, transposed, retyped, not_finite]))
    if name == STREAMS and poison is transposed:
        return  # of streams only their number and their contents are known
    poisoned = dict(whole)
    array = poisoned.pop(name)
    if poison == "renamed":
        poisoned[f"{name}s"] = array
    elif poison != "dropped":
        poisoned[name] = poison(array, data)
    if name == "cells" and poison in ("dropped", reshaped) and poisoned.get(name, array[:0]).ndim == 2:
        with pytest.raises(ValueError, match="cells"):  # other codes have none: whether this one does, its settings say
            require_sizes(poisoned, SMALL)
        return
    with pytest.raises(ValueError, match=name.partition("/")[2] or name):
        require_whole(poisoned)


def test_a_mean_square_below_zero_is_damage():
    name = f"{SQUARES}/input"
    with pytest.raises(ValueError, match=f"{name} holds negative numbers"):
        require_whole(arrays_of() | {name: -arrays_of()[name]})


@pytest.mark.parametrize(
    ("field", "value"),
    [("left", 0), ("left", 625), ("next", 5), ("next", 2**40), ("words", 2**32), ("normals", np.nan), ("seeded", 0)],
)
def test_a_stream_that_would_be_read_beyond_its_end_is_damage(field, value):
    states = np.stack([torch.Generator().manual_seed(seed).get_state().numpy() for seed in (1, 2, 3)])
    require_whole(arrays_of() | {STREAMS: states})
    states.view(STATE)[1, 0]["left"] = 624
    states.view(STATE)[1, 0][field] = value
    with pytest.raises(ValueError, match="stream 1 is not where a random stream can be"):
        require_whole(arrays_of() | {STREAMS: states})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("spatial_navigation/noisy_unbiased", ()),
        ("spatial_navigation/noisy_unbiased", ("training.precision=float64", "network.bias=true")),
        ("spatial_navigation/noisy_biased_gru", ("network.bias=true",)),
        ("head_direction/noisy_unbiased", ()),
        ("head_direction/noisy_unbiased", ("network.encoder_bias=true", "task.hd_cells.both_ends=true")),
    ],
)
def test_what_training_saves_is_as_specified(tiny, tmp_path, name, words):
    config = tiny(*words, name=name, cells="hd_cells" if name.startswith("head") else "place_cells")
    shapes = shapes_of(sizes_of(config))
    weights = untrained(config.members()).network.weights
    assert {f"weights/{key}": tuple(weight.shape[1:]) for key, weight in weights.items()} == {
        key: shape for key, shape in shapes.items() if key.startswith("weights/")
    }
    (run,) = open_runs(config, tmp_path)
    train_partly([run], 2)
    require_sizes(run.load_checkpoint().arrays, sizes_of(config))
    assert set(NETWORKS) == {"vanilla", "gru"}, "name a configuration of the new kind above"


@pytest.mark.parametrize("moment", ["exp_avg/recurrent", "exp_avg_sq/input"])
def test_short_moments_are_set_aside_and_training_ends_as_without_them(tiny, tmp_path, moment):
    (run,) = train(tiny(), tmp_path)
    newest = run.checkpoints()[-1]
    whole, arrays = newest.read_bytes(), checkpoints.read(newest)
    checkpoints.write(newest, arrays | {moment: arrays[moment][:1]})
    with pytest.warns(DamagedCheckpoint, match=rf"{newest} is damaged \({moment} has the shape \(1, .*batch 9"):
        train(tiny(), tmp_path)
    assert newest.read_bytes() == whole


def test_every_reader_names_the_file_and_the_array_of_another_network(tiny, tmp_path):
    (run,) = train(tiny(), tmp_path / "one")
    (other,) = train(tiny("task.place_cells.number=13"), tmp_path / "other")
    path = run.checkpoints()[-1]
    path.write_bytes(other.checkpoints()[-1].read_bytes())
    before = path.read_bytes()
    message = rf"^{path} is of another network than its config.yaml says: weights/encoder has the shape \(16, 13\)"
    for read in (
        lambda: load_networks([run]),
        lambda: Subject(run, "cpu"),
        lambda: write_page(tmp_path / "page.html", [run], device="cpu"),
    ):
        with pytest.raises(QuiescentError, match=message):
            read()
    path.rename(path.with_name("batch_000000009.safetensors"))  # to be resumed
    with pytest.raises(QuiescentError, match=r"is of another network than its config.yaml says: weights/encoder"):
        train(tiny(), tmp_path / "one")
    assert run.checkpoints()[-1].read_bytes() == before


def test_a_checkpoint_of_more_batches_than_are_asked_for_is_of_another_network(tiny, tmp_path):
    (run,) = train(tiny(), tmp_path)
    path = run.checkpoints()[-1]
    path.rename(path.with_name("batch_000000077.safetensors"))
    with pytest.raises(QuiescentError, match=r"batch_000000077.* it has seen 77 batches, not at most 10"):
        load_networks([run])
