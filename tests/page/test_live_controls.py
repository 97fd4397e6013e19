"""The live page does what its controls say, and saves what happened."""

import csv
import io
import math
from pathlib import Path

import numpy as np
import pytest
from live import FREE, NOISY


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


def test_it_runs_by_itself_and_says_how_fast(show, pair):
    page = show(pair[0])
    page.click("#pause")
    page.wait_for_timeout(1300)
    assert page.evaluate("() => page.world.time") > 20
    assert int(page.inner_text("#rate").split()[0]) > 0
    assert "ms" in page.inner_text("#cost")
    assert "awake" in page.inner_text(".now >> nth=0")
