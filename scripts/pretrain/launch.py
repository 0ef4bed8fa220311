"""Start pretraining in as many processes as asked: plainly, or under torchrun.

    python -m scripts.pretrain.launch --processes 8 -- TRAIN.h5… --model … -o …

What follows `--` goes to scripts.pretrain.pretrain.
"""

import os
import sys

from scripts.common.cli import Parser, run


def main() -> None:
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    parser = Parser(__doc__)
    parser.add_argument("--processes", type=int, default=1, help="on each node; 0 and 1: one")
    parser.add_argument("--nodes", type=int, default=1)
    arguments = parser.parse_args(words[:split])
    command = launch_command(arguments.processes, arguments.nodes, words[split + 1 :])
    sys.stderr.flush()
    os.execvp(command[0], command)


def launch_command(processes: int, nodes: int, words: list[str]) -> list[str]:
    """The command that starts the processes; it takes this one's place."""
    module = ["-m", "scripts.pretrain.pretrain", *words]
    if processes <= 1 and nodes == 1:
        return [sys.executable, *module]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    return [*torchrun, f"--nproc-per-node={processes}", *module]


if __name__ == "__main__":
    run(main)
