"""Adaptation, momentum and matched noise in the live page equal those of Python, and act asleep only."""

import csv
import io
import math

import numpy as np
import pytest
import torch
from live import HEADINGS, NOISY, POSITIONS

from quiescent.networks.momentum import Momentum, advance_with, at_rest
from quiescent.quiescence.valid import valid_codes

BOTH = {"adaptation": 0.2, "tau": 20, "friction": 0.5}
SETTINGS = (BOTH, {"adaptation": 0.3, "tau": 7, "friction": 1}, {"adaptation": 0, "tau": 7, "friction": 0.3})


def rested(network, state, noise, *, adaptation, tau, friction):
    states = torch.cat([state[None], noise])
    silence = torch.zeros(len(noise), len(state), network.weights["input"].shape[-1])
    advance_with(Momentum(friction, adaptation, tau), at_rest(state), network, states, silence, noisy=True)
    return states[1:]


def test_states_at_rest_equal_those_of_python_for_every_kind_of_network(show, positions, headings):
    for path, networks in (positions, headings):
        page = show(path)
        for number, members in enumerate(networks):
            config, code, network = members.configs[0], members.codes[0], members.network.member(0)
            generator = torch.Generator().manual_seed(0)
            start = config.task.sample(3, generator=generator).start
            noise = 0.02 * torch.randn(60, 3, network.units, generator=generator)
            silence = [[[0.0] * config.task.n_inputs] * 3] * 60
            for setting in SETTINGS:
                given = [number, start.tolist(), silence, noise.tolist(), setting]
                live = page.evaluate("(given) => quiescent.simulate(...given).states", given)
                states = rested(network, network.encode(code.encode(start)), noise, **setting)
                scale = max(1.0, states.abs().max().item())
                torch.testing.assert_close(torch.tensor(live), states, atol=1e-4 * scale, rtol=0)


def test_a_dream_on_screen_is_that_of_python_and_begins_anew_with_every_sleep(show, pair):
    path, (_, members) = pair
    page = show(path)
    page.evaluate("(rest) => { page.setPlace([0.3, -0.7]); page.world.setNoise(0); page.setRest(rest); }", BOTH)
    network, code = members.network.member(0), members.codes[0]
    state = network.encode(code.encode(torch.tensor([[0.3, -0.7]])))
    states = "() => [...page.world.members[1].states.subarray(0, 18)]"
    for _ in range(2):
        page.evaluate("() => { page.sleep(true); page.advance(40); page.sleep(false); }")
        state = rested(network, state, torch.zeros(40, 1, 18), **BOTH)[-1]
        torch.testing.assert_close(torch.tensor(page.evaluate(states)), state[0], atol=1e-4, rtol=0)


def test_awake_nothing_of_it_acts(show, pair):
    page = show(pair[0])
    run = """(rest) => {
      page.setRest(rest);
      page.reset();
      page.advance(30);
      return [...page.world.members[0].states.subarray(0, 18)];
    }"""
    neutral = page.evaluate(run, {})
    assert page.evaluate(run, BOTH | {"matched": True}) == neutral
    assert page.evaluate("() => page.world.level(page.world.members[0])") == 1


def test_matched_noise_has_the_root_of_friction(show, pair):
    page = show(pair[0])
    page.evaluate("() => page.sleep(true)")
    level = "(rest) => { page.setRest(rest); return page.world.level(page.world.members[0]); }"
    assert page.evaluate(level, {"friction": 0.25, "matched": True}) == pytest.approx(math.sqrt(2) / 2)
    assert page.evaluate(level, {"friction": 0.25, "matched": False}) == pytest.approx(math.sqrt(2))


def test_the_sliders_say_what_acts_and_one_button_takes_all_of_it_away(show, pair):
    page = show(pair[0])
    assert not page.is_visible("#friction")
    page.keyboard.press("m")
    page.keyboard.press("s")
    for name, value in (("adaptation", "0.25"), ("tau", "3"), ("friction", "0.4")):
        page.fill(f"#{name}", value)
    page.check("#matched")
    assert page.evaluate("() => page.world.rest") == {"adaptation": 0.25, "tau": 10, "friction": 0.4, "matched": True}
    words = "adaptation 0.25 in 10 steps, friction 0.4, matched noise"
    assert page.inner_text(".now >> nth=0").endswith(words)
    page.evaluate("() => page.advance(2)")
    rows = csv.DictReader(io.StringIO(page.evaluate("quiescent.table()")))
    *_, last = [row for row in rows if row["network"].startswith(NOISY)]
    assert [last[name] for name in ("adaptation", "adaptation_tau", "friction")] == ["0.25", "10", "0.4"]
    assert float(last["noise"]) == pytest.approx(math.sqrt(2 * 0.4), abs=1e-6)
    page.click("#neutral")
    assert page.evaluate("() => restWords(page.world)") == []
    assert page.is_disabled("#neutral")


def test_codes_are_judged_as_python_judges_them(show, positions, headings, line):
    judge = """([m, outputs]) => {
      const { valid } = page.world.members[m];
      return valid ? valid.judge(Float32Array.from(outputs.flat()), outputs.length) : null;
    }"""
    judged = 0
    for path, networks in (positions, headings, line):
        page = show(path)
        for number, members in enumerate(networks):
            code, space = members.codes[0], members.configs[0].task.space
            generator = torch.Generator().manual_seed(number)
            places = members.configs[0].task.sample(40, generator=generator).path[-1]
            outputs = code.encode(places) * (0.2 + torch.arange(40)[:, None] / 20)
            outputs = outputs + torch.linspace(0, 0.5, 40)[:, None] * outputs.std() * torch.randn(
                outputs.shape, generator=generator
            )
            outputs = torch.cat([outputs, torch.zeros(1, code.size), -outputs[:1]])
            codes = valid_codes(code, space, outputs)
            live = page.evaluate(judge, [number, outputs.tolist()])
            assert (live is None) == (codes is None)
            if codes is not None:
                expected = codes.judge(outputs)
                np.testing.assert_allclose([one["shape"] for one in live], expected.shape, atol=1e-5)
                np.testing.assert_allclose([one["amplitude"] for one in live], expected.amplitude, atol=1e-5)
                judged += 1
    assert judged == len(POSITIONS) - 1 + len(HEADINGS) + 1
