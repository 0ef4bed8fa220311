"""Names do not repeat, and can be read back."""

import pytest

from scripts.sample.world import names


@pytest.mark.parametrize("kind", sorted(names.STARTS_AND_ENDS))
def test_names_do_not_repeat(kind):
    given = [names.name_of(kind, 5, index) for index in range(20000)]
    assert len(given) == len(set(given))


def test_a_further_word_comes_where_the_parts_are_used_up():
    assert [names.further_word(number) for number in (1, 64, 65)] == ["Bebe", "Bevu", "Beza"]
    starts, ends = names.STARTS_AND_ENDS["river"]
    assert names.name_of("river", 5, 0).startswith(tuple(starts))
    size = len(starts) * len(ends)
    first, second = names.name_of("river", 5, 3), names.name_of("river", 5, 3 + size)
    assert second == f"{first}-{names.further_word(1)}"
