"""What the optimizers share."""

from inspect import unwrap

import torch
from torch import Tensor


class Optimizer(torch.optim.Optimizer):
    """torch's form of an optimizer whose parameters have an Adam's state, by `update`.

    Without torch's compiler, which torch's own methods import when they are first called, for a second.
    `grad_scale` divides the gradients and `found_inf` (1.0) skips a step, as torch's fused optimizers
    take them.
    """

    _step_supports_amp_scaling = True
    grad_scale: Tensor | None = None
    found_inf: Tensor | None = None

    add_param_group = unwrap(torch.optim.Optimizer.add_param_group)
    load_state_dict = unwrap(torch.optim.Optimizer.load_state_dict)
    state_dict = unwrap(torch.optim.Optimizer.state_dict)
    zero_grad = unwrap(torch.optim.Optimizer.zero_grad)

    def __init__(
        self, params, lr: float, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8
    ):
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
                    self.state[p] = {
                        "step": torch.zeros((), device=p.device),
                        "exp_avg": torch.zeros_like(p),
                        "exp_avg_sq": torch.zeros_like(p),
                    }
            if params:
                state = [self.state[p] for p in params]
                steps, means, squares = (
                    [s[name] for s in state] for name in ("step", "exp_avg", "exp_avg_sq")
                )
                grads = [p.grad for p in params if p.grad is not None]
                self.update(group, params, grads, steps, means, squares)

    def update(
        self,
        group: dict,
        params: list[Tensor],
        grads: list[Tensor],
        steps: list[Tensor],
        means: list[Tensor],
        squares: list[Tensor],
    ) -> None:
        """One step of the parameters of a group, of their counts of steps and of their moments."""
        raise NotImplementedError
