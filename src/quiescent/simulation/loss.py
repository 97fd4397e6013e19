"""The loss of a batch, and its gradient in all weights, share by share."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.machine.lanes import Lanes, Share
from quiescent.machine.scratch import Scratch
from quiescent.networks.architecture import Weights
from quiescent.networks.products import Products, rows
from quiescent.simulation.cross_entropy import CrossEntropyError, cross_entropy
from quiescent.simulation.episode import Episode, outputs, perform, prepare
from quiescent.simulation.gradient import gradient
from quiescent.simulation.members import Batch, Members
from quiescent.simulation.readout import DirectError, QuadraticError, ReadoutError
from quiescent.streams import Streams
from quiescent.tasks.codes import decoding_error


@torch.no_grad()
def loss_gradients(
    members: Members, batch: Batch, streams: Sequence[Streams], lanes: Lanes
) -> tuple[Float[Tensor, " member"], Weights]:
    """Compute the loss of every member on a batch, with noise from `streams`, and its gradient in every weight.

    The mean squared error is the mean over time, trials and cells of the squared difference between read-out and the
    code of the true variable; the cross-entropy is that of the read-out's softmax, the mean over time and trials.
    """
    steps, n_members, trials, _ = batch.path.shape
    size = steps * trials * (1 if members.has_softmax else members.n_cells)
    precision = getattr(torch, members.training.precision)

    def work(share: Share, scratch: Scratch) -> tuple[Tensor, Weights]:
        code = members.encode(share.member, batch.start[share.member, share.trials])
        network = members.network.member(share.member)
        episode = prepare(members, network.encode(code), batch.inputs, members.noise, streams, share, scratch)
        products = Products(precision, scratch)
        error = readout_error(members, share, episode, products, 1 / size)
        variable = batch.path[:, share.member, share.trials]
        to_start, found = gradient(episode, variable, error, products, scratch)
        found["encoder"] = to_start.mT @ code
        if "encoder_bias" in network.weights:
            found["encoder_bias"] = to_start.sum(-2)
        return error.total() / size, found

    losses = members.network.weights["recurrent"].new_zeros(n_members)
    gradients = {name: torch.zeros_like(weight) for name, weight in members.network.weights.items()}
    for share, (loss, found) in lanes.map(work, n_members, trials, members.network.units):
        losses[share.member] += loss
        for name, part in found.items():
            gradients[name][share.member] += part
    return losses, gradients


def readout_error(members: Members, share: Share, episode: Episode, products: Products, scale: float) -> ReadoutError:
    """Pick the error of the loss: of squared ones `QuadraticError`, if it needs less work than `DirectError`."""
    first, *others = members.codes_of(share.member)
    weights = episode.network.weights
    if members.has_softmax:
        return CrossEntropyError(weights, lambda variable: members.encode(share.member, variable), products, scale)
    if episode.output_noise is None and first.series:
        features, coefficients = first.series
        n_features, n_cells = coefficients.shape
        units = episode.states.shape[-1]
        alike = all(one.series and torch.equal(one.series.coefficients, coefficients) for one in others)
        if alike and 2 * units * (units + n_features) + n_features**2 < 3 * units * n_cells:
            return QuadraticError(weights, features, coefficients, scale)
    return DirectError(weights, lambda variable: members.encode(share.member, variable), products, scale)


@torch.no_grad()
def losses_and_errors(
    members: Members, batch: Batch, streams: Sequence[Streams], lanes: Lanes
) -> tuple[list[float], list[float]]:
    """Compute loss and mean squared decoding error of every member by their formulas, in the precision of states."""
    steps, n_members, trials, _ = batch.path.shape
    loss = cross_entropy if members.has_softmax else _mean_squared_error

    def work(share: Share, scratch: Scratch) -> list[tuple[float, float]]:
        start = members.start(share, batch.start)
        episode = prepare(members, start, batch.inputs, members.noise, streams, share, scratch)
        perform(episode)
        read, variable = outputs(episode), rows(batch.path[:, share.member, share.trials])
        if isinstance(share.member, int):
            read, variable = read[None], variable[None]
        part = read.shape[-2] / (steps * trials)
        spaces = [config.task.space for config in members.configs_of(share.member)]
        return [
            (
                part * loss(output, code.encode(truth)).item(),
                part * decoding_error(code, space, output, truth).item(),
            )
            for code, space, output, truth in zip(members.codes_of(share.member), spaces, read, variable, strict=True)
        ]

    sums = torch.zeros(2, n_members, dtype=torch.float64)
    for share, pairs in lanes.map(work, n_members, trials, members.network.units):
        sums[:, share.member] += torch.tensor(pairs, dtype=torch.float64).T.reshape(sums[:, share.member].shape)
    losses, errors = sums.tolist()
    return losses, errors


def _mean_squared_error(outputs: Float[Tensor, "row cell"], code: Float[Tensor, "row cell"]) -> Float[Tensor, ""]:
    return (outputs - code).square().mean()
