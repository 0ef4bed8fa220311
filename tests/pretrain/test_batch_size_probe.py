"""The largest micro-batch that a device has memory for."""

import pytest

from scripts.common.errors import UserError
from scripts.pretrain.loop import batch_size_probe


@pytest.mark.parametrize("limit", [3000, 2048, 40000, 10**9])
def test_the_largest_micro_batch_is_found(limit):
    tried = []

    def fits(tokens):
        tried.append(tokens)
        return tokens <= limit

    found = batch_size_probe.largest(fits, 200_000)
    assert found <= max(limit, batch_size_probe.SMALLEST)
    assert found >= min(0.8 * limit, 200_000) or found == batch_size_probe.SMALLEST
    assert len(tried) < 20
    if limit > 200_000:
        assert found == 200_000


def test_a_device_that_takes_no_micro_batch_says_so():
    with pytest.raises(UserError, match=r"pretrain\.recompute"):
        batch_size_probe.largest(lambda _: False, 10**6)
