"""A BERT as it is pretrained here, with a head for one task, on examples laid end to end.

What it computes is transformers' BertForSequenceClassification, without padding, by pretraining's own
kernels.
"""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional as F

from scripts.common.atomic import write_text
from scripts.common.errors import UserError
from scripts.common.model_files import CONFIG, WEIGHTS, find_model
from scripts.common.model_weights import read_weights
from scripts.glue.finetuning import model_loader
from scripts.glue.finetuning.light_tokenizer import read_light_tokenizer
from scripts.glue.finetuning.model import Model
from scripts.glue.finetuning.padded_batches import Examples
from scripts.glue.tasks.task import Task
from scripts.pretrain.architectures.bert import Bert, Dropout, DropoutRates
from scripts.pretrain.architectures.micro_batch import MicroBatch
from scripts.pretrain.architectures.model_config import Shape, finished_config, read_config
from scripts.pretrain.architectures.model_folder import (
    BUFFERS,
    OPTIONAL,
    export_state,
    modern,
    outer_names,
)

LOSSES: dict[str | None, Callable[[Tensor, Tensor], Tensor]] = {
    "single_label_classification": F.cross_entropy,
    "regression": lambda logits, targets: F.mse_loss(logits[:, 0], targets),
}
POOLER = "pooler."


class PackedModel(Model):
    """An encoder, its pooler, and a new linear layer, drawn from torch's random state."""

    def __init__(self, encoder: Bert, config: dict, tokenizer, task: Task):
        super().__init__()
        shape, rate = encoder.shape, config.get("classifier_dropout")
        self.encoder, self.config, self.tokenizer, self.task = encoder, config, tokenizer, task
        self.head_dropout = DropoutRates(shape.hidden_dropout_prob if rate is None else rate)
        self.classifier = nn.Linear(shape.hidden_size, len(task.labels) or 1)
        nn.init.normal_(self.classifier.weight, std=shape.initializer_range)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, batch: MicroBatch, seed: int = 0) -> Tensor:
        """Logits [n, labels] in fp32; `seed` is dropout's while the model is trained."""
        rates = self.encoder.dropout_rates if self.training else DropoutRates()
        x = self.encoder.encode(batch, Dropout(rates, seed))
        first = x.index_select(0, batch.cu_seqlens[:-1])
        pooled = torch.tanh(self.encoder.pooler(first))
        dropout = Dropout(self.head_dropout if self.training else DropoutRates(), seed)
        dropout.begin(len(self.encoder.layers))
        return self.classifier(dropout.hidden(pooled).float())

    def loss(self, examples: Examples, indices: np.ndarray, seed: int) -> Tensor:
        assert examples.targets is not None
        targets = torch.from_numpy(examples.targets[indices]).to(self.last_layer.weight.device)
        return LOSSES[self.task.kind.problem](self(self.pack(examples, indices), seed), targets)

    def logits(self, examples: Examples, indices: np.ndarray) -> Tensor:
        return self(self.pack(examples, indices))

    def pack(self, examples: Examples, indices: np.ndarray) -> MicroBatch:
        """Examples laid end to end on the model's device."""
        return pack(examples, indices).to(self.last_layer.weight.device)

    @property
    def last_layer(self) -> nn.Linear:
        return self.classifier

    def save(self, folder: Path) -> None:
        names = dict(enumerate(self.task.labels or ["LABEL_0"]))
        config = finished_config(self.config) | {
            "architectures": ["BertForSequenceClassification"],
            "id2label": names,
            "label2id": {label: number for number, label in names.items()},
            "problem_type": self.task.kind.problem,
        }
        weights = export_state(self.encoder.state_dict())
        weights |= {f"classifier.{name}": v for name, v in self.classifier.state_dict().items()}
        weights = {name: value.cpu() for name, value in weights.items()}
        write_text(folder / CONFIG, json.dumps(config, indent=2, ensure_ascii=False) + "\n")
        (folder / WEIGHTS[0]).write_bytes(save(weights, metadata={"format": "pt"}))
        self.tokenizer.save_pretrained(folder)


def pack(examples: Examples, indices: np.ndarray) -> MicroBatch:
    """Examples laid end to end."""
    lengths = examples.lengths[indices]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    positions = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
    places = positions + np.repeat(examples.offsets[indices], lengths)
    types = np.zeros(len(places)) if examples.types is None else examples.types[places]
    ids, segments, positions, starts = (
        torch.from_numpy(array.astype(np.int32))
        for array in (examples.ids[places], types, positions, offsets)
    )
    none = torch.empty(0, dtype=torch.int64)
    return MicroBatch(
        ids, segments, positions, starts, masked=none, labels=none, next_sentence=none,
        offsets=tuple(offsets.tolist()), longest=int(lengths.max()),
    )  # fmt: skip


def load(folder: Path, task: Task, max_length: int, dtype: torch.dtype) -> PackedModel | None:
    """The model of a folder with a new head for `task`, which computes in `dtype`.

    None where it is not the very model that is pretrained here: transformers' take it, or say what is
    wrong. Raises UserError for what no model is read from.
    """
    find_model(folder)
    if task.kind.problem not in LOSSES:
        return None
    try:
        config = read_config(folder)
    except UserError:
        return None
    shape = Shape.from_config(config, str(folder))
    tokenizer = read_light_tokenizer(folder) or model_loader.load_tokenizer(folder)
    padding = {"pad_token_id": config.get("pad_token_id", 0)}  # as transformers' BertConfig has it
    known = SimpleNamespace(**vars(shape) | padding)
    model_loader.check_pair(folder, tokenizer, known, max_length)
    model_loader.check_segments(folder, tokenizer, shape.type_vocab_size, len(task.texts))
    encoder = read_encoder(folder, shape)
    if encoder is None:
        return None
    encoder.dtype = dtype
    return PackedModel(encoder, config, tokenizer, task)


def read_encoder(folder: Path, shape: Shape) -> Bert | None:
    """The encoder in fp32, without the heads of pretraining; a pooler that is lacking is drawn anew.

    None where the file's weights are not those of the shape.
    """
    outer = {modern(name): value for name, value in read_weights(folder).items()}
    outer = {name: value for name, value in outer.items() if name.startswith("bert.")}
    encoder = Bert(shape)
    for head in {name.split(".")[0] for name in OPTIONAL if name != POOLER}:
        delattr(encoder, head)
    state = {}
    for name, parameter in encoder.named_parameters():
        keys = outer_names(name)
        if name.startswith(POOLER) and keys[0] not in outer:
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=shape.initializer_range)
                model_loader.log_new_pooler(folder)
            else:
                nn.init.zeros_(parameter)
            continue
        parts = [outer.pop(key) for key in keys if key in outer]
        sizes = {part.shape for part in parts}
        if len(parts) < len(keys) or sizes != {parameter.chunk(len(keys))[0].shape}:
            return None
        state[name] = torch.cat(parts)
    if any(not name.endswith(BUFFERS) for name in outer):
        return None
    encoder.load_state_dict(state, strict=False)
    return encoder
