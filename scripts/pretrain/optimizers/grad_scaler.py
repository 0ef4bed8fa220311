"""Steps that are scaled, clipped and skipped on the device, without asking the host."""

import torch
from torch import Tensor


class GradScaler:
    """The loss's scale (fp16 only), the clipping and the skipping of steps, all on the device.

    fp16: the scale halves after a step that overflowed and doubles after `patience` good ones
    (Micikevicius et al. 2018); else it stays 1.
    """

    def __init__(self, dynamic: bool, device: torch.device, patience: int = 2000):
        self.dynamic, self.patience = dynamic, patience
        self.scale = torch.full((), 2.0**16 if dynamic else 1.0, device=device)
        self.good = torch.zeros((), device=device)

    def step(self, optimizer, params: list[Tensor], max_grad_norm: float) -> tuple[Tensor, Tensor]:
        """Step, unless a gradient is not finite. Returns the gradient's norm and 1.0 if skipped.

        Raises TypeError for an optimizer that would not skip.
        """
        inner = getattr(optimizer, "optim", optimizer)  # of a sharded optimizer
        if not getattr(inner, "_step_supports_amp_scaling", False):
            raise TypeError(f"{type(inner).__name__} does not take grad_scale and found_inf")
        norms = torch._foreach_norm([p.grad for p in params if p.grad is not None])
        norm = torch.linalg.vector_norm(torch.stack(norms)) / self.scale
        skipped = (~torch.isfinite(norm)).float()
        shrink = (norm / max_grad_norm).clamp(min=1.0) if max_grad_norm else torch.ones_like(norm)
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
