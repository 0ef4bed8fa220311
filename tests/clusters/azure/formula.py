"""Autoscale formulas of Azure Batch: the part of their language that Microsoft's samples use.

Statements `name = expression;`, the operators + - * /, comparisons and `a ? b : c`, the functions
of the reference, TimeInterval constants, and the sampling methods of metrics. What the reference
does not name is an error here, since it would be one there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d+)?)|(\$?[A-Za-z_]\w*)|(<=|>=|==|!=|&&|\|\||[-+*/()<>?:=;,.!]))"
)
INTERVALS = {"Second": 1.0, "Minute": 60.0, "Hour": 3600.0, "Day": 86400.0}
WRITABLE = {"$TargetDedicatedNodes", "$TargetLowPriorityNodes", "$NodeDeallocationOption"}
DEALLOCATION = {"requeue", "terminate", "taskcompletion", "retaineddata"}
FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "max": max,
    "min": min,
    "sum": sum,
    "len": len,
    "avg": lambda values: sum(values) / len(values),
}


class FormulaError(Exception):
    """The service would refuse this formula."""


@dataclass
class Metric:
    """Samples of a service-defined variable, the newest last, one in every 30 seconds."""

    samples: list[float] = field(default_factory=list)

    def get_sample(self, what: float, interval: bool) -> list[float]:
        """The last `what` samples, or those of the last `what` seconds."""
        count = int(what / 30 if interval else what)
        if not self.samples:
            raise FormulaError("no samples to be had")
        return self.samples[-count:]

    def get_sample_percent(self, seconds: float) -> float:
        """How many of an interval's samples there are, in percent."""
        return 100.0 * min(1.0, len(self.samples) / (seconds / 30))


class Interval(float):
    """A time interval in seconds."""


class Formula:
    """A parsed formula; `evaluate` gives its variables for the metrics of a moment."""

    def __init__(self, text: str) -> None:
        if len(text.encode()) > 8192:
            raise FormulaError("longer than 8 KB")
        self.tokens: list[str] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = TOKEN.match(text, at)
            if match is None:
                raise FormulaError(f"unexpected text at {text[at : at + 20]!r}")
            self.tokens.append(match.group().strip())
            at = match.end()

    def evaluate(self, metrics: dict[str, Metric], targets: dict[str, float]) -> dict[str, Any]:
        """The values of all variables; `targets` are the pool's at the moment."""
        self.at, self.metrics, self.values = 0, metrics, dict(targets)
        while self.at < len(self.tokens):
            name = self.take()
            if not re.match(r"\$?[A-Za-z_]", name):
                raise FormulaError(f"{name!r} is no variable")
            if name.startswith("$") and name in self.metrics:
                raise FormulaError(f"{name} cannot be written")
            self.expect("=")
            if name == "$NodeDeallocationOption":
                value: Any = self.take()
                if value not in DEALLOCATION:
                    raise FormulaError(f"{value!r} is no deallocation option")
            else:
                value = self.choice()
            self.values[name] = value
            if self.at < len(self.tokens):
                self.expect(";")
        return self.values

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise FormulaError("it ends too early")
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        if (found := self.take()) != token:
            raise FormulaError(f"expected {token!r}, found {found!r}")

    def choice(self) -> Any:
        """condition ? a : b"""
        condition = self.comparison()
        if self.peek() != "?":
            return condition
        self.take()
        yes = self.choice()
        self.expect(":")
        no = self.choice()
        return yes if number(condition) else no

    def comparison(self) -> Any:
        left = self.sum()
        if self.peek() in ("<", ">", "<=", ">=", "==", "!="):
            operator = self.take()
            a, b = number(left), number(self.sum())
            left = float(
                {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b, "==": a == b, "!=": a != b}[
                    operator
                ]
            )
        return left

    def sum(self) -> Any:
        left = self.product()
        while self.peek() in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            left = number(left) + sign * number(self.product())
        return left

    def product(self) -> Any:
        left = self.term()
        while self.peek() in ("*", "/"):
            operator, right = self.take(), self.term()
            kind = Interval if Interval in (type(left), type(right)) else float
            a, b = number(left), number(right)
            left = kind(a * b if operator == "*" else a / b)
        return left

    def term(self) -> Any:
        token = self.take()
        if token == "(":
            value = self.choice()
            self.expect(")")
            return value
        if token == "-":
            return -number(self.term())
        if token[0].isdigit():
            return float(token)
        if token.startswith("TimeInterval_"):
            if (unit := token.removeprefix("TimeInterval_")) not in INTERVALS:
                raise FormulaError(f"{token} is no interval")
            return Interval(INTERVALS[unit])
        if self.peek() == "(":
            if token not in FUNCTIONS:
                raise FormulaError(f"{token} is no function")
            return float(FUNCTIONS[token](self.arguments()))
        if self.peek() == ".":
            return self.method(token)
        if token in self.values:
            return self.values[token]
        raise FormulaError(f"{token} is not defined")

    def arguments(self) -> list[float]:
        """Arguments in one list: a vector counts as its values."""
        self.expect("(")
        values: list[float] = []
        while True:
            value = self.choice()
            values += value if isinstance(value, list) else [value]
            if (token := self.take()) == ")":
                return values
            if token != ",":
                raise FormulaError(f"expected ',' or ')', found {token!r}")

    def method(self, name: str) -> Any:
        """$Metric.GetSample(…) and $Metric.GetSamplePercent(…)"""
        if name not in self.metrics:
            raise FormulaError(f"{name} is no metric")
        self.expect(".")
        method = self.take()
        self.expect("(")
        argument = self.choice()
        self.expect(")")
        metric, interval = self.metrics[name], isinstance(argument, Interval)
        if method == "GetSample":
            return metric.get_sample(argument, interval)
        if method == "GetSamplePercent" and interval:
            return metric.get_sample_percent(argument)
        raise FormulaError(f"{method} is no method of a metric, or its argument is of another type")


def number(value: Any) -> float:
    """A vector of one value counts as the value."""
    if isinstance(value, list):
        if len(value) != 1:
            raise FormulaError("a vector where a number must be")
        return value[0]
    return value
