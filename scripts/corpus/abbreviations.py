# ruff: noqa: RUF001
"""Words behind which a full stop need not end a sentence; lower-case, without the stop."""


def words(text: str) -> frozenset[str]:
    """A table of words, divided by white space."""
    return frozenset(text.split())


# A sentence never, or hardly ever, ends here: something always follows.
ALWAYS = words(
    """
    mr mrs ms mme mlle messrs dr prof rev revd fr hon pres gov sen rep amb gen lt col maj capt cmdr
    comdr sgt cpl pvt brig adm cdr lieut ens wo sr msgr st ste mt ft mount vs v cf viz approx ca c
    e.g i.e eg ie al.e.g esp incl resp fig figs ed eds trans repr rpt op cit supt insp det asst
    assoc dept univ nr aug. z.b d.h u.a bzw sog ggf vgl p.ex m.in np m.fl bl.a t.ex dvs m.a.w
    т.е т.н т.к им св о. проф акад ген
    """
)
# A name follows, unless it is a word that begins sentences.
BEFORE_NAMES = words(
    """
    ph.d m.d b.a m.a jr bros gens cols ltd inc corp co no. ave blvd rd sq hwy mts
    """
)
# A number follows.
BEFORE_NUMBERS = words(
    """
    no nos nr pp p pg vol vols ch chap sec sect art arts par para fig figs op ser pt pts v vv l ll
    n nn col cols fol ff bk cap ver eq eqs ex cat ref núm num nº n° abb abs bd s hg jg рис стр т
    """
)
MONTHS = words("jan feb mar apr jun jul aug sep sept oct nov dec")
# Capitalised words that begin a sentence far more often than they go on with a name.
STARTERS = words(
    """
    The A An In On At It Its He His She Her They Their We Our This That These Those There Then When
    While Where What Who Which Why How After Before During Since As If Although Though However For
    From With Without By But And Or Nor Yet So Because Both Each Every Some Many Most All Any One
    Two Three Several Other Others Another Such To Of Until Under Over Between Among Also Later
    Today Following According Despite Due Once Only Not No Now Here Is Was Were Are Has Had Have
    Did Do Does Can Could May Might Will Would Should Instead Unlike Like Through Within Through
    Additionally Moreover Furthermore Nevertheless Meanwhile Thus Therefore Hence Even Just I You
    My Your Early Late Soon Still Recently Currently Originally Initially Eventually Finally
    Der Die Das Ein Eine Er Sie Es Im In Am Bei Mit Nach Von Zu Auch Als Le La Les Un Une Il Elle
    Ils Dans En Au Sur Par Pour El Los Las Una Se Su Por Con Lo Gli Nel Della
    """
)
