"""Examples in NVIDIA's schema: padded rows, compressed, masks stored.

Such files are too slow to read at random (each row decompresses a chunk), so that `unpack_file`
unpacks one into nameless temporary files (in TMPDIR) and maps those.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import h5py
import numpy as np

from scripts.common.digest import file_digest
from scripts.common.errors import UserError, blaming
from scripts.examples.h5.mapped_file import Shard, check_ids, check_sizes
from scripts.examples.h5.reading import DAMAGE, plain
from scripts.examples.h5.schema import NO_PAIR, OFFSETS, Header, dataset_types
from scripts.examples.h5.writer import ArrayWriter
from scripts.examples.masking.token_kinds import BERT_SPECIAL

ROWS = 4096  # rows unpacked or written together

# Rows of S tokens, zeros after an example's end; of M masks, zeros after the last; a label each.
TYPES = {
    "input_ids": "i4",
    "input_mask": "i1",
    "segment_ids": "i1",
    "masked_lm_positions": "i4",
    "masked_lm_ids": "i4",
    "next_sentence_labels": "i1",
}


def shapes(rows: int, length: int, masks: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the datasets, for rows of `length` tokens with room for so many masks."""
    found = [(rows, length)] * 3 + [(rows, masks)] * 2
    return dict(zip(TYPES, [*found, (rows,)], strict=True))


def recognise(file: h5py.File) -> bool:
    return all(isinstance(file.get(name), h5py.Dataset) for name in TYPES)


def unpack_file(path: Path, vocabulary: Path | None = None) -> Shard:
    """Unpack a file of NVIDIA's schema into the arrays of a file of ours with static masks.

    NVIDIA's own files do not say their vocabulary, so that they need `vocabulary` (a vocab.txt);
    those of `export_nvidia` do. Raises UserError where shapes or values contradict each other.
    """
    lines = vocabulary.read_text(encoding="utf-8").splitlines() if vocabulary else []
    blame = blaming(path, "truncated or corrupt ({reason}); fetch it anew", DAMAGE)
    with blame, h5py.File(path) as file, ExitStack() as stack:
        check_form(file, path)
        header = header_of(file, path, lines)
        types = dataset_types(header)
        files = {name: stack.enter_context(tempfile.TemporaryFile()) for name in types}
        writer = ArrayWriter(types, OFFSETS, files)
        # Kinds tell what can be masked, which stored masks need not.
        writer.add(token_kinds=np.zeros(header.vocab_size, np.uint8))
        for start in range(0, len(file["input_ids"]), ROWS):
            part = {name: file[name][start : start + ROWS] for name in TYPES}
            writer.add(**unpadded(part, header, path))
        arrays = writer.mapped()
    check_sizes(path, header, arrays)
    return Shard(Path(path), header, arrays, file_digest(path), foreign=True)


def check_form(file: h5py.File, path: Path) -> None:
    """Refuse datasets that are not of whole numbers, or whose shapes contradict each other."""
    rows, length = (*file["input_ids"].shape, 0, 0)[:2]
    masks = (*file["masked_lm_ids"].shape, 0)[1]
    for name, shape in shapes(rows, length, masks).items():
        data = file[name]
        if data.shape != shape:
            raise UserError(f"{path}: dataset {name} has shape {data.shape}, not {shape}")
        if data.dtype.kind not in "iub":
            raise UserError(f"{path}: dataset {name} is of {data.dtype}, not of whole numbers")
    if rows and not file["input_ids"].id.get_storage_size():
        raise UserError(f"{path}: {rows} rows, of which none was ever written; make it anew")


def unpadded(part: dict[str, np.ndarray], header: Header, path: Path) -> dict[str, np.ndarray]:
    """Rows of all datasets without their padding, as `write_examples` takes examples."""
    present = part["input_mask"] > 0
    lengths = present.sum(axis=1)
    if (present != (np.arange(header.seq_length) < lengths[:, None])).any():
        raise UserError(f"{path}: an input_mask has a gap")
    if len(lengths) and lengths.min() < 2:
        raise UserError(f"{path}: a row has fewer than two tokens; leave such rows out")
    second = (part["segment_ids"] > 0) & present
    positions = part["masked_lm_positions"]
    stored = np.logical_and.accumulate(positions > 0, axis=1)
    tokens, ids = part["input_ids"][present], part["masked_lm_ids"][stored]
    if positions.max(initial=0) >= header.seq_length:
        raise UserError(f"{path}: a masked position is beyond its row")
    for found in (tokens, ids):
        check_ids(path, found, header.vocab_size)
    labels = part["next_sentence_labels"]
    return {
        "tokens": tokens,
        "offsets": lengths,
        "segment_b": np.where(second.any(axis=1), second.argmax(axis=1), lengths),
        "next_sentence": labels if header.next_sentence else np.full(len(labels), NO_PAIR),
        "mask_offsets": stored.sum(axis=1),
        "mask_positions": positions[stored],
        "mask_ids": ids,
    }


def header_of(file: h5py.File, path: Path, lines: list[str]) -> Header:
    """A header for what such a file leaves unsaid; `lines` are those of its vocab.txt, if given."""
    size = int(file.attrs.get("vocab_size", len(lines)))
    if not size:
        raise UserError(f"{path}: does not say its vocabulary; give the tokenizer that made it")
    return Header(
        tokenizer_sha256=str(plain(file.attrs.get("tokenizer_sha256", ""))),
        vocab_size=size,
        seq_length=file["input_ids"].shape[1],
        next_sentence=bool(file.attrs.get("next_sentence", True)),
        masking="static",
        mlm_probability=0.0,
        max_predictions=file["masked_lm_ids"].shape[1],
        special_ids={
            role: lines.index(token) if token in lines else 0
            for role, token in BERT_SPECIAL.items()
        },
    )
