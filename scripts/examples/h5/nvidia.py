"""Examples in NVIDIA's schema: padded rows, compressed, masks stored.

    input_ids int32 [N, S]   input_mask, segment_ids int8 [N, S]   next_sentence_labels int8 [N]
    masked_lm_positions, masked_lm_ids int32 [N, M], zeros after the last mask

Such files are too slow to read at random (each row decompresses a chunk), so that `open_shard`
unpacks one into nameless temporary files (in TMPDIR) and maps those.
"""

import tempfile
from pathlib import Path

import h5py
import numpy as np

from scripts.common.digest import file_digest
from scripts.common.errors import UserError
from scripts.examples.h5.mapped_file import Shard, check_shape
from scripts.examples.h5.reading import DAMAGE, plain
from scripts.examples.h5.schema import NVIDIA, Header, place_type
from scripts.examples.masking.token_kinds import NEVER_DRAWN, NEVER_MASKED

ROWS = 4096  # rows unpacked together


def recognise(file: h5py.File) -> bool:
    """Whether a file has the datasets of NVIDIA's schema."""
    return all(name in file for name in NVIDIA)


def open_shard(path: Path, vocabulary: Path | None = None) -> Shard:
    """Unpack a file of NVIDIA's schema into the arrays of a file of ours with static masks.

    NVIDIA's own files do not say their vocabulary, so that they need `vocabulary` (a vocab.txt);
    those of `export_nvidia` do. Raises UserError where shapes contradict each other.
    """
    try:
        with h5py.File(path) as file:
            check(file, path)
            return unpack(file, path, vocabulary)
    except DAMAGE as error:
        raise UserError(f"{path}: truncated or corrupt ({error}); fetch it anew") from error


def check(file: h5py.File, path: Path) -> None:
    """Check the datasets' shapes."""
    rows, length = (*file["input_ids"].shape, 0, 0)[:2]
    masks = (*file["masked_lm_ids"].shape, 0)[1]
    shapes = dict.fromkeys(NVIDIA[:3], (rows, length)) | dict.fromkeys(NVIDIA[3:5], (rows, masks))
    for name, shape in (shapes | {"next_sentence_labels": (rows,)}).items():
        if file[name].shape != shape:
            raise UserError(f"{path}: dataset {name} has shape {file[name].shape}, not {shape}")


def unpack(file: h5py.File, path: Path, vocabulary: Path | None) -> Shard:
    """Copy the rows without their padding."""
    rows, length = file["input_ids"].shape
    lines = vocabulary.read_text(encoding="utf-8").splitlines() if vocabulary else None
    place = place_type(length)
    names = ("tokens", "mask_positions", "mask_ids")
    spools = {name: tempfile.TemporaryFile() for name in names}  # noqa: SIM115, mapped below
    lengths, counts, segment_b, labels = [], [], [], []
    highest = 0
    for start in range(0, rows, ROWS):
        part = {name: file[name][start : start + ROWS] for name in NVIDIA}
        present = part["input_mask"] > 0
        lengths.append(present.sum(axis=1))
        if (present != (np.arange(length) < lengths[-1][:, None])).any():
            raise UserError(f"{path}: an input_mask has a gap")
        positions = part["masked_lm_positions"]
        stored = np.logical_and.accumulate(positions > 0, axis=1)
        counts.append(stored.sum(axis=1))
        second = (part["segment_ids"] > 0) & present
        segment_b.append(np.where(second.any(axis=1), second.argmax(axis=1), lengths[-1]))
        labels.append(part["next_sentence_labels"])
        tokens, ids = part["input_ids"][present], part["masked_lm_ids"][stored]
        if min(tokens.min(initial=0), ids.min(initial=0)) < 0:
            raise UserError(f"{path}: a token id is negative")
        if positions.max(initial=0) >= length:
            raise UserError(f"{path}: a masked position is beyond its row")
        highest = max(highest, int(tokens.max(initial=0)), int(ids.max(initial=0)))
        spools["tokens"].write(tokens.astype("<u4"))
        spools["mask_positions"].write(positions[stored].astype(place))
        spools["mask_ids"].write(ids.astype("<u4"))
    size = int(file.attrs.get("vocab_size", len(lines or ())))
    if not size:
        raise UserError(f"{path}: does not say its vocabulary; give the tokenizer that made it")
    if highest >= size:
        raise UserError(f"{path}: token id {highest} is beyond the vocabulary of {size}")
    header = header_of(file, lines or [], length, size)
    arrays = {
        "token_kinds": kinds_of(lines, size),
        "offsets": ends(lengths),
        "segment_b": joined(segment_b).astype(place),
        "next_sentence": joined(labels).astype(np.int8),
        "mask_offsets": ends(counts),
    }
    for name, kind in zip(names, (np.dtype("<u4"), place, np.dtype("<u4")), strict=True):
        arrays[name] = mapping(spools[name], kind)
    if not header.next_sentence:
        arrays["next_sentence"] = np.full(rows, -1, np.int8)
    check_shape(path, header, arrays)
    return Shard(Path(path), header, arrays, file_digest(path), foreign=True)


def header_of(file: h5py.File, lines: list[str], length: int, size: int) -> Header:
    """A header for what such a file leaves unsaid."""
    return Header(
        tokenizer_sha256=str(plain(file.attrs.get("tokenizer_sha256", ""))),
        vocab_size=size,
        seq_length=length,
        next_sentence=bool(file.attrs.get("next_sentence", True)),
        masking="static",
        mlm_probability=0.0,
        max_predictions=file["masked_lm_ids"].shape[1],
        whole_word=False,
        short_fraction=0.0,
        join_documents=False,
        duplicates=1,
        seed=0,
        special_ids={
            role: lines.index(token) if (token := f"[{role.upper()}]") in lines else 0
            for role in ("pad", "unk", "cls", "sep", "mask")
        },
        sources=[],
    )


def kinds_of(lines: list[str] | None, size: int) -> np.ndarray:
    """Kinds of tokens; stored masks need them only to tell a special token."""
    special = ("[PAD]", "[CLS]", "[SEP]", "[MASK]")
    kinds = np.zeros(size, np.uint8)
    for index, token in enumerate(lines or ()):
        if token in special:
            kinds[index] = NEVER_MASKED | NEVER_DRAWN
    return kinds


def mapping(spool, kind: np.dtype) -> np.ndarray:
    """A temporary file as an array; the file lives as long as the array."""
    items = spool.tell() // kind.itemsize
    spool.flush()
    return (
        np.memmap(spool, kind, "r", shape=(items,)).view(np.ndarray) if items else np.zeros(0, kind)
    )


def ends(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(joined(parts), dtype=np.int64)])


def joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
