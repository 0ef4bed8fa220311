"""The optimizer: torch's steps, bit by bit."""

import torch
from torch import nn

from scripts.glue.finetuning.fused_adamw import AdamW


def test_steps_are_those_of_torchs_fused_adamw():
    torch.manual_seed(1)
    models = [nn.Linear(7, 5), nn.Linear(7, 5)]
    models[1].load_state_dict(models[0].state_dict())
    groups = [
        [{"params": [m.weight], "weight_decay": 0.1}, {"params": [m.bias], "weight_decay": 0.0}]
        for m in models
    ]
    ours, theirs = AdamW(groups[0]), torch.optim.AdamW(groups[1], lr=1.0, fused=True)
    for step in range(12):
        rate, x = 0.1 / (step + 1), torch.randn(3, 7)
        for model in models:
            (model(x) ** 2).sum().backward()
        ours.step(rate)
        for group in theirs.param_groups:
            group["lr"] = rate
        theirs.step()
        theirs.zero_grad()
        assert all(p.grad is None for p in models[0].parameters())
        for mine, other in zip(models[0].parameters(), models[1].parameters(), strict=True):
            assert torch.equal(mine, other)


def test_what_has_no_gradient_stays():
    used, idle = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))
    optimizer = AdamW(
        [{"params": [used, idle], "weight_decay": 0.1}, {"params": [], "weight_decay": 0}]
    )
    used.sum().backward()
    optimizer.step(0.1)
    optimizer.step(0.1)
    assert torch.equal(idle, torch.ones(3))
    assert (used < 1).all()
