"""The card of a model, part by part."""

import json

import pytest

from scripts.common.digest import value_digest
from scripts.report import describe_model

CONFIG = {
    "num_hidden_layers": 2, "hidden_size": 6, "num_attention_heads": 3, "vocab_size": 50,
}  # fmt: skip
TRAINING = {
    "parameters": 1234567,
    "settings": {"seed": 42, "batch_size": 8},
    "data": {"training": [1000, value_digest("t")], "validation": [10, value_digest("v")]},
    "next_sentence": True,
    "masking": "dynamic",
    "whole_word": False,
    "mlm_probability": 0.15,
    "work": {
        "examples": 900,
        "pairs": 800,
        "masked": 700,
        "tokens": 6000,
        "squares": 5,
        "flops": 4e9,
    },
}
ROWS = [
    {"step": 1, "loss": 9.0, "mlm_loss": 8.0, "learning_rate": 0.1},
    {"step": 2, "loss": 7.0, "mlm_accuracy": 0.5, "learning_rate": 0.1},
    {"step": 2, "validation_loss": 6.0, "validation_mlm_loss": 5.0},
]


def test_tables_show_numbers_and_json():
    rows = [("a", 1234567), ("b", 0.5), ("c", {"d": [1]})]
    assert describe_model.table(rows) == '| a | 1,234,567 |\n| b | 0.5 |\n| c | `{"d": [1]}` |'


def test_the_last_losses_of_each_kind():
    assert describe_model.losses(ROWS).splitlines()[2:] == [
        "| training loss | 7.0 |",
        "| training mlm accuracy | 0.5 |",
        "| validation loss | 6.0 |",
        "| validation mlm loss | 5.0 |",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "\n15% of the word pieces are masked, drawn anew each epoch.\n"),
        (
            {"whole_word": True, "masking": "static"},
            "\n15% of the whole words are masked, drawn once.\n",
        ),
        ({}, "pretrained by dump2glue on masked words and next sentences.\n"),
        ({"next_sentence": False}, "pretrained by dump2glue on masked words.\n"),
    ],
)
def test_what_a_model_was_trained_to_do(changes, said):
    assert said in describe_model.card("long", CONFIG, TRAINING | changes, ROWS)


def test_a_card_is_made_of_what_the_training_wrote(tmp_path, monkeypatch):
    folder = tmp_path / "long"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "training.json").write_text(json.dumps(TRAINING))
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    files = [str(folder / name) for name in ("config.json", "training.json", "metrics.jsonl")]
    monkeypatch.setattr("sys.argv", ["describe_model", *files, "-o", str(tmp_path / "card.md")])
    describe_model.main()
    card = (tmp_path / "card.md").read_text()
    assert card.startswith("---\nlibrary_name: transformers\n")
    assert "\n# long\n" in card
    assert "2 layers, hidden size 6, 3 heads, 50 word pieces,\n1,234,567 parameters)" in card
    assert "| batch size | 8 |\n| seed | 42 |" in card
    assert f"| training | 1,000 | `{value_digest('t')[:16]}` |\n| validation | 10 |" in card
    assert (
        "900 examples in 6,000 tokens without padding, 700 of them predicted; 4e+09 float" in card
    )
    assert str(tmp_path) not in card
