"""Groups of settings: frozen, typed, bounded, no unknown keys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_serializer


@dataclass(frozen=True)
class Law:
    """A rule that a number keeps, and the words that say it; applied to a number that does not, it raises an error."""

    words: str
    holds: Callable[[float], bool]

    def __call__(self, value: float | int) -> float | int:
        if not self.holds(value):
            raise ValueError(f"must be {self.words}")
        return value


def _must_be(words: str, holds: Callable[[float], bool]) -> AfterValidator:
    return AfterValidator(Law(words, holds))


def _not_a_switch(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


_FINITE = Field(allow_inf_nan=False)
_NUMBER = BeforeValidator(_not_a_switch)
Number = Annotated[float, _NUMBER, _FINITE]
Positive = Annotated[float, _NUMBER, _FINITE, _must_be("> 0", lambda value: value > 0)]
NotNegative = Annotated[float, _NUMBER, _FINITE, _must_be(">= 0", lambda value: value >= 0)]
Fraction = Annotated[float, _NUMBER, _FINITE, _must_be(">= 0 and < 1", lambda value: 0 <= value < 1)]
Variance = Annotated[float, _NUMBER, _FINITE, _must_be(">= 0 (a variance)", lambda value: value >= 0)]
Friction = Annotated[float, _NUMBER, _FINITE, _must_be("> 0 and <= 1", lambda value: 0 < value <= 1)]
Steps = Annotated[float, _NUMBER, _FINITE, _must_be(">= 1 (steps)", lambda value: value >= 1)]
Count = Annotated[int, _NUMBER, _must_be("a whole number >= 1", lambda value: value >= 1)]


class Settings(BaseModel):
    """Immutable settings; an unknown key is an error.

    Settings that came `later` are not written where they have their defaults, so that runs keep the names and
    checksums that they had without them.
    """

    later: ClassVar[tuple[str, ...]] = ()
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_serializer(mode="wrap")
    def _without_defaults(self, handler: Callable[[Self], dict[str, Any]]) -> dict[str, Any]:
        values = handler(self)
        if not self.later:
            return values
        fields = type(self).model_fields
        absent = {name for name in self.later if getattr(self, name) == fields[name].default}
        return {name: value for name, value in values.items() if name not in absent}
