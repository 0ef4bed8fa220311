"""The program that measures on a GPU: its limits, its table, and all of it in a rehearsal."""

import ast
import json
import os
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch.autograd import DeviceType

from scripts.common import code
from tests.benchmarks import gpu, gpu_data, gpu_parts, pretrain
from tests.benchmarks.gpu import Part, read_rows, run_part, run_parts, table
from tests.pretrain.conftest import make_data, make_tokenizer
from tests.runs import ROOT

ROW = {"what": "a speed", "here": "2", "beside": "1", "ratio": "2.00", "figures": {}}
GOOD = {"torch": "2.10.0+cu130", "transformers": "5.0.1", "accelerate": "1", "h5py": "3", "tensorboard": "2"}  # fmt: skip
PACKAGES = {
    "accelerate", "h5py", "numpy", "pytest", "safetensors", "tensorboard", "tokenizers", "torch",
    "transformers", "yaml",
}  # fmt: skip


def script(*lines: str) -> list[str]:
    """A part's command of these lines, which may write to `rows`."""
    head = "import json, os, subprocess, sys, time; rows = open(sys.argv[-1], 'a')"
    return [sys.executable, "-c", "\n".join([head, *lines])]


def write(row: dict) -> str:
    """A line of a script that writes a row."""
    return f"print({json.dumps(json.dumps(row))}, file=rows, flush=True)"


def ran(command: list[str], limit: float = 30.0, told=lambda _: None) -> Part:
    return run_part("speeds", command, limit, told, dict(os.environ))


def test_a_part_that_ends_is_done():
    part = ran(script(write(ROW)))
    assert (part.state, part.rows, part.error, part.log) == ("done", [ROW], "", [])


@pytest.mark.slow
def test_a_part_over_its_limit_is_cut_with_all_that_it_started():
    child = "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    pid = "print(json.dumps({'pid': child.pid}), file=rows, flush=True)"
    seen: list[int] = []
    begun = time.monotonic()
    part = ran(
        script(child, pid, "rows.write('half a row'); rows.flush()", "time.sleep(60)"),
        limit=6.0,
        told=lambda part: seen.append(len(part.rows)),
    )
    assert time.monotonic() - begun < 30
    assert part.state == "cut"
    assert part.error == "cut: its 6 s were over"
    assert seen == [1]
    [row] = part.rows
    stat = Path(f"/proc/{row['pid']}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] in ("Z", "X")
    assert "cut: its 6 s were over" in table([part_with(part, [])], {}, False)


def part_with(part: Part, rows: list) -> Part:
    return Part(part.name, part.limit, part.state, part.seconds, rows, part.error)


def test_a_part_that_raises_keeps_its_rows_and_its_last_words():
    part = ran(script(write(ROW), "raise ValueError('the kernels | differ')"))
    assert (part.state, part.rows) == ("failed", [ROW])
    assert part.error == "ValueError: the kernels | differ"
    assert "Traceback" in part.log[0]
    assert r"| speeds: failed | ValueError: the kernels \| differ |" in table([part], {}, False)


def test_a_part_that_gives_up_in_time_is_cut():
    part = ran(script(write(ROW), f"sys.exit({gpu.OUT_OF_TIME})"))
    assert (part.state, part.rows) == ("cut", [ROW])


def test_a_process_that_says_nothing_is_told_by_its_status():
    assert ran(script("os._exit(7)")).error == "status 7"


def test_a_part_out_of_time_ends_with_the_status_that_says_so(monkeypatch, tmp_path):
    def part(bench):
        yield gpu_parts.Row("a speed", "2")
        bench.left(1000.0)
        yield gpu_parts.Row("another", "3")

    monkeypatch.setitem(gpu_parts.PARTS, "speeds", part)
    rows = tmp_path / "rows.jsonl"
    monkeypatch.setattr(sys, "argv", ["", "speeds", "--seconds", "100", "--rows", str(rows)])
    monkeypatch.setattr(gpu_parts.torch, "set_num_threads", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        gpu_parts.main()
    assert ended.value.code == gpu.OUT_OF_TIME
    assert [row["what"] for row in read_rows(rows)] == ["a speed"]


def test_what_a_part_leaves_goes_to_those_after_it_and_all_is_kept_on_the_way(tmp_path, capsys):
    output, limits = tmp_path / "gpu.json", {}

    def start(name: str, limit: float, told) -> Part:
        limits[name] = limit
        if name == "losses":
            assert json.loads(output.read_text())["parts"]["tests"]["state"] == "failed"
        part = Part(name, limit, rows=[ROW])
        told(part)
        assert json.loads(output.read_text())["parts"][name]["rows"] == [ROW]
        part.state = "failed" if name == "tests" else "done"
        return part

    names = ["tests", "losses", "resume"]
    facts = {"device": "a GPU"}
    parts = run_parts(names, time.monotonic() + 100, start, output, facts, False)
    assert [part.state for part in parts] == ["failed", "done", "done"]
    shares = [gpu.SHARES[name] for name in names]
    assert limits["tests"] == pytest.approx(100 * shares[0] / sum(shares), rel=0.02)
    assert limits["losses"] == pytest.approx(100 * shares[1] / sum(shares[1:]), rel=0.02)
    assert limits["resume"] == pytest.approx(100, rel=0.02)
    known = json.loads(output.read_text())
    assert (known["machine"], known["rehearsal"]) == (facts, False)
    assert list(known["parts"]) == names
    assert "tests: failed" in capsys.readouterr().err


@pytest.mark.parametrize("state", ["done", "failed", "cut"])
def test_the_status_tells_whether_a_part_failed(state, monkeypatch, tmp_path, capsys):
    (tmp_path / "reference.json").touch()

    def start(name: str, command, limit, told, environment) -> Part:
        facts = {"gpus": 1, "device": "a GPU", "driver": "580.1"}
        if name == "machine":
            return Part(name, limit, "done", rows=[ROW | {"figures": facts}])
        assert command[-2:] == ["--seconds", f"{limit:.0f}"]
        return Part(name, limit, state if name == "speeds" else "done", rows=[ROW])

    monkeypatch.setattr(gpu, "run_part", start)
    monkeypatch.setattr(gpu, "lacking", lambda: "")
    output = tmp_path / "gpu.json"
    words = ["gpu", "--data", str(tmp_path), "--output", str(output)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        gpu.main()
    assert ended.value.code == (state != "done")
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "a GPU, gpus 1, driver 580.1"
    assert shown.count("| a speed | 2 | 1 | 2.00 |") == len(gpu.SHARES)


def test_a_rehearsals_table_cannot_be_taken_for_a_measurement():
    parts = [Part("speeds", 1.0, "done", rows=[ROW]), Part("tests", 1.0, "failed", error="no")]
    lines = table(parts, {"device": "x86_64"}, True).splitlines()
    rows = [line for line in lines if line.startswith("|")][2:]
    assert len(rows) == 2
    assert all(line.startswith(f"| {gpu.REHEARSAL}: ") for line in rows)
    assert not any(gpu.REHEARSAL in line for line in table(parts, {}, False).splitlines())


@pytest.mark.parametrize(
    ("versions", "reason"),
    [
        ({}, "no driver of NVIDIA's"),
        ({"torch": "2.9.1"}, "torch 2.9.1 is older"),
        ({"torch": "2.11.0+cpu"}, "this torch is built for processors alone"),
        ({"transformers": "4.57.0"}, "transformers 4.57.0 is older"),
        ({"h5py": None}, "h5py is not installed"),
    ],
)
def test_without_a_gpu_a_line_says_what_is_needed(versions, reason, monkeypatch, tmp_path, capsys):
    def version(name: str) -> str:
        if (found := (GOOD | versions)[name]) is None:
            raise metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(gpu.metadata, "version", version)
    monkeypatch.setattr(gpu, "DEVICES", (tmp_path / "none",))
    monkeypatch.setattr(gpu.shutil, "which", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["gpu"])
    with pytest.raises(SystemExit) as ended:
        gpu.main()
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(
        "error: a GPU is needed, and torch 2.10 or newer, transformers 5 or newer"
    )
    assert f"here: {reason}." in line


def test_where_a_driver_shows_itself_torch_is_asked(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(gpu.metadata, "version", GOOD.__getitem__)
    monkeypatch.setattr(gpu, "DEVICES", (tmp_path,))
    (tmp_path / "reference.json").touch()
    facts = {"gpus": 0, "device": "x86_64"}
    machine = Part("machine", 1.0, "done", rows=[ROW | {"figures": facts}])
    monkeypatch.setattr(gpu, "run_part", lambda *_: machine)
    monkeypatch.setattr(sys, "argv", ["gpu", "--data", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        gpu.main()
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "here: torch sees none." in line


def test_without_data_a_line_says_how_to_make_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", ["gpu", "--rehearse", "--data", str(tmp_path / "there")])
    with pytest.raises(SystemExit) as ended:
        gpu.main()
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert f"python -m tests.benchmarks.gpu_data --output {tmp_path / 'there'}" in line


def test_it_starts_without_torch():
    code = "import sys, tests.benchmarks.gpu; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_the_tests_for_a_gpu_are_found():
    files = gpu_parts.marked_files()
    assert ROOT / "tests/pretrain/test_kernels.py" in files[ROOT / "tests/pretrain"]
    assert not any(file.name == "test_gpu.py" for group in files.values() for file in group)


def test_a_machine_with_a_gpu_needs_few_packages():
    """Of all that the parts and the tests for a GPU import, at once or later."""
    benchmarks = ("gpu.py", "gpu_parts.py", "pretrain_trainer.py")
    modules = [ROOT / "tests/benchmarks" / name for name in benchmarks]
    for folder, files in gpu_parts.marked_files().items():
        modules += [*files, *folder.glob("conftest.py")]
    files = {file for module in modules for file in code.closure(ROOT, module)}
    assert ROOT / "scripts/pretrain/loop/phase.py" in files
    known = PACKAGES | {"scripts", "tests"} | set(sys.stdlib_module_names)
    for file in files:
        for node in ast.walk(code.tree(file)):
            names = {name.split(".")[0] for name, _ in code.modules_of(ROOT, file, node)}
            assert names <= known, f"{file}: {names - known}"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("nvjet_tst_192x192_64x3_2x1_v_bz_coopB_TNT", "matrix products"),
        ("sm80_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize", "matrix products"),
        ("aten::addmm", "matrix products"),
        ("mkldnn::_linear_pointwise", "matrix products"),
        ("void pytorch_flash::flash_bwd_dq_dk_dv_loop_seqk_parallel_kernel<...>", "attention"),
        ("fmha_cutlassF_f32_aligned_64x64_rf_sm80", "attention"),
        ("triton_red_fused_embedding_dense_backward_native_layer_norm_3", "elementwise"),
        ("void at::native::vectorized_elementwise_kernel<4, at::native::CUDAFunctor_add", "elementwise"),
        ("void at::native::(anonymous namespace)::cunn_SoftMaxForward<8, float>", "loss head"),
        ("void at::native::nll_loss_forward_reduce_cuda_kernel_2d<float>", "loss head"),
        ("void at::native::(anonymous namespace)::multi_tensor_apply_kernel<...>", "optimizer"),
        ("aten::embedding_dense_backward", "embeddings"),
        ("void at::native::compute_grad_weight_bags<float>", "embeddings"),
        ("Memcpy HtoD (Pinned -> Device)", "the rest"),
    ],
)  # fmt: skip
def test_a_kernel_belongs_to_a_part_of_the_step(name, part):
    assert gpu_parts.part_of(name) == part


def event(key: str, on_host: bool, seconds: float, *shapes: list, note: bool = False):
    """As much of a profiler's average as is read."""
    kind = DeviceType.CPU if on_host else DeviceType.CUDA
    return SimpleNamespace(
        key=key, device_type=kind, is_user_annotation=note, input_shapes=list(shapes),
        self_device_time_total=1e6 * seconds, self_cpu_time_total=1e6 * seconds,
    )  # fmt: skip


def test_a_product_with_the_vocabulary_is_the_loss_heads():
    events = [
        event("nvjet_1", False, 10.0),  # two products, of which the next lines tell the shapes
        event("aten::mm", True, 7.0, [100, 768], [768, 768]),
        event("aten::mm", True, 3.0, [100, 768], [768, 999]),
        event("Memset", False, 1.0),
        event("Optimizer.step#AdamW.step", False, 50.0, note=True),
    ]
    spent = {name: value for name, value in gpu_parts.by_part(events, 999, True).items() if value}
    assert spent == pytest.approx({"matrix products": 7.0, "loss head": 3.0, "the rest": 1.0})
    assert gpu_parts.longest(events, True) == [("nvjet_1", 10.0), ("Memset", 1.0)]


def test_on_a_cpu_operators_stand_in_place_of_kernels():
    events = [
        event("aten::mm", True, 7.0, [100, 768], [768, 768]),
        event("aten::mm", True, 3.0, [100, 768], [768, 999]),
    ]
    spent = {name: value for name, value in gpu_parts.by_part(events, 999, False).items() if value}
    assert spent == pytest.approx({"matrix products": 7.0, "loss head": 3.0})


@pytest.mark.slow
def test_a_pass_of_the_trainers_that_does_not_fit_is_halved(tmp_path, monkeypatch):
    from tests.benchmarks import pretrain_trainer

    sizes, train = [], pretrain_trainer.Quiet.train

    def short_of_memory(trainer, *words):
        sizes.append(trainer.args.per_device_train_batch_size)
        if len(sizes) == 1:
            raise torch.OutOfMemoryError("full")
        return train(trainer, *words)

    monkeypatch.setattr(pretrain_trainer.Quiet, "train", short_of_memory)
    file = make_data(tmp_path / "data", make_tokenizer(tmp_path / "vocab")) / "train.h5"
    words = ["--batch-size", "8", "--warm", "1", "--steps", "1", "--threads", "1"]
    options = pretrain.read_options([str(file), *words])
    examples, measured = pretrain.Examples([file], options.seed), pretrain.Measured()
    device = torch.device("cpu")
    config = pretrain.config_of(options, examples)
    now = pretrain.clock_of(options, device)
    pretrain_trainer.trainer_side(options, config, examples, device, measured, now)(0)
    assert sizes == [8, 4]
    assert measured.a_pass == 4
    assert len(measured.losses) == 2
    assert measured.speeds[0] > 0


@pytest.mark.slow
def test_a_rehearsal_runs_every_part(tmp_path):
    data, output = tmp_path / "data", tmp_path / "gpu.json"
    gpu_data.make(data, 0.5, None)
    words = ["--rehearse", "--data", str(data), "--output", str(output), "--minutes", "60"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.gpu", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    known = json.loads(output.read_text())
    parts = known["parts"]
    assert done.returncode == 0, {name: part["log"] for name, part in parts.items()}
    assert known["rehearsal"]
    assert known["machine"]["torch"]
    assert list(parts) == list(gpu.SHARES)
    assert all(part["state"] == "done" and part["rows"] for part in parts.values())
    rows = [row for part in parts.values() for row in part["rows"]]
    shown = [line for line in done.stdout.splitlines() if line.startswith("|")][2:]
    assert len(shown) == len(rows)
    assert all(line.startswith(f"| {gpu.REHEARSAL}: ") for line in shown)
    assert parts["tests"]["rows"][0]["here"].startswith("0 passed, 0 failed, ")
    assert parts["tests"]["rows"][0]["figures"]["skipped"] > 2
    assert parts["losses"]["rows"][0]["figures"]["apart"] < 1e-6
    assert [row["here"] for row in parts["losses"]["rows"][1:]] == [gpu_parts.NEEDS_GPU] * 2
    assert parts["resume"]["rows"][0]["figures"]["same"]
    assert 0 < parts["processes"]["rows"][0]["figures"]["weight"] < 1e-4  # two added otherwise
    assert all(float(row["ratio"]) > 0 for row in parts["speeds"]["rows"])
    [profile] = parts["profile"]["rows"]
    assert profile["figures"]["parts"]["matrix products"] > 0
    assert profile["figures"]["parts"]["loss head"] > 0
    assert len(parts["options"]["rows"]) == 7
