"""The score of a text is VADER's own, to the last digit."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

from reader.formats.polarity import MAY_BE_EMOJI, Polarity

VADER: Any = SentimentIntensityAnalyzer()
POLARITY = Polarity()

NEWS = ("bitcoin", "market", "XRP", "a", "25%", "U.S.", "the", "—", "“good”", "…", "don't", "İx")
CONTRASTS = ("but", "never", "so", "this", "without", "doubt", "no", "or", "nor", "least", "at")
SIGNS = ("!", "?", "!!", "??", "????", ":)", "🚀", "©", "😀")


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Of words that have a part in VADER's rules, in any case and with any signs."""
    rules = (*CONTRASTS, *NEGATE, *BOOSTER_DICT, *SPECIAL_CASES, *SIGNS, *NEWS)
    word = st.one_of(st.sampled_from(sorted(VADER.lexicon)), st.sampled_from(rules))
    cases: tuple[Callable[[str], str], ...] = (str, str.upper, str.capitalize)
    case = st.sampled_from(cases)
    end = st.sampled_from(("", "", "", "!", "?", ",", ".", '"'))
    pieces = draw(st.lists(st.tuples(word, case, end), max_size=14))
    space = draw(st.sampled_from((" ", "  ", "\n")))
    return space.join(f"{written(word)}{end}" for word, written, end in pieces)


@given(texts())
def test_a_text_has_the_same_score_as_in_vader(text: str) -> None:
    assert POLARITY.compound(text) == VADER.polarity_scores(text)["compound"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Blocks were found",
        "Not good. Not very good. It isn't even a good thing",
        "never so good, never was this good, without doubt good, without a doubt good",
        "the worst is over but gains are small but gains are small",
        "no good, no win, no gain or loss",
        "at least happy, the least happy, least happy",
        "kind of good, sort of bad, just enough of a win",
        "It is the bomb, yeah right, a kiss of death to die for",
        "GREAT gains for holders!!! Why??",
        "ALL IS GREAT",
        "Great 🚀 gains 😀",
    ],
)
def test_each_of_vaders_rules_counts(text: str) -> None:
    assert POLARITY.compound(text) == VADER.polarity_scores(text)["compound"]


def test_the_lexicon_is_vaders() -> None:
    assert POLARITY._lexicon == VADER.lexicon


def test_no_emoji_of_the_lexicon_is_overlooked() -> None:
    single = [emoji for emoji in VADER.emojis if len(emoji) == 1]
    assert single
    assert all(MAY_BE_EMOJI.fullmatch(emoji) for emoji in single)
