"""AdamW, made without torch's compiler, which torch.optim brings and which takes a second to import."""

from typing import Any

import torch

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # torch's own


class AdamW:
    """Adam with bias correction and decoupled weight decay (Loshchilov and Hutter 2019).

    The steps are torch.optim.AdamW's with `fused=True`, bit by bit. `groups` have `params` and
    `weight_decay`.
    """

    def __init__(self, groups: list[dict[str, Any]]):
        self.groups = groups
        self.state = {
            p: (torch.zeros_like(p), torch.zeros_like(p), torch.zeros((), device=p.device))
            for group in groups
            for p in group["params"]
        }

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Take a step along the gradients, and forget them."""
        for group in self.groups:
            params = [p for p in group["params"] if p.grad is not None]
            if not params:
                continue
            means, squares, steps = map(list, zip(*(self.state[p] for p in params), strict=True))
            torch._foreach_add_(steps, 1)
            torch._fused_adamw_(
                params, [p.grad for p in params], means, squares, [], steps, amsgrad=False,
                lr=learning_rate, beta1=BETA1, beta2=BETA2, weight_decay=group["weight_decay"],
                eps=EPSILON, maximize=False,
            )  # fmt: skip
            for p in params:
                p.grad = None
