"""Make an untrained model: the weights that pretraining starts from, to compare with.

    python -m scripts.pretrain.init_model --model config/models/bert-tiny.json \\
        --tokenizer results/vocab -o results/pretrain/random
"""

from pathlib import Path

from scripts.common.atomic import write_text
from scripts.common.cli import Parser, log, run
from scripts.pretrain.architectures import model_folder
from scripts.pretrain.architectures.bert import Bert, Shape
from scripts.pretrain.architectures.initialisation import KINDS, initialise
from scripts.pretrain.loop import model_card
from scripts.pretrain.loop.settings import read_model


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument(
        "--model", required=True, help="Hugging Face config: a file, or JSON itself"
    )
    parser.add_argument("--tokenizer", required=True, type=Path, help="tokenizer folder")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--initial-weights", choices=KINDS, default="bert")
    parser.add_argument("-o", "--output", required=True, type=Path, help="folder of the model")
    arguments = parser.parse_args()
    init_model(
        arguments.model,
        arguments.tokenizer,
        arguments.seed,
        arguments.output,
        arguments.initial_weights,
    )


def init_model(
    model: str, tokenizer: Path, seed: int, output: Path, initial_weights: str = "bert"
) -> None:
    """Write a model folder with weights drawn from `seed`."""
    config = read_model(model)
    config = model_folder.new_config(config, model_folder.tokenizer_size(tokenizer))
    bert = Bert(Shape.from_config(config, model))
    initialise(bert, seed, initial_weights)
    write_text(output / "README.md", model_card.card(output.name, {"seed": seed}, bert, [], []))
    model_folder.save_model(output, bert.state_dict(), config, tokenizer)
    log.info("wrote %s", output)


if __name__ == "__main__":
    run(main)
