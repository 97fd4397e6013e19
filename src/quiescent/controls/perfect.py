"""Perfect: a network of the same size, noise and sizes of states as a trained one, which obeys the theory exactly."""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.controls.behaviour import true_paths
from quiescent.controls.eq18 import Denoiser, Now
from quiescent.controls.manifold import component_stds, manifold
from quiescent.controls.noise import noise_of, with_noise
from quiescent.controls.watch import Piece, in_lanes, watch
from quiescent.machine.lanes import Share
from quiescent.quiescence.activity import Active, Activity, Kicked, Kicks, Rest
from quiescent.quiescence.kicked import LAGS
from quiescent.quiescence.leak import leak_of
from quiescent.quiescence.observe import observe
from quiescent.quiescence.resting import CHUNK, rest_noise
from quiescent.quiescence.starts import starts_of
from quiescent.recordings.parts import Part
from quiescent.simulation.members import Batch, Members, sample
from quiescent.streams import Purpose, open_streams, stream

AWAKE = Active(trials=200, states=True)  # of the trained networks, whose states have the sizes that are wanted
LEAST = 0.1  # of the noise's standard deviation: components that vary less are left out


@torch.no_grad()
def denoisers(members: Members, *, removed: float = 1.0) -> list[Denoiser]:
    """Make a perfect network like every trained one.

    `removed` is the fraction that one update removes of what is off the manifold; eq. 18 removes all of it.
    A network that was trained without noise gets a perfect one for the noise of its task.
    """
    awake, kept = observe(members, AWAKE), 1 - leak_of(members.network)
    # White noise in leaky states: the variance after every step, in units of one step's, on average over a trial.
    remaining = float(np.cumsum(kept ** (2 * np.arange(len(awake[0].decoded)))).mean())
    made = []
    for member, noise in enumerate(with_noise(members).noise):
        config, states = members.configs[member], awake[member].states
        assert states is not None
        floor = members.noise[member].recurrent_std ** 2 * remaining
        stds = component_stds(torch.from_numpy(states).flatten(0, 1), floor, (LEAST * noise.recurrent_std) ** 2)
        clean = manifold(
            members.codes[member],
            config.task.space,
            true_paths(config),
            stds,
            noise.recurrent_std,
            members.network.units,
            stream(config.seed[0], "measure", block=2),
        )
        made.append(
            Denoiser(clean.to(members.network.dtype), noise.recurrent_std, noise.recurrent_mean, removed=removed)
        )
    return made


@torch.no_grad()
def rest(members: Members, phase: Rest, *, removed: float = 1.0) -> list[Activity]:
    """Rest from the network's starts with its noise; walls reflect."""
    networks, starts = denoisers(members, removed=removed), starts_of(members, phase).cpu()
    noise, members = rest_noise(with_noise(members), phase), members.to("cpu")

    def work(member: int, share: Share) -> Activity:
        network = networks[member]
        sampled = noise_of(members, share, "quiescent", noise, phase.steps)
        seen = wander(network, network.begin(starts[member, share.trials]), sampled)
        pieces = (Piece(network.readout(now.states), now.states) for now in seen)
        return watch(members, member, phase, pieces, noise[member])

    return in_lanes(members, phase.trials, work)


@torch.no_grad()
def active(members: Members, phase: Active, *, removed: float = 1.0) -> list[Activity]:
    """Do the network's trials with the noise of its training."""
    purpose: Purpose = "again" if phase.again else "active"
    networks, batch = denoisers(members, removed=removed), _trials(members, purpose, phase.trials, phase.part)
    noise, members = with_noise(members).noise, members.to("cpu")

    def work(member: int, share: Share) -> Activity:
        network = networks[member]
        now = _awake(network, batch, share, noise_of(members, share, purpose, noise, len(batch.path)))
        pieces = (Piece(network.readout(states), states) for states in torch.split(now.states, CHUNK))
        seen = watch(members, member, phase, pieces, noise[member])
        drift = None
        if phase.drift:
            rows = zip(now.states, now.places, strict=True)
            drift = torch.stack([network.update(Now(*row)).states - row[0] for row in rows]).numpy()
        return seen._replace(truth=batch.path[:, member, share.trials].numpy(), drift=drift)

    return in_lanes(members, phase.trials, work)


@torch.no_grad()
def kicked(members: Members, phase: Kicked, *, removed: float = 1.0) -> list[Activity]:
    """Kick the states at the end of active trials by one step's noise, as networks are kicked."""
    networks, batch = denoisers(members, removed=removed), _trials(members, "kicked", phase.trials)
    noise, members = with_noise(members).noise, members.to("cpu")

    def work(member: int, share: Share) -> Activity:
        network = networks[member]
        *sampled, kick = noise_of(members, share, "kicked", noise, len(batch.path) + 1, at_once=1)
        now = _awake(network, batch, share, sampled)
        states, places = now.states[-1:], now.places[-1:]
        piece = Piece(network.readout(states), states)
        seen = watch(members, member, Active(phase.trials, states=True), [piece], noise[member])
        kicks = _follow(network, Now(states[0], places[0]), kick[0] - network.noise_mean)
        return seen._replace(truth=batch.path[-1:, member, share.trials].numpy(), quality=None, kicks=kicks)

    return in_lanes(members, phase.trials, work)


def wander(
    network: Denoiser,
    now: Now,
    noise: Iterable[Float[Tensor, "piece trial unit"]],
    moves: Float[Tensor, "time trial dim"] | None = None,
) -> Iterator[Now]:
    """Run a perfect network, moved by its input or left alone, and give its states by pieces as long as the noise's.

    States take the place of the noise.
    """
    step = 0
    for states in noise:
        places = []
        for after in states:
            clean = network.update(now, None if moves is None else moves[step], reflect=moves is None)
            now = Now(after.add_(clean.states), clean.places)
            places.append(now.places)
            step += 1
        yield Now(states, torch.stack(places))


def _trials(members: Members, purpose: Purpose, trials: int, part: Part = "held_out") -> Batch:
    """Sample the trials that networks have in a phase."""
    streams = [open_streams(seed, purpose, trials, members.network.device) for seed in members.seeds]
    return Batch(*(array.cpu() for array in sample(members, trials, streams, part)))


def _awake(network: Denoiser, batch: Batch, share: Share, noise: Iterable[Tensor]) -> Now:
    """Run a perfect network through its share of the trials; the input is how far they truly move."""
    start, path = batch.start[share.member, share.trials], batch.path[:, share.member, share.trials]
    moves = network.manifold.space.difference(path, torch.cat([start[None], path[:-1]]))
    pieces = wander(network, network.begin(start), noise, moves)
    return Now(*(torch.cat(parts) for parts in zip(*pieces, strict=True)))


def _follow(network: Denoiser, base: Now, kick: Float[Tensor, "trial unit"]) -> Kicks:
    """Run two copies alone, with the mean of the noise as all there is of it, and take differences at the lags."""
    pair, states, outputs = [base, Now(base.states + kick, base.places)], [], []
    for lag in range(max(LAGS) + 1):
        if lag:
            after = [network.update(now) for now in pair]
            pair = [Now(now.states + network.noise_mean, now.places) for now in after]
        if lag in LAGS:
            one, other = (now.states for now in pair)
            states.append(other - one)
            outputs.append(network.readout(other) - network.readout(one))
    return Kicks(np.array(LAGS), torch.stack(states).numpy(), torch.stack(outputs).numpy())
