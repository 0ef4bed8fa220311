"""The card of a model, part by part."""

from types import SimpleNamespace

import pytest

from scripts.pretrain.architectures.bert import Bert
from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.loop import model_card


def examples(**header) -> SimpleNamespace:
    plain = {"whole_word": False, "masking": "dynamic", "mlm_probability": 0.15}
    return SimpleNamespace(next_sentence=True, header=SimpleNamespace(**plain | header))


def test_tables_show_numbers_and_json():
    rows = [("a", 1234567), ("b", 0.5), ("c", {"d": [1]})]
    assert model_card.table(rows) == '| a | 1,234,567 |\n| b | 0.5 |\n| c | `{"d": [1]}` |'


def test_the_last_losses_of_each_kind():
    assert model_card.losses([]) == "Not trained."
    rows = [
        {"step": 1, "loss": 9.0, "mlm_loss": 8.0, "learning_rate": 0.1},
        {"step": 2, "loss": 7.0, "mlm_accuracy": 0.5, "learning_rate": 0.1},
        {"step": 2, "validation_loss": 6.0, "validation_mlm_loss": 5.0},
    ]
    assert model_card.losses(rows).splitlines()[2:] == [
        "| training loss | 7.0 |",
        "| training mlm accuracy | 0.5 |",
        "| validation loss | 6.0 |",
        "| validation mlm loss | 5.0 |",
    ]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({}, "15% of the word pieces are masked, drawn anew each epoch."),
        (
            {"whole_word": True, "masking": "static"},
            "15% of the whole words are masked, drawn once.",
        ),
    ],
)
def test_how_examples_were_masked(header, said):
    assert model_card.masking(examples(**header)) == said


def test_what_a_model_was_trained_to_do():
    assert model_card.origin(None) == "with random weights, not trained"
    assert model_card.origin(examples()).endswith("on masked words and next sentences")


def test_a_card_without_training():
    model = Bert(Shape(50, 6, 2, 2, 10, max_position_embeddings=8))
    card = model_card.card("random", {"seed": 42, "batch_size": 8}, model, [], [])
    count = sum(p.numel() for p in model.parameters())
    assert card.startswith("---\nlibrary_name: transformers\n")
    assert "\n# random\n" in card
    assert f"2 layers, hidden size 6, 2 heads, 50 word pieces,\n{count:,} parameters)" in card
    assert "| batch size | 8 |\n| seed | 42 |" in card
    assert "## Cost\n\nNone.\n" in card
