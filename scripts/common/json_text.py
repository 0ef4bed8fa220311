"""JSON that somebody else wrote."""

import json
import re
from pathlib import Path
from typing import Any

from scripts.common.errors import UserError
from scripts.common.utf8 import read_text

HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(text: str, where: str) -> Any:
    """The value of a JSON text.

    Raises UserError, which begins with `where` (a file, perhaps with a line), where it is not JSON, is
    nested too deeply, has a number of thousands of digits, or holds half a character (a lone surrogate),
    which no text file can.
    """
    try:
        value = json.loads(text)
        if HALF_CHARACTER.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as bad:
        raise UserError(f"{where} is not JSON ({bad.msg} at character {bad.pos + 1})") from bad
    except UnicodeEncodeError as error:
        raise UserError(
            f"{where} holds half a character (a lone surrogate); write it whole"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where} cannot be read ({error})") from error
    return value


def read_json(path: Path) -> Any:
    """The value of a JSON file. Raises UserError, naming it, where it is missing or cannot be read."""
    return parse_json(read_text(path), f"{path}:")
