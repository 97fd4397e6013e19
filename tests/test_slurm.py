"""A sweep on a real Slurm of one node: a cancelled job, a killed worker, a requeued job, and all is done in the end."""

import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from slurm_node import available, cluster
from sweeping import NOISY, QUICK, SMALL, driver, holders, said, sweep, until, weights
from trained import trained

from quiescent.config.load import load_config
from quiescent.config.naming import label
from quiescent.runs.run import all_runs

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))
WORDS = [NOISY, "seed=0,1", *SMALL, "training.batches=7000", "training.save_every=100"]


@pytest.fixture
def slurm(monkeypatch):
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder)) as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


def running():
    """Numbers of the jobs that run."""
    listed = subprocess.run(
        ["squeue", "--noheader", "--states=R", "--format=%A"], capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


def test_whatever_happens_to_its_jobs_a_sweep_on_slurm_ends_with_the_same_weights(slurm, tmp_path):
    words = [*WORDS, "--on", "slurm", f"partition={slurm.partition}", "time=00:10:00", "address=127.0.0.1"]
    with driver(tmp_path, *words, "--jobs", "2", "--out", "out") as process:

        def at_work(least):
            """Allocations and workers, once so many are at work and getting on."""

            def found():
                before = sum(run.batches_done() for run in all_runs(tmp_path))
                time.sleep(0.5)
                assert process.poll() is None, said(tmp_path)
                further = sum(run.batches_done() for run in all_runs(tmp_path)) > before
                return len(running()) >= least and len(set(holders(tmp_path))) >= least and further

            until(found)
            return running(), holders(tmp_path)

        _, workers = at_work(2)
        os.kill(workers[0], signal.SIGKILL)
        jobs, _ = at_work(2)
        subprocess.run(["scancel", jobs[0]], check=True)
        until(lambda: jobs[0] not in running())
        jobs, _ = at_work(1)
        subprocess.run(["scontrol", "requeue", jobs[-1]], check=True)
        assert process.wait(300) == 0, said(tmp_path)
    assert int(re.search(r"(\d+) time\(s\) a job was killed or stopped, and went on", said(tmp_path))[1]) >= 2
    until(lambda: not running())  # allocations are given back
    config = load_config(NOISY, *WORDS[1:])
    trained(config, tmp_path / "whole" / "runs" / label(config))
    assert weights(tmp_path / "out") == weights(tmp_path / "whole")


def test_a_folder_of_whatever_signs_works_and_none_of_them_is_run(slurm, tmp_path):
    folder = tmp_path / "a b $(touch run) `touch run` ;touch run; {x} {} %j 'it' \"q\" #& *? é ="
    folder.mkdir()
    for words in (["seed=0"], ["seed=0,1"]):  # the second in a folder that Parsl knows
        done = sweep(folder, NOISY, *words, *QUICK, "--on", "slurm", "--jobs", "1", "--out", "out")
        assert done.returncode == 0, done.stderr
    assert len(all_runs(folder)) == 2
    assert not list(tmp_path.rglob("run"))
    logs = list(folder.glob("out/engine/*/submit_scripts/*.stdout"))
    assert len(logs) == 2
    until(lambda: not running())


def test_ctrl_c_saves_gives_allocations_back_and_the_same_command_goes_on(slurm, tmp_path):
    words = [*WORDS, "--on", "slurm", f"partition={slurm.partition}", "address=127.0.0.1", "--out", "out"]
    with driver(tmp_path, *words, "--jobs", "1") as process:
        until(lambda: any(run.batches_done() > 100 for run in all_runs(tmp_path)))
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 2
    until(lambda: not running())
    assert "stopped and saved" in said(tmp_path)
    until(lambda: not holders(tmp_path))
    done = sum(run.batches_done() for run in all_runs(tmp_path))
    assert 100 < done < 2 * 7000


def test_a_partition_that_there_is_not_is_told_in_the_words_of_slurm(slurm, tmp_path):
    done = sweep(tmp_path, *WORDS, "--on", "slurm", "partition=nowhere", "address=127.0.0.1")
    assert done.returncode == 2
    assert "no workers could be started" in done.stderr
    assert "invalid partition specified: nowhere" in done.stderr
    assert done.stderr.count("\n") == 1


def test_when_what_hands_out_jobs_dies_the_driver_says_so_and_leaves_nothing_behind(slurm, tmp_path):
    words = [*WORDS, "--on", "slurm", f"partition={slurm.partition}", "address=127.0.0.1", "--out", "out"]
    with driver(tmp_path, *words, "--jobs", "1") as process:
        until(lambda: any(run.batches_done() > 100 for run in all_runs(tmp_path)))
        (interchange,) = psutil.Process(process.pid).children()
        interchange.kill()
        assert process.wait(30) == 1
    assert "Parsl's interchange ended unexpectedly; give the same command again" in said(tmp_path)
    until(lambda: not running())
    until(lambda: not any(psutil.pid_exists(one) for one in holders(tmp_path)))
