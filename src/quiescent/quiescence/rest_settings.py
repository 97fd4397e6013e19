"""Rest as a user asks for it: noise, momentum, adaptation, where it begins, and whether an input goes on."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationError

from quiescent.config.messages import explain
from quiescent.config.words import parse_words
from quiescent.errors import QuiescentError
from quiescent.quiescence.activity import Phase, Rest, RestNoise, RestStart
from quiescent.settings import Friction, NotNegative, Number, Settings, Steps, Variance

AskedNoise = Literal["scaled", "same", "absolute"] | float
RestValue = float | int | str | bool | Sequence[float | int] | Sequence[Sequence[float | int]]
PREFIX = "rest."
LONGEST = 80  # characters of a label, which is part of a file's name


def _noise(value: object) -> object:
    known = value in ("scaled", "same", "absolute") if isinstance(value, str) else value is None
    number = not isinstance(value, bool) and isinstance(value, int | float) and 0 <= value < math.inf
    if not (known or number):
        raise ValueError("must be scaled, same, absolute, or a number >= 0 (of the trained std)")
    return value


def _velocities(value: object) -> object:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, list | tuple) or any(isinstance(part, list | tuple) for part in value):
        return value
    return [value] if value else []


class RestSettings(Settings):
    """Settings of rest that are the same for all measures.

    With the neutral values, which are the defaults, rest is that of Krishna et al. (2024). Momentum and adaptation are
    of the kind that Casco-Rodriguez et al. (2026) describe: see `networks.momentum`.
    """

    # standard deviation: sqrt(2) times the trained one (`scaled`), that (`same`), another multiple of it (a number), or
    # sqrt(2 sigma2) (`absolute`); none: the measure's own, mostly `scaled`
    noise: Annotated[AskedNoise | None, BeforeValidator(_noise)] = None
    sigma2: Variance | None = None  # per step, of `absolute` noise
    friction: Friction = 1.0  # fraction of the state's velocity that a step takes away; 1: no momentum
    adaptation: NotNegative = 0.0  # strength: the drive of a unit lacks so many times its activity, in the long run
    adaptation_tau: Steps = 100.0  # steps, the time constant of adaptation
    matched: bool = False  # noise's standard deviation times sqrt(friction), so that momentum does not heat
    starts: RestStart = "encoded"  # from encoded places, ends of trials, such ends shuffled unit by unit, or zero
    # of an input that goes on (m/s or rad/s): one, or several that follow one another slowly, spread over the rest
    velocity: Annotated[tuple[tuple[Number, ...], ...], BeforeValidator(_velocities)] = ()

    @property
    def chosen(self) -> dict[str, RestValue]:
        """List what differs from the defaults, as `rest_settings` takes it."""
        return self.model_dump(exclude_defaults=True)

    def label(self, declared: Mapping[str, Phase]) -> str:
        """Name what is asked of rest beside what the phases of a measure declare; empty where it is nothing."""
        return label_of(self.asked(declared), declared)

    def asked(self, phases: Mapping[str, Phase]) -> dict[str, Phase]:
        """Rest as asked for in every phase of rest; what a phase has settled for itself stays."""
        return {name: self._of(phase) if isinstance(phase, Rest) else phase for name, phase in phases.items()}

    def _of(self, phase: Rest) -> Rest:
        noise: RestNoise = "scaled" if self.noise is None else self.noise
        own = {name for name in DYNAMICS if getattr(phase, name) != Rest._field_defaults[name]}
        changed = {name: getattr(self, name) for name in DYNAMICS if name not in own}
        return phase._replace(noise=noise if phase.noise is None else phase.noise, sigma2=self.sigma2, **changed)


USUAL = RestSettings()
DYNAMICS = ("friction", "adaptation", "adaptation_tau", "matched", "starts", "velocity")


def rest_settings(values: Mapping[str, RestValue], origin: Mapping[str, str] | None = None) -> RestSettings:
    """Check settings of rest; raises `QuiescentError` for unknown keys and impossible values, all at once."""
    known = [PREFIX + name for name in RestSettings.model_fields]
    try:
        return RestSettings.model_validate(values)
    except ValidationError as error:
        mistakes = (explain(dict(mistake), origin or {}, known, prefix=["rest"]) for mistake in error.errors())
        raise QuiescentError("\n".join(dict.fromkeys(mistakes))) from None


def split_rest(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split the words of a command into those that are settings of rest, `rest.key=value`, and the others.

    Examples
    --------
    >>> split_rest(["runs/a", "rest.friction=0.3"])
    (['rest.friction=0.3'], ['runs/a'])
    """
    ours = [word for word in words if word.startswith(PREFIX) and "=" in word]
    return ours, [word for word in words if word not in ours]


def read_rest(words: Sequence[str]) -> RestSettings:
    """Read `rest.key=value` words."""
    values, origin = parse_words(words)
    return rest_settings(values.get("rest", {}), origin)


def label_of(asked: Mapping[str, Phase], declared: Mapping[str, Phase]) -> str:
    """Name what was asked of rest beside what the phases of a measure declare; empty where it is nothing."""
    changed: dict[str, object] = {}
    for name, phase in asked.items():
        own = declared.get(name)
        if isinstance(phase, Rest) and isinstance(own, Rest):
            phase, usual = (rest._replace(noise=rest.noise or "scaled") for rest in (phase, own))
            changed |= {
                field: getattr(phase, field)
                for field in RestSettings.model_fields
                if getattr(phase, field) != getattr(usual, field)
            }
    label = ",".join(f"{name}={_plain(changed[name])}" for name in RestSettings.model_fields if name in changed)
    return label if len(label) <= LONGEST else hashlib.sha256(label.encode()).hexdigest()[:16]


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
