"""The Slurm that tests start behaves as Slurm does, and leaves nothing behind."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slurm_node import Cluster, available, cluster

pytestmark = pytest.mark.skipif(available() is not None, reason=available() or "")


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("slurm")) as found:
        yield found


def run(slurm: Cluster, *words: str) -> str:
    environment = os.environ | slurm.environment
    return subprocess.run(words, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def submit(slurm: Cluster, script: str, *words: str) -> str:
    return run(slurm, "sbatch", "--parsable", "--output=/dev/null", *words, f"--wrap={script}")


def state(slurm: Cluster, job: str) -> str:
    return run(slurm, "squeue", "--noheader", "--states=all", f"--job={job}", "--format=%T")


def wait(ready: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_two_jobs_run_at_once_and_a_third_waits(slurm: Cluster, tmp_path: Path) -> None:
    jobs = [submit(slurm, f"touch {tmp_path}/{number}; exec sleep 60") for number in range(3)]
    wait(lambda: (tmp_path / "0").exists() and (tmp_path / "1").exists())
    assert [state(slurm, job) for job in jobs] == ["RUNNING", "RUNNING", "PENDING"]
    run(slurm, "scancel", *jobs)
    wait(lambda: not run(slurm, "squeue", "--noheader"))
    assert {state(slurm, job) for job in jobs} == {"CANCELLED"}


def test_cancelled_and_requeued_processes_are_asked_to_end(slurm: Cluster, tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = f"trap 'echo asked >> {log}; wait; exit' TERM; echo began >> {log}; sleep 60 & wait"
    job = submit(slurm, f'exec bash -c "{script}"')
    wait(lambda: log.exists() and log.read_text() == "began\n")
    run(slurm, "scontrol", "requeue", job)
    wait(lambda: log.read_text() == "began\nasked\nbegan\n")
    run(slurm, "scancel", job)
    wait(lambda: log.read_text() == "began\nasked\nbegan\nasked\n")
    wait(lambda: state(slurm, job) == "CANCELLED")


def test_a_job_whose_process_is_killed_has_failed(slurm: Cluster, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    job = submit(slurm, f"sleep 60 & echo $! > {pid}; wait $!")
    wait(lambda: pid.exists() and pid.read_text())
    os.kill(int(pid.read_text()), signal.SIGKILL)
    wait(lambda: state(slurm, job) == "FAILED")


def test_an_unknown_partition_is_refused(slurm: Cluster) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failure:
        submit(slurm, "true", "--partition=nowhere")
    assert "invalid partition specified: nowhere" in failure.value.stderr


def test_nothing_is_left_not_even_of_jobs_that_will_not_end() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's folders are too long for Slurm's sockets
        folder = Path(name).resolve()
        for _ in range(2):  # in the same folder, too
            with cluster(folder) as slurm:
                pids = folder / "pids"
                stubborn = f"trap '' TERM; echo $$ > {pids}; setsid sleep 60 & sleep 60; sleep 60"
                submit(slurm, stubborn)
                wait(lambda: pids.exists() and pids.read_text())  # noqa: B023
                pids.unlink()
            setting = f"SLURM_CONF={folder}/slurm.conf".encode()
            wait(lambda: not _with(setting), 2)  # noqa: B023


def _with(setting: bytes) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if setting in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found
