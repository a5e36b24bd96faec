"""The rarest words of a title, and which articles are near enough."""

from hypothesis import given
from hypothesis import strategies as st

from reader.insight.related import LEAST, MOST_WORDS, nearest, rarest_words


def test_the_rarest_words_come_first_and_stop_words_never() -> None:
    words = rarest_words(
        "Why the Larkspur vaults and Bitcoin are of Tarnby's hydro plants, miners!"
    )
    assert len(words) == MOST_WORDS
    assert set(words) <= {"larkspur", "vaults", "bitcoin", "tarnby", "hydro", "plants", "miners"}
    assert "bitcoin" not in words
    assert list(words.values()) == sorted(words.values(), reverse=True)


@given(st.text())
def test_any_title_has_few_words(title: str) -> None:
    words = rarest_words(title)
    assert len(words) <= MOST_WORDS
    assert all(word == word.lower() and " " not in word for word in words)


def test_only_articles_that_are_alike_are_near_the_most_alike_first() -> None:
    others = [(1, {"a": 0.3}), (2, {"a": 1.0}), (3, {"a": LEAST - 0.01}), (4, {"b": 1.0})]
    assert nearest({"a": 1.0}, others) == [2, 1]
