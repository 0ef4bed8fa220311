"""What a training measures on its way: rows of metrics and timing, kept and shown."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from scripts.common.cli import log
from scripts.pretrain.loop import metrics
from scripts.pretrain.loop.micro_batches import Work
from scripts.pretrain.loop.processes import Processes


@dataclass(eq=False)
class Journal:
    """Rows of metrics and timing, and the sums of the steps that no row has yet.

    `flops(tokens, squares, masked)` is the work of a step, `peak` the device's measured speed.
    On the first process, rows also go to files in `live` as they come.
    """

    processes: Processes
    flops: Callable[[int, int, int], float]
    peak: float
    live: Path
    progress_seconds: float
    rows: list[dict] = field(default_factory=list)
    timing: list[dict] = field(default_factory=list)
    pending: list[Tensor] = field(default_factory=list)  # sums of steps that no row has yet
    # Examples, pairs, masks, tokens and squared lengths of those steps, and of all steps.
    counts: list[list[int]] = field(default_factory=list)
    totals: list[int] = field(default_factory=lambda: [0] * 5)
    seconds: float = 0.0  # trained before this process began
    first: tuple[float, float] = (0.0, 1.0)  # when this run's first row was shown, the share done

    def __post_init__(self):
        self.started = self.marked = self.shown = time.perf_counter()

    @property
    def spent(self) -> float:
        """Seconds trained, over all runs."""
        return self.seconds + time.perf_counter() - self.started

    def note(self, work: Work, sums: Tensor) -> None:
        """Take down a step."""
        counts = [work.examples, work.pairs, work.masked, work.tokens, work.squares]
        self.pending.append(sums)
        self.counts.append(counts)
        self.totals = [a + b for a, b in zip(self.totals, counts, strict=True)]

    def close(self, step: int, last: int | None, rate: float, done: float) -> tuple[dict, int]:
        """Make a row of the steps since the last one; returns it and how many steps it covers.

        `done` is the share of the phase that is done.
        """
        extra = {"learning_rate": rate, "examples": self.totals[0]}
        row = metrics.training_row(step, self.sums(), self.counts, extra)
        now = time.perf_counter()
        _, _, masked, tokens, squares = map(sum, zip(*self.counts, strict=True))
        seconds, steps = now - self.marked, len(self.counts)
        speed = tokens / seconds
        mfu = self.flops(tokens, squares, masked) / seconds / self.peak
        self.timing.append(
            {
                "step": step,
                "seconds": round(self.spent, 3),
                "tokens_per_second": round(speed, 1),
                "mfu": round(mfu, 4),
                "peak_memory_mb": peak_memory(self.processes.device) >> 20,
                "time": round(time.time(), 3),
            }
        )
        self.pending, self.counts, self.marked = [], [], now
        self.add(row)
        if now - self.shown > self.progress_seconds or step == last:
            self.shown = now
            log.info(
                "step %d of %s  loss %s  lr %.2e  %s tokens/s  %.0f%% of peak  %s left",
                step, last or "?", metrics.shown(row["loss"]), rate, f"{speed:,.0f}", 100 * mfu,
                clock(self.left(now, done)),
            )  # fmt: skip
        return row, steps

    def left(self, now: float, done: float) -> float:
        """Seconds to the end at the pace of this run; at its first row, at that of all runs."""
        since, begun = self.first
        if done > begun:
            return (now - since) / (done - begun) * (1 - done)
        self.first = now, done
        return self.spent / max(done, 1e-9) * (1 - done)

    def validated(self, step: int, sums: list[float], pairs: int, masked: int) -> None:
        """Add a row of validation."""
        row = metrics.validation_row(step, sums, pairs, masked)
        self.add(row)
        log.info(
            "step %d  validation loss %s, MLM accuracy %.1f%%",
            step, metrics.shown(row["validation_loss"]), 100 * (row["validation_mlm_accuracy"] or 0),
        )  # fmt: skip

    def has_validated(self, step: int) -> bool:
        """Whether there is a row of validation for a step."""
        return any(row["step"] == step and "validation_loss" in row for row in self.rows)

    def add(self, row: dict) -> None:
        """Add a row and show it to whoever watches the files."""
        self.rows.append(row)
        if self.processes.first:
            self.live.mkdir(parents=True, exist_ok=True)
            with open(self.live / "metrics.jsonl", "a", encoding="utf-8") as file:
                file.write(metrics.lines([row]))
            with open(self.live / metrics.EVENTS, "ab") as file:
                for record in metrics.records([row], {row["step"]: time.time()}, file.tell() == 0):
                    file.write(record)

    def sums(self) -> list[list[float]]:
        """The sums of the steps that no row has yet, over all processes."""
        return self.processes.sum(torch.stack(self.pending)).tolist() if self.pending else []

    def state(self) -> dict:
        """All of it as plain values; every process must call it."""
        return {
            "rows": self.rows,
            "timing": self.timing,
            "pending": self.sums(),
            "counts": self.counts,
            "totals": self.totals,
            "seconds": self.spent,
        }

    def load(self, state: dict, forget_time: bool = False) -> None:
        """Take up a state; the time since then counts as spent unless `forget_time`."""
        self.rows, self.timing, self.counts = state["rows"], state["timing"], state["counts"]
        self.totals = state["totals"]
        if forget_time:
            self.seconds, self.started = state["seconds"], time.perf_counter()
        share = 1.0 if self.processes.first else 0.0  # the sums are those of all processes
        self.pending = [
            torch.tensor(row, device=self.processes.device) * share for row in state["pending"]
        ]
        self.marked = time.perf_counter()
        if self.processes.first:
            self.live.mkdir(parents=True, exist_ok=True)
            (self.live / "metrics.jsonl").write_text(metrics.lines(self.rows), encoding="utf-8")
            events = b"".join(metrics.records(self.rows, self.times()))
            (self.live / metrics.EVENTS).write_bytes(events)

    def times(self) -> dict[int, float]:
        """When each row of timing was made, in seconds since the epoch, by step."""
        return {row["step"]: row["time"] for row in self.timing}

    def work(self) -> str:
        """What it took in work, which every run of the same job does alike."""
        examples, _, masked, tokens, squares = self.totals
        return (
            f"{examples:,} examples in {tokens:,} tokens without padding, "
            f"{masked:,} of them predicted; {self.flops(tokens, squares, masked):.3g} "
            "floating-point operations. How long that took is in `cost.json`."
        )

    def cost(self) -> dict:
        """What it took, which differs from run to run."""
        device = self.processes.device
        gpu = device.type == "cuda"
        return {
            "device": torch.cuda.get_device_name(device) if gpu else "cpu",
            "processes": self.processes.count,
            "hours": round(self.spent / 3600, 4),
            "tokens_per_second": round(self.totals[3] / max(self.spent, 1e-9), 1),
            "torch": torch.__version__,
        }


def peak_memory(device: torch.device) -> int:
    """The most bytes held so far: the device's, or on a CPU this process's."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def clock(seconds: float) -> str:
    """Seconds as 1:02:03 or 2:03."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
