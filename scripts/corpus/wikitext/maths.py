# ruff: noqa: RUF001
"""Formulas as text: what is simple is written out, what is not stands for nothing."""

import re

from scripts.common.data import data_words

LONGEST = 60  # characters of a formula that still reads as part of a sentence

PAIRS = data_words(__file__, "symbols.txt")
SYMBOLS = dict(zip(PAIRS[::2], PAIRS[1::2], strict=True))
DROPPED = re.compile(
    r"\\(?:left|right|big|Big|bigg|Bigg|displaystyle|textstyle|scriptstyle|limits|nolimits|[,;:!>])"
    r"(?![A-Za-z])|\\(?:q?quad|[ \\])|~|&"
)
FONT = re.compile(
    r"\\(?:mathrm|mathbf|mathbb|mathit|mathcal|mathfrak|mathsf|boldsymbol|bold|text|textrm|textbf"
    r"|textit|operatorname|rm|bf|it|hat|bar|vec|tilde|overline|underline|mbox|hbox)\b\*?"
)
PART = r"\s*(\{[^{}\\]*\}|[^\W_])"
FRACTION = re.compile(rf"\\[dt]?frac(?![A-Za-z]){PART}{PART}")
ROOT = re.compile(rf"\\sqrt(?![A-Za-z]){PART}")
COMMAND = re.compile(r"\\([A-Za-z]+)")
LEFT = re.compile(r"\\|\{\{|\}\}|\[\[|\]\]|''|</?[a-zA-Z]+[^<>]*>|<!--|__")
# Stand for braces that are signs.
LEFT_BRACE, RIGHT_BRACE = "\x0e\x0f"
INSIDE = re.compile(r"(?<=[(\[]) | (?=[)\]])")
GROUP = re.compile(r"([\^_]?)\{([^{}]*)\}")


def formula_words(source: str) -> str:
    """A formula in TeX as plain text, or nothing where it is too long or too intricate."""
    if len(source) > 4 * LONGEST:
        return ""
    text = source.replace("\\{", LEFT_BRACE).replace("\\}", RIGHT_BRACE)
    text = DROPPED.sub(" ", FONT.sub("", text))
    text = COMMAND.sub(lambda match: SYMBOLS.get(match.group(1), match.group(0)), text)
    for _ in range(3):
        text = FRACTION.sub(lambda match: f"{atom(match.group(1))}/{atom(match.group(2))}", text)
        text = ROOT.sub(lambda match: f"√{atom(match.group(1))}", text)
        text = GROUP.sub(lambda match: match.group(1) + atom(match.group(2)), text)
    text = INSIDE.sub("", " ".join(text.replace(LEFT_BRACE, "{").replace(RIGHT_BRACE, "}").split()))
    text = text.replace("^∘", "°").replace("^′", "′")
    if len(text) > LONGEST or LEFT.search(text):
        return ""
    return text


def atom(text: str) -> str:
    """A part of a formula, in parentheses where it is more than one term."""
    text = text.strip("{} ")
    return text if re.fullmatch(r"[\w.′]*|\([^()]*\)", text) else f"({text})"
