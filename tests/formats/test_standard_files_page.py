"""The page on standard files: its code runs, and its NumPy functions are our networks."""

import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch

from quiescent.config.load import load_config
from quiescent.evaluation.export import destinations, export
from quiescent.networks.loop import simulate
from quiescent.training.state import load_networks
from quiescent.training.train import train

matplotlib.use("Agg")
PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "standard-files.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def run(block, scope):
    exec(compile(block, "standard-files.md", "exec"), scope)
    return scope


def test_the_examples_run_one_after_the_other(tmp_path, monkeypatch, capsys):
    small = ("network.units=24", "task.place_cells.number=24", "training.batches=20", "training.batch_size=20")
    monkeypatch.setattr("quiescent.config.load.load_config", lambda name: load_config(name, *small))
    monkeypatch.chdir(tmp_path)
    scope = {}
    for block in BLOCKS[:-2]:
        run(block, scope)
    matplotlib.pyplot.close("all")
    out = capsys.readouterr().out
    assert re.search(r"wake: \d+ cm apart\nrest: \d+ cm apart\n", out)
    assert "('time', 'trial', 'axis') m 6.0" in out
    assert {path.name for path in Path("dream").iterdir()} >= {"states.npz", "decoded_position.npz", "rest.npz"}
    assert Path("dream.nwb").stat().st_size > 1e5
    assert Path("dream.gif").stat().st_size > 1e4


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("spatial_navigation/noisy_unbiased", ["network.bias=true", "network.activation=tanh"]),
        ("spatial_navigation/noisy_biased", []),
        ("spatial_navigation/noisy_biased_gru", ["network.bias=true"]),
        ("head_direction/noisy_unbiased", []),
    ],
)
def test_the_functions_of_the_page_run_our_networks(tiny, tmp_path, name, words):
    heading = name.startswith("head")
    cells = "hd_cells" if heading else "place_cells"
    config = tiny("training.batches=3", *words, name=name, cells=cells)
    runs = train(config, tmp_path, device="cpu")
    paths = destinations(runs, "weights", tmp_path / "exports")
    folder = export(runs[0], "weights", paths[runs[0]])[0].parent
    page = run(BLOCKS[-1], run(BLOCKS[-2], {}))
    rng, trials = np.random.default_rng(0), config.task.sample(20, generator=torch.Generator().manual_seed(0))
    weights, settings = (
        page["load_file"](folder / "model.safetensors"),
        page["json"].loads((folder / "config.json").read_text()),
    )
    members = load_networks(runs)
    network, code = members.network.member(0), members.codes[0]
    where = weights["preferred" if heading else "centres"]
    encode = page["heading_code" if heading else "place_code"]
    start = encode(trials.start.numpy(), where, settings["cells"]["width"])
    np.testing.assert_allclose(start, code.encode(trials.start), rtol=1e-4, atol=1e-6)
    for std in (0.0, settings["noise"]["recurrent"]):
        noise = (std * rng.normal(size=(len(trials.inputs), 20, network.units))).astype(np.float32)
        expected = simulate(network, network.encode(code.encode(trials.start)), trials.inputs, torch.from_numpy(noise))
        if settings["kind"] == "gru":
            found = gated(page, weights, settings, start, trials.inputs.numpy(), noise)
        else:
            found = page["simulate"](folder, start, trials.inputs.numpy(), noise)
        np.testing.assert_allclose(found, network.readout(expected), rtol=1e-3, atol=1e-5)
        decoded = page["decoded_heading" if heading else "decoded_place"](
            found, where, settings["cells"]["decode_from"]
        )
        np.testing.assert_allclose(
            decoded.reshape(*found.shape[:2], -1), code.decode(torch.from_numpy(found).float()), atol=1e-4
        )


def gated(page, weights, settings, start, inputs, noise):
    """Put the page's step of gated networks in the place of the other one."""
    state, outputs = start @ weights["encoder"].T, []
    for now, sample in zip(inputs, noise, strict=True):
        drive = now @ weights["input"].T + weights.get("recurrent_bias", 0)
        phi = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0)}[settings["activation"]]
        state = page["gated_step"](state, drive, weights["recurrent"], phi, settings["step"]) + sample
        outputs.append(state @ weights["output"].T + weights.get("output_bias", 0))
    return np.array(outputs)
