"""What every group of settings shares: frozen, typed, bounded, no unknown keys."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _positive(value: float) -> float:
    if value <= 0:
        raise ValueError("must be > 0")
    return value


def _variance(value: float) -> float:
    if value < 0:
        raise ValueError("must be >= 0 (a variance)")
    return value


def _not_negative(value: float) -> float:
    if value < 0:
        raise ValueError("must be >= 0")
    return value


def _count(value: int) -> int:
    if value < 1:
        raise ValueError("must be a whole number >= 1")
    return value


Positive = Annotated[float, AfterValidator(_positive), Field(allow_inf_nan=False)]
NotNegative = Annotated[float, AfterValidator(_not_negative), Field(allow_inf_nan=False)]
Variance = Annotated[float, AfterValidator(_variance), Field(allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, AfterValidator(_count)]


class Settings(BaseModel):
    """Immutable settings; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
