"""What momentum and adaptation cost at rest: CPU time beside rest as it is, in turns, in one process.

`python benchmarks/rest.py` writes a line for a full-size network; the ratio is what counts.
"""

import time

from quiescent.config.load import load_config
from quiescent.quiescence.resting import rest
from quiescent.simulation.members import Members, untrained

TRIALS, STEPS, TURNS = 200, 520, 4
WAYS = {
    "rest as it is": {},
    "momentum": {"friction": 0.5, "matched": True},
    "momentum and adaptation": {"friction": 0.5, "matched": True, "adaptation": 0.1},
}


def seconds(members: Members, way: dict[str, float]) -> float:
    """Take the CPU time of a rest, decoded."""
    began = time.process_time()
    rest(members, trials=TRIALS, steps=STEPS, **way)  # type: ignore[arg-type]
    return time.process_time() - began


def main() -> None:
    """Print the least time of every way to rest, and its ratio to that of rest as it is."""
    members = untrained([load_config("spatial_navigation/noisy_unbiased", "seed=0")]).to("cpu")
    seconds(members, {})
    times = {name: [] for name in WAYS}
    for _ in range(TURNS):
        for name, way in WAYS.items():
            times[name].append(seconds(members, way))
    usual = min(times["rest as it is"])
    for name, taken in times.items():
        print(f"{name:25} {min(taken):6.2f} s  {min(taken) / usual:.2f}")


if __name__ == "__main__":
    main()
