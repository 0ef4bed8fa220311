"""Write an invented encyclopaedia as MediaWiki dumps, and GLUE's tasks over the same world.

The world, its pages and its tasks depend on --seed and --articles alone. Pages are written in
streams of a hundred, so that several gigabytes need no more memory than the default.

python -m scripts.sample.make_sample --seed 42 --articles 3000 \\
    --dump results/sample/dump/sample1.xml.bz2 results/sample/dump/sample2.xml.bz2 \\
    --glue results/sample/glue
"""

import bz2
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import atomic_path
from scripts.common.errors import UserError
from scripts.common.pool import ordered_map
from scripts.common.settings import SEED, setting
from scripts.sample.encyclopaedia.export import FOOTER, chunks, header, pages
from scripts.sample.tasks.task_files import write_tasks
from scripts.sample.world.world import World


@dataclass(frozen=True)
class Settings:
    """Which world, and how much of it; the tasks need a hundred articles."""

    articles: int = setting(6000, "articles, redirects and the like not counted", minimum=100)
    seed: int = setting(42, "which world", **SEED)


def make_sample(
    settings: Settings, dump: Sequence[Path] = (), glue: Path | None = None, processes: int = 1
) -> None:
    """Write the dumps, each with an equal share of the articles, and the tasks' files.

    The bytes do not depend on `processes`. Raises UserError where the world is too small for the
    tasks, or has fewer articles than there are dumps.
    """
    seed, articles = settings.seed, settings.articles
    if len(dump) > articles:
        raise UserError(f"--dump: {len(dump)} files for {articles} articles; name fewer files")
    for number, file in enumerate(dump):
        start, stop = (articles * part // len(dump) for part in (number, number + 1))
        with atomic_path(file) as temporary, open(temporary, "wb") as target:
            target.write(bz2.compress(header().encode()))
            target.writelines(ordered_map(partial(stream, seed), chunks(start, stop), processes))
            target.write(bz2.compress(FOOTER.encode()))
        cli.log.info("%s: articles %d to %d of %d", file, start + 1, stop, articles)
    if glue:
        write_tasks(World(seed), articles, glue, processes)
        cli.log.info("%s: the tasks", glue)


def stream(seed: int, articles: tuple[int, int]) -> bytes:
    """One stream of a dump: the articles from the first number to before the second."""
    world = kept_world(seed)
    text = "".join(page for number in range(*articles) for page in pages(world, number))
    return bz2.compress(text.encode())


kept_world = lru_cache(maxsize=1)(World)  # by a process, for the facts that it has found


main = cli.step(
    make_sample,
    dump="dumps to write, *.xml.bz2, of equal shares",
    glue="folder to write <task>/*.tsv to",
    processes="they change no byte",
)
