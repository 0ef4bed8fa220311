"""Settings: flags, schema and defaults from one dataclass."""

from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import dataclass

import pytest

from scripts.common.errors import UserError
from scripts.common.settings import (
    add_flags,
    from_args,
    schema_of,
    section_of,
    seed_number,
    setting,
    words,
)


@dataclass(frozen=True)
class Settings:
    size: int = setting(help="how large", minimum=2)
    kind: str = setting("a", enum=["a", "b"])
    share: float | None = setting(None, exclusiveMinimum=0, exclusiveMaximum=0.5)
    mixed: bool = setting(True, "100% mixed")
    seed: int = setting(42, own_key=False)


def parse(*given: str) -> Settings:
    parser = ArgumentParser()
    add_flags(parser, Settings)
    said = parser.format_help()
    assert "100% mixed" in said
    assert "how large" in said
    assert "(a)" in said
    assert "(None)" not in said
    assert "(True)" not in said
    return from_args(Settings, parser.parse_args(given))


def test_flags_have_the_defaults_and_take_what_the_rules_write():
    assert parse("--size", "7") == Settings(size=7)
    values = {"size": 3, "kind": "b", "share": None, "mixed": False, "seed": 1}
    assert parse(*words(values)) == Settings(**values)
    assert words({"b": {"y": 1, "x": [2]}, "a": None, "c": True}) == [
        "--b",
        '{"x": [2], "y": 1}',
        "--c",
    ]


def test_a_step_gets_those_keys_of_a_section_that_it_knows():
    assert section_of(Settings, {"size": 3, "kind": None, "other": 1}) == {"size": 3, "kind": None}


def test_what_has_no_default_must_be_given(capsys):
    with pytest.raises(SystemExit):
        parse()
    assert "--size" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--size", "1"], "--size 1: must be at least 2"),
        (["--size", "2", "--share", "0.5"], "--share 0.5: must be below 0.5"),
        (["--size", "2", "--share", "0"], "--share 0.0: must be above 0"),
    ],
)
def test_a_value_out_of_bounds_is_named_with_its_flag(given, message):
    with pytest.raises(UserError, match=message):
        parse(*given)


def test_the_schema_has_the_bounds_and_leaves_out_what_other_sections_hold():
    assert schema_of(Settings) == {
        "size": {"type": "integer", "minimum": 2},
        "kind": {"enum": ["a", "b"]},
        "share": {"type": ["number", "null"], "exclusiveMinimum": 0, "exclusiveMaximum": 0.5},
        "mixed": {"type": "boolean"},
    }


@dataclass(frozen=True)
class Grid:
    rate: float = setting(0.1, lists="a positive number or a list of them", exclusiveMinimum=0)


def test_a_value_that_may_be_a_list_in_the_config_is_one_on_the_command_line():
    one = {"type": "number", "exclusiveMinimum": 0}
    assert schema_of(Grid)["rate"] == {
        "description": "a positive number or a list of them",
        "anyOf": [one, {"type": "array", "minItems": 1, "uniqueItems": True, "items": one}],
    }
    parser = ArgumentParser()
    add_flags(parser, Grid)
    assert from_args(Grid, parser.parse_args(["--rate", "0.5"])) == Grid(0.5)
    with pytest.raises(UserError, match=r"--rate 0\.0: must be above 0"):
        from_args(Grid, parser.parse_args(["--rate", "0"]))


@pytest.mark.parametrize("word", ["4294967296", str(2**64), "-1", "1.5", "²", "x"])
def test_a_seed_that_a_library_would_refuse_in_the_end_is_refused_at_once(word):
    with pytest.raises(ArgumentTypeError, match="from 0 to 4294967295"):
        seed_number(word)


def test_a_seed():
    assert [seed_number(word) for word in ("0", "42", "4294967295")] == [0, 42, 4294967295]
