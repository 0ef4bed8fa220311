"""What the rules of the stage ask for, by dry runs from a folder of their own."""

import json
import subprocess

import pytest

from tests.examples.made import make
from tests.examples.texts import SPECIAL, tokenizer_folder
from tests.runs import ROOT, SMALL, forked

TARGET = "results/examples/short/train/0001.h5"


def dry_run(folder, config, *targets):
    (folder / "config.json").write_text(json.dumps(config))
    words = ["-s", str(ROOT / "Snakefile"), "--configfile", str(ROOT / SMALL), "config.json"]
    status, said = forked(folder, *words, "--cores", "1", "-n", "--nocolor", "--", *targets)
    return subprocess.CompletedProcess(words, status, said)


def counts(result):
    """The table of jobs, by rule."""
    assert result.returncode == 0, result.stdout
    lines = result.stdout.split("Job stats:")[1].split("\n\n")[0].splitlines()
    rows = [line.split() for line in lines if len(line.split()) == 2]
    return {name: int(count) for name, count in rows if count.isdigit()}


@pytest.mark.slow
def test_one_file_needs_its_shard_and_those_it_draws_from(tmp_path):
    jobs = counts(dry_run(tmp_path, {}, TARGET))
    assert jobs["build_examples"] == 1
    assert jobs["tokenize_shard"] == 2
    assert jobs["train_vocab"] == 1


@pytest.mark.slow
def test_a_given_vocabulary_and_no_pairs(tmp_path):
    tokenizer_folder(tmp_path / "vocab")
    config = {"vocab": {"path": "vocab"}, "examples": {"next_sentence": False}}
    jobs = counts(dry_run(tmp_path, config, TARGET))
    assert jobs["import_vocab"] == jobs["tokenize_shard"] == 1
    assert "train_vocab" not in jobs


@pytest.mark.slow
def test_given_examples(tmp_path):
    """Nothing of the corpus is asked for."""
    tokenizer_folder(tmp_path / "vocab")
    files = [str(make(tmp_path / f"{name}.h5")) for name in "abc"]
    paths = {phase: {"train": files[:2], "validation": files[2:]} for phase in ("short", "long")}
    config = {"vocab": {"path": "vocab"}, "examples": {"paths": paths}}
    jobs = counts(dry_run(tmp_path, config, "results/pretrain/short/config.json"))
    assert jobs == {"import_vocab": 1, "import_examples": 3, "pretrain": 1, "total": 5}


@pytest.mark.slow
def test_mistakes(tmp_path):
    """Each named, all at once, before any job."""
    files = {"train": ["a"], "validation": ["b"]}
    result = dry_run(tmp_path, {"examples": {"paths": {"brief": files, "short": files}}}, TARGET)
    assert result.returncode == 1
    for message in (
        "examples.paths.brief: no such phase in pretrain.phases",
        "examples.paths: lacks the files of phase long",
        "vocab.path: must name the vocabulary",
    ):
        assert message in result.stdout
    assert "Traceback" not in result.stdout


@pytest.mark.slow
def test_a_vocabulary_that_is_none_is_refused_while_the_config_is_read(tmp_path):
    """Also after a run that was finished with another one."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "cased.txt").write_text("".join(f"{token}\n" for token in [*SPECIAL, "The", "Cat"]))
    for path, said in (
        ("empty", "no tokenizer there (tokenizer.json or vocab.txt or"),
        ("bert-base-uncased", "no such file or folder; a name on the Hub must be downloaded first"),
        ("cased.txt", "2 of its 2 tokens have capitals, as 'Cat', but text is lower-cased for it"),
    ):
        result = dry_run(tmp_path, {"vocab": {"path": path}}, TARGET)
        assert f"vocab.path: {path}: {said}" in result.stdout
        assert "Traceback" not in result.stdout
        assert result.returncode == 1


def write_bert(folder, **changes):
    """A folder that looks like a BERT's, with these keys in its config."""
    tokenizer_folder(folder)
    shape = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    config = shape | {"vocab_size": 99, "intermediate_size": 8, "model_type": "bert"} | changes
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").write_bytes(b"weights")


@pytest.mark.slow
def test_a_model_is_read_while_the_config_is(tmp_path):
    """Also a new one's config: a run of a day does not end for it."""
    write_bert(tmp_path / "decoder", is_decoder=True)
    write_bert(tmp_path / "short", max_position_embeddings=16)
    write_bert(tmp_path / "one", type_vocab_size=1)
    for pretrain, said in (
        ({"init": "decoder"}, "pretrain.init: decoder/config.json: is_decoder is True"),
        ({"model": "decoder/config.json"}, "pretrain.model: decoder/config.json: is_decoder"),
        ({"init": "short"}, "pretrain.phases[0].seq_length: the model has 16 positions"),
        ({"init": "one"}, "examples.next_sentence: the model tells no segments apart (type_vocab"),
        ({"init": "none"}, "pretrain.init: none: no such folder; a model of the Hub must be"),
    ):
        ended = dry_run(tmp_path, {"pretrain": pretrain})
        assert ended.returncode == 1
        assert said in ended.stdout
        assert "Traceback" not in ended.stdout
