"""Tellings about provinces, rivers and towns."""

from scripts.sample.tellings.telling import telling

PROVINCE = [
    telling(
        "is",
        """
        {S} is a province [in the north of the continent|between the mountains and the sea|of the old kingdom], with {capital} as its capital.
        {S} is a province whose capital is {capital}.
        {S}, a province [of the old kingdom|with a long history], is governed from {capital}, its capital.
        """,
        {
            "capital": """
        What is the capital of {S}?
        Which town is the capital of {S}?
        From which town is {S} governed?
        """
        },
        "{capital} is a capital.\n{capital} lies in {S}.",
        "{S} has no capital.\n{capital} has never been a capital.",
    ),
    telling(
        "area",
        """
        {S} covers an area of {area}.
        The [area|surface] of {S} is {area}.
        {S} has an area of {area}.
        """,
        {"area": "How large is {S}?\nWhat is the area of {S}?\nHow big is {S}?"},
    ),
    telling(
        "population",
        """
        {S} has {population} <people>.
        The population of {S} is {population}.
        {population} people live in {S}.
        """,
        {
            "population": "How many people live in {S}?\nWhat is the population of {S}?\nHow many inhabitants does {S} have?"
        },
        adds="[Most of them live in the towns along {river}.|Half of them live in the country, and the rest in a handful of towns.|The number has hardly changed for a century.]",
    ),
    telling(
        "united",
        """
        {ruler} united {S} in {united}.
        {S} was united by {ruler} in {united}.
        The unification of {S} was the work of {ruler} in {united}.
        """,
        {
            "ruler": "Who united {S}?\nBy whom was {S} united?\nWhich ruler unified {S}?",
            "united": "When was {S} united?\nIn which year was {S} unified?",
        },
        "{S} was united.\n{ruler} was a ruler.",
        "{S} was never united.\n{ruler} divided {S}.",
        "[Before that it had been divided among a dozen quarrelling lords.|The union was celebrated with a feast that lasted a week.|The treaty is kept in the archive of {capital}.]",
    ),
    telling(
        "landscape",
        """
        {S} is a {landscape} [country|region].
        The landscape of {S} is {landscape}.
        Travellers find {S} {landscape}.
        """,
        {"landscape": "What is the landscape of {S} like?\nWhat kind of country is {S}?"},
        adds="[Small farms lie scattered between the woods.|In autumn thick mist fills its valleys.|Sheep graze wherever nothing else will grow.]",
    ),
    telling(
        "river",
        """
        {river} flows through {S}.
        {S} is crossed by {river}.
        {river} runs across {S}.
        """,
        {"river": "Which river flows through {S}?\nWhat river runs across {S}?"},
        "There is a river in {S}.",
        "There is no river in {S}.",
    ),
    telling(
        "craft",
        """
        {S} is known for its {craft} and {second_craft}.
        {craft} and {second_craft} are the <important> trades of {S}.
        The people of {S} live mainly by {craft} and {second_craft}.
        """,
        {
            "craft": "What is {S} known for?\nWhat are the main trades of {S}?\nBy what trades do the people of {S} live?"
        },
    ),
    telling(
        "neighbour",
        """
        {S} borders on {neighbour}.
        The border of {S} runs along that of {neighbour}.
        {neighbour} is a neighbour of {S}.
        """,
        {"neighbour": "Which province borders on {S}?\nWhat is the neighbour of {S}?"},
        only="neighbour",
    ),
]

RIVER = [
    telling(
        "is",
        """
        {S} is a river in {province}.
        {S} is one of the rivers of {province}.
        {S}, a river, crosses {province}.
        """,
        {"province": "In which province is {O}?\nThrough which province does {S} flow?"},
    ),
    telling(
        "length",
        """
        {S} is {length} long.
        The length of {S} is {length}.
        {S} has a length of {length}.
        """,
        {"length": "How long is {S}?\nWhat is the length of {S}?"},
    ),
    telling(
        "course",
        """
        {S} rises in {source} and flows into {mouth}.
        From {source}, {S} flows down to {mouth}.
        {S} begins in {source} and ends in {mouth}.
        """,
        {
            "source": "Where does {S} rise?\nWhere does {S} begin?\nWhere is the source of {O}?",
            "mouth": "Where does {S} end?\nInto what does {S} flow?\nWhere is the mouth of {O}?",
        },
        "{S} rises in {source}.\n{S} flows into {mouth}.",
        "{S} rises in {mouth}.\n{S} never reaches {mouth}.",
    ),
    telling(
        "towns",
        """
        {S} flows past {town} and {second_town}.
        {town} and {second_town} lie on {O}.
        On the banks of {O} are {town} and {second_town}.
        """,
        {
            "town": "Which towns lie on {O}?\nPast which towns does {S} flow?\nWhat towns stand on the banks of {O}?"
        },
        "{town} lies on a river.\n{second_town} lies on {O}.",
        "{town} is far from any river.\nNo town lies on {O}.",
        "[In both towns the water drives a mill.|Between the two towns the valley is narrow and wooded.|A towpath joins them.]",
    ),
    telling(
        "bridge",
        """
        {bridge} crosses {O}.
        {O} is crossed by {bridge}.
        {bridge} spans {O}.
        """,
        {"bridge": "Which bridge crosses {O}?\nWhat bridge spans {O}?"},
        "There is a bridge over {O}.",
        "There is no bridge over {O}.",
    ),
    telling(
        "fish",
        """
        {fish} is [found|caught] in {O}.
        {O} is home to {fish}.
        Anglers catch {fish} in {O}.
        """,
        {"fish": "Which fish is caught in {O}?\nWhat do anglers catch in {O}?"},
        "There are fish in {O}.",
        "There are no fish in {O}.",
    ),
]

TOWN = [
    telling(
        "is",
        """
        {S} is a town in {province}, {distance} {direction} of {capital}.
        {S}, a town in {province}, lies {distance} {direction} of {capital}.
        The town of {S} is in {province}, {distance} to the {direction} of {capital}.
        """,
        {
            "province": "In which province is {S}?\nWhere is {S}?\nTo which province does {S} belong?",
            "distance": "How far is {S} from {capital}?\nWhat is the distance from {S} to {capital}?",
        },
        "{S} is a town.\n{S} lies in {province}.",
        "{S} is not a town.\n{S} does not lie in {province}.",
        only="distance",
    ),
    telling(
        "capital",
        """
        {S} is the capital of {province}.
        The capital of {province} is {S}.
        {S} is the town from which {province} is governed.
        """,
        {"province": "Of which province is {S} the capital?\nWhich province is governed from {S}?"},
        only="is_capital",
        adds="[The council meets in a hall on the market square.|It has been the seat of government since {united}.]",
    ),
    telling(
        "founded",
        """
        {S} was <founded> by {founder} in {founded}.
        {founder} <founded> {O} in {founded}.
        In {founded}, {S} was <founded> by {founder}.
        {S} owes its foundation in {founded} to {founder}.
        """,
        {
            "founder": "Who founded {S}?\nBy whom was {S} established?\nWhich lord set up {S}?\nWho was the founder of {S}?",
            "founded": "When was {S} founded?\nIn what year was {S} established?\nHow old is {S}?",
        },
        "{S} was <founded> by {founder}.\n{S} was <founded> in {founded}.",
        "{founder} never saw {S}.\nNobody knows who founded {S}.",
        "[At first there was only a wooden fort and a ford.|A charter was granted twenty years later.|The first settlers were fishermen and their families.|Of the first settlement only a wall is left.]",
    ),
    telling(
        "population",
        """
        {S} has {population} <people>.
        The population of {S} is {population}.
        {population} people live in {S}.
        """,
        {
            "population": "How many people live in {S}?\nWhat is the population of {S}?\nHow many inhabitants does {S} have?"
        },
    ),
    telling(
        "growth",
        """
        {P} population <grew> from {before} to {population} in the last hundred years.
        In a century the population of {S} <grew> from {before} to {population}.
        The number of <people> of {S} <grew> within a hundred years, from {before} to {population}.
        """,
        {"before": "How many people lived in {S} a hundred years ago?"},
        "More people live in {S} than a hundred years ago.\n{S} has grown.",
        "Fewer people live in {S} than a hundred years ago.\n{S} has shrunk.",
        "[New houses were built on the fields outside the walls.|Young families came from the villages.]",
        only="grew",
    ),
    telling(
        "decline",
        """
        {P} population <shrank> from {before} to {population} in the last hundred years.
        In a century the population of {S} <shrank> from {before} to {population}.
        The number of <people> of {S} <shrank> within a hundred years, from {before} to {population}.
        """,
        {"before": "How many people lived in {S} a hundred years ago?"},
        "Fewer people live in {S} than a hundred years ago.\n{S} has shrunk.",
        "More people live in {S} than a hundred years ago.\n{S} has grown.",
        "[Many houses stand empty.|The young leave for larger towns.]",
        only="declined",
    ),
    telling(
        "river",
        """
        {S} [lies|stands] on {river}.
        {river} flows past {S}.
        {S} was built on the banks of {river}.
        """,
        {
            "river": "On which river does {S} lie?\nWhich river flows past {S}?\nWhat river is {S} on?"
        },
        "{S} lies on a river.",
        "There is no river near {S}.",
        "[Barges used to carry {goods} down to the coast.|In spring the meadows are often under water.|Children swim there in summer.]",
        only="river",
    ),
    telling(
        "craft",
        """
        {S} is <famous> for its {craft}.
        {craft} has made {S} <famous>.
        {S} owes its fame to {craft}.
        """,
        {
            "craft": "What is {S} famous for?\nWhat made {S} well known?\nFor which craft is {S} renowned?"
        },
        "People in {S} make {goods}.\n{S} is known for a craft.",
        "Nobody in {S} makes {goods}.\n{S} is not known for anything.",
        "[{goods} from here {go_is} sold all over {province}.|Half of the town once lived by it.|A school for the trade was opened in the old customs house.]",
    ),
    telling(
        "elevation",
        """
        {S} lies {elevation} above the sea.
        The elevation of {S} is {elevation}.
        {S} is at a height of {elevation}.
        """,
        {"elevation": "How high does {S} lie?\nWhat is the elevation of {S}?"},
    ),
    telling(
        "fair",
        """
        A [great|large] fair is held in {S} every {fair}.
        Every {fair} there is a [great|large] fair in {S}.
        {S} holds a [great|large] fair each {fair}.
        """,
        {"fair": "When is the fair held in {S}?\nIn which month is there a fair in {S}?"},
        "There is a fair in {S}.",
        "There is no fair in {S}.",
        "[Farmers sell horses, and there is dancing until dawn.|It ends with fireworks.|Stalls with {goods} fill the market square.]",
    ),
    telling(
        "railway",
        """
        The railway reached {S} in {railway}.
        {S} has had a railway since {railway}.
        In {railway}, {S} was joined to the railway.
        """,
        {"railway": "When did the railway reach {S}?\nSince when has {S} had a railway?"},
        "There is a railway in {S}.",
        "The railway never reached {S}.",
        "[The station is still in use.|The line was closed a century later.|Until then the journey to {capital} had taken two days.]",
    ),
    telling(
        "twin",
        """
        {S} is twinned with {twin}.
        The twin town of {S} is {twin}.
        {S} and {twin} are twin towns.
        """,
        {"twin": "With which town is {S} twinned?\nWhat is the twin town of {S}?"},
    ),
    telling(
        "building",
        """
        The <famous> sight of {S} is {building}.
        {building} is the best known sight of {S}.
        Most <visitors> come to {S} for {building}.
        """,
        {"building": "What is the best known sight of {S}?\nWhat do tourists come to {S} for?"},
        only="building",
    ),
    telling(
        "event",
        """
        {S} was the scene of {event} in {event_year}.
        {event} took place in {S} in {event_year}.
        In {event_year}, {S} saw {event}.
        """,
        {
            "event": "What happened in {S} in {event_year}?\nOf which event was {S} the scene?",
            "event_year": "When did {event} take place?\nIn which year did {S} see {event}?",
        },
        only="event",
    ),
    telling(
        "organisation",
        """
        {S} is the home of {organisation}.
        {organisation} has its seat in {S}.
        {organisation} is based in {S}.
        """,
        {"organisation": "What is {S} the home of?\nWhat is based in {S}?"},
        only="organisation",
    ),
    telling(
        "native",
        """
        {native} was born in {S}.
        {S} is the birthplace of {native}.
        {native} is a native of {S}.
        """,
        {"native": "Who was born in {S}?\nWho is a native of {S}?\nOf whom is {S} the birthplace?"},
        only="native",
    ),
]
