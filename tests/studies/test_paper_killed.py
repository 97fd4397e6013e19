"""A paper that is killed goes on where it was."""

import signal
import time

import program
import psutil
from mini_paper import make_some_measures, stamps


def test_killed_while_it_measures_it_goes_on_where_it_was(tmp_path):
    out, said = tmp_path / "out", tmp_path / "said.txt"
    first = program.fork(make_some_measures, out, out=said, err=said)
    deadline = time.monotonic() + 240
    while not list(out.glob("runs/**/measures/*.nc")):
        assert first.poll() is None, said.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    others = psutil.Process(first.pid).children(recursive=True)
    first.send_signal(signal.SIGKILL)
    assert psutil.wait_procs(others, 120)[1] == []  # they end with it
    kept = stamps(out)
    assert not (out / "report" / "index.html").exists()
    second = program.finish(make_some_measures, out)
    assert second.returncode == 0, second.stderr
    after = stamps(out)
    finished = [path for path in kept if path.suffix in (".nc", ".safetensors") and not path.name.startswith(".")]
    assert finished
    assert {path: after[path] for path in finished} == {path: kept[path] for path in finished}
    assert (out / "report" / "index.html").exists()
