"""Which device computes: a CPU, or a GPU where there is one."""

import torch

from quiescent.errors import QuiescentError


def usable_device(name: str | None = None) -> torch.device:
    """Find the device of a name such as `cpu` or `cuda:1`; without one, a GPU if this machine has any, else the CPU.

    Raises `QuiescentError` if the device cannot be used here.
    """
    name = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(0, device=name)
        return torch.device(name)
    except (RuntimeError, AssertionError, ValueError) as error:
        raise QuiescentError(f"device={name}: cannot be used here ({str(error).splitlines()[0]}).") from None
