"""What pydantic says of a wrong setting, in one line that names the input and what is allowed."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from quiescent.config.words import ALIASES
from quiescent.errors import nearest
from quiescent.tasks import TASKS


def explain(error: dict[str, Any], origin: Mapping[str, str], known: Sequence[str], prefix: Sequence[str] = ()) -> str:
    """Word one of pydantic's errors.

    `origin` says where each key was given, `known` are the keys that exist, and `prefix` stands before the error's own
    place.
    """
    path = [*prefix, *(str(part) for part in error["loc"])]
    if path[0] == "task" and len(path) > 1 and path[1] in TASKS:
        del path[1]  # the tag of the union of tasks, which nobody typed
    key = ".".join(part for part in path if not part.isdigit())
    where = next((origin[k] for k in origin if k == key or k.startswith(f"{key}.") or key.startswith(f"{k}.")), "")
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
    return f"{key}={error['input']}: {law}. {where}".strip()
