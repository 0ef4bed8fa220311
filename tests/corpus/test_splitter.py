import subprocess
import sys

import pytest

from scripts.common.errors import UserError
from scripts.corpus.sentences.splitter import rules, split, trained


@pytest.mark.slow
def test_the_rules_need_no_torch():
    program = (
        "import sys; from scripts.corpus.sentences.splitter import rules; rules(); "
        "assert 'spacy' in sys.modules; assert 'torch' not in sys.modules; import torch"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_pipeline_is_spacys():
    from spacy.language import Language

    pipeline = rules()
    assert isinstance(pipeline, Language)
    assert pipeline.pipe_names == ["sentence_rules"]
    doc = pipeline("One is here. Two is not.")
    assert [token.text_with_ws for token in doc] == ["One is here. ", "Two is not."]
    assert [token.text_with_ws for token in pipeline("这是。那是 No. 5")] == [
        "这是。",
        "那是 No. ",
        "5",
    ]
    assert [token.is_sent_start for token in doc] == [True, True]
    assert doc.text == "One is here. Two is not."


def test_a_zone_keeps_the_vocabulary_small():
    pipeline = rules()
    before = len(pipeline.vocab.strings)
    for number in range(20):
        with pipeline.memory_zone():
            list(split(pipeline, [f"This is {number}. That is {n}." for n in range(100)]))
    assert len(pipeline.vocab.strings) <= before + 5


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A spaCy model with a senter that was trained on a few words: every sentence begins with The."""
    import spacy
    from spacy.training import Example

    pipeline = spacy.blank("en")
    pipeline.add_pipe("senter")
    words = ["The", "cat", "sat", "The", "dog", "ran"] * 3
    starts = [word == "The" for word in words]
    doc = pipeline.make_doc(" ".join(words))
    example = Example.from_dict(doc, {"sent_starts": starts})
    pipeline.initialize(lambda: [example])
    for _ in range(30):
        pipeline.update([example])
    pipeline.add_pipe("entity_ruler")
    path = tmp_path_factory.mktemp("model") / "en_thes"
    pipeline.to_disk(path)
    return str(path)


def test_a_model_splits_by_its_senter_alone(model):
    pipeline = trained(model)
    assert pipeline.pipe_names == ["senter"]
    assert list(split(pipeline, ["The cat sat The dog ran"])) == [["The cat sat", "The dog ran"]]


def test_a_model_that_is_not_installed_is_an_error():
    with pytest.raises(UserError, match=r"corpus\.sentences\.model: xx_none"):
        trained("xx_none")


def test_a_model_without_a_splitter_is_an_error(tmp_path):
    import spacy

    spacy.blank("en").to_disk(tmp_path / "m")
    with pytest.raises(UserError, match="neither a senter nor a parser"):
        trained(str(tmp_path / "m"))
