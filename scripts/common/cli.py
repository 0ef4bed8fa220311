"""The command line that all steps share: `--log`, one-line errors, exit statuses.

    main = cli.step(split_sentences, articles="JSON lines with id and text")

A step's `main`, the last of its module: the function's parameters are what the command line gives.
Those before a `/` stand in their places and others are flags; a list takes several words, a class of
settings has its own flags, and `output` is -o too.
"""

import argparse
import ctypes
import inspect
import logging
import os
import shlex
import signal
import sys
import textwrap
import typing
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import partial
from pathlib import Path
from typing import Any

from scripts.common.errors import UserError, ran_out
from scripts.common.settings import add_flags, flag, from_args, seed_number, type_of

log = logging.getLogger("dump2glue")

SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h
FORMAT = logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S")


class Parser(argparse.ArgumentParser):
    """An argument parser that shows defaults, has `--log`, and starts logging when it has parsed."""

    def __init__(self, description: str | None):
        super().__init__(
            description=textwrap.dedent(description or ""),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.add_argument("--log", type=Path, metavar="FILE", help="also write the log to FILE")
        told = "a file of further words, quoted as in a shell: a command line holds 128 kB"
        self.add_argument("--arguments", metavar="FILE", help=told)

    def parse_args(self, args=None, namespace=None):
        words = list(sys.argv[1:] if args is None else args)
        if "--arguments" in words[:-1]:
            place = words.index("--arguments")
            words[place : place + 2] = shlex.split(Path(words[place + 1]).read_text("utf-8"))
        parsed = super().parse_args(words, namespace)
        start_logging(parsed.log)
        return parsed


def start_logging(file: Path | None = None) -> None:
    """Log to standard error and, where given, to `file` (overwritten)."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(file, mode="w", encoding="utf-8"))
    log.handlers.clear()
    for handler in handlers:
        handler.setFormatter(FORMAT)
        log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    logging.raiseExceptions = False  # a log that cannot be written costs no result


def step(function: Callable[..., Any], **told: str) -> Callable[[], None]:
    """A step's `main`, which is run where the module is the program.

    `told` says what the function's parameters mean; one without any reads the command line itself.
    """
    main = partial(call, function, told) if inspect.signature(function).parameters else function
    if function.__module__ == "__main__":
        run(main)
    return main


def call(function: Callable[..., Any], told: dict[str, str]) -> None:
    parser = Parser(function.__globals__["__doc__"])
    signature, hints = inspect.signature(function), typing.get_type_hints(function)
    for name, parameter in signature.parameters.items():
        if is_dataclass(hints[name]):
            kind = hints[name]
            add_flags(parser.add_argument_group(name, inspect.getdoc(kind)), kind)
        else:
            add_argument(parser, parameter, type_of(hints[name])[0], told.get(name))
    arguments = parser.parse_args()
    values = {name: getattr(arguments, name, None) for name in signature.parameters}
    values |= {n: from_args(hints[n], arguments) for n in values if is_dataclass(hints[n])}
    bound = inspect.BoundArguments(signature, values)
    function(*bound.args, **bound.kwargs)


def add_argument(parser: Parser, item: inspect.Parameter, kind: Any, told: str | None) -> None:
    """Add an argument for a parameter of this type: in its place, or as a flag."""
    required = item.default is item.empty
    options: dict[str, Any] = {"help": told}
    if typing.get_origin(kind) is typing.Literal:
        options["choices"] = typing.get_args(kind)
    elif kind is bool:
        options["action"] = argparse.BooleanOptionalAction
    else:
        several = typing.get_args(kind)
        options["type"] = seed_number if item.name == "seed" else several[0] if several else kind
        options["nargs"] = ("*" if item.default == () else "+") if several else None
    if item.kind is item.POSITIONAL_ONLY:
        parser.add_argument(item.name, **options)
        return
    names = ["-o"] if item.name == "output" else []
    default = None if required else item.default
    parser.add_argument(*names, flag(item.name), required=required, default=default, **options)


def run(main: Callable[[], None]) -> None:
    """Call a step's `main` and end the process: 0, or 1 with the error in the log.

    A `UserError` and an operating system's error (disk full, no permission) are one line;
    anything else is a defect and keeps its traceback.
    """
    if parent := os.environ.pop("D2G_PARENT", None):
        end_with_parent(int(parent))
    try:
        return main()
    except Exception as error:
        if not (line := what_to_mend(error)):
            log.exception("error: this is a defect, please report it with this log")
            sys.exit(1)
    except KeyboardInterrupt:
        log.error("error: interrupted; run the same command again")
        sys.exit(128 + signal.SIGINT)
    log.error("error: %s", line)  # the error is gone here, and the memory that it held
    sys.exit(1)


def what_to_mend(error: Exception) -> str:
    """One line for an error that a user can mend, and nothing for a defect."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError) and (error.filename or not ran_out(error)):
        reason = " ".join((error.strerror or str(error) or type(error).__name__).split())
        return f"{error.filename}: {reason}" if error.filename else reason
    return ran_out(error)


def end_with_parent(parent: int) -> None:
    """Have the kernel end this process with its parent, whose process id was `parent`.

    A step that outlived a killed run would write the same temporary files as the next run's.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("error: ended with the run that started it")
