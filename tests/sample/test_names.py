"""Names do not repeat, and can be read back."""

import pytest

from scripts.sample.world import names


@pytest.mark.parametrize("kind", sorted(names.STARTS_AND_ENDS))
def test_names_do_not_repeat(kind):
    given = [names.name_of(kind, 5, index) for index in range(20000)]
    assert len(given) == len(set(given))
