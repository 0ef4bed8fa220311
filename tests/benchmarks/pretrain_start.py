"""What a training begins with: how alike tokens are by initial weights, and the loss of a longer phase.

    python -m tests.benchmarks.pretrain_start
    python -m tests.benchmarks.pretrain_start --model results/pretrain/seq128 --trained 128 \\
        results/examples/seq512/validation/0000.h5

The first prints the mean cosine of two tokens after the last layer, before any training. The second
prints the masked-LM loss of a model on longer sequences than it was trained on: of all masks, of those
at positions that were trained, and beyond; with the new positions as they were drawn, as repetitions of
the trained ones, and changed as those were; with sharper queries too, as a phase begins; and with each
sequence cut into pieces of the trained length.
"""

import argparse
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from scripts.examples.h5.example_files import Examples
from scripts.pretrain.architectures.bert import Bert, Dropout
from scripts.pretrain.architectures.initialisation import initialise, lengthen
from scripts.pretrain.architectures.micro_batch import MicroBatch, micro_batch
from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.architectures.model_folder import load_model
from scripts.pretrain.kernels.choice import choose
from tests.pretrain.test_bert import random_batch

SHAPES = ((2, 128), (4, 256), (12, 768), (24, 1024))
KINDS = ("bert", "mimetic", "mimetic_full")
ROWS = 16  # examples a forward pass


@torch.no_grad()
def alike(layers: int, hidden: int, kind: str) -> float:
    """The mean cosine of two tokens of a sequence of 64 random words, after the last layer."""
    model = Bert(Shape(1024, hidden, layers, hidden // 64, 4 * hidden, max_position_embeddings=64))
    initialise(model, 1, kind)
    x = F.normalize(model.encode(random_batch([64]), Dropout()), dim=1)
    return ((x @ x.T).sum().item() - len(x)) / (len(x) * (len(x) - 1))


@torch.no_grad()
def losses(model: Bert, batch: MicroBatch) -> Tensor:
    """The loss of each masked token, [M]."""
    hidden = model.masked_hidden(model.encode(batch, Dropout()).index_select(0, batch.masked))
    logits = F.linear(hidden, model.word_embeddings.weight, model.head_bias)
    return F.cross_entropy(logits, batch.labels, reduction="none")


def in_pieces(batch: MicroBatch, length: int) -> MicroBatch:
    """The same tokens as sequences of at most `length`, each from position 0."""
    ends = batch.offsets
    edges = sorted({*ends, *(cut for a, b in pairwise(ends) for cut in range(a, b, length))})
    starts = torch.tensor(edges, dtype=torch.int32)
    return replace(
        batch,
        positions=batch.positions % length,
        cu_seqlens=starts,
        offsets=tuple(edges),
        longest=length,
    )


def starts(folder: Path, trained: int) -> dict[str, Bert]:
    """A model for longer sequences by each way to begin a phase with them."""
    models = {
        name: load_model(folder).eval()
        for name in ("as drawn", "repetitions", "changed as the others", "and sharper queries")
    }
    kernels = choose(torch.device("cpu"), torch.float32, models["as drawn"].shape)
    for model in models.values():
        model.kernels = kernels
    places = models["as drawn"].shape.max_position_embeddings
    lengthen(models["and sharper queries"], places)
    tables = {name: model.position_embeddings.weight.data for name, model in models.items()}
    tables["repetitions"].copy_(tables["as drawn"][torch.arange(places) % trained])
    tables["changed as the others"].copy_(tables["and sharper queries"])
    return models | {"cut into pieces": models["as drawn"]}


@torch.no_grad()
def by_position(folder: Path, files: list[Path], trained: int, count: int) -> None:
    """Print the losses of a model on examples of `files` by whether their positions were trained."""
    examples = Examples(files, 1)
    rows = range(min(count, len(examples)))
    print(f"{'positions beyond':22} {'all':>6} {'below':>6} {'beyond':>6}")
    for name, model in starts(folder, trained).items():
        found, beyond = [], []
        for start in rows[::ROWS]:
            part = examples.batch(np.array(rows[start : start + ROWS]))
            batch = micro_batch(model.shape.max_position_embeddings, **vars(part))
            beyond.append(batch.positions[batch.masked] >= trained)
            whole = name != "cut into pieces"
            found.append(losses(model, batch if whole else in_pieces(batch, trained)))
        loss, late = torch.cat(found), torch.cat(beyond)
        print(f"{name:22} {loss.mean():6.2f} {loss[~late].mean():6.2f} {loss[late].mean():6.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("examples", nargs="*", type=Path)
    parser.add_argument("--model", type=Path, help="a model folder")
    parser.add_argument("--trained", type=int, default=128, help="positions that it was trained on")
    parser.add_argument("--count", type=int, default=512, help="examples to read")
    args = parser.parse_args()
    if args.model:
        by_position(args.model, args.examples, args.trained, args.count)
        return
    print("mean cosine   " + " ".join(f"{kind:>12}" for kind in KINDS))
    for layers, hidden in SHAPES:
        cells = " ".join(f"{alike(layers, hidden, kind):12.2f}" for kind in KINDS)
        print(f"{layers:4} x {hidden:5}  {cells}")


if __name__ == "__main__":
    main()
