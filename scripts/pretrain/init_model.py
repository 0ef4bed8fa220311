"""Make an untrained model: the weights that pretraining starts from, to compare with.

    python -m scripts.pretrain.init_model --model config/models/bert-tiny.json \\
        --tokenizer results/vocab -o results/pretrain/random
"""

from pathlib import Path

from scripts.common import cli
from scripts.pretrain.architectures import model_config


def init_model(model: str, tokenizer: Path, output: Path, settings: model_config.NewModel) -> None:
    """Write a model folder with weights drawn as `settings` say."""
    from scripts.examples.tokenizer.vocabulary import load_vocabulary

    vocabulary = load_vocabulary(tokenizer)
    config = model_config.new_config(model_config.read_model(model), vocabulary.size)
    config = model_config.with_special_ids(config, vocabulary.special_ids)
    shape = model_config.Shape.from_config(config, "--model")

    # torch, once the flags are known to be right
    from scripts.pretrain.architectures.bert import Bert
    from scripts.pretrain.architectures.initialisation import initialise
    from scripts.pretrain.architectures.model_folder import save_model

    bert = Bert(shape)
    initialise(bert, settings.seed, settings.initial_weights)
    save_model(output, bert.state_dict(), config, tokenizer)
    cli.log.info("wrote %s", output)


main = cli.step(
    init_model,
    model="Hugging Face config: a JSON file, or the JSON itself",
    tokenizer="tokenizer folder",
)
