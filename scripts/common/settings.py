"""A step's settings as one dataclass, from which follow its flags, its check and its defaults.

    @dataclass(frozen=True)
    class Settings:
        size: int = setting(4096, "tokens of the vocabulary", minimum=256)
        model: str | None = setting(None, "an installed spaCy model")
        seed: int = setting(42, **SEED)

`add_flags` gives an argument parser `--size`, `--model` and `--seed`; `from_args` makes the settings of
what was parsed; `schema_of` is the JSON Schema of the config's section, without those that come from
another place of the config (`own_key=False`).
"""

import argparse
import json
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, Field, field, fields
from typing import Any, TypeVar

from scripts.common.errors import UserError

S = TypeVar("S")
JSON_TYPES = {int: "integer", float: "number", str: "string", bool: "boolean"}
BOUNDS = {
    "minimum": ("at least", lambda value, bound: value >= bound),
    "exclusiveMinimum": ("above", lambda value, bound: value > bound),
    "maximum": ("at most", lambda value, bound: value <= bound),
    "exclusiveMaximum": ("below", lambda value, bound: value < bound),
    "enum": ("one of", lambda value, bound: value in bound),
}

# The seed of a whole run: NumPy and torch take as much everywhere.
SEED: dict[str, Any] = {"minimum": 0, "maximum": 2**32 - 1, "own_key": False}


def setting(
    default: Any = MISSING,
    help: str = "",
    *,
    own_key: bool = True,
    lists: str = "",
    parse: Callable[[str], Any] | None = None,
    **schema: Any,
) -> Any:
    """A field of settings: its default, what it means, and what JSON Schema knows of its values.

    Without a default it must be given. `schema` are keywords such as `minimum`, `enum` and, instead of
    a type, `anyOf`. `lists` says in words what the config may hold where it may be a list of values
    too, of which a step gets one. `parse` reads a flag's word where the field's type cannot.
    """
    metadata = {"help": help, "own_key": own_key, "lists": lists, "parse": parse, "schema": schema}
    return field(default=default, metadata=metadata)


def kind_of(item: Field, owner: type) -> tuple[type, bool]:
    """A field's type, and whether it may be None."""
    return type_of(typing.get_type_hints(owner)[item.name])


def type_of(hint: Any) -> tuple[type, bool]:
    """The type of an annotation such as `str | None`, and whether it may be None."""
    if not isinstance(hint, types.UnionType):
        return hint, False
    kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
    return kinds[0], len(kinds) < len(typing.get_args(hint))


def schema_of(settings: type) -> dict[str, Any]:
    """The JSON Schema of each setting that has a key in its own section of the config."""
    found = {}
    for item in fields(settings):
        if not item.metadata.get("own_key", True):
            continue
        kind, optional = kind_of(item, settings)
        schema = dict(item.metadata.get("schema", {}))
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], *([None] if optional else [])]
        elif "anyOf" not in schema:
            schema["type"] = [JSON_TYPES[kind], "null"] if optional else JSON_TYPES[kind]
        if words_of_list := item.metadata.get("lists"):
            several = {"type": "array", "minItems": 1, "uniqueItems": True, "items": schema}
            schema = {"description": words_of_list, "anyOf": [schema, several]}
        found[item.name] = schema
    return found


def add_flags(parser: argparse.ArgumentParser | argparse._ArgumentGroup, settings: type) -> None:
    for item in fields(settings):
        kind, _ = kind_of(item, settings)
        required = item.default is MISSING
        told = item.metadata.get("help", "").replace("%", "%%")
        shown = not required and item.default is not None and kind is not bool
        options: dict[str, Any] = {
            "required": required,
            "default": None if required else item.default,
            "help": f"{told} ({item.default})".strip() if shown else told or None,
        }
        if kind is bool:
            options["action"] = argparse.BooleanOptionalAction
        else:
            kind = item.metadata.get("parse") or kind
            options |= {"type": kind, "choices": item.metadata.get("schema", {}).get("enum")}
            options["metavar"] = None if options["choices"] else kind.__name__.upper()
        parser.add_argument(flag(item.name), **options)


def seed_number(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and int(word) <= SEED["maximum"]):
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {SEED['maximum']}")
    return int(word)


def flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def from_args(settings: type[S], arguments: argparse.Namespace) -> S:
    """The settings among parsed arguments. Raises UserError, naming the flag, for one out of bounds."""
    items: tuple[Field, ...] = fields(typing.cast(Any, settings))
    values = {item.name: getattr(arguments, item.name) for item in items}
    for item in items:
        value = values[item.name]
        if value is not None and (wrong := out_of_bounds(item, value)):
            raise UserError(f"{flag(item.name)} {value}: {wrong}")
    return settings(**values)


def out_of_bounds(item: Field, value: Any) -> str:
    """What a setting's value must be and is not; empty where nothing is wrong."""
    for name, bound in item.metadata.get("schema", {}).items():
        if name in BOUNDS and not BOUNDS[name][1](value, bound):
            return f"must be {BOUNDS[name][0]} {bound}"
    return ""


def section_of(settings: type, values: dict[str, Any]) -> dict[str, Any]:
    return {item.name: values[item.name] for item in fields(settings) if item.name in values}


def words(values: dict[str, Any]) -> list[str]:
    """Settings as words of a command line, sorted, since the order of keys means nothing.

    None leaves the flag out; lists and mappings travel as JSON.
    """
    found = []
    for name, value in sorted(values.items()):
        if value is None:
            continue
        if isinstance(value, bool):
            found.append(flag(name) if value else flag(f"no_{name}"))
            continue
        text = json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else str(value)
        found += [flag(name), text]
    return found
