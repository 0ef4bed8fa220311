import pytest

from scripts.corpus.wikitext.quotes import drop_quotes


@pytest.mark.parametrize(
    ("wikitext", "left"),
    [
        ("it's", "it's"),
        ("''a'' '''b''' '''''c'''''", "a b c"),
        ("l'''amour''", "l'amour"),
        ("'''ab'''c", "abc"),
        ("(l'''a''", "(l'a"),
        ("dog'''a''", "dog'a"),
        ("1'''a''", "1'a"),
        ("l'''1''", "l'1"),
        ("l''' a", "l a"),
        ("''''a''''", "'a'"),
        ("''''''a", "'a"),
        ("The '''N'''orthern '''A'''gency of '''M'''aps", "The Northern Agency of Maps"),
        ("''The Daily Lamp'''s editor wrote", "The Daily Lamp's editor wrote"),
        ("dell'''Inferno''", "dell'Inferno"),
        ("'''a'''''b''", "ab"),
        # Bold type and italics left open: which run of three is an apostrophe and two
        ("''a'' ab'''c''' d'''e''", "a abc d'e"),
        ("ab'''c''' '''e''", "ab'c e"),
        ("a '''b'' c", "a 'b c"),
        ("'''''a", "a"),
        ("''a\nl'''b''' c", "a\nlb c"),
        ("'''''''a", "&#39;&#39;a"),
    ],
)
def test_quotes(wikitext, left):
    assert drop_quotes(wikitext) == left
