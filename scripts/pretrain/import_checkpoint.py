"""Turn a checkpoint of AzureML-BERT or of NVIDIA's BERT (`.pt`) into a model folder.

    python -m scripts.pretrain.import_checkpoint ckpt_7038.pt --tokenizer results/vocab -o model

The file is read without running code that it may hold: tensors only. Sizes are read off the weights;
give `--model` where the heads are not 64 wide. Set `pretrain.init` or `glue.model` to the folder.
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.pretrain.architectures.model_config import Shape, read_model, with_special_ids

HEAD_WIDTH = 64


def import_checkpoint(path: Path, tokenizer: Path, config: dict | None, output: Path) -> None:
    """Write a model folder with a checkpoint's weights and a tokenizer."""
    from scripts.examples.tokenizer.vocabulary import load_vocabulary
    from scripts.pretrain.architectures.bert import Bert
    from scripts.pretrain.architectures.foreign_weights import read_checkpoint, sizes
    from scripts.pretrain.architectures.initialisation import initialise
    from scripts.pretrain.architectures.model_folder import import_state, save_model

    weights = read_checkpoint(path)
    config = (config or {}) | sizes(weights, path) | ({} if config else {"hidden_act": "gelu"})
    config.setdefault("num_attention_heads", config["hidden_size"] // HEAD_WIDTH)
    vocabulary = load_vocabulary(tokenizer)
    if vocabulary.size > config["vocab_size"]:
        raise UserError(
            f"{tokenizer}: {vocabulary.size} tokens, but {path} has {config['vocab_size']}; "
            "give the tokenizer that it was trained with"
        )
    config = with_special_ids(config, vocabulary.special_ids)
    bert = Bert(Shape.from_config(config, str(path)))
    initialise(bert, 0)
    import_state(bert, weights, path)
    save_model(output, bert.state_dict(), config, tokenizer)
    cli.log.info("wrote %s", output)


@cli.step
def main(checkpoint: Path, /, tokenizer: Path, output: Path, model: str | None = None) -> None:
    import_checkpoint(checkpoint, tokenizer, read_model(model) if model else None, output)
