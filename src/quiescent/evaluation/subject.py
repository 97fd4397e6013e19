"""A trained network under measurement: what it does in every phase, simulated once."""

from collections.abc import Mapping

import xarray as xr

from quiescent.evaluation.apply import apply
from quiescent.machine.device import usable_device
from quiescent.measures.measure import Activities, Known, Measure
from quiescent.measures.validity import threshold, valid
from quiescent.quiescence.activity import Active, Activity, Phase, Rest
from quiescent.quiescence.observe import observe
from quiescent.quiescence.phases import BEHAVIOUR
from quiescent.runs.open import require_finished
from quiescent.runs.run import Run
from quiescent.simulation.members import untrained
from quiescent.streams import numpy_stream
from quiescent.training.state import load_networks

READINGS = ("all", "valid")  # all steps; at rest those only whose code some place or heading has


class Subject:
    """A trained network, and what it did in every phase so far."""

    def __init__(self, run: Run, device: str | None = None) -> None:
        self.config = require_finished(run)
        self._trained = load_networks([run]).to(usable_device(device))
        self._seen: dict[Phase, Activity] = {}

    def activity(self, phase: Phase, *, reading: str = "all") -> Activity:
        """Simulate the network in a phase; in the reading `valid`, leave out steps at rest whose code is not valid."""
        if phase not in self._seen:
            members = self._trained
            if isinstance(phase, Rest) and phase.weights == "initial":
                members = untrained(members.configs).to(members.network.device)
            (self._seen[phase],) = observe(members, phase, judge=True)
        activity = self._seen[phase]
        if reading == "all" or isinstance(phase, Active):
            return activity
        return activity.only(valid(activity, threshold(self.activity(BEHAVIOUR))))

    def meant(self, phases: Mapping[str, Phase]) -> dict[str, Phase]:
        """Select the phases that are meant for this network: some are for those trained with noise, or without."""
        kind = "noisy" if self.config.network.sigma2_rec > 0 else "noise_free"
        return {
            name: phase
            for name, phase in phases.items()
            if isinstance(phase, Active) or phase.networks in ("all", kind)
        }

    def measure(
        self, name: str, measure: Measure[Known], phases: Mapping[str, Phase], references: Activities
    ) -> xr.Dataset:
        """Apply a measure in all its readings; `name` opens its random streams."""
        wanted = self.meant(phases)
        # Hidden states fill the memory: only those that are needed now are kept.
        self._seen = {phase: kept for phase, kept in self._seen.items() if not phase.states or phase in wanted.values()}
        seed = self.config.seed[0]
        results = []
        for reading in READINGS if measure.readings else READINGS[:1]:
            activities = {phase: self.activity(what, reading=reading) for phase, what in wanted.items()}
            results.append(apply(measure, activities, lambda row: numpy_stream(seed, "measure", name, row), references))
        if not measure.readings:
            return results[0]
        return xr.concat(results, xr.Variable("reading", list(READINGS)), coords="minimal", compat="override")
