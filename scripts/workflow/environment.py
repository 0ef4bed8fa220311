"""What of the environment reaches a step, and so is a param; environment.sh removes the rest."""

import os

# Which instructions and which arithmetic a processor's libraries may use: who sets one means it.
INSTRUCTIONS = (
    "ATEN_CPU_CAPABILITY", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR", "MKL_DEBUG_CPU_TYPE",
    "MKL_ENABLE_INSTRUCTIONS", "DNNL_DEFAULT_FPMATH_MODE", "ONEDNN_DEFAULT_FPMATH_MODE",
)  # fmt: skip


def instructions() -> str:
    """The variables that choose a processor's instructions, as a param; empty where none is set."""
    return " ".join(f"{name}={os.environ[name]}" for name in INSTRUCTIONS if os.environ.get(name))
