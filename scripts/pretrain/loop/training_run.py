"""A training on its way: from its newest checkpoint to the end of its schedule."""

import math
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch

from scripts.common.cli import log
from scripts.common.errors import UserError
from scripts.examples.h5.example_files import Examples
from scripts.pretrain.loop import checkpoint
from scripts.pretrain.loop.guard import STEPS, Guard
from scripts.pretrain.loop.job import RuntimeOptions, Settings
from scripts.pretrain.loop.micro_batches import Stream, Work, fixed
from scripts.pretrain.loop.processes import Processes
from scripts.pretrain.loop.schedule import Schedule
from scripts.pretrain.loop.training import SUMS, Training
from scripts.pretrain.telling.journal import Journal

INTERRUPTED = 75  # EX_TEMPFAIL: run the same command again
# A scheduler's, Ctrl-C's, and a closed terminal's.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT, signal.SIGHUP)
# Of a run's state, what a checkpoint keeps as it is. `micro_batch_tokens` as `auto` measures another
# figure at each start, and with it would come other micro-batches and other dropout.
KEPT = ("skipped", "validated", "counts", "micro_batch_tokens")


@dataclass(eq=False)
class TrainingRun:
    """Where a training is, and the loop that takes it on.

    `skipped` counts examples that were passed over after a rollback, so that what made the loss
    explode is not seen again. Checkpoints lie in `folder`. The journal is told, and decides nothing.
    """

    settings: Settings
    options: RuntimeOptions
    schedule: Schedule
    micro_batch_tokens: int
    processes: Processes
    examples: Examples
    validation: Examples | None
    folder: Path
    training: Training
    journal: Journal
    guard: Guard = field(default_factory=Guard)
    step: int = 0
    skipped: int = 0
    validated: int = -1  # the step of the last validation
    seconds: float = 0.0  # trained before this process began
    signal: int | None = None
    started: float = field(default_factory=time.perf_counter)

    def __post_init__(self):
        # What the guard has not judged yet: sums, in which no order of additions shows, and counts.
        self.sums = torch.zeros(len(SUMS), dtype=torch.float64, device=self.processes.device)
        self.counts = [0, 0, 0]  # steps, masks, pairs
        beside = self.processes.device.type == "cuda"
        self.writer = checkpoint.Writer(self.folder, self.options.checkpoints, beside)

    @property
    def spent(self) -> float:
        """Seconds trained, over all runs."""
        return self.seconds + time.perf_counter() - self.started

    def resume(self, forget_time: bool = True) -> bool:
        """Take up the newest intact checkpoint; False where there is none.

        The time since then counts as spent unless `forget_time`.
        """
        found = checkpoint.load_newest(self.folder)
        step = found[1]["step"] if found else 0
        if self.processes.agree([step])[0] != step * self.processes.count:
            raise UserError(
                f"{self.folder}: the processes see different checkpoints; it must lie on a disk "
                "that all nodes share"
            )
        if found is None:
            self.journal.show_all()  # in place of what a run that was killed had shown
            return False
        tensors, state = found
        self.training.load(tensors)
        self.step = step
        for name in KEPT:
            setattr(self, name, state[name])
        share = 1.0 if self.processes.first else 0.0  # the sums are those of all processes
        self.sums = self.sums.new_tensor(state["sums"]) * share
        self.journal.load(state["journal"])
        self.guard.load(state["guard"])
        if forget_time:
            self.seconds, self.started = state["seconds"], time.perf_counter()
        return True

    def save(self) -> None:
        """Have a checkpoint written, unless the loss looks bad."""
        self.refuse_changed()
        if not self.guard.calm:
            return
        start = time.perf_counter()
        tensors = self.training.tensors()
        state = {name: getattr(self, name) for name in ("step", *KEPT)}
        state |= {"seconds": self.spent, "sums": self.processes.sum(self.sums.clone()).tolist()}
        state |= {"guard": self.guard.state(), "journal": self.journal.state()}
        if self.processes.first:
            self.writer.save(self.step, tensors, state)
        self.journal.saving += time.perf_counter() - start

    def await_checkpoint(self) -> None:
        """Wait until the last checkpoint is safe, for all processes to see."""
        self.writer.wait()
        self.processes.wait()

    def refuse_changed(self) -> None:
        for data in filter(None, (self.examples, self.validation)):
            data.refuse_changed()

    def notes(self) -> list[int]:
        """What this process has to say to all: stop, and milliseconds trained, by the first one's clock."""
        return [int(self.signal is not None), int(1000 * self.spent) * self.processes.first]

    def position(self, step: int) -> int:
        return self.schedule.position(step) + self.skipped

    def train_to_end(self) -> None:
        """Train until the schedule ends, from the newest checkpoint if there is one."""
        for number in STOP_SIGNALS:
            signal.signal(number, lambda number, _: setattr(self, "signal", number))
        if self.resume():
            log.info("resumed at step %d from %s", self.step, self.folder)
        last = self.schedule.steps
        log.info(
            "training on %s examples, %s, %s, %d process(es), %s steps",
            f"{len(self.examples):,}", self.processes.instructions or self.processes.device.type,
            self.settings.precision, self.processes.count, last or "?",
        )  # fmt: skip
        while self.stretch(last) == "roll back":
            self.roll_back()
        self.refuse_changed()
        if self.counts[0]:  # a phase by the clock ends at any step
            self.judge()
        if not self.guard.calm or not self.training.finite():
            self.give_up()
        if self.validated != self.step:
            self.validate()
            self.save()
        self.await_checkpoint()

    def stretch(self, last: int | None) -> str:
        """Train on until the end, a signal, or a loss that explodes; returns the guard's verdict."""
        seed, tokens = self.settings.seed, self.micro_batch_tokens
        stream = Stream(self.examples, seed, tokens, self.position, self.processes, self.notes)
        verdict, rate, saved = "go on", 0.0, math.inf
        for work in stream.steps(self.step, last):
            stop, spent = work.notes
            hours = spent / 3.6e6
            saved = min(saved, hours)
            if last is None and self.schedule.progress(self.step, hours) >= 1:
                break
            rate = self.schedule.learning_rate(self.step, hours)
            verdict = self.take(work, rate, hours, last)
            self.writer.check()
            if verdict != "go on":
                break
            alone = self.processes.count == 1 and self.signal is not None
            every = self.options.checkpoint_steps
            by_steps = every and self.step % every == 0
            # By the clock of what was read ahead, as what a save takes is not yet in it.
            late = hours - saved > self.options.checkpoint_minutes / 60
            if (late or by_steps or stop or alone) and self.step != last:
                self.save()
                saved = hours
            if stop or alone:
                self.await_checkpoint()
                self.stop()
        self.journal.close(self.step, last, rate, 1.0, self.spent)
        return verdict

    def take(self, work: Work, rate: float, hours: float, last: int | None) -> str:
        """Take one step, and what is due after it; returns the guard's verdict."""
        sums = self.training.step(work, rate)
        self.step += 1
        self.journal.note(work, sums)
        self.sums += sums
        counts = (1, work.masked, work.pairs)
        self.counts = list(map(sum, zip(self.counts, counts, strict=True)))
        if self.step % self.options.log_steps == 0 or self.step == last:
            done = self.schedule.progress(self.step - 1, hours)
            self.journal.close(self.step, last, rate, done, self.spent)
        verdict = self.judge() if self.step % STEPS == 0 or self.step == last else "go on"
        every = self.options.validate_steps
        if every and self.step % every == 0 and self.step != last:
            self.validate()
        return verdict

    def judge(self) -> str:
        """Have the guard judge the steps since it last did; returns its verdict."""
        mlm_loss, next_sentence_loss, *_, skipped = self.processes.sum(self.sums).tolist()
        steps, masked, pairs = self.counts
        self.sums, self.counts = torch.zeros_like(self.sums), [0, 0, 0]
        loss = mlm_loss / max(masked, 1) + next_sentence_loss / max(pairs, 1)
        verdict = self.guard.watch(loss, skipped, steps)
        if verdict == "give up":
            self.give_up()
        return verdict

    def roll_back(self) -> None:
        """Go back to the newest checkpoint and on from there with other examples."""
        self.await_checkpoint()
        if not checkpoint.found(self.folder):
            self.give_up()
        bad, position = self.step, self.position(self.step)
        self.resume(forget_time=False)
        self.guard.rolled_back()
        self.skipped += position - self.position(self.step)
        log.warning(
            "the loss exploded by step %d: back to step %d, on with other examples", bad, self.step
        )
        self.journal.add({"step": self.step, "rolled_back_from": bad})

    def give_up(self) -> None:
        self.writer.wait()
        kept = checkpoint.found(self.folder)
        raise UserError(
            f"step {self.step}: the loss is {self.guard.loss:.3f} after "
            f"{self.guard.rollbacks} rollbacks; lower the learning rate or lengthen the warm-up. "
            + (f"The last good state is {kept[0]}" if kept else "No checkpoint was saved yet")
        )

    def stop(self) -> None:
        """End because of a signal, so that the same command goes on later."""
        name = signal.Signals(self.signal or signal.SIGTERM).name
        log.error(
            "error: stopped by %s at step %d; run the same command again to go on from %s",
            name, self.step, self.folder,
        )  # fmt: skip
        sys.exit(INTERRUPTED)

    def validate(self) -> None:
        """Measure the loss on some validation examples, masked the same each time."""
        if self.validation is None or not len(self.validation):
            return
        self.validated = self.step
        seed, most = self.settings.seed, self.options.validation_examples
        batches = fixed(self.validation, seed, most, self.micro_batch_tokens, self.processes)
        self.journal.validated(self.step, *self.training.validate(batches))
