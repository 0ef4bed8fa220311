"""LAMB, Adam's update at the scale of each tensor, for batches of tens of thousands."""

import torch
from torch import Tensor


class Lamb(torch.optim.Optimizer):
    """LAMB (You et al. 2020, algorithm 2) with bias correction and decoupled weight decay.

    A tensor's update is Adam's, rescaled to the tensor's own norm, but for tensors that do not decay
    (as the authors' program and NVIDIA's have it). Of a group with `parts`, each of so many equal parts of a
    tensor's rows is rescaled by itself. `grad_scale` divides the gradients and `found_inf`
    (1.0) skips the step, as torch's fused optimizers take them.
    """

    _step_supports_amp_scaling = True

    def __init__(self, params, lr: float, betas: tuple[float, float], eps: float):
        # Capturable: a state that is loaded keeps `step` on the parameter's device.
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": 0.0, "capturable": True}
        super().__init__(params, defaults)
        self.grad_scale: Tensor | None = None
        self.found_inf: Tensor | None = None

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # it computes no loss
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            for p in params:
                if not self.state[p]:
                    self.state[p] = {
                        "step": torch.zeros((), device=p.device),
                        "exp_avg": torch.zeros_like(p),
                        "exp_avg_sq": torch.zeros_like(p),
                    }
            if params:
                self.update(group, params)

    def update(self, group: dict, params: list[Tensor]) -> None:
        """One step of the parameters of a group."""
        beta1, beta2 = group["betas"]
        state = [self.state[p] for p in params]
        steps = [s["step"] for s in state]
        means, squares = [s["exp_avg"] for s in state], [s["exp_avg_sq"] for s in state]
        device = params[0].device
        go = torch.ones((), device=device)
        if self.found_inf is not None:
            go = 1 - self.found_inf
        grads = [p.grad for p in params if p.grad is not None]
        if self.grad_scale is not None:
            grads = list(torch._foreach_div(grads, self.grad_scale))
        if self.found_inf is not None:  # what is not finite times 0 would still not be
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
