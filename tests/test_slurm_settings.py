"""What an allocation is, in Parsl's terms and in sbatch's."""

import pytest

from quiescent.errors import QuiescentError
from quiescent.jobs.allocations import slurm_config
from quiescent.jobs.slurm import SlurmSettings, split_slurm


def configured(tmp_path, *words):
    _, settings = split_slurm(words, "slurm")
    (executor,) = slurm_config(settings, 3, tmp_path).executors
    return executor


@pytest.mark.parametrize(
    ("words", "workers"), [((), 1), (("cpus=16",), 16), (("gpus=4",), 4), (("gpus=2", "cpus=8"), 2)]
)
def test_every_core_or_every_gpu_gets_a_worker(tmp_path, words, workers):
    executor = configured(tmp_path, *words)
    assert executor.workers_per_node == workers
    assert executor.provider.max_blocks == 3
    assert len(executor.available_accelerators) == (workers if "gpus" in "".join(words) else 0)


@pytest.mark.parametrize(
    ("time", "limit"), [("08:00:00", "08:00:00"), ("2-01:30:00", "49:30:00"), ("0-00:10:00", "00:10:00")]
)
def test_time_limits_may_have_days(tmp_path, time, limit):
    assert configured(tmp_path, f"time={time}").provider.walltime == limit


def test_more_options_reach_sbatch_as_they_are_typed(tmp_path):
    options = configured(tmp_path, "options=--reservation mine --nice --comment=it's").provider.scheduler_options
    assert "#SBATCH --reservation mine --nice --comment=it's\n" in options


def test_no_address_is_asked_for_on_the_internet(tmp_path, monkeypatch):
    monkeypatch.setattr("parsl.executors.high_throughput.executor.get_all_addresses", lambda: pytest.fail("asked"))
    assert "127.0.0.1" in configured(tmp_path).all_addresses
    assert configured(tmp_path, "address=10.0.0.1").all_addresses == {"10.0.0.1"}


def test_words_of_an_allocation_are_parted_from_the_others():
    words = ["spatial_navigation/noisy_unbiased", "cpus=4", "network.units=8", "time=00:10:00"]
    others, settings = split_slurm(words, "slurm")
    assert others == [words[0], words[2]]
    assert settings == SlurmSettings(cpus=4, time="00:10:00")
    with pytest.raises(QuiescentError, match="'cpus' is a setting of --on slurm; here --on is local"):
        split_slurm(words, "local")
