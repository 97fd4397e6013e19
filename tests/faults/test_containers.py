"""Containers number their processes anew: in them a number of ours is nobody's, or somebody else's."""

import subprocess
import sys

import pytest

from quiescent.machine.lease import Held, leases

INSIDE = ["unshare", "--pid", "--fork", "--mount-proc"]
HOLD = """
import sys
from pathlib import Path
from quiescent.machine.lease import Held, leases
try:
    with leases([Path(sys.argv[1])]):
        print("held", flush=True)
        sys.stdin.readline()
except Held as error:
    print(error)
"""


@pytest.fixture
def inside(tmp_path):
    """Start a process in a container that wants the lease of a folder; it holds it until its input ends."""
    if subprocess.run([*INSIDE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no container could be made here")
    words = [*INSIDE, sys.executable, "-c", HOLD, str(tmp_path)]
    return lambda: subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_process_in_a_container_is_not_taken_for_dead_nor_are_those_outside(inside, tmp_path):
    with inside() as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(Held, match=r"is being worked on by process \d+ on "), leases([tmp_path]):
            pass
        process.stdin.close()
    with leases([tmp_path]), inside() as process:
        assert "is being worked on by process" in process.communicate()[0]
    assert list(tmp_path.iterdir()) == []
