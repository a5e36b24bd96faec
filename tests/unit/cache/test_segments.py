"""The words of many articles, indexed in a thread and copied into the full-text index."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Article
from reader.cache.answers import Outcome
from reader.cache.engines.sqlite import segment, transaction
from reader.cache.engines.sqlite.segment_list import SegmentList, numbers, varints
from reader.cache.store import Store
from reader.cache.values.incoming import Incoming
from reader.query.language import Query, parse
from tests.builders import NOW, article
from tests.engines import chooses_engine

pytestmark = chooses_engine("segments of FTS5")

Word = tuple[str, int, str, int]
"""A word, the id of an article, a column and a place in it."""


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "WORTH_A_THREAD", 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as made:
        yield made


def put(store: Store, articles: Sequence[Article], *, beside: bool = True) -> list[Outcome]:
    """Store the articles in a transaction of an import of its own."""
    with store.intake.writing(store.intake.begin_run(), beside=beside) as writer:
        incoming = [Incoming.of(each) for each in articles]
        writer.look_up(incoming)
        return [writer.put(each) for each in incoming]


def words(store: Store) -> list[Word]:
    """Every word of the full-text index, which is sound."""
    with closing(sqlite3.connect(store.path)) as db:
        db.execute("INSERT INTO fulltext (fulltext, rank) VALUES ('integrity-check', 0)")
        db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, fulltext, instance)")
        return db.execute("SELECT * FROM words ORDER BY term, doc, col, offset").fetchall()


def totals(store: Store) -> list[int]:
    """Articles, and words in each column."""
    with closing(sqlite3.connect(store.path)) as db:
        (row,) = db.execute("SELECT block FROM fulltext_data WHERE id = 1").fetchone()
        return list(numbers(row))


def segments(store: Store) -> int:
    with closing(sqlite3.connect(store.path)) as db:
        (count,) = db.execute("SELECT count(DISTINCT segid) FROM fulltext_idx").fetchone()
        return int(count)


def option(store: Store, name: str) -> int:
    """An option of the full-text index."""
    with closing(sqlite3.connect(store.path)) as db:
        (value,) = db.execute("SELECT v FROM fulltext_config WHERE k = ?", (name,)).fetchone()
        return int(value)


def found(store: Store, query: str) -> list[int]:
    return [int(id) for id in store.questions.find(parse(query), NOW)]


ODD = "Кит, ёж, 🐋, café, Łódź, naïve, ǅ, Ǻ"

STEPS: list[list[Article]] = [
    [article(n, body=f"A whale moved word{n}. {ODD}") for n in range(0, 40, 2)],
    [article(n, body=f"An older whale with word{n}") for n in range(1, 40, 2)],  # between those
    [article(n, body=f"A shark, not what it was: word{n}") for n in range(0, 40, 5)],
    [article(n, published=NOW, title=f"Moved {n}") for n in range(0, 40, 7)],
    [article(n, published=NOW, body="At the same moment") for n in range(100, 120)],
]
"""Transactions: new articles, some that make others move, corrections, other dates."""


def test_words_indexed_in_a_thread_are_those_indexed_at_once(store: Store, tmp_path: Path) -> None:
    with Store(tmp_path / "other") as other:
        for step in STEPS:
            assert put(store, step) == put(other, step, beside=False)
            assert words(store) == words(other)
            assert totals(store) == totals(other)
        for query in ("whale", "title:moved", "кит", "word3", '"a shark"', "wha*"):
            assert found(store, query) == found(other, query)


def test_both_ways_of_indexing_alternate_on_one_connection(store: Store, tmp_path: Path) -> None:
    with Store(tmp_path / "other") as other:
        for number, step in enumerate(STEPS):
            put(store, step, beside=number % 2 == 0)
            put(other, step, beside=False)
            assert found(store, "whale") == found(other, "whale")
        assert words(store) == words(other)


def test_the_words_of_a_transaction_are_one_segment(store: Store) -> None:
    put(store, [article(n, body=f"whale word{n}") for n in range(3 * segment.AT_ONCE)])
    assert segments(store) == 1


def test_segments_are_merged_when_there_are_many(store: Store) -> None:
    for n in range(40):
        put(store, [article(n, body=f"whale word{n}")])
    assert segments(store) < segment.MANY
    assert len(found(store, "whale")) == 40
    assert option(store, "usermerge") == 8
    store.upkeep.tidy(entirely=True)
    assert segments(store) < 8
    assert len({word for word in words(store) if word[0] == "whale"}) == 40


@pytest.mark.parametrize("trouble", ["another format", "no index in memory"])
def test_words_are_indexed_at_once_where_a_thread_cannot(
    store: Store, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trouble == "another format":
        monkeypatch.setattr(segment, "VERSION", 5)
    else:
        monkeypatch.setattr(segment, "TABLE", "title, tokenize = 'none such'")
    put(store, STEPS[0])
    assert len(found(store, "whale")) == len(STEPS[0])
    assert totals(store)[0] == len(STEPS[0])


def test_nothing_is_indexed_and_no_thread_stays_if_the_transaction_fails(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, STEPS[0])
    before, threads = words(store), threading.active_count()

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(transaction.SqliteTransaction, "insert", fail)
    with pytest.raises(KeyboardInterrupt):
        put(store, STEPS[1])
    monkeypatch.undo()
    assert threading.active_count() == threads
    assert words(store) == before
    put(store, STEPS[1])
    assert len(found(store, "whale")) == 40


def test_an_index_that_lacks_former_words_is_rebuilt_with_the_new_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, STEPS[0])
    monkeypatch.setattr(transaction.SqliteTransaction, "forget_words", lambda *_: False)
    put(store, [article(n, body="A shark") for n in range(0, 40, 2)])
    assert len(found(store, "shark")) == 20
    assert found(store, "whale") == []
    assert totals(store)[0] == 20


def test_known_articles_are_looked_up_together(store: Store) -> None:
    put(store, STEPS[0])
    again = [*STEPS[0][:3], article(500), article(0, lang="uk"), article(2, source="other")]
    same, new = Outcome.UNCHANGED, Outcome.NEW
    assert put(store, again) == [same, same, same, new, new, new]
    assert len(store.questions.find(Query(), NOW)) == len(STEPS[0]) + 3


segment_lists = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.lists(st.tuples(*[st.integers(0, 1 << 40)] * 3), max_size=5),
    ),
    max_size=4,
)


@given(st.binary(min_size=4, max_size=4), st.integers(0, 1 << 50), segment_lists)
def test_a_list_of_segments_is_written_as_it_was_read(
    cookie: bytes,
    written: int,
    levels: list[tuple[int, list[tuple[int, int, int]]]],
) -> None:
    every = [each for _, level in levels for each in level]
    values = [len(levels), len(every), written]
    for merging, level in levels:
        values += [merging, len(level), *(number for each in level for number in each)]
    row = cookie + varints(values)
    assert list(SegmentList.of(row)) == every
    assert SegmentList.of(row).row() == row
    taken = {number for number, _, _ in every}
    assert next(SegmentList.of(row).free_numbers()) not in taken
    for end in range(4, len(row)):
        with pytest.raises(ValueError, match=r"segments|number"):
            SegmentList.of(row[:end])


@given(st.binary(max_size=60))
def test_other_bytes_are_not_taken_for_a_list_of_segments(data: bytes) -> None:
    try:
        every = SegmentList.of(data)
    except ValueError:
        return
    assert len(list(every)) <= len(data)
