"""BERT with its two pretraining heads, on sequences laid end to end without padding.

Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2019), section 3 and
appendix A. Every layer but attention works on the flat token array [T, hidden]; attention stays
within a sequence's bounds; the masked-word head sees masked positions only.
"""

import math
from dataclasses import MISSING, dataclass, fields

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from scripts.common.errors import UserError
from scripts.pretrain.kernels import cpu, cuda
from scripts.pretrain.loop.micro_batches import MicroBatch


@dataclass(frozen=True)
class Shape:
    """The keys of a Hugging Face BERT config that decide what the model computes."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12

    @classmethod
    def from_config(cls, config: dict, source: str) -> "Shape":
        """Read a config; raises UserError, naming `source`, for what is missing or not BERT."""
        known = {field.name for field in fields(cls)}
        required = [field.name for field in fields(cls) if field.default is MISSING]
        missing = [name for name in required if name not in config]
        if config.get("model_type", "bert") != "bert" or missing:
            what = f"lacks {', '.join(missing)}" if missing else "is not a BERT config"
            raise UserError(f"{source}: {what}; give a Hugging Face BERT config")
        if config.get("hidden_act", "gelu") not in ("gelu", "gelu_new", "gelu_pytorch_tanh"):
            raise UserError(f"{source}: hidden_act must be gelu, gelu_new or gelu_pytorch_tanh")
        if config.get("position_embedding_type", "absolute") != "absolute":
            raise UserError(f"{source}: position_embedding_type must be absolute")
        shape = cls(**{key: value for key, value in config.items() if key in known})
        if shape.hidden_size % shape.num_attention_heads:
            raise UserError(f"{source}: hidden_size must be a multiple of num_attention_heads")
        return shape


class Linear(nn.Linear):
    """A linear layer on rows, its weights cast to the rows' precision."""

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.weight.to(x.dtype), self.bias.to(x.dtype)
        return cpu.Linear.apply(x, weight, bias) if x.is_cpu else F.linear(x, weight, bias)


class LayerNorm(nn.LayerNorm):
    """Layer normalisation, its weights in fp32 whatever the rows' precision."""

    def forward(self, x: Tensor) -> Tensor:
        if x.is_cpu or x.dtype == self.weight.dtype:
            return super().forward(x)
        return super().forward(x.float()).to(x.dtype)


class Layer(nn.Module):
    """One encoder layer: attention and a feed-forward part, each added and then normalised."""

    def __init__(self, shape: Shape):
        super().__init__()
        hidden = shape.hidden_size
        self.heads = shape.num_attention_heads
        self.tanh = "none" if shape.hidden_act == "gelu" else "tanh"
        self.qkv = Linear(hidden, 3 * hidden)
        self.mix = Linear(hidden, hidden)
        self.mix_norm = LayerNorm(hidden, shape.layer_norm_eps)
        self.up = Linear(hidden, shape.intermediate_size)
        self.down = Linear(shape.intermediate_size, hidden)
        self.down_norm = LayerNorm(hidden, shape.layer_norm_eps)

    def forward(self, x: Tensor, batch: MicroBatch, noise: "Noise") -> Tensor:
        mixed = noise.attention(self.qkv(x), batch, self.heads)
        x = self.mix_norm(x + noise.drop(self.mix(mixed)))
        wide = F.gelu(self.up(x), approximate=self.tanh)
        return self.down_norm(x + noise.drop(self.down(wide)))


class Noise:
    """Dropout of a forward pass: its rates, and on a CPU the generator that it draws from.

    On a CPU each layer draws from a seed of its own, so that a layer that is computed again in the
    backward pass draws the same.
    """

    def __init__(self, hidden: float = 0.0, attention: float = 0.0, seed: int = 0):
        self.rate, self.attention_rate = hidden, attention
        self.seed = seed
        self.generator = torch.Generator().manual_seed(seed)

    def enter(self, layer: int) -> None:
        """Begin a layer's draws."""
        if self.rate or self.attention_rate:
            self.generator.manual_seed((self.seed + layer + 1) % 2**63)

    def drop(self, x: Tensor) -> Tensor:
        if not self.rate:
            return x
        return (
            cpu.Dropout.apply(x, self.rate, self.generator) if x.is_cpu else F.dropout(x, self.rate)
        )

    def attention(self, qkv: Tensor, batch: MicroBatch, heads: int) -> Tensor:
        if qkv.is_cpu:
            blocks = batch.blocks(heads)
            return cpu.Attention.apply(qkv, blocks, heads, self.attention_rate, self.generator)
        return cuda.attention(qkv, batch.bounds, batch.longest, heads, self.attention_rate)


@dataclass
class Losses:
    """Sums over a micro-batch: losses, and first guesses that are right."""

    masked: Tensor
    next_sentence: Tensor
    masked_right: Tensor
    next_right: Tensor


class Bert(nn.Module):
    """BERT for pretraining: masked words and next sentence."""

    def __init__(self, shape: Shape, dtype: torch.dtype = torch.float32):
        super().__init__()
        hidden, eps = shape.hidden_size, shape.layer_norm_eps
        self.shape, self.dtype, self.recompute = shape, dtype, False
        self.words = nn.Embedding(shape.vocab_size, hidden)
        self.positions = nn.Embedding(shape.max_position_embeddings, hidden)
        self.segments = nn.Embedding(shape.type_vocab_size, hidden)
        self.norm = LayerNorm(hidden, eps)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.num_hidden_layers))
        self.pooler = Linear(hidden, hidden)
        self.head = Linear(hidden, hidden)
        self.head_norm = LayerNorm(hidden, eps)
        self.head_bias = nn.Parameter(torch.zeros(shape.vocab_size))
        self.next_sentence = Linear(hidden, 2)
        self.tanh = "none" if shape.hidden_act == "gelu" else "tanh"

    def encode(self, batch: MicroBatch, noise: Noise) -> Tensor:
        """The last layer's output [T, hidden]."""
        x = F.embedding(batch.ids, self.words.weight)
        x = x + F.embedding(batch.positions, self.positions.weight)
        x = x + F.embedding(batch.segments, self.segments.weight)
        x = noise.drop(self.norm(x).to(self.dtype))
        for index, layer in enumerate(self.layers):
            if self.recompute and self.training:
                x = checkpoint(run_layer, layer, x, batch, noise, index, use_reentrant=False)
            else:
                x = run_layer(layer, x, batch, noise, index)
        return x

    def masked_hidden(self, x: Tensor) -> Tensor:
        """The masked-word head's input to the decoder, for rows [M, hidden]."""
        return self.head_norm(F.gelu(self.head(x), approximate=self.tanh))

    def pool(self, x: Tensor, batch: MicroBatch) -> Tensor:
        """The next-sentence logits [n, 2] from each sequence's first token."""
        first = x.index_select(0, batch.bounds[:-1])
        return cpu.upcast(self.next_sentence(torch.tanh(self.pooler(first))))

    def forward(self, batch: MicroBatch, noise: Noise) -> Losses:
        x = self.encode(batch, noise)
        hidden = self.masked_hidden(x.index_select(0, batch.masked))
        masked, right = decode_loss(hidden, self.words.weight, self.head_bias, batch.labels)
        logits = self.pool(x, batch)
        loss = F.cross_entropy(logits, batch.next_sentence, ignore_index=-1, reduction="sum")
        next_right = (logits.argmax(1) == batch.next_sentence).sum()
        return Losses(masked, loss, right, next_right)

    def logits(self, batch: MicroBatch) -> tuple[Tensor, Tensor]:
        """Word logits [T, vocabulary] and next-sentence logits [n, 2], without dropout."""
        x = self.encode(batch, Noise())
        words = F.linear(self.masked_hidden(x), self.words.weight.to(x.dtype))
        return cpu.upcast(words) + self.head_bias, self.pool(x, batch)

    def flops(self, tokens: int, square_tokens: int, masked: int) -> float:
        """Floating-point operations of a forward and backward pass, as PaLM's appendix B counts.

        `square_tokens`: the sum over sequences of their length squared.
        """
        hidden = self.shape.hidden_size
        dense = sum(layer_weights(layer) for layer in self.layers)
        attention = 4 * hidden * len(self.layers) * square_tokens
        head = masked * (self.shape.vocab_size * hidden + hidden * hidden)
        return 3.0 * (2 * dense * tokens + attention + 2 * head)


def run_layer(layer: Layer, x: Tensor, batch: MicroBatch, noise: Noise, index: int) -> Tensor:
    """A layer with its own noise."""
    noise.enter(index)
    return layer(x, batch, noise)


def layer_weights(layer: Layer) -> int:
    """Weights that take part in a layer's matrix products."""
    return sum(math.prod(weight.shape) for weight in layer.parameters() if weight.dim() == 2)


def decode_loss(hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor):
    """Summed cross-entropy of the tied decoder at masked positions, and right guesses.

    A label of -1 counts for nothing (padding to a fixed shape on a GPU).
    """
    weight, bias = weight.to(hidden.dtype), bias.to(hidden.dtype)
    if hidden.is_cpu:
        return cpu.MaskedLoss.apply(hidden, weight, bias, labels)
    logits = F.linear(hidden, weight, bias).float()
    loss = F.cross_entropy(logits, labels, ignore_index=-1, reduction="sum")
    return loss, (logits.argmax(1) == labels).sum()
