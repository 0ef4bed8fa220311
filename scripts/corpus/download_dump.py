"""Download one file of a Wikipedia dump and check its SHA-1.

    python -m scripts.corpus.download_dump enwiki-20251101-pages-articles1.xml-p1p41242.bz2 \
        --wiki enwiki --date 20251101 --sha1 … --size … -o enwiki-20251101-pages-articles1.xml.bz2

What has come before a connection breaks stays beside the output, under a hidden name, and the next
try, or the next run, goes on from there. The file gets its name when its sum is right.
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.download import Missing, Retries, download
from scripts.common.settings import add_flags, from_args
from scripts.corpus.dump.mirror import KEY, Dump, no_such_dump


@cli.step
def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("name", help="the file's name on the mirror")
    add_flags(parser, Dump)
    parser.add_argument("--sha1", required=True)
    parser.add_argument("--size", type=int, help="bytes, where the mirror states it")
    parser.add_argument("-o", "--output", type=Path, required=True)
    add_flags(parser, Retries)
    args = parser.parse_args()
    dump, retries = from_args(Dump, args), from_args(Retries, args)
    url = dump.url(dump.date, args.name)
    try:
        download(
            url,
            args.output,
            args.sha1,
            key=KEY,
            algorithm="sha1",
            size=args.size,
            retries=retries,
        )
    except Missing as error:
        raise no_such_dump(dump, retries) from error
