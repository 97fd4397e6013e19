"""The live page in Firefox: it runs there too, with the same numbers."""

import time

import pytest
import torch
from firefox import FIREFOX, firefox
from test_live_numbers import stepped

WAIT = 20  # s, for frames on a busy machine


@pytest.fixture(scope="module")
def fox():
    if FIREFOX is None:
        pytest.skip("the page is tested in Firefox too: install firefox-esr")
    with firefox() as started:
        yield started


def test_two_hundred_steps_equal_those_of_python(fox, positions, headings, line):
    simulate = "return quiescent.simulate(...arguments)"
    for path, networks in (positions, headings, line):
        fox.open(path)
        fox.evaluate("page.pause(true)")
        for number, members in enumerate(networks):
            start, inputs, noise, states, decoded = stepped(members, trials=6, steps=200)
            live = fox.evaluate(simulate, number, start.tolist(), inputs.tolist(), noise.tolist())
            torch.testing.assert_close(torch.tensor(live["states"]), states, atol=1e-4, rtol=0)
            torch.testing.assert_close(torch.tensor(live["decoded"]), decoded, atol=1e-4, rtol=0)
        assert fox.complaints(path) == []


def test_it_runs_by_itself_sleeps_and_draws(fox, pair, headings):
    for path in (pair[0], headings[0]):
        fox.open(path)
        fox.evaluate("page.show(true)")
        fox.press("#phase")
        end = time.monotonic() + WAIT
        while fox.evaluate("return page.world.time < 20 || !page.rate || page.night < 1") and time.monotonic() < end:
            time.sleep(0.1)
        assert fox.evaluate("return [page.world.asleep, page.world.time >= 20, page.rate > 0]") == [True] * 3
        canvases = """return [...document.querySelectorAll('canvas')].map((canvas) => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          return new Set(new Uint32Array(data.buffer)).size;
        })"""
        colours = fox.evaluate(canvases)
        assert len(colours) >= 2 * 2 + 4
        assert min(colours) > 10
        assert fox.complaints(path) == []
