from scripts.sample.world import words
from scripts.sample.world.draw import Draw


def test_words_that_judge_are_of_one_polarity():
    assert set(words.PRAISE) == set(words.BLAME)
    for name, praise in words.PRAISE.items():
        blame = words.BLAME[name]
        assert len(set(praise)) == len(praise)
        assert len(set(blame)) == len(blame)
        assert not set(praise) & set(blame)


def test_scenes_are_set_where_they_can_be():
    assert all(words.FITTING_PLACES)
    for number in range(200):
        _, action, place, _ = words.scene(Draw(number))
        assert words.PLACES[place][1] in words.ACTIONS[action][2]


def test_traits_have_a_fitting_side_and_another():
    for kind, axes in words.TRAITS.items():
        for number in range(20):
            found = words.traits(Draw(number), kind)
            assert len(found) == 2
            assert all(axis in axes or axis[::-1] in axes for axis in found)


def test_what_is_named_elsewhere_is_there():
    assert set(words.FORMS_OF["composer"]) == {"opera", "symphony"}
    assert words.FORMS["novel"].verb == ["wrote", "write", "written"]
    assert words.FORMS["painting"].told == []
    assert words.SYNONYMS["show"] == ["show", "indicate", "suggest"]
