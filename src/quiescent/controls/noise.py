"""Recurrent noise of one network, as it receives it in a phase."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from jaxtyping import Float
from torch import Tensor

from quiescent.config.load import task_noise
from quiescent.config.schema import Config
from quiescent.machine.lanes import Share
from quiescent.networks import NoiseLevels
from quiescent.quiescence.resting import CHUNK
from quiescent.simulation.members import Members
from quiescent.simulation.noise import fill_noise
from quiescent.streams import Purpose, open_streams


def noise_of(
    members: Members, share: Share, purpose: Purpose, noise: Sequence[NoiseLevels], steps: int, at_once: int = CHUNK
) -> Iterator[Float[Tensor, "time trial unit"]]:
    """Sample the recurrent noise of a share, some steps at a time, from the streams that the network's noise has."""
    like, trials = members.network.weights["output"], share.trials
    streams = [open_streams(seed, purpose, trials.stop, like.device) for seed in members.seeds]
    stds = [levels.recurrent for levels in noise]
    for begin in range(0, steps, at_once):
        out = like.new_zeros(min(at_once, steps - begin), trials.stop - trials.start, members.network.units)
        fill_noise(out, stds, noise, streams, share)
        yield out


def with_noise(members: Members) -> Members:
    """Give networks that were trained without noise the noise of their task, to make controls for them."""

    def noisy(config: Config) -> Config:
        if config.network.sigma2_rec:
            return config
        network = config.network.model_copy(update={"sigma2_rec": task_noise(config)})
        return config.model_copy(update={"network": network})

    return replace(members, configs=tuple(noisy(config) for config in members.configs))
