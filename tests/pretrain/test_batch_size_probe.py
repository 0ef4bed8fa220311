"""The largest micro-batch that a device has memory for."""

import weakref
from types import SimpleNamespace

import pytest
import torch

from scripts.common.errors import UserError
from scripts.pretrain.loop import batch_size_probe


@pytest.mark.parametrize("limit", [3000, 2048, 40000, 10**9])
def test_the_largest_micro_batch_is_found(limit):
    tried = []

    def fits(tokens):
        tried.append(tokens)
        return tokens <= limit

    found = batch_size_probe.largest(fits, 200_000)
    assert found <= max(limit, batch_size_probe.SMALLEST)
    assert found >= min(0.8 * limit, 200_000) or found == batch_size_probe.SMALLEST
    assert len(tried) < 20
    if limit > 200_000:
        assert found == 200_000


def test_a_device_that_takes_no_micro_batch_says_so():
    with pytest.raises(UserError, match=r"pretrain\.recompute"):
        batch_size_probe.largest(lambda _: False, 10**6)


class Loss:
    """A loss whose backward pass may lack memory."""

    def __init__(self, too_large: bool):
        self.too_large = too_large

    def __add__(self, other):
        return self

    def backward(self):
        if self.too_large:
            raise torch.OutOfMemoryError


class Out:
    """What a pass gives."""

    def __init__(self, too_large: bool):
        self.mlm_loss, self.next_sentence_loss = Loss(too_large), 0


class Model:
    """A model on a GPU that has memory for so many tokens; takes down what its passes gave."""

    shape = SimpleNamespace(vocab_size=9)

    def __init__(self, limit: int):
        self.limit, self.gave = limit, []

    def __call__(self, batch, dropout):
        out = Out(batch.tokens > self.limit)
        self.gave.append(weakref.ref(out))
        return out

    def parameters(self):
        return iter([SimpleNamespace(device=torch.device("cuda"))])

    def train(self):
        pass

    def zero_grad(self, set_to_none):
        pass


def test_what_a_pass_gave_is_gone_when_its_memory_is_given_back(monkeypatch):
    model, kept = Model(limit=5000), []
    cuda = SimpleNamespace(
        synchronize=lambda device: None,
        empty_cache=lambda: kept.extend(ref() for ref in model.gave if ref()),
        reset_peak_memory_stats=lambda device: None,
    )
    fake = SimpleNamespace(
        cuda=cuda, empty_like=lambda value: None, OutOfMemoryError=torch.OutOfMemoryError
    )
    monkeypatch.setattr(batch_size_probe, "torch", fake)
    batch = SimpleNamespace
    monkeypatch.setattr(
        batch_size_probe,
        "full_batch",
        lambda tokens, *_: batch(tokens=tokens, to=lambda device: batch(tokens=tokens)),
    )
    found = batch_size_probe.micro_batch_tokens(model, None, 128, 100_000)
    assert 2048 < found <= 5000
    assert len(model.gave) > 2
    assert not kept
