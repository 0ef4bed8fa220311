from scripts.sample.world.draw import Draw


def test_draws_do_not_depend_on_anything_but_the_identity():
    assert [Draw("a", 1).below(1000), Draw("a", 2).below(1000)] == [
        Draw("a", 1).below(1000),
        Draw("a", 2).below(1000),
    ]
    assert sorted(Draw("b").shuffled(range(50))) == list(range(50))
    assert {Draw("c", number).between(2, 4) for number in range(99)} == {2, 3, 4}
