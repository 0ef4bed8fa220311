"""The parts of what is measured on a GPU, each a process of tests/benchmarks/gpu.py.

    python -m tests.benchmarks.gpu_parts losses --data gpu_data [--rehearse]

Prints what one part measures as rows of JSON, or writes them to --rows.
"""

import argparse
import hashlib
import importlib.util
import json
import math
import multiprocessing
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import distributed
from torch.autograd import DeviceType

from scripts.common.cli import start_logging
from scripts.common.digest import file_digest
from scripts.common.json_text import read_json
from scripts.examples.h5.example_files import Examples
from scripts.examples.tokenizer.vocabulary import load_vocabulary
from scripts.pretrain.architectures.model_config import new_config, with_special_ids
from scripts.pretrain.launch import place_alone
from scripts.pretrain.loop import phase
from scripts.pretrain.loop.job import Job, RuntimeOptions, Settings
from scripts.pretrain.loop.processes import Processes, leave
from scripts.pretrain.loop.recipe import Recipe
from scripts.pretrain.loop.training import synchronise
from scripts.pretrain.loop.training_run import INTERRUPTED, TrainingRun
from tests.benchmarks import pretrain
from tests.benchmarks.gpu import OUT_OF_TIME, ROOT

PRELOADED = ["torch._dynamo", "tests.benchmarks.pretrain"]  # what takes seconds
MODELS = ROOT / "config/models"
NEEDS_GPU = "needs a GPU"
LOSSES = 20  # steps whose losses are compared
# What two devices may be apart in: a loss as a share of it, and a weight.
LOSS_BOUNDS, WEIGHT_BOUND = {"fp32": 1e-3, "bf16": 5e-2}, 1e-4
FUSED = ("triton_poi", "triton_red", "triton_per")  # named for what they read, too
PARTS_OF_A_STEP = {
    "attention": r"flash|fmha|attention|attn|aten::_?(?:softmax|bmm|baddbmm)",
    "optimizer": r"adam|lamb|foreach|multi_tensor",
    "loss head": r"log_?softmax|nll_loss|cross_entropy|argmax|arg_?max|cunn_softmax",
    "embeddings": r"embedding|gather|index_?select|index_?put|indexing|compute_grad_weight|cub::|radix",
    "matrix products": r"gemm|cutlass|nvjet|xmma|cublas|splitk|triton_tem|triton_mm|mkldnn|aten::(?:add)?mm\b",
    "elementwise": r"triton_|elementwise|vectorized|norm|dropout|reduce|copy|fill|cat|gelu|aten::|mul|add",
}


class OutOfTime(Exception):
    """A part's time will not do for what it has not measured yet."""


@dataclass(frozen=True)
class Row:
    """A row of the table, and what it was made of."""

    what: str
    here: str
    beside: str = ""
    ratio: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Bench:
    """What the parts measure with; all that a CPU has in place of a GPU stands in REHEARSAL.

    `models` are files of config/models, `batches` lengths and a step's examples, the longest first, and
    `end` is by the monotonic clock.
    """

    gpu: bool = True
    precision: str = "bf16"
    models: tuple[str, ...] = ("bert-large", "bert-base")
    batches: tuple[tuple[int, int], ...] = ((512, 128), (128, 256))
    warm: int = 3
    steps: int = 10
    rounds: int = 3
    threads: int = min(8, os.cpu_count() or 1)
    compiled: str = "ours"
    method: str = "spawn"  # of starting processes: CUDA outlives no fork
    trained: str = "bert-base"  # what is stopped and resumed
    small: str = "bert-small"  # what two processes train
    batch: int = 64  # of both
    data: Path = Path("gpu_data")
    end: float = math.inf

    @property
    def device(self) -> torch.device:
        return torch.device("cuda" if self.gpu else "cpu")

    def left(self, seconds: float) -> None:
        """Raise OutOfTime where there is less time left than so many seconds."""
        if self.end - time.monotonic() < seconds:
            raise OutOfTime


TINY = "bert-tiny"
REHEARSAL = Bench(
    gpu=False, precision="fp32", models=(TINY,), batches=((512, 4), (128, 8)), warm=1, steps=2,
    rounds=1, threads=1, compiled="never", method="forkserver", trained=TINY, small=TINY, batch=8,
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("part", choices=PARTS)
    add("--data", type=Path, default=Path("gpu_data"))
    add("--rows", type=Path, default=Path("/dev/stdout"), help="file to write to")
    add("--seconds", type=float, default=600.0)
    add("--rehearse", action="store_true")
    options = parser.parse_args()
    base = REHEARSAL if options.rehearse else Bench()
    bench = replace(base, data=options.data, end=time.monotonic() + options.seconds)
    torch.set_num_threads(bench.threads)
    if bench.method == "forkserver":
        multiprocessing.set_forkserver_preload(PRELOADED)
    try:
        with open(options.rows, "a", encoding="utf-8") as file:
            for row in PARTS[options.part](bench):
                file.write(json.dumps(asdict(row)) + "\n")
                file.flush()
    except OutOfTime:
        sys.exit(OUT_OF_TIME)


def machine(bench: Bench) -> Iterator[Row]:
    """What the machine is."""
    gpus = torch.cuda.device_count() if bench.gpu and torch.cuda.is_available() else 0
    found: dict[str, Any] = {"device": platform.processor() or platform.machine(), "gpus": gpus}
    if gpus:
        about = torch.cuda.get_device_properties(0)
        found |= {
            "device": about.name,
            "compute capability": f"{about.major}.{about.minor}",
            "memory GiB": round(about.total_memory / 2**30, 1),
            "driver": driver(),
            "CUDA": torch.version.cuda,
            "cuDNN": torch.backends.cudnn.version(),
        }
    versions = {name: metadata.version(name) for name in ("torch", "transformers")}
    found |= versions | {"python": platform.python_version(), "processors": os.cpu_count()}
    yield Row("machine", found["device"], figures=found)


def driver() -> str:
    """The version of NVIDIA's driver, as nvidia-smi or the driver states it; empty where none does."""
    words = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        return subprocess.run(words, capture_output=True, text=True).stdout.split("\n")[0].strip()
    except OSError:
        stated = Path("/proc/driver/nvidia/version")
        found = re.search(r"\d+\.\d+(\.\d+)?", stated.read_text() if stated.exists() else "")
        return found[0] if found else ""


def marked_tests(bench: Bench) -> Iterator[Row]:
    """The tests that are marked `gpu`, folder by folder, without what tests/conftest.py imports."""
    what = "tests that need a GPU"
    if find_spec("pytest") is None:
        yield Row(what, "pytest is not installed")
        return
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    failed: list[str] = []
    for folder, files in marked_files().items():
        with tempfile.TemporaryDirectory() as name:
            report = Path(name) / "report.xml"
            words = ["-q", "-m", "gpu", "-p", "no:cacheprovider", f"--confcutdir={folder}"]
            words += (
                ["-n", str(min(4, os.cpu_count() or 1))] if bench.gpu and find_spec("xdist") else []
            )
            command = [sys.executable, "-m", "pytest", *words, f"--junitxml={report}", *files]
            ended = subprocess.run([str(word) for word in command], cwd=ROOT)
            if not report.exists():
                raise RuntimeError(f"{folder}: pytest ended with {ended.returncode}")
            suite = next(ElementTree.parse(report).iter("testsuite"))
        counts = {key: value + int(suite.get(key, 0)) for key, value in counts.items()}
        failed += [
            str(case.get("name"))
            for case in suite.iter("testcase")
            if case.find("failure") is not None or case.find("error") is not None
        ]
    passed = counts["tests"] - counts["failures"] - counts["errors"] - counts["skipped"]
    told = f"{passed} passed, {len(failed)} failed, {counts['skipped']} skipped"
    yield Row(what, told, figures=counts | {"failed": failed})
    if failed or (bench.gpu and not passed):
        raise AssertionError(f"{told}: {', '.join(failed)}")


def marked_files() -> dict[Path, list[Path]]:
    """The files of tests of which some are marked `gpu`, by the stage's folder."""
    found: dict[Path, list[Path]] = {}
    for file in sorted((ROOT / "tests").glob("*/**/test_*.py")):
        if "mark.gpu" in file.read_text(encoding="utf-8") and file.parent.name != "benchmarks":
            folder = ROOT / "tests" / file.relative_to(ROOT / "tests").parts[0]
            found.setdefault(folder, []).append(file)
    return found


def trace(
    data: Path, device: torch.device, precision: str = "fp32", compiled: str = "never"
) -> list[float]:
    """The losses of some steps of a small model without dropout, on this device."""
    words = ["--precision", precision, "--compile", compiled, "--dropout", "0", "--warm", "0"]
    words += ["--batch-size", "8", "--steps", str(LOSSES)]
    options = pretrain.read_options([str(data / "128.h5"), *words])
    examples, measured = Examples(options.examples, options.seed), pretrain.Measured()
    config, now = pretrain.config_of(options, examples), pretrain.clock_of(options, device)
    pretrain.our_side(options, config, examples, device, measured, now)(0)
    return measured.losses


def reference(data: Path) -> dict[str, Any]:
    """The CPU's losses, and what they depend on, for whoever compares with them."""
    torch.set_num_threads(
        1
    )  # two that wait for each other are slow on a machine that has other work
    return {"losses": trace(data, torch.device("cpu")), "weights": first_weights(data)}


def first_weights(data: Path) -> str:
    """A digest of the weights from which the losses start: another torch may draw others."""
    options = pretrain.read_options([str(data / "128.h5")])
    config = pretrain.config_of(options, Examples(options.examples, options.seed))
    model = pretrain.first_model(config, options.seed)
    digest = hashlib.sha256()
    for parameter in model.parameters():
        digest.update(parameter.detach().numpy().tobytes())
    return digest.hexdigest()


def losses(bench: Bench) -> Iterator[Row]:
    """The losses beside a CPU's."""
    kept = read_json(bench.data / "reference.json")
    if kept["weights"] != first_weights(bench.data):
        kept = reference(bench.data)
    for precision, compiled in (("fp32", "never"), ("fp32", "ours"), ("bf16", "ours")):
        what = f"losses of {LOSSES} steps, {precision}{', compiled' * (compiled != 'never')}"
        if not bench.gpu and compiled != "never":
            yield Row(what, NEEDS_GPU)
            continue
        mine = trace(bench.data, bench.device, precision, compiled)
        pairs = list(zip(mine, kept["losses"], strict=True))
        apart = max(abs(a / b - 1) for a, b in pairs)
        told = f"the CPU's, fp32: {kept['losses'][-1]:.4f} at the last; apart at most {apart:.1e}"
        figures = {"losses": mine, "cpu": kept["losses"], "apart": apart}
        yield Row(what, f"{mine[-1]:.4f} at the last", told, figures=figures)
        if not apart <= LOSS_BOUNDS[precision]:
            raise AssertionError(f"{what}: {apart:.1e} from the CPU's")


def speeds(bench: Bench) -> Iterator[Row]:
    """Pretraining beside transformers' Trainer, model by model and length by length."""
    needed = 0.0
    for length, batch in bench.batches:
        for model in bench.models:
            bench.left(needed)
            begun = time.monotonic()
            found = measured(bench, model, length, batch)
            needed = max(needed, time.monotonic() - begun)
            ours, trainer = (side_told(found[name], found) for name in ("ours", "trainer"))
            filled = f"length {length}, {found['fill']:.0%} of it filled"
            what = f"{model}, {filled}, {bench.precision}, real tokens/s"
            yield Row(what, ours, f"Trainer: {trainer}", f"{found['ratio']:.2f}", found)


def measured(bench: Bench, model: str, length: int, batch: int, *words: str) -> dict[str, Any]:
    """The figures of pretrain.py for a model and a length."""
    options = speed_options(bench, model, length, batch, *words)
    return pretrain.figures(options, pretrain.measure(options, bench.method))


def speed_options(
    bench: Bench, model: str, length: int, batch: int, *words: str
) -> argparse.Namespace:
    """The options of pretrain.py; `words` count where they differ from the bench's."""
    given = {
        "--model": MODELS / f"{model}.json",
        "--precision": bench.precision,
        "--batch-size": batch,
        "--micro-batch-tokens": "auto",
        "--compile": bench.compiled,
        "--warm": bench.warm,
        "--steps": bench.steps,
        "--rounds": bench.rounds,
        "--threads": bench.threads,
        "--loader-workers": 4 if bench.gpu else 0,
    }
    flags = [str(word) for pair in given.items() for word in pair]
    return pretrain.read_options([str(bench.data / f"{length}.h5"), *flags, *words])


def side_told(side: dict[str, Any], found: dict[str, Any]) -> str:
    """A side's speed, its share of the matrix product's, and its memory."""
    return (
        f"{side['tokens_per_second']:,.0f} ({side['mfu']:.0%} of {found['peak_flops'] / 1e12:,.1f} "
        f"TFLOP/s, {side['memory_bytes'] / 2**30:.1f} GiB)"
    )


def profile(bench: Bench) -> Iterator[Row]:
    """Where the time of a step goes, of the longest examples."""
    (length, batch), needed = bench.batches[0], 0.0
    for model in bench.models:
        bench.left(needed)
        begun = time.monotonic()
        options = speed_options(bench, model, length, batch)
        examples = Examples(options.examples, options.seed)
        config = pretrain.config_of(options, examples)
        training = pretrain.make_training(options, config, bench.device)
        stream = pretrain.make_stream(options, examples, training)
        works = list(stream.steps(0, bench.warm + bench.steps + 1))
        for work in works[: bench.warm]:
            training.step(work, options.learning_rate)
        synchronise(bench.device)
        start = time.perf_counter()
        for work in works[bench.warm : -1]:
            training.step(work, options.learning_rate)
        synchronise(bench.device)
        seconds = (time.perf_counter() - start) / bench.steps
        with torch.profiler.profile(record_shapes=True) as recorded:
            training.step(works[-1], options.learning_rate)
            synchronise(bench.device)
        events = recorded.key_averages(group_by_input_shape=True)
        spent = by_part(events, config["vocab_size"], bench.gpu)
        total = sum(spent.values())
        if not total:
            raise RuntimeError("the profiler saw no kernel")
        ranked = sorted(spent.items(), key=lambda item: -item[1])
        told = ", ".join(f"{name} {value / total:.0%}" for name, value in ranked)
        beside = f"profiled: {1e3 * total:,.0f} ms of {'kernels' if bench.gpu else 'operators'}"
        figures = {"parts": spent, "step_seconds": seconds, "longest": longest(events, bench.gpu)}
        what = f"a step of {model}, length {length}, {batch} examples: {1e3 * seconds:,.0f} ms"
        yield Row(what, told, beside, figures=figures)
        del training, stream, works
        if bench.gpu:
            torch.cuda.empty_cache()
        needed = time.monotonic() - begun


def by_part(events: Iterable[Any], vocabulary: int, gpu: bool) -> dict[str, float]:
    """Seconds by part of a step, of a profiler's averages by shape.

    On a GPU a kernel's name tells its part. What an operator with the vocabulary among its shapes launches
    is the loss head's, embeddings and optimizer apart. On a CPU operators stand in place of kernels.
    """
    spent = dict.fromkeys([*PARTS_OF_A_STEP, "the rest"], 0.0)
    for event in events:
        part, on_host = part_of(event.key), event.device_type == DeviceType.CPU
        own = 1e-6 * (event.self_device_time_total if gpu else event.self_cpu_time_total)
        if event.is_user_annotation:
            continue
        if on_host != gpu:
            spent[part] += own
        head = part in ("matrix products", "elementwise") and of_size(event, vocabulary)
        if on_host and head:
            spent[part] -= own
            spent["loss head"] += own
    return spent


def part_of(name: str) -> str:
    """The part of a step that a kernel or an operator of this name belongs to."""
    if name.startswith(FUSED):
        return "elementwise"
    for part, pattern in PARTS_OF_A_STEP.items():
        if re.search(pattern, name, re.IGNORECASE):
            return part
    return "the rest"


def of_size(event: Any, size: int) -> bool:
    """Whether one of an operator's inputs has this size in a dimension."""
    return any(isinstance(shape, list) and size in shape for shape in event.input_shapes or ())


def longest(events: Iterable[Any], gpu: bool, count: int = 40) -> list[tuple[str, float]]:
    """The kernels, on a CPU operators, that took the most seconds, of all shapes together."""
    sums: dict[str, float] = {}
    for event in events:
        if (event.device_type == DeviceType.CPU) != gpu and not event.is_user_annotation:
            own = event.self_device_time_total if gpu else event.self_cpu_time_total
            sums[event.key[:120]] = sums.get(event.key[:120], 0.0) + 1e-6 * own
    return sorted(sums.items(), key=lambda item: -item[1])[:count]


def resume(bench: Bench) -> Iterator[Row]:
    """A training that is stopped and resumed, beside one that is not: the same bytes."""
    settings = Settings(
        precision=bench.precision,
        deterministic=True,
        micro_batch_tokens=4096,
        cpu_threads=bench.threads,
    )
    recipe = Recipe(batch_size=bench.batch, learning_rate=1e-4, steps=24 if bench.gpu else 12)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outputs = [folder / "whole" / "model", folder / "stopped" / "model"]
        jobs = [job_of(bench, output, bench.trained, settings, recipe) for output in outputs]
        logs = [output.with_suffix(".log") for output in outputs]
        often = RuntimeOptions(checkpoint_steps=4)
        whole = start(bench, train_alone, jobs[0], RuntimeOptions(), logs[0])
        stopped = start(bench, train_alone, jobs[1], often, logs[1])
        while stopped.is_alive() and "saved" not in said(logs[1]):
            time.sleep(0.005)
        if stopped.pid and stopped.is_alive():
            os.kill(stopped.pid, signal.SIGTERM)
        finish(logs[1], stopped, status=INTERRUPTED)
        finish(logs[1], start(bench, train_alone, jobs[1], often, logs[1]))
        resumed = re.search(r"resumed at step (\d+)", said(logs[1]))
        assert resumed, said(logs[1])
        finish(logs[0], whole)
        same = len({file_digest(output / "model.safetensors") for output in outputs}) == 1
    what = (
        f"{bench.trained} stopped at step {resumed[1]} of {recipe.steps} and resumed, deterministic"
    )
    yield Row(what, "the same bytes" if same else "OTHER BYTES", figures={"same": same})
    if not same:
        raise AssertionError("a deterministic run that was resumed has other weights")


def processes(bench: Bench) -> Iterator[Row]:
    """Two processes beside one: on one GPU by gloo, as NCCL takes no two there; by NCCL on two."""
    gpus = torch.cuda.device_count() if bench.gpu else 0
    tokens = 16 * bench.batch  # so few that the two add otherwise than the one
    settings = Settings(precision="fp32", micro_batch_tokens=tokens, cpu_threads=bench.threads)
    recipe = Recipe(batch_size=bench.batch, learning_rate=5e-4, steps=10, dropout=0.0)
    for backend in ("gloo", "nccl"):
        what = f"two processes beside one, {bench.small}, fp32, {backend}"
        if backend == "nccl" and gpus < 2:
            yield Row(what, "needs two GPUs")
            continue
        with tempfile.TemporaryDirectory() as name:
            outputs = [Path(name) / count / "model" for count in ("one", "two")]
            jobs = [job_of(bench, output, bench.small, settings, recipe) for output in outputs]
            logs = [Path(name) / f"{number}.log" for number in range(3)]
            port, own = place_alone().port, backend == "nccl"
            started = [
                start(bench, train_share, bench.gpu, jobs[0], 0, 1, port, backend, own, logs[0]),
                start(bench, train_share, bench.gpu, jobs[1], 0, 2, port, backend, own, logs[1]),
                start(bench, train_share, bench.gpu, jobs[1], 1, 2, port, backend, own, logs[2]),
            ]
            for log, process in zip(logs, started, strict=True):
                finish(log, process)
            one, two = (loss_rows(output) for output in outputs)
            loss = max(abs(b / a - 1) for a, b in zip(one, two, strict=True))
            weights = [load_file(output / "model.safetensors") for output in outputs]
            counts = [read_json(output / "cost.json")["processes"] for output in outputs]
        weight = max(
            float((value - weights[1][key]).abs().max()) for key, value in weights[0].items()
        )
        told = f"losses apart at most {loss:.1e}, weights {weight:.1e}"
        yield Row(what, told, figures={"one": one, "two": two, "loss": loss, "weight": weight})
        if counts != [1, 2] or not (loss < LOSS_BOUNDS["fp32"] / 10 and weight < WEIGHT_BOUND):
            raise AssertionError(f"{what}: {told}")


def options_beside(bench: Bench) -> Iterator[Row]:
    """What each option costs or gains, beside the defaults of a GPU."""
    model, (length, batch) = bench.models[-1], bench.batches[0]
    variants = {
        "deterministic: true": ["--deterministic"],
        "--compile never": ["--compile", "never"],
        "micro_batch_tokens: 8192 in place of auto": ["--micro-batch-tokens", "8192"],
        "precision: fp16": ["--precision", "fp16"],
        "dropout: 0": ["--dropout", "0"],
    }
    if not bench.gpu or torch.cuda.get_device_capability() >= (8, 9):
        variants["fp8: true"] = ["--fp8"]
    if importlib.util.find_spec("flash_attn_interface"):
        variants["dropout: 0, flash_attention: 3"] = ["--dropout", "0", "--flash-attention", "3"]
    begun = time.monotonic()
    usual = measured(bench, model, length, batch, "--only", "ours")
    needed = time.monotonic() - begun
    speed = usual["ours"]["tokens_per_second"]
    usual_told = f"defaults: {speed:,.0f} in passes of {usual['ours']['a_pass']:,} tokens"
    for name, words in variants.items():
        what = f"{name}, {model}, length {length}, real tokens/s"
        if not bench.gpu and not name.startswith("micro_batch_tokens"):
            yield Row(what, NEEDS_GPU)
            continue
        bench.left(needed)
        found = measured(bench, model, length, batch, "--only", "ours", *words)
        here = found["ours"]["tokens_per_second"]
        figures = {"usual": usual, "with": found}
        yield Row(what, f"{here:,.0f}", usual_told, f"{here / speed:.2f}", figures)
    bench.left(needed)
    yield checkpoint_row(bench)


def checkpoint_row(bench: Bench) -> Row:
    """How long the loop waits for a checkpoint."""
    settings = Settings(
        precision=bench.precision,
        micro_batch_tokens=8192,
        cpu_threads=bench.threads,
        compile="never",
    )
    recipe = Recipe(batch_size=bench.batch, learning_rate=1e-4, steps=12)
    with tempfile.TemporaryDirectory() as name:
        job = job_of(bench, Path(name) / "model", bench.trained, settings, recipe)
        options = RuntimeOptions(checkpoint_steps=5, keep_checkpoints=True)
        log, file = Path(name) / "log.txt", Path(name) / "waits.json"
        finish(log, start(bench, train_timed, job, options, log, file))
        waits = json.loads(file.read_text())
        size = max(path.stat().st_size for path in Path(name).rglob("tensors.safetensors"))
    way = statistics.median(waits[:-1])
    return Row(
        f"the loop's wait for a checkpoint of {bench.trained}, {size / 1e9:.2f} GB",
        f"{way:.2f} s",
        f"the last one: {waits[-1]:.2f} s",
        figures={"waits": waits, "bytes": size},
    )


def job_of(bench: Bench, output: Path, model: str, settings: Settings, recipe: Recipe) -> Job:
    """A phase on the short examples, without validation."""
    vocabulary = load_vocabulary(bench.data / "vocab")
    config = new_config(read_json(MODELS / f"{model}.json"), vocabulary.size)
    config = with_special_ids(config, vocabulary.special_ids)
    output.parent.mkdir(parents=True, exist_ok=True)
    files = ([bench.data / "128.h5"], [], output, bench.data / "vocab", None)
    return Job(*files, config, settings, recipe)


def start(bench: Bench, target: Callable[..., None], *words: Any) -> Any:
    """Start a function in a process of its own."""
    process = multiprocessing.get_context(bench.method).Process(target=target, args=words)
    process.start()
    return process


def finish(log: Path, process: Any, status: int = 0) -> None:
    """Wait for a process; raises RuntimeError, with its log, where it ends with another status."""
    process.join()
    if process.exitcode != status:
        raise RuntimeError(f"{said(log)}\nended with {process.exitcode} in place of {status}")


def said(log: Path) -> str:
    """A log so far."""
    return log.read_text(encoding="utf-8") if log.exists() else ""


def loss_rows(output: Path) -> list[float]:
    """The losses of a model folder's metrics."""
    rows = map(json.loads, (output / "metrics.jsonl").read_text().splitlines())
    return [row["loss"] for row in rows if "loss" in row]


def train_alone(job: Job, options: RuntimeOptions, log: Path) -> None:
    """A phase in this process, as the command would run it."""
    start_logging(log)
    phase.pretrain(job, options)


def train_timed(job: Job, options: RuntimeOptions, log: Path, file: Path) -> None:
    """The same, and how long each save had the loop wait."""
    waits, save = [], TrainingRun.save

    def timed(run: TrainingRun) -> None:
        synchronise(run.processes.device)
        begun = time.perf_counter()
        save(run)
        waits.append(time.perf_counter() - begun)

    TrainingRun.save = timed  # type: ignore[method-assign]
    train_alone(job, options, log)
    file.write_text(json.dumps(waits))


def train_share(
    gpu: bool, job: Job, rank: int, count: int, port: int, backend: str, own: bool, log: Path
) -> None:
    """This process's share of a phase, on the first GPU or on its `own` one.

    Pretraining itself joins by NCCL and gives each process a GPU.
    """
    start_logging(log)
    torch.set_num_threads(job.settings.cpu_threads)
    device = torch.device("cuda", rank if own else 0) if gpu else torch.device("cpu")
    if gpu:
        torch.cuda.set_device(device)
    agreement = None
    if count > 1:
        address = f"tcp://127.0.0.1:{port}"
        distributed.init_process_group(backend, address, rank=rank, world_size=count)
        agreement = distributed.new_group(backend="gloo")
    joined = Processes(rank, count, device, agreement)
    try:
        phase.train(job, RuntimeOptions(log_steps=1), joined)
    finally:
        leave(joined)


PARTS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "machine": machine,
    "tests": marked_tests,
    "losses": losses,
    "resume": resume,
    "processes": processes,
    "speeds": speeds,
    "profile": profile,
    "options": options_beside,
}

if __name__ == "__main__":
    main()
