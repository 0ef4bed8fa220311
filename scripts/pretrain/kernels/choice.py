"""Which kernels a training takes."""

import torch

from scripts.pretrain.kernels.cpu import CpuKernels
from scripts.pretrain.kernels.cuda import CudaKernels, flash_takes
from scripts.pretrain.kernels.reference import REFERENCE, Kernels


def choose(device: torch.device, dtype: torch.dtype, width: int) -> Kernels:
    """The kernels of a device for a precision of rows and a width of attention's heads."""
    if device.type == "cpu":
        return CpuKernels()
    if device.type == "cuda":
        capability = torch.cuda.get_device_capability(device)
        return CudaKernels(flash_takes(dtype, width, capability))
    return REFERENCE
