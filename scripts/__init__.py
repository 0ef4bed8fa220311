"""The steps of dump2glue: every verb here is a command, `python -m scripts.<stage>.<step> --help`."""

import os
import resource
import sys
from types import TracebackType

LEAST = 1 << 29  # bytes of memory; with less, libraries wait for ever while they are imported
NO_MEMORY = ("failed to map segment", "Cannot allocate memory")  # in the loader's words


def prepare() -> None:
    """Settle what must be so before a step's libraries are imported."""
    # Of numpy's library, which would start threads when it is imported; no step has products by it.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if 0 <= limit < LEAST:
        sys.exit(f"error: {limit >> 20} MB of memory are allowed (ulimit -v); a step needs more")
    sys.dont_write_bytecode = True  # on a full disk half of a module would be kept, and believed
    sys.excepthook = end


def end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in a line that memory is lacking where that ends a step while libraries are imported."""
    if isinstance(error, MemoryError) or any(words in str(error) for words in NO_MEMORY):
        line = "error: out of memory; give the step more (mem_mb), or fewer threads"
        print(line, file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


# What `python -m` is called by until it has found its module. Elsewhere, as in snakemake, whose
# environment other workflows' jobs inherit, the process is not this project's.
if sys.argv[:1] == ["-m"]:
    prepare()
