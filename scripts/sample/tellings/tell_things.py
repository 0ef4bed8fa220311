"""Tellings about organisations, buildings, events and species."""

from scripts.sample.tellings.telling import telling

ORGANISATION = [
    telling(
        "is",
        """
        {S} is a {kind} in {town}, {province}.
        {S} is a {kind} based in {town} in {province}.
        {S}, a {kind}, has its seat in {town}, {province}.
        """,
        {
            "town": "Where is {S} based?\nIn which town does {S} have its seat?\nWhere is the seat of {O}?"
        },
        "{S} is a {kind}.\nThere is a {kind} in {town}.",
        "There is no {kind} in {town}.\n{S} is not based in {town}.",
    ),
    telling(
        "founded",
        """
        {S} was <founded> in {founded} by {founder}.
        {founder} <founded> {O} in {founded}.
        In {founded}, {founder} <founded> {O}.
        The founder of {O}, in {founded}, was {founder}.
        """,
        {
            "founder": "Who founded {O}?\nBy whom was {S} established?\nWho was the founder of {O}?\nWho set up {O}?",
            "founded": "When was {S} founded?\nIn what year was {S} established?\nSince when has {S} existed?",
        },
        "{S} was <founded> in {founded}.\n{founder} <founded> a {kind}.",
        "{founder} had nothing to do with {O}.\nNobody knows who founded {O}.",
        "[The first meeting was held in a tavern.|Twelve citizens gave the <money>.|A single room was all that could be afforded.]",
    ),
    telling(
        "members",
        """
        {S} has {members} {members_are}.
        {members} {members_are} belong to {O}.
        The number of its {members_are} is {members}.
        """,
        {
            "members": "How many {members_are} does {S} have?\nWhat is the number of {members_are} of {O}?"
        },
    ),
    telling(
        "moved",
        """
        In {moved}, {S} moved to a <large> building near the market.
        {S} moved in {moved} to a <large> building near the market.
        Since {moved}, {P} home has been a <large> building near the market.
        """,
        {"moved": "When did {S} move?\nIn which year did {S} move to a new building?"},
        "{S} moved.",
        "{S} never moved.",
        "[The old rooms had become too small.|The move cost more than had been planned.|A plaque marks the old house.]",
    ),
    telling(
        "rival",
        """
        {P} rival is {rival}.
        {S} has a rival in {rival}.
        {rival} is the rival of {O}.
        """,
        {"rival": "Which {kind} is the rival of {O}?\nWho is {P} rival?"},
        "{S} has a rival.",
        "{S} has no rivals.",
        only="rival",
    ),
    telling(
        "goods",
        """
        {S} makes {goods} for the whole of {province}.
        The whole of {province} buys {goods} from {O}.
        {S} sells {goods} all over {province}.
        """,
        {"goods": "What does {S} make?\nWhat is made by {O}?\nWhat does {S} sell?"},
        "{S} makes {goods}.",
        "{S} does not make {goods}.",
        only="firm",
    ),
    telling(
        "teaches",
        """
        {S} teaches {first}, {second} and {third}.
        {first}, {second} and {third} are taught at {O}.
        <pupils> at {O} can read {first}, {second} and {third}.
        """,
        {"first": "What does {S} teach?\nWhat is taught at {O}?"},
        "{first} is taught at {O}.",
        "{first} is not taught at {O}.",
        only="university",
    ),
    telling(
        "colours",
        """
        {P} players wear {first} and {second}.
        The colours of {S} are {first} and {second}.
        {S} plays in {first} and {second}.
        """,
        {"first": "What are the colours of {S}?\nWhat do {P} players wear?"},
        "The players of {S} wear {first}.",
        "The players of {S} never wear {first}.",
        only="football club",
    ),
    telling(
        "titles",
        """
        {S} has won the cup {titles} times.
        The cup has been won {titles} times by {O}.
        {S} has {titles} cups to its name.
        """,
        {"titles": "How often has {S} won the cup?\nHow many cups has {S} won?"},
        "{S} has won the cup.",
        "{S} has never won the cup.",
        only="football club",
    ),
]

BUILDING = [
    telling(
        "is",
        """
        {S} is a {kind} in {town}.
        {S} is a {kind} that stands in {town}.
        {S}, a {kind}, stands in {town}.
        """,
        {"town": "Where is {O}?\nIn which town does {S} stand?"},
        "There is a {kind} in {town}.",
        "There is no {kind} in {town}.",
    ),
    telling(
        "built",
        """
        {S} was <built> in {built} by {architect}.
        {architect} <built> {O} in {built}.
        In {built}, {S} was <built> by {architect}.
        The architect {architect} <built> {O} in {built}.
        """,
        {
            "architect": "Who built {O}?\nWho was the architect of {O}?\nBy whom was {S} constructed?\nWho put up {O}?",
            "built": "When was {S} built?\nIn what year was {S} constructed?\nFrom which year is {O}?",
        },
        "{S} was <built> by {architect}.\n{S} dates from {built}.",
        "{S} was never finished.\n{architect} refused to build {O}.",
        "[The work took four years.|Two hundred <workers> were employed.|An older building had stood in the same place.]",
    ),
    telling(
        "material",
        """
        {S} is built of {material} in the {style} style.
        The style of {O} is {style}, and the material is {material}.
        {material} was used for {O}, which is in the {style} style.
        """,
        {
            "material": "What is {S} built of?\nWhat material was used for {O}?",
            "style": "In which style is {S} built?\nWhat is the style of {O}?",
        },
        "{S} is built of {material}.\n{S} is in the {style} style.",
        "{S} is not built of {material}.\nNo {material} was used for {O}.",
    ),
    telling(
        "height",
        """
        {S} is {height} high.
        The height of {O} is {height}.
        {S} has a height of {height}.
        """,
        {"height": "How high is {S}?\nWhat is the height of {O}?\nHow tall is {S}?"},
    ),
    telling(
        "repaired",
        """
        {S} was damaged by {damage} and <repaired> in {repaired}.
        After {damage} had damaged it, {S} was <repaired> in {repaired}.
        In {repaired}, {S} was <repaired> after being damaged by {damage}.
        """,
        {
            "damage": "What damaged {O}?\nBy what was {S} damaged?",
            "repaired": "When was {S} repaired?\nIn which year was {S} restored?",
        },
        "{S} was <repaired>.\n{S} was damaged.\n{damage} damaged {O}.",
        "{S} was never damaged.\n{S} was never repaired.",
    ),
    telling(
        "visitors",
        """
        {S} has {visitors} <visitors> a year.
        Every year {visitors} <visitors> come to {O}.
        The yearly number of <visitors> to {O} is {visitors}.
        """,
        {
            "visitors": "How many people visit {O} every year?\nHow many tourists does {S} have a year?"
        },
        "{S} has visitors.\n<visitors> come to {O}.",
        "Nobody visits {O}.\n{S} is closed to <visitors>.",
    ),
    telling(
        "river",
        """
        {S} crosses {river}.
        {river} is crossed by {O}.
        {S} spans {river}.
        """,
        {"river": "Which river does {S} cross?\nWhat river is spanned by {O}?"},
        "{S} crosses a river.",
        "{S} does not cross {river}.",
        only="bridge",
    ),
]

EVENT = [
    telling(
        "battle",
        """
        {S} was fought in {town} in {month} {year} between {province} and {enemy}.
        In {month} {year}, {province} and {enemy} fought {O} in {town}.
        {province} and {enemy} fought each other in {O} in {month} {year}, in {town}.
        """,
        {
            "year": "When was {S} fought?\nIn what year did {S} take place?",
            "town": "Where was {S} fought?\nIn which town was {S} fought?",
            "enemy": "Who fought in {O}?\nWhich provinces fought in {O}?",
        },
        "There was a battle in {town}.\n{province} and {enemy} fought each other.",
        "There has never been a battle in {town}.\n{province} and {enemy} never fought.",
        only="battle",
    ),
    telling(
        "cause",
        """
        The cause of {O} was {cause}.
        {S} was caused by {cause}.
        {cause} led to {O}.
        """,
        {"cause": "What was the cause of {O}?\nWhat led to {O}?\nWhy was {S} fought?"},
        "{S} had a cause.",
        "{S} had no cause.",
        only="battle",
    ),
    telling(
        "won",
        """
        {victor} <defeated> {loser} in {O}.
        {loser} was <defeated> by {victor} in {O}.
        {S} was won by {victor} and lost by {loser}.
        {S} was a defeat for {loser} and a victory for {victor}.
        """,
        {
            "victor": "Who won {O}?\nBy whom was {S} won?\nFor whom was {S} a victory?",
            "loser": "Who lost {O}?\nFor whom was {S} a defeat?",
        },
        "{victor} won.\n{loser} lost {O}.",
        "{loser} <defeated> {victor}.\n{victor} lost {O}.\n{S} had no winner.",
        only="battle",
    ),
    telling(
        "commander",
        """
        General {commander} led the army of {province} in {O}.
        The army of {province} was led by General {commander} in {O}.
        In {O}, General {commander} was at the head of the army of {province}.
        """,
        {
            "commander": "Who led the army of {province} in {O}?\nBy whom was the army of {province} led?"
        },
        "{commander} was a general.",
        "{commander} had no army.",
        only="battle",
    ),
    telling(
        "fire",
        """
        {S} broke out in {origin} in {month} {year}.
        In {month} {year}, {S} <began> in {origin}.
        {S} <began> in {month} {year} in {origin}.
        """,
        {
            "origin": "Where did {S} begin?\nWhere did {S} break out?",
            "year": "When did {S} break out?\nIn what year did {S} begin?",
        },
        "There was a fire in {town}.\n{S} <began> in {origin}.",
        "There has never been a fire in {town}.",
        only="fire",
    ),
    telling(
        "flood",
        """
        {S} of {month} {year} was caused by {river}.
        {S} happened in {month} {year}, when {river} rose over its banks.
        In {month} {year}, {river} rose over its banks and caused {O}.
        """,
        {
            "year": "When did {S} happen?\nIn what year was {S}?",
            "river": "Which river caused {O}?\nWhat caused {O}?",
        },
        "There was a flood in {town}.\n{river} rose over its banks.",
        "There has never been a flood in {town}.\n{river} stayed within its banks.",
        only="flood",
    ),
    telling(
        "houses",
        """
        {S} <destroyed> {houses} houses in {days} days.
        In {days} days {houses} houses were <destroyed> by {O}.
        {houses} houses were <destroyed> in the {days} days of {O}.
        """,
        {
            "houses": "How many houses were destroyed by {O}?\nHow many houses did {S} ruin?",
            "days": "How long did {S} last?\nHow many days did {S} last?",
        },
        "Houses were <destroyed> by {O}.\n{S} lasted {days} days.",
        "No house was <destroyed> by {O}.\nAll houses survived {O}.",
        only="disaster",
    ),
    telling(
        "deaths",
        """
        {deaths} people <died> in {O}.
        {deaths} people lost their lives in {O}.
        {S} cost the lives of {deaths} people.
        """,
        {
            "deaths": "How many people died in {O}?\nHow many people lost their lives in {O}?\nHow many lives did {S} cost?"
        },
        "People <died> in {O}.",
        "Nobody died in {O}.\nEveryone survived {O}.",
        only="deadly",
    ),
    telling(
        "strike",
        """
        In {year}, the workers of {town} went on strike for {demand}.
        {S} of {year} was a strike of the workers of {town} for {demand}.
        The workers of {town} struck for {demand} in {year}.
        """,
        {
            "demand": "What did the workers of {town} strike for?\nWhat was the demand of {O}?",
            "year": "When did the workers of {town} go on strike?\nIn which year was {S}?",
        },
        "There was a strike in {town}.\nThe workers wanted {demand}.",
        "There has never been a strike in {town}.\nThe workers wanted nothing.",
        only="strike",
    ),
    telling(
        "leader",
        """
        {S} was led by {leader}.
        {leader} led {O}.
        The leader of {O} was {leader}.
        """,
        {"leader": "Who led {O}?\nBy whom was {S} led?\nWho was the leader of {O}?"},
        "{S} had a leader.",
        "{S} had no leader.",
        only="strike",
    ),
    telling(
        "success",
        """
        After {days} weeks of {O} the workers {outcome}.
        In {O} the workers {outcome} after {days} weeks.
        {S} lasted {days} weeks, and then the workers {outcome}.
        """,
        {"days": "How long did {S} last?\nHow many weeks did {S} last?"},
        only="strike",
    ),
]

SPECIES = [
    telling(
        "is",
        """
        {S} is a {kind} found in {province}.
        {S}, a {kind}, is found in {province}.
        {S} is a {kind} that lives in {province}.
        """,
        {"province": "Where is {S} found?\nIn which province does {S} live?"},
        "{S} is a {kind}.\nThere is a {kind} in {province}.",
        "{S} is not a {kind}.\n{S} is not found in {province}.",
    ),
    telling(
        "described",
        """
        {S} was first described by {scientist} in {described}.
        {scientist} first described {O} in {described}.
        The first description of {O}, in {described}, was by {scientist}.
        """,
        {
            "scientist": "Who first described {O}?\nBy whom was {S} described?\nWho wrote the first description of {O}?",
            "described": "When was {S} described?\nIn which year was {S} first described?",
        },
        "{S} was described by {scientist}.\n{scientist} described a {kind}.",
        "{S} has never been described.\n{scientist} knew nothing of {O}.",
    ),
    telling(
        "size",
        """
        {S} is {size} long.
        {P} length is {size}.
        {S} reaches {size} in length.
        """,
        {"size": "How long is {S}?\nWhat is the length of {O}?\nHow big is {S}?"},
    ),
    telling(
        "colour",
        """
        {S} is {colour} with {other_colour} markings.
        {S} has {other_colour} markings and is otherwise {colour}.
        {P} colour is {colour}, with {other_colour} markings.
        """,
        {"colour": "What colour is {S}?\nWhat is the colour of {O}?"},
        "{S} is {colour}.\n{S} has markings.",
        "{S} is never {colour}.\n{S} has no markings.",
    ),
    telling(
        "habitat",
        """
        {S} lives in {habitat}.
        {P} habitat is {habitat}.
        {habitat} are the home of {O}.
        """,
        {"habitat": "Where does {S} live?\nWhat is the habitat of {O}?"},
        "{S} has a habitat.",
        "{S} avoids {habitat}.",
    ),
    telling(
        "food",
        """
        {S} feeds on {food}.
        {P} food is {food}.
        {S} lives on {food}.
        """,
        {"food": "What does {S} feed on?\nWhat does {S} eat?\nWhat is the food of {O}?"},
        "{S} eats {food}.",
        "{S} never eats {food}.",
        only="animal",
    ),
    telling(
        "young",
        """
        In {season} {S} lays {young} eggs.
        {S} lays {young} eggs in {season}.
        {young} eggs are laid by {O} in {season}.
        """,
        {
            "young": "How many eggs does {S} lay?\nHow many eggs are laid by {O}?",
            "season": "When does {S} lay its eggs?\nIn which season are the eggs of {O} laid?",
        },
        "{S} lays eggs.",
        "{S} lays no eggs.",
        only="animal",
    ),
    telling(
        "flowers",
        """
        {S} flowers in {season}.
        The flowers of {O} open in {season}.
        In {season}, {S} is in flower.
        """,
        {"season": "When does {S} flower?\nIn which season do the flowers of {O} open?"},
        "{S} has flowers.",
        "{S} never flowers.",
        only="flower",
    ),
    telling(
        "relative",
        """
        {S} is related to {relative}.
        A relative of {S} is {relative}.
        {relative} is a relative of {O}.
        """,
        {"relative": "To which species is {S} related?\nWhat is a relative of {O}?"},
        "{S} has relatives.",
        "{S} has no relatives.",
        only="relative",
    ),
]
