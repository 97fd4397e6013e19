"""Failures that change nothing in what a sweep ends with: kills, signals, full disks, damaged files."""

import contextlib
import os
import re
import signal
import subprocess

import psutil
import pytest
from sweeping import LONG, NOISY, driver, holders, paused, said, sweep, until, weights

from quiescent.runs.run import all_runs


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    done = sweep(folder, NOISY, "seed=0..3", *LONG, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    return weights(folder)


def test_whatever_stops_it_the_same_command_goes_on_to_the_same_weights(tmp_path, undisturbed):
    words = [NOISY, "seed=0..3", *LONG, "--jobs", "2"]

    def done():
        return sum(run.batches_done() for run in all_runs(tmp_path))

    def at_work(before):
        """Both processes that train, once they got further."""
        until(lambda: len(holders(tmp_path)) == 2 and done() > before + 20)
        return holders(tmp_path)

    before = 0
    for stop in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM):
        with driver(tmp_path, *words) as process:
            victims = at_work(before)
            process.send_signal(stop)
            assert process.wait(60) != 0
            until(lambda: not any(psutil.pid_exists(one) for one in victims))  # noqa: B023 - it takes its workers with it
        before = done()
        assert before < 4 * 800
        assert ("stopped and saved with" in said(tmp_path)) == (stop != signal.SIGKILL)
    with driver(tmp_path, *words) as process:
        for stop in (signal.SIGUSR2, signal.SIGTERM):
            for victim in at_work(done()):
                os.kill(victim, stop)
        assert process.wait(120) == 0, said(tmp_path)
    assert re.search(r"[2-4] time\(s\) a job was killed or stopped, and went on", said(tmp_path))
    assert weights(tmp_path) == undisturbed


def test_of_two_drivers_one_works_and_the_other_says_who(tmp_path, undisturbed):
    words = [NOISY, "seed=0..3", *LONG, "--jobs", "2"]
    with driver(tmp_path, *words) as first:
        training = until(lambda: len(holders(tmp_path)) == 2 and holders(tmp_path))
        with paused(training):  # so that the first is still at work, however slowly the second starts
            second = sweep(tmp_path, *words)
        assert second.returncode == 2
        assert re.search(rf"is being worked on by process {first.pid} on \S+\.$", second.stderr.strip())
        assert first.wait(120) == 0
    assert weights(tmp_path) == undisturbed


@pytest.fixture
def small_disk(tmp_path):
    """A file system of few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system could be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(path):
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


def test_a_full_disk_is_a_clear_error_and_work_goes_on_when_there_is_space(small_disk, tmp_path, undisturbed):
    words = [NOISY, "seed=0,1", *LONG, "--jobs", "2", "--out", str(small_disk)]
    filler = small_disk / "filler"
    with driver(tmp_path, *words) as process:
        until(lambda: len(all_runs(small_disk)) == 2 and all(run.batches_done() > 20 for run in all_runs(small_disk)))
        with paused(holders(small_disk)):  # neither ends before the disk is full
            fill(filler)
        assert process.wait(120) != 0
    assert "no space left on the device" in said(tmp_path)
    assert "Traceback" not in said(tmp_path)
    assert all(run.batches_done() > 0 for run in all_runs(small_disk))
    assert not all(run.finished() for run in all_runs(small_disk))
    filler.unlink()
    done = sweep(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert "failed" not in done.stdout
    seeds = weights(small_disk)
    assert len(seeds) == 2
    assert {name: undisturbed[name] for name in seeds} == seeds


def test_a_damaged_checkpoint_is_told_and_the_one_before_is_used(tmp_path, undisturbed):
    words = [NOISY, "seed=0..3", *LONG, "--jobs", "2"]
    with driver(tmp_path, *words):
        until(lambda: any(run.batches_done() > 40 for run in all_runs(tmp_path)))
    until(lambda: not any(psutil.pid_exists(one) for one in holders(tmp_path)))
    run = max(all_runs(tmp_path), key=lambda one: one.batches_done())
    newest = run.checkpoints()[-1]
    newest.write_bytes(newest.read_bytes()[:-100])
    done = sweep(tmp_path, *words)
    assert done.returncode == 0
    assert re.search(rf"{newest.name} is damaged .*: kept as {newest.name}.damaged; training goes on from", done.stdout)
    assert weights(tmp_path) == undisturbed
