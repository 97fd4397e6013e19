"""What reaches a shell of a cluster is quoted; what cannot be is refused in one line before anything is submitted."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from quiescent.errors import QuiescentError
from quiescent.jobs import allocations
from quiescent.jobs.allocations import require_submittable, slurm_config
from quiescent.jobs.slurm import SlurmSettings, split_slurm

HOSTILE = "a b $(id) `id` ;id; {x} {} {block_id} %j 'it' \"q\" #& é"


def test_folders_reach_the_command_of_workers_letter_by_letter(tmp_path):
    (executor,) = slurm_config(SlurmSettings(), 1, tmp_path).executors
    executor.run_dir, executor.cert_dir, executor.logconf_path = HOSTILE, f"{HOSTILE}/certificates", None
    executor.initialize_scaling()
    words = shlex.split(executor._get_launch_command("7"))
    assert words[words.index("--cert_dir") + 1] == f"{HOSTILE}/certificates"
    assert f"--logdir={HOSTILE}/slurm" in words
    assert "--block_id=7" in words


def test_a_script_is_submitted_by_a_quoted_path(tmp_path, monkeypatch):
    (tmp_path / "sbatch").write_text(f"#!{sys.executable}\nimport sys\nprint('Submitted batch job', sys.argv[1:])\n")
    (tmp_path / "sbatch").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    folder = tmp_path / HOSTILE
    folder.mkdir()
    (executor,) = slurm_config(SlurmSettings(), 1, tmp_path).executors
    executor.provider.script_dir = str(folder)
    executor.provider.submit("true", 1)
    (script,) = folder.iterdir()
    assert executor.provider.execute_wait(f"sbatch {script}")[1].strip() == f"Submitted batch job {[str(script)]}"
    log = str(script).replace("%", "%%").replace('"', '\\"')
    assert f'#SBATCH --output="{log}.stdout"\n' in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["two\nlines", "nul\0", "not \udcff unicode", "back\\slash", "br[a]cket"])
def test_a_folder_that_cannot_be_quoted_is_refused_in_one_line(name):
    with pytest.raises(QuiescentError, match="cannot be named in a job's script") as caught:
        require_submittable(SlurmSettings(), Path(name) / "engine")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("address", ["login1", "localhost", "10.0.0", "256.1.1.1", "198.51.100.7", "$(id)", "::1"])
def test_an_address_that_this_machine_does_not_have_is_refused_with_those_that_it_has(monkeypatch, address):
    monkeypatch.setattr(allocations, "_addresses", lambda: {"127.0.0.1", "10.0.0.5"})
    message = f"address={address}: must be one of this machine's, 10.0.0.5, 127.0.0.1."
    with pytest.raises(QuiescentError) as caught:
        require_submittable(SlurmSettings(address=address), Path("out"))
    assert str(caught.value) == message
    require_submittable(SlurmSettings(address="10.0.0.5"), Path("out"))


@pytest.mark.parametrize(
    "word",
    [
        "partition=a\nrm -r runs",
        "partition=",
        "account=a b",
        "qos=a #b",
        "constraint='a'",
        "options=--nice\nid",
        "options=a\0b",
        "setup=a\0b",
        "setup=\udcff",
        "address=\n",
        "time=\u0660\u0661:00:00",
        "time=01:00:00\n",
    ],
)
def test_a_setting_that_would_be_more_than_itself_in_a_script_is_one_clear_line(word):
    with pytest.raises(QuiescentError) as caught:
        split_slurm([word], "slurm")
    assert str(caught.value).startswith(word.partition("=")[0])
    assert str(caught.value).isprintable()


def test_the_setup_may_have_several_lines(tmp_path):
    _, settings = split_slurm(["setup=module load cuda\nexport A={b}"], "slurm")
    (executor,) = slurm_config(settings, 1, tmp_path).executors
    script = executor.provider.worker_init
    said = subprocess.run(["bash", "-c", f"module() {{ :; }}\n{script}\necho $A"], capture_output=True, text=True)
    assert said.stdout == "{b}\n"
