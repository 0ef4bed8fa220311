"""Which kernels a training takes."""

import torch

from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.kernels.cpu import CpuKernels
from scripts.pretrain.kernels.cuda import CudaKernels, flash_takes
from scripts.pretrain.kernels.reference import REFERENCE, Kernels


def choose(device: torch.device, dtype: torch.dtype, shape: Shape) -> Kernels:
    """The kernels of a device for a model whose rows have this precision."""
    if device.type == "cpu":
        return CpuKernels()
    if device.type == "cuda":
        capability = torch.cuda.get_device_capability(device)
        width = shape.hidden_size // shape.num_attention_heads
        return CudaKernels(flash_takes(dtype, width, capability))
    return REFERENCE
