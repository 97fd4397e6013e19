"""What a live page holds: weights, behaviour and references, all from the package, and nothing that could call home."""

import base64
import hashlib
import json
import re

import numpy as np
import pytest

from quiescent.config.load import load_config
from quiescent.errors import QuiescentError
from quiescent.evaluation.apply import apply
from quiescent.measures import MEASURES
from quiescent.networks import NETWORKS, Kind
from quiescent.page import render
from quiescent.page.describe import SEEN
from quiescent.page.pack import pack
from quiescent.page.policy import CLOSED
from quiescent.page.render import legend, title
from quiescent.page.write import rounding_error, write_page
from quiescent.quiescence.observe import observe
from quiescent.quiescence.phases import BEHAVIOUR
from quiescent.training.state import load_networks
from quiescent.training.train import train


def unpack(packed):
    flat = np.frombuffer(base64.b64decode(packed["data"]), np.dtype(packed["type"]).newbyteorder("<"))
    return flat.reshape(packed["shape"])


def data_of(path):
    (text,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', path.read_text("utf-8"), re.DOTALL
    )
    return json.loads(text)


@pytest.fixture
def runs(tiny, tmp_path):
    return train(tiny("seed=0,1"), tmp_path / "runs")


def test_weights_and_cells_arrive_as_they_are(runs, tmp_path):
    write_page(tmp_path / "page.html", runs, weights="float32")
    for run, sent in zip(runs, data_of(tmp_path / "page.html")["members"], strict=True):
        members = load_networks([run])
        assert sent["weights"].keys() == members.network.weights.keys()
        for name, weight in members.network.weights.items():
            np.testing.assert_array_equal(unpack(sent["weights"][name]), weight[0].numpy())
        np.testing.assert_array_equal(unpack(sent["code"]["centres"]), members.codes[0].centres.numpy())


def test_references_are_the_numbers_of_the_measures(runs, tmp_path):
    write_page(tmp_path / "page.html", runs[:1], weights="float32")
    (sent,) = data_of(tmp_path / "page.html")["members"]
    (activity,) = observe(load_networks(runs[:1]), BEHAVIOUR)
    displacement, coverage = (
        apply(MEASURES[name], {"active": activity}, lambda _: np.random.default_rng(0)).sel(phase="active")
        for name in ("displacement", "coverage")
    )
    references = sent["behaviour"]
    np.testing.assert_allclose(np.array(references["lags"]) * sent["dt"], displacement["lags"])
    np.testing.assert_allclose(references["msd"], displacement["msd"])
    np.testing.assert_allclose(references["coverage"][-1], coverage["coverage_decoded"])
    assert 0 <= references["floor"] < references["uniform"]


def test_half_precision_halves_the_weights_and_is_checked(tiny, tmp_path):
    (run,) = train(tiny(), tmp_path / "runs")
    members = load_networks([run])
    rounded = {name: weight.half().float() for name, weight in members.network.weights.items()}
    members.network.weights.update(rounded)
    assert rounding_error(members) == 0  # nothing is left to round
    exact = pack(np.ones((4, 4)))
    half = pack(np.ones((4, 4)), "float16")
    assert len(base64.b64decode(exact["data"])) == 2 * len(base64.b64decode(half["data"])) == 64


def test_rounding_that_shows_is_never_silent(runs, tmp_path, monkeypatch):
    monkeypatch.setattr("quiescent.page.write.rounding_error", lambda members: 0.034)  # m
    with pytest.raises(QuiescentError, match=r"weights=float16: moves what .*seed_0 decodes by 3.4 cm"):
        write_page(tmp_path / "page.html", runs, weights="float16")
    assert not (tmp_path / "page.html").exists()
    page = write_page(tmp_path / "page.html", runs)
    assert (page.weights, page.moved) == ("float32", 0.034)
    monkeypatch.setattr("quiescent.page.write.LIMIT", 3.5)
    assert write_page(tmp_path / "page.html", runs).weights == "float16"


def test_a_kind_of_network_that_the_page_does_not_know_is_named(tiny, tmp_path, monkeypatch):
    monkeypatch.setitem(NETWORKS, "mine", Kind(NETWORKS["vanilla"].update))
    (run,) = train(tiny("network.kind=mine"), tmp_path / "runs")
    with pytest.raises(QuiescentError, match=r"network\.kind=mine cannot run in a page; only vanilla, gru can"):
        write_page(tmp_path / "page.html", [run])
    assert not (tmp_path / "page.html").exists()


def test_a_space_that_the_page_cannot_draw_is_named(tiny, tmp_path, monkeypatch):
    (run,) = train(tiny(), tmp_path / "runs")
    monkeypatch.setattr("quiescent.page.write.SPACES", ("circle",))
    with pytest.raises(QuiescentError, match=r"seed_0: a page cannot draw a box; only circle\."):
        write_page(tmp_path / "page.html", [run])
    assert not (tmp_path / "page.html").exists()


def test_positions_of_one_and_of_two_dimensions_are_not_shown_together(tiny, tmp_path):
    times = np.arange(0, 30, 0.1)
    (tmp_path / "line.csv").write_text(
        "t,x\n" + "\n".join(f"{t},{x}" for t, x in zip(times, np.sin(times), strict=True))
    )
    words = [f"task.path={tmp_path / 'line.csv'}", "network.units=8", "task.steps=10", "training.batches=2"]
    line = train(load_config("recorded/sargolini", *words), tmp_path / "line")
    with pytest.raises(QuiescentError, match="positions of one and of two dimensions"):
        write_page(tmp_path / "page.html", [*train(tiny(), tmp_path / "plane"), *line])


def test_the_policy_allows_the_one_script_and_the_one_style_only(runs, tmp_path):
    write_page(tmp_path / "page.html", runs, weights="float32")
    text = (tmp_path / "page.html").read_text("utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', text)
    assert "unsafe" not in policy
    assert set(CLOSED) <= set(policy.split("; "))
    for tag in ("script", "style"):
        (code,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.findall(r'(?:src|href)="(?!data:|https://arxiv\.org/abs/)', text)
    assert not re.search(r"\b(?:eval|Function)\(|fetch\(|XMLHttpRequest|WebSocket|sendBeacon|localStorage", text)
    # No policy forbids these: the page must not do them.
    assert not re.search(r"\blocation\b|\bopen\(|RTCPeerConnection|http-equiv=.?refresh", text)


def test_licences_travel_with_what_they_are_of(runs, tmp_path):
    write_page(tmp_path / "page.html", runs, weights="float32")
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "Copyright (c) 2022 Leon Sorokin" in text
    assert "Permission is hereby granted" in text
    assert "uPlot (v1." in text


def test_names_are_shown_and_never_run(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    evil = tmp_path / "<img src=x onerror=alert(1)>.yaml"
    evil.write_text("base: spatial_navigation/noisy_unbiased\n")
    (run,) = train(tiny(name=evil.name), tmp_path / "runs")
    write_page(tmp_path / "page.html", [run], weights="float32")
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert data_of(tmp_path / "page.html")["members"][0]["name"] == "<img src=x onerror=alert(1)>"
    assert str(tmp_path) not in text  # the page says nothing of the machine


def test_a_recording_is_named_without_its_folder(tmp_path):
    times = np.arange(0, 30, 0.1)
    places = np.stack([times, np.sin(times), np.cos(1.7 * times)], axis=1)
    (tmp_path / "rat.csv").write_text("t,x,y\n" + "\n".join(",".join(map(str, row)) for row in places))
    words = {"task.path": tmp_path / "rat.csv", "network.units": 8, "task.steps": 10, "training.batches": 2}
    config = load_config("recorded/sargolini", *(f"{key}={value}" for key, value in words.items()))
    write_page(tmp_path / "page.html", train(config, tmp_path / "runs"), weights="float32")
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "task.path=rat.csv" in text
    assert str(tmp_path) not in text
    (sent,) = data_of(tmp_path / "page.html")["members"]
    assert sent["task"]["kind"] == "recorded"
    assert sent["task"]["paths"]["shape"] == [11, 100, 2]


def test_titles_say_what_networks_these_are():
    def member(units, std):
        return {"units": units, "noise": {"trained": std}}

    assert title([member(512, 0.01)], "position") == (
        "A recurrent network of 512 units, trained with noise to know where it is"
    )
    assert title([member(64, 0.1), member(64, 0)], "heading") == (
        "Two recurrent networks of 64 units, trained with and without noise to know which way they face"
    )
    assert title([member(64, 0), member(32, 0)], "position") == (
        "Two recurrent networks, trained without noise to know where they are"
    )


def test_the_legend_tells_members_apart():
    def member(name, seed, changes=""):
        return {"name": name, "seed": seed, "changes": changes}

    assert legend([member("a", 0), member("b", 0)]) == ["a", "b"]
    assert legend([member("a", 0), member("a", 1)]) == ["a, seed 0", "a, seed 1"]
    assert legend([member("a", 0), member("a", 0, "x=1")]) == ["a", "a, x=1"]
    assert legend([member("a", 0), member("a", 0, "x=1"), member("a", 1)]) == [
        "a, seed 0",
        "a, x=1, seed 0",
        "a, seed 1",
    ]


def test_every_script_that_is_shipped_is_in_the_page(runs, tmp_path):
    shipped = {str(path.relative_to(render.FOLDER)) for path in render.FOLDER.rglob("*.js")}
    assert shipped == set(render.SCRIPTS)
    write_page(tmp_path / "page.html", runs, weights="float32")
    text = (tmp_path / "page.html").read_text("utf-8")
    for name in shipped:
        script = (render.FOLDER / name).read_text("utf-8")
        assert script in text
        assert "</script" not in script.lower()


def test_behaviour_with_states_is_the_behaviour_that_measures_see(runs):
    (with_states,), (without,) = (observe(load_networks(runs[:1]), phase) for phase in (SEEN, BEHAVIOUR))
    np.testing.assert_array_equal(with_states.decoded, without.decoded)
    assert with_states.states.shape == (*without.decoded.shape[:2], 16)
    assert without.states is None
