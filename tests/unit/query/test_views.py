"""Saved views in a query: what `@name` stands for, and that no view can do harm."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.query.language import parse
from reader.query.views import DEEPEST, LONGEST_NAME, built_in, letters, parse_with, problem
from tests.examples import examples

VIEWS = {
    "morning": "after:12h is:unread",
    "xrp": "tag:xrp -tag:market",
    "both": "@morning @xrp",
    "Odd": 'title:"spot',
    "me": "tag:a @me",
    "ping": "@pong tag:a",
    "pong": "@ping tag:b",
    "ранок": "lang:uk",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@morning", "after:12h is:unread"),
        ("@MORNING", "after:12h is:unread"),
        ("@morning tag:xrp", "after:12h is:unread tag:xrp"),
        ("halving @xrp", "halving tag:xrp -tag:market"),
        ("@both", "after:12h is:unread tag:xrp -tag:market"),
        ("@ранок", "lang:uk"),
        ("@odd etf", "title:spot etf"),  # its open quote ends with the view
        ("me@morning", "me@morning"),
        ('"@morning"', '"@morning"'),
        ("title:@morning", "title:@morning"),
        ("tag:@morning", "tag:@morning"),
    ],
)
def test_a_view_stands_for_its_query(text: str, expected: str) -> None:
    query = parse_with(text, VIEWS)
    assert query == parse(expected)
    assert query.hints == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("@evening", "no view `@evening`"),
        ("-@morning", "a view cannot be excluded"),
        ("@me", "view `@me` is within itself"),
        ("@ping", "view `@ping` is within itself"),
    ],
)
def test_a_view_that_cannot_be_used_is_a_word_with_a_note(text: str, reason: str) -> None:
    query = parse_with(text, VIEWS)
    assert [hint.reason for hint in query.hints] == [reason]
    assert any(term.value.startswith("@") for term in query.words)


def test_views_within_views_end_at_a_depth_and_are_read_once_each() -> None:
    chain = {f"v{n}": f"@v{n + 1} " * 80 for n in range(DEEPEST - 1)} | {f"v{DEEPEST - 1}": "etf"}
    assert parse_with("@v0 " * 200, chain) == parse("etf")
    long = {"long": " ".join(f"tag:t{n}" for n in range(150))}
    many = parse_with("@long " * 10_000, long)
    assert len(many.terms) == 151  # and the word
    assert [hint.reason for hint in many.hints] == ["the query would be too long"]
    deep = {f"v{n}": f"@v{n + 1}" for n in range(5_000)}
    assert "views are nested too deeply" in [hint.reason for hint in parse_with("@v0", deep).hints]


@examples(100)
@given(st.text(), st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(), max_size=3))
def test_any_text_with_any_views_is_a_query(text: str, views: dict[str, str]) -> None:
    query = parse_with(f"{text} @a @b {text}", views)
    assert parse(str(query)) == query


@pytest.mark.parametrize("name", ["", "a b", "@a", "-a", "a:b", "[x]", "x" * (LONGEST_NAME + 1)])
def test_a_name_that_could_not_be_typed_is_refused(name: str) -> None:
    assert problem(name, "is:unread")


def test_views_that_are_always_there_say_what_their_names_say() -> None:
    views = built_in(date(2026, 3, 14))
    assert parse_with("@today @unread", views) == parse("after:2026-03-14 is:unread")
    assert parse_with("@all", views) == parse("")
    for name, query in views.items():
        assert problem(name, query) is None


def test_each_view_has_a_letter_of_its_own() -> None:
    names = ["all", "unread", "today", "alts", "usd", "at", "lat"]
    assert letters(names) == {
        "all": "a",
        "unread": "u",
        "today": "t",
        "alts": "l",
        "usd": "s",
        "at": "",
        "lat": "",
    }
