import copy
import importlib
import os
import random
from dataclasses import MISSING, fields

import jsonschema
import pytest
import yaml
from snakemake.exceptions import WorkflowError

from scripts.workflow import config
from scripts.workflow.config import mistakes, read_schema, with_numbers
from tests.runs import ROOT

SCHEMA = read_schema(ROOT / "config/schema.yaml")
DEFAULTS = yaml.safe_load((ROOT / "config/config.yaml").read_text())


def test_the_schema_is_one_and_takes_the_defaults():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert mistakes(DEFAULTS, SCHEMA) == []


@pytest.mark.parametrize(
    "recipe", sorted((ROOT / "config/recipes").glob("*.yaml")), ids=lambda p: p.stem
)
def test_the_schema_takes_every_recipe(recipe):
    merged = merge(copy.deepcopy(DEFAULTS), yaml.safe_load(recipe.read_text()))
    assert mistakes(merged, SCHEMA) == []


def merge(base: dict, other: dict) -> dict:
    for key, value in other.items():
        base[key] = (
            merge(base[key], value)
            if isinstance(value, dict) and isinstance(base.get(key), dict)
            else value
        )
    return base


def objects(schema: dict):
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


def test_no_part_of_the_config_takes_unknown_keys():
    for part in objects(SCHEMA):
        assert part.get("additionalProperties") is False, list(part["properties"])


def keys(schema: dict) -> dict:
    return {key: keys(part) for key, part in schema.get("properties", {}).items()}


def test_every_key_has_a_default_in_the_config_file():
    def missing(known: dict, given: dict, where: str) -> list[str]:
        lost = [f"{where}{key}" for key in known if key not in given]
        for key, parts in known.items():
            if parts and isinstance(given.get(key), dict):
                lost += missing(parts, given[key], f"{where}{key}.")
        return lost

    assert missing(keys(SCHEMA), DEFAULTS, "") == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"corpsu": 1}, "corpsu: unknown key; did you mean corpus?"),
        ({"corpus": {"shard": 1}}, "corpus.shard: unknown key; did you mean shards?"),
        ({"corpus": {"shards": "4"}}, "corpus.shards: must be integer, not '4'"),
        ({"corpus": {"shards": 0}}, "corpus.shards: 0 is less than the minimum of 1"),
        ({"corpus": {"source": "wikipeda"}}, "corpus.source: must be sample, wikipedia"),
        ({"pretrain": {"precision": "int8"}}, "pretrain.precision: 'int8' is not one of auto"),
        ({"seed": True}, "seed: must be integer, not True"),
        ({"seed": 2**64}, f"seed: {2**64} is greater than the maximum of 4294967295"),
    ],
)
def test_a_mistake_is_one_line_with_the_key(change, line):
    found = mistakes(merge(copy.deepcopy(DEFAULTS), change), SCHEMA)
    assert len(found) == 1
    assert found[0].startswith(line)
    assert "\n" not in found[0]


def test_a_mistake_within_a_phase_names_its_number():
    config = copy.deepcopy(DEFAULTS)
    config["pretrain"]["phases"][1]["step"] = 5
    found = mistakes(config, SCHEMA)
    assert len(found) == 1
    assert found[0].startswith("pretrain.phases[1].step: unknown key; did you mean ")


def settings_in(schema: dict, config: dict, where: str = ""):
    for name in schema.get("$settings", []):
        module, _, kind = name.partition(":")
        yield where, getattr(importlib.import_module(module), kind), config
    for key, part in schema.get("properties", {}).items():
        if isinstance(config.get(key), dict):
            yield from settings_in(part, config[key], f"{where}{key}.")


def test_defaults_by_hand_are_those_of_the_config():
    raw = yaml.safe_load((ROOT / "config/schema.yaml").read_text())
    for where, settings, section in settings_in(raw, DEFAULTS):
        for item in fields(settings):
            if item.name in section and item.default is not MISSING:
                assert section[item.name] == item.default, f"{where}{item.name}"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"pretrain": {"log_steps": "5"}}, 5),
        ({"pretrain": {"micro_batch_tokens": "4096"}}, 4096),
        ({"corpus": {"validation_fraction": "1e-3"}}, 1e-3),
        ({"glue": {"finetune": {"learning_rate": ["1e-3", "2e-3"]}}}, [1e-3, 2e-3]),
        ({"pretrain": {"sharded": "true"}}, True),
        ({"vocab": {"path": "7"}}, "7"),
        ({"pretrain": {"precision": "bf16"}}, "bf16"),
    ],
)
def test_what_is_plainly_a_number_is_read_as_one(change, expected):
    """YAML 1.1 takes 1e-3 for a string, and `--config` all that stands in a mapping."""
    read = with_numbers(merge(copy.deepcopy(DEFAULTS), copy.deepcopy(change)), SCHEMA)
    assert mistakes(read, SCHEMA) == []
    while isinstance(change, dict):
        ((key, change),) = change.items()
        read = read[key]
    assert read == expected
    assert type(read) is type(expected)


def test_what_is_no_number_stays_a_mistake():
    config = merge(copy.deepcopy(DEFAULTS), {"pretrain": {"log_steps": "often"}})
    assert mistakes(with_numbers(config, SCHEMA), SCHEMA) == mistakes(config, SCHEMA) != []


def test_a_config_counts_over_the_defaults_and_neither_is_changed(tmp_path):
    (tmp_path / "defaults.yaml").write_text("a: {b: 1, c: [2]}\nd: 3\n")
    given = {"a": {"c": [4]}, "e": {"f": 5}}
    found = config.with_defaults(given, tmp_path / "defaults.yaml")
    assert found == {"a": {"b": 1, "c": [4]}, "d": 3, "e": {"f": 5}}
    assert given == {"a": {"c": [4]}, "e": {"f": 5}}
    assert config.with_defaults({}, tmp_path / "defaults.yaml")["a"]["c"] == [2]


@pytest.mark.parametrize("name", [None, "d2g"])
def test_a_runs_jobs_get_the_config_that_it_began_with(monkeypatch, name):
    monkeypatch.delenv("D2G_CONFIG", raising=False)
    monkeypatch.delenv("D2G_CONFIG_d2g", raising=False)
    assert config.freeze({"seed": 2}, False, name) == {"seed": 2}
    assert config.freeze({"seed": 1}, True, name) == {"seed": 1}
    assert config.freeze({"seed": 2}, False, name) == {"seed": 1}
    assert config.freeze({"seed": 2}, False, "another") == {"seed": 2}


def test_a_long_config_is_packed_and_a_longer_one_refused(monkeypatch):
    """A variable of the environment has at most 128 kB."""
    monkeypatch.delenv("D2G_CONFIG", raising=False)
    paths = [f"/data/of/a/project/texts of {number}.txt" for number in range(5000)]
    config.freeze({"paths": paths}, True, None)
    assert len(os.environ["D2G_CONFIG"]) < 60_000
    assert config.freeze({}, False, None) == {"paths": paths}
    paths = [random.Random(number).randbytes(20).hex() for number in range(9000)]
    with pytest.raises(WorkflowError, match=r"corpus\.paths: too many to hand on; name a folder"):
        config.freeze({"paths": paths}, True, None)


@pytest.mark.parametrize(
    ("keys", "said"),
    [([], "config"), (["a", 0, "b", 1, 2], "a[0].b[1][2]"), (["seed"], "seed")],
)
def test_a_path_of_keys(keys, said):
    assert config.path(keys) == said


@pytest.mark.parametrize(
    ("schema", "value", "line"),
    [
        ({"enum": ["a", "bcd"]}, "bcde", "k: 'bcde' is not one of a, bcd; did you mean bcd?"),
        ({"enum": ["a", 1]}, "xyz", "k: 'xyz' is not one of a, 1; known here: a, 1"),
        ({"type": ["string", "null"]}, 1, "k: must be string or null, not 1"),
        ({"type": "object", "required": ["a"]}, {}, "k: 'a' is a required property"),
        ({"anyOf": [{"type": "null"}], "description": "nothing"}, 1, "k: must be nothing, not 1"),
        ({"type": "object", "additionalProperties": False}, {"x": 1}, "k.x: unknown key"),
        ({"pattern": "^a$", "description": "of a"}, "b", "k: must be of a, not 'b'"),
    ],
)
def test_what_is_said_of_each_kind_of_mistake(schema, value, line):
    assert mistakes({"k": value}, {"properties": {"k": schema}}) == [line]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"labl": "l"}, ".labl: unknown key; did you mean label?"),
        ({"metric": "acc"}, ".metric: must be one or more of accuracy, f1, f1_macro, mcc, or of"),
        ({"name": "a b"}, ".name: must be of letters, digits and hyphens, not 'a b'"),
        ({"train": 3}, ".train: must be string, not 3"),
        ({"text": ["a", "b", "c"]}, ".text: must be one column's name or a list of two, not ['a'"),
        ({"text": {"a": "b"}}, ".text: must be one column's name or a list of two, not {'a'"),
        ({"labels": ["a"]}, ".labels: must be a list of two different labels or more, not ['a']"),
        ({"label": None}, ".label: must be string, not None"),
    ],
)
def test_a_mistake_in_a_tasks_mapping_is_named_by_its_key(change, line):
    task = {"name": "x", "train": "a", "dev": "b", "text": "t", "label": "l", "metric": "f1"}
    given = config.with_defaults({"glue": {"tasks": [task | change]}}, ROOT / "config/config.yaml")
    (found,) = mistakes(given, SCHEMA)
    assert found.startswith(f"glue.tasks[0]{line}")


def test_mistakes_come_in_the_order_of_their_keys():
    schema = {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    assert [line[0] for line in mistakes({"b": 1, "a": 1}, schema)] == ["a", "b"]
