"""The same place in another language: by blocks if there are as many, else in proportion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.ui.prose.text import Prose
from reader.ui.reading.header import HEADER_PLACES
from reader.ui.reading.twin_places import MOST_COMPARED, twin_place

ENGLISH = "# Overview\n\nFees fell.\n\n- one\n- two\n\nThe end of it."
UKRAINIAN = "# Загальний огляд\n\nКомісії знизилися втретє.\n\n- перша\n- друга\n\nКінець."


@pytest.mark.parametrize("words", ["# Overview", "Fees", "The end"])
def test_the_place_of_a_block_is_that_of_the_same_block(words: str) -> None:
    same = {"# Overview": "# Загальний", "Fees": "Комісії", "The end": "Кінець"}[words]
    place = HEADER_PLACES + ENGLISH.index(words) + 1
    assert twin_place(place, ENGLISH, UKRAINIAN) == HEADER_PLACES + UKRAINIAN.index(same)


def test_a_place_in_the_header_stays() -> None:
    assert twin_place(0, ENGLISH, UKRAINIAN) == 0
    assert twin_place(2_001, ENGLISH, "") == 2_001


def test_other_blocks_make_the_place_proportional() -> None:
    assert twin_place(HEADER_PLACES + 50, "x" * 100, "y\n\n" * 100) == HEADER_PLACES + 150


def test_blocks_of_an_extremely_long_text_are_not_counted() -> None:
    long = "a\n\n" * MOST_COMPARED
    half = HEADER_PLACES + len(long) // 2
    assert twin_place(half, long, "b\n\nc\n\n") == HEADER_PLACES + 3


texts = st.text("ab #-`|>\n1.", max_size=80)


@given(texts, texts, st.integers(0, HEADER_PLACES + 100))
def test_the_place_is_always_in_the_other_text(one: str, other: str, place: int) -> None:
    found = twin_place(place, one, other)
    assert 0 <= found <= HEADER_PLACES + len(Prose(other).blocks(0)) + len(other)
    if place < HEADER_PLACES:
        assert found == place


@given(texts, st.integers(0, 100))
def test_there_and_back_is_the_beginning_of_the_block(text: str, place: int) -> None:
    there = twin_place(HEADER_PLACES + place, text, text)
    assert twin_place(there, text, text) == there
