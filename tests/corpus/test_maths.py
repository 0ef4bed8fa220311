# ruff: noqa: RUF001
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.corpus.wikitext.maths import LONGEST, formula_words


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        ("x", "x"),
        ("n^2", "n^2"),
        (r"\alpha + \beta", "α + β"),
        (r"\frac{a}{b+1}", "a/(b+1)"),
        (r"\sqrt{2}", "√2"),
        (r"\tfrac12, \frac\pi 2, \frac{a}b, \sqrt2, \sqrt x", "1/2, π/2, a/b, √2, √x"),
        (r"\frac\log x", ""),
        (r"90^\circ, f^{\prime}, f \circ g", "90°, f′, f ∘ g"),
        (r"f\colon A \to B, \lfloor x \rfloor, a \mid b", "f: A → B, ⌊ x ⌋, a | b"),
        (r"x_1,\dotsc,x_n \leftrightarrow \arcsin(\alpha)", "x_1,…,x_n ↔ arcsin(α)"),
        (r"\mathbb{R}^{n}", "R^n"),
        (r"O(n \log n)", "O(n log n)"),
        (r"\left( x, y \right)", "(x, y)"),
        (r"\{x_{i}, \{1,2\} \}", "{x_i, {1,2} }"),
        (r"B^{\{0,1\}} \to \left\{ 0 \right\}", "B^({0,1}) → { 0 }"),
        (r"\begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix}", ""),
        (r"\int_0^1 " + "x + " * 30, ""),
        ("", ""),
        ("x" * 60, "x" * 60),
        ("x" * 61, ""),
        ("~" * 239 + "x", "x"),
        ("~" * 240 + "x", ""),
        (r"\dfrac{a}{b} + \tfrac{c}{d}", "a/b + c/d"),
        (r"\sqrt{a+b}", "√(a+b)"),
        (r"\sqrt{(a+b)}", "√(a+b)"),
        (r"x_{i+1}^{2}", "x_(i+1)^2"),
        (r"{x + y}", "(x + y)"),
        (r"f'' = 0", ""),
        (r"a\, b\! c & d~e", "a b c d e"),
        (r"\operatorname{rank} A", "rank A"),
        (r"\unknown x", ""),
        ("a __ b", ""),
    ],
)
def test_words_of_formulas(tex, words):
    assert formula_words(tex) == words


@given(st.text(r"\{}^_abfrcsqt$ 12&", max_size=80))
def test_no_tex_remains(tex):
    words = formula_words(tex)
    assert "\\" not in words
    assert len(words) <= LONGEST
