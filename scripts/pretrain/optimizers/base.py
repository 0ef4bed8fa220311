"""What the optimizers share."""

from collections.abc import Callable
from inspect import unwrap

import torch
from torch import Tensor

STATE = ("step", "exp_avg", "exp_avg_sq")


class Optimizer(torch.optim.Optimizer):
    """torch's form of an optimizer whose parameters have an Adam's state, which `update` takes on.

    Without torch's compiler, which torch's own methods import when they are first called, for a second.
    `grad_scale` divides the gradients and `found_inf` (1.0) skips a step, as in torch's fused ones.
    """

    _step_supports_amp_scaling = True
    # Of a group: its settings, parameters, gradients, and what STATE names of each.
    update: Callable[..., None]
    grad_scale: Tensor | None = None
    found_inf: Tensor | None = None

    add_param_group = unwrap(torch.optim.Optimizer.add_param_group)
    load_state_dict = unwrap(torch.optim.Optimizer.load_state_dict)
    state_dict = unwrap(torch.optim.Optimizer.state_dict)
    zero_grad = unwrap(torch.optim.Optimizer.zero_grad)

    def __init__(self, params, lr: float, betas=(0.9, 0.999), eps: float = 1e-8):
        # Capturable: a state that is loaded keeps `step` on the parameter's device.
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": 0.0, "capturable": True}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # it computes no loss
        """A step of all parameters that have a gradient."""
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            for p in params:
                if not self.state[p]:
                    steps = torch.zeros((), device=p.device)
                    blank = steps, torch.zeros_like(p), torch.zeros_like(p)
                    self.state[p] = dict(zip(STATE, blank, strict=True))
            if params:
                grads = [p.grad for p in params]
                state = [[self.state[p][name] for p in params] for name in STATE]
                self.update(group, params, grads, *state)
