"""Pages of small networks, and a browser that shows them."""

import shutil

import numpy as np
import pytest
from trained import trained

from quiescent.config.load import load_config
from quiescent.page.write import write_page
from quiescent.training.state import load_networks

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NOISY, FREE = "spatial_navigation/noisy_unbiased", "spatial_navigation/no-noise_unbiased"
TINY = {"network.units": 18, "training.batches": 20, "training.batch_size": 20, "training.learning_rate": 0.01}
CELLS = {"task.place_cells.number": 21, "task.steps": 20}
LINE = {"task.dt": 0.1, "task.steps": 20, "task.place_cells.number": 15, "task.place_cells.width": 0.1}
BIASES = {"network.bias": True, "network.encoder_bias": True}
# Networks of every kind, by page; units and cells in numbers that no unrolled loop divides.
POSITIONS = {
    "noisy": (NOISY, {}),
    "free": (FREE, {}),
    "tanh": (NOISY, {"network.activation": "tanh", **BIASES, "network.units": 13}),
    "gru": (NOISY, {"network.kind": "gru", "network.activation": "tanh", "network.bias": True, "network.units": 11}),
    "gru relu": (FREE, {"network.kind": "gru", "network.units": 7}),
    "sigmoid": (
        NOISY,
        {"network.activation": "sigmoid", "network.dt": 1.0, "task.place_cells.dog": True, "task.biased": True},
    ),
    "identity": (NOISY, {"task.use_place_cells": False, "network.activation": "identity"}),
    "uniform": (NOISY, {"network.noise": "uniform", "network.sigma2_in": 1e-4, "network.sigma2_out": 1e-4}),
}
HEADINGS = {
    "ring": ("head_direction/noisy_unbiased", {}),
    "turning": ("head_direction/noisy_biased", BIASES | {"task.hd_cells.both_ends": True}),
}


def config_of(name, words, cells=None):
    return load_config(name, *(f"{key}={value}" for key, value in (TINY | (cells or CELLS) | words).items()))


def made(folder, configs):
    """Write a page of freshly trained networks; returns it with their members."""
    runs = [trained(config, folder / str(number))[0] for number, config in enumerate(configs)]
    write_page(folder / "page.html", runs, weights="float32")
    return folder / "page.html", [load_networks([run]) for run in runs]


@pytest.fixture(scope="session")
def positions(tmp_path_factory):
    return made(tmp_path_factory.mktemp("positions"), [config_of(*network) for network in POSITIONS.values()])


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    return made(tmp_path_factory.mktemp("pair"), [config_of(*POSITIONS[name]) for name in ("noisy", "free")])


@pytest.fixture(scope="session")
def headings(tmp_path_factory):
    cells = {"task.hd_cells.number": 23, "task.steps": 20}
    return made(tmp_path_factory.mktemp("headings"), [config_of(*network, cells) for network in HEADINGS.values()])


@pytest.fixture(scope="session")
def line(tmp_path_factory):
    """A recorded animal that runs to and fro."""
    folder = tmp_path_factory.mktemp("line")
    times = np.arange(0, 60, 0.1)
    places = 0.5 + 0.45 * np.sin(times) + 0.05 * np.sin(7.3 * times)
    rows = [f"{t:.2f},{x:.4f}" for t, x in zip(times, places, strict=True)]
    (folder / "line.csv").write_text("time,x\n" + "\n".join(rows))
    words = LINE | {"task.path": folder / "line.csv", "task.augment": False}
    return made(folder, [config_of("recorded/sargolini", words, {})])


@pytest.fixture(scope="session")
def unlike(tmp_path_factory):
    """Two networks whose tasks differ in the duration of a step, in the length of a trial, and in the box."""
    small = {"task.dt": 0.05, "task.box_width": 1.2, "task.box_height": 0.8, "task.steps": 32}
    return made(tmp_path_factory.mktemp("unlike"), [config_of(NOISY, words) for words in ({}, small)])


@pytest.fixture(scope="module")  # what it leaves running would disturb other tests
def browser():
    if CHROMIUM is None:
        pytest.skip("the page is tested in a browser: install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="pages are tested with playwright: the extra 'dev'")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    arguments += ["--disable-background-networking", "--disable-component-update"]
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def show(browser):
    """Open a page, paused; whatever it complains of or asks for fails the test."""
    contexts, complaints = [], []

    def opened(path, *, width=1280, height=800, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: request.url.startswith(("file:", "data:", "blob:")) or complaints.append(request.url),
        )
        page.goto(path.as_uri())
        page.evaluate("() => { page.pause(true); page.reset(); }")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
