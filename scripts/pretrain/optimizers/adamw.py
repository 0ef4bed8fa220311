"""Adam with decoupled weight decay (Loshchilov and Hutter 2019), torch's own."""

import torch


class AdamW(torch.optim.AdamW):
    """torch's fused AdamW, which takes `grad_scale` and `found_inf`."""

    def __init__(self, params, lr: float, betas: tuple[float, float], eps: float):
        super().__init__(params, lr=lr, betas=betas, eps=eps, fused=True)
