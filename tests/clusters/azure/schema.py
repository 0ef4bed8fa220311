"""Requests held against the shapes that the service's own SDKs state, field by field.

The models of azure-batch and azure-mgmt-batch are generated from the REST reference: they name
every field, its type, and which are required or only ever answered. A real service ignores some
mistakes; here every one is refused.
"""

import re
from collections.abc import Iterator
from enum import Enum
from types import ModuleType
from typing import Any

DURATION = re.compile(r"^P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$")
SCALARS = {"str": str, "int": int, "long": int, "bool": bool, "float": (int, float)}

# The management SDK types its enumerations as strings.
CHOICES = {
    "targetNodeCommunicationMode": {"Default", "Classic", "Simplified"},
    "nodeFillType": {"Spread", "Pack"},
    "elevationLevel": {"NonAdmin", "Admin"},
    "scope": {"Task", "Pool"},
    "nodeDeallocationOption": {"Requeue", "Terminate", "TaskCompletion", "RetainedData"},
    "interNodeCommunication": {"Enabled", "Disabled"},
    "workingDirectory": {"TaskWorkingDirectory", "ContainerImageDefault"},
}
CONTAINER_TYPES = {"DockerCompatible", "CriCompatible"}


def mistakes(value: Any, model: str, models: ModuleType, where: str = "") -> Iterator[str]:
    """One line for each field that the model does not have, lacks, or has as another type."""
    if not isinstance(value, dict):
        yield f"{where or model}: must be an object, not {value!r}"
        return
    kind = getattr(models, model)
    fields = {entry["key"]: (name, entry["type"]) for name, entry in kind._attribute_map.items()}
    rules = kind._validation
    for key, found in flat(value, fields):
        if key not in fields:
            yield f"{where}{key}: unknown field of {model}"
            continue
        name, type_ = fields[key]
        if rules.get(name, {}).get("readonly"):
            yield f"{where}{key}: only the service sets it"
        yield from wrong(found, type_, models, f"{where}{key}")
    present = {key for key, _ in flat(value, fields)}
    for key, (name, _) in fields.items():
        if rules.get(name, {}).get("required") and key not in present:
            yield f"{where}{key}: required field of {model} is missing"


def flat(value: dict, fields: dict) -> Iterator[tuple[str, Any]]:
    """The object's fields; the model's `properties.x` are one level down."""
    nested = {key.split(".")[0] for key in fields if "." in key}
    for key, found in value.items():
        if key in nested and isinstance(found, dict):
            for inner, item in found.items():
                yield f"{key}.{inner}", item
        else:
            yield key, found


def wrong(value: Any, type_: str, models: ModuleType, where: str) -> Iterator[str]:
    """What is wrong with one field's value."""
    if type_.startswith("["):
        if not isinstance(value, list):
            yield f"{where}: must be a list, not {value!r}"
        else:
            for index, item in enumerate(value):
                yield from wrong(item, type_[1:-1], models, f"{where}[{index}]")
    elif type_.startswith("{"):
        if not isinstance(value, dict):
            yield f"{where}: must be an object, not {value!r}"
        else:
            for key, item in value.items():
                yield from wrong(item, type_[1:-1], models, f"{where}[{key}]")
    elif type_ in SCALARS:
        expected = SCALARS[type_]
        if not isinstance(value, expected) or (expected is not bool and isinstance(value, bool)):
            yield f"{where}: must be of type {type_}, not {value!r}"
        elif (last := where.rsplit(".", 1)[-1]) in CHOICES and value not in CHOICES[last]:
            yield f"{where}: {value!r} is not one of {', '.join(sorted(CHOICES[last]))}"
        elif where.endswith("containerConfiguration.type") and value not in CONTAINER_TYPES:
            yield f"{where}: {value!r} is not one of {', '.join(sorted(CONTAINER_TYPES))}"
    elif type_ == "duration":
        if not isinstance(value, str) or not DURATION.match(value):
            yield f"{where}: {value!r} is no ISO 8601 duration"
    elif isinstance(kind := getattr(models, type_, None), type) and issubclass(kind, Enum):
        if value not in [choice.value for choice in kind]:
            yield f"{where}: {value!r} is not one of {', '.join(choice.value for choice in kind)}"
    elif kind is not None:
        yield from mistakes(value, type_, models, f"{where}.")
    elif not isinstance(value, str):
        yield f"{where}: must be a string, not {value!r}"
