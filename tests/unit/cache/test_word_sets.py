"""Stored sets of slow words: what they answer is what FTS5 answers, whatever has changed since."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from reader.cache.engines.sqlite import changed, word_sets, word_upkeep
from reader.cache.engines.sqlite.fulltext import mend_index
from reader.cache.engines.sqlite.word_upkeep import PLAIN, due, keep_sets
from reader.cache.files.connections import snapshot, transaction
from reader.cache.files.migrations import FULLTEXT_OPTIONS
from reader.cache.fts5 import has_only_8_digits, matches, phrases
from reader.cache.repair.rebuilding import mend
from reader.cache.store import Store
from reader.cache.values.cancel import Cancel
from reader.query.language import Field, Term, parse
from tests.builders import NOW, article, put
from tests.engines import chooses_engine
from tests.examples import examples

pytestmark = chooses_engine("stored sets of slow words are of SQLite")

TEXTS = (
    "fees fall",
    "Fees rise, miners rest",
    "feeding the miners",
    "Їжак і жар",
    "以太坊质押",
    "f",
)


@pytest.fixture(autouse=True)
def _few_articles_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_upkeep, "LEAST_ARTICLES", 1)
    monkeypatch.setattr(word_upkeep, "CARRIED_FROM", 1)
    monkeypatch.setattr(word_upkeep, "CARRIED_AT_ONCE", 2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as made:
        put(made, [article(n, title=f"T{n}", body=body) for n, body in enumerate(TEXTS, 1)])
        yield made


def db_of(store: Store) -> sqlite3.Connection:
    return store.engine.pool.of_thread()


def keep(store: Store) -> None:
    """Store a set for every word and every prefix."""
    keep_sets(db_of(store), slow_s=0)


def kept(store: Store) -> dict[str, BitMap | None]:
    db = db_of(store)
    with snapshot(db):
        every = [phrase for (phrase,) in db.execute("SELECT phrase FROM word_sets")]
        return {phrase: word_sets.stored(db, phrase) for phrase in every}


def by_fts5(store: Store, phrase: str) -> BitMap:
    return matches(db_of(store), phrase)


def assert_right(store: Store) -> None:
    for phrase, bits in kept(store).items():
        assert bits == by_fts5(store, phrase), phrase


def numbers(store: Store, query: str) -> set[int]:
    ids = store.questions.find(parse(query), NOW)
    return {int(row.title.split()[0][1:]) for row in store.texts.rows(list(ids))}


def test_every_word_and_prefix_of_the_index_has_the_set_that_fts5_finds(store: Store) -> None:
    keep(store)
    sets = kept(store)
    assert {'"fees"', '"f" *', '"fe" *', '"feed" *', '"їжак"', '"ї" *', '"质" *', '"f"'} <= set(
        sets
    )
    assert_right(store)
    assert due(db_of(store)) == []


def test_searches_are_answered_from_the_sets(store: Store) -> None:
    keep(store)
    with transaction(db := db_of(store)):  # FTS5 would find nothing now
        db.execute("INSERT INTO fulltext (fulltext) VALUES ('delete-all')")
    assert numbers(store, "fe*") == {1, 2, 3}
    assert numbers(store, "miners -fees") == {3}
    assert numbers(store, "f*") == {1, 2, 3, 6}
    assert numbers(store, "title:t*") == set()


def test_what_was_added_replaced_and_moved_since_is_found_too(store: Store) -> None:
    keep(store)
    put(store, [article(7, title="T7", body="fees again")])
    put(store, [article(1, title="T1", body="nothing of it")])
    close = article(2, external_id="8", title="T8", body="fees close by")
    put(store, [close])  # takes the place of another, which moves
    assert numbers(store, "fees") == {2, 7, 8}
    assert all(bits is not None for bits in kept(store).values())
    assert_right(store)
    keep(store)
    (texts,) = {texts for (texts,) in db_of(store).execute("SELECT texts FROM word_sets")}
    assert texts == changed.texts_of(db_of(store))
    assert_right(store)


def test_a_rebuilt_index_makes_all_sets_void_and_they_are_made_again(store: Store) -> None:
    keep(store)
    with transaction(db := db_of(store)):
        mend_index(db)
    assert set(kept(store).values()) == {None}
    assert numbers(store, "fees") == {1, 2}
    keep(store)
    assert None not in kept(store).values()
    assert_right(store)


def test_sets_of_which_too_much_has_changed_are_not_used(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store)
    put(store, [article(n, title=f"T{n}", body="fees") for n in range(20, 25)])
    monkeypatch.setattr(word_sets, "MOST_CHANGED", 4)
    assert kept(store)['"fees"'] is None
    assert len(numbers(store, "fees")) == 7
    monkeypatch.setattr(word_upkeep, "MOST_CARRIED", 4)
    keep(store)
    assert_right(store)
    assert kept(store)['"fees"'] is not None


def test_changes_of_long_ago_are_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed, "VERSIONS", 3)
    keep(store)
    for n in range(10, 15):
        put(store, [article(n, title=f"T{n}", body="fees")])
    assert kept(store)['"fees"'] is None
    (count,) = db_of(store).execute("SELECT count(*) FROM texts_changed").fetchone()
    assert count == 3


def test_a_damaged_article_among_the_changed_ones_leaves_the_answer_to_fts5(store: Store) -> None:
    keep(store)
    put(store, [article(7, title="T7", body="fees again")])
    db_of(store).execute("UPDATE documents SET body = 'fee' WHERE body = 'fees again'")
    assert set(kept(store).values()) == {None}
    assert len(store.questions.find(parse("fees"), NOW)) == 3
    keep(store)  # cannot be carried either, and stays as it is
    assert len(store.questions.find(parse("fees"), NOW)) == 3


DAMAGE = {
    "a set of another version": "UPDATE word_sets SET texts = texts - 1",
    "a set of another size": "UPDATE word_sets SET size = size + 1",
    "a set of another phrase": "UPDATE word_sets SET phrase = phrase || 'x'",
    "a missing chunk": "DELETE FROM word_chunks",
    "a changed chunk": "UPDATE word_chunks SET ids = zeroblob(length(ids))",
    "a chunk of another set": "UPDATE word_chunks SET id = -id",
    "a text for a bitmap": "UPDATE word_chunks SET ids = 'ids'",
    "a missing table": "DROP TABLE word_chunks",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_set_is_not_used_and_the_repair_removes_it(store: Store, damage: str) -> None:
    keep(store)
    db = db_of(store)
    db.execute(DAMAGE[damage])
    assert numbers(store, "fees") == {1, 2}
    assert numbers(store, "f*") == {1, 2, 3, 6}
    if "DROP" in DAMAGE[damage]:
        return  # the check of the whole file finds that
    assert word_sets.are_damaged(db)
    with transaction(db):
        assert mend(db) == ["damaged sets of words were removed; they are made again in idle time"]
    assert not word_sets.are_damaged(db)
    keep(store)
    assert_right(store)
    assert len(kept(store)) > 20


def test_damaged_changes_make_the_sets_void(store: Store) -> None:
    keep(store)
    put(store, [article(7, title="T7", body="fees again")])
    db_of(store).execute("UPDATE texts_changed SET ids = x'00'")
    assert set(kept(store).values()) == {None}
    assert numbers(store, "fees") == {1, 2, 7}


def test_making_sets_stops_and_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    make, made = word_upkeep._make, iter(range(2))

    def make_two(*given: Any) -> None:
        if next(made, None) is None:
            raise KeyboardInterrupt
        make(*given)

    with monkeypatch.context() as patch:
        patch.setattr(word_upkeep, "_make", make_two)
        with pytest.raises(KeyboardInterrupt):
            keep(store)
    left = due(db_of(store))
    assert left
    assert_right(store)
    keep(store)
    assert due(db_of(store)) == []
    assert len(left) + 2 == len({phrase[1] for phrase in kept(store)})


def test_words_that_have_become_slow_get_a_set_when_the_archive_has_grown(store: Store) -> None:
    keep_sets(db_of(store), slow_s=1e9)
    assert kept(store) == {}
    assert due(db_of(store)) == []
    put(store, [article(n, title=f"T{n}", body="fees") for n in range(20, 40)])
    keep(store)
    assert kept(store)['"fees"'] == by_fts5(store, '"fees"')


def test_few_articles_need_no_sets(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_upkeep, "LEAST_ARTICLES", 1000)
    assert not store.upkeep.lacks_words()
    keep(store)
    assert kept(store) == {}


def test_the_upkeep_tells_what_is_missing_and_makes_it(store: Store) -> None:
    assert store.upkeep.lacks_words()
    store.upkeep.keep_words()
    assert not store.upkeep.lacks_words()


def test_plain_characters_are_read_in_a_query_as_they_are_in_the_index() -> None:
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 ({FULLTEXT_OPTIONS})")
    for place, char in enumerate(sorted(PLAIN)):
        db.execute("INSERT INTO fulltext (rowid, body) VALUES (?, ?)", (place, char))
    db.execute("CREATE VIRTUAL TABLE words USING fts5vocab (fulltext, row)")
    assert {word for (word,) in db.execute("SELECT term FROM words")} == PLAIN
    db.close()


@pytest.mark.parametrize(
    "ids",
    [
        [10_000_000, 10_000_001, 12_345_678, 99_999_999],
        list(range(27_000_000, 27_100_000, 3)),
        [],
    ],
)
def test_decimal_digits_are_read_as_the_ids_that_they_are(ids: list[int]) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY)")
    db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 ({FULLTEXT_OPTIONS})")
    db.executemany("INSERT INTO articles VALUES (?)", [(id,) for id in ids])
    db.executemany("INSERT INTO fulltext (rowid, body) VALUES (?, 'a')", [(id,) for id in ids])
    assert has_only_8_digits(db) == bool(ids)
    for are_of_8_digits in (False, True):
        assert matches(db, '"a"', are_of_8_digits=are_of_8_digits) == BitMap(ids)
    db.executemany("INSERT INTO articles VALUES (?)", [(1,), (9_999_999,)])
    assert not has_only_8_digits(db)
    db.close()


def test_an_interrupted_write_leaves_sets_that_are_right(store: Store) -> None:
    keep(store)
    put(store, [article(7, title="T7", body="fees again")])
    db = db_of(store)
    steps = 0

    def stop() -> int:
        nonlocal steps
        steps += 1
        return int(steps == 40)

    db.set_progress_handler(stop, 50)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        keep_sets(db, slow_s=0)
    db.set_progress_handler(None, 0)
    assert_right(store)
    keep(store)
    assert_right(store)


WORDS = st.sampled_from(
    [
        "fee",
        "fees",
        "f",
        "Fée",
        "їжа",
        "їж",
        "пять",
        "п'ять",
        "don't",
        "dont",
        "ринок",
        "质押",
        "ё",
        "1",
        "12",
    ]
)
BODIES = st.lists(WORDS, max_size=4).map(" ".join)
STEPS = st.lists(
    st.one_of(
        st.just("keep"),
        st.lists(st.tuples(st.integers(1, 6), BODIES), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=6,
)
QUERIES = [
    Term(field, value, prefix=prefix)
    for value in (
        "f",
        "fe",
        "fee",
        "fees",
        "ї",
        "їж",
        "пят",
        "пять",
        "dont",
        "don't",
        "质",
        "ри",
        "1",
    )
    for prefix in (False, True)
    for field in (None, Field.TITLE)
]


@examples(100)
@given(steps=STEPS)
def test_answers_are_those_of_fts5_whatever_is_stored_in_whatever_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str | list[tuple[int, str]]]
) -> None:
    with Store(tmp_path_factory.mktemp("data")) as store:
        for step in steps:
            if isinstance(step, str):
                keep(store)
            else:
                put(
                    store,
                    [
                        article(n % 3, external_id=str(n), title=body[:5], body=body)
                        for n, body in step
                    ],
                )
            assert_right(store)
            view = store.engine.present()
            for term in QUERIES:
                expected = BitMap.union(BitMap(), *(by_fts5(store, each) for each in phrases(term)))
                assert view.match(term, Cancel()) == expected
