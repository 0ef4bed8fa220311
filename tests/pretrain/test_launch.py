"""The launcher: one process a GPU, the right environment, signals and failures handed on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.pretrain import launch
from scripts.pretrain.launch import Place, count_processes, plan

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
PATIENCE = 120  # seconds that no machine needs

# A stand-in for the training: `STEP what` writes its environment and then does what it is told.
STEP = f"""
import os, signal, sys, time
from pathlib import Path
what, folder = sys.argv[1], Path(sys.argv[2])
rank = os.environ["RANK"]
def stop(number, frame):
    (folder / f"stopped{{rank}}").touch()
    sys.exit(75)
if what != "deaf":
    signal.signal(signal.SIGTERM, stop)
else:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
lines = [os.environ.get(name, "") for name in {NAMES}] + [str(os.getpid())]
(folder / f".{{rank}}").write_text(" ".join(lines))
(folder / f".{{rank}}").rename(folder / f"started{{rank}}")
if what in ("fail", "deaf") and rank == "1":
    while len(list(folder.glob("started*"))) < int(os.environ["WORLD_SIZE"]):
        time.sleep(0.05)
    sys.exit(3)
if what in ("fail", "deaf", "wait"):
    time.sleep(60)
"""

RUN = """
import sys
from scripts.common.cli import run
from scripts.pretrain import launch
launch.STEP = [sys.executable, sys.argv.pop(1)]
launch.GRACE = 1.0
run(launch.main)
"""


def start(folder: Path, what: str, *flags: str, gpus: str = "0,1,2") -> subprocess.Popen:
    step = folder / "step.py"
    step.write_text(STEP)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM", "CUDA"))}
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(step), *flags, "--", what, str(folder)],
        cwd=ROOT,
        env=clean | {"CUDA_VISIBLE_DEVICES": gpus},
        stderr=subprocess.PIPE,
        text=True,
    )


def started(folder: Path, count: int) -> list[list[str]]:
    """What the processes wrote of themselves, once all have started."""
    end = time.monotonic() + PATIENCE
    while len(found := sorted(folder.glob("started*"))) < count:
        assert time.monotonic() < end
        time.sleep(0.05)
    return [path.read_text().split() for path in found]


def gone(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("count", [1, 3])
def test_starts_one_process_a_gpu(tmp_path, count):
    process = start(tmp_path, "end", "--processes", str(count))
    errors = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 0, errors
    seen = started(tmp_path, count)
    assert len({line[-1] for line in seen}) == count
    for rank, line in enumerate(seen):
        assert line[:5] == [str(rank), str(rank), str(count), str(count), "127.0.0.1"]
    assert len({line[5] for line in seen}) == 1


def test_without_a_gpu_there_is_one_process(tmp_path):
    process = start(tmp_path, "end", "--processes", "3", gpus="")
    assert process.communicate(timeout=PATIENCE)[1] == ""
    (line,) = started(tmp_path, 1)
    assert line[:4] == ["0", "0", "1", "1"]


def test_the_logs_of_processes_that_ended_well_are_removed(tmp_path):
    def process(rank: int, program: str) -> launch.Process:
        log = tmp_path / f"{rank}.log"
        log.touch()
        return launch.Process(rank, [sys.executable, "-c", program], {}, log)

    kept = [signal.getsignal(number) for number in launch.STOP_SIGNALS]
    assert launch.supervise([process(0, ""), process(1, "")]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["0.log"]
    assert launch.supervise([process(0, ""), process(1, "raise SystemExit(3)")]) == 3
    assert (tmp_path / "1.log").exists()
    for number, handler in zip(launch.STOP_SIGNALS, kept, strict=True):
        signal.signal(number, handler)


def test_one_process_is_the_launcher_itself(tmp_path):
    process = start(tmp_path, "wait")
    assert started(tmp_path, 1)[0][-1] == str(process.pid)
    process.terminate()
    assert process.wait(PATIENCE) == 75


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_a_signal_reaches_every_process_and_status_75_comes_back(tmp_path, number):
    process = start(tmp_path, "wait", "--processes", "2")
    started(tmp_path, 2)
    process.send_signal(number)
    assert process.wait(PATIENCE) == 75
    assert len(list(tmp_path.glob("stopped*"))) == 2


def test_where_one_fails_the_others_are_stopped_and_its_status_comes_back(tmp_path):
    log = tmp_path / "a.log"
    process = start(tmp_path, "fail", "--processes", "3", "--log", str(log))
    assert process.wait(PATIENCE) == 3
    assert {path.name for path in tmp_path.glob("stopped*")} == {"stopped0", "stopped2"}
    assert "process 1, on node" in log.read_text()
    assert f"ended with status 3; see {tmp_path}/a.process1.log" in log.read_text()


def test_what_does_not_stop_is_killed(tmp_path):
    process = start(tmp_path, "deaf", "--processes", "2")
    pids = [int(line[-1]) for line in started(tmp_path, 2)]
    assert process.wait(PATIENCE) == 3
    assert all(gone(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal at a parent's death")
def test_no_process_outlives_a_killed_launcher(tmp_path):
    process = start(tmp_path, "wait", "--processes", "2")
    started(tmp_path, 2)
    process.kill()
    process.wait()
    end = time.monotonic() + PATIENCE
    while len(list(tmp_path.glob("stopped*"))) < 2:
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("processes", "devices", "job", "message"),
    [
        (2, "0,1", True, None),
        (2, "0,1,2,3", False, None),
        (2, "", True, None),
        (2, None, False, None),
        (0, "0,1", True, None),
        (2, "0", False, "2 GPUs a node are asked for.* shows 1"),
        (2, "0,1,2", True, "2 GPUs a node are asked for.* shows 3"),
        (4, "GPU-ab,GPU-cd", True, "4 GPUs a node are asked for.* shows 2"),
    ],
)
def test_gpus_must_be_as_many_as_asked_for(monkeypatch, tmp_path, processes, devices, job, message):
    monkeypatch.setattr(launch, "DRIVER", tmp_path / "none")
    environment = {"SLURM_JOB_ID": "7"} if job else {}
    if devices is not None:
        environment["CUDA_VISIBLE_DEVICES"] = devices
    if message:
        with pytest.raises(UserError, match=message):
            count_processes(processes, environment)
    else:
        expected = processes if devices else 1
        assert count_processes(processes, environment) == (expected or 1)
    if processes == 0:
        assert environment["CUDA_VISIBLE_DEVICES"] == ""


def test_gpus_are_counted_where_no_variable_lists_them(monkeypatch, tmp_path):
    monkeypatch.setattr(launch, "DRIVER", tmp_path)
    (tmp_path / "0000:01:00.0").mkdir()
    assert count_processes(1, {}) == 1
    with pytest.raises(UserError, match="shows 1"):
        count_processes(2, {})


def test_a_job_given_gpus_must_train_on_them(monkeypatch, tmp_path):
    monkeypatch.setattr(launch, "DRIVER", tmp_path)
    environment = {"SLURM_JOB_ID": "7", "CUDA_VISIBLE_DEVICES": "0"}
    assert count_processes(1, environment) == 1
    assert environment["REQUIRE_CUDA"] == "1"


def test_ranks_run_on_over_the_nodes_and_only_the_first_writes_the_log():
    place = Place(node=1, nodes=2, address="10.0.0.1", port=12345)
    first, second = plan(2, place, ["a", "b"], Path("logs/x.log"))
    assert first.environment == {
        "RANK": "2",
        "LOCAL_RANK": "0",
        "WORLD_SIZE": "4",
        "LOCAL_WORLD_SIZE": "2",
        "MASTER_ADDR": "10.0.0.1",
        "MASTER_PORT": "12345",
    }
    assert (second.environment["RANK"], second.environment["LOCAL_RANK"]) == ("3", "1")
    assert first.command[-4:] == ["a", "b", "--log", "logs/x.process2.log"]
    assert plan(2, Place(), [], Path("logs/x.log"))[0].command[-1] == "logs/x.log"


def test_several_nodes_need_slurm(tmp_path):
    process = start(tmp_path, "end", "--nodes", "2")
    errors = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 1
    assert "pretrain.nodes: 2 nodes need a Slurm job" in errors
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize(("nodes", "tasks"), [("1", "2"), ("2", "1"), ("3", "3")])
def test_a_step_of_another_shape_is_refused(nodes, tasks):
    environment = {"SLURM_STEP_NUM_NODES": nodes, "SLURM_STEP_NUM_TASKS": tasks}
    with pytest.raises(UserError, match=r"pretrain\.nodes: 2 are asked for"):
        launch.place_in_step(2, environment)


def test_a_command_of_slurm_says_something_or_its_error_is_told():
    assert launch.output("echo", "n1 n2") == "n1 n2\n"
    with pytest.raises(UserError, match=r"ls /no/such/place: .*No such file"):
        launch.output("ls", "/no/such/place")


def test_a_place_in_a_step_of_slurm(monkeypatch):
    said = {"hostnames": "n3\nn4\n", "node": "NodeName=n3 NodeAddr=10.0.0.3 State=IDLE"}
    monkeypatch.setattr(launch, "output", lambda *command: said[command[2]])
    environment = {
        "SLURM_STEP_NUM_NODES": "2",
        "SLURM_STEP_NUM_TASKS": "2",
        "SLURM_STEP_NODELIST": "n[3-4]",
        "SLURM_NODEID": "1",
        "SLURM_JOB_ID": "20007",
    }
    assert launch.place_in_step(2, environment) == Place(1, 2, "10.0.0.3", 10007)
    said["node"] = "NodeName=n3"
    assert launch.place_in_step(2, environment).address == "n3"


@pytest.mark.parametrize(
    ("code", "rank", "said"),
    [
        (75, 1, ""),
        (3, 0, "process 0, on node n1, ended with status 3\n"),
        (3, 1, "process 1, on node n1, ended with status 3; see a.log\n"),
        (-15, 1, "process 1, on node n1, was killed by SIGTERM; see a.log\n"),
        (-9, 0, "was killed by SIGKILL, perhaps for want of memory\n"),
    ],
)
def test_how_a_process_failed(monkeypatch, capsys, code, rank, said):
    monkeypatch.setenv("SLURMD_NODENAME", "n1")
    launch.start_logging()
    launch.describe(launch.Process(rank, [], {}, Path("a.log")), code)
    told = capsys.readouterr().err
    assert told.endswith(said) if said else not told
