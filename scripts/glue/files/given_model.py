"""The files of the user's own model folder that AutoModel and AutoTokenizer read."""

from collections.abc import Callable

from scripts.common.errors import UserError
from scripts.common.model_files import BESIDE_TOKENIZERS, CONFIG, TOKENIZERS, WEIGHTS


def find(folder: str, exists: Callable[[str], bool]) -> list[str]:
    """The files of the user's own model folder, config.json first; UserError names what is missing."""
    folder = folder.rstrip("/")
    if not exists(folder):
        raise UserError(
            f"glue.model: {folder}: no such folder; a model of the hub has to be downloaded first"
        )

    def there(names: tuple[str, ...]) -> list[str]:
        return [f"{folder}/{name}" for name in names if exists(f"{folder}/{name}")]

    for what, names in (("config", (CONFIG,)), ("weights", WEIGHTS), ("tokenizer", TOKENIZERS)):
        if not there(names):
            raise UserError(f"glue.model: {folder}: no {what} there ({' or '.join(names)})")
    return [*there((CONFIG,)), *there(WEIGHTS)[:1], *there((*TOKENIZERS, *BESIDE_TOKENIZERS))]
