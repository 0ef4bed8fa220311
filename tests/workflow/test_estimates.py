"""Estimates, against sums by hand."""

import math
from dataclasses import replace

import pytest
import yaml

from scripts.pretrain.architectures.model_config import Shape
from scripts.workflow import estimates
from scripts.workflow.estimates import disk_bytes
from tests.runs import ROOT

CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text())
SMALL = Shape(11, 2, 3, 1, 5, max_position_embeddings=7)


def test_the_parameters_of_a_small_model():
    layer = 4 * 2 * 2 + 2 * 2 * 5 + 9 * 2 + 5  # weights, and biases with the norms
    assert SMALL.parameters == 3 * layer + (11 + 7) * 2 + 2 * 2 * 2


def test_the_operations_of_a_small_model():
    matrices = 4 * 2 * 2 + 2 * 2 * 5
    a_token = 3 * (6 * matrices + 12 * 13 * 2)
    assert SMALL.training_flops(10, 10 * 13, sequences=10) == pytest.approx(10 * a_token)
    # In the last layer, 5 masked tokens and 2 first ones ask and go on, of 10.
    less = (10 - 5 - 2) * (6 * (2 * 2 * 2 + 2 * 2 * 5) + 3 * 4 * 2 * 13)
    head = 5 * 6 * 2 * (11 + 2)
    found = SMALL.training_flops(10, 10 * 13, masked=5, sequences=2)
    assert found == pytest.approx(10 * a_token - less + head)


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
    assert estimates.finetune_flops(SMALL, 10, settings) == (
        SMALL.training_flops(1600, 1600 * 64, sequences=40)
    )
    assert estimates.finetune_flops(SMALL, 10, settings | {"epochs": 3}) == (
        SMALL.training_flops(1200, 1200 * 64, sequences=30)
    )


def test_what_a_cluster_is_asked_for_follows_from_the_work():
    asked = [estimates.minutes(seconds, 600) for seconds in (0, 1, 3600, 1e9, math.nan)]
    assert asked == [15, 16, 195, 600, 600]


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
        ({"sign_documents": 0.5}, 4.6e6 / 1700 * 20 * 8 / 2),
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
    large = replace(SMALL, vocab_size=65_537)
    assert disk_bytes(changed, SMALL, 4.6e6, {"find_contamination": 1}, 0) == pytest.approx(PACKED)
    assert disk_bytes(changed, large, 4.6e6, {"build_examples": 1}, 0) == pytest.approx(
        4e6 * 3 * 1.05 * 1.2 * 2
    )
    assert disk_bytes(CONFIG, large, 4.6e6, {"tokenize_shard": 1}, 0) == pytest.approx(4e6)
