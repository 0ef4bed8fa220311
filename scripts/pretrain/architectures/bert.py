"""BERT with its two pretraining heads, on sequences laid end to end without padding.

Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2019), section 3 and
appendix A. Every layer but attention works on the flat token array [T, hidden]; attention stays
within a sequence; the masked-LM head sees masked positions only, and in the last layer only what the
heads see asks the others and goes on.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from scripts.pretrain.architectures.micro_batch import MicroBatch
from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.kernels.reference import REFERENCE, Attention, Kernels, wanted_rows


class Linear(nn.Linear):
    """A linear layer on rows, its weights cast to the rows' precision."""

    def forward(self, x: Tensor, kernels: Kernels) -> Tensor:  # type: ignore[override]  # torch's has none
        return kernels.linear(x, *self.cast(x.dtype))

    def cast(self, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """The weight and the bias in a precision."""
        return self.weight.to(dtype), self.bias.to(dtype)


class LayerNorm(nn.LayerNorm):
    """Layer normalisation, its weights in fp32 whatever the rows' precision."""

    def forward(self, x: Tensor, kernels: Kernels) -> Tensor:  # type: ignore[override]  # torch's has none
        return kernels.layer_norm(x, self.weight, self.bias, self.eps)


class DropoutRates(NamedTuple):
    """The shares that dropout takes: of hidden states, and of attention's weights."""

    hidden: float = 0.0
    attention: float = 0.0


NO_DROPOUT = DropoutRates()


class Dropout:
    """Dropout of a forward pass: its rates, and the host's generator, for kernels that draw from it.

    Each layer draws from a seed of its own, so that a layer that is computed again in the
    backward pass draws the same.
    """

    def __init__(self, rates: DropoutRates = NO_DROPOUT, seed: int = 0):
        self.rates, self.seed = rates, seed
        self.begin(-1)

    def begin(self, layer: int) -> None:
        """Begin a layer's draws; those of the embeddings are layer -1's."""
        self.generator = np.random.Generator(np.random.SFC64(self.seed + layer + 1))

    def hidden(self, x: Tensor, kernels: Kernels) -> Tensor:
        """Hidden states [T, hidden] after dropout."""
        return kernels.dropout(x, self.rates.hidden, self.generator)


class Layer(nn.Module):
    """One encoder layer: attention and a feed-forward part, each added and then normalised."""

    def __init__(self, shape: Shape):
        super().__init__()
        hidden = shape.hidden_size
        self.heads = shape.num_attention_heads
        self.tanh = "none" if shape.hidden_act == "gelu" else "tanh"
        self.qkv = Linear(hidden, 3 * hidden)
        self.attention_output = Linear(hidden, hidden)
        self.attention_norm = LayerNorm(hidden, shape.layer_norm_eps)
        self.up = Linear(hidden, shape.intermediate_size)
        self.down = Linear(shape.intermediate_size, hidden)
        self.down_norm = LayerNorm(hidden, shape.layer_norm_eps)

    def forward(
        self,
        x: Tensor,
        batch: MicroBatch,
        dropout: Dropout,
        kernels: Kernels,
        wanted: Tensor | None = None,
    ) -> Tensor:
        """Rows [T, hidden] after the layer; of `wanted`, where it is given, those of these tokens [n]."""
        how = Attention(batch, self.heads, dropout.rates.attention, dropout.generator, wanted)
        attended, x = kernels.attention(x, *self.qkv.cast(x.dtype), how), wanted_rows(x, wanted)
        change = dropout.hidden(self.attention_output(attended, kernels), kernels)
        x = self.attention_norm(x + change, kernels)
        wide = F.gelu(self.up(x, kernels), approximate=self.tanh)
        change = dropout.hidden(self.down(wide, kernels), kernels)
        return self.down_norm(x + change, kernels)


class Losses(NamedTuple):
    """Sums over a micro-batch: losses, and first guesses that are correct."""

    mlm_loss: Tensor
    next_sentence_loss: Tensor
    mlm_correct: Tensor
    next_sentence_correct: Tensor


class Bert(nn.Module):
    """BERT for pretraining: masked language modelling and next sentence.

    `kernels` are the reference's until whoever knows the device chooses others.
    """

    def __init__(self, shape: Shape, dtype: torch.dtype = torch.float32):
        super().__init__()
        hidden, eps = shape.hidden_size, shape.layer_norm_eps
        self.shape, self.dtype, self.recompute = shape, dtype, False
        self.kernels: Kernels = REFERENCE
        self.word_embeddings = nn.Embedding(shape.vocab_size, hidden)
        self.position_embeddings = nn.Embedding(shape.max_position_embeddings, hidden)
        self.segment_embeddings = nn.Embedding(shape.type_vocab_size, hidden)
        self.norm = LayerNorm(hidden, eps)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.num_hidden_layers))
        self.pooler = Linear(hidden, hidden)
        self.head = Linear(hidden, hidden)
        self.head_norm = LayerNorm(hidden, eps)
        self.head_bias = nn.Parameter(torch.zeros(shape.vocab_size))
        self.next_sentence = Linear(hidden, 2)
        self.tanh = "none" if shape.hidden_act == "gelu" else "tanh"

    @property
    def dropout_rates(self) -> DropoutRates:
        """The config's rates of dropout."""
        return DropoutRates(self.shape.hidden_dropout_prob, self.shape.attention_probs_dropout_prob)

    def encode(self, batch: MicroBatch, dropout: Dropout, wanted: Tensor | None = None) -> Tensor:
        """The last layer's output [T, hidden], or [n, hidden] of the tokens `wanted`.

        Of the last layer no token needs more than another's key and value: these alone ask there.
        """
        x = F.embedding(batch.ids, self.word_embeddings.weight)
        x = x + F.embedding(batch.positions, self.position_embeddings.weight)
        x = self.kernels.add_segments(x, batch.segments, self.segment_embeddings.weight)
        x = dropout.hidden(self.norm(x, self.kernels).to(self.dtype), self.kernels)
        for number in range(len(self.layers)):
            rows = wanted if number == len(self.layers) - 1 else None
            if self.recompute and self.training:
                x = checkpoint(self.run_layer, number, x, batch, dropout, rows, use_reentrant=False)
            else:
                x = self.run_layer(number, x, batch, dropout, rows)
        return x

    def run_layer(
        self, number: int, x: Tensor, batch: MicroBatch, dropout: Dropout, wanted: Tensor | None
    ) -> Tensor:
        """A layer with its own draws of dropout."""
        dropout.begin(number)
        return self.layers[number](x, batch, dropout, self.kernels, wanted)

    def masked_hidden(self, x: Tensor) -> Tensor:
        """The masked-LM head's input to the decoder, for rows [M, hidden]."""
        wide = F.gelu(self.head(x, self.kernels), approximate=self.tanh)
        return self.head_norm(wide, self.kernels)

    def pooled(self, first: Tensor) -> Tensor:
        """What the pooler makes of the sequences' first tokens, [n, hidden]."""
        return torch.tanh(self.pooler(first, self.kernels))

    def forward(self, batch: MicroBatch, dropout: Dropout) -> Losses:
        wanted = torch.cat([batch.masked, batch.cu_seqlens[:-1]])
        masked, first = self.encode(batch, dropout, wanted).tensor_split([len(batch.masked)])
        hidden = self.masked_hidden(masked)
        weight = self.word_embeddings.weight.to(hidden.dtype)
        bias = self.head_bias.to(hidden.dtype)
        mlm_loss, correct = self.kernels.masked_loss(hidden, weight, bias, batch.labels)
        logits = self.next_sentence(self.pooled(first), self.kernels)
        loss, next_correct = self.kernels.loss(logits, batch.next_sentence)
        return Losses(mlm_loss, loss, correct, next_correct)
