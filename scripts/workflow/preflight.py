"""Checks of the machine, the data and the network before the first job of a run.

Each finding is one line that says what is wrong and what to do. The Snakefile calls `mistakes` and
`warnings` when a run begins: not in a dry run, and not in the processes that run single jobs.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from scripts.common.data import parse_yaml
from scripts.common.errors import UserError
from scripts.common.settings import section_of
from scripts.corpus.files.parts import left_out
from scripts.pretrain.architectures.model_config import Shape
from scripts.workflow import slurm_limits
from scripts.workflow.estimates import FIGURES

CLOCKS_DIFFER = 60  # seconds that two machines' clocks may be apart
TIMEOUT = 15  # seconds for a mirror's first answer
NEED_A_MIRROR = {"download_dump": "corpus.wikipedia", "download_glue": "glue"}


@dataclass(frozen=True)
class Job:
    """A job that would run."""

    rule: str
    wildcards: dict[str, str]
    sources: list[str]  # its input files that no job makes
    outputs: list[str]
    inputs: list[str] = field(default_factory=list, compare=False)
    asked: dict[str, Any] = field(default_factory=dict, compare=False)  # of a cluster


@dataclass(frozen=True)
class Gpu:
    """A GPU that is visible here, and its memory in bytes."""

    name: str
    memory: float


@dataclass(frozen=True)
class Run:
    """What is known of a run before it begins."""

    root: Path
    config: dict[str, Any]
    todo: list[Job]
    jobs: Counter  # of each rule, those that are done too
    model: Shape
    text: float  # bytes of the corpus as plain text
    download: float  # bytes of the dump's files
    cores: int
    here: bool  # jobs run on this machine, in this environment
    gpus: list[Gpu] = field(default_factory=list)
    executor: str = "local"
    text_rate: float = FIGURES.text_rate  # of a core in a second, as the plan measures it
    cpu_flops: float = FIGURES.cpu_flops

    @property
    def rules(self) -> Counter:
        """The number of jobs that would run, by rule."""
        return Counter(job.rule for job in self.todo)

    @property
    def shares(self) -> dict[str, float]:
        """The part of a rule's jobs that would run."""
        return {rule: count / self.jobs[rule] for rule, count in self.rules.items()}


# What the Snakefile that was read last knows of its run, for those who ask after a dry run.
current: Callable[[], Run] | None = None


def mistakes(run: Run, needed: float) -> list[str]:
    """What would stop this run, a line each; `needed` are the bytes that it will write."""
    found = [*(unwritable(run) or full_disk(needed)), *empty_sources(run), *from_the_future(run)]
    found += [*useless_vocabulary(run), *other_weights(run)]
    if run.executor == "slurm":
        found += slurm_limits.impossible(slurm_limits.requests(run.todo), slurm_limits.sinfo())
    if run.here:
        found += [*missing_packages(run.root), *wanting_gpus(run)]
    return found or list(silent_mirrors(run))


def warnings(run: Run) -> list[str]:
    """What may change this run's results or speed, a line each."""
    left = left_out(run.config["corpus"]) if "collect_text" in run.rules else ()
    return [*left, *invented_tasks(run), *(other_versions(run.root) if run.here else ())]


def invented_tasks(run: Run) -> Iterator[str]:
    """Say that a model of the user's own text is to be scored on the sample's world."""
    corpus, glue = run.config["corpus"]["source"], run.config["glue"]["source"]
    if glue == "sample" and corpus != "sample" and "collect_results" in run.rules:
        yield (
            "glue.source is sample: the tasks are about an invented world, of which your text says "
            "nothing; set it to download or folder"
        )


def unwritable(run: Run) -> list[str]:
    folders = {existing(Path(file).parent) for job in run.todo for file in job.outputs}
    found = {folder: refused(folder) for folder in sorted(folders | {existing(Path("logs"))})}
    mend = "make it writable, or choose another --directory"
    told = {folder.absolute(): reason for folder, reason in found.items() if reason}
    return [f"{folder}: cannot be written to ({why}); {mend}" for folder, why in told.items()]


def existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above that is there."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def refused(folder: Path) -> str:
    """Why no file can be made in a folder; empty where one can."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def empty_sources(run: Run) -> Iterator[str]:
    """Say which of the user's own files hold nothing, or cannot be read."""
    for name in sorted({name for job in run.todo for name in job.sources}):
        path = Path(name)
        if path.is_file() and path.stat().st_size == 0:
            yield f"{name}: an empty file, which the config names as input; remove it or fetch it anew"
        elif path.exists() and not os.access(path, os.R_OK):
            yield f"{name}: cannot be read; change its permissions"


def from_the_future(run: Run) -> Iterator[str]:
    """Say which inputs were last changed later than now, by a clock that was wrong, here or elsewhere.

    Snakemake would take what is made of them for older than they are, and delete it.
    """
    now = time.time()
    for name in sorted({name for job in run.todo for name in job.inputs if os.path.exists(name)}):
        if (changed := os.path.getmtime(name)) > now + CLOCKS_DIFFER:
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(changed))
            yield f"{name}: was last changed in the future ({when}); set the clock, or touch the file"


def useless_vocabulary(run: Run) -> Iterator[str]:
    """Say why a given tokenizer cannot be taken, by taking it to a folder that goes again."""
    key = "vocab.path" if run.config["vocab"]["path"] else "pretrain.init"
    if "import_vocab" in run.rules and importlib.util.find_spec("transformers"):
        from scripts.examples.import_vocab import import_vocab
        from scripts.examples.tokenizer.form import Form

        source = Path(run.config["vocab"]["path"] or run.config["pretrain"]["init"])
        try:
            with tempfile.TemporaryDirectory() as folder:
                form = Form(**section_of(Form, run.config["vocab"]))
                import_vocab(source, Path(folder, "vocab"), form)
        except UserError as error:
            yield f"{key}: {error}"


def other_weights(run: Run) -> Iterator[str]:
    """Say why the model that pretraining would go on from is none of its config or its tokenizer."""
    init = run.config["pretrain"]["init"]
    if init and "pretrain" in run.rules and importlib.util.find_spec("torch"):
        from scripts.examples.tokenizer.given_tokenizer import read_tokenizer
        from scripts.pretrain.architectures.model_folder import load_model

        try:
            rows = load_model(Path(init)).shape.vocab_size
            highest = max(read_tokenizer(Path(init)).get_vocab().values())
            if highest >= rows:
                yield f"pretrain.init: {init}: a token has id {highest}, the model {rows} ids"
        except UserError as error:
            yield f"pretrain.init: {error}"


def full_disk(needed: float) -> Iterator[str]:
    """Say where there is less space than the run is estimated to need."""
    folder = existing(Path("results"))
    free = shutil.disk_usage(folder).free
    if needed > free:
        yield (
            f"{folder.absolute()}: {short(free)}B are free, and the run is estimated to write "
            f"{short(needed)}B; make room, choose another --directory, or add --no-hooks to try it"
        )


def short(number: float) -> str:
    """A number with three digits at most and a unit's letter."""
    for size, letter in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")):
        if number >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.0f} "


def versions(root: Path) -> Iterator[tuple[str, str, str]]:
    """Each package of config/environment.yaml, its version there, and the installed one or nothing."""
    environment = parse_yaml((root / "config/environment.yaml").read_text())
    for package in map(Requirement, environment["dependencies"][-1]["pip"]):
        if package.marker is None or package.marker.evaluate():
            pinned = str(package.specifier).removeprefix("==")
            yield package.name, pinned, installed(package.name)


def installed(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def missing_packages(root: Path) -> Iterator[str]:
    if missing := [name for name, _, there in versions(root) if not there]:
        yield f"not installed: {listed(missing)}; run make env"


def other_versions(root: Path) -> Iterator[str]:
    """Say which packages have other versions than those pinned, builds aside (2.0+cpu is 2.0)."""
    other = [
        f"{name} {there} (pinned: {pinned})"
        for name, pinned, there in versions(root)
        if there and there.split("+")[0] != pinned.split("+")[0]
    ]
    if other:
        yield f"other versions than those tested: {listed(other)}"


def listed(words: Iterable[str], most: int = 5) -> str:
    """The first of some words, and how many more there are."""
    words = list(words)
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def visible_gpus() -> list[Gpu]:
    """The GPUs that a job started here would see, as nvidia-smi and CUDA_VISIBLE_DEVICES say."""
    command = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    rows = [line.rsplit(",", 1) for line in slurm_limits.lines_of(command) if "," in line]
    gpus = [Gpu(name.strip(), float(mib) * 2**20) for name, mib in rows if mib.strip().isdigit()]
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is None:
        return gpus
    names = [name.strip() for name in chosen.split(",") if name.strip() not in ("", "-1")]
    numbers = [int(name) for name in names if name.isdigit() and int(name) < len(gpus)]
    return [gpus[number] for number in numbers] if numbers else gpus[: len(names)]


def wanting_gpus(run: Run) -> Iterator[str]:
    """Say where there are fewer GPUs, or less memory, than the training needs."""
    if "pretrain" not in run.rules:
        return
    wanted = run.config["pretrain"]["gpus"]
    if run.gpus and len(run.gpus) < wanted:
        yield f"pretrain.gpus: {wanted} are asked for, {len(run.gpus)} visible; set it to {len(run.gpus)}"
    needed = FIGURES.memory_bytes * run.model.parameters
    on_gpu = bool(run.gpus and wanted)
    place, memory = "the machine", float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    if on_gpu:
        place, memory = run.gpus[0].name, min(gpu.memory for gpu in run.gpus)
    if needed > memory and not run.config["pretrain"]["sharded"]:
        yield (
            f"pretrain.model: {run.model.parameters / 1e6:,.0f} million parameters need some "
            f"{needed / 2**30:,.0f} GiB to train, before any text; {place} has "
            f"{memory / 2**30:,.0f} GiB; choose a smaller model"
        )


def silent_mirrors(run: Run) -> Iterator[str]:
    """Say which mirrors cannot be reached, of those that jobs would download from."""
    for rule, section in NEED_A_MIRROR.items():
        mirror = reduce(getitem, section.split("."), run.config)["mirror"]
        if rule in run.rules and (reason := unreachable(mirror)):
            yield (
                f"{section}.mirror: {mirror} cannot be reached ({reason}), and {run.rules[rule]} files "
                "are to be downloaded; look at the network, or name a mirror"
            )


def unreachable(url: str) -> str:
    """Why a server gives no answer at all; empty where it gives any."""
    if url.startswith("file:"):
        folder = Path(urllib.request.url2pathname(url.removeprefix("file://")))
        return "" if folder.is_dir() else "no such folder"
    try:
        request = urllib.request.Request(url, method="HEAD", headers={"User-Agent": "dump2glue"})
        urllib.request.urlopen(request, timeout=TIMEOUT).close()
    except urllib.error.HTTPError:
        return ""
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error)) or type(error).__name__
    return ""
