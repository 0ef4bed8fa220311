"""Train the tokens of a WordPiece vocabulary: the same ones on any number of threads."""

from collections import Counter
from collections.abc import Iterable

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer

from scripts.common.cli import log
from scripts.common.errors import UserError
from scripts.examples.tokenizer.bert_tokenizer import SPECIAL, bert_tokenizer

MAX_ALPHABET = 1000  # characters, as in Hugging Face's trainer; rarer ones become [UNK]


def train_tokens(lines: Iterable[bytes], size: int, lowercase: bool) -> list[str]:
    """The tokens of a WordPiece vocabulary of at most `size`, in the order of their ids.

    The trainer numbers characters in the order of a hash map, and breaks ties by those numbers, so
    that two runs differ. Given the alphabet and all `##` characters in a fixed order beforehand (as
    special tokens), there is nothing left to chance.
    """
    texts = [line.decode() for line in lines]
    tokenizer = bert_tokenizer(SPECIAL, lowercase)
    alphabet = find_alphabet(texts, tokenizer, min(MAX_ALPHABET, max(64, size // 16)))
    fixed = [*SPECIAL, *alphabet, *("##" + character for character in alphabet)]
    if len(fixed) >= size:
        raise UserError(
            f"vocab.size: {size} is too small, {len(fixed)} are needed for the characters alone"
        )
    trainer = WordPieceTrainer(
        vocab_size=size,
        special_tokens=fixed,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    training = Tokenizer(WordPiece(unk_token="[UNK]"))
    training.normalizer, training.pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
    training.train_from_iterator(texts, trainer)
    vocabulary = training.get_vocab(with_added_tokens=True)
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    if len(tokens) < size:
        log.info("the text gives %d tokens only, not %d", len(tokens), size)
    return tokens


def find_alphabet(texts: Iterable[str], tokenizer: Tokenizer, limit: int) -> list[str]:
    """The most frequent characters after normalising, sorted; ties go to the lower code point."""
    raw: Counter[str] = Counter()
    for text in texts:
        raw.update(text)
    counts: Counter[str] = Counter()
    for character, count in raw.items():
        for normal in tokenizer.normalizer.normalize_str(character):
            counts[normal] += count
    del counts[" "]
    ranked = sorted(counts, key=lambda character: (-counts[character], character))
    return sorted(ranked[:limit])
