"""A pretrained model and its tokenizer, read from a folder and checked against each other."""

import inspect
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from scripts.common.cli import log
from scripts.common.errors import UserError, blaming
from scripts.common.model_files import CONFIG, find_model
from scripts.common.model_weights import read_weights
from scripts.examples.tokenizer.given_tokenizer import read_tokenizer
from scripts.glue.finetuning.padded_batches import Examples
from scripts.glue.finetuning.trainer import Model
from scripts.glue.tasks.task import Task

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

# The library raises many kinds of errors for damaged files.
naming = partial(blaming, verdict="cannot be read as a model ({kind}: {reason})")
# So many of a model's ids, and more than half, that no token has: the tokenizer is another's.
SPARE_IDS = 1000


def load(
    folder: Path, task: Task, max_length: int
) -> tuple["PreTrainedModel", "PreTrainedTokenizerBase"]:
    """The model with a new head for `task`, and the tokenizer.

    What the folder's family pretrains of the head is kept; the rest is drawn as the family draws it, from
    torch's random state. Code that lies in the folder (`auto_map` in its config) is never run. Raises
    UserError, naming the folder, where something is missing or does not belong together.
    """
    import transformers  # not before it is known that it is needed

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    find_model(folder)
    tokenizer = load_tokenizer(folder)
    names = dict(enumerate(task.labels or ["LABEL_0"]))
    with naming(folder):
        config = transformers.AutoConfig.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False, return_dict=True,
            id2label=names, label2id={label: number for number, label in names.items()},
            problem_type=task.kind.problem,
        )  # fmt: skip
        plan: Any = empty(transformers.AutoModelForSequenceClassification, config)
    if getattr(config, "quantization_config", None):
        raise UserError(f"{folder / CONFIG}: a quantized model; give the one that it was made from")
    check_pair(folder, tokenizer, config, max_length, first_position(plan))
    check_inputs(folder, tokenizer, plan, len(task.texts))
    head = new_names(plan)
    weights = {name: value for name, value in read_weights(folder).items() if name not in head}
    with naming(folder):
        model, info = type(plan).from_pretrained(
            None, config=config, state_dict=weights, output_loading_info=True, ignore_mismatched_sizes=True,
            dtype=torch.float32,  # whatever the file holds: small updates vanish in half precision
        )  # fmt: skip
    check_weights(folder, model, info)
    return model, tokenizer


def empty(auto: Any, config: Any) -> "PreTrainedModel":
    """The model that an Auto class of transformers makes of a config, without memory for its weights."""
    with torch.device("meta"):
        return auto.from_config(config, trust_remote_code=False)


def new_names(model: "PreTrainedModel") -> set[str]:
    """The weights of a model's head that no pretraining of its family has."""
    from transformers import AutoModelForMaskedLM, AutoModelForPreTraining

    prefix = f"{model.base_model_prefix}."
    pretrained: set[str] = set()
    for auto in (AutoModelForPreTraining, AutoModelForMaskedLM):
        with suppress(ValueError):  # a family without one
            pretrained |= empty(auto, model.config).state_dict().keys()
    return {name for name in model.state_dict() if not name.startswith(prefix)} - pretrained


def load_tokenizer(folder: Path) -> "PreTrainedTokenizerBase":
    """The folder's tokenizer, which must have the special tokens that sentence pairs need."""
    tokenizer = read_tokenizer(folder)
    for name in ("cls_token", "sep_token", "pad_token"):
        if getattr(tokenizer, name, None) is None:
            raise UserError(
                f"{folder}: the tokenizer has no {name}; is tokenizer_config.json there?"
            )
    return tokenizer


def check_pair(folder: Path, tokenizer, config, max_length: int, first: int = 0) -> None:
    """Raise UserError where tokenizer and model are not of one family, or the model is too short.

    Its first text's token has the position `first`.
    """
    other = f"{folder}: the tokenizer does not belong to the model:"
    rows = getattr(config, "vocab_size", None)
    highest = max(tokenizer.get_vocab().values())
    if rows is not None and not 0 < rows - highest <= max(SPARE_IDS, rows / 2):
        raise UserError(f"{other} it has ids up to {highest}, the model up to {rows - 1}")
    pad = getattr(config, "pad_token_id", None)
    if pad is not None and pad != tokenizer.pad_token_id:
        raise UserError(f"{other} it pads with id {tokenizer.pad_token_id}, the model with {pad}")
    positions = getattr(config, "max_position_embeddings", None)
    if positions and positions > 0 and max_length > positions - first:
        raise UserError(
            f"glue.finetune.max_length: {max_length} is more than the {positions - first} "
            f"positions of {folder}"
        )


def first_position(model: "PreTrainedModel") -> int:
    """The number of a text's first position: models of RoBERTa's family begin behind the padding id."""
    embeddings = getattr(model.base_model, "embeddings", None)
    padding = getattr(getattr(embeddings, "position_embeddings", None), "padding_idx", None)
    return 0 if padding is None else padding + 1


def check_inputs(folder: Path, tokenizer, model: "PreTrainedModel", texts: int) -> None:
    """Have the tokenizer tell no segments to a model that takes none; UserError where it has too few."""
    taken = inspect.signature(model.forward).parameters
    if "attention_mask" not in taken:
        raise UserError(f"{folder}: a model that cannot tell a batch's padding from its text")
    if "token_type_ids" not in taken:
        names = tokenizer.model_input_names
        tokenizer.model_input_names = [name for name in names if name != "token_type_ids"]
    types = getattr(model.config, "type_vocab_size", None)
    told = 1 + max(tokenizer(*["a"] * texts).get("token_type_ids", [0]))
    if types and told > types:
        raise UserError(
            f"{folder}: the tokenizer tells {told} segments apart, the model {types} (type_vocab_size); "
            "leave token_type_ids out of model_input_names in tokenizer_config.json"
        )


def check_weights(folder: Path, model: "PreTrainedModel", info: dict) -> None:
    """Raise UserError where the file's weights of the encoder are not those that its config says."""
    encoder = f"{model.base_model_prefix}."
    parts = {name for name, _ in model.base_model.named_children()}
    missing = sorted(key for key in info["missing_keys"] if key.startswith(encoder))
    faults = {
        "have another shape than config.json says": [key for key, *_ in info["mismatched_keys"]],
        "have no place in a model of its config.json": [
            key
            for key in info["unexpected_keys"]
            if key.removeprefix(encoder).split(".")[0] in parts
        ],
        "are lacking": [key for key in missing if ".pooler." not in key],
    }
    for fault, names in faults.items():
        if names:
            raise UserError(
                f"{folder}: {min(names)} and {len(names) - 1} more {fault}; "
                f"is this a {model.config.model_type} model?"
            )
    if missing:
        log.info("%s: the weights have no pooler; it starts from random weights", folder)


class PaddedModel(Model):
    """A model of transformers, fed with padded batches; of bf16 by autocast."""

    def __init__(self, model: "PreTrainedModel", tokenizer, dtype: torch.dtype):
        super().__init__()
        self.model, self.tokenizer, self.dtype = model, tokenizer, dtype
        encoder = f"{model.base_model_prefix}."
        linear = ((n, m) for n, m in model.named_modules() if isinstance(m, nn.Linear))
        head = (module for name, module in linear if not name.startswith(encoder))
        *_, self.last_layer = (m for m in head if m.out_features == model.config.num_labels)

    def logits(self, examples: Examples, indices: np.ndarray, seed: int = 0) -> Tensor:
        device, batch = self.model.device, examples.collate(indices)
        with torch.autocast(device.type, torch.bfloat16, enabled=self.dtype == torch.bfloat16):
            return self.model(**{name: tensor.to(device) for name, tensor in batch.items()}).logits

    def save(self, folder: Path) -> None:
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
