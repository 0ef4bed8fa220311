"""Which kernels a training takes."""

import torch

from scripts.common.cli import log
from scripts.common.errors import UserError
from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.kernels.cpu import CpuKernels
from scripts.pretrain.kernels.cuda import CudaKernels, flash_takes, take_flash_3
from scripts.pretrain.kernels.reference import REFERENCE, Kernels


def choose(
    device: torch.device,
    dtype: torch.dtype,
    shape: Shape,
    version: int = 2,
    rate: float = 0.0,
    eight_bits: bool = False,
) -> Kernels:
    """The kernels of a device for a model whose rows have this precision; attention has dropout `rate`.

    `version` is the newest flash attention that may be taken, `eight_bits` whether linear layers are to
    multiply in so few. Raises UserError where something was asked for that cannot be had.
    """
    able = device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 9)
    if eight_bits and not (able and dtype == torch.bfloat16):
        raise UserError(
            "pretrain.fp8: needs precision bf16 and a GPU of compute capability 8.9 or more (Ada, Hopper)"
        )
    if device.type == "cpu":
        return CpuKernels()
    if device.type == "cuda":
        capability = torch.cuda.get_device_capability(device)
        flash = flash_takes(dtype, shape.hidden_size // shape.num_attention_heads, capability)
        taken = 3 if flash and version == 3 and take_flash_3(capability, rate) else 2
        log.info("attention: %s", f"flash attention {taken}" if flash else "on padded rows")
        return CudaKernels(flash, eight_bits)
    return REFERENCE
