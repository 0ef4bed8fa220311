"""What a training run says of itself: rows of metrics, rows of timing, TensorBoard events."""

import json
import math
import struct
from collections.abc import Iterable
from pathlib import Path

from scripts.common.atomic import atomic_path

# The columns of a step's sums, as the device keeps them.
SUMS = ("masked_loss", "next_loss", "masked_right", "next_right", "norm", "skipped")
EVENTS = "events.out.tfevents.0.pretrain"


def training_row(
    step: int, sums: list[list[float]], counts: list[list[int]], extra: dict
) -> dict[str, float]:
    """One row for several steps: `sums` per step as SUMS, `counts` examples, pairs, masks."""
    total = dict(zip(SUMS, map(math.fsum, zip(*sums, strict=True)), strict=True))
    _, pairs, masked, *_ = map(sum, zip(*counts, strict=True))
    norms = [row[4] for row in sums if math.isfinite(row[4])]
    masked_loss = total["masked_loss"] / max(masked, 1)
    row = {"step": step, "loss": masked_loss, "masked_loss": masked_loss}
    row["masked_accuracy"] = total["masked_right"] / max(masked, 1)
    if pairs:
        row["next_sentence_loss"] = total["next_loss"] / pairs
        row["next_sentence_accuracy"] = total["next_right"] / pairs
        row["loss"] += row["next_sentence_loss"]
    row["gradient_norm"] = math.fsum(norms) / len(norms) if norms else None
    if total["skipped"]:
        row["skipped_steps"] = int(total["skipped"])
    return {key: rounded(value) for key, value in (row | extra).items()}


def validation_row(step: int, sums: list[float], pairs: int, masked: int) -> dict[str, float]:
    """One row of a pass over the validation examples."""
    row = {"step": step, "validation_masked_loss": sums[0] / max(masked, 1)}
    row["validation_masked_accuracy"] = sums[2] / max(masked, 1)
    row["validation_loss"] = row["validation_masked_loss"]
    if pairs:
        row["validation_next_sentence_loss"] = sums[1] / pairs
        row["validation_next_sentence_accuracy"] = sums[3] / pairs
        row["validation_loss"] += row["validation_next_sentence_loss"]
    return {key: rounded(value) for key, value in row.items()}


def rounded(value):
    """A float with seven significant digits, which is what fp32 holds; JSON has no NaN."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.7g}") if math.isfinite(value) else None


def lines(rows: Iterable[dict]) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def write_events(target: Path, rows: list[dict], times: dict[int, float]) -> None:
    """Write rows as a TensorBoard event file; `times`: seconds since the epoch, by step."""
    with atomic_path(target) as path, open(path, "wb") as file:
        for record in records(rows, times):
            file.write(record)


def records(rows: list[dict], times: dict[int, float], header: bool = True) -> Iterable[bytes]:
    """Rows as the records of a TensorBoard event file, the file's header first."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    first = min(times.values(), default=0.0)
    if header:
        yield record(Event(wall_time=first, file_version="brain.Event:2").SerializeToString())
    for row in rows:
        values = [
            Summary.Value(tag=tag(key), simple_value=value)
            for key, value in row.items()
            if key != "step" and isinstance(value, (int, float))
        ]
        event = Event(
            wall_time=times.get(row["step"], first), step=row["step"], summary=Summary(value=values)
        )
        yield record(event.SerializeToString())


def tag(key: str) -> str:
    """A TensorBoard tag: validation apart from training."""
    return f"validation/{key[11:]}" if key.startswith("validation_") else f"training/{key}"


def record(data: bytes) -> bytes:
    """A TFRecord: length, its checksum, data, its checksum."""
    from tensorboard.summary.writer.record_writer import masked_crc32c

    length = struct.pack("<Q", len(data))
    checks = (struct.pack("<I", masked_crc32c(part)) for part in (length, data))
    return b"".join((length, next(checks), data, next(checks)))
