"""Products are checked before a training relies on them."""

import os
import subprocess
import sys

import pytest
import torch

from scripts.common.errors import UserError
from scripts.pretrain.kernels import cpu
from scripts.pretrain.kernels.self_check import check_products
from tests.runs import ROOT


@pytest.fixture(autouse=True)
def same_threads():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("threads", [1, 2])
def test_right_products_pass(threads):
    check_products(threads)
    assert torch.get_num_threads() == threads


def test_one_wrong_number_is_found(monkeypatch):
    right = cpu.product

    def wrong(*args):
        result = right(*args)
        result[-1, -1] += 1
        return result

    monkeypatch.setattr(cpu, "product", wrong)
    with pytest.raises(
        UserError, match=r"oneDNN(, oneDNN \(weights\))?: wrong products with 2 threads"
    ):
        check_products(2)


@pytest.mark.slow
@pytest.mark.skipif(cpu.ONEDNN_LINEAR is None, reason="oneDNN is not taken here")
def test_threads_that_never_come_are_noticed():
    program = "from scripts.pretrain.kernels.self_check import check_products; check_products(2)"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode
    assert "wrong products with 2 threads" in ended.stderr
