# ruff: noqa: RUF001
"""The words that inline templates stand for; a template that is not here stands for nothing."""

import re
from collections.abc import Callable

from scripts.corpus.languages import INTERWIKI, names
from scripts.corpus.units import measure

# Stands for {{!}}, whose bar must not divide the arguments of the template around it.
BAR = "\x02"

Arguments = tuple[list[str], dict[str, str]]

CALL = re.compile(r"\{\{((?:[^{}]++|\{[^{}]*+\}(?!\}))*+)\}\}")
PARAMETER = re.compile(r"\{\{\{[^{}|]*(?:\|([^{}]*))?\}\}\}")
NAMED = re.compile(r"\s*([\w -]{1,30}?)\s*=(.*)", re.DOTALL)
DEPTH = 24


def expand_templates(text: str, title: str) -> str:
    """Replace every template by its words, the innermost first, in time linear in the text."""
    if "{{" not in text:
        return text
    if "{{{" in text:
        text = PARAMETER.sub(lambda match: match.group(1) or "", text)

    def replace(match: re.Match) -> str:
        return template_words(match.group(1), title)

    for _ in range(DEPTH):
        text, count = CALL.subn(replace, text)
        if not count or "{{" not in text:
            break
    return drop_unbalanced(text) if "{{" in text or "}}" in text else text


UNCLOSED = re.compile(r"\{\{[^\n]*(?:\n[ \t]*[|!}][^\n]*)*")


def drop_unbalanced(text: str) -> str:
    """Remove what is left of templates that lack an end: their line, and lines of arguments."""
    return UNCLOSED.sub("", text).replace("}}", "")


def template_words(body: str, title: str) -> str:
    """What `{{body}}` reads as."""
    head, bar, rest = body.partition("|")
    name = head.strip().replace("_", " ").lower()
    handler = HANDLERS.get(name)
    if handler is None or not bar:
        words = WORDS.get(name)
        if words is not None:
            return words
        if name in ("pagename", "fullpagename", "subpagename", "basepagename"):
            return title
    if handler is None:
        if name.startswith(("lang-", "langx-", "lang ")):
            handler = last_language
        elif ":" in name:
            return parser_function(head, rest)
        else:
            return ""
    return handler(*arguments(rest)) if bar else ""


def arguments(rest: str) -> Arguments:
    """The positional and the named arguments behind a template's name."""
    values: list[str] = []
    options: dict[str, str] = {}
    for part in rest.split("|"):
        match = NAMED.match(part) if "=" in part else None
        if match is None:
            values.append(part.strip())
        elif match.group(1).isdigit():
            number = int(match.group(1))
            if 0 < number <= 50:
                values.extend([""] * (number - len(values)))
                values[number - 1] = match.group(2).strip()
        else:
            options[match.group(1).lower()] = match.group(2).strip()
    return values, options


def parser_function(head: str, rest: str) -> str:
    """{{formatnum:1234}}, {{lc:ABC}} and their like."""
    function, _, value = head.strip().partition(":")
    function = function.strip().lower()
    value = value.strip()
    if function == "formatnum":
        return f"{int(value):,}" if value.isdecimal() and value.isascii() else value
    if function in ("lc", "uc"):
        return value.lower() if function == "lc" else value.upper()
    if function in ("lcfirst", "ucfirst"):
        first = value[:1].lower() if function == "lcfirst" else value[:1].upper()
        return first + value[1:]
    if function == "#tag" and value.lower() in ("nowiki", "poem"):
        return rest.partition("|")[0]
    if function in ("template", "vorlage", "modèle", "шаблон", "plantilla"):
        return template_words(f"{value}|{rest}" if rest else value, "")
    return ""


def nth(number: int) -> Callable[[list[str], dict[str, str]], str]:
    """A template that reads as its argument of this number, counted from 1."""

    def words(values: list[str], options: dict[str, str]) -> str:
        return values[number - 1] if len(values) >= number else ""

    return words


def last(values: list[str], options: dict[str, str]) -> str:
    return next((value for value in reversed(values) if value), "")


def joined(separator: str) -> Callable[[list[str], dict[str, str]], str]:
    """A template that reads as all its arguments, one after the other."""

    def words(values: list[str], options: dict[str, str]) -> str:
        return separator.join(value for value in values if value)

    return words


def around(before: str, after: str = "") -> Callable[[list[str], dict[str, str]], str]:
    """A template that puts something before or after its first argument."""

    def words(values: list[str], options: dict[str, str]) -> str:
        return before + values[0] + after if values and values[0] else ""

    return words


def language(values: list[str], options: dict[str, str]) -> str:
    """{{lang|fr|mots}}, and its older form {{langue|fr|texte=mots}}."""
    return options.get("text") or options.get("texte") or (values[1] if len(values) > 1 else "")


def last_language(values: list[str], options: dict[str, str]) -> str:
    """{{lang-fr|mots}} or {{langx|fr|mots}}."""
    if len(values) > 1 and INTERWIKI.fullmatch(values[0]):
        return values[1]
    return values[0] if values else ""


def transliteration(values: list[str], options: dict[str, str]) -> str:
    """{{transl|ar|ISO|words}}: the scheme may be missing."""
    return values[min(len(values), 3) - 1] if len(values) > 1 else last(values, options)


def quotation(values: list[str], options: dict[str, str]) -> str:
    """A quotation of its own paragraph, without its source."""
    text = options.get("text") or options.get("quote") or options.get("texte") or ""
    text = text or options.get("zitat") or options.get("cita") or (values[0] if values else "")
    return f"\n{text.strip()}\n" if text.strip() else ""


def converted(values: list[str], options: dict[str, str]) -> str:
    return measure(values, options)


def converted_short(values: list[str], options: dict[str, str]) -> str:
    return measure(values, {"abbr": "on"} | options)


MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def date(values: list[str], options: dict[str, str]) -> str:
    """{{start date|1999|12|31}}, in the order of the reader's likely dialect."""
    numbers = [value for value in values[:3] if value.isdecimal()]
    if not numbers or len(numbers[0]) < 3:
        return values[0] if values else ""
    if len(numbers) == 1 or not 1 <= int(numbers[1]) <= 12:
        return numbers[0]
    month = MONTHS[int(numbers[1]) - 1]
    if len(numbers) == 2:
        return f"{month} {numbers[0]}"
    if options.get("df", "n")[:1].lower() == "y":
        return f"{int(numbers[2])} {month} {numbers[0]}"
    return f"{month} {int(numbers[2])}, {numbers[0]}"


def as_of(values: list[str], options: dict[str, str]) -> str:
    """{{as of|2010|5}}: "As of May 2010"."""
    if options.get("alt"):
        return options["alt"]
    when = date(values, {"df": "y"})
    start = "as of" if options.get("lc", "n")[:1].lower() == "y" else "As of"
    return f"{start} {when}" if when else ""


def circa(values: list[str], options: dict[str, str]) -> str:
    years = " – c. ".join(value for value in values[:2] if value)
    return f"c. {years}" if years else "c."


def reign(values: list[str], options: dict[str, str]) -> str:
    return "r. " + "–".join(value for value in values[:2] if value)


def nihongo(values: list[str], options: dict[str, str]) -> str:
    """{{nihongo|English|kanji|rōmaji}}."""
    values = [*values, "", "", ""]
    first = values[0] or values[2]
    inner = ", ".join(value for value in values[1:3] if value and value != first)
    if not first:
        return inner
    return f"{first} ({inner})" if inner else first


def chinese(values: list[str], options: dict[str, str]) -> str:
    """{{zh|c=…|p=…}}: the characters, then the reading."""
    keys = ("c", "s", "t", "p", "hp", "w", "j", "y", "poj", "l")
    found = [options[key] for key in keys if options.get(key)]
    return "; ".join(dict.fromkeys(found)) or "; ".join(value for value in values if value)


def korean(values: list[str], options: dict[str, str]) -> str:
    keys = ("hangul", "hanja", "rr", "mr")
    return "; ".join(options[key] for key in keys if options.get(key)) or "; ".join(values[:1])


def interlanguage(values: list[str], options: dict[str, str]) -> str:
    """{{ill|title|de|Titel|lt=label}}."""
    return options.get("lt") or (values[0] if values else "")


def fraction(values: list[str], options: dict[str, str]) -> str:
    """{{frac|1|2}} is 1/2, {{frac|3|1|2}} is 3 1/2, {{frac|2}} is 1/2."""
    values = [value for value in values if value]
    if len(values) >= 3:
        return f"{values[0]} {values[1]}/{values[2]}"
    return "/".join(values) if len(values) == 2 else "1/" + "".join(values)


def value_with_unit(values: list[str], options: dict[str, str]) -> str:
    """{{val|1234|u=km}}, with its error and its power of ten."""
    number = values[0] if values else ""
    if number.isdecimal() and len(number) > 4:
        number = f"{int(number):,}"
    if len(values) > 1 and values[1]:
        number += f" ± {values[1]}"
    if options.get("e"):
        number += f" × 10^{options['e']}"
    unit = options.get("u") or options.get("ul") or ""
    prefix = options.get("p", "")
    return f"{prefix}{number} {unit}".strip()


def power_of_ten(values: list[str], options: dict[str, str]) -> str:
    return f" × 10^{values[0]}" if values else ""


def ship(values: list[str], options: dict[str, str]) -> str:
    """{{ship|HMS|Beagle|1820}}: the last argument tells namesakes apart."""
    shown = options.get("2") or ""
    return " ".join(value for value in values[:2] if value) or shown


def named_ship(prefix: str) -> Callable[[list[str], dict[str, str]], str]:
    def words(values: list[str], options: dict[str, str]) -> str:
        return f"{prefix} {values[0]}" if values and values[0] else prefix

    return words


def bible_verse(values: list[str], options: dict[str, str]) -> str:
    values = [*values, "", ""]
    if len(values) > 5 and values[3]:
        return values[3]
    return " ".join(value for value in values[:2] if value)


def music(values: list[str], options: dict[str, str]) -> str:
    signs = {"flat": "♭", "b": "♭", "sharp": "♯", "#": "♯", "natural": "♮", "n": "♮"}
    return signs.get(values[0].lower(), "") if values else ""


def ordinal_century(values: list[str], options: dict[str, str]) -> str:
    """French {{s|XIX|e}} and {{s-|XIX|e}}: "XIXe siècle"."""
    if not values:
        return ""
    suffix = values[1] if len(values) > 1 else "e"
    return f"{values[0]}{suffix} siècle"


def unit_value(values: list[str], options: dict[str, str]) -> str:
    """French {{unité|100|km|2}} and Spanish {{unidad|100|km}}."""
    number = values[0] if values else ""
    powers = {"2": "²", "3": "³", "-1": "⁻¹"}
    rest = [powers.get(value, f" {value}") for value in values[1:] if value]
    return number + "".join(rest)


def french_date(values: list[str], options: dict[str, str]) -> str:
    words = values[:3] if values and values[0] else values[1:3]
    if len(words) > 1 and words[1].isdecimal():
        return date(list(reversed(words)), {"df": "y"})
    return " ".join(word for word in words if word)


def german_quote(values: list[str], options: dict[str, str]) -> str:
    text = options.get("text") or (values[0] if values else "")
    return f"„{text}“" if text else ""


def russian_language(values: list[str], options: dict[str, str]) -> str:
    return values[0] if values else ""


HANDLERS: dict[str, Callable[[list[str], dict[str, str]], str]] = {}


def register(handler: Callable[[list[str], dict[str, str]], str], text: str) -> None:
    HANDLERS.update(dict.fromkeys(names(text), handler))


register(
    nth(1),
    """nowrap|nobr|nobreak|nowiki|no wrap|nobold|noitalic|no italic|noitalics|small|smaller|big
    larger|resize|smallcaps|sc|sc2|smallcaps all|small caps|allcaps|caps|lcase|smcaps|midsize
    em|strong|mono|code|var|mvar|math|bigmath|keypress|key press|key|not a typo|sic2|typo|proper name
    abbr|abbrv|abbreviation|tooltip|abbrlink|define|explain|unicode|polytonic|grc|script|ipa text
    linktext|wikt|wiktionary|visible anchor|vanchor|anchor text|keep|hebrew|hbo|okina word|big math
    underline|u|strike|highlight|color box text|angle|angbr|angle bracket|pad text|tq|green
    flag|flagcountry|flagu|flagdeco|country|stn|station|stnlnk|rws|lnl|translit|iast|pinyin|pie
    title|okina text|nomorsup|sup text|sub text|lang1|w|wp|lien|wl|noredirect|no redirect|-r
    comment|кмн|nobr1|nbsp1|nowr|nobreak1|unbreak|s-inline|ref text|page needed text|1er
    sigle|emphasis|italic|italics|italic title text|bold|bolditalic|corr|correct text|e-mail
    zwnj|poemquote1|first word|transcl|simple nuclide2|ordomag|nf|formatnum|number|num|nts|sort1
    decade link|year|yl|fy|avyear|baseball year|nfl year|nba year|scotus|tcl|ill2|dunno1|stl
    airport name|cslink|ccl|lccn text|asiantitle|kor|jpn|noflag|team flag|fb|fbw|cr|crw|ru|nft""",
)
register(
    nth(2), "color|colour|font color|fontcolor|font|lang2|script/hebrew|wikt-lang|hover title|sort"
)
register(nth(2), "hs|dts text|wikilang|foreign text|pronunciation text|su|rtl-lang|dunno|lj")
register(language, "lang|langue|rtl-para|langwithname|lang-w-name|język|språk|lenguaje|язык")
register(last_language, "langx|lang-x|lang-de2|zh-cn text|lang x|enS|des|frS|laS|itS|grS|elS|ruS")
register(last_language, "ens|des.|frs|las|its|grs|els|rus|ess|pls|cs|jas|ars|heS|hes|nls|spas|zhs")
register(transliteration, "transl|transliteration|xlit|tlit|rom|romanize|bgn/pcgn")
register(
    quotation,
    """quote|quotation|blockquote|cquote|bquote|quote1|block quote|quotation2|long quote|zitat
    citation bloc|début citation|cita|cita larga|citazione|citação|citat|citaat|цитата
    quote without source|poem quote|poemquote|verse translation|centered pull quote|pull quote""",
)
register(converted, "convert|convinfobox|convert/2|converted|hid|conv|umrechnung|conversion")
register(converted_short, "cvt|convert/flip|height|height1")
register(
    date,
    """start date|end date|film date|date|dts|dtsh|start-date|birth date|death date|birth-date
    death-date|start date and years ago|start date and age|release date|bda|dob""",
)
register(as_of, "as of|asof|as of?|since")
register(circa, "circa|c.|ca.|ca|c|around")
register(reign, "reign|r.")
register(nihongo, "nihongo|nihongo2|nihongo3|nihongo foot|japanese|jap|nihongo core")
register(
    chinese, "zh|zh-hans|zh-hant|zh-t|zh-s|chinese|zh-c|zh-cp|zh-tsp|zh-stp|zh-cpw|lang-zh2|cjkv"
)
register(korean, "korean|ko-hhrm|lang-ko2|koreanname")
register(
    interlanguage, "ill|interlanguage link|link-interwiki|ill-wd|interlanguage link multi|lien2"
)
register(
    interlanguage, "illm|red link|internal link|iw|iw2|не переведено|не переведено 2|нп|нп5|нп3"
)
register(fraction, "frac|fraction|sfrac|sfraction|fractext|tfrac|bruch|frac2")
register(value_with_unit, "val|value|gaps|nums|valeur")
register(power_of_ten, "e|esp|x10^|10^|e-sp")
register(ship, "ship|sclass text|navire")
for prefix in ("USS", "HMS", "HMAS", "HMCS", "SS", "MV", "RMS", "USNS", "USCGC", "SMS", "USAT", "INS",
               "HNLMS", "HDMS", "HSwMS", "ORP", "MS", "PS", "TSS", "RMMV", "HMNZS", "USAS"):  # fmt: skip
    register(named_ship(prefix), prefix.lower())
register(
    bible_verse, "bibleverse|bible verse|bibleref2|bibleref|bibleverse-lb|bibel|bv|bibleverse-nb"
)
register(bible_verse, "sourcetext|bibelref")
register(music, "music")
register(ordinal_century, "s|s-|-s|-s-|siècle")
register(unit_value, "unité|unite|unit|unidad|esd|medida|unità")
register(french_date, "date-|date de naissance|date de naissance-|date de décès|1er janvier")
register(german_quote, '"|zitat-de|zitat de')
register(joined(""), "chem|chem2|ce|pe|nuclide text|gap|gapnum|nbsp text|angle bracket2|fs|xt")
register(
    joined(", "), "plainlist|flatlist|hlist|ubl|unbulleted list|comma separated entries|cslist"
)
register(joined("–"), "year range|yr range|ay|spanned")
register(around("$"), "usd|us$|$")
register(around("US$"), "us dollar|uss$|usdollar")
register(around("£"), "gbp|£|pound sterling|pounds")
register(around("€"), "eur|€|euro")
register(around("¥"), "jpy|¥|yen|cny")
register(around("₹"), "inr|₹|indian rupee|indianrupee|inrconvert|rs.")
register(around("A$"), "aud|a$")
register(around("C$"), "cad|c$")
register(around("'", "'"), "'-'|single quote|gloss|gls|literal translation|lit|literally|trans")
register(around('"', '"'), '"-"|double quote|qq')
register(around("[", "]"), "interp|brackets|bracket|sqbr|square bracket|crochets|interpolation")
register(around("^"), "^|superscript|super|smallsup")
register(around(""), "sub|subscript|sup2|su2|sdash|--|okina-|lino|simplenuclide")
register(around("√"), "radic|sqrt|surd")
register(around("§ "), "section link|slink")
register(around("r. "), "reigned")
register(around("fl. "), "floruit|fl.|fl")
register(around("b. "), "born-in|b.")
register(around("d. "), "died-in|d.")

# Templates without arguments that are signs.
WORDS = {
    "!": BAR, "=": "=", "pipe": BAR, "'": "'", "' \"": "' \"", "\" '": "\" '", "'s": "'s", "-'": "'",
    '"': '"', '"s': '"', "-": "-", "--": "–", "---": "—", "ndash": "–", "mdash": "—", "en dash": "–",
    "em dash": "—", "snd": " – ", "spnd": " – ", "sndash": " – ", "spaced ndash": " – ", "nbnd": "–",
    "spaced en dash": " – ", "spaced mdash": " — ", "spaced em dash": " — ", "emdash": "—", "endash": "–",
    "nbsp": " ", "space": " ", "spaces": " ", "thinsp": " ", "hair space": " ", "sp": " ", "0": " ",
    "·": " · ", "dot": " · ", "•": " • ", "bull": " • ", "bullet": " • ", "middot": " · ", "\\": " / ",
    "okina": "ʻ", "hamza": "ʼ", "ayin": "ʿ", "ʻ": "ʻ", "`okina": "ʻ", "shy": "", "wbr": "", "zwsp": "",
    "euro": "€", "£": "£", "€": "€", "pi": "π", "tau": "τ", "degree": "°", "deg": "°", "prime": "′",
    "sic": "", "sharp": "♯", "flat": "♭", "natural": "♮", "c.": "c.", "circa": "c.", "ca.": "c.",
    "br": "\n", "clear": "\n", "-clear": "\n", "break": "\n", "crlf": "\n", "pb": "\n", "paragraph break": "\n",
    "paragraph": "\n", "ad": "AD", "bc": "BC", "bce": "BCE", "ce.": "CE", "av. j.-c.": "av. J.-C.",
    "apr. j.-c.": "apr. J.-C.", "c++": "C++", "c sharp": "C#", "asterisk": "*", "colon": ":",
    "hyphen": "-", "minus": "−", "times": "×", "plusmn": "±", "approx": "≈", "asymp": "≈", "infin": "∞",
}  # fmt: skip
