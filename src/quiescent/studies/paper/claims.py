"""The claims of Krishna et al. (2024), of its theory and of its readers, as data: which effects have to lie where."""

from collections.abc import Callable

from quiescent.studies.paper.criteria import headings, replay, scale, theory
from quiescent.studies.paper.experiments import Family, Form, named
from quiescent.studies.paper.judge import Claim, Criterion
from quiescent.studies.paper.measures import added

Names = tuple[str | None, ...]


def claims_of(form: Form) -> list[Claim]:
    """List the claims about networks of a form; what is said of networks that are not planned in it is left out."""
    box, ring, gated = (_names(family, form) for family in ("spatial_navigation", "head_direction", "gru"))
    written = _names("spatial_navigation", "as written")
    claims = [
        *_replay(box),
        *_rest(box, added(form)),
        *_others(ring, gated),
        *_implied(box),
        *_asked(box, written, ring, rested_alike=form != "as published"),
    ]
    return [claim for claim in claims if claim.criteria]


def _names(family: Family, form: Form) -> Names:
    names = ("noisy_unbiased", "noisy_biased", "no-noise_unbiased", "no-noise_biased")
    return tuple(named(family, name, form) for name in names)


def _all(make: Callable[..., Criterion | list[Criterion]], *groups: tuple[str | None, ...]) -> list[Criterion]:
    """Make criteria of every group of conditions that is planned."""
    criteria: list[Criterion] = []
    for group in groups:
        if None not in group:
            made = make(*group)
            criteria += made if isinstance(made, list) else [made]
    return criteria


def _replay(box: Names) -> list[Claim]:
    unbiased, biased, free, free_biased = box
    return [
        Claim(
            "1",
            "paper",
            "At rest, networks that learned with noise visit the places of their own behaviour",
            [
                *_all(replay.keeps_apart, (unbiased, biased)),
                *_all(replay.comes_nearer, (biased,)),
                *_all(replay.forgets_its_start, (unbiased,), (biased,)),
            ],
            ["spatial_navigation/kl_matrix", "spatial_navigation/density", "spatial_navigation/stationarity"],
            [*_all(replay.context, (unbiased,), (biased,))],
        ),
        Claim(
            "2",
            "paper",
            "Networks that learned without noise move less at rest",
            _all(replay.moves_more, (unbiased, free), (biased, free_biased)),
            ["spatial_navigation/summary", "spatial_navigation/displacement", "spatial_navigation/coverage"],
            [
                *_all(replay.varies_more, (unbiased, free), (biased, free_biased)),
                *_all(replay.context, (free,), (free_biased,)),
            ],
        ),
    ]


def _rest(box: Names, added: str) -> list[Claim]:
    unbiased, biased, free, free_biased = box
    return [
        Claim(
            "3",
            "paper",
            "Paths at rest are smooth; noise added at rest to networks that learned without it makes them erratic",
            [*_all(replay.smooth, (unbiased,), (biased,)), *_all(replay.erratic, (free, added), (free_biased, added))],
            ["spatial_navigation/summary", "spatial_navigation/trajectories"],
        ),
        Claim(
            "4",
            "paper",
            "Active and quiescent states share a low-dimensional manifold",
            _all(theory.shares_manifold, (unbiased,), (biased,)),
            ["spatial_navigation/dimensionality", "spatial_navigation/manifold"],
            _all(theory.dimensions, (unbiased,), (biased,)),
        ),
        Claim(
            "5",
            "paper",
            "Noise that is not doubled at rest gives the same result",
            _all(replay.keeps_apart_undoubled, (unbiased, biased)),
            ["spatial_navigation/kl_matrix", "spatial_navigation/temperature"],
        ),
    ]


def _others(ring: Names, gated: Names) -> list[Claim]:
    return [
        Claim(
            "6",
            "paper",
            "The manifold of headings is a ring, rest diffuses around it, and turns as behaviour turned",
            [
                *_all(headings.is_ring, (ring[0],), (ring[1],)),
                *_all(replay.forgets_its_start, (ring[0],)),
                *_all(headings.turns, (ring[1], ring[0])),
            ],
            ["head_direction/ring", "head_direction/turning", "head_direction/density"],
            _all(headings.turning_beside, (ring[1], ring[0])),
        ),
        Claim(
            "7",
            "paper",
            "Gated networks, whose noise is not doubled, visit the places of their own behaviour too",
            _all(replay.keeps_apart, (gated[0], gated[1])),
            ["gru/kl_matrix", "gru/density"],
            _all(replay.context, (gated[0],), (gated[1],)),
        ),
    ]


def _implied(box: Names) -> list[Claim]:
    unbiased, biased, *_ = box
    return [
        Claim(
            "8",
            "theory",
            "Noise of sqrt(2) times the trained one fits behaviour best, and the spread follows p^(2/c^2)",
            [*_all(theory.best_at_root_two, (unbiased,), (biased,)), *_all(theory.follows_law, (biased,))],
            ["spatial_navigation/temperature"],
        ),
        Claim(
            "9",
            "theory",
            "Left alone, a noisy network climbs the score of its active states, as far as a perfect one would",
            _all(theory.climbs_score, (unbiased,), (biased,)),
            ["spatial_navigation/drift"],
            _all(theory.climbing_beside, (unbiased,), (biased,)),
        ),
        Claim(
            "10",
            "theory",
            "An update removes noise off the manifold, and keeps what lies along it",
            _all(theory.denoises, (unbiased,), (biased,)),
            ["spatial_navigation/denoising"],
        ),
    ]


def _asked(box: Names, written: Names, ring: Names, *, rested_alike: bool) -> list[Claim]:
    # Rest of networks that learned without noise is comparable if they are given noise of the same shape.
    free = (box[2] if rested_alike else None,)
    unbiased, biased, *_ = box
    has_scale = unbiased != written[0]
    return [
        Claim(
            "11",
            "question",
            "It is noise at rest that moves a network; what noise in training gives is that the code survives it",
            [*_all(scale.moved_by_noise, (unbiased,)), *_all(scale.survives_noise, (unbiased, *free))],
            ["spatial_navigation/noise_table"],
        ),
        Claim(
            "12",
            "question",
            "A network that has a scale of its own keeps a valid code at rest, where one without loses it",
            _all(scale.lives_on, (unbiased, written[0]), (biased, written[1])) if has_scale else [],
            ["spatial_navigation/validity_scale", "spatial_navigation/validity"],
            _all(scale.scale_of, (unbiased,), (written[0],), (biased,), (written[1],), (ring[0],), (ring[1],)),
        ),
    ]
