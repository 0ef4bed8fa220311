"""The optimizers by name, and what a phase says of them.

To add one, write a file beside this one with a class of torch's form that divides gradients by `grad_scale`
and changes nothing where `found_inf` is 1, such as a `base.Optimizer`; then name it here.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scripts.common.settings import setting

if TYPE_CHECKING:
    from torch import nn

OPTIMIZERS = ("adamw", "lamb")


@dataclass(frozen=True, kw_only=True)
class OptimizerSettings:
    """A phase's optimizer."""

    optimizer: str = setting("adamw", enum=OPTIMIZERS)
    weight_decay: float = setting(0.01, "of matrices; biases, normalisations: none", minimum=0)
    beta1: float = setting(0.9, minimum=0, exclusiveMaximum=1)
    beta2: float = setting(0.999, minimum=0, exclusiveMaximum=1)
    epsilon: float = setting(1e-6, exclusiveMinimum=0)
    max_grad_norm: float = setting(1.0, "bound of the gradient's norm; 0: none", minimum=0)


def parameter_groups(model: "nn.Module", weight_decay: float) -> list[dict]:
    """Groups of what is trained: matrices, which decay, and biases and normalisations, which do not.

    A matrix that is `parts` of the paper's side by side, such as queries, keys and values, is in a group
    that says so, for optimizers which look at a tensor as a whole.
    """
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    fused = [p for name, p in trained if name.endswith("qkv.weight")]
    matrices = [p for name, p in trained if p.dim() > 1 and not name.endswith("qkv.weight")]
    others = [p for _, p in trained if p.dim() <= 1]
    groups: list[dict] = [
        {"params": fused, "weight_decay": weight_decay, "parts": 3},
        {"params": matrices, "weight_decay": weight_decay, "parts": 1},
        {"params": others, "weight_decay": 0.0, "parts": 1},
    ]
    return [group for group in groups if group["params"]]


def make_optimizer(
    model: "nn.Module", settings: OptimizerSettings, learning_rate: float, sharded: bool = False
) -> Any:
    """A model's optimizer; `sharded`: each process keeps a part of its state (ZeRO stage 1)."""
    # Imported here, so that a step's flags do not wait for torch.
    from scripts.pretrain.optimizers.adamw import AdamW
    from scripts.pretrain.optimizers.lamb import Lamb

    groups = parameter_groups(model, settings.weight_decay)
    kind: Any = {"adamw": AdamW, "lamb": Lamb}[settings.optimizer]
    betas = (settings.beta1, settings.beta2)
    if sharded:
        from torch.distributed.optim import ZeroRedundancyOptimizer

        return ZeroRedundancyOptimizer(
            groups, optimizer_class=kind, lr=learning_rate, betas=betas, eps=settings.epsilon
        )
    return kind(groups, lr=learning_rate, betas=betas, eps=settings.epsilon)


def settle_state(optimizer: Any) -> None:
    """Move what a loaded state holds to its parameter's device, in place.

    ZeroRedundancyOptimizer takes numbers such as `step` to the host; fused optimizers refuse that.
    """
    inner = getattr(optimizer, "optim", optimizer)  # of a sharded optimizer
    for parameter, values in inner.state.items():
        values.update({name: value.to(parameter.device) for name, value in values.items()})
