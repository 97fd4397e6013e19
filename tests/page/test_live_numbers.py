"""The live page in a real browser: its numbers equal those of Python."""

import numpy as np
import pytest
import torch
from live import POSITIONS
from scipy import stats

from quiescent.measures.coverage import bins_of, coverage, visited
from quiescent.measures.kl import density_of, kl
from quiescent.measures.motion import displacement
from quiescent.networks.loop import simulate
from quiescent.page.pack import pack
from quiescent.quiescence.observe import observe
from quiescent.quiescence.phases import BEHAVIOUR
from quiescent.quiescence.resting import rest
from quiescent.statistics import points_of


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
