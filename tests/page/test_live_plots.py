"""The live page's curves and arenas: every network has its own seconds and walls."""

import csv
import io
import itertools

import numpy as np
import pytest


def test_references_are_drawn_of_behaviour_and_a_dream_fills_in_its_curves(show, pair):
    page = show(pair[0])
    assert page.evaluate("() => page.plots.plots.kl.data.length") == 1 + 2 * 4
    page.evaluate("() => { page.sleep(true); page.advance(300); page.plots.refresh(); }")
    numbers = """(name) => page.plots.plots[name].data.map((row) => row.filter((x) => x != null).length)"""
    # A member's curves are its references, awake and asleep.
    lengths = [page.evaluate(numbers, name)[1:] for name in ("kl", "displacement", "coverage")]
    valid, awake, amplitude, _, shape = page.evaluate(numbers, "code")[1:6]
    assert (valid, awake) == (2, 0)
    assert amplitude == shape > 1
    assert all(length > 1 for row, number in zip(lengths, (2, 1, 1), strict=True) for length in row[:number])
    for row, width in zip(lengths, (4, 3, 3), strict=True):
        assert row[width - 2] == row[2 * width - 2] == 0
        assert row[width - 1] == row[2 * width - 1] > 0
    assert "nats" in page.inner_text("#kl output")
    assert "%" in page.inner_text("#coverage output")
    assert page.inner_text("#code output").count(",") == 2  # amplitude and shape of both


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
    page.click("#more")
    boxes = page.evaluate("""() => [...document.querySelectorAll('.field')].map((field) => {
      const range = document.createRange();
      range.selectNodeContents(field.firstElementChild); // the label and its value
      const { left, right, top } = range.getBoundingClientRect();
      return [Math.round(top / 20), left, right];
    })""")
    assert len(boxes) == 9
    for (row, _, right), (next_row, left, _) in itertools.pairwise(boxes):
        assert next_row != row or right <= left


@pytest.mark.parametrize("width", [360, 390])
def test_it_fits_a_phone(show, positions, width):
    page = show(positions[0], width=width, height=740)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    bar = page.locator(".bar").bounding_box()
    assert bar["y"] + bar["height"] <= 741  # within reach without scrolling
    assert not page.is_visible("#noise")
    page.click("#more")
    assert page.is_visible("#noise")
    assert page.is_visible("#friction")
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
