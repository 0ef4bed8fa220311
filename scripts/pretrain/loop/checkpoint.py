"""Checkpoints: whole or absent, checked by digest, read without running code.

A checkpoint is a folder `step-<number>` with `tensors.safetensors`, `state.json` and `digests.json`
(SHA-256 of the other two, written with them and renamed into place last).
"""

import fcntl
import json
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import TextIO

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from scripts.common.atomic import atomic_path, remove
from scripts.common.cli import log
from scripts.common.digest import file_digest
from scripts.common.errors import UserError, ran_out

LOCK_SECONDS = 40.0  # more than Slurm gives a cancelled job to end (KillWait)
FILES = ("tensors.safetensors", "state.json")


def save(folder: Path, step: int, tensors: dict[str, Tensor], state: dict, keep: int) -> Path:
    """Write a checkpoint; once it is safe, keep the newest `keep` up to its step.

    Those of later steps go: a training that comes by a step again began before one that was damaged.
    """
    target = folder / f"step-{step:09d}"
    with atomic_path(target) as temporary:
        temporary.mkdir()
        save_file({k: v.detach().contiguous() for k, v in tensors.items()}, temporary / FILES[0])
        (temporary / FILES[1]).write_text(json.dumps(state), encoding="utf-8")
        digests = {name: file_digest(temporary / name) for name in FILES}
        (temporary / "digests.json").write_text(json.dumps(digests), encoding="utf-8")
    later = [path for path in found(folder) if path.name > target.name]
    for old in [*later, *found(folder)[len(later) + keep :]]:
        remove(old)
    log.info("saved %s", target)
    return target


class Writer:
    """Saves checkpoints one after the other; `beside` training, by a thread and of a copy in host memory.

    On a CPU the copy would take the memory, and the thread the processor time, that training needs.
    """

    def __init__(self, folder: Path, keep: int, beside: bool):
        self.folder, self.keep, self.beside = folder, keep, beside
        self.thread = ThreadPoolExecutor(1, "checkpoints")
        self.begun: Future | None = None

    @torch.no_grad()
    def save(self, step: int, tensors: dict[str, Tensor], state: dict) -> None:
        """`save`, when the one before is safe."""
        self.wait()
        if not self.beside:
            save(self.folder, step, tensors, state, self.keep)
            return
        copies = {  # into pinned memory, since it takes them several times faster
            name: torch.empty_like(value, device="cpu", pin_memory=value.is_cuda).copy_(value)
            for name, value in tensors.items()
        }
        self.begun = self.thread.submit(save, self.folder, step, copies, deepcopy(state), self.keep)

    def check(self) -> None:
        """Raise what was wrong with the last checkpoint, if that is known."""
        if self.begun and self.begun.done():
            self.wait()

    def wait(self) -> None:
        """Wait until the last checkpoint is safe; raises what was wrong with it."""
        begun, self.begun = self.begun, None
        if begun:
            begun.result()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder of checkpoints, so that no other process trains on it meanwhile.

    A process that dies holds it no longer; one that a scheduler has told to end is waited for. Raises
    UserError where another process goes on holding it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as file:
        deadline = time.monotonic() + LOCK_SECONDS
        while not hold(file):
            if time.monotonic() > deadline:
                raise UserError(
                    f"{folder}: the same training is going on in another process; wait for it, or stop it"
                )
            time.sleep(0.5)
        yield


def hold(file: TextIO) -> bool:
    """Take an open file's lock; False where another process has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        log.warning("%s: cannot be locked (%s); start this training only once", file.name, error)
    return True


def found(folder: Path) -> list[Path]:
    """The checkpoints in a folder, newest first."""
    return sorted(folder.glob("step-*"), reverse=True)


def load_newest(folder: Path) -> tuple[dict[str, Tensor], dict] | None:
    """Read the newest checkpoint that is intact, or None; says which ones are not."""
    for path in found(folder):
        try:
            return load(path)
        except (OSError, ValueError, LookupError, TypeError, SafetensorError) as error:
            if lacking := ran_out(error):
                raise UserError(f"{path}: {lacking}") from error
            log.warning("%s: damaged (%s); trying the one before", path, error)
    return None


def load(path: Path) -> tuple[dict[str, Tensor], dict]:
    """Read a checkpoint's tensors and state; raises ValueError where a digest does not agree."""
    digests = json.loads((path / "digests.json").read_text(encoding="utf-8"))
    for name in FILES:
        if file_digest(path / name) != digests[name]:
            raise ValueError(f"{name} does not have the digest that was written with it")
    return load_file(path / FILES[0]), json.loads((path / FILES[1]).read_text(encoding="utf-8"))
