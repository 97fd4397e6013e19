"""A trained network under measurement: what it, and what controls in its place, do in every phase, simulated once."""

from collections.abc import Iterable, Mapping

import xarray as xr

from quiescent.controls import CONTROLS
from quiescent.evaluation.views import apply_to_views
from quiescent.machine.device import usable_device
from quiescent.measures.measure import Activities, Known, Measure
from quiescent.measures.validity import limit_of
from quiescent.quiescence.activity import Active, Activity, Inside, Kicked, Phase, Rest
from quiescent.quiescence.observe import observe
from quiescent.quiescence.phases import BEHAVIOUR
from quiescent.runs.open import require_finished
from quiescent.runs.run import Run
from quiescent.simulation.members import untrained
from quiescent.streams import numpy_stream
from quiescent.training.state import load_networks


class Subject:
    """A trained network or a control in its place, and what it did in every phase so far.

    `judges` is the behaviour whose codes say what a valid code is: that of all networks that are compared; by default
    the network's own.
    """

    def __init__(
        self, run: Run, device: str | None = None, *, judges: Iterable[Activity] = (), control: str | None = None
    ) -> None:
        self.config = require_finished(run)
        self.members = load_networks([run]).to(usable_device(device))
        self._control = None if control is None else CONTROLS[control]
        self._frozen = control == "frozen"
        self._seen: dict[Phase, Activity] = {}
        judges = list(judges) or [self._simulated(BEHAVIOUR, trained=True)]
        self.limit = limit_of(judges)

    def activity(self, phase: Phase) -> Activity:
        """Simulate a phase, and judge which of its steps have a valid code."""
        if phase not in self._seen:
            activity = self._simulated(phase)
            if activity.quality is not None:
                # What stands still is looked at whenever the network itself counts.
                judged = self._simulated(phase, trained=True) if self._frozen and isinstance(phase, Rest) else activity
                assert judged.quality is not None
                activity = activity._replace(valid=judged.quality.shape <= self.limit)
            self._seen[phase] = activity
        return self._seen[phase]

    def _simulated(self, phase: Phase, *, trained: bool = False) -> Activity:
        control = None if trained else self._control
        members = self.members
        if isinstance(phase, Rest):
            if phase.weights == "initial":
                members = untrained(members.configs).to(members.network.device)
            elif control is not None:
                return control.rest(members, phase)[0]
        elif control is not None:
            own = {Active: control.active, Kicked: control.kicked, Inside: control.inside}[type(phase)]
            if own is not None and (control.behaves or not isinstance(phase, Active) or phase.states):
                return own(members, phase)[0]  # type: ignore[arg-type]
        return observe(members, phase, judge=True)[0]

    def meant(self, phases: Mapping[str, Phase]) -> dict[str, Phase]:
        """Select the phases that are meant for this network: some are for those trained with noise, or without.

        A control takes the network's place in the phases of the trained network; what has no dynamics cannot be
        looked into.
        """
        kind = "noisy" if self.config.network.sigma2_rec > 0 else "noise_free"
        opaque = self._control is not None and self._control.inside is None
        return {
            name: phase
            for name, phase in phases.items()
            if not (opaque and isinstance(phase, Inside))
            if not isinstance(phase, Rest)
            or (phase.networks in ("all", kind) and (self._control is None or phase.weights == "trained"))
        }

    def forget(self, wanted: Iterable[Phase]) -> None:
        """Forget all phases but those that are wanted: hidden states fill the memory."""
        kept = set(wanted)
        self._seen = {phase: activity for phase, activity in self._seen.items() if phase in kept}

    def measure(
        self, name: str, measure: Measure[Known], phases: Mapping[str, Phase], references: Activities
    ) -> xr.Dataset:
        """Apply a measure in all its views; `name` opens its random streams."""
        wanted = self.meant(phases)
        activities = {label: self.activity(phase) for label, phase in wanted.items()}
        seed = self.config.seed[0]
        return apply_to_views(
            measure, wanted, activities, lambda row: numpy_stream(seed, "measure", name, row), references
        )
