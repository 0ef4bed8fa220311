"""Rows of metrics as the records of a TensorBoard event file."""

import struct
from collections.abc import Iterable

EVENTS = "events.out.tfevents.0.pretrain"


def records(rows: list[dict], timing: list[dict], header: bool = True) -> Iterable[bytes]:
    """The file's records, its header first; rows of `timing` say when each of `rows` was made."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    times = {row["step"]: row["time"] for row in timing}
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
    return f"validation/{key[11:]}" if key.startswith("validation_") else f"training/{key}"


def record(data: bytes) -> bytes:
    """A TFRecord: length, its checksum, data, its checksum."""
    from tensorboard.summary.writer.record_writer import masked_crc32c

    length = struct.pack("<Q", len(data))
    checks = (struct.pack("<I", masked_crc32c(part)) for part in (length, data))
    return b"".join((length, next(checks), data, next(checks)))
