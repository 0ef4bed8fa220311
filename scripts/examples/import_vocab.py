"""Take a given vocabulary instead of training one.

    python -m scripts.examples.import_vocab --source vocab.txt -o results/vocab --lowercase
    python -m scripts.examples.import_vocab --source tokenizer_folder/ -o results/vocab

A vocab.txt of BERT's form (a token a line) becomes BERT's tokenizer. Of a Hugging Face folder, what
transformers makes of it is taken, which must be a fast tokenizer, with special tokens and segments as
examples have them. vocab.txt then lists the tokens in the order of their ids: as JSON strings where one
holds a line break.
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.examples.masking.token_kinds import ROLES
from scripts.examples.tokenizer.bert_tokenizer import bert_tokenizer, segment_template, write_folder
from scripts.examples.tokenizer.form import Form
from scripts.examples.tokenizer.given_tokenizer import look_over, read_tokenizer, read_tokens
from scripts.examples.tokenizer.vocabulary import find_special_ids, open_tokenizer


def import_vocab(source: Path, output: Path, form: Form) -> int:
    """Write a tokenizer folder; return the size of its vocabulary.

    Raises UserError where the source is missing, damaged, or lacks a special token.
    """
    look_over(source, form.lowercase)
    if source.is_file() and source.name != "tokenizer.json":
        bert = bert_tokenizer(read_tokens(source), form.lowercase)
        return write_folder(output, bert, form.max_length)
    folder = source if source.is_dir() else source.parent
    found = read_tokenizer(folder, form.lowercase)
    tokenizer = getattr(found, "backend_tokenizer", None)
    if tokenizer is None:
        raise UserError(f"{folder}: has no fast tokenizer; save one with its tokenizer.json")
    special = {role: getattr(found, f"{role}_token") for role in ROLES}
    # What a file lacks is added by transformers, but not to a model that was made with the file.
    own = folder / "tokenizer.json"
    find_special_ids(open_tokenizer(own) if own.is_file() else tokenizer, special, folder)
    tokenizer.post_processor = segment_template(tokenizer, found.cls_token, found.sep_token)
    return write_folder(output, tokenizer, min(form.max_length, found.model_max_length), special)


main = cli.step(import_vocab, source="vocab.txt or tokenizer folder")
