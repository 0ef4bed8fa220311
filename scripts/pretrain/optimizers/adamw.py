"""Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""

import torch

from scripts.pretrain.optimizers.base import Optimizer


class AdamW(Optimizer):
    """Its steps are those of torch.optim.AdamW with `fused=True`, bit by bit."""

    def update(self, group, params, grads, steps, means, squares) -> None:
        beta1, beta2 = group["betas"]
        torch._foreach_add_(steps, 1)
        torch._fused_adamw_(
            params, grads, means, squares, [], steps, amsgrad=False, lr=group["lr"], beta1=beta1,
            beta2=beta2, weight_decay=group["weight_decay"], eps=group["eps"], maximize=False,
            grad_scale=self.grad_scale, found_inf=self.found_inf,
        )  # fmt: skip
        if self.found_inf is not None:
            torch._foreach_sub_(steps, [self.found_inf] * len(steps))
