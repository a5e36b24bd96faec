"""Where the words of a search stand in a laid-out text."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.schema import FULLTEXT_OPTIONS
from reader.cache.words import match_phrase
from reader.query import Term, parse
from reader.ui.matches import folded, matches, pattern_of


def found(query: str, *lines: str) -> list[str]:
    pattern = pattern_of(parse(query).words)
    assert pattern is not None
    return [lines[line][start:end] for line, start, end, _ in matches(lines, pattern)]


def test_whole_words_without_case_and_diacritics() -> None:
    assert found("eter", "Éter, eternal ETER-pair aeter") == ["Éter", "ETER"]


def test_the_beginning_of_a_word() -> None:
    assert found("bit*", "Bitcoin, a bit of bitter orbit") == ["Bitcoin", "bit", "bitter"]


def test_a_phrase_goes_on_in_the_next_line() -> None:
    pattern = pattern_of(parse('"spot etf"').words)
    assert pattern is not None
    lines = ["a spot", "ETF, and a spot — ETF"]
    assert [(each.line, each.start, each.end, each.number) for each in matches(lines, pattern)] == [
        (0, 2, 6, 0),
        (1, 0, 3, 0),
        (1, 11, 21, 1),
    ]


def test_several_words_and_none_that_is_ruled_out() -> None:
    assert found("fees -miners rest", "Miners rest while fees fall") == ["rest", "fees"]
    assert pattern_of(parse("-miners tag:xrp").words) is None


def test_ukrainian() -> None:
    assert found("їжак", "Їжак і їжаки") == ["Їжак"]


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(folded(text)) == len(text)


@pytest.mark.parametrize("value", ["fee", "éter", "spot etf", "b2b", "o'neil"])
@pytest.mark.parametrize("prefix", [False, True])
@pytest.mark.parametrize(
    "text", ["Fees and fee.", "ETER éter", "the spot-ETF, a spot etfs", "B2B b2bc", "O’Neil's"]
)
def test_a_text_is_marked_if_and_only_if_the_index_finds_it(
    value: str, prefix: bool, text: str
) -> None:
    term = Term(None, value, prefix=prefix)
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 ({FULLTEXT_OPTIONS})")
    db.execute("INSERT INTO fulltext (body) VALUES (?)", (text,))
    query = "SELECT count(*) FROM fulltext WHERE fulltext MATCH ?"
    (hits,) = db.execute(query, (match_phrase(term),)).fetchone()
    pattern = pattern_of([term])
    assert pattern is not None
    assert bool(matches([text], pattern)) == bool(hits)
