"""A training on its way: from its newest checkpoint to the end of its schedule."""

import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from scripts.common.cli import log
from scripts.common.errors import UserError
from scripts.examples.h5.example_files import Examples
from scripts.pretrain.loop import checkpoint, metrics
from scripts.pretrain.loop.guard import Guard
from scripts.pretrain.loop.job import RuntimeOptions, Settings
from scripts.pretrain.loop.journal import Journal
from scripts.pretrain.loop.micro_batches import Stream, Work, fixed
from scripts.pretrain.loop.processes import Processes
from scripts.pretrain.loop.schedule import Schedule
from scripts.pretrain.loop.training import Training

INTERRUPTED = 75  # EX_TEMPFAIL: run the same command again
# A scheduler's, Ctrl-C's, and a closed terminal's.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT, signal.SIGHUP)


@dataclass(eq=False)
class TrainingRun:
    """Where a training is, and the loop that takes it on.

    `skipped` counts examples that were passed over after a rollback, so that what made the loss
    explode is not seen again. Checkpoints lie in `folder`.
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
    signal: int | None = None
    saved: float = field(default_factory=time.perf_counter)  # when

    def resume(self, forget_time: bool = True) -> bool:
        """Take up the newest intact checkpoint; False where there is none."""
        found = checkpoint.load_newest(self.folder)
        step = found[1]["step"] if found else 0
        if self.processes.agree([step])[0] != step * self.processes.count:
            raise UserError(
                f"{self.folder}: the processes see different checkpoints; it must lie on a disk "
                "that all nodes share"
            )
        if found is None:
            return False
        tensors, state = found
        self.training.load(tensors)
        self.step, self.skipped = step, state["skipped"]
        self.journal.load(state["journal"], forget_time)
        self.guard.load(state["guard"])
        self.saved = time.perf_counter()
        return True

    def save(self) -> None:
        """Write a checkpoint, unless the loss looks bad."""
        self.refuse_changed()
        if not self.guard.calm:
            return
        tensors, journal, guard = self.training.tensors(), self.journal.state(), self.guard.state()
        if self.processes.first:
            state = {"step": self.step, "skipped": self.skipped, "journal": journal, "guard": guard}
            path = checkpoint.save(self.folder, self.step, tensors, state, self.options.checkpoints)
            log.info("saved %s", path)
        self.processes.wait()
        self.saved = time.perf_counter()

    def refuse_changed(self) -> None:
        """Raise UserError where examples are no longer those that were verified."""
        for data in filter(None, (self.examples, self.validation)):
            data.refuse_changed()

    def notes(self) -> list[int]:
        """What this process has to say to all: stop, save, milliseconds trained."""
        late = time.perf_counter() - self.saved > self.options.checkpoint_minutes * 60
        stop = int(self.signal is not None)
        return (
            [stop, int(late), int(1000 * self.journal.spent)]
            if self.processes.first
            else [stop, 0, 0]
        )

    def position(self, step: int) -> int:
        """The first example of a step."""
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
            f"{len(self.examples):,}", self.processes.device.type, self.settings.precision, self.processes.count,
            last or "?",
        )  # fmt: skip
        while self.stretch(last) == "roll back":
            self.roll_back()
        self.refuse_changed()
        if not self.guard.calm or not self.training.finite():
            self.give_up(self.journal.rows[-1])
        if not self.journal.has_validated(self.step):
            self.validate()
            self.save()

    def stretch(self, last: int | None) -> str:
        """Train on until the end, a signal, or a loss that explodes; returns the guard's verdict."""
        seed, tokens = self.settings.seed, self.micro_batch_tokens
        stream = Stream(self.examples, seed, tokens, self.position, self.processes, self.notes)
        verdict, rate = "go on", 0.0
        for work in stream.steps(self.step, last):
            stop, save, spent = work.notes
            hours = spent / 3.6e6
            if last is None and self.schedule.progress(self.step, hours) >= 1:
                break
            rate = self.schedule.learning_rate(self.step, hours)
            verdict = self.take(work, rate, hours, last)
            if verdict != "go on":
                break
            alone = self.processes.count == 1 and self.signal is not None
            every = self.options.checkpoint_steps
            by_steps = every and self.step % every == 0
            if (save or by_steps or stop or alone) and self.step != last:
                self.save()
            if stop or alone:
                self.stop()
        if self.journal.pending:
            self.journal.close(self.step, last, rate, 1.0)
        return verdict

    def take(self, work: Work, rate: float, hours: float, last: int | None) -> str:
        """Take one step, and what is due after it; returns the guard's verdict."""
        self.journal.note(work, self.training.step(work, rate))
        self.step += 1
        verdict = "go on"
        if self.step % self.settings.log_steps == 0 or self.step == last:
            done = self.schedule.progress(self.step - 1, hours)
            row, steps = self.journal.close(self.step, last, rate, done)
            verdict = self.guard.watch(row, steps)
            if verdict == "give up":
                self.give_up(row)
        every = self.settings.validate_steps
        if every and self.step % every == 0 and self.step != last:
            self.validate()
        return verdict

    def roll_back(self) -> None:
        """Go back to the newest checkpoint and on from there with other examples."""
        if not checkpoint.found(self.folder):
            self.give_up(self.journal.rows[-1])
        bad, position = self.step, self.position(self.step)
        self.resume(forget_time=False)
        self.guard.rolled_back()
        self.skipped += position - self.position(self.step)
        log.warning(
            "the loss exploded by step %d: back to step %d, on with other examples", bad, self.step
        )
        self.journal.add({"step": self.step, "rolled_back_from": bad})

    def give_up(self, row: dict) -> None:
        """End with the reason."""
        kept = checkpoint.found(self.folder)
        raise UserError(
            f"step {self.step}: the loss is {metrics.shown(row['loss'])} after "
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
        seed, most = self.settings.seed, self.settings.validation_examples
        batches = fixed(self.validation, seed, most, self.micro_batch_tokens, self.processes)
        self.journal.validated(self.step, *self.training.validate(batches))
