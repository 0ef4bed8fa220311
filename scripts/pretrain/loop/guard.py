"""Watch over a training's losses: when to go back to a checkpoint, and when to give up."""

import math
from dataclasses import asdict, dataclass

STEPS = 10  # that are judged together, however often a training tells of itself
PATIENCE = 3  # bad judgements in a row before a rollback
ROLLBACKS = 2  # before giving up
MEMORY = 0.9  # of the running mean of good losses


@dataclass
class Guard:
    """Judges STEPS steps at a time.

    They are bad when their loss is not finite, when most of them were skipped (their gradients
    were not finite), or when their loss is far above the running mean. Loss scaling of fp16 skips
    some steps as it begins, which is why one bad judgement does not yet count.
    """

    mean: float | None = None
    bad: int = 0
    rollbacks: int = 0
    loss: float = math.nan  # that was judged last

    @property
    def calm(self) -> bool:
        return self.bad == 0

    def watch(self, loss: float, skipped: float, steps: int) -> str:
        """Judge `steps` steps, of which some were skipped: "go on", "roll back" or "give up"."""
        self.loss = loss
        if not math.isfinite(loss) or 2 * skipped > steps or self.exploded(loss):
            self.bad += 1
        else:
            self.bad = 0
            self.mean = loss if self.mean is None else MEMORY * self.mean + (1 - MEMORY) * loss
        if self.bad < PATIENCE:
            return "go on"
        return "roll back" if self.rollbacks < ROLLBACKS else "give up"

    def exploded(self, loss: float) -> bool:
        return self.mean is not None and loss > self.mean + max(1.0, 0.3 * abs(self.mean))

    def rolled_back(self) -> None:
        self.bad, self.rollbacks = 0, self.rollbacks + 1

    def state(self) -> dict:
        return asdict(self)

    def load(self, state: dict) -> None:
        self.mean, self.bad = state["mean"], state["bad"]
        self.rollbacks = max(self.rollbacks, state["rollbacks"])
