"""The packed model is transformers' padded one: same logits, loss and gradients."""

import re

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import BertConfig, BertForPreTraining

from scripts.pretrain.architectures import bert, model_folder
from scripts.pretrain.architectures.bert import Bert, Dropout, DropoutRates
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.architectures.micro_batch import MicroBatch
from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.kernels.cpu import CpuKernels
from scripts.pretrain.kernels.cuda import CudaKernels
from scripts.pretrain.kernels.reference import REFERENCE, Kernels
from tests.pretrain.runs import logits

CONFIG = {
    "vocab_size": 320,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "max_position_embeddings": 64,
    "initializer_range": 0.2,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}
FLASH = CONFIG | {"num_attention_heads": 6}  # heads of a width that flash attention takes
LENGTHS = [60, 60, 59, 57, 40, 33, 7, 5]
# On a GPU, by the documentation of use_deterministic_algorithms.
REFUSED = (
    "adaptive_|avg_pool|bincount|ctc|cumsum|embedding_bag|fractional|grid_|histc|kthvalue|"
    "max_unpool|median|nll_loss2d|put_$|reflection|scatter_reduce|upsample_"
)
ON_CPU = [REFERENCE, CpuKernels(), CudaKernels(flash=False)]  # those that run here


def random_batch(lengths=LENGTHS, seed=0) -> MicroBatch:
    rng = np.random.default_rng(seed)
    edges = np.concatenate([[0], np.cumsum(lengths)])
    total = int(edges[-1])
    masked = np.flatnonzero(rng.random(total) < 0.2)
    segments = np.concatenate([np.arange(n) >= n // 2 for n in lengths])
    return MicroBatch(
        ids=torch.from_numpy(rng.integers(0, 320, total).astype(np.int32)),
        segments=torch.from_numpy(segments.astype(np.int32)),
        positions=torch.from_numpy(np.concatenate([np.arange(n) for n in lengths])).int(),
        cu_seqlens=torch.from_numpy(edges).int(),
        masked=torch.from_numpy(masked).int(),
        labels=torch.from_numpy(rng.integers(0, 320, len(masked))),
        next_sentence=torch.from_numpy(rng.integers(0, 2, len(lengths))),
        offsets=tuple(edges.tolist()),
        longest=64,
    )


def padded(batch: MicroBatch) -> dict[str, Tensor]:
    """The arguments of transformers' model for a batch."""
    lengths = np.diff(batch.offsets)
    shape = (len(lengths), max(lengths))
    result = {
        key: torch.zeros(shape, dtype=torch.long)
        for key in ("input_ids", "token_type_ids", "attention_mask")
    }
    result["labels"] = torch.full(shape, -100)
    flat = torch.full((batch.offsets[-1],), -100)
    flat[batch.masked.long()] = batch.labels
    for row, length in enumerate(lengths):
        part = slice(batch.offsets[row], batch.offsets[row + 1])
        result["input_ids"][row, :length] = batch.ids[part]
        result["token_type_ids"][row, :length] = batch.segments[part]
        result["attention_mask"][row, :length] = 1
        result["labels"][row, :length] = flat[part]
    return result | {"next_sentence_label": batch.next_sentence}


def pair(
    dtype: torch.dtype, kernels: Kernels = REFERENCE, **options
) -> tuple[Bert, BertForPreTraining]:
    """Our model and transformers' with the same weights."""
    ours = Bert(Shape.from_config(CONFIG, "test"), dtype).to(dtype)
    ours.kernels = kernels
    initialise(ours, 1)
    for name, parameter in ours.named_parameters():  # biases that are not all zero
        if parameter.dim() == 1:
            torch.manual_seed(len(name))
            torch.nn.init.normal_(parameter, std=0.3)
    theirs = BertForPreTraining(BertConfig(**CONFIG, **options)).to(dtype).eval()
    missing, unexpected = theirs.load_state_dict(
        model_folder.export_state(ours.state_dict()), strict=False
    )
    assert not unexpected
    assert all("decoder" in name for name in missing)
    theirs.tie_weights()
    return ours, theirs


def loss_of(model: Bert, batch: MicroBatch, dropout=None) -> Tensor:
    out = model(batch, dropout or Dropout())
    return out.mlm_loss / len(batch.labels) + out.next_sentence_loss / len(batch.next_sentence)


def gradients(model: Bert) -> dict[str, Tensor]:
    return model_folder.export_state({name: p.grad for name, p in model.named_parameters()})


@pytest.mark.parametrize("kernels", ON_CPU)
@pytest.mark.parametrize(("dtype", "bound"), [(torch.float32, 1e-6), (torch.float64, 1e-13)])
def test_packed_equals_padded(dtype, bound, kernels):
    ours, theirs = pair(dtype, kernels)
    batch = random_batch()
    loss = loss_of(ours, batch)
    other = theirs(**padded(batch)).loss
    assert abs(loss - other) <= bound * abs(other)
    loss.backward()
    other.backward()
    reference = {name: p.grad for name, p in theirs.named_parameters()}
    mine = gradients(ours)
    assert mine.keys() == reference.keys()
    size = torch.sqrt(sum(grad.square().sum() for grad in reference.values()))
    for name, grad in mine.items():
        assert torch.linalg.norm(grad - reference[name]) <= bound * size, name


def test_logits_equal_those_of_transformers():
    ours, theirs = pair(torch.float32)
    batch = random_batch()
    with torch.no_grad():
        words, next_sentence = logits(ours, batch)
        out = theirs(**{k: v for k, v in padded(batch).items() if "label" not in k})
    lengths = np.diff(batch.offsets)
    rows = [out.prediction_logits[row, :length] for row, length in enumerate(lengths)]
    torch.testing.assert_close(words, torch.cat(rows), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(next_sentence, out.seq_relationship_logits, rtol=1e-5, atol=1e-5)


def test_an_example_does_not_see_its_neighbours():
    ours, _ = pair(torch.float64)
    batch = random_batch([20, 19, 18])
    alone = random_batch([20])
    alone.ids[:] = batch.ids[:20]
    with torch.no_grad():
        together = logits(ours, batch)[0][:20]
        torch.testing.assert_close(logits(ours, alone)[0], together, rtol=1e-12, atol=1e-12)


def test_what_runs_on_a_gpu_has_the_right_shapes_and_types():
    for dtype, flash in ((torch.float32, False), (torch.bfloat16, False), (torch.bfloat16, True)):
        with torch.device("meta"):
            ours = Bert(Shape.from_config(FLASH, "test"), dtype)
        ours.kernels = CudaKernels(flash)
        for rate, recompute in ((0.0, False), (0.1, True)):
            ours.recompute = recompute
            loss_of(
                ours, random_batch().to(torch.device("meta")), Dropout(DropoutRates(rate, rate))
            ).backward()
        assert all(p.grad.dtype == torch.float32 for p in ours.parameters())


class Named(TorchDispatchMode):
    """Takes down the names of operations."""

    def __init__(self):
        super().__init__()
        self.names: set[str] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.names.add(func.overloadpacket.__name__)
        return func(*args, **kwargs or {})


@pytest.mark.parametrize(("dtype", "flash"), [(torch.float32, False), (torch.bfloat16, True)])
def test_what_runs_on_a_gpu_has_kernels_that_add_in_one_order(dtype, flash):
    """For training, and for finetuning, which has the same encoder."""
    with torch.device("meta"):
        ours = Bert(Shape.from_config(FLASH, "test"), dtype)
    ours.kernels = CudaKernels(flash)
    batch = random_batch().to(torch.device("meta"))
    with Named() as seen:
        loss_of(ours, batch, Dropout(DropoutRates(0.1, 0.1))).backward()
    assert {"embedding_dense_backward", "_log_softmax"} <= seen.names
    assert not {name for name in seen.names if re.match(REFUSED, name)}


@pytest.mark.parametrize("backend", ["eager", pytest.param("aot_eager", marks=pytest.mark.slow)])
def test_layers_for_a_gpu_compile_to_one_graph_for_all_sizes(backend):
    """And the last one to another, as it ends with some of the rows."""
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    with torch.device("meta"):
        ours = Bert(Shape.from_config(FLASH, "test"), torch.bfloat16)
    ours.kernels = CudaKernels(flash=True)
    for layer in ours.layers:
        layer.compile(dynamic=True, fullgraph=True, backend=backend)
    for lengths in (LENGTHS, [64] * 7, [20, 10]):
        batch = random_batch(lengths).to(torch.device("meta"))
        loss_of(ours, batch, Dropout(DropoutRates(0.1, 0.1))).backward()
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 2


@pytest.mark.parametrize("kernels", [REFERENCE, CpuKernels()])
def test_dropout_is_a_function_of_the_seed_and_recomputing_changes_nothing(kernels):
    ours, _ = pair(torch.float32, kernels)
    ours.train()
    batch = random_batch()
    results = []
    for seed, recompute in ((5, False), (5, True), (6, False)):
        ours.recompute = recompute
        ours.zero_grad()
        loss = loss_of(ours, batch, Dropout(DropoutRates(0.1, 0.1), seed))
        loss.backward()
        results.append((loss.item(), gradients(ours)))
    assert results[0][0] == results[1][0] != results[2][0]
    for name, grad in results[0][1].items():
        assert torch.equal(grad, results[1][1][name]), name


def test_each_layer_draws_its_own():
    dropout, draws = Dropout(DropoutRates(0.1, 0.1), 5), []
    for layer in (-1, 0, 1, 0):
        dropout.begin(layer)
        draws.append(dropout.generator.random())
    assert len({*draws}) == 3
    assert draws[1] == draws[3]


@pytest.mark.parametrize("kernels", ON_CPU)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_near(dtype, kernels):
    ours, _ = pair(torch.float32, kernels)
    batch = random_batch()
    exact = loss_of(ours, batch)
    ours.dtype = dtype
    near = loss_of(ours, batch)
    near.backward()
    assert near.dtype == torch.float32
    assert abs(near - exact) < 0.02 * exact
    assert all(p.grad.dtype == torch.float32 for p in ours.parameters())


@pytest.mark.parametrize("kernels", ON_CPU)
def test_micro_batches_of_one_example_without_masks(kernels):
    ours, _ = pair(torch.float32, kernels)
    batch = random_batch([4])
    empty = MicroBatch(**{**vars(batch), "masked": batch.masked[:0], "labels": batch.labels[:0]})
    out = ours(empty, Dropout())
    assert out.mlm_loss == 0
    (out.mlm_loss + out.next_sentence_loss).backward()
    assert all(torch.isfinite(p.grad).all() for p in ours.parameters())


def test_only_training_recomputes(monkeypatch):
    called = []
    monkeypatch.setattr(
        bert, "checkpoint", lambda run, *values, **_: (called.append(1), run(*values))[1]
    )
    ours, _ = pair(torch.float32)
    for training, recompute, times in ((True, True, 3), (False, True, 0), (True, False, 0)):
        called.clear()
        ours.train(training).recompute = recompute
        loss_of(ours, random_batch())
        assert len(called) == times
