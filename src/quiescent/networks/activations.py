"""Activation functions, also in place as the hot loop needs them."""

from collections.abc import Callable

import torch
from torch import Tensor

Activation = Callable[[Tensor], Tensor]
ACTIVATIONS: dict[str, Activation] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "identity": lambda drive: drive,
}


def activate(drive: Tensor, name: str) -> None:
    """Apply an activation function in place: drive = phi(drive)."""
    if name == "relu":
        drive.relu_()
    elif name == "tanh":  # torch's sigmoid is five times as fast as its tanh
        drive.mul_(2).sigmoid_().mul_(2).sub_(1)
    elif name == "sigmoid":
        drive.sigmoid_()


def multiply_by_slope(gradient: Tensor, rate: Tensor, name: str, out: Tensor) -> None:
    """Multiply by the slope of an activation function: out = gradient * phi'(drive).

    The slope follows from rate = phi(drive); `out` may be `rate`.
    """
    if name == "relu":
        torch.ops.aten.threshold_backward.grad_input(gradient, rate, 0, grad_input=out)
    elif name == "tanh":
        torch.ops.aten.tanh_backward.grad_input(gradient, rate, grad_input=out)
    elif name == "sigmoid":
        torch.ops.aten.sigmoid_backward.grad_input(gradient, rate, grad_input=out)
    else:
        out.copy_(gradient)
