"""Laws of the perfect network: what eq. 18 of Krishna et al. (2024) implies."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from quiescent.controls import perfect
from quiescent.controls.behaviour import log_density
from quiescent.controls.eq18 import Denoiser, Now
from quiescent.controls.manifold import component_stds, manifold, metric
from quiescent.measures.kl import kl
from quiescent.quiescence.activity import Active, Kicked, Rest
from quiescent.quiescence.observe import observe
from quiescent.simulation.members import untrained
from quiescent.spaces import Box, Circle
from quiescent.tasks.head_direction_cells import HeadDirectionCellSettings, head_direction_cells
from quiescent.tasks.place_cells import PlaceCellSettings, place_cells

PLANE = Box(((-1.0, 1.0), (-0.5, 0.5)))
PLACES = place_cells(PlaceCellSettings(number=60, width=0.3), PLANE.bounds, torch.Generator().manual_seed(1))
HEADINGS = head_direction_cells(HeadDirectionCellSettings(number=24, width=0.8))


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def in_the_plane(trials=1000):
    low, high = torch.tensor(PLANE.bounds, dtype=torch.float64).T
    return low + (high - low) * torch.rand(20, trials, 2, generator=generator(), dtype=torch.float64)


def around_zero(concentration):
    angles = np.random.default_rng(0).vonmises(0, concentration, (20, 5000, 1))
    return torch.from_numpy(angles)


def network(code, space, paths, stds, std, **arguments):
    stds = torch.tensor(stds, dtype=torch.float64)
    return Denoiser(manifold(code, space, paths, stds, std, 40, generator()), std, 0.0, **arguments)


def in_a_plane(std=0.01, **arguments):
    return network(PLACES, PLANE, in_the_plane(), [0.9**i for i in range(15)], std, **arguments)


def on_a_ring(std=0.01, **arguments):
    return network(HEADINGS, Circle(), around_zero(1.0), [0.6, 0.6, 0.2, 0.2], std, **arguments)


def split(made, places, differences):
    """Split differences of states into what lies along the manifold at some places, and what is normal to it."""
    tangents = made.manifold.components.at(places).slopes @ made.manifold.basis
    along = torch.linalg.qr(tangents.mT)[0]
    within = (along @ (along.mT @ differences[..., None]))[..., 0]
    return within, differences - within


def kick(made, places, steps=1):
    """Kick states, and see what is left of it along the manifold and normal to it, as fractions of what it was."""
    clean = made.begin(places)
    states = clean.states + made.std * torch.randn(clean.states.shape, generator=generator(2), dtype=torch.float64)
    noise = made.std * torch.randn(states.shape, generator=generator(3), dtype=torch.float64)
    one, other = Now(states, places), Now(states + noise, places)
    for _ in range(steps):
        one, other = made.update(one), made.update(other)
    (along, normal), (along_before, normal_before) = (
        split(made, places, x) for x in (other.states - one.states, noise)
    )
    return float((along * along_before).sum() / along_before.square().sum()), float(
        normal.norm() / normal_before.norm()
    )


@pytest.mark.parametrize("make", [in_a_plane, on_a_ring])
@pytest.mark.parametrize("removed", [1.0, 0.2])
def test_an_update_removes_what_is_normal_to_the_manifold_and_keeps_what_lies_along_it(make, removed):
    made = make(removed=removed)
    inside = 0.8 * in_the_plane(400)[0] if make is in_a_plane else 3 * torch.rand(400, 1, dtype=torch.float64)
    along, normal = kick(made, inside)
    assert along == pytest.approx(1, abs=0.05)
    assert normal == pytest.approx(1 - removed, abs=0.05)
    assert kick(made, inside, steps=5)[1] == pytest.approx((1 - removed) ** 5, abs=0.05)


def rests(made, starts, factor, steps):
    """Rest with so many times the noise that is expected; returns true places (time, trial, dim)."""
    now, random = made.begin(starts), generator(4)
    noise = (
        factor * made.std * torch.randn(1, *now.states.shape, generator=random, dtype=torch.float64)
        for _ in range(steps)
    )
    return torch.cat([seen.places for seen in perfect.wander(made, now, noise)])


@pytest.mark.parametrize("factor", [1.0, math.sqrt(2), 2.0])
def test_headings_at_rest_have_the_density_of_behaviour_at_the_temperature_of_the_noise(factor):
    # Per volume of the manifold it is (p / volume)^(2 / factor^2): p itself at sqrt(2) times the expected noise.
    # The ring is an ellipse here, so that volumes differ: without them, 0.54 would be expected in place of 0.44.
    made = network(HEADINGS, Circle(), around_zero(1.0), [0.9, 0.4], 0.06)
    grid = torch.linspace(-math.pi, math.pi, 1001, dtype=torch.float64)[:-1, None]
    volume = torch.logdet(metric(made.manifold.components.at(grid).slopes)) / 2
    log = log_density(around_zero(1.0), Circle()).at(grid).values[:, 0]
    weights = (volume + 2 / factor**2 * (log - volume)).softmax(0)
    starts = grid[torch.multinomial(weights, 400, replacement=True, generator=generator(5))]
    cosines = rests(made, starts, factor, steps=600)[100:, :, 0].cos()
    expected, error = float((weights * grid[:, 0].cos()).sum()), float(cosines.mean(0).std() / math.sqrt(400))
    assert error < 0.03
    assert float(cosines.mean()) == pytest.approx(expected, abs=3 * error + 0.01)
    if factor == math.sqrt(2):
        assert expected == pytest.approx(0.446, abs=0.01)  # I_1(1) / I_0(1)


def test_places_at_rest_go_on_to_have_the_density_of_behaviour_between_walls():
    rng = np.random.default_rng(3)
    places = rng.normal((0.3, 0.2), (0.5, 0.25), (100_000, 2))  # more in one corner
    inside = torch.from_numpy(places[(np.abs(places) < (1, 0.5)).all(1)][:60_000])
    made = network(PLACES, PLANE, inside[:20_000].reshape(20, 1000, 2), [0.5, 0.5, 0.3, 0.2, 0.2, 0.1, 0.1], 0.04)
    paths = rests(made, inside[20_000:20_300], math.sqrt(2), steps=600)
    assert (paths.abs() <= torch.tensor([1.0, 0.5])).all()
    assert (paths[-1] - paths[0]).norm(dim=-1).mean() > 0.4, "it must mix"
    wanted = PLANE.density(inside[-4000:].numpy())
    for begin, end in ((0, 100), (100, 200), (300, 600)):
        points = rng.permutation(paths[begin:end].flatten(0, 1).numpy())[:4000]
        assert kl(PLANE.density(points), wanted, rng=rng, samples=10_000).value < 0.06  # of the uniform one it is 0.7
        for along, expected in zip(paths[end - 1].T, inside[30_000:].T, strict=True):  # trials are independent
            assert stats.kstest(along.numpy(), expected.numpy()).pvalue > 1e-3


def test_what_goes_over_a_wall_awake_is_held_and_asleep_reflected():
    made = in_a_plane()
    beyond = made.begin(torch.tensor([[1.02, 0.0], [-1.3, 0.0]], dtype=torch.float64))
    held, reflected = made.update(beyond).places, made.update(beyond, reflect=True).places
    assert held[0, 0] == pytest.approx(1.02, abs=1e-3)
    assert held[1, 0] == pytest.approx(-1.1, abs=1e-3)
    assert reflected[0, 0] == pytest.approx(0.98, abs=1e-3)


def test_component_sizes_are_found_under_noise_and_go_on_geometrically():
    random = np.random.default_rng(0)
    stds, noise = 0.8 ** np.arange(40.0), 0.05
    states = torch.from_numpy(random.normal(size=(20_000, 40)) * np.hypot(stds, noise))
    found = component_stds(states, noise**2, (0.1 * noise) ** 2)
    np.testing.assert_allclose(found[:10], stds[:10], rtol=0.05)
    assert 20 < len(found) < 30  # 0.8^24 is a tenth of the noise
    np.testing.assert_allclose(found[10:20], stds[10:20], rtol=0.3)
    assert (found.diff() < 0).all()


@pytest.fixture
def members(tiny):
    """Make networks whose states are far larger than their noise."""

    def make(*words, **names):
        defaults = ("network.units=40", "network.sigma2_rec=1e-8", "seed=0,3")
        return untrained(tiny(*defaults, *words, **names).members())

    return make


@pytest.mark.parametrize("words", [(), ("network.noise=uniform",), ("task.use_place_cells=false",)])
def test_awake_it_knows_where_it_is(members, words):
    population = members("task.place_cells.number=100", "task.steps=20", *words)
    phase = Active(60, states=True, drift=True)
    for member, (activity, network) in enumerate(
        zip(perfect.active(population, phase), observe(population, phase), strict=True)
    ):
        np.testing.assert_array_equal(activity.truth, network.truth)
        code = population.codes[member]
        best = code.decode(code.encode(torch.from_numpy(activity.truth))).numpy()
        errors = [np.linalg.norm(places - activity.truth, axis=-1).mean() for places in (activity.decoded, best)]
        assert errors[0] < errors[1] + 0.02
        assert activity.states.shape == activity.drift.shape == network.states.shape
        assert activity.noise_std == pytest.approx(network.noise_std)
        # The drift takes all noise away that is not along the manifold: 40 units less 2 dimensions.
        noise = -activity.drift - activity.noise_mean
        assert noise.std() == pytest.approx(math.sqrt(38 / 40) * activity.noise_std, rel=0.05)


def test_headings_awake(members):
    population = members("task.steps=30", name="head_direction/noisy_unbiased", cells="hd_cells")
    for activity in perfect.active(population, Active(100, again=True)):
        errors = activity.space.difference(activity.decoded, activity.truth)
        assert np.abs(errors).mean() < 0.2  # 12 cells lie 0.52 rad apart
        assert activity.states is None


def test_kicks_are_those_of_the_network_and_only_their_tangent_part_is_left(members):
    population = members("task.place_cells.number=100")
    for activity, network in zip(
        perfect.kicked(population, Kicked(100)), observe(population, Kicked(100)), strict=True
    ):
        np.testing.assert_allclose(activity.kicks.states[0], network.kicks.states[0], rtol=1e-3, atol=1e-9)
        np.testing.assert_array_equal(activity.truth, network.truth)
        left = np.square(activity.kicks.states).sum((1, 2))
        np.testing.assert_allclose(left[1:] / left[0], 2 / 40, rtol=0.3)  # two of 40 dimensions
        assert activity.kicks.outputs.shape == network.kicks.outputs.shape


def test_a_perfect_network_like_one_trained_without_noise_bears_the_noise_of_the_task(members):
    population = members("network.sigma2_rec=0")
    phase = Rest(trials=5, steps=4, states=True)
    assert [activity.noise_std for activity in perfect.rest(population, phase)] == pytest.approx([math.sqrt(2e-4)] * 2)
    assert [activity.noise_std for activity in perfect.active(population, Active(5))] == pytest.approx([1e-2] * 2)
    (quiet, _) = perfect.rest(population, phase._replace(noise=0.0))
    assert quiet.noise_std == 0


def test_its_states_are_as_large_as_the_trained_ones(members):
    population = members("task.place_cells.number=100")
    for one, other in zip(
        *(run(population, Active(400, states=True)) for run in (perfect.active, observe)), strict=True
    ):
        sizes = [np.linalg.eigvalsh(np.cov(seen.states.reshape(-1, 40).T))[::-1] for seen in (one, other)]
        assert sizes[0].sum() == pytest.approx(sizes[1].sum(), rel=0.2)
        np.testing.assert_allclose(sizes[0][:10], sizes[1][:10], rtol=0.4)
        assert (sizes[0][0] / sizes[0][9]) > 4, "they must differ"


def test_the_mean_of_the_noise_is_expected():
    clean = in_a_plane().begin(in_the_plane()[0])
    shifted = Denoiser(in_a_plane().manifold, 0.01, noise_mean=0.3)
    after = shifted.update(Now(clean.states + 0.3, clean.places))
    torch.testing.assert_close(after.states, in_a_plane().update(clean).states)
    torch.testing.assert_close(shifted.readout(clean.states + 0.3), in_a_plane().readout(clean.states))
