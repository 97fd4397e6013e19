"""Criteria of headings: is the manifold a ring, and does rest turn as behaviour did?"""

from quiescent.studies.paper.criteria.replay import short
from quiescent.studies.paper.effects import always, difference, number, ratio
from quiescent.studies.paper.judge import Criterion


def is_ring(condition: str) -> Criterion:
    """Say that active states lie on a ring, in the order of headings."""
    return Criterion(
        f"{short(condition)}: how much of a ring active states are",
        number("ring", "is_ring", condition, phase=None),
        low=1.0,
        of=(condition,),
        negative=("untrained",),  # the others behave as the network does, and rest otherwise
    )


def turns(biased: str, unbiased: str) -> Criterion:
    """Say that a network that learned counter-clockwise turns turns so at rest, more than one that learned both.

    The theory does not ask for it, so no perfect network must pass.
    """
    speed = difference(number("turning", "velocity", biased), number("turning", "velocity", unbiased))
    awake = number("turning", "velocity", biased, phase="active")
    return Criterion(
        f"mean turn at rest, {short(biased)} less {short(unbiased)}, over {short(biased)}'s awake",
        always(ratio(speed, awake)),
        low=0.02,
        of=(biased, unbiased),
        positive=(),
        reading="all",
    )


def turning_beside(biased: str, unbiased: str) -> list[Criterion]:
    """List mean turns at rest, which the paper reports as 0.0151 and 0.0005 rad per step of 0.02 s."""
    return [
        *(
            Criterion(f"{short(one)}: mean turn at rest", always(number("turning", "velocity", one)), unit="rad/s")
            for one in (biased, unbiased)
        ),
        Criterion(f"{short(biased)}: fraction of clockwise steps at rest", number("turning", "reversals", biased)),
    ]
