"""What needs more memory than there is says so before it starts, with both numbers; what could fit is left to try."""

import pytest
import torch

from quiescent import cli
from quiescent.errors import QuiescentError
from quiescent.evaluation.evaluate import measure
from quiescent.jobs.places import Local
from quiescent.machine import memory
from quiescent.studies.sweep.preview import preview_sweep
from quiescent.studies.sweep.run import run_sweep
from quiescent.terminal.commands.command import open_console
from quiescent.training.populations import require_training_memory, training_memory
from quiescent.training.train import train

LARGE = ["spatial_navigation/noisy_unbiased", "network.units=20000", "seed=0"]


@pytest.fixture
def has(monkeypatch):
    """Give this machine so many GB, of which so many are free."""

    def give(total, free):
        monkeypatch.setattr(memory, "total_memory", lambda: total * 1e9)
        monkeypatch.setattr(memory, "free_memory", lambda: free * 1e9)

    return give


def test_too_large_a_network_is_refused_with_what_it_needs_and_what_there_is(has, monkeypatch, capsys, tmp_path):
    has(16, 12)
    monkeypatch.chdir(tmp_path)
    message = r"network.units=20000: training needs at least 2\d.\d GB of memory, but this machine has 16.0 GB."
    monkeypatch.setattr("sys.argv", ["quiescent", "train", *LARGE, "--device", "cpu"])
    with pytest.raises(SystemExit):
        cli.main()
    assert capsys.readouterr().err.count("\n") == 1
    for sweep in (preview_sweep, run_sweep):
        with pytest.raises(QuiescentError, match=message):
            sweep(LARGE, open_console(), measures=["distance"], place=Local(device="cpu"))
    assert list(tmp_path.iterdir()) == []


def test_what_is_more_than_what_is_free_is_tried_with_a_warning(has, tiny):
    has(1, 1e-6)
    with pytest.warns(UserWarning, match=r"training needs at least 0.0 GB of memory; of 1.0 GB, 0.0 GB are free.$"):
        require_training_memory([tiny()], torch.device("cpu"))


def test_a_measure_that_cannot_fit_names_the_run(has, tiny, tmp_path):
    (run,) = train(tiny("training.batches=1"), tmp_path, device="cpu")
    has(1e-6, 1e-6)
    with pytest.raises(QuiescentError, match=f"^{run.folder}: measuring variance needs at least 0.0 GB of memory, but"):
        measure("variance", [run], device="cpu")
    assert not list(run.folder.glob("measures/*"))


@pytest.mark.parametrize(
    ("groups", "limits", "least"),
    [
        ("0::/a/b\n", {"a/memory.max": "5000000", "a/b/memory.max": "max"}, 5e6),
        ("4:cpu,memory:/a\n1:name=x:/\n", {"memory/a/memory.limit_in_bytes": "7000000\n"}, 7e6),
        ("0::/../x\n", {"memory.max": "9000000"}, 9e6),
        ("", {}, None),
    ],
)
def test_the_limit_of_a_job_or_container_counts_as_what_there_is(monkeypatch, tmp_path, groups, limits, least):
    physical = memory.total_memory()
    for name, text in {"groups": groups, **limits}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(memory, "GROUPS", tmp_path / "groups")
    monkeypatch.setattr(memory, "LIMITS", tmp_path)
    assert memory.total_memory() == least or (least is None and memory.total_memory() >= physical)
    assert 0 < memory.free_memory() < memory.total_memory() or least


def test_an_allocation_that_fails_in_numpy_is_one_line_too(monkeypatch, capsys):
    def fail():
        raise MemoryError("Unable to allocate 1 TiB")

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit):
        cli.main()
    assert capsys.readouterr().err.startswith("quiescent: not enough memory")


def test_populations_are_planned_as_before(tiny):
    config = tiny()
    states = (16 * 7 + 3 * 12) * 9 * 10
    assert training_memory(config) == 4 * (states + 5 * 16 * (16 + 2 + 24))
