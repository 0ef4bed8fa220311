"""AdamW, made without torch's compiler, which torch.optim brings and which takes a second to import."""

from typing import Any

import torch


class AdamW:
    """Adam with bias correction and decoupled weight decay (Loshchilov and Hutter 2019).

    The steps are those of torch.optim.AdamW with `fused=True`, bit by bit, by its default betas and
    epsilon. `groups` have `params` and `weight_decay`.
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
                lr=learning_rate, beta1=0.9, beta2=0.999, weight_decay=group["weight_decay"],
                eps=1e-8, maximize=False,
            )  # fmt: skip
            for p in params:
                p.grad = None
