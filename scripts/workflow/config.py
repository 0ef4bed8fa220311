"""The config: its check, one line for each mistake before any job, and what a run's jobs get of it."""

import base64
import contextlib
import copy
import difflib
import importlib
import json
import os
import zlib
from pathlib import Path
from typing import Any

import jsonschema
from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config

from scripts.common.data import parse_yaml
from scripts.common.settings import schema_of

LONGEST_VARIABLE = 120_000


def read_schema(file: Path) -> dict[str, Any]:
    """The schema of the config, in which `$settings: module:Class` stands for a step's settings."""
    return with_settings(parse_yaml(file.read_text(encoding="utf-8")))


def with_settings(schema: Any) -> Any:
    """A schema whose objects have the keys of the settings that they name beside their own."""
    if isinstance(schema, list):
        return [with_settings(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: with_settings(value) for key, value in schema.items() if key != "$settings"}
    if "$settings" not in schema:
        return found
    keys: dict[str, Any] = {}
    for name in schema["$settings"]:
        module, _, kind = name.partition(":")
        keys |= schema_of(getattr(importlib.import_module(module), kind))
    own = {"properties": keys | found.get("properties", {})}
    return {"type": "object", "additionalProperties": False} | found | own


def mistakes(config: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """One line for each value that the schema refuses, with its key's full path."""
    validator = jsonschema.Draft202012Validator(schema)
    errors = sorted(validator.iter_errors(config), key=lambda error: list(map(str, error.path)))
    return [line for error in errors for line in describe(error)]


def with_numbers(config: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The config with numbers where the schema wants them and a string is plainly one.

    YAML 1.1 takes 1e-3 for a string, and Snakemake all that `--config 'key={…}'` gives in a mapping.
    """
    config = copy.deepcopy(config)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(config):
        *above, last = error.absolute_path or [None]
        holder: Any = config
        for key in above:
            holder = holder[key]
        if last is not None:
            holder[last] = plain_value(error.instance)
    return config


def plain_value(value: Any) -> Any:
    """What a string plainly means, or each of a list: a whole number, a number, yes or no; else itself."""
    if isinstance(value, list):
        return [plain_value(item) for item in value]
    if not isinstance(value, str):
        return value
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(value)
    return {"true": True, "false": False}.get(value.lower(), value)


def with_defaults(config: dict[str, Any], file: Path) -> dict[str, Any]:
    """The config over the defaults of a file, key by key; neither is changed."""
    defaults = parse_yaml(file.read_text(encoding="utf-8"))
    update_config(defaults, config)
    return defaults


def freeze(config: dict[str, Any], main: bool, name: str | None) -> dict[str, Any]:
    """The settings that a run began with, which all its jobs get.

    A job on a cluster is a Snakemake of its own, which reads the config files again, maybe days later.
    The main one hands its settings on by the environment; others take those in place of the files'.
    `name` is the module's, where the workflow is used as one, maybe as several.
    """
    variable = f"D2G_CONFIG_{name}" if name else "D2G_CONFIG"
    if main:
        # Packed, as no variable may have more than 128 kB.
        packed = base64.b64encode(zlib.compress(json.dumps(config, default=str).encode())).decode()
        if len(packed) > LONGEST_VARIABLE:
            raise WorkflowError("corpus.paths: too many to hand on; name a folder, or a pattern")
        os.environ[variable] = packed
        return config
    packed = os.environ.get(variable, "")
    return json.loads(zlib.decompress(base64.b64decode(packed))) if packed else config


def describe(error: jsonschema.ValidationError) -> list[str]:
    """Say of one violation which key it is, what is wrong, and what would be right."""
    where = path(error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = [key for key in error.instance if key not in known]
        keys = [(path([*error.absolute_path, key]), hint(key, known)) for key in unknown]
        return [f"{key}: unknown key{meant}" for key, meant in keys]
    if error.validator == "enum":
        choices = error.validator_value
        listed = ", ".join(map(str, choices))
        meant = hint(error.instance, choices)
        return [f"{where}: {error.instance!r} is not one of {listed}{meant}"]
    if error.validator == "type":
        kinds = error.validator_value
        kinds = kinds if isinstance(kinds, str) else " or ".join(kinds)
        return [f"{where}: must be {kinds}, not {error.instance!r}"]
    if error.validator == "anyOf" and isinstance(error.instance, dict):
        # What is wrong within a mapping, where one may stand at all.
        inner = [each for each in error.context if each.path or each.validator != "type"]
        if inner:
            return [line for each in inner for line in describe(each)]
    if "description" in error.schema and error.validator != "required":
        return [f"{where}: must be {error.schema['description']}, not {error.instance!r}"]
    return [f"{where}: {error.message}"]


def path(keys: Any) -> str:
    """`pretrain.phases[0].steps` for the keys pretrain, phases, 0, steps."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}"
    return text.lstrip(".") or "config"


def hint(word: Any, known: list[Any]) -> str:
    """A guess at what was meant, or the list of what is known."""
    close = difflib.get_close_matches(str(word), [str(item) for item in known], n=1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known here: {', '.join(map(str, known))}" if known else ""
