"""How many tokens a forward and backward pass can take on this device."""

from collections.abc import Callable

import numpy as np
import torch

from scripts.common.cli import log
from scripts.common.errors import UserError
from scripts.pretrain.architectures.bert import Bert, Dropout, DropoutRates
from scripts.pretrain.architectures.micro_batch import MicroBatch, micro_batch
from scripts.pretrain.loop.job import CPU_TOKENS

SMALLEST, STEP = 2048, 1024
RESERVE = 0.9  # of what fits, since the blocks of other shapes do not lie as tightly


def micro_batch_tokens(model: Bert, rates: DropoutRates, seq_length: int, most: int) -> int:
    """The largest budget of tokens, up to `most`, that a pass has memory for."""
    device = next(model.parameters()).device
    if device.type != "cuda":
        return CPU_TOKENS
    moments = [torch.empty_like(p) for p in model.parameters() for _ in range(2)]  # the optimizer's

    def take(tokens: int) -> None:
        batch = full_batch(tokens, seq_length, model.shape.vocab_size).to(device)
        out = model(batch, Dropout(rates))
        (out.mlm_loss + out.next_sentence_loss).backward()
        torch.cuda.synchronize(device)

    def fits(tokens: int) -> bool:
        try:
            take(tokens)  # whose results are gone when memory is given back
        except torch.OutOfMemoryError:
            return False
        finally:
            model.zero_grad(set_to_none=True)
            torch.cuda.empty_cache()
        return True

    model.train()
    found = largest(fits, most)
    del moments
    torch.cuda.reset_peak_memory_stats(device)
    log.info("micro-batches of up to %s tokens fit this GPU", f"{found:,}")
    return found


def largest(fits: Callable[[int], bool], most: int) -> int:
    """The largest number of tokens that fits, found by doubling and halving, less a reserve."""
    if not fits(SMALLEST):
        raise UserError(
            f"a pass of {SMALLEST} tokens does not fit this GPU's memory; "
            "set pretrain.recompute, or take a smaller model"
        )
    low, high = SMALLEST, None
    while low < most and high is None:
        low, high = (2 * low, None) if fits(2 * low) else (low, 2 * low)
    while high is not None and high - low > max(STEP, low // 16):
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    if high is None:
        return most
    return max(SMALLEST, int(low * RESERVE) // STEP * STEP)


def full_batch(tokens: int, seq_length: int, vocabulary: int) -> MicroBatch:
    """A micro-batch of full-length examples, a fifth of whose tokens are masked."""
    count = max(1, tokens // seq_length)
    total = count * seq_length
    rng = np.random.default_rng(0)
    masked = np.arange(0, total, 5)
    return micro_batch(
        seq_length,
        ids=rng.integers(vocabulary, size=total),
        offsets=np.arange(count + 1) * seq_length,
        segments=np.zeros(total),
        masked=masked,
        labels=rng.integers(vocabulary, size=len(masked)),
        next_sentence=np.zeros(count),
    )
