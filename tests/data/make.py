"""Train, kill and measure a few tiny networks. Run by version 0.1, whose folders later versions go on reading.

python make.py OUT writes `OUT/{vanilla,heading,gru,finished,unfinished}/seed_0`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import quiescent

PLACES = ["task.place_cells.number=12"]
SMALL = [
    *("seed=0", "network.units=8", "task.steps=10", "training.batches=40", "training.batch_size=20"),
    *("training.save_every=10", "training.test_every=4", "training.learning_rate=0.01"),
]
ALL = ["kl", "displacement", "variance", "distance", "order", "validity"]
FOLDERS = {
    "vanilla": ("spatial_navigation/noisy_unbiased", PLACES, ALL),
    "heading": ("head_direction/noisy_unbiased", ["task.hd_cells.number=12"], ["kl", "variance", "order", "validity"]),
    "gru": ("spatial_navigation/noisy_biased_gru", PLACES, ["kl", "variance"]),
    "finished": ("spatial_navigation/no-noise_unbiased", PLACES, ["kl", "displacement"]),
}
KILLED = """
import os, signal, sys, quiescent
kill = lambda progress: progress.batch == 29 and os.kill(os.getpid(), signal.SIGKILL)
quiescent.train(quiescent.load_config(*sys.argv[2:]), sys.argv[1], device="cpu", on_progress=kill)
"""


def main(out: Path) -> None:
    unfinished = out / "unfinished"
    name, words, _ = FOLDERS["finished"]
    subprocess.run([sys.executable, "-c", KILLED, str(unfinished), name, *SMALL, *words], check=False)
    for lease in unfinished.glob("seed_0/lease_*"):
        lease.unlink()  # it names the machine
    shutil.copytree(unfinished, out / "finished")
    for folder, (name, words, measures) in FOLDERS.items():
        (run,) = quiescent.train(quiescent.load_config(name, *SMALL, *words), out / folder, device="cpu")
        for measure in measures:
            quiescent.evaluate(measure, [run], device="cpu")
        for checkpoint in run.checkpoints()[:-1]:
            checkpoint.unlink()  # the last one is enough, and they are large


if __name__ == "__main__":
    main(Path(sys.argv[1]))
