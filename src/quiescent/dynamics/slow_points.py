"""Slow points: states at which a network without input hardly moves, for its size."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd import grad

from quiescent.dynamics.free import Step, jacobians

ROUNDS, INNER = 10, 12  # of damped Gauss-Newton steps, and of conjugate gradients in each
DAMPING, EASED, STIFFENED = 1e-3, 0.2, 4.0  # at first, after a step that was good, after one that was not
FARTHEST = 0.3  # of the size of a state, that one step goes: what is found then belongs to its start
CLOSE = 0.05  # of their size: points that lie nearer to each other are one

PerPoint = Float[Tensor, " point"]


class Movement(NamedTuple):
    """How far one step takes states, over their size |r|: in all, along r, and across it."""

    speed: PerPoint  # |F(r) - r| / |r|
    growth: PerPoint
    turning: PerPoint


def movement(step: Step, states: Float[Tensor, "point unit"]) -> Movement:
    """Compute the relative speed of states, per step, and its parts; a state of size 0 has none (NaN)."""
    size = states.norm(dim=-1)
    moved = step(states) - states
    growth = (moved * states).sum(-1) / size.square()
    turning = (moved - growth[:, None] * states).norm(dim=-1) / size
    return Movement(moved.norm(dim=-1) / size, growth, turning)


def descend(
    step: Step, starts: Float[Tensor, "point unit"], *, homogeneous: bool = False
) -> Float[Tensor, "point unit"]:
    """Go down from every start to where the relative speed |F(r) - r| / |r| is least.

    Of a homogeneous network, whose states have no size of their own but grow or fade as they are, only the part across
    r counts: it is 0 where the direction of r stays. Damped Gauss-Newton steps (Levenberg-Marquardt), each by conjugate
    gradients from products with the derivative, of all points at once and each with its own damping.
    """

    def residual(states: Tensor) -> Tensor:
        direction = states / states.norm(dim=-1, keepdim=True)
        moved: Tensor = (step(states) - states) / states.norm(dim=-1, keepdim=True)
        along: Tensor = (moved * direction).sum(-1, keepdim=True) * direction
        return moved - along if homogeneous else moved

    states, damping = starts, torch.full_like(starts[:, :1], DAMPING)
    moved = residual(states)
    for _ in range(ROUNDS):
        change = _gauss_newton(residual, states, moved, damping)
        far = change.norm(dim=-1, keepdim=True) / states.norm(dim=-1, keepdim=True)
        tried = states + change / (far / FARTHEST).clamp_min(1)
        then = residual(tried)
        better = _squares(then) < _squares(moved)
        states, moved = torch.where(better, tried, states), torch.where(better, then, moved)
        damping = damping * torch.where(better, EASED, STIFFENED)
    return states


def _gauss_newton(residual: Step, states: Tensor, moved: Tensor, damping: Tensor) -> Tensor:
    """Solve `(A^T A + damping) change = -A^T moved`, with A the derivative times the size of the state."""
    size: Tensor = states.norm(dim=-1, keepdim=True)
    push, pull = _derivative(residual, states)

    def product(direction: Tensor) -> Tensor:
        return size * pull(push(size * direction)) + damping * direction

    tiny = torch.finfo(states.dtype).tiny
    change, left = torch.zeros_like(states), -size * pull(moved)
    direction, before = left, _squares(left)
    for _ in range(INNER):
        turned = product(direction)
        far = before / (direction * turned).sum(-1, keepdim=True).clamp_min(tiny)
        change, left = change + far * direction, left - far * turned
        after = _squares(left)
        direction, before = left + after / before.clamp_min(tiny) * direction, after
    return size * change


def _derivative(residual: Step, states: Tensor) -> tuple[Step, Step]:
    """Make products of the derivative with directions, and of directions with the derivative.

    The first are those of the second, which are linear, so that the residual is computed once. (Forward mode would do,
    but threads cannot use it side by side.)
    """
    with torch.enable_grad():
        states = states.detach().requires_grad_()
        moved = residual(states)
        left = torch.zeros_like(moved, requires_grad=True)
        (pulled,) = grad(moved, states, left, create_graph=True)

    def push(direction: Tensor) -> Tensor:
        return grad(pulled, left, direction, retain_graph=True)[0]

    def pull(direction: Tensor) -> Tensor:
        return grad(moved, states, direction, retain_graph=True)[0]

    return push, pull


def _squares(rows: Tensor) -> Tensor:
    return rows.square().sum(-1, keepdim=True)


def distinct(points: Float[Tensor, "point dim"], tolerance: float) -> Int[Tensor, " point"]:
    """Give every point the number of the first point within a tolerance that stands for others; earlier ones do."""
    stands_for = torch.full((len(points),), -1, device=points.device)
    for number in range(len(points)):
        if stands_for[number] < 0:
            near = (points - points[number]).norm(dim=-1) <= tolerance
            near[number] = True
            stands_for[near & (stands_for < 0)] = number
    return stands_for


def kinds_of_points(
    states: Float[Tensor, "point unit"], speed: PerPoint, *, homogeneous: bool
) -> tuple[Int[Tensor, " distinct"], Int[Tensor, " distinct"]]:
    """Find points that differ, the slowest first, and how many points lie near each.

    Of homogeneous networks directions count; of others distances over the mean size.
    """
    order = speed.argsort()
    size = states.norm(dim=-1, keepdim=True)
    scaled = (states / (size if homogeneous else size.mean()))[order]
    first, counts = torch.unique(distinct(scaled, CLOSE), return_counts=True)
    return order[first], counts


def eigenvalues(step: Step, states: Float[Tensor, "point unit"]) -> Tensor:
    """Compute the eigenvalues of the derivative at states, complex (point, unit), in falling order of their modulus."""
    if not len(states):
        return states.to(torch.complex128)
    values: Tensor = torch.linalg.eigvals(jacobians(step, states).double())
    order = values.abs().argsort(dim=-1, descending=True)
    return values.gather(-1, order)


class Directions(NamedTuple):
    """At each point: directions that are slow, those of them that grow, those before the widest gap, and that gap."""

    slow: Int[Tensor, " point"]
    growing: Int[Tensor, " point"]
    before_gap: Int[Tensor, " point"]
    gap: Float[Tensor, " point"]  # between the moduli of two eigenvalues


def slow_directions(moduli: Float[Tensor, "point unit"], steps: int) -> Directions:
    """Count directions that last: whose time constant `-1 / ln|lambda|` exceeds a number of steps, or that grow.

    `moduli` fall; of homogeneous networks they are relative to the growth of the state, so that the direction along it
    has 1. Those that grow do so by a factor e within the steps. The number before the widest gap depends on no time.
    """
    rates = -moduli.clamp_min(torch.finfo(moduli.dtype).tiny).log()
    widest = (moduli[:, :-1] - moduli[:, 1:]).max(-1)
    return Directions((rates < 1 / steps).sum(-1), (rates < -1 / steps).sum(-1), widest.indices + 1, widest.values)
