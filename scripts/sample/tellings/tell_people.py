"""Tellings about people."""

from scripts.sample.tellings.telling import telling

PERSON = [
    telling(
        "is",
        """
        {S} {was} a {trade} from {birthplace}.
        {S}, a {trade}, {came} from {birthplace}.
        The {trade} {S} {came} from {birthplace}.
        """,
        {
            "trade": "What was {P} profession?\nWhat did {S} do for a living?\nWhat was {S}?",
            "birthplace": "Where did {S} come from?\nFrom which town was {S}?",
        },
        "{S} {was} a {trade}.\n{S} {came} from {birthplace}.",
        "{S} {was} not a {trade}.\n{S} never saw {birthplace}.",
    ),
    telling(
        "born",
        """
        {S} was born in {birthplace} in {month} {born}.
        {S} was born in {month} {born} in {birthplace}.
        In {month} {born}, {S} was born in {birthplace}.
        {birthplace} is where {S} was born in {month} {born}.
        """,
        {
            "birthplace": "Where was {S} born?\nIn which town was {S} born?\nWhat is the birthplace of {S}?\nWhat is {P} native town?",
            "born": "When was {S} born?\nIn what year was {S} born?\nWhat is the year of {P} birth?",
        },
        "{S} {was} a native of {birthplace}.\n{S} was born in {month}.\n{birthplace} is the birthplace of {S}.",
        "{S} was not born in {birthplace}.\n{S} never lived in {birthplace}.",
        "[The house still stands near the market.|The family lived above a bakery.|{Sub} {was} baptised in the old church there.|It was a hard winter, and the river froze.]",
    ),
    telling(
        "parents",
        """
        {P} parents were {father} and {mother}.
        {S} {was} the {son} of {father} and {mother}.
        {father} and {mother} were the parents of {S}.
        """,
        {
            "father": "Who were {P} parents?\nWho were the father and mother of {S}?\nWhose {son} was {S}?"
        },
        "{father} had a {son}.\n{mother} was the mother of {S}.",
        "{father} had no children.\n{S} grew up as an orphan.",
        "[They had hoped for a lawyer.|Both were fond of music.|Money was short, but there were always books in the house.]",
        only="father",
    ),
    telling(
        "sibling",
        """
        {P} {sibling_is} {sibling} became a {sibling_trade}.
        {S} had a {sibling_is}, the {sibling_trade} {sibling}.
        The {sibling_trade} {sibling} was {P} {sibling_is}.
        """,
        {"sibling": "Who was {P} {sibling_is}?\nWhat was the name of {P} {sibling_is}?"},
        "{S} had a {sibling_is}.\n{sibling} became a {sibling_trade}.",
        "{S} was an only child.\n{S} had no {sibling_is}.",
        "[The two wrote to each other every week.|As children they shared a room.|They did not speak for years.]",
        only="sibling",
    ),
    telling(
        "studied",
        """
        {S} studied at {university}.
        {S} was a student at {university}.
        {S} went to {university} to study.
        {university} was where {S} studied.
        """,
        {
            "university": "Where did {S} study?\nAt which university was {S} a student?\nWhich university did {S} attend?"
        },
        "{S} was a student.\n{S} went to university.",
        "{S} never studied.\n{S} never went to university.",
        "[To pay for it {sub} gave lessons at night.|{Sub} left without a degree.|{P} teachers remembered a {trait} student.|The library was {pos} second home.]",
    ),
    telling(
        "moved",
        """
        {S} moved to {workplace} in {moved}.
        In {moved}, {S} settled in {workplace}.
        {S} went to live in {workplace} in {moved}.
        """,
        {
            "workplace": "Where did {S} settle in {moved}?\nTo which town did {S} move?\nWhere did {S} go to live in {moved}?",
            "moved": "When did {S} move to {workplace}?\nIn which year did {S} settle in {workplace}?",
        },
        "{S} lived in {workplace}.\n{S} moved in {moved}.",
        "{S} never lived in {workplace}.\n{S} never moved.",
        "[{Sub} rented a room over a <shop>.|There {sub} found both friends and work.|Life in the town was cheap.]",
    ),
    telling(
        "married",
        """
        {S} <married> {spouse} in {married}.
        In {married}, {S} <married> {spouse}.
        {S} and {spouse} were married in {married}.
        The marriage of {S} and {spouse} took place in {married}.
        """,
        {
            "spouse": "Whom did {S} marry?\nWho was married to {S}?",
            "married": "When did {S} marry?\nIn what year did {S} wed?",
        },
        "{S} was married.\n{spouse} <married> {S}.\n{S} had a {spouse_is}.",
        "{S} never married.\n{S} was single all {pos} life.",
        "[They had met at a dance.|The wedding was a quiet one.|It was a happy marriage.|They had two children.]",
        only="spouse",
    ),
    telling(
        "children",
        """
        {P} children were {child} and {second_child}.
        {S} had two children, {child} and {second_child}.
        {child} and {second_child} were the children of {S}.
        """,
        {"child": "Who were {P} children?\nWhat were the names of {P} children?"},
        "{S} had children.\n{child} was a <child> of {S}.",
        "{S} had no children.\n{S} died childless.",
        only="child",
    ),
    telling(
        "pastime",
        """
        In {pos} free time {S} [enjoyed|loved] {pastime}.
        {S} was fond of {pastime}.
        {P} favourite pastime was {pastime}.
        """,
        {
            "pastime": "What did {S} do in {pos} free time?\nWhat was {P} favourite pastime?\nWhat was {S} fond of?"
        },
        "{S} had a pastime.\n{S} liked {pastime}.",
        "{S} hated {pastime}.\n{S} had no pastimes.",
        "[{Sub} taught it to {pos} friends.|{Sub} once won a local contest.|{Sub} kept it up until old age.]",
    ),
    telling(
        "prize",
        """
        {S} won the {province} Prize in {prize}.
        In {prize}, {S} was given the {province} Prize.
        The {province} Prize went to {O} in {prize}.
        {S} received the {province} Prize in {prize}.
        """,
        {
            "prize": "When did {S} win the {province} Prize?\nIn which year was {S} given the {province} Prize?",
            "province": "Which prize did {S} win?\nWhat prize was {S} given in {prize}?",
        },
        "{S} won a <prize>.\n{S} was given a <prize> in {prize}.",
        "{S} never won a <prize>.\n{S} refused every <prize>.",
        "[{Sub} gave the <money> to a hospital.|The speech lasted two minutes.|It came as a surprise.]",
    ),
    telling(
        "work",
        """
        {S} {made} {work} in {work_year}.
        {work} was {made_passive} by {S} in {work_year}.
        In {work_year}, {S} {made} {work}.
        {work}, {made_passive} by {S}, dates from {work_year}.
        """,
        {
            "work": "What did {S} {make} in {work_year}?\nWhich {form} was {made_passive} by {S}?",
            "work_year": "When did {S} {make} {work}?\nIn what year was {work} {made_passive}?",
        },
        "{S} {made} a {form}.\n{work} was {made_passive} in {work_year}.",
        "{S} never {made} a {form}.\nNobody knows who {made} {work}.",
        "[It was {pos} first success.|{Sub} had worked on it for years.|The critics did not agree about it.]",
        only="work",
    ),
    telling(
        "science",
        """
        {S} worked in {field} and described {species}.
        {species} was described by {S}, who worked in {field}.
        {P} field was {field}, and {sub} described {species}.
        """,
        {
            "species": "What did {S} describe?\nWhich species was described by {S}?",
            "field": "In which field did {S} work?\nWhat was {P} field?",
        },
        "{S} described a species.\n{S} worked in {field}.",
        "{S} never described a species.\n{S} knew nothing about {field}.",
        only="species",
    ),
    telling(
        "died",
        """
        {S} <died> in {death_town} in {died}.
        In {died}, {S} <died> in {death_town}.
        {S} <died> in {died} at {death_town}.
        """,
        {
            "death_town": "Where did {S} die?\nIn which town did {S} pass away?",
            "died": "When did {S} die?\nIn what year did {S} pass away?",
        },
        "{S} <died> in {death_town}.\n{S} is dead.",
        "{S} is still alive.\n{S} did not die in {death_town}.",
        "[{Sub} {was} {age} years old.|Hundreds came to the funeral.|The grave is in the old cemetery.]",
        only="died",
    ),
    telling(
        "named",
        """
        {street} in {birthplace} is named after {O}.
        {birthplace} named {street} after {O}.
        {street} in {birthplace} bears the name of {O}.
        """,
        {"street": "What is named after {O}?\nWhat bears the name of {O}?"},
        "Something in {birthplace} is named after {S}.",
        "Nothing is named after {S}.",
    ),
]
