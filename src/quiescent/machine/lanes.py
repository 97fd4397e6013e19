"""Lanes: threads that each work on their own share of a population's trials.

One thread per core, each with single-threaded products on its own trials, beats products that are spread over
cores: random numbers and every small operation run in parallel too, and threads meet once per batch.
"""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from types import TracebackType
from typing import NamedTuple, ParamSpec, TypeVar

import torch

from quiescent.machine.scratch import Scratch
from quiescent.streams import BLOCK

Result = TypeVar("Result")
P = ParamSpec("P")
LEAST = 400_000  # multiplications per product: below, threads wait for Python's lock longer than they work
PART = 4 * BLOCK  # trials; in smaller parts products are slower (1.05 to 1.5 times), in larger ones none is faster


class Share(NamedTuple):
    """Part of a batch: trials of one member; on a GPU, where one product serves all members, all trials of all.

    Indexes arrays (..., member, trial, ...).
    """

    member: int | slice
    trials: slice


class Lanes:
    """Run work in as many lanes as torch has threads on a CPU, in one on a GPU. Inside, torch's own threads rest."""

    def __init__(self, device: torch.device) -> None:
        self._threads = torch.get_num_threads()
        self._on_cpu = device.type == "cpu"
        self._scratch = [Scratch() for _ in range(self._threads if self._on_cpu else 1)]

    def __enter__(self) -> "Lanes":
        torch.set_num_threads(1)
        # Once this is freed, glibc keeps smaller blocks instead of handing their pages back each time.
        torch.empty(31 * 2**20, dtype=torch.uint8)
        self._pool = ThreadPoolExecutor(len(self._scratch), initializer=torch.set_num_threads, initargs=(1,))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        torch.set_num_threads(self._threads)

    def map(
        self, work: Callable[[Share, Scratch], Result], members: int, trials: int, units: int
    ) -> list[tuple[Share, Result]]:
        """Do `work` for every share of a batch, in the lanes; results come in the order of members and trials.

        Shares are the same however many lanes there are.
        """
        if not self._on_cpu:
            whole = Share(slice(None), slice(0, trials))
            return [(whole, work(whole, self._scratch[0]))]
        pieces = [Share(member, part) for member in range(members) for part in parts_of(trials, units)]
        lanes = min(len(self._scratch), len(pieces))
        while lanes > 1 and min(trials, members * trials / lanes) * units**2 < LEAST:
            lanes -= 1

        def run(lane: int) -> list[tuple[Share, Result]]:
            own = pieces[len(pieces) * lane // lanes : len(pieces) * (lane + 1) // lanes]
            return [(share, work(share, self._scratch[lane])) for share in own]

        if lanes == 1:
            return run(0)
        return [result for results in self._pool.map(run, range(lanes)) for result in results]


def parts_of(trials: int, units: int) -> list[slice]:
    """Split the trials of a network into parts, whatever the number of lanes: so results do not depend on it.

    Sums over trials are rounded part by part. Parts are of at most 100 trials and of whole blocks; a small network has
    one.

    Examples
    --------
    >>> parts_of(trials=250, units=512)
    [slice(0, 75, None), slice(75, 150, None), slice(150, 250, None)]
    """
    number = -(-trials // PART) if PART * units**2 >= LEAST else 1
    blocks = -(-trials // BLOCK)
    ends = [min(trials, BLOCK * (blocks * part // number)) for part in range(number + 1)]
    return list(itertools.starmap(slice, itertools.pairwise(ends)))


def tiny_is_zero(work: Callable[P, Result]) -> Callable[P, Result]:
    """Make work take numbers below 1e-38 as zero, in its thread: with them a CPU is a hundred times slower.

    Units that are off decay to such numbers without noise, and codes are full of them far from a place.
    """

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> Result:
        torch.set_flush_denormal(True)
        try:
            return work(*args, **kwargs)
        finally:
            torch.set_flush_denormal(False)

    return done
