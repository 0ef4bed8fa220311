"""What a training run says of itself, as rows."""

import json
import math
from collections.abc import Iterable


def training_row(step: int, sums: list[list[float]], counts: list[list[int]], extra: dict) -> dict:
    """One row for several steps: `sums` per step as SUMS, `counts` examples, pairs, masks."""
    totals = [math.fsum(column) for column in zip(*sums, strict=True)]
    _, pairs, masked, *_ = map(sum, zip(*counts, strict=True))
    loss, mlm, next_sentence = means(totals, pairs, masked)
    norms = [row[4] for row in sums if math.isfinite(row[4])]
    row: dict[str, float | None] = {"step": step, "loss": loss, **mlm, **next_sentence}
    row["gradient_norm"] = math.fsum(norms) / len(norms) if norms else None
    if totals[5]:
        row["skipped_steps"] = int(totals[5])
    return {key: rounded(value) for key, value in (row | extra).items()}


def validation_row(step: int, sums: list[float], pairs: int, masked: int) -> dict[str, float]:
    loss, mlm, next_sentence = means(sums, pairs, masked)
    row = {f"validation_{k}": v for k, v in (mlm | {"loss": loss} | next_sentence).items()}
    return {key: rounded(value) for key, value in ({"step": step} | row).items()}


def means(
    sums: list[float], pairs: int, masked: int
) -> tuple[float, dict[str, float], dict[str, float]]:
    """The loss in all, then loss and accuracy of masked LM and, where there are pairs, of next sentence.

    `sums` begin as SUMS does.
    """
    mlm_loss, next_sentence_loss, mlm_correct, next_sentence_correct, *_ = sums
    masked = max(masked, 1)
    mlm = {"mlm_loss": mlm_loss / masked, "mlm_accuracy": mlm_correct / masked}
    if not pairs:
        return mlm["mlm_loss"], mlm, {}
    next_sentence = {
        "next_sentence_loss": next_sentence_loss / pairs,
        "next_sentence_accuracy": next_sentence_correct / pairs,
    }
    return mlm["mlm_loss"] + next_sentence["next_sentence_loss"], mlm, next_sentence


def rounded(value):
    """A float with seven significant digits, which is what fp32 holds; JSON has no NaN."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.7g}") if math.isfinite(value) else None


def shown(loss: float | None) -> str:
    return "not finite" if loss is None else f"{loss:.3f}"


def lines(rows: Iterable[dict]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)
