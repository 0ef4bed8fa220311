"""The recipes and models that come with the project are whole."""

import json
from dataclasses import fields

import pytest
import yaml

from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.loop.recipe import Recipe
from scripts.pretrain.loop.schedule import Schedule
from scripts.workflow.config import mistakes, read_schema
from tests.runs import ROOT

SCHEMA = read_schema(ROOT / "config/schema.yaml")
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text())
RECIPES = sorted((ROOT / "config/recipes").glob("*.yaml"))
MODELS = sorted((ROOT / "config/models").glob("*.json"))


def merged(base: dict, change: dict) -> dict:
    """A config with another's changes."""
    result = dict(base)
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        result[key] = merged(base[key], value) if both else value
    return result


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_fits_the_schema_and_cites_its_source(path):
    text = path.read_text()
    recipe = yaml.safe_load(text)
    assert mistakes(merged(CONFIG, recipe), SCHEMA) == []
    for phase in recipe["pretrain"]["phases"]:
        settings = {key: value for key, value in phase.items() if key not in ("name", "seq_length")}
        schedule = Schedule(Recipe(**settings), 10**6)
        assert schedule.learning_rate(10) > 0
    assert (ROOT / recipe["pretrain"]["model"]).is_file()
    if path.stem.startswith(("bert", "one")):
        assert "Source: https" in text or "After " in text
        assert "Cost: " in text


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_config_is_one_of_bert(path):
    shape = Shape.from_config(json.loads(path.read_text()), str(path))
    assert shape.max_position_embeddings == 512


def test_the_schema_knows_every_setting_of_a_recipe():
    phase = SCHEMA["properties"]["pretrain"]["properties"]["phases"]["items"]["properties"]
    assert set(phase) == {"name", "seq_length"} | {field.name for field in fields(Recipe)}
