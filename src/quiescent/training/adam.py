"""Adam by the functions of `torch.optim`: its class is the same arithmetic, but its first use imports a compiler."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim.adam import adam


class Adam:
    """Adam with the defaults of `torch.optim.Adam`, in its fused kernel.

    `state` holds of every weight the number of steps, and the running means of its gradient and of that squared, by
    the names of `torch.optim`: `step`, `exp_avg` and `exp_avg_sq`.
    """

    def __init__(self, weights: Iterable[Tensor], *, learning_rate: float, weight_decay: float) -> None:
        self._learning_rate, self._weight_decay = learning_rate, weight_decay
        self.state = {
            weight: {
                "step": torch.zeros((), device=weight.device),
                "exp_avg": torch.zeros_like(weight),
                "exp_avg_sq": torch.zeros_like(weight),
            }
            for weight in weights
        }

    @torch.no_grad()
    def step(self) -> None:
        """Change every weight by its gradient, `weight.grad`."""
        states = self.state.values()
        adam(
            list(self.state),
            [weight.grad for weight in self.state if weight.grad is not None],
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            [state["step"] for state in states],
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self._learning_rate,
            weight_decay=self._weight_decay,
            eps=1e-8,
            maximize=False,
        )
