"""Leases: one holder at a time, and a dead one does not stay."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from quiescent.machine import lease
from quiescent.machine.lease import Held, Holder, holder, leases, noted


def elsewhere(folder, number=1, age=0.0, **changes):
    """A lease of a process on another machine, last renewed `age` seconds ago."""
    path = folder / f"lease_{number}.json"
    path.write_text(json.dumps(Holder("far", "another machine", 7, 1)._replace(**changes)._asdict()))
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_second_holder_is_refused_and_told_who_the_first_is(tmp_path):
    with leases([tmp_path]):
        assert holder(tmp_path).process == os.getpid()
        with pytest.raises(Held, match=rf"is being worked on by process {os.getpid()} on "), leases([tmp_path]):
            pass
    assert holder(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_all_leases_or_none(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    elsewhere(second)
    with pytest.raises(Held, match="process 7 on far"), leases([second, first]):
        pass
    assert list(first.iterdir()) == []


def test_of_many_that_want_a_dead_holders_lease_one_gets_it(tmp_path):
    together, got = threading.Barrier(16), []

    def want(_):
        together.wait()
        try:
            with leases([tmp_path]):
                got.append(1)
                time.sleep(0.2)
        except Held:
            pass

    for attempt in range(5):
        got.clear()
        elsewhere(tmp_path, number=attempt + 1, age=1000)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(want, range(16)))
        assert len(got) == 1
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("age", "lives"), [(0, True), (lease.EXPIRY - 5, True), (lease.EXPIRY + 5, False)])
def test_a_holder_on_another_machine_lives_as_long_as_it_renews(tmp_path, age, lives):
    elsewhere(tmp_path, age=age)
    assert (holder(tmp_path) is not None) == lives


def test_a_holder_whose_process_is_gone_from_this_machine_is_dead_at_once(tmp_path):
    script = "import sys, time; from pathlib import Path; from quiescent.machine.lease import leases\n"
    script += "with leases([Path(sys.argv[1])]): print('held', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    assert holder(tmp_path).process == process.pid
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie is dead too
    assert holder(tmp_path) is None
    process.communicate()
    with leases([tmp_path]):
        assert [path.name for path in tmp_path.glob("lease_*")] == ["lease_2.json"]


def test_another_process_of_the_same_number_is_not_the_holder(tmp_path):
    mine = lease._myself()
    elsewhere(tmp_path, machine=mine.machine, process=mine.process, began=mine.began - 1)
    assert holder(tmp_path) is None


def test_a_holder_renews_its_lease_and_says_how_far_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "BEAT", 0.01)
    with leases([tmp_path]) as (held,):
        (path,) = tmp_path.iterdir()
        os.utime(path, (0, 0))
        held.note(123)
        deadline = time.monotonic() + 20
        while noted(tmp_path).note != 123:
            assert time.monotonic() < deadline
        assert path.stat().st_mtime > 1e9
        assert len(path.read_bytes()) == lease.SIZE  # rewritten in place, whatever the note


def test_a_holder_that_was_taken_for_dead_is_told_and_does_not_come_back(tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "BEAT", 0.01)
    with leases([tmp_path]) as (held,):
        (path,) = tmp_path.iterdir()
        path.unlink()
        elsewhere(tmp_path, number=2)
        time.sleep(0.1)
        assert not path.exists()
        with pytest.raises(Held, match="was taken over by process 7 on far"):
            held.require()
    assert holder(tmp_path).host == "far"


def test_who_waits_gets_it_when_it_is_free_and_who_gives_up_does_not(tmp_path):
    path = elsewhere(tmp_path)
    threading.Timer(0.3, path.unlink).start()
    began = time.monotonic()
    with leases([tmp_path], wait=lambda: True):
        assert time.monotonic() - began > 0.25
    elsewhere(tmp_path)
    patience = iter([True, False])
    with pytest.raises(Held), leases([tmp_path], wait=lambda: next(patience)):
        pass


def test_who_looked_long_ago_does_not_take_over_again(tmp_path, monkeypatch):
    """A takes a dead lease over, works and releases; B, which saw the dead lease before that, must not succeed late."""
    elsewhere(tmp_path, age=1000)
    see = lease._newest
    stale = see(tmp_path)
    with leases([tmp_path]):
        pass
    monkeypatch.setattr(lease, "_newest", lambda _: stale)
    monkeypatch.setattr(lease, "_living", lambda _: None)
    assert lease._take(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_says_nothing_is_a_lease_that_was_just_made(tmp_path):
    (tmp_path / "lease_1.json").touch()
    assert holder(tmp_path).host == "an unknown host"
    os.utime(tmp_path / "lease_1.json", (0, 0))
    assert holder(tmp_path) is None
