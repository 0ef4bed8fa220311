"""What a training says of itself on its way."""

import pytest

from scripts.pretrain.loop.journal import Journal
from scripts.pretrain.loop.processes import ALONE


def test_the_time_left_is_told_by_the_pace_of_this_run(tmp_path):
    journal = Journal(ALONE, lambda *_: 0.0, 1.0, tmp_path, 5.0)
    journal.seconds = 3600.0  # of runs before, on a slower machine
    assert journal.left(100.0, 0.5) > 3500
    assert journal.left(110.0, 0.6) == pytest.approx(40.0)
    assert journal.left(120.0, 0.4) > 5000  # rolled back to before: begun anew
    assert journal.left(130.0, 0.6) == pytest.approx(20.0)
