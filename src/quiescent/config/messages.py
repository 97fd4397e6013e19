"""Words for wrong settings: one line that names the input and the law that it breaks."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from quiescent.config.words import ALIASES
from quiescent.errors import nearest, printable
from quiescent.tasks import TASKS


def explain(error: dict[str, Any], origin: Mapping[str, str], known: Sequence[str], prefix: Sequence[str] = ()) -> str:
    """Turn one of pydantic's errors into a line that names the setting, its value, the law and where it was given.

    Parameters
    ----------
    error
        One of `ValidationError.errors()`.
    origin
        Where each key was given, such as "In: key=value word 2.", by dotted key.
    known
        All keys that exist, from which the nearest is suggested for an unknown one.
    prefix
        Keys of the group of settings that was validated alone; they stand before the place that pydantic names.
    """
    path = [*prefix, *(str(part) for part in error["loc"])]
    if path[0] == "task" and len(path) > 1 and path[1] in TASKS:
        del path[1]  # the tag of the union of tasks, which nobody typed
    key = ".".join(part for part in path if not part.isdigit())
    where = next((place for given, place in origin.items() if _related(given, key)), "")
    if error["type"] == "extra_forbidden":
        key = next((typed for typed in origin if typed.startswith(f"{key}.")), key)
        return f"unknown key '{key}'.{nearest(key, [*known, *ALIASES])} {where}".strip()
    if error["type"].startswith("union_tag"):
        return f"{key}.name: must be one of {', '.join(TASKS)}. {where}".strip()
    cause = error.get("ctx", {}).get("error")
    law = str(cause) if cause else error["msg"].replace("Input should be", "must be")
    law = law[0].lower() + law[1:]
    if isinstance(error["input"], dict | BaseModel):
        return f"{key}: {law}. {where}".strip()
    return f"{key}={printable(error['input'])}: {law}. {where}".strip()


def _related(given: str, key: str) -> bool:
    return given == key or given.startswith(f"{key}.") or key.startswith(f"{given}.")
