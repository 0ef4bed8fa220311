"""A step's environment."""

import os
import subprocess

from scripts.workflow.environment import instructions
from tests.runs import ROOT

CLEAN = f". {ROOT}/scripts/workflow/environment.sh"
HOSTILE = {
    "PYTHONOPTIMIZE": "2",
    "PYTHONHOME": "/nowhere",
    "OMP_THREAD_LIMIT": "1",
    "OMP_NUM_THREADS": "3",
    "KMP_AFFINITY": "disabled",
    "MKL_THREADING_LAYER": "GNU",
    "WORLD_SIZE": "2",
    "RANK": "1",
    "PMI_SIZE": "2",
    "OMPI_COMM_WORLD_SIZE": "2",
    "ACCELERATE_MIXED_PRECISION": "fp16",
}
KEPT = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_CBWR": "COMPATIBLE",
    "CUDA_VISIBLE_DEVICES": "1",
    "SLURM_JOB_ID": "7",
    "HOME": "/home/me",
}


def test_what_a_step_must_not_inherit_is_removed():
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{CLEAN}; env"],
        env={"PATH": os.environ["PATH"]} | HOSTILE | KEPT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = dict(line.split("=", 1) for line in ended.stdout.splitlines())
    made = {f"{name}_NUM_THREADS": "3" for name in ("OMP", "MKL", "RAYON")}
    made |= {"PYTHONHASHSEED": "0", "HF_HUB_OFFLINE": "1"}
    shell = {"PATH", "PWD", "SHLVL", "_"}
    assert {name: found[name] for name in found.keys() - shell} == KEPT | made


def test_an_empty_environment_is_taken():
    command = ["bash", "-euo", "pipefail", "-c", f"{CLEAN}; echo $OMP_NUM_THREADS"]
    ended = subprocess.run(command, env={}, capture_output=True, text=True, check=True)
    assert ended.stdout == "1\n"


def test_instructions_are_a_param(monkeypatch):
    for name in ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA"):
        monkeypatch.delenv(name, raising=False)
    assert instructions() == ""
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "avx2")
    assert instructions() == "ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2"
