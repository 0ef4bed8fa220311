# ruff: noqa: RUF001
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.corpus.sentences.boundaries import ends_sentence, is_ordinal, whole_in_brackets
from scripts.corpus.sentences.splitter import rules, split
from tests.corpus.marked import Score, paragraphs

PIPELINE = rules()


def sentences(text):
    with PIPELINE.memory_zone():
        return next(split(PIPELINE, [text]))


# A bar stands where a sentence ends.
@pytest.mark.parametrize(
    "marked",
    [
        "He came.| She went!| Did they?| Yes.",
        # Abbreviations and titles
        "Dr. Smith met Mr. Jones in St. Louis.| They left.",
        "It lies on Main St.| The house is old.",
        "The case is Brown v. Board of Education.",
        "Gen. A. B. Smith, Lt. Col. Jones and Rev. Fr. Brown came.",
        "Acme Inc. Chairman Smith left Warner Bros. Records.| He stayed.",
        "John Smith, Jr. was born.| His son, John Jr.| He died.",
        "Apples, pears, etc. are fruit.| Apples, pears, etc.| Bananas too.",
        "It weighs approx. 5 kg, i.e. much.| See e.g. Smith.",
        "Born in Springfield, Ill. Smith fell ill.| Jones did not.",
        "As shown by Smith et al. (2007) and Jones et al. 1999.",
        # Initials, and letters that are none
        "J. R. R. Tolkien and E. T. A. Hoffmann wrote.| A. A. Milne too.",
        "He fought in World War I.| After it, he left.",
        "He fought in World War I.| Germany lost.",
        "He was crowned Pedro I.| In 1830 he fell.",
        "It lacks vitamin C.| Fruit has it.",
        # States and companies
        "The U.S. Army left the U.S.| The Navy stayed.| He is a U.S. citizen.",
        "He came to Washington, D.C.| There he died at 5 p.m. on Friday.",
        "She earned a Ph.D. in 1980 and a B.A. in 1975.| She taught.",
        "He lived in the U.K. (1990).| Then he left.",
        "Senator Mark O. Hatfield saw the Mark I.| Nobody else.",
        "It came out on Records/I.O.U. Records, by ex-St. Louis man J. Will Jones.",
        'It reached the U.S. "Billboard" charts by Bo (a.k.a. "Bob").',
        "It is approved by TUV and UL.| Furthermore it is good.",
        'Dusan J. "Duke" Maronic came in 1965.',
        'Around it were "20 pearls." (Miner, p. 146, and others).| They shone.',
        # Numbers
        "No. 5 and Nos. 8 and 9, vol. 3, pp. 5-7.| It was one.",
        "It peaked at No. 29.| It fell to No. 30.| The others rose.",
        "He was Archbishop of Sens.| He left it with Gen. Smith, i.e. He who did.",
        "It rose 3.5 percent to $1.2 million in 1990.| 20 people came.",
        "On Nov. 18 they met; by Dec. 3 they left.",
        "1. The first thing.| 2 more.",
        "(born c. 1826 in Paris; d. 12 March 1880) he was (b. Paris).",
        # Ellipses
        "He waited...| Then he left.",
        'She said: "... Pindu is one."| He left.',
        "He said that ... Paris was far.| It was … far.",
        "It stopped … and then ... it went on.",
        # Quotes and brackets
        'He said "Stop."| She did.| "Why?" he asked.',
        "He left (see below).| (It was late.)| She stayed.",
        "The film (2001) won.| [He was there.]| They were not.",
        "“Go!”| “No,” she said.| ‘Yes.’| He went.",
        'The song "Help!" was a hit.| Yahoo! Music was too.',
        "He asked (why? how?) and left.",
        "They won (against Spain).| Then they lost (0–1).",
        # A forgotten space
        "It is in the north.|The town is old.| See Amazon.com or Node.js.",
        # A forgotten capital
        "They built a new one in 1914.| it is a house for cancer.| it is of approx. the same age.",
        # Other languages
        "Er starb am 3. Oktober 1990 in Wien.| Im 19. Jahrhundert war z. B. Köln groß.",
        "Friedrich II. war König.| Er wurde 1712 geboren.",
        "M. Dupont est né en 50 av. J.-C. à Rome.| Il est mort.",
        "El Sr. García vive en EE. UU. desde 1990.| Es médico.",
        "А. С. Пушкин родился в 1799 г. в Москве.| Он был поэт.",
        "これは本です。|「はい。」|彼は言った。",
        "这是书。|那是笔！|是吗？",
        "यह एक नगर है।| यह बड़ा है।",
        "هذا كتاب.| أين هو؟| هنا.",
        "¿Qué es?| ¡Nada!| Es así.",
        "Ի՞նչ ես մտածում:| Ոչինչ:",
        "Մոտենում ենք ավարտին։| Հետևյալն է. Պարզություն և աշխատանք:| 2-րդ փուլում կատարվում են:",
        "Ապրիլի 24-ին սկսեց անձրևել...Այդպես էի գիտեի:",
        "Με συγχωρείτε· πού είναι οι τουαλέτες;| Τις Κυριακές δε δούλευε.| «Τι;»| Έφυγε.",
        "The word (Άλλα; Other) is Greek: Όλα is too; All of it.",
        "እንደምን አለህ፧|መልካም ቀን ይሁንልህ።|እባክሽ ድገሚልኝ።",
        "ခင္ဗ်ားနာမည္ဘယ္လိုေခၚလဲ။|၇ွင္ေနေကာင္းလား။",
        # Abbreviations that spaCy knows of other languages, and words of English
        "Die Firma hat ca. 5 Mio. Euro und ist in der Str. Nummer 5.| Der Chef ist Hr. Meier.",
        "Er kam bspw. Montag mit Äpfeln usw. Birnen nach Haus.| Das war gut.",
        "Han bor i bl.a. København og Kbh. Nord.| Det er godt.",
        "El Gral. Franco y la Cía. Minera están en la Avda. Libertad.",
        "Animation seeks to resemble life, with advanced rendering that mimics in detail skin, fire, clouds, etc.| Examples are few.",
        "He said it to a man.| Bill went off.| Self is the rest.| Dogs ran in the lab.| Cats did.",
    ],
)
def test_where_sentences_end(marked):
    expected = [sentence.strip() for sentence in marked.split("|")]
    assert sentences(marked.replace("|", "")) == expected


@given(st.text("aB. !?…\"'()[]«»“”。1\u00e9-", max_size=60))
def test_nothing_but_spaces_is_lost(text):
    text = " ".join(text.split())
    assert "".join(sentences(text)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.slow
def test_a_paragraph_of_megabytes_is_split_in_time_linear_in_it():
    assert len(sentences("It is so. " * 75_000)) == 75_000
    assert len(sentences("A. " * 200_000)) == 1


@pytest.mark.parametrize("half", ["seen", "hidden"])
def test_real_boundaries(half):
    marked = paragraphs(half)
    score = Score()
    for paragraph in marked:
        score.add(paragraph, sentences(paragraph.text))
    assert score.true > 150
    assert score.precision > 0.98
    assert score.recall > 0.98


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        # What follows decides
        ("He came.", "She went.", True),
        ("He came.", ", she went.", False),
        ("He came.", "- She", True),
        ("He came.", "(She went.) It", True),
        ("He came.", "(Cats went) and", False),
        ("He came.", "(The cat", True),
        ("He came.", "(the cat sat) and", False),
        ("He came!", "(The cat) sat", False),
        ("He came.", "(A. B. Smith) sat", False),
        ("He came.", "(The cat) sat", True),
        # Lower case
        ("He went away.", "it was", True),
        ("He went to.", "it was", False),
        ("He went etc.", "it was", False),
        ("In 1914.", "it was", True),
        ("In 2114.", "it was", False),
        ("In 914.", "it was", False),
        ('He went "away".', "it was", True),
        ('He went "away."', "it was", False),
        ("He went to hospital.", "and", True),
        ("He went to schools.", "and", True),
        ("He went to houses.", "and", False),
        ("He went to hospital.", "iPod is", True),
        ("He went to hospital!", "and", False),
        ("He went to hospiTal.", "and", False),
        # Marks
        ("Yahoo!", "Music", False),
        ("Yahoo!", "The", True),
        ("Wait...", "Then", True),
        ("and...", "Then", False),
        ("He said ...", "Paris", True),
        ("He said that ...", "Paris", False),
        ("He said, ...", "Paris", False),
        ("He said !", "Paris", False),
        ("...", "Paris", False),
        ('He said "lit."', "Paris", False),
        ('He said "so."', "Paris", True),
        ("He said (so.)", "Paris", True),
        # Words
        ("He met Mr.", "Smith", False),
        ("He met them.", "Smith", True),
        ("etc.", "They", True),
        ("CF.", "The", True),
        ("Cf.", "The", False),
        ("cf.", "They", False),
        ("See No.", "5 is", False),
        ("See No.", "V is", False),
        ("See no.", "Cats", True),
        ("Warner Bros.", "Records", False),
        ("Warner Bros.", "The", True),
        ("Warner bros.", "Records", True),
        ("Warner Bros.", '"Records"', True),
        ("On Nov.", "Records", False),
        ("The U.S.", "Army", False),
        ("The U.S.", "The", True),
        ("The U.S.", '"Army"', True),
        ("The U.S.", '"Billboard" charts', False),
        ("ex-St.", "Louis", False),
        ("1.", "The", False),
        ("It is 5.", "The", True),
        ("am 3.", "Oktober", False),
        ("am 3.", "Stock", False),
        ("3.", "Oktober", False),
        ("no 1990.", "Oktober", True),
        # Initials and numerals
        ("J.", "Smith", False),
        ("John F.", "Kennedy", False),
        ("John F.", "The", True),
        ("World War I.", "Germany", True),
        ("Mark I.", "Kennedy", True),
        ("Mark O.", "Kennedy", False),
        ("Pedro I.", "Kennedy", True),
        ("Pedro V.", "Kennedy", False),
        ("He (b.", "Paris", False),
        ("in b.", "Paris", True),
        ("in b.", "1956", False),
        ("a; b.", "Paris", False),
        ("Brown v.", "Board", False),
        ("z.", "B. Wien", False),
        ('John "J.', '"Duke" Maronic', False),
        ("Dusan J.", '"Duke" Maronic', False),
        ("Dusan J.", '"Duke was', True),
    ],
)
def test_whether_a_sentence_ends_at_a_place(before, after, ends):
    assert ends_sentence(before, after) == ends


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [("north.", "The", True), ("North.", "The", True), ("North.", "Town", False)],
)
def test_whether_a_sentence_ends_without_a_space(before, after, ends):
    assert ends_sentence(before, after, spaced=False) == ends


@pytest.mark.parametrize(
    ("after", "whole"),
    [
        ("(She went.) It", True),
        ('(She went.") It', True),
        ("[She went!] It", True),
        ("(She went?) It", True),
        ("(She went…) It", True),
        ("(She went) It", False),
        ("(A.B.) It", False),
        ("(U.S.A.) It", False),
        ("(The cat", True),
        ("(“The cat", True),
        ("(the cat", False),
        ("([the", True),
        ("(a] b.) It", False),
    ],
)
def test_what_is_a_sentence_in_brackets(after, whole):
    assert whole_in_brackets(after) == whole


@pytest.mark.parametrize(
    ("before", "following", "ordinal"),
    [
        ("am 3.", "Mann", True),
        ("bis zum 19.", "Mann", True),
        ("der 100.", "Mann", False),
        ("Am 3.", "Mann", False),
        ("Er kam 3.", "Mann", False),
        ("Er kam 3.", "Oktober", True),
        ("3.", "Jahrhundert", True),
        ("3.", "Mann", False),
    ],
)
def test_ordinals(before, following, ordinal):
    assert is_ordinal(before, following) == ordinal
