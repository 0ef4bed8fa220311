# ruff: noqa: RUF001
"""Which inline templates the Wikipedias use in sentences, and what they read as.

Names are lower-case. Infoboxes, references, warnings and pronunciations are not here, since they
have no words in the sentence.
"""

import re

from scripts.corpus.wikitext.languages import names
from scripts.corpus.wikitext.template_words import (
    BAR,
    Template,
    around,
    as_of,
    asian,
    between,
    century,
    century_or_unbroken,
    coordinates,
    date,
    density,
    fraction,
    height,
    hours,
    joined,
    labelled,
    language,
    last,
    music,
    nihongo,
    nth,
    number,
    number_with_unit,
    old_style_date,
    quotation,
    raised,
    ruby,
    rupees,
    second_or_first,
    ship,
    ship_class,
    short_citation,
    short_measure,
    sura,
    third_or_second,
    transliteration,
    verse,
)
from scripts.corpus.wikitext.units import measure

SHIPS = "USS HMS HMAS HMCS HMNZS SS MV MS RMS SMS USNS USCGC USAT INS HNLMS HDMS ORP TSS"

TABLE: list[tuple[Template, str]] = [
    (
        nth(1),
        """nowrap|nobr|nobreak|no wrap|nobold|noitalic|no italic|noitalics|not a typo|small|smaller
        big|larger|large|smallcaps|small caps|smallcaps all|sc|sc2|allcaps|caps|midsize|versalita
        em|strong|mono|code|var|mvar|math|bigmath|underline|highlight|tq|unicode|polytonic|hebrew
        nq|nastaliq|iast|pie|abbr|abbrlink|tooltip|define|visible anchor|vanchor|flag|flagcountry
        flagu|country|stn|station|stnlnk|rws|proper name|format price|formatprice|nts|ipa|chem2|ce
        track gauge|railgauge|citation needed span|cn span|clarify span|fact span|sub|ind
        référence nécessaire|refnec|référence souhaitée|abréviation|abréviation discrète|abrd
        abréviation|comment|comment2|comment span|要出典範囲|link-interwiki|le|إنج|لات|به انگلیسی
        به لاتین|wl|aut|overline|center|centre|centered|centred""",
    ),
    (nth(2), "color|colour|sort|inflation|script|audio|wikt-lang|native name|llang|farbe|rtl-lang"),
    (last, "font color|fontcolor|resize|font|cizojazyčně|cj|vjazyce2"),
    (language, "lang|langue|langx|שפה|dil|taal|språk|язык|lang-w-name|langwithname"),
    (transliteration, "transl|transliteration|tlit|xlit"),
    (
        quotation,
        """quote|quotation|blockquote|block quote|cquote|bquote|quote1|zitat|citation bloc|cytat
        cita larga|citazione|citação|citat|citaat|цитата|poem quote|poemquote|idézet|alıntı
        cita|quote without source|long quote|pull quote""",
    ),
    (measure, "convert|converted"),
    (short_measure, "cvt"),
    (height, "height"),
    (density, "pop density|popdensity|population density"),
    (short_citation, "harvnb|harvtxt|harvcol|harvcolnb|harvcoltxt"),
    (
        date,
        """start date|end date|film date|date|date-|dts|start date and age|release date
        birth date|death date|date de naissance|date de décès""",
    ),
    (as_of, "as of|asof"),
    (between("c. "), "circa|c.|ca.|ca|c"),
    (between("r. "), "reign|r."),
    (between("fl. "), "floruit|fl.|fl"),
    (between("b. "), "born-in|b."),
    (between("d. "), "died-in|d."),
    (between(""), "year range|yr range"),
    (old_style_date, "oldstyledate|oldstyledatedy|old style date|oldstyledateny"),
    (nihongo, "nihongo|nihongo krt|japonais"),
    (nth(2), "nihongo2"),
    (asian("c", "s", "t", "p", "hp", "w", "j", "y", "poj"), "zh|zh-hans|zh-hant|chinese|cjkv"),
    (asian("hangul", "hanja", "rr", "mr"), "korean|ko-hhrm|korean name"),
    (
        labelled("lt", "label", "texte", "fr", "tekst", "треба", "text"),
        """ill|ill2|interlanguage link|interlanguage link multi|link-interwiki|lien|仮リンク|illm
        red link|internal link|не перекладено|ill-wd""",
    ),
    (
        second_or_first,
        "не переведено|не переведено 2|не переведено 3|не переведено 5|нп|нп2|нп3|нп5|iw",
    ),
    (third_or_second, "tsl"),
    (fraction, "frac|fraction|sfrac|bruch"),
    (number, "val|m|число"),
    (
        number_with_unit,
        "unité|unite|unit|unidad|esd|fmtn|nombre|unitats|unità|höhe|mesura|medida|num|nb|nau",
    ),
    (around(" × 10^"), "e|esp|x10^"),
    (around("10^"), "10^"),
    (raised, "sup|exp|superscript|smallsup"),
    (joined(""), "chem|gaps|linktext|sic|simplenuclide|gapnum|intmath"),
    (joined("-"), "nuclide|key press|keypress"),
    (joined(", "), "plainlist|flatlist|hlist|ubl|unbulleted list|comma separated entries|cslist"),
    (around("√"), "radic|sqrt"),
    (ship, "ship"),
    (ship_class, "sclass|sclass2"),
    (verse, "bibleverse|bible verse|bibleref2|bibleref|bibelverse|bv"),
    (sura, "cite quran|qref|quran-usc"),
    (music, "music"),
    (coordinates, "coord"),
    (century_or_unbroken, "s|s-|-s|-s-"),
    (century("siglo"), "siglo"),
    (century("segle"), "segle"),
    (century("século"), "séc|século"),
    (hours, "heure"),
    (nth(1), "ruby|ルビ|rt"),
    (ruby, "読み仮名|読み|読み仮名 ruby不使用|よみがな"),
    (around("$"), "$|dollar"),
    (around("US$"), "usd|us$|us dollar"),
    (around("A$"), "aud|a$"),
    (around("C$"), "cad|c$|ca$"),
    (around("NZ$"), "nzd|nz$"),
    (around("£"), "gbp|£|pound sterling"),
    (around("€"), "eur|€|euro"),
    (around("¥"), "jpy|¥|yen|cny|rmb"),
    (around("₩"), "krw|won"),
    (around("₱"), "php|philippine peso"),
    (around("R"), "zar"),
    (around("₹"), "inr|₹|indian rupee"),
    (rupees, "inrconvert"),
    (around("U.S. Patent "), "us patent"),
    (around("⟨", "⟩"), "angbr|angle bracket|vr|angbr ipa"),
    (around("/", "/"), "ipaslink|ipa slink"),
    (around("[", "]"), "ipablink|interp|bracket|brackets|sqbr|crochets"),
    (nth(1), "ipalink|ipa link|ipa alink"),
    (around("'", "'"), "gloss|literal translation|lit|literally|single quote"),
    (around("«\u00a0", "\u00a0»"), "citation|guil|citation étrangère|« »|«"),
    (around("„", "“"), '"|zitat-de|„'),
    (around("n° "), "n°|numéro|nº"),
    *((around(f"{prefix} "), prefix.lower()) for prefix in names(SHIPS.replace(" ", "|"))),
    # German {{enS|words}}: "englisch".
    (nth(1), "ens|frs|las|its|ess|grs|els|rus|pls|css|jas|ars|hes|nls|pts|trs|kos|zhs|hus|svs"),
]

TEMPLATES: dict[str, Template] = {
    name: template for template, listed in TABLE for name in names(listed)
}

# Families of templates, whose names go on with the code of a language or of a script.
FAMILY = re.compile(r"lang-|script/|link-|kieli-|k-")
FAMILIES: dict[str, Template] = {
    "lang-": language,
    "script/": nth(1),
    "link-": nth(1),
    "kieli-": nth(1),
    "k-": nth(1),
}

# Templates that are signs, or whose name is their text.
SIGNS = {
    name: sign
    for sign, listed in {
        BAR: "!|pipe",
        "=": "=",
        "'": "'|-'|apostrophe",
        "'s": "'s",
        "'\"": "' \"|'\"",
        "\"'": "\" '|\"'",
        '"': '"-|-"|\'"',
        "-": "hyphen",
        "–": "ndash|en dash|endash|--|nbnd",
        " – ": "snds|snd|spnd|sndash|spaced ndash|spaced en dash",
        "—": "mdash|em dash|emdash|mdashb|---",
        " — ": "spaced mdash|spaced em dash|smd",
        " ": "nbsp|space|spaces|thinsp|thin space|hair space|hairsp|0|sp",
        " · ": "·|dot|middot",
        " • ": "•|bull|bullet",
        " / ": "\\",
        " = ": "eqm|equals",
        "ʻ": "okina|ʻokina|`okina",
        "ʼ": "hamza",
        "€": "euro|€|eur",
        "£": "£|gbp",
        "₹": "inr|₹",
        "π": "pi|π",
        "τ": "tau",
        "♯": "sharp",
        "♭": "flat",
        "♮": "natural",
        "C": "carbon",
        "H": "hydrogen",
        "O": "oxygen",
        "N": "nitrogen",
        "c.": "circa|c.|ca.|ca|c",
        "e": "e",
        "n°": "n°|numéro",
        "Mme": "mme",
        "Mlle": "mlle",
        "M.": "m.",
        "Mgr": "mgr",
        "av. J.-C.": "av jc|av. j.-c.|avjc",
        "apr. J.-C.": "ap jc|apr. j.-c.|apjc",
        "C#": "c sharp",
        "*": "asterisk",
        ":": "colon",
        "×": "times",
        "±": "plusmn|±",
    }.items()
    for name in names(listed.replace("\n", " "))
}
SIGNS |= dict.fromkeys(names("br|clear|-|pb|paragraph break|crlf|break"), "\n\n")
