"""A real Slurm of one node, for the time of a test: no systemd, munge, accounting or files outside one folder.

What this Slurm does to a batch job (seen with 22.05):

- `scancel`, `scontrol requeue` and the time limit send SIGCONT and SIGTERM to the batch shell's process group, and then
  SIGKILL after about five seconds (KillWait counts only if longer). `scancel --signal=TERM --full` sends that signal
  alone, with `--batch` only to the batch shell, with neither only to the steps that srun began.
- A requeued job waits `cred_expire` (five seconds at least, by default 120) and runs again with its old number and with
  SLURM_RESTART_COUNT set.
- Time limits are whole minutes, looked at every thirty seconds. `scontrol update JobId=N EndTime=now+1` makes a running
  job that has a limit meet it at the next look; `sbatch --time=1 --signal=B:TERM@60` signals the batch shell then.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

PARTITION = "tests"
SEARCHED = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
TOOLS = "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo"
END_WITH_PARENT = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
LONGEST = 70  # characters of the folder: below it are sockets, whose paths have an end

CONFIGURATION = """\
ClusterName={partition}
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={daemon}
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
AuthInfo=cred_expire=5
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MailProg=/bin/true
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,bf_interval=1,sched_interval=1
SlurmdParameters=config_overrides
DebugFlags=NO_CONF_HASH
ReturnToService=2
JobRequeue=1
KillWait=2
MinJobAge=600
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName={partition} Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class Cluster(NamedTuple):
    """A running Slurm: what its tools need in the environment, its only partition, the folder of its logs."""

    environment: dict[str, str]
    partition: str
    logs: Path


def available() -> str | None:
    """Say in a sentence why no Slurm can be started here; None if one can."""
    if sys.platform != "linux":
        return "Slurm needs Linux."
    if os.geteuid() != 0:
        return "Only root can start Slurm's daemons."
    missing = [tool for tool in TOOLS if shutil.which(tool, path=SEARCHED) is None]
    return f"Slurm is not installed: {', '.join(missing)} missing." if missing else None


@contextmanager
def cluster(folder: Path, cpus: int = 2) -> Iterator[Cluster]:
    """Run a Slurm whose files are all in a folder; in the end no process of it or of its jobs is left."""
    if reason := available():
        raise RuntimeError(reason)
    folder = folder.resolve()
    if len(os.fsencode(folder)) > LONGEST:
        raise ValueError(f"Slurm's sockets need a folder of at most {LONGEST} characters, not {folder}")
    for name in ("state", "spool", "logs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    configuration = _configure(folder, cpus)
    found = Cluster({"SLURM_CONF": str(configuration)}, PARTITION, folder / "logs")
    # Without what a Slurm in which the tests themselves run may have set.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SLURM_")} | found.environment

    def ask(*words: str) -> str:
        command = [_tool(words[0]), *words[1:]]
        try:
            return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=10).stdout.strip()
        except subprocess.TimeoutExpired:
            return ""

    def start(words: list[str]) -> subprocess.Popen[bytes]:
        with (found.logs / f"{words[0]}.log").open("wb") as log:
            return subprocess.Popen(
                [*END_WITH_PARENT, _tool(words[0]), *words[1:]],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    daemons: list[subprocess.Popen[bytes]] = []
    try:
        daemons.append(start(["slurmctld", "-D", "-c"]))
        _wait(lambda: "UP" in ask("scontrol", "ping"), daemons, found.logs)
        daemons.append(start(["slurmd", "-D"]))
        _wait(lambda: ask("sinfo", "--noheader", "--format=%T") == "idle", daemons, found.logs)
        yield found
    finally:
        _stop(daemons, configuration, ask)


def _configure(folder: Path, cpus: int) -> Path:
    host = socket.gethostname().split(".")[0]
    with ExitStack() as stack:  # both at once, or they could be the same
        ports = []
        for _ in range(2):
            listener = stack.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            ports.append(listener.getsockname()[1])
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 9 // 10 // 2**20
    # Control groups are touched by no setting above; but slurmd wants a plugin for them, and v1 then does nothing.
    version = subprocess.run([_tool("slurmd"), "-V"], capture_output=True, text=True).stdout
    numbers = re.search(r"(\d+)\.(\d+)", version)
    plugin = "disabled" if numbers and (int(numbers[1]), int(numbers[2])) >= (24, 5) else "cgroup/v1"
    (folder / "cgroup.conf").write_text(f"CgroupPlugin={plugin}\n")
    names = {"host": host, "controller": ports[0], "daemon": ports[1], "folder": folder, "partition": PARTITION}
    (folder / "slurm.conf").write_text(CONFIGURATION.format(cpus=cpus, memory=memory, **names))
    return folder / "slurm.conf"


def _tool(name: str) -> str:
    return shutil.which(name, path=SEARCHED) or name


def _wait(ready: Callable[[], bool], daemons: list[subprocess.Popen[bytes]], logs: Path, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end or any(daemon.poll() is not None for daemon in daemons):
            tails = [f"{log.name}:\n" + "\n".join(log.read_text().splitlines()[-15:]) for log in logs.glob("*.log")]
            raise RuntimeError("Slurm did not start.\n" + "\n".join(tails))
        time.sleep(0.05)


def _stop(daemons: list[subprocess.Popen[bytes]], configuration: Path, ask: Callable[..., str]) -> None:
    if len(daemons) == 2:
        ask("scancel", f"--partition={PARTITION}")
        end = time.monotonic() + 1  # for jobs that end by themselves
        while time.monotonic() < end and ask("squeue", "--noheader"):
            time.sleep(0.05)
    _kill(configuration, jobs=True)
    for daemon in reversed(daemons):
        daemon.terminate()
    for daemon in daemons:
        try:
            daemon.wait(1)  # slurmd waits five seconds for a job that was slow to end
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
    end = time.monotonic() + 5
    while _kill(configuration, jobs=False) and time.monotonic() < end:
        time.sleep(0.02)


def _kill(configuration: Path, jobs: bool) -> int:
    """Kill what was started with this Slurm's configuration: its jobs' processes, or all its own too; say how many."""
    setting = f"SLURM_CONF={configuration}".encode()
    killed = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables = (process / "environ").read_bytes().split(b"\0")  # none if it is dead and not yet waited for
            own = not jobs and (process / "comm").read_text().startswith("slurm")
            if setting in variables and (own or any(name.startswith(b"SLURM_JOB_ID=") for name in variables)):
                os.kill(int(process.name), signal.SIGKILL)
                killed += 1
        except OSError:  # it has ended
            continue
    return killed
