"""What a model is made by: its config, in Hugging Face's form, and how its first weights are drawn."""

from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import Any

from scripts.common.data import data_words
from scripts.common.errors import UserError
from scripts.common.json_text import parse_json, read_json
from scripts.common.model_files import CONFIG
from scripts.common.settings import SEED, kind_of, out_of_bounds, setting

INITIAL_WEIGHTS = ("bert", "mimetic", "mimetic_full")
# Keys that would make another model than this BERT, and the one value of each that does not.
FIXED: dict[str, Any] = {
    "model_type": "bert",
    "position_embedding_type": "absolute",
    "tie_word_embeddings": True,
    "tie_encoder_decoder": False,
    "is_decoder": False,
    "is_encoder_decoder": False,
    "add_cross_attention": False,
    "pruned_heads": {},
    "torchscript": False,  # its weights are not tied
}
# Keys that change nothing in pretraining: of finetuning, generating, tokenizing, or of how a model is kept.
WITHOUT_EFFECT = frozenset(data_words(__file__, "keys_without_effect.txt"))


@dataclass(frozen=True)
class Shape:
    """The keys of a Hugging Face BERT config that decide what the model computes."""

    vocab_size: int = setting(minimum=1)
    hidden_size: int = setting(minimum=1)
    num_hidden_layers: int = setting(minimum=1)
    num_attention_heads: int = setting(minimum=1)
    intermediate_size: int = setting(minimum=1)
    hidden_act: str = setting("gelu", enum=("gelu", "gelu_new", "gelu_pytorch_tanh"))
    hidden_dropout_prob: float = setting(0.1, minimum=0, exclusiveMaximum=1)
    attention_probs_dropout_prob: float = setting(0.1, minimum=0, exclusiveMaximum=1)
    max_position_embeddings: int = setting(512, minimum=1)
    type_vocab_size: int = setting(2, minimum=1)
    initializer_range: float = setting(0.02, minimum=0, maximum=1)
    layer_norm_eps: float = setting(1e-12, minimum=0, maximum=1)

    @classmethod
    def from_config(cls, config: dict, source: str) -> "Shape":
        """Read a config; raises UserError, naming `source`, for what is missing or not this BERT."""
        for key, value in FIXED.items():
            if config.get(key, value) != value:
                raise UserError(
                    f"{source}: {key} is {config[key]!r}; only a BERT with {value!r} can be pretrained"
                )
        known = {item.name: item for item in fields(cls)}
        missing = [
            name for name, item in known.items() if item.default is MISSING and name not in config
        ]
        if missing:
            raise UserError(
                f"{source}: lacks {', '.join(missing)}; give a Hugging Face BERT config"
            )
        for key, value in config.items():
            if key in known:
                refuse_value(known[key], value, source)
            elif key not in FIXED and key not in WITHOUT_EFFECT:
                raise UserError(
                    f"{source}: {key} is not known of BERT; remove it, if the weights need no such thing"
                )
        shape = cls(**{key: value for key, value in config.items() if key in known})
        if shape.hidden_size % shape.num_attention_heads:
            raise UserError(f"{source}: hidden_size must be a multiple of num_attention_heads")
        return shape

    @property
    def parameters(self) -> int:
        """Weights and biases of the encoder, the embeddings and the heads, the output's tied."""
        h = self.hidden_size
        layer = 4 * h * h + 2 * h * self.intermediate_size + 9 * h + self.intermediate_size
        embeddings = (self.vocab_size + self.max_position_embeddings) * h
        return self.num_hidden_layers * layer + embeddings + 2 * h * h

    def training_flops(
        self, tokens: float, square_tokens: float, masked: float = 0.0, sequences: float = 0.0
    ) -> float:
        """Floating-point operations of a forward and backward pass, as PaLM's appendix B counts.

        Of a batch: `tokens`; `square_tokens`, the sum over sequences of their length squared; `masked`
        tokens, which alone go through the masked-LM head, and with the first of the `sequences` alone
        ask in the last layer and go on from there. Biases and normalisations are not counted.
        """
        hidden, layers = self.hidden_size, self.num_hidden_layers
        asking = layers - 1 + (masked + sequences) / max(tokens, 1)  # layers that a token asks in
        dense = layers * 2 * hidden * hidden * tokens
        dense += (2 * hidden * hidden + 2 * hidden * self.intermediate_size) * asking * tokens
        attention = 4 * hidden * asking * square_tokens
        head = masked * (self.vocab_size * hidden + hidden * hidden)
        return 3.0 * (2 * dense + attention + 2 * head)


def refuse_value(item: Field, value: Any, source: str) -> None:
    """Raise UserError for a value of another type than a key's, or out of its bounds."""
    kind, _ = kind_of(item, Shape)
    numbers = {int: (int,), float: (int, float)}
    if type(value) not in numbers.get(kind, (kind,)):
        raise UserError(f"{source}: {item.name} is {value!r}, but must be of type {kind.__name__}")
    if wrong := out_of_bounds(item, value):
        raise UserError(f"{source}: {item.name} is {value!r}, but {wrong}")


@dataclass(frozen=True)
class NewModel:
    """How a new model's weights are drawn, see initialisation.py, and from which seed."""

    initial_weights: str = setting("mimetic", "of a new model", enum=INITIAL_WEIGHTS)
    seed: int = setting(42, **SEED)


def read_config(folder: Path) -> dict:
    """A model folder's config.json; raises UserError where it is none of this BERT."""
    config = read_model(str(folder / CONFIG))
    Shape.from_config(config, str(folder / CONFIG))
    return config


def read_model(text: str) -> dict:
    """A config from a JSON file, or from JSON itself; raises UserError where it is no object."""
    given = text.lstrip().startswith("{")
    config = parse_json(text, "--model:") if given else read_json(Path(text))
    if not isinstance(config, dict):
        raise UserError(f"{text}: no JSON object; give a Hugging Face BERT config")
    return config


def new_config(config: dict, vocabulary: int) -> dict:
    """A config for a new model: the vocabulary padded to a multiple of 64, which GPUs multiply faster."""
    return config | {"vocab_size": -(-vocabulary // 64) * 64}


def with_special_ids(config: dict, special_ids: dict[str, int]) -> dict:
    """A config with a tokenizer's special ids by role, whatever it said of them."""
    return config | {f"{role}_token_id": index for role, index in special_ids.items()}


def finished_config(config: dict) -> dict:
    """A config as a model folder states it."""
    others = ("torch_dtype", "transformers_version", "auto_map")
    dropped = {k: v for k, v in config.items() if k not in others}
    return dropped | {
        "architectures": ["BertForPreTraining"],
        "dtype": "float32",
        "model_type": "bert",
        "tie_word_embeddings": True,
    }
