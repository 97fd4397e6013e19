"""Adam by the functions of `torch.optim`: its class is the same arithmetic, but its first use imports a compiler."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim.adam import adam


class Adam:
    """Adam with the defaults of `torch.optim.Adam`, in its fused kernel.

    `state` holds of every weight the number of steps, and the running means of its gradient and of that squared, by
    the names of `torch.optim`: `step`, `exp_avg` and `exp_avg_sq`. The gradient of every weight but those that are
    `kept` has `weight_decay` times the weight added.
    """

    def __init__(
        self, weights: Iterable[Tensor], *, learning_rate: float, weight_decay: float, kept: Iterable[Tensor] = ()
    ) -> None:
        self._learning_rate = learning_rate
        self._groups = [group for group in ((list(weights), weight_decay), (list(kept), 0.0)) if group[0]]
        self.state = {
            weight: {
                "step": torch.zeros((), device=weight.device),
                "exp_avg": torch.zeros_like(weight),
                "exp_avg_sq": torch.zeros_like(weight),
            }
            for group, _ in self._groups
            for weight in group
        }

    @torch.no_grad()
    def step(self) -> None:
        """Change every weight by its gradient, `weight.grad`."""
        for weights, weight_decay in self._groups:
            self._step(weights, weight_decay)

    def _step(self, weights: list[Tensor], weight_decay: float) -> None:
        states = [self.state[weight] for weight in weights]
        adam(
            weights,
            [weight.grad for weight in weights if weight.grad is not None],
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            [state["step"] for state in states],
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self._learning_rate,
            weight_decay=weight_decay,
            eps=1e-8,
            maximize=False,
        )
