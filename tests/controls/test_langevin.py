"""Laws of the sampler: whatever it starts from, density and geometry decide where it is."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from quiescent.controls.langevin import folded, langevin
from quiescent.controls.table import tabulate
from quiescent.spaces import Box, Circle

WINDOWS = ((0, 100), (100, 200), (200, 1000), (1000, 2000))
LINE = Box(((-1.0, 2.0),))
PLANE = Box(((-1.1, 1.1), (-0.5, 1.5)))


def table(log, space):
    return tabulate(lambda places: log(places)[:, None], space.bounds, space.periodic)


def sample(log, space, rng, number=1000):
    """Sample places by rejection, from a log density that is nowhere above 0."""
    low, high = np.array(space.bounds).T
    places = rng.uniform(low, high, (100 * number, len(low)))
    taken = np.log(rng.random(len(places))) < log(torch.from_numpy(places)).numpy()
    assert taken.sum() >= number
    return torch.from_numpy(places[taken][:number])


def run(log, space, step, starts, steps=2000):
    return langevin(
        table(log, space), space, starts, step=step, steps=steps, generator=torch.Generator().manual_seed(3)
    ).numpy()


def flat(places):
    return torch.zeros(len(places), dtype=places.dtype)


def ring(places):
    return -(((places - torch.tensor([0.0, 0.5])).norm(dim=-1) - 0.6) / 0.15).square() / 2


def hill(angles):
    return 2 * ((angles[:, 0] - 3).cos() - 1)  # where one turn ends and the next begins


def near_a_wall(places):
    return -(places[:, 0] + 1) / 0.3  # all but at the left wall of the line


@pytest.mark.parametrize(
    ("log", "space", "step"),
    [
        (flat, PLANE, 0.2),
        (near_a_wall, LINE, 0.2),
        (ring, PLANE, 0.1),
        (hill, Circle(), 0.5),
    ],
)
def test_what_starts_from_the_density_keeps_to_it_in_all_windows(log, space, step):
    rng = np.random.default_rng(0)
    starts, other = (sample(log, space, rng).numpy() for _ in range(2))
    paths = run(log, space, step, torch.from_numpy(starts))
    low, high = np.array(space.bounds).T
    assert (paths >= low).all()
    assert (paths <= high).all()
    for begin, end in WINDOWS:  # trials are independent, the steps of one are not
        for number in range(len(low)):
            for places in (paths[begin, :, number], paths[end - 1, :, number]):
                assert stats.kstest(places, other[:, number]).pvalue > 1e-3, (begin, number)
        radius = np.linalg.norm(paths[end - 1] - [0.0, 0.5], axis=-1) if space == PLANE else paths[end - 1, :, 0]
        wanted = np.linalg.norm(other - [0.0, 0.5], axis=-1) if space == PLANE else other[:, 0]
        assert stats.kstest(radius, wanted).pvalue > 1e-3


def test_what_starts_elsewhere_gets_to_the_density():
    rng = np.random.default_rng(1)
    paths = run(ring, PLANE, 0.1, sample(flat, PLANE, rng))
    wanted = sample(ring, PLANE, rng).numpy()
    for number in range(2):
        assert stats.kstest(paths[0, :, number], wanted[:, number]).pvalue < 1e-3
        assert stats.kstest(paths[-1, :, number], wanted[:, number]).pvalue > 1e-3


def test_free_steps_have_the_size_that_is_asked_for():
    paths = run(flat, PLANE, 0.02, torch.zeros(2000, 2, dtype=torch.float64) + 0.5, steps=2)
    assert np.diff(paths, axis=0).std() == pytest.approx(0.02, rel=0.03)


def test_walls_reflect_and_circles_wrap():
    places = torch.tensor([[-1.5], [0.3], [2.25], [2.0], [5.5]])
    assert folded(places, LINE).flatten().tolist() == pytest.approx([-0.5, 0.3, 1.75, 2.0, -0.5])
    angles = folded(torch.tensor([[math.pi + 0.1], [-0.2], [-3 * math.pi + 0.3]]), Circle()).flatten().tolist()
    assert angles == pytest.approx([-math.pi + 0.1, -0.2, -math.pi + 0.3], abs=1e-5)
