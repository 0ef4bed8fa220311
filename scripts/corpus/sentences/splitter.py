"""Sentences by spaCy: a pipeline of rules, or the senter or parser of an installed model.

The pipeline of rules tokenizes only what a boundary needs: its tokens are the stretches of text
between the places where a sentence may end, and its one component decides which of them begin one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy

from scripts.common.errors import UserError
from scripts.corpus.sentences.boundaries import CANDIDATE, NEAR, ends_sentence

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab


@contextmanager
def torch_hidden() -> Iterator[None]:
    """Let an import believe that there is no torch.

    spaCy's rules use no network, but importing spaCy imports torch where it is installed: more than
    half of the time and of the memory of a step that splits a small file.
    """
    hidden = "torch" not in sys.modules
    if hidden:
        sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hidden:
            del sys.modules["torch"]


def stretches(doc: type[Doc], vocab: Vocab, text: str) -> Doc:
    """A paragraph cut behind every mark that may end a sentence, and nowhere else."""
    ends = [match.end() for match in CANDIDATE.finditer(text)]
    edges = dict.fromkeys([0, *ends, len(text)])
    parts = [text[start:end] for start, end in pairwise(edges)]
    spaces = [part[-1] == " " for part in parts]
    words = [part[: len(part) - spaced] for part, spaced in zip(parts, spaces, strict=True)]
    return doc(vocab, words=words, spaces=spaces)


def sentence_rules(doc: Doc) -> Doc:
    """A component that marks the tokens that begin a sentence."""
    text = doc.text
    marks = []
    before = ""
    place = 0
    spaced = True
    for token in doc:
        begins = not before or ends_sentence(before, text[place : place + 3 * NEAR], spaced)
        marks.append(1 if begins else -1)
        # What decides may lie before the last candidate: "He ran on No. 5. He won."
        before = token.text if begins else before[-NEAR:] + " " * spaced + token.text
        spaced = bool(token.whitespace_)
        place += len(token.text_with_ws)
    # All at once, since setting a token's mark takes time in the document's length.
    column = numpy.array(marks, dtype="int64").view("uint64").reshape(-1, 1)
    doc.from_array(["SENT_START"], column)  # type: ignore[arg-type]  # thinc calls arrays Ints2d
    return doc


def rules() -> Language:
    """The pipeline of rules. It expects paragraphs with single spaces and none at their ends."""
    with torch_hidden():
        from spacy.language import Language
        from spacy.tokens import Doc
        from spacy.vocab import Vocab
    Language.component("sentence_rules", func=sentence_rules)
    # A vocabulary of its own, without the lexical attributes that nothing here reads.
    pipeline = Language(Vocab())
    pipeline.tokenizer = partial(stretches, Doc, pipeline.vocab)
    pipeline.add_pipe("sentence_rules")
    pipeline.max_length = sys.maxsize  # the rules need no more memory for a longer paragraph
    return pipeline


def trained(model: str) -> Language:
    """An installed spaCy model, cut down to its senter, or to its parser where it has no senter."""
    import spacy

    try:
        pipeline = spacy.load(model)
    except OSError as error:
        raise UserError(
            f"corpus.sentences.model: {model} is not an installed spaCy model or a folder of one; "
            f"install it (python -m spacy download {model}) or set the key to null"
        ) from error
    names = pipeline.component_names
    splitter = next((name for name in ("senter", "parser", "sentencizer") if name in names), None)
    if splitter is None:
        raise UserError(
            f"corpus.sentences.model: {model} has neither a senter nor a parser; choose another"
        )
    kept = [name for name in ("tok2vec", "transformer", splitter) if name in names]
    pipeline.select_pipes(enable=kept)
    return pipeline


def split(pipeline: Language, texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield the sentences of each text, without white space around them."""
    for doc in pipeline.pipe(texts):
        text = doc.text
        found = (text[span.start_char : span.end_char].strip() for span in doc.sents)
        yield [sentence for sentence in found if sentence]
