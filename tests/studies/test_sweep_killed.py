"""Kills at random moments, and another process at work on a run, change no weight."""

import contextlib
import os
import random
import re
import signal
import time

import psutil
from sweeping import NOISY, QUICK, SMALL, driver, said, sweep, until, weights

from quiescent.config.load import load_config
from quiescent.config.naming import label
from quiescent.machine import lease
from quiescent.runs.open import open_runs
from quiescent.runs.run import all_runs
from quiescent.training.loop import train_together


def test_a_hundred_kills_change_no_weight(tmp_path):
    batches = 1200
    words = [NOISY, "seed=0..3", *SMALL, f"training.batches={batches}", "training.save_every=10"]
    random_moments = random.Random(0)
    kills, hit = 0, dict.fromkeys((f"seed_{seed}" for seed in range(4)), 0)
    with driver(tmp_path, *words, "--jobs", "2", "--out", "killed") as process:
        while process.poll() is None and kills < 100:
            runs = all_runs(tmp_path)
            done = {run.folder.name: run.batches_done() for run in runs}
            hurry = sum(done.values()) > kills / 100 * 4 * batches
            time.sleep(random_moments.uniform(0, 0.02 if hurry else 0.3))
            held = [(run.folder.name, holder) for run in runs if (holder := lease.noted(run.folder)) is not None]
            victims = [one for one in held if not hurry or done[one[0]] > hit[one[0]]]  # in a hurry, none in vain
            with contextlib.suppress(ProcessLookupError, IndexError):
                name, holder = random_moments.choice(victims)
                os.kill(holder.process, signal.SIGKILL)
                kills, hit[name] = kills + 1, done[name]
        assert process.wait(300) == 0, said(tmp_path)
    assert kills == 100
    retries = int(re.search(r"(\d+) time\(s\) a job was killed or stopped, and went on", said(tmp_path))[1])
    assert kills - 15 <= retries <= kills  # two in a row may hit one process, or one that had done its work
    assert sweep(tmp_path, *words, "--jobs", "2", "--out", "whole").returncode == 0
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")


def test_a_run_that_another_process_trains_is_waited_for(tmp_path):
    config = load_config(NOISY, "seed=0", *QUICK)
    (run,) = open_runs(config, tmp_path / "out" / "runs" / label(config))
    with contextlib.ExitStack() as stack:
        drivers = []

        def begin_a_sweep(progress):
            if progress.batch == 1:
                drivers.append(stack.enter_context(driver(tmp_path, NOISY, "seed=0", *QUICK, "--out", "out")))
                until(lambda: len(psutil.Process(drivers[0].pid).children(recursive=True)) == 2)
                time.sleep(1)  # its worker and what that forked, which looks every half second
                assert drivers[0].poll() is None
                assert run.batches_done() == 0

        train_together([run], on_progress=begin_a_sweep)
        assert drivers[0].wait(60) == 0, said(tmp_path)
    assert run.finished()
