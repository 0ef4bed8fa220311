"""Facts about people: families of four, father, mother and two children."""

from scripts.sample.world import names, words
from scripts.sample.world.blocks import COUNTS, FAMILIES, Blocks, Facts, Key
from scripts.sample.world.draw import Draw
from scripts.sample.world.words import LISTS

FIRST_FILMMAKERS = 1865  # a film director's father is born after this


def person_facts(world: Blocks, key: Key, draw: Draw) -> Facts:
    """A person; each fourth one is a father, whose wife and two children follow."""
    family, member = divmod(key.number, 4)
    group = world.draw(Key("family", key.block, family), "members")
    boys, girls = group.sample(names.BOYS, 4), group.sample(names.GIRLS, 4)
    genders = ["m", "f", group.pick("mf"), group.pick("mf")]
    start = family_start(world, key.block, family)
    modern = start > FIRST_FILMMAKERS
    art = group.pick([art for art in words.FORMS_OF if modern or art != "film director"])
    science = group.pick(list(words.SCIENCES))
    trades = [group.pick(LISTS["leader_trades"]), "", art, science]
    trades[1] = group.pick(LISTS["mother_trades"])
    if family < 2:
        trades[0] = ["architect", "general"][family]
    first_child, second_child = group.between(25, 32), group.between(2, 6)
    offsets = [0, group.between(0, 6), first_child, first_child + second_child]
    surname = names.name_of("family", world.seed, key.block * FAMILIES + family)
    gender, trade, born = genders[member], trades[member], start + offsets[member]
    first = (boys if gender == "m" else girls)[member]
    died = born + draw.between(58, 88)
    relatives = [Key("person", key.block, family * 4 + other) for other in range(4)]
    works = [
        Key("work", key.block, work) for work in range(COUNTS["work"]) if work % FAMILIES == family
    ]
    return {
        "name": f"{first} {surname}",
        "first": first,
        "surname": surname,
        "gender": gender,
        "born": born,
        "month": draw.pick(LISTS["months"]),
        "birthplace": birthplace(world, key),
        "died": died if died < 2015 else None,
        "age": died - born,
        "death_town": Key("town", key.block, draw.below(8)),
        "trade": trade,
        "field": words.SCIENCES.get(trade),
        "forms": words.FORMS_OF.get(trade, []),
        "university": Key("organisation", world.earlier(key, "university"), 0),
        "father": relatives[0] if member > 1 else None,
        "mother": relatives[1] if member > 1 else None,
        "spouse": relatives[1 - member] if member < 2 else None,
        "married": start + group.between(21, 24),
        "children": relatives[2:] if member < 2 else [],
        "sibling": relatives[5 - member] if member > 1 else None,
        "traits": words.traits(draw, "person"),
        "pastime": draw.pick(LISTS["pastimes"]),
        "workplace": Key("town", world.earlier(key, "workplace"), draw.below(8)),
        "moved": born + draw.between(22, 29),
        "works": works if member == 2 else [],
        "prize": born + draw.between(36, 55),
        "polarity": draw.chance(0.5),
        "street": draw.pick(LISTS["namesakes"]),
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
