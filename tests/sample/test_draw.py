from scripts.sample.world.draw import Draw


def test_draws_do_not_depend_on_anything_but_the_identity():
    assert [Draw("a", 1).below(1000), Draw("a", 2).below(1000)] == [
        Draw("a", 1).below(1000),
        Draw("a", 2).below(1000),
    ]
    assert sorted(Draw("b").shuffled(range(50))) == list(range(50))
    assert {Draw("c", number).between(2, 4) for number in range(99)} == {2, 3, 4}


def test_samples_are_of_different_items_and_at_most_all():
    found = Draw("d").sample("abcde", 3)
    assert len(set(found)) == 3
    assert sorted(Draw("d").sample("abc", 9)) == ["a", "b", "c"]
    assert sum(Draw("e", number).chance(0.25) for number in range(400)) in range(70, 131)
