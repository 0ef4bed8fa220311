"""LAMB, Adam's update at the scale of each tensor, for batches of tens of thousands."""

import torch

from scripts.pretrain.optimizers.base import Optimizer


class Lamb(Optimizer):
    """LAMB (You et al. 2020, algorithm 2) with bias correction and decoupled weight decay.

    A tensor's update is Adam's, rescaled to the tensor's own norm, but for tensors that do not decay
    (as the authors' program and NVIDIA's have it). Of a group with `parts`, each of so many equal parts of a
    tensor's rows is rescaled by itself.
    """

    def update(self, group, params, grads, steps, means, squares) -> None:
        beta1, beta2 = group["betas"]
        go = torch.ones_like(steps[0]) if self.found_inf is None else 1 - self.found_inf
        if self.grad_scale is not None:
            grads = list(torch._foreach_div(grads, self.grad_scale))
        # What is not finite times 0 would still not be.
        grads = [torch.where(go > 0, grad, torch.zeros_like(grad)) for grad in grads]
        torch._foreach_add_(steps, go, alpha=1)  # without alpha, `go` is taken to the host
        # With go = 0 the moments keep their values: their weights become 1 and 0.
        keep1, keep2 = 1 - go * (1 - beta1), 1 - go * (1 - beta2)
        torch._foreach_mul_(means, keep1)
        torch._foreach_add_(means, list(torch._foreach_mul(grads, 1 - beta1)))
        torch._foreach_mul_(squares, keep2)
        torch._foreach_addcmul_(squares, grads, grads, 1 - beta2)
        count = steps[0].clamp(min=1)
        correct1, correct2 = 1 - beta1**count, 1 - beta2**count
        roots = torch._foreach_sqrt(torch._foreach_div(squares, correct2))
        torch._foreach_add_(roots, group["eps"])
        updates = torch._foreach_div(torch._foreach_div(means, correct1), roots)
        if not group["weight_decay"]:
            torch._foreach_mul_(updates, go * group["lr"])
            torch._foreach_sub_(params, updates)
            return
        torch._foreach_add_(updates, params, alpha=group["weight_decay"])
        cut = group.get("parts", 1)
        pieces, steps_of = (
            [part for t in side for part in t.chunk(cut)] for side in (params, updates)
        )
        sizes, lengths = torch._foreach_norm(pieces), torch._foreach_norm(steps_of)
        for p, update, size, length in zip(pieces, steps_of, sizes, lengths, strict=True):
            trust = torch.where((size > 0) & (length > 0), size / length, torch.ones_like(size))
            p.sub_(update * (trust * go * group["lr"]))
