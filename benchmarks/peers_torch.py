"""Train as contestants do: this package, the textbook and the compiled textbook; see `contest`."""

import sys

import numpy as np
import parts
import textbook
import torch
from taking_turns import problem, take_turns

from quiescent.config.load import load_config
from quiescent.config.schema import Config
from quiescent.machine.lanes import Lanes
from quiescent.simulation.loss import loss_gradients
from quiescent.simulation.members import sample
from quiescent.streams import open_streams
from quiescent.training.state import adam


def ours(folder: str, config: Config) -> None:
    """Take turns with this package's batch."""
    members = parts.members_of(config)
    optimizer = adam(members)
    streams = [open_streams(0, "training", config.training.batch_size, parts.CPU)]
    trials = sample(members, config.training.batch_size, streams)
    with Lanes(parts.CPU) as lanes:
        losses, gradients = loss_gradients(members, trials, streams, lanes)
        shown = {"loss": losses[0].numpy()} | {name: value[0].numpy() for name, value in gradients.items()}

        def batch() -> float:
            losses, gradients = loss_gradients(members, trials, streams, lanes)
            for name, weight in members.network.weights.items():
                weight.grad = gradients[name]
            optimizer.step()
            return losses.item()

        batch()
        take_turns(folder, shown, f"torch {torch.__version__}", batch)


def textbooks(folder: str, config: Config, *, compiled: bool) -> None:
    """Take turns with the textbook's batch, as it stands or with its step compiled."""
    given = {name: torch.from_numpy(array) for name, array in problem(folder).items()}
    network, optimizer, cells = parts.textbook_of(config)
    if compiled:  # all of its loop at once would take many minutes to compile
        network.step = torch.compile(network.step, dynamic=False)
    path = torch.cat([given["start"][None], given["path"]]).transpose(0, 1)
    inputs, width = given["inputs"].transpose(0, 1), float(given["width"])
    encode = textbook.heading_code if given["heading"] else textbook.place_code
    loss, _ = textbook.train_batch(
        network, optimizer, inputs, encode(path, cells, width), given["noise"].transpose(0, 1)
    )
    shown = {"loss": np.array(loss)}
    for name in ("encoder", "input", "recurrent", "output"):
        shown[name] = getattr(network, name).weight.grad.numpy().copy()

    def batch() -> float:
        return textbook.train_batch(network, optimizer, inputs, encode(path, cells, width))[0]

    batch()
    take_turns(folder, shown, f"torch {torch.__version__}", batch)


if __name__ == "__main__":
    contestant, folder, *words = sys.argv[1:]
    config = load_config(*words)
    if contestant == "quiescent":
        ours(folder, config)
    else:
        textbooks(folder, config, compiled=contestant == "compiled")
