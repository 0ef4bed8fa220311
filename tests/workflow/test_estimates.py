"""Estimates, against sums by hand."""

import math

import pytest
import yaml

from scripts.workflow import estimates
from scripts.workflow.estimates import Model, disk_bytes, model_of
from tests.runs import ROOT

CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text())
SMALL = Model(layers=3, hidden=2, intermediate=5, positions=7, vocabulary=11)


def test_what_a_config_leaves_out_is_as_bert_base_has_it():
    assert model_of({}, 30_522) == Model(12, 768, 3072, 512, 30_522)
    assert model_of({"hidden_size": 2, "num_hidden_layers": 3, "intermediate_size": 5}, 11) == (
        Model(3, 2, 5, 512, 11)
    )


def test_the_parameters_of_a_small_model():
    layer = 4 * 2 * 2 + 2 * 2 * 5 + 9 * 2 + 5  # weights, and biases with the norms
    assert SMALL.parameters == 3 * layer + (11 + 7) * 2 + 2 * 2 * 2


def test_the_operations_of_a_small_model():
    matrices = 4 * 2 * 2 + 2 * 2 * 5
    a_token = 3 * (6 * matrices + 12 * 13 * 2) + 0.5 * 6 * 2 * (11 + 2)
    assert SMALL.flops(10, 13, 0.5) == pytest.approx(10 * a_token)
    without = 3 * (6 * matrices + 12 * 13 * 2)
    assert SMALL.flops(10, 13) == pytest.approx(10 * without)


def test_the_text_in_files_follows_from_their_endings():
    files = {"a.xml.bz2": 100, "b.xml": 100, "c.gz": 10}
    assert estimates.text_bytes(files, dump=True) == pytest.approx(70 + 18 + 6)
    assert estimates.text_bytes(files, dump=False) == pytest.approx(350 + 100 + 27)


@pytest.mark.parametrize(
    ("phase", "tokens"),
    [
        ({"epochs": 1.5}, 150),
        ({"steps": 2, "batch_size": 3, "seq_length": 10}, 54),
        ({"hours": 1}, math.nan),
    ],
)
def test_the_tokens_of_a_phase(phase, tokens):
    assert estimates.phase_tokens(phase, 100) == pytest.approx(tokens, nan_ok=True)


def test_finetuning_is_reckoned_at_the_most_epochs():
    settings = {"epochs": [2, 4, 3], "max_length": 64}
    assert estimates.finetune_flops(SMALL, 10, settings) == SMALL.flops(10 * 4 * 40, 64)
    assert estimates.finetune_flops(SMALL, 10, settings | {"epochs": 3}) == (
        SMALL.flops(10 * 3 * 40, 64)
    )


def test_a_gpu_is_known_by_a_part_of_its_name():
    assert estimates.peak_of("NVIDIA A100-SXM4-80GB") == 312e12
    assert math.isnan(estimates.peak_of("Radeon"))


PACKED = 4.6e6 / 2.8
WEIGHTS = 4 * SMALL.parameters


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ({}, 0),
        ({"download_dump": 0.5, "plot_glue": 1}, 50),
        ({"make_sample": 1}, 4.6e6),
        ({"download_glue": 1}, 1.2e9),
        ({"extract_articles": 1}, PACKED),
        ({"collect_text": 1}, PACKED),
        ({"extract_articles": 1, "collect_text": 1}, PACKED),
        ({"split_sentences": 0.5, "place_documents": 1, "shard_corpus": 1}, 2.5 * PACKED),
        ({"find_contamination": 1}, 0),
        ({"tokenize_shard": 1}, 2e6),
        ({"build_examples": 1}, 2e6 * 1.45 * 1.2 * 2),
        ({"pretrain": 1}, 2 * WEIGHTS + 3 * 12 * SMALL.parameters),
        ({"init_model": 1}, WEIGHTS),
        ({"finetune_mnli": 1}, 3 * WEIGHTS),
    ],
)
def test_the_bytes_of_each_rule(share, expected):
    assert disk_bytes(CONFIG, SMALL, 4.6e6, share, 100) == pytest.approx(expected)


def test_the_bytes_follow_the_config():
    changed = CONFIG | {
        "corpus": CONFIG["corpus"] | {"decontaminate": True},
        "examples": CONFIG["examples"] | {"duplicates": 3, "next_sentence": False},
    }
    large = Model(3, 2, 5, 7, 65_537)
    assert disk_bytes(changed, SMALL, 4.6e6, {"find_contamination": 1}, 0) == pytest.approx(PACKED)
    assert disk_bytes(changed, large, 4.6e6, {"build_examples": 1}, 0) == pytest.approx(
        4e6 * 3 * 1.05 * 1.2 * 2
    )
    assert disk_bytes(CONFIG, large, 4.6e6, {"tokenize_shard": 1}, 0) == pytest.approx(4e6)
