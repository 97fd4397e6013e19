"""The live page in a real browser: equal to Python, cut off from everything, and doing what its controls say."""

import csv
import io
import itertools
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats

from quiescent.config.load import load_config
from quiescent.measures.coverage import bins_of, coverage, visited
from quiescent.measures.kl import density_of, kl
from quiescent.measures.motion import displacement
from quiescent.networks.loop import simulate
from quiescent.page.pack import pack
from quiescent.page.write import write_page
from quiescent.quiescence.observe import observe, rest
from quiescent.quiescence.phases import BEHAVIOUR
from quiescent.statistics import points_of
from quiescent.training.state import load_networks
from quiescent.training.train import train

playwright = pytest.importorskip("playwright.sync_api", reason="the page is tested with playwright: the extra 'dev'")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="the page is tested in a browser: install chromium")

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
    runs = [train(config, folder / str(number))[0] for number, config in enumerate(configs)]
    write_page(folder / "page.html", runs, weights="float32")
    return folder / "page.html", [load_networks([run]) for run in runs]


@pytest.fixture(scope="module")
def positions(tmp_path_factory):
    return made(tmp_path_factory.mktemp("positions"), [config_of(*network) for network in POSITIONS.values()])


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return made(tmp_path_factory.mktemp("pair"), [config_of(*POSITIONS[name]) for name in ("noisy", "free")])


@pytest.fixture(scope="module")
def headings(tmp_path_factory):
    cells = {"task.hd_cells.number": 23, "task.steps": 20}
    return made(tmp_path_factory.mktemp("headings"), [config_of(*network, cells) for network in HEADINGS.values()])


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """A recorded animal that runs to and fro."""
    folder = tmp_path_factory.mktemp("line")
    times = np.arange(0, 60, 0.1)
    places = 0.5 + 0.45 * np.sin(times) + 0.05 * np.sin(7.3 * times)
    rows = [f"{t:.2f},{x:.4f}" for t, x in zip(times, places, strict=True)]
    (folder / "line.csv").write_text("time,x\n" + "\n".join(rows))
    words = LINE | {"task.path": folder / "line.csv", "task.augment": False}
    return made(folder, [config_of("recorded/sargolini", words, {})])


@pytest.fixture(scope="module")
def unlike(tmp_path_factory):
    """Two networks whose tasks differ in the duration of a step, in the length of a trial, and in the box."""
    small = {"task.dt": 0.05, "task.box_width": 1.2, "task.box_height": 0.8, "task.steps": 32}
    return made(tmp_path_factory.mktemp("unlike"), [config_of(NOISY, words) for words in ({}, small)])


@pytest.fixture(scope="module")
def browser():
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


def stepped(members, trials, steps, seed=0):
    """Sample starts, inputs and noise, and simulate them in Python."""
    config, code, network = members.configs[0], members.codes[0], members.network.member(0)
    generator = torch.Generator().manual_seed(seed)
    batch = config.task.sample(trials, generator=generator)
    inputs = batch.inputs.repeat(steps // len(batch.inputs) + 1, 1, 1)[:steps]
    noise = 0.02 * torch.randn(steps, trials, network.units, generator=generator)
    states = simulate(network, network.encode(code.encode(batch.start)), inputs, noise)
    return batch.start, inputs, noise, states, code.decode(network.readout(states))


def assert_equal(page, number, members):
    start, inputs, noise, states, decoded = stepped(members, trials=6, steps=200)
    given = [number, start.tolist(), inputs.tolist(), noise.tolist()]
    live = page.evaluate("([m, starts, inputs, noise]) => quiescent.simulate(m, starts, inputs, noise)", given)
    torch.testing.assert_close(torch.tensor(live["states"]), states, atol=1e-4, rtol=0)
    torch.testing.assert_close(torch.tensor(live["decoded"]), decoded, atol=1e-4, rtol=0)


def test_two_hundred_steps_equal_those_of_python_for_every_kind_of_network(show, positions, headings, line):
    for path, networks in (positions, headings, line):
        page = show(path)
        for number, members in enumerate(networks):
            assert_equal(page, number, members)


def test_half_precision_is_read_exactly(show, pair):
    page = show(pair[0])
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    numbers = page.evaluate("(packed) => [...unpack(packed)]", pack(finite, "float16"))
    np.testing.assert_array_equal(np.array(numbers, np.float32), finite.astype(np.float32))


def test_recorded_behaviour_goes_on_from_trial_to_trial(show, line):
    page = show(line[0])
    walk = """() => {
      const animal = page.world.members[0].animals[0];
      return Array.from({ length: 100 }, () => {
        const [before, input] = [animal.place[0], []];
        animal.next(input);
        return [before, input[0], animal.place[0]];
      });
    }"""
    before, inputs, after = np.array(page.evaluate(walk)).T
    np.testing.assert_allclose(before + inputs, after, atol=1e-6)  # the network is told of every move
    np.testing.assert_array_equal(before[1:], after[:-1])
    assert np.abs(inputs).max() < 0.15  # and none is a jump
    recorded = page.evaluate("() => [...page.world.members[0].spec.task.numbers]")
    assert set(np.float32(after)) <= set(np.float32(recorded))


def test_a_noise_free_network_at_rest_without_noise_drifts_as_python_says(show, pair):
    path, (_, members) = pair
    page = show(path)
    page.evaluate("() => { page.setCount(3); page.sleep(true); page.setPlace([0.3, -0.7]); page.world.setNoise(0); }")
    page.evaluate("() => page.advance(200)")
    network, code = members.network.member(0), members.codes[0]
    start = network.encode(code.encode(torch.tensor([[0.3, -0.7]])))
    states = simulate(network, start, torch.zeros(200, 1, 2))
    live = page.evaluate("() => [...page.world.members[1].states.subarray(0, 3 * 18)]")
    torch.testing.assert_close(torch.tensor(live).view(3, 18), states[-1].expand(3, 18), atol=1e-4, rtol=0)
    decoded = page.evaluate("() => [...page.world.members[1].decoded.subarray(0, 2)]")
    torch.testing.assert_close(torch.tensor([decoded]), code.decode(network.readout(states[-1])), atol=1e-4, rtol=0)


def test_the_walk_is_that_of_the_task(show, positions):
    path, networks = positions
    page = show(path)
    for name in ("noisy", "sigmoid"):  # without and with a bias
        number = list(POSITIONS).index(name)
        rng = np.random.default_rng(0)
        lengths = rng.rayleigh(0.05, (300, 1)).astype(np.float32)
        turns = rng.normal(0, 0.3, (300, 1))
        task = networks[number].configs[0].task
        begin, direction = np.array([[0.9, -1.0]], np.float32), np.array([0.6 - 0.8j], np.complex64)
        positions_, steps = task._walk(begin, direction, lengths, np.exp(1j * turns).astype(np.complex64))
        walk = """([m, lengths, turns]) => {
          const animal = page.world.members[m].animals[0];
          [animal.place, animal.direction] = [[0.9, -1.0], [0.6, -0.8]];
          return lengths.map((length, t) => {
            const input = [];
            animal.move(length, turns[t], input);
            return [input, animal.place];
          });
        }"""
        walked = page.evaluate(walk, [number, lengths[:, 0].tolist(), turns[:, 0].tolist()])
        np.testing.assert_allclose([step for step, _ in walked], steps[:, 0], atol=1e-4)
        np.testing.assert_allclose([place for _, place in walked], positions_[:, 0], atol=1e-4)
        assert (np.abs(positions_) > 1.07).any()  # walls were met


def test_live_measures_are_those_of_the_package(show, pair, headings, line):
    record = """([m, steps]) => {
      const record = new Recorder(page.world.members[m]);
      record.clear(steps[0].length);
      for (const step of steps) record.add(Float32Array.from(step.flat()));
      return { kl: record.kl(), coverage: record.coverage(), ...record.displacement() };
    }"""
    for path, networks in (pair, headings, line):
        page = show(path)
        for number, members in enumerate(networks):
            (active,) = observe(members, BEHAVIOUR)
            (dream,) = rest(members, trials=40, steps=150, noise=5.0, sigma2=None)
            live = page.evaluate(record, [number, dream.decoded.tolist()])
            bounds = active.space.bounds
            area = visited(bins_of(active.decoded, bounds), len(bounds))
            assert live["coverage"] == pytest.approx(coverage(bins_of(dream.decoded, bounds), area)[-1].mean())
            msd = displacement(dream.decoded, np.array(live["lags"]), dream.space).mean(1)
            np.testing.assert_allclose(live["msd"], msd, rtol=1e-4, atol=1e-9)
            p, q = (density_of(points_of(activity.decoded), activity.space) for activity in (dream, active))
            expected = kl(p, q, rng=np.random.default_rng(0), samples=50_000)
            assert live["kl"] == pytest.approx(expected.value, abs=0.02 + 4 * expected.stderr)


def test_references_are_drawn_of_behaviour_and_a_dream_fills_in_its_curves(show, pair):
    page = show(pair[0])
    assert page.evaluate("() => page.plots.plots.kl.data.length") == 1 + 2 * 4
    page.evaluate("() => { page.sleep(true); page.advance(300); page.plots.refresh(); }")
    numbers = """(name) => page.plots.plots[name].data.map((row) => row.filter((x) => x != null).length)"""
    # A member's curves are its references, awake and asleep.
    lengths = [page.evaluate(numbers, name)[1:] for name in ("kl", "displacement", "coverage")]
    assert all(length > 1 for row, number in zip(lengths, (2, 1, 1), strict=True) for length in row[:number])
    for row, width in zip(lengths, (4, 3, 3), strict=True):
        assert row[width - 2] == row[2 * width - 2] == 0
        assert row[width - 1] == row[2 * width - 1] > 0
    assert "nats" in page.inner_text("#kl output")
    assert "%" in page.inner_text("#coverage output")


def test_every_network_has_its_own_seconds(show, unlike):
    path, networks = unlike
    page = show(path)
    page.evaluate("""() => {
      page.advance(40);
      page.plots.refresh();
      page.sleep(true);
      for (let i = 0; i < 3; i++) { page.advance(50); page.plots.refresh(); }
      page.tell();
    }""")
    curves = """(name) => {
      const [times, ...curves] = page.plots.plots[name].data;
      return curves.map((values) => times.filter((_, i) => values[i] != null));
    }"""
    recorded = """([m, phase]) => {
      const record = page.world.records[m][phase];
      return { kl: record.curve.klTime, displacement: record.displacement().lags, coverage: record.curve.time };
    }"""
    for name, references in (("kl", 2), ("displacement", 1), ("coverage", 1)):
        times = iter(page.evaluate(curves, name))
        for number, members in enumerate(networks):
            task = members.configs[0].task
            behaviour = page.evaluate(f"() => page.world.members[{number}].spec.behaviour")
            expected = {"displacement": behaviour["lags"], "coverage": range(1, task.steps + 1)}
            for _ in range(references):
                reference = next(times)
                if name in expected:
                    np.testing.assert_allclose(reference, np.array(expected[name]) * task.dt)
            for phase in ("awake", "asleep"):
                steps = np.array(page.evaluate(recorded, [number, phase])[name])
                assert len(steps)
                np.testing.assert_allclose(next(times), steps * task.dt)
        assert next(times, None) is None
    low, high = page.evaluate("() => page.plots.ends()")
    assert low == 0.02
    assert high >= 150 * 0.05
    assert page.inner_text("#speed-value") == "1.3 / 3.2 \N{MULTIPLICATION SIGN} real time"
    assert page.inner_text("#displacement output").endswith("s")
    assert [line.split(",")[0] for line in page.locator(".now").all_inner_texts()] == ["asleep 3.0 s", "asleep 7.5 s"]
    rows = list(csv.DictReader(io.StringIO(page.evaluate("() => quiescent.table()"))))
    assert {round(float(row["time_s"]) / int(row["step"]), 6) for row in rows} == {0.02, 0.05}


def test_every_network_has_its_own_walls(show, unlike):
    path, networks = unlike
    page = show(path)
    places = page.evaluate("""() => page.world.members.map((member, m) => {
      const places = [];
      for (let t = 0; t < 400; t++) {
        page.advance(1);
        places.push(...page.world.members[m].animals.slice(0, page.world.count).map((animal) => animal.place));
      }
      return places;
    })""")
    ends = """(m) => {
      const arena = page.arenas[m];
      arena.draw(page.theme, 0);
      const [[left, right], [bottom, top]] = arena.box;
      return { width: arena.x([right, 0]) - arena.x([left, 0]), height: arena.y([0, bottom]) - arena.y([0, top]) };
    }"""
    for number, members in enumerate(networks):
        walls = np.array(members.configs[0].task.space.walls)
        reached = np.abs(places[number]).max(0)
        assert (reached <= walls[:, 1] + 0.2).all()  # a long step may end beyond a wall
        assert (reached >= 0.7 * walls[:, 1]).all()
        np.testing.assert_array_equal(page.evaluate(f"() => page.arenas[{number}].box"), walls)
        frame, (width, height) = page.evaluate(ends, number), np.ptp(walls, axis=1)
        assert frame["width"] / frame["height"] == pytest.approx(width / height)
    # A click in the larger arena, outside the smaller one: there the start is the nearest place within the walls.
    box = page.locator("canvas.arena").first.bounding_box()
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.1 * box["height"])
    starts = page.evaluate("() => page.world.members.map(({ animals }) => animals[0].place)")
    np.testing.assert_allclose(starts[0], [0.8 * 1.1 * 1.1] * 2, atol=0.02)
    np.testing.assert_allclose(starts[1], [0.6, 0.4])
    # And a click in the middle of the smaller arena's right half is a quarter of its width from its own centre.
    box = page.locator("canvas.arena").nth(1).bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
    assert page.evaluate("() => page.world.place") == pytest.approx([0.25 * 1.2 * 1.1, 0], abs=0.02)


def test_no_word_of_the_controls_covers_another(show, unlike):
    page = show(unlike[0])
    boxes = page.evaluate("""() => [...document.querySelectorAll('.field')].map((field) => {
      const range = document.createRange();
      range.selectNodeContents(field.firstElementChild); // the label and its value
      const { left, right, top } = range.getBoundingClientRect();
      return [Math.round(top / 20), left, right];
    })""")
    assert len(boxes) == 6
    for (row, _, right), (next_row, left, _) in itertools.pairwise(boxes):
        assert next_row != row or right <= left


def test_noise_is_normal_and_comes_again_with_its_seed(show, pair):
    page = show(pair[0])
    draw = """(seed) => {
      const random = new Random(seed, 3);
      return Array.from({ length: 20000 }, () => random.normal());
    }"""
    numbers = page.evaluate(draw, 7)
    assert numbers == page.evaluate(draw, 7)
    assert numbers != page.evaluate(draw, 8)
    assert stats.kstest(numbers, "norm").pvalue > 0.01
    run = """(seed) => {
      page.setSeed(seed);
      page.advance(50);
      return [...page.world.members[0].states.subarray(0, 40)];
    }"""
    states = page.evaluate(run, 1)
    assert states == page.evaluate(run, 1)
    assert states != page.evaluate(run, 2)


def test_dreamers_do_not_depend_on_how_many_there_are(show, pair):
    page = show(pair[0])
    run = """(count) => {
      page.setCount(count);
      page.reset();
      page.advance(40);
      return [...page.world.members[0].states.subarray(0, 18)];
    }"""
    np.testing.assert_allclose(page.evaluate(run, 1), page.evaluate(run, 17), atol=1e-5)


def test_sleep_cuts_the_input_and_waking_goes_on_from_the_dream(show, pair):
    page = show(pair[0])
    page.evaluate("() => page.advance(5)")
    world = """() => {
      const { asleep, members } = page.world;
      const [{ inputs, animals, states, decoded }] = members;
      return {
        asleep, input: inputs.some((x) => x), levels: members.map((member) => page.world.level(member)),
        place: animals[0].place, states: [...states.subarray(0, 18)], decoded: [...decoded.subarray(0, 2)],
      };
    }"""
    awake = page.evaluate(world)
    assert (awake["asleep"], awake["input"], awake["levels"]) == (False, True, [1, 0])
    page.click("#phase")
    page.evaluate("() => page.advance(30)")
    asleep = page.evaluate(world)
    assert (asleep["asleep"], asleep["input"]) == (True, False)
    assert asleep["levels"] == pytest.approx([math.sqrt(2), 0])
    assert asleep["place"] == awake["place"]  # the animal does not move
    assert asleep["states"] != awake["states"]  # but the network does
    assert page.get_attribute("#phase", "aria-checked") == "true"
    assert page.evaluate("() => page.world.log.at(-1).truth") is None
    page.click("#phase")
    woken = page.evaluate(world)
    assert woken["states"] == asleep["states"]
    assert woken["place"] == pytest.approx(asleep["decoded"], abs=1e-6)
    page.evaluate("() => page.advance(1)")
    assert page.evaluate(world)["input"]


def test_a_click_sets_the_start_for_all(show, pair, headings):
    page = show(pair[0])
    page.evaluate("() => page.advance(3)")
    box = page.locator("canvas.arena").first.bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    place = page.evaluate("() => page.world.place")
    assert place == pytest.approx([0.25 * 2.2 * 1.1] * 2, abs=0.02)
    places = """() => page.world.members.flatMap((member) => {
      return member.animals.slice(0, page.world.count).map((animal) => animal.place);
    })"""
    starts = page.evaluate(places)
    assert all(start == place for start in starts)
    assert page.evaluate("() => page.world.time") == 0
    page.click("#anywhere")
    assert page.evaluate("() => page.world.place") is None
    ring = show(headings[0])
    box = ring.locator("canvas.arena").first.bounding_box()
    ring.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.15 * box["height"])
    assert ring.evaluate("() => page.world.place") == pytest.approx([math.pi / 2], abs=0.05)


def test_everything_can_be_done_from_the_keyboard(show, pair):
    page = show(pair[0])
    state = """() => {
      const { time, asleep, count, noise, place } = page.world;
      return { time, asleep, count, noise, place, paused: page.paused, speed: page.speed };
    }"""

    def press(*keys):
        for key in keys:
            page.keyboard.press(key)
        return page.evaluate(state)

    assert press("ArrowRight", "ArrowRight")["time"] == 2
    assert press("s")["asleep"]
    assert press("+", "+", "-")["count"] == 11
    assert press("]")["noise"] == pytest.approx(math.sqrt(2) + 0.1, abs=0.01)
    assert press("[", "[")["noise"] == pytest.approx(math.sqrt(2) - 0.1, abs=0.01)
    assert press("o")["noise"] is None
    assert press("r")["time"] == 0
    assert press(".")["speed"] == 128
    assert press(",")["speed"] == 64
    assert not press(" ")["paused"]
    assert press(" ")["paused"]
    page.focus("canvas.arena")
    assert press("ArrowUp", "ArrowUp", "Enter")["place"] == pytest.approx([0, 0.22])
    before = page.evaluate("() => page.spaces[0].yaw")
    page.focus("canvas.space")
    press("ArrowRight")
    assert page.evaluate("() => page.spaces[0].yaw") > before
    press("?")
    assert page.is_visible("#about")
    press("Escape")
    assert not page.is_visible("#about")
    for name in ("#phase", "#pause", "#noise", "#png"):
        page.focus(name)
        assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_the_saved_table_is_what_happened(show, pair):
    page = show(pair[0])
    page.evaluate("() => { page.setCount(3); page.advance(4); page.sleep(true); page.advance(6); }")
    with page.expect_download() as download:
        page.keyboard.press("c")
    text = Path(download.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 2 * 3 * 10
    assert list(rows[0])[-4:] == ["decoded_x_m", "decoded_y_m", "true_x_m", "true_y_m"]
    assert [row["phase"] for row in rows] == ["awake"] * 24 + ["asleep"] * 36
    assert all((row["true_x_m"] == "") == (row["phase"] == "asleep") for row in rows)
    decoded = page.evaluate("() => page.world.members.map((member) => [...member.decoded.subarray(0, 6)])")
    last = [[float(row[f"decoded_{axis}_m"]) for row in rows[-6:] for axis in "xy"]]
    np.testing.assert_allclose(last[0], np.concatenate(decoded), atol=1e-6)
    assert {row["network"].split(" ")[0] for row in rows} == {NOISY, FREE}
    assert float(rows[-1]["time_s"]) == pytest.approx(0.2)
    assert float(rows[-4]["noise"]) == pytest.approx(math.sqrt(2), abs=1e-5)
    # What animals did is what the network was told: the path of the first is a walk of its own inputs.
    x = np.array([float(row["true_x_m"]) for row in rows if row["dreamer"] == "1" and row["true_x_m"]])
    assert (np.abs(np.diff(x)) < 0.1).mean() > 0.5


def test_the_picture_is_saved_too(show, pair, headings):
    for path, _ in (pair, headings):
        page = show(path)
        with page.expect_download() as download:
            page.click("#png")
        assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [360, 390])
def test_it_fits_a_phone(show, positions, width):
    page = show(positions[0], width=width, height=740)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    bar = page.locator(".bar").bounding_box()
    assert bar["y"] + bar["height"] <= 741  # within reach without scrolling
    assert not page.is_visible("#noise")
    page.click("#more")
    assert page.is_visible("#noise")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    for name in ("#phase", "#pause", "#step", "#reset", "#more"):
        assert page.locator(name).bounding_box()["height"] >= 32


def test_it_keeps_still_for_those_who_ask(browser, pair):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(pair[0].as_uri())
    page.wait_for_timeout(300)
    assert page.evaluate("() => [page.paused, page.turning, page.world.time]") == [True, False, 0]
    page.keyboard.press("s")
    page.wait_for_timeout(100)
    assert page.evaluate("() => page.night") == 1  # at once
    context.close()


def test_it_is_dark_where_the_system_is_and_turns_by_hand(show, pair):
    page = show(pair[0], color_scheme="dark")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    assert page.evaluate("() => page.theme.dark")
    page.keyboard.press("t")
    assert not page.evaluate("() => page.theme.dark")
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"
    page.wait_for_timeout(800)
    assert page.evaluate(ground) != dark


def test_it_runs_by_itself_and_says_how_fast(show, pair):
    page = show(pair[0])
    page.click("#pause")
    page.wait_for_timeout(1300)
    assert page.evaluate("() => page.world.time") > 20
    assert int(page.inner_text("#rate").split()[0]) > 0
    assert "ms" in page.inner_text("#cost")
    assert "awake" in page.inner_text(".now >> nth=0")
