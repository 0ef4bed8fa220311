"""A server that has imported Snakemake and forks for each call of it, which saves most of a dry run.

It reads a line of JSON with the folder, the arguments, the environment and a file to write to, and
answers with a line that holds the status. None of the repository's own modules is imported here: a call gets those
of its folder. What these import of others is: it makes an eighth of a dry run.
"""

import gc
import json
import os
import sys

import jsonschema  # noqa: F401
import smart_open  # noqa: F401
import snakemake.cli
import snakemake.storage
import tokenizers  # noqa: F401
import wikiextractor.extract  # noqa: F401


def call(folder: str, arguments: list[str], environment: dict[str, str], said: str) -> None:
    """Run snakemake in this process, which is a fork, and end it."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder
    handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.argv = ["snakemake", *arguments]
    status = 1
    try:
        snakemake.cli.main(arguments)
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    snakemake.cli.get_argument_parser()
    gc.disable()  # calls are short
    for line in sys.stdin:
        words = json.loads(line)
        child = os.fork()
        if not child:
            call(*words)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
