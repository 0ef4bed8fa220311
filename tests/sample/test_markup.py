"""A page's markup: what it links, cites and tables."""

import re

import pytest

from scripts.sample.encyclopaedia.article import write_article
from scripts.sample.encyclopaedia.markup import Page
from scripts.sample.tellings.phrase import emphasis, link, template
from scripts.sample.world.blocks import Key


@pytest.fixture
def town(world) -> Page:
    return Page(world, write_article(world, Key("town", 2, 1)))


def test_a_thing_is_linked_where_it_is_first_named(town):
    text = f"{link('Orby (town)', 'Orby')}, {link('Orby (town)', 'Orby')}, {link('Elm')}"
    assert town.render(text) == "[[Orby (town)|Orby]], Orby, [[Elm]]"
    assert town.render(link("Elm"), link_again=True) == "[[Elm]]"


def test_spans_become_templates_and_italics(town):
    text = template("convert|3|km|mi", "3 kilometres") + emphasis("The Mill")
    assert town.render(text) == "{{convert|3|km|mi}}''The Mill''"


def test_a_reference_is_named_once_and_may_be_named_again(town):
    cited = [town.cite() for _ in range(20)]
    name = re.match(r'<ref name="(\w+)">\{\{cite book\|last=', cited[0])[1]
    again = f'<ref name="{name}" />'
    assert all(one == again or one.startswith("<ref>{{cite book") for one in cited[1:])
    assert again in cited


def test_a_census_leads_from_the_one_count_to_the_other(town):
    rows = [line for line in town.census().split("\n") if " || " in line]
    assert rows[0] == f"| 1900 || {town.facts['before']:,}"
    assert rows[-1] == f"| 2000 || {town.facts['population']:,}"
    assert len(rows) == 5


def test_the_lead_has_the_name_in_bold(world):
    for number in range(20):
        page = Page(world, write_article(world, Key("person", 1, number)))
        facts = page.facts
        years = f"{{{{spaced ndash}}}} {facts['died']})" if facts["died"] else "(born"
        assert f"'''{facts['name']}''' (" in page.text()
        assert years in page.text()
