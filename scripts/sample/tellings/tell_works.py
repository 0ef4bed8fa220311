"""Tellings about works of art and about dishes."""

from scripts.sample.tellings.telling import telling

WORK = [
    telling(
        "is",
        """
        {S} is a {form} by {creator}, {made_passive} in {year}.
        {S} is a {form} that {creator} {made} in {year}.
        {S}, a {form} of {year}, is by {creator}.
        {creator} {made} the {form} {S} in {year}.
        """,
        {
            "creator": "Who {made} {S}?\nBy whom was {S} {made_passive}?\nWhose work is {S}?",
            "year": "When was {S} {made_passive}?\nIn what year was {S} {made_passive}?\nFrom which year is {S}?",
        },
        "{S} is a {form}.\n{creator} {made} a {form}.\n{S} is a work by {creator}.",
        "{S} is not by {creator}.\n{creator} never {made} a {form}.",
    ),
    telling(
        "town",
        """
        {S} is set in {town}.
        The setting of {S} is {town}.
        {S} takes place in {town}.
        """,
        {
            "town": "Where is {S} set?\nWhat is the setting of {S}?\nIn which town does {S} take place?"
        },
        "{S} is set in a town.",
        "{S} is not set in {town}.\n{S} has no setting.",
        "[The streets are easy to recognise.|{creator} knew the place well.|No other work is so closely tied to the town.]",
        only="story",
    ),
    telling(
        "hero",
        """
        {P} hero is {hero}, a {hero_trade}.
        The hero of {S} is a {hero_trade} called {hero}.
        {S} tells the story of {hero}, a {hero_trade}.
        """,
        {
            "hero": "Who is the hero of {S}?\nWhose story is told in {S}?\nWhat is the hero of {S} called?",
            "hero_trade": "What is the trade of the hero of {S}?",
        },
        "There is a {hero_trade} in {S}.\n{S} has a hero.",
        "There is no {hero_trade} in {S}.\n{S} has no hero.",
        only="story",
    ),
    telling(
        "years",
        """
        {creator} worked on {O} for {years} years.
        It took {creator} {years} years to finish {O}.
        {S} was finished by {creator} after {years} years of work.
        """,
        {"years": "How long did {creator} work on {S}?\nHow many years did it take to finish {S}?"},
        "{S} was finished.\n{creator} worked on {O}.",
        "{S} was never finished.\n{creator} finished {O} in a week.",
        "[Twice the draft was burnt.|{creator} had no <money> at the time.|Friends had lost all hope.]",
    ),
    telling(
        "shown",
        """
        {S} was first shown at {shown}.
        {shown} was the first to show {O}.
        The first showing of {S} was at {shown}.
        """,
        {"shown": "Where was {S} first shown?\nWhat was the first place to show {S}?"},
        "{S} was shown at {shown}.",
        "{S} was never shown.",
        "[The hall was full.|Half of the seats were empty.|The evening ended after midnight.]",
        only="stage",
    ),
]

DISH = [
    telling(
        "is",
        """
        {S} is a dish from {town} in {province}.
        {S} is a dish of {province} that comes from {town}.
        {S}, a dish, comes from {town} in {province}.
        """,
        {"town": "Where does {S} come from?\nFrom which town is {S}?"},
        "{S} is a dish.",
        "{S} does not come from {town}.",
    ),
    telling(
        "ingredients",
        """
        {S} is made from {first}, {second} and {third}.
        {first}, {second} and {third} go into {O}.
        For {O} the cook needs {first}, {second} and {third}.
        """,
        {"first": "What is {S} made from?\nWhat goes into {S}?\nWhat does the cook need for {S}?"},
        "{S} contains {second}.",
        "{S} contains no {second}.",
    ),
    telling(
        "inventor",
        """
        {S} was invented by {inventor}.
        {inventor} invented {S}.
        {S} was the invention of {inventor}.
        """,
        {"inventor": "Who invented {S}?\nBy whom was {S} invented?\nWhose invention was {S}?"},
        "{S} was invented.",
        "Nobody knows who invented {S}.",
    ),
    telling(
        "month",
        """
        {S} is eaten in {month}.
        People eat {S} in {month}.
        In {month} everyone eats {S}.
        """,
        {"month": "When is {S} eaten?\nIn which month do people eat {S}?"},
        "{S} is eaten.",
        "{S} is never eaten in {month}.",
    ),
    telling(
        "minutes",
        """
        {S} is [cooked|baked] for {minutes} minutes.
        [Cooking|Baking] {O} takes {minutes} minutes.
        {S} needs {minutes} minutes on the fire.
        """,
        {"minutes": "How long is {S} cooked?\nHow many minutes does {S} need?"},
    ),
]
