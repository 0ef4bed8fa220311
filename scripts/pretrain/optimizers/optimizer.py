"""Optimizers whose step is skipped, scaled and clipped on the device, without asking the host."""

import torch
from torch import Tensor, nn

from scripts.pretrain.loop.recipe import Recipe


class Lamb(torch.optim.Optimizer):
    """LAMB (You et al. 2020, algorithm 2) with bias correction and decoupled weight decay.

    A tensor's update is Adam's, rescaled to the tensor's own norm, but for tensors that do not decay
    (as the authors' program and NVIDIA's have it). `grad_scale` divides the gradients and `found_inf` (1.0) skips the step, as torch's fused optimizers take them.
    """

    _step_supports_amp_scaling = True

    def __init__(self, params, lr: float, betas: tuple[float, float], eps: float):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": 0.0})
        self.grad_scale: Tensor | None = None
        self.found_inf: Tensor | None = None

    @torch.no_grad()
    def step(self, closure=None) -> None:
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
        grads = [p.grad for p in params]
        if self.grad_scale is not None:
            grads = torch._foreach_div(grads, self.grad_scale)
        if self.found_inf is not None:  # what is not finite times 0 would still not be
            grads = [torch.where(go > 0, grad, torch.zeros_like(grad)) for grad in grads]
        torch._foreach_add_(steps, go)
        # With go = 0 the moments keep their values: their weights become 1 and 0.
        keep1, keep2 = 1 - go * (1 - beta1), 1 - go * (1 - beta2)
        torch._foreach_mul_(means, keep1)
        torch._foreach_add_(means, torch._foreach_mul(grads, 1 - beta1))
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
        sizes, lengths = torch._foreach_norm(params), torch._foreach_norm(updates)
        for p, update, size, length in zip(params, updates, sizes, lengths, strict=True):
            trust = torch.where((size > 0) & (length > 0), size / length, torch.ones_like(size))
            p.sub_(update * (trust * go * group["lr"]))


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict]:
    """Two groups: matrices, which decay, and biases and normalisations, which do not."""
    groups: dict[bool, list] = {True: [], False: []}
    for parameter in model.parameters():
        groups[parameter.dim() > 1].append(parameter)
    return [
        {"params": groups[True], "weight_decay": weight_decay},
        {"params": groups[False], "weight_decay": 0.0},
    ]


def make_optimizer(model: nn.Module, recipe: Recipe, sharded: bool = False):
    """The recipe's optimizer; `sharded`: each process keeps a part of its state (ZeRO stage 1)."""
    groups = parameter_groups(model, recipe.weight_decay)
    options = {
        "lr": recipe.learning_rate,
        "betas": (recipe.beta1, recipe.beta2),
        "eps": recipe.epsilon,
    }
    kind = Lamb
    if recipe.optimizer == "adamw":
        kind, options = torch.optim.AdamW, options | {"fused": True}
    if sharded:
        from torch.distributed.optim import ZeroRedundancyOptimizer

        return ZeroRedundancyOptimizer(groups, optimizer_class=kind, **options)
    return kind(groups, **options)


class Scaler:
    """The loss's scale (fp16 only), the clipping and the skipping of steps, all on the device.

    fp16: the scale halves after a step that overflowed and doubles after `patience` good ones
    (Micikevicius et al. 2018); else it stays 1.
    """

    def __init__(self, dynamic: bool, device: torch.device, patience: int = 2000):
        self.dynamic, self.patience = dynamic, patience
        self.scale = torch.full((), 2.0**16 if dynamic else 1.0, device=device)
        self.good = torch.zeros((), device=device)

    def step(self, optimizer, params: list[Tensor], clip: float) -> tuple[Tensor, Tensor]:
        """Step, unless a gradient is not finite. Returns the gradient's norm and 1.0 if skipped."""
        norms = torch._foreach_norm([p.grad for p in params])
        norm = torch.linalg.vector_norm(torch.stack(norms)) / self.scale
        skipped = (~torch.isfinite(norm)).float()
        shrink = (norm / clip).clamp(min=1.0) if clip else torch.ones_like(norm)
        inner = getattr(optimizer, "optim", optimizer)  # of a sharded optimizer
        inner.grad_scale = (self.scale * shrink).nan_to_num(1.0, 1.0, 1.0)
        inner.found_inf = skipped
        optimizer.step()
        if self.dynamic:
            self.good = (self.good + 1) * (1 - skipped)
            grow = (self.good >= self.patience).float()
            self.scale = (self.scale * (1 - 0.5 * skipped) * (1 + grow)).clamp(1.0, 2.0**24)
            self.good = self.good * (1 - grow)
        return norm, skipped

    def state(self) -> dict[str, Tensor]:
        return {"scale": self.scale, "good": self.good}

    def load(self, state: dict[str, Tensor]) -> None:
        self.scale.copy_(state["scale"])
        self.good.copy_(state["good"])
