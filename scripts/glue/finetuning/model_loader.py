"""A pretrained model and its tokenizer, read from a folder and checked against each other."""

from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, PreTrainedModel, PreTrainedTokenizerBase

from scripts.common.cli import log
from scripts.common.errors import UserError
from scripts.common.model_files import CONFIG, refuse_pointer
from scripts.examples.tokenizer.given_tokenizer import read_tokenizer
from scripts.glue.tasks.task import Task

# Embedding tables are padded, but not by this much: then the tokenizer is another model's.
LEAST_FILL = 0.9


def load(
    folder: Path, task: Task, max_length: int
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The model with a new classification head for `task`, and the tokenizer.

    The head's weights come from torch's random state. Raises UserError, naming the folder, where
    something is missing or does not belong together.
    """
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    tokenizer = load_tokenizer(folder)
    config = read(folder, "model", AutoConfig, num_labels=max(1, len(task.labels)))
    if task.labels:
        config.id2label = dict(enumerate(task.labels))
        config.label2id = {label: number for number, label in enumerate(task.labels)}
    config.problem_type = task.kind.problem
    check_pair(folder, tokenizer, config, max_length)
    model, info = read(
        folder,
        "model",
        getattr(transformers, task.kind.model),
        config=config,
        dtype=torch.float32,  # whatever the file holds: small updates vanish in half precision
        output_loading_info=True,
        ignore_mismatched_sizes=True,
    )
    check_weights(folder, model, info)
    renew_head(model, {*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])})
    return model, tokenizer


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The folder's tokenizer, which must have the special tokens that sentence pairs need."""
    if not (folder / CONFIG).is_file():
        raise UserError(f"{folder / CONFIG}: no such file; a model folder holds one")
    tokenizer = read_tokenizer(folder)
    for name in ("cls_token", "sep_token", "pad_token"):
        if getattr(tokenizer, name, None) is None:
            raise UserError(
                f"{folder}: the tokenizer has no {name}; is tokenizer_config.json there?"
            )
    return tokenizer


def read(folder: Path, what: str, kind: Any, **options: Any) -> Any:
    """`kind.from_pretrained` of a local folder, with one line for all that can be wrong in it.

    Code that lies in the folder (`auto_map` in its config) is never run.
    """
    for file in sorted(folder.glob("*")):
        if file.is_file():
            refuse_pointer(file)
    try:
        return kind.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False, **options
        )
    except Exception as error:  # the library raises many kinds for damaged files
        reason = str(error).strip().splitlines()
        raise UserError(
            f"{folder}: cannot be read as a {what} ({type(error).__name__}: "
            f"{reason[0] if reason else 'no reason given'})"
        ) from error


def check_pair(folder: Path, tokenizer, config, max_length: int) -> None:
    """Raise UserError where tokenizer and model are not of one family, or too short a model."""
    rows = getattr(config, "vocab_size", None)
    size = len(tokenizer)
    if rows is not None and not rows * LEAST_FILL <= size <= rows:
        raise UserError(
            f"{folder}: the tokenizer does not belong to the model: it has {size} pieces, "
            f"the model embeds {rows}"
        )
    pad = getattr(config, "pad_token_id", None)
    if pad is not None and pad != tokenizer.pad_token_id:
        raise UserError(
            f"{folder}: the tokenizer does not belong to the model: it pads with id "
            f"{tokenizer.pad_token_id}, the model with {pad}"
        )
    positions = getattr(config, "max_position_embeddings", None)
    # Models of RoBERTa's family number their positions from behind the padding id.
    offset = pad + 1 if pad and config.model_type in OFFSET_POSITIONS else 0
    if positions and positions > 0 and max_length > positions - offset:
        raise UserError(
            f"glue.finetune.max_length: {max_length} is more than the {positions - offset} "
            f"positions of {folder}"
        )


OFFSET_POSITIONS = ("roberta", "xlm-roberta", "camembert", "mpnet", "longformer", "xlm-roberta-xl")


def check_weights(folder: Path, model: PreTrainedModel, info: dict) -> None:
    """Raise UserError where the file lacks weights of the encoder, or has them in another shape, or not
    finite ones."""
    for name, value in model.state_dict().items():
        if not torch.isfinite(value).all():
            raise UserError(f"{folder}: {name} has values that are not finite; the file is damaged")
    encoder = f"{model.base_model_prefix}."
    wrong = sorted(key for key, *_ in info["mismatched_keys"] if key.startswith(encoder))
    if wrong:
        raise UserError(f"{folder}: {wrong[0]} has another shape than config.json says")
    missing = sorted(key for key in info["missing_keys"] if key.startswith(encoder))
    pooler = [key for key in missing if ".pooler." in key]
    if len(pooler) < len(missing):
        first = next(key for key in missing if key not in pooler)
        raise UserError(
            f"{folder}: the weights lack {first} and {len(missing) - len(pooler) - 1} more; "
            f"is this a {model.config.model_type} model?"
        )
    if pooler:
        log.info("%s: the weights have no pooler; it starts from random weights", folder)


def renew_head(model: PreTrainedModel, fresh: set[str]) -> None:
    """Draw anew the head's weights that came from the file, where the folder's model had a head."""
    std = getattr(model.config, "initializer_range", 0.02)
    for name, weights in model.named_parameters():
        if not name.startswith(f"{model.base_model_prefix}.") and name not in fresh:
            with torch.no_grad():
                weights.zero_() if weights.dim() == 1 else weights.normal_(0, std)
