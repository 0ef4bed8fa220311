"""A training on its way: where it is, what it has measured, when it saves."""

import resource
import signal
import sys
import time

import torch

from scripts.common.cli import log
from scripts.pretrain import checkpoint, metrics
from scripts.pretrain.batches import Stream, fixed
from scripts.pretrain.settings import PRECISIONS
from scripts.pretrain.training import Training, peak_flops

INTERRUPTED = 75  # EX_TEMPFAIL: run the same command again


class Run:
    """A training on its way: where it is, what it has measured, when it saves."""

    def __init__(self, job, schedule, upkeep, team, train, validation, folder, training):
        self.job, self.schedule, self.upkeep, self.team = job, schedule, upkeep, team
        self.train, self.validation, self.folder = train, validation, folder
        self.training: Training = training
        self.step, self.skip, self.seconds = 0, 0, 0.0
        self.rows: list[dict] = []
        self.timing: list[dict] = []
        self.pending: list[torch.Tensor] = []  # sums of steps that no row has yet
        self.counts: list[list[int]] = []  # their examples, pairs, masked
        self.tokens = [0, 0, 0]  # of the steps that no row has yet: tokens, squares, masked
        self.signal: int | None = None
        self.peak = peak_flops(team.device, PRECISIONS[job.precision]) * team.count
        self.saved = self.started = self.marked = self.shown = time.perf_counter()

    # --- state

    def resume(self) -> None:
        """Take up the newest intact checkpoint, if there is one."""
        found = checkpoint.load_newest(self.folder)
        if found is None:
            return
        tensors, state = found
        self.training.load(tensors)
        self.step, self.skip, self.seconds = state["step"], state["skip"], state["seconds"]
        self.rows, self.timing = state["rows"], state["timing"]
        self.counts, self.tokens = state["counts"], state["tokens"]
        device = self.team.device
        first = self.team.first
        self.pending = [
            torch.tensor(row if first else [0.0] * len(row), device=device)
            for row in state["pending"]
        ]
        log.info("resumed at step %d from %s", self.step, self.folder)

    def save(self) -> None:
        """Write a checkpoint."""
        tensors = self.training.tensors()
        pending = self.gathered()
        if self.team.first:
            state = {
                "step": self.step,
                "skip": self.skip,
                "seconds": self.seconds + time.perf_counter() - self.started,
                "rows": self.rows,
                "timing": self.timing,
                "counts": self.counts,
                "tokens": self.tokens,
                "pending": pending,
            }
            path = checkpoint.save(self.folder, self.step, tensors, state, self.upkeep.keep)
            log.info("saved %s", path)
        self.team.wait()
        self.saved = time.perf_counter()

    def gathered(self) -> list[list[float]]:
        """The sums of the steps that no row has yet, over all processes."""
        if not self.pending:
            return []
        return self.team.sum(torch.stack(self.pending)).tolist()

    # --- the loop

    def notes(self) -> list[int]:
        """What this process has to say to all: stop, save, milliseconds trained."""
        now = time.perf_counter()
        save = self.team.first and now - self.saved > self.upkeep.minutes * 60
        spent = int(1000 * (self.seconds + now - self.started)) if self.team.first else 0
        return [int(self.signal is not None), int(save), spent]

    def train_to_end(self) -> None:
        """Train until the schedule ends."""
        for number in (signal.SIGTERM, signal.SIGUSR1):
            signal.signal(number, lambda number, _: setattr(self, "signal", number))
        schedule, last = self.schedule, self.schedule.steps
        stream = Stream(
            self.train,
            self.job.seed,
            self.job.micro_batch_tokens,
            lambda step: schedule.position(step) + self.skip,
            self.team.rank,
            self.team.count,
            self.team.agree,
            self.notes,
            pin=self.team.device.type == "cuda",
        )
        log.info(
            "training on %d examples, %s, %s, %d process(es), %s steps",
            len(self.train), self.team.device.type, self.job.precision, self.team.count, last or "?",
        )  # fmt: skip
        for work in stream.steps(self.step, last):
            stop, save, spent = work.notes
            hours = spent / 3.6e6
            if last is None and schedule.progress(self.step, hours) >= 1:
                break
            rate = schedule.learning_rate(self.step, hours)
            self.pending.append(self.training.step(work, rate))
            self.step += 1
            self.counts.append([work.examples, work.pairs, work.masked])
            for index, value in enumerate((work.tokens, work.squares, work.masked)):
                self.tokens[index] += value
            if self.step % self.job.log_steps == 0 or self.step == last:
                self.write_row(rate)
            every = self.job.validate_steps
            if every and self.step % every == 0 and self.step != last:
                self.validate()
            by_steps = self.upkeep.steps and self.step % self.upkeep.steps == 0
            alone = self.team.count == 1 and self.signal is not None
            if (save or by_steps or stop or alone) and self.step != last:
                self.save()
            if stop or alone:
                log.error(
                    "error: stopped by %s at step %d; run the same command again to go on from %s",
                    signal.Signals(self.signal or signal.SIGTERM).name, self.step, self.folder,
                )  # fmt: skip
                sys.exit(INTERRUPTED)
        self.validate()
        self.save()

    def write_row(self, rate: float) -> None:
        """Close a row of metrics and one of timing."""
        sums = self.gathered()
        now = time.perf_counter()
        extra = {"learning_rate": rate, "examples": self.schedule.position(self.step)}
        row = metrics.training_row(self.step, sums, self.counts, extra)
        seconds = now - self.marked
        tokens, squares, masked = self.tokens
        speed = tokens / seconds
        use = self.training.model.flops(tokens, squares, masked) / seconds / self.peak
        spent = self.seconds + now - self.started
        memory = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else peak_memory()
        self.timing.append(
            {
                "step": self.step,
                "seconds": round(spent, 3),
                "tokens_per_second": round(speed, 1),
                "utilisation": round(use, 4),
                "peak_memory_mb": memory >> 20,
                "time": round(time.time(), 3),
            }
        )
        self.rows.append(row)
        self.pending, self.counts, self.tokens, self.marked = [], [], [0, 0, 0], now
        last = self.schedule.steps
        if now - self.shown > self.upkeep.progress_seconds or self.step == last:
            self.shown = now
            done = self.schedule.progress(self.step - 1, spent / 3600)
            log.info(
                "step %d of %s  loss %.3f  lr %.2e  %s tokens/s  %.0f%% of peak  %s left",
                self.step, last or "?", row["loss"] or float("nan"), rate, f"{speed:,.0f}", 100 * use,
                clock(spent / max(done, 1e-9) * (1 - done)),
            )  # fmt: skip

    def validate(self) -> None:
        """Measure the loss on the first of the validation examples, masked the same each time."""
        if self.validation is None or not len(self.validation):
            return
        if any(row["step"] == self.step and "validation_loss" in row for row in self.rows):
            return  # resumed after the last step
        batches = fixed(
            self.validation,
            self.job.seed,
            self.job.validation_examples,
            self.job.micro_batch_tokens,
            self.team.rank,
            self.team.count,
        )
        row = metrics.validation_row(self.step, *self.training.validate(batches))
        self.rows.append(row)
        log.info(
            "step %d  validation loss %.3f, masked words right %.1f%%",
            self.step, row["validation_loss"] or float("nan"), 100 * (row["validation_masked_accuracy"] or 0),
        )  # fmt: skip

    def cost(self) -> dict:
        """What the phase took."""
        device = self.team.device
        gpu = device.type == "cuda"
        return {
            "device": torch.cuda.get_device_name(device) if gpu else "cpu",
            "processes": self.team.count,
            "hours": round((self.seconds + time.perf_counter() - self.started) / 3600, 4),
            "torch": torch.__version__,
        }


def peak_memory() -> int:
    """The most bytes that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def clock(seconds: float) -> str:
    """Seconds as 1:02:03 or 2:03."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
