# ruff: noqa: RUF001
"""Words that decide whether a full stop ends a sentence; abbreviations in lower case, without it."""


def words(text: str) -> frozenset[str]:
    """A table of words, divided by white space."""
    return frozenset(text.split())


# A sentence hardly ever ends here: something always follows.
ALWAYS = words(
    """
    mr mrs mme mlle messrs dr drs dra prof profs rev revd fr hon pres gov sen sens rep reps amb
    gen gens lt lieut col maj capt cmdr comdr cdr sgt cpl pvt pfc spc brig adm vadm radm supt insp
    a.k.a det atty msgr mgr ste vs v cf viz approx ca fl circa lit
    e.g i.e eg ie esp op ibid ger lat pron abbr
    hl geb gest sog vgl bzw evtl ggf usf z.b d.h u.a o.ä s.o s.u inkl zzgl abb dhr mevr bijv blz
    o.a m.a.w m.fl bl.a t.ex dvs tzw m.in np ks św ul p.ex m.n.v sra srta dña ud uds núm pág págs
    sig dott avv séc tel т.е т.н т.к т.п св проф акад ген им ул др см напр гг тыс
    """
)
# A name follows, unless it is a word that begins sentences.
BEFORE_NAMES = words(
    """
    ph.d m.d b.sc m.sc al ed eds repr rpt trans var subsp ssp cond incl orig engl publ dept univ
    assoc asst govt resp st sts jp av apr ee
    """
)
# The same, where they are capitalised: in lower case these are words like any other.
NAMES = words(
    """
    jr sr bros ltd inc corp co cos mt mts ft ave blvd rd sq hwy esq pty plc sta ma arch
    ala ariz ark calif colo conn del fla ga ill ind kan kans ky la mass md mich minn miss mo mont
    neb nebr nev okla ore oreg pa penn penna tenn tex va vt wash wis wisc wyo ont que alta sask
    """
)
# A number follows.
BEFORE_NUMBERS = words(
    """
    no nos nr nrs pp p pg vol vols ch chap chs sec secs sect art arts par para paras fig figs op ser
    pt pts vv ll n nn fol ff bk bks cap ver eq eqs ex exx cat ref refs núm num nº n° abs bd bde jg
    hs ms mss tab tbl kap рис стр с т ст п pos lfd kv
    """
)
MONTHS = words("jan feb mar apr jun jul aug sep sept oct nov dec")
# Behind these a letter is a number or a kind, and the stop is the sentence's: "World War I."
NUMERAL_NOUNS = words(
    """
    War Type Class Part Phase Division Volume Book Chapter Group Grade Level Stage Act Schedule
    Title Article Section Series Model League Tier Zone Vitamin vitamin Plan Figure Appendix
    Table Hepatitis hepatitis Company Battery Channel Point Annex Block Area Unit Exhibit Pool Pot
    type class group phase stage level grade category
    """
)
# Behind these a letter is a number where it can be one: "Mark I.", but "Mark O. Hatfield".
MARKS = words("Mark Mk")
# Behind these "I." is a number too: "Pedro I."
RULERS = words(
    """
    Elizabeth Charles James Henry Edward William George Richard John Louis Philip Napoleon Wilhelm
    Friedrich Frederick Leopold Albert Alexander Nicholas Peter Pedro Pope Paul Constantine Justinian
    Boris Carol Michael Baldwin Otto Rudolf Ferdinand Francis Franz Joseph Sigismund Casimir
    Darius Xerxes Ptolemy Seleucus Antiochus Herod Ramesses Seti Thutmose Rajadhiraja Chola
    """
)
# Capitalised words that begin a sentence far more often than they go on with a name.
STARTERS = words(
    """
    The A An In On At It Its It's He His She Her Hers They Their We Our Ours This That These Those
    There Then Thereafter When While Where Whereas Whether What Who Whose Which Why How After
    Afterwards Before During Since As If Although Though However For From With Without By But And Or
    Nor Yet So Because Both Each Every Some Many Most Much More All Any One Two Three Four Five Six
    Seven Eight Nine Ten Several Few Other Others Another Such To Of Until Unless Under Over Between
    Among Amongst Also Later Today Following According Despite Due Once Only Not No Now Here Is Was
    Were Are Has Had Have Did Do Does Can Could Might Would Should Instead Unlike Like
    Through Throughout Within Additionally Moreover Furthermore Nevertheless Nonetheless Meanwhile
    Thus Therefore Hence Even Just I You My Your Early Late Soon Still Recently Currently Originally
    Initially Eventually Finally Subsequently Previously Formerly Presently Besides Shortly Born
    Based Using Upon Against About Above Across Along Around Beyond Near Out Outside
    Whilst Perhaps Sometimes Often Usually Generally Typically Similarly Likewise Indeed Rather
    Together Aside Apart Because Nowadays Whenever Wherever Whoever Neither Either Nearly Almost
    Approximately Less Least Again Unfortunately Fortunately Interestingly
    Prior See Note
    Der Die Das Des Dem Den Ein Eine Er Sie Es Im Am Bei Beim Mit Nach Von Vom Zu Zum Zur Auch Als
    Seit Nachdem Während Dort Hier Dabei Diese Dieser Dieses Sein Seine Ihre Bis Für Auf Aus Durch
    Le La Les Un Une Il Elle Ils Elles On Dans En Au Aux Sur Par Pour Ce Cette Ces Son Sa Ses Après
    Avec Selon Depuis El Los Las Una Se Su Sus Por Con Para Desde Durante Según Este Esta Lo Gli Nel
    Nella Della Dal Dopo Tra È O Os As Uma Em No Na Nos Nas Het De Een Hij Zij Ze Van Op Bij Voor
    Он Она Оно Они В На С По После Это Этот Также Его Её Их При Во Из За Для К
    """
)
# Words that begin a sentence, whose capital somebody forgot.
FORGOTTEN = words("it he she they this these there the however")
# Words that begin one even behind an abbreviation that a name follows: "the Archbishop of Sens."
RESTARTS = words("it he she they this these however")
# Abbreviations that no sentence ends with.
LINKING = words("vs v cf viz approx ca circa c e.g i.e eg ie esp dr mr mrs ms prof")
# Titles that belong to a country before them: the U.S. "Billboard" charts.
TITLES = words("Billboard")
# Words that no sentence ends with, so that an ellipsis behind them goes on.
FUNCTION_WORDS = words(
    """
    a an the of to and or as in for with by from at on is are was were be that than which who whose
    this these those his her its their our my your into onto such but not if like und oder der die
    das et ou le la les de du des el los y en
    """
)
# Names with an exclamation mark of their own.
SHOUTS = words("yahoo jeopardy wham e")
# German and its neighbours write ordinals with a full stop.
ORDINAL_WORDS = words(
    """
    am vom zum im dem den der des bis ab seit das die und einem einer zur beim ihrem seinem el os
    """
)
ORDINAL_NOUNS = words(
    """
    Januar Februar März April Mai Juni Juli August September Oktober November Dezember Jänner
    Jahrhundert Jahrhunderts Jahrhunderten Jh Jhd Jahrtausend Auflage Klasse Platz Bundesliga
    """
)
