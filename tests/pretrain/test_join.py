"""How a process joins the others, and what it refuses."""

import os

import pytest
import torch

from scripts.common.errors import UserError
from scripts.pretrain.loop.processes import ALONE, Processes, join, leave

NO_GPU = not torch.cuda.is_available()


@pytest.fixture(autouse=True)
def same_threads(monkeypatch):
    for name in ("WORLD_SIZE", "RANK", "LOCAL_RANK", "REQUIRE_CUDA"):
        monkeypatch.delenv(name, raising=False)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.mark.skipif(not NO_GPU, reason="this machine has a GPU")
def test_a_process_alone_trains_on_the_processor():
    processes = join(3)
    assert processes == ALONE
    assert torch.get_num_threads() == 3
    leave(processes)  # nothing to leave
    processes.wait()
    assert processes.agree([3, 4]) == [3, 4]
    assert processes.sum(torch.ones(2)).tolist() == [1, 1]


@pytest.mark.skipif(not NO_GPU, reason="this machine has a GPU")
def test_a_job_that_was_given_a_gpu_needs_it(monkeypatch):
    monkeypatch.setenv("REQUIRE_CUDA", "1")
    with pytest.raises(UserError, match="no GPU can be used here"):
        join(1)


@pytest.mark.parametrize("given", [None, "max_split_size_mb:64"])
def test_a_gpus_memory_comes_in_blocks_that_grow_unless_told_otherwise(given, monkeypatch):
    monkeypatch.setenv("PYTORCH_CUDA_ALLOC_CONF", given or "")
    if given is None:
        monkeypatch.delenv("PYTORCH_CUDA_ALLOC_CONF")
    join(torch.get_num_threads())
    assert os.environ["PYTORCH_CUDA_ALLOC_CONF"] == (given or "expandable_segments:True")


def test_the_first_process_writes():
    device = torch.device("cpu")
    assert [Processes(rank, 2, device).first for rank in (0, 1)] == [True, False]
