from scripts.sample.world import words


def test_words_that_judge_are_of_one_polarity():
    assert set(words.PRAISE) == set(words.BLAME)
    for name, praise in words.PRAISE.items():
        blame = words.BLAME[name]
        assert len(set(praise)) == len(praise)
        assert len(set(blame)) == len(blame)
        assert not set(praise) & set(blame)
