"""Write an invented encyclopaedia as MediaWiki dumps, and GLUE's tasks over the same world.

The world, its pages and its tasks depend on --seed and --articles alone. Pages are written in
streams of a hundred, so that several gigabytes need no more memory than the default.

python -m scripts.sample.make_sample --seed 42 --articles 3000 \\
    --dump results/sample/dump/sample1.xml.bz2 results/sample/dump/sample2.xml.bz2 \\
    --glue results/sample/glue
"""

import bz2
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import atomic_path
from scripts.common.errors import UserError
from scripts.sample.encyclopaedia.export import FOOTER, chunks, compressed_chunk, header
from scripts.sample.tasks.task_files import write_tasks
from scripts.sample.world.world import World

SMALLEST = 100


def make_sample(
    seed: int, articles: int, dumps: list[Path], glue: Path | None, processes: int
) -> None:
    """Write the dumps, each with an equal share of the articles, and the tasks' files.

    The bytes do not depend on `processes`. Raises UserError where the world is too small for the
    tasks, or has fewer articles than there are dumps.
    """
    if articles < SMALLEST:
        raise UserError(f"--articles {articles}: too few for the tasks; give at least {SMALLEST}")
    if len(dumps) > articles:
        raise UserError(f"--dump: {len(dumps)} files for {articles} articles; name fewer files")
    with ProcessPoolExecutor(processes) as pool:
        for number, dump in enumerate(dumps):
            start, stop = (articles * part // len(dumps) for part in (number, number + 1))
            write_dump(pool, seed, start, stop, dump, 2 * processes)
            cli.log.info("%s: articles %d to %d of %d", dump, start + 1, stop, articles)
    if glue:
        write_tasks(World(seed), articles, glue)
        cli.log.info("%s: the tasks", glue)


def write_dump(
    pool: ProcessPoolExecutor, seed: int, start: int, stop: int, dump: Path, ahead: int
) -> None:
    """Write one dump; its streams are made by the pool and written in order."""
    with atomic_path(dump) as temporary, open(temporary, "wb") as file:
        file.write(bz2.compress(header().encode()))
        for stream in in_order(pool, seed, chunks(start, stop), ahead):
            file.write(stream)
        file.write(bz2.compress(FOOTER.encode()))


def in_order(
    pool: ProcessPoolExecutor, seed: int, runs: Iterator[tuple[int, int]], ahead: int
) -> Iterator[bytes]:
    """The runs' streams in order, with at most `ahead` of them waiting."""
    waiting: deque = deque()
    for run in runs:
        waiting.append(pool.submit(stream, seed, *run))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def stream(seed: int, start: int, stop: int) -> bytes:
    """One stream of a dump, made in a process of the pool."""
    return compressed_chunk(cached_world(seed), start, stop)


@lru_cache(maxsize=1)
def cached_world(seed: int) -> World:
    """The world that a process keeps between streams, for the facts that it has found."""
    return World(seed)


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("--seed", type=int, required=True, help="which world")
    parser.add_argument(
        "--articles",
        type=int,
        required=True,
        help="number of articles, redirects and the like not counted",
    )
    parser.add_argument(
        "--dump",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="dumps to write, *.xml.bz2, of equal shares",
    )
    parser.add_argument("--glue", type=Path, metavar="FOLDER", help="where to write <task>/*.tsv")
    parser.add_argument(
        "--processes", type=int, default=1, help="processes for the dumps; changes no byte"
    )
    args = parser.parse_args()
    make_sample(args.seed, args.articles, args.dump, args.glue, max(1, args.processes))


if __name__ == "__main__":
    cli.run(main)
