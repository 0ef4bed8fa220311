"""What a training measures on its way: rows of metrics and timing, kept and shown."""

import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from scripts.common.atomic import write_text
from scripts.common.cli import log
from scripts.pretrain.loop.micro_batches import Work
from scripts.pretrain.loop.processes import Processes
from scripts.pretrain.telling import events, metrics


@dataclass(eq=False)
class Journal:
    """Rows of metrics and timing, and the sums of the steps that no row has yet.

    `flops(tokens, squares, masked, examples)` is the work of a step, `peak` the device's measured speed.
    On the first process, rows also go to files in `live` as they come.
    """

    processes: Processes
    flops: Callable[[int, int, int, int], float]
    peak: float
    live: Path
    progress_seconds: float
    rows: list[dict] = field(default_factory=list)
    timing: list[dict] = field(default_factory=list)
    pending: list[Tensor] = field(default_factory=list)  # sums of steps that no row has yet
    # Examples, pairs, masks, tokens and squared lengths of those steps, and of all steps.
    counts: list[list[int]] = field(default_factory=list)
    totals: list[int] = field(default_factory=lambda: [0] * 5)
    saving: float = 0.0  # seconds that training waited for checkpoints since the last row
    first: tuple[float, float] = (0.0, 1.0)  # when this run's first row was shown, the share done

    def __post_init__(self):
        self.marked = self.shown = time.perf_counter()

    def note(self, work: Work, sums: Tensor) -> None:
        counts = [work.examples, work.pairs, work.masked, work.tokens, work.squares]
        self.pending.append(sums)
        self.counts.append(counts)
        self.totals = [a + b for a, b in zip(self.totals, counts, strict=True)]

    def close(self, step: int, last: int | None, rate: float, done: float, spent: float) -> None:
        """Make a row of the steps since the last one, if there are any.

        `done` is the share of the phase that is done, `spent` the seconds trained over all runs.
        """
        if not self.pending:
            return
        extra = {"learning_rate": rate, "examples": self.totals[0]}
        row = metrics.training_row(step, self.sums(), self.counts, extra)
        now = time.perf_counter()
        examples, _, masked, tokens, squares = map(sum, zip(*self.counts, strict=True))
        seconds = now - self.marked
        speed = tokens / seconds
        mfu = self.flops(tokens, squares, masked, examples) / seconds / self.peak
        self.timing.append(
            {
                "step": step,
                "seconds": round(spent, 3),
                "tokens_per_second": round(speed, 1),
                "mfu": round(mfu, 4),
                "checkpoint_seconds": round(self.saving, 3),
                "peak_memory_mb": peak_memory(self.processes.device) >> 20,
                "time": round(time.time(), 3),
            }
        )
        self.pending, self.counts, self.marked, self.saving = [], [], now, 0.0
        self.add(row)
        if now - self.shown > self.progress_seconds or step == last:
            self.shown = now
            log.info(
                "step %d of %s  loss %s  lr %.2e  %s tokens/s  %.0f%% of peak  %s left",
                step, last or "?", metrics.shown(row["loss"]), rate, f"{speed:,.0f}", 100 * mfu,
                clock(self.left(now, done, spent)),
            )  # fmt: skip

    def left(self, now: float, done: float, spent: float) -> float:
        """Seconds to the end at the pace of this run; at its first row, at that of all runs."""
        since, begun = self.first
        if done > begun:
            return (now - since) / (done - begun) * (1 - done)
        self.first = now, done
        return spent / max(done, 1e-9) * (1 - done)

    def validated(self, step: int, sums: list[float], pairs: int, masked: int) -> None:
        row = metrics.validation_row(step, sums, pairs, masked)
        self.add(row)
        log.info(
            "step %d  validation loss %s, MLM accuracy %.1f%%",
            step, metrics.shown(row["validation_loss"]), 100 * (row["validation_mlm_accuracy"] or 0),
        )  # fmt: skip

    def add(self, row: dict) -> None:
        """Add a row and show it to whoever watches the files."""
        self.rows.append(row)
        if self.processes.first:
            self.live.mkdir(parents=True, exist_ok=True)
            with open(self.live / "metrics.jsonl", "a", encoding="utf-8") as file:
                file.write(metrics.lines([row]))
            with open(self.live / events.EVENTS, "ab") as file:
                now = {"step": row["step"], "time": time.time()}
                file.writelines(events.records([row], [now], file.tell() == 0))

    def sums(self) -> list[list[float]]:
        """The sums of the steps that no row has yet, over all processes."""
        return self.processes.sum(torch.stack(self.pending)).tolist() if self.pending else []

    def state(self) -> dict:
        """All of it as plain values; every process must call it."""
        names = ("rows", "timing", "counts", "totals")
        return {name: getattr(self, name) for name in names} | {"pending": self.sums()}

    def load(self, state: dict) -> None:
        """Take up a state; one of another version of this module has no weight in it to lose."""
        share = 1.0 if self.processes.first else 0.0  # the sums are those of all processes
        device = self.processes.device
        try:
            self.pending = [torch.tensor(row, device=device) * share for row in state["pending"]]
            self.rows, self.timing = state["rows"], state["timing"]
            self.counts, self.totals = state["counts"], state["totals"]
        except (LookupError, TypeError, ValueError) as error:
            log.warning("the checkpoint's rows of metrics cannot be read (%r); begun anew", error)
        self.marked = time.perf_counter()
        self.show_all()

    def show_all(self) -> None:
        """Write the rows so far, and no others, for whoever watches the files."""
        if self.processes.first:
            self.live.mkdir(parents=True, exist_ok=True)
            (self.live / "metrics.jsonl").write_text(metrics.lines(self.rows), encoding="utf-8")
            records = b"".join(events.records(self.rows, self.timing))
            (self.live / events.EVENTS).write_bytes(records)

    def export(self, folder: Path, facts: dict, spent: float) -> None:
        """Write what later steps tell of, with `facts` in training.json, and what it cost."""
        names = ("examples", "pairs", "masked", "tokens", "squares")
        work: dict[str, float] = dict(zip(names, self.totals, strict=True))
        work["flops"] = self.flops(*(self.totals[k] for k in (3, 4, 2, 0)))
        texts = {"training.json": facts | {"work": work}, "cost.json": self.cost(spent)}
        for name, value in texts.items():
            write_text(folder / name, json.dumps(value, indent=2) + "\n")
        write_text(folder / "metrics.jsonl", metrics.lines(self.rows))
        write_text(folder / "timing.jsonl", metrics.lines(self.timing))

    def cost(self, spent: float) -> dict:
        """What it took, which differs from run to run."""
        device = self.processes.device
        gpu = device.type == "cuda"
        return {
            "device": torch.cuda.get_device_name(device) if gpu else "cpu",
            "processes": self.processes.count,
            "hours": round(spent / 3600, 4),
            "tokens_per_second": round(self.totals[3] / max(spent, 1e-9), 1),
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
