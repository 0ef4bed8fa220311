"""Facts about people: families of four, father, mother and two children."""

from scripts.sample.world import names, words
from scripts.sample.world.blocks import COUNTS, FAMILIES, Blocks, Facts, Key
from scripts.sample.world.facts import drawn
from scripts.sample.world.words import LISTS

FIRST_FILMMAKERS = 1865  # a film director's father is born after this


def person_facts(world: Blocks, key: Key) -> Facts:
    """A person; each fourth one is a father, whose wife and two children follow."""
    family, member = divmod(key.number, 4)
    group = world.draw(Key("family", key.block, family), "members")
    boys, girls = group.sample(names.BOYS, 4), group.sample(names.GIRLS, 4)
    genders = ["m", "f", group.pick("mf"), group.pick("mf")]
    start = family_start(world, key.block, family)
    modern = start > FIRST_FILMMAKERS
    art = group.pick([art for art in words.FORMS_OF if modern or art != "film director"])
    science = group.pick(list(words.SCIENCES))
    leader, mother = group.pick(LISTS["leader_trades"]), group.pick(LISTS["mother_trades"])
    leader = ["architect", "general"][family] if family < 2 else leader
    first_child, second_child = group.between(25, 32), group.between(2, 6)
    offsets = [0, group.between(0, 6), first_child, first_child + second_child]
    surname = names.name_of("family", world.seed, key.block * FAMILIES + family)
    gender, trade = genders[member], [leader, mother, art, science][member]
    first = (boys if gender == "m" else girls)[member]
    relatives = [Key("person", key.block, family * 4 + other) for other in range(4)]
    parents = member < 2
    works = [
        Key("work", key.block, work) for work in range(COUNTS["work"]) if work % FAMILIES == family
    ]
    facts = drawn(world, key, born=start + offsets[member])
    died = facts["born"] + facts["age"]
    return facts | {
        "name": f"{first} {surname}",
        "first": first,
        "surname": surname,
        "gender": gender,
        "birthplace": birthplace(world, key),
        "died": died if died < 2015 else None,
        "trade": trade,
        "field": words.SCIENCES.get(trade),
        "forms": words.FORMS_OF.get(trade, []),
        "father": None if parents else relatives[0],
        "mother": None if parents else relatives[1],
        "spouse": relatives[1 - member] if parents else None,
        "married": start + group.between(21, 24),
        "children": relatives[2:] if parents else [],
        "sibling": None if parents else relatives[5 - member],
        "works": works if member == 2 else [],
    }


def birthplace(world: Blocks, person: Key) -> Key:
    """Towns of birth are needed to list a town's natives, and so are found without more."""
    family, member = divmod(person.number, 4)
    town = world.draw(Key("family", person.block, family), "home").below(8)
    if member < 2:
        town = world.draw(person, "birthplace").below(8)
    return Key("town", person.block, town)


def family_start(world: Blocks, block: int, family: int) -> int:
    """The year in which a family's father was born."""
    return world.draw(Key("family", block, family), "start").between(1720, 1925)
