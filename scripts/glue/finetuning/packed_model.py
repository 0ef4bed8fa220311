"""BERT as it is pretrained here, with a head for one task, on examples laid end to end.

What it computes is transformers' BertForSequenceClassification, by pretraining's own kernels.
"""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor, nn

from scripts.common.atomic import write_text
from scripts.common.errors import UserError
from scripts.common.model_files import CONFIG, WEIGHTS, find_model
from scripts.common.model_weights import read_weights
from scripts.glue.finetuning import model_loader
from scripts.glue.finetuning.light_tokenizer import read_light_tokenizer
from scripts.glue.finetuning.padded_batches import Examples
from scripts.glue.finetuning.trainer import Model
from scripts.glue.tasks.task import Task
from scripts.pretrain.architectures import model_folder
from scripts.pretrain.architectures.bert import NO_DROPOUT, Bert, Dropout, DropoutRates
from scripts.pretrain.architectures.micro_batch import MicroBatch, micro_batch
from scripts.pretrain.architectures.model_config import Shape, finished_config, read_config
from scripts.pretrain.kernels.choice import choose

PRETRAINING_HEADS = ("head", "head_norm", "head_bias", "next_sentence")


class PackedModel(Model):
    """An encoder, its pooler, and a new linear layer, drawn from torch's random state."""

    def __init__(self, encoder: Bert, config: dict, tokenizer, task: Task):
        super().__init__()
        shape, rate = encoder.shape, config.get("classifier_dropout")
        self.encoder, self.config, self.tokenizer, self.task = encoder, config, tokenizer, task
        self.head_dropout = DropoutRates(shape.hidden_dropout_prob if rate is None else rate)
        self.last_layer = nn.Linear(shape.hidden_size, len(task.labels) or 1)
        nn.init.normal_(self.last_layer.weight, std=shape.initializer_range)
        nn.init.zeros_(self.last_layer.bias)

    def logits(self, examples: Examples, indices: np.ndarray, seed: int = 0) -> Tensor:
        batch = pack(examples, indices).to(self.last_layer.weight.device)
        rates = (self.encoder.dropout_rates, self.head_dropout)
        inner, outer = (Dropout(r if self.training else NO_DROPOUT, seed) for r in rates)
        pooled = self.encoder.pooled(self.encoder.encode(batch, inner, batch.cu_seqlens[:-1]))
        outer.begin(len(self.encoder.layers))
        return self.last_layer(outer.hidden(pooled, self.encoder.kernels).float())

    def save(self, folder: Path) -> None:
        names = dict(enumerate(self.task.labels or ["LABEL_0"]))
        kept = {key: v for key, v in self.config.items() if not key.endswith("num_labels")}
        config = finished_config(kept) | {
            "architectures": ["BertForSequenceClassification"],
            "id2label": names,
            "label2id": {label: number for number, label in names.items()},
            "problem_type": self.task.kind.problem,
        }
        weights = model_folder.export_state(self.encoder.state_dict())
        weights |= {f"classifier.{name}": v for name, v in self.last_layer.state_dict().items()}
        content = save({name: v.cpu() for name, v in weights.items()}, metadata={"format": "pt"})
        write_text(folder / CONFIG, json.dumps(config, indent=2, ensure_ascii=False) + "\n")
        (folder / WEIGHTS[0]).write_bytes(content)
        self.tokenizer.save_pretrained(folder)


def pack(examples: Examples, indices: np.ndarray) -> MicroBatch:
    lengths = examples.lengths[indices]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    places = np.arange(offsets[-1]) + np.repeat(examples.offsets[indices] - offsets[:-1], lengths)
    types = np.zeros(len(places)) if examples.types is None else examples.types[places]
    none = np.empty(0)
    return micro_batch(int(lengths.max()), examples.ids[places], offsets, types, none, none, none)


def load(
    folder: Path, task: Task, max_length: int, dtype: torch.dtype, device: torch.device
) -> PackedModel | None:
    """The model of a folder with a new head for `task`, to compute in `dtype` on a device.

    None where it is not the very model that is pretrained here: transformers' take it, or say what is
    wrong. Raises UserError for what no model is read from.
    """
    find_model(folder)
    try:
        config = read_config(folder)
        encoder = read_encoder(folder, Shape.from_config(config, str(folder)), dtype)
    except UserError:
        return None
    if encoder.shape.type_vocab_size < len(task.texts):
        return None
    tokenizer = read_light_tokenizer(folder) or model_loader.load_tokenizer(folder)
    # As transformers' BertConfig has it.
    known = SimpleNamespace(**{"pad_token_id": 0} | config | vars(encoder.shape))
    model_loader.check_pair(folder, tokenizer, known, max_length)
    encoder.kernels = choose(device, dtype, encoder.shape)
    return PackedModel(encoder, config, tokenizer, task)


def read_encoder(folder: Path, shape: Shape, dtype: torch.dtype) -> Bert:
    """The encoder without the heads of pretraining; a pooler that is lacking is drawn anew."""
    weights = {model_folder.modern(name): value for name, value in read_weights(folder).items()}
    encoder = Bert(shape, dtype)
    for head in PRETRAINING_HEADS:
        delattr(encoder, head)
    nn.init.normal_(encoder.pooler.weight, std=shape.initializer_range)
    nn.init.zeros_(encoder.pooler.bias)
    inner = {name: value for name, value in weights.items() if name.startswith("bert.")}
    model_folder.import_state(encoder, inner, folder)
    return encoder
