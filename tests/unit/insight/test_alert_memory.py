"""When enough sources tell a story, and what a rule remembers, as pure functions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Identity
from reader.insight.alerts import (
    MOST_KEPT,
    MOST_RULES_KEPT,
    Memory,
    key,
    reached,
    read,
    write,
)

HORIZON = 21_600


@pytest.mark.parametrize(
    ("reports", "sources", "within", "is_reached"),
    [
        ([(0, "a")], 0, 6, True),
        ([(0, "a"), (1, "b")], 3, 6, False),
        ([(0, "a"), (1, "b"), (6, "c")], 3, 6, True),
        ([(0, "a"), (1, "b"), (7, "c")], 3, 6, False),
        ([(7, "c"), (0, "a"), (5, "b")], 2, 5, True),
        ([(0, "a"), (1, "a"), (2, "a")], 2, 6, False),
        ([(0, "a"), (4, "b"), (5, "a"), (9, "b"), (9, "c")], 3, 6, False),
        ([], 2, 6, False),
    ],
)
def test_a_story_is_reached_when_its_nth_source_comes_in_time(
    reports: list[tuple[int, str]], sources: int, within: int, is_reached: bool
) -> None:
    assert reached(reports, sources, within) is is_reached


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from("abcd"))), st.integers(2, 4))
def test_the_order_of_the_articles_does_not_matter(
    reports: list[tuple[int, str]], sources: int
) -> None:
    assert reached(reports, sources, 6) is reached(reversed(reports), sources, 6)


def test_a_memory_survives_being_written() -> None:
    memory = Memory().with_told(
        7, 50_000, {key(Identity("ledger", "1", "en")): 49_000}, "etf", horizon=HORIZON
    )
    assert read(write({"loud": memory}, ["loud"])) == {"loud": memory}


@given(st.text() | st.sampled_from(['{"a": 1}', "[]", '{"a": {"run": "x"}}', "{"]))
def test_an_unreadable_memory_is_empty(text: str) -> None:
    assert read(text) == {} or text.strip().startswith("{")


def test_articles_that_cannot_come_again_are_forgotten() -> None:
    old = Memory().with_told(1, 1000, {"a": 1000}, "", horizon=HORIZON)
    later = old.with_told(2, 1000 + 2 * HORIZON, {"b": 1000 + HORIZON}, "", horizon=HORIZON)
    assert set(later.told) == {"a", "b"}
    assert set(later.with_told(3, 1001 + 2 * HORIZON, {}, "", horizon=HORIZON).told) == {"b"}


def test_a_memory_is_bounded() -> None:
    many = {str(n): n for n in range(MOST_KEPT + 5)}
    kept = Memory().with_told(1, 0, many, "", horizon=HORIZON).told
    assert len(kept) == MOST_KEPT
    assert "4" not in kept
    rules = {str(n): Memory(run=n) for n in range(MOST_RULES_KEPT + 5)}
    assert set(rules) - set(read(write(rules, ["0"]))) == {"1", "2", "3", "4", "5"}
