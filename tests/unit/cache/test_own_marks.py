"""Reading later, and the user's own tags: kept by identity, undoable, restored after damage."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.files.marks_migrations import MARKS_MIGRATIONS
from reader.cache.files.migrations import MARKS
from reader.cache.ids import Ids
from reader.cache.marks.kinds import LONGEST, AnyMark, Mark, mark_of, own_tag
from reader.cache.repair import marks_repair
from reader.cache.store import Store
from reader.query.language import Field, Query, Term, parse
from tests.builders import NOW, article, put
from tests.engines import Opens, chooses_engine
from tests.examples import examples

TRADING, TO_DO = own_tag("Trading"), own_tag("to do")


@pytest.fixture
def any_store(opened: Opens, tmp_path: Path) -> Iterator[Any]:
    with opened(tmp_path) as made:
        yield made


def ids_of(store: Store, query: str = "") -> Ids:
    return store.questions.find(parse(query), NOW)


def titles(store: Store, query: str) -> list[str]:
    return [row.title for row in store.texts.rows(ids_of(store, query)[:])]


def mark(store: Store, query: str, what: AnyMark, value: bool = True) -> int:
    return store.marking.mark(ids_of(store, query), what, value, f"{query} {what}")


def test_an_article_to_read_later_is_no_favourite_and_stays_unread(any_store: Store) -> None:
    put(any_store, [article(1), article(2)])
    assert mark(any_store, "title:1", Mark.LATER) == 1
    assert titles(any_store, "is:later") == ["Story 1"]
    assert titles(any_store, "-is:later") == ["Story 2"]
    assert titles(any_store, "is:favourite") == titles(any_store, "is:read") == []
    (row,) = any_store.texts.rows(ids_of(any_store, "is:later")[:])
    assert (row.later, row.favourite, row.read) == (True, False, False)


def test_several_own_tags_are_required_and_excluded_one_by_one(any_store: Store) -> None:
    put(any_store, [article(1), article(2), article(3)])
    mark(any_store, "title:1", TRADING)
    mark(any_store, "title:2", TRADING)
    mark(any_store, "title:2", TO_DO)
    assert titles(any_store, "mytag:TRADING") == ["Story 1", "Story 2"]
    assert titles(any_store, 'mytag:trading mytag:"to do"') == ["Story 2"]
    assert titles(any_store, 'mytag:trading -mytag:"to do"') == ["Story 1"]
    assert any_store.questions.names(Field.MYTAG) == {"trading": 2, "to do": 1}
    (row, _), *_ = any_store.texts.articles(ids_of(any_store, "title:2"))
    assert row.own_tags == ("to do", "trading")


def test_names_of_own_tags_follow_each_change_of_marks(any_store: Store) -> None:
    put(any_store, [article(1), article(2)])
    assert any_store.questions.names(Field.MYTAG) == {}
    mark(any_store, "title:1", TRADING)
    assert any_store.questions.names(Field.MYTAG) == {"trading": 1}
    assert any_store.marking.own_tags(ids_of(any_store, "title:1")[0]) == ("trading",)
    any_store.marking.undo()
    assert any_store.questions.names(Field.MYTAG) == {}
    assert titles(any_store, "mytag:trading") == []


@pytest.mark.parametrize("what", [Mark.LATER, TRADING])
def test_twins_share_what_the_user_sets(any_store: Store, what: AnyMark) -> None:
    put(any_store, [article(1), article(1, lang="uk"), article(2)])
    assert mark(any_store, "title:1 lang:uk", what) == 1
    query = "is:later" if what is Mark.LATER else "mytag:trading"
    assert {row.lang for row in any_store.texts.rows(ids_of(any_store, query)[:])} == {"en", "uk"}
    put(any_store, [article(1, lang="de")])
    assert len(ids_of(any_store, query)) == 3


def everything(store: Store) -> dict[int, list[AnyMark]]:
    """Marks of each article, as the file has them and as the facets show them."""
    marks = store.session.marks()
    shown: dict[int, list[AnyMark]] = {}
    for id in ids_of(store):
        identity = store.texts.identity(id)
        assert identity is not None
        shown[id] = marks.of(identity)
    for what in (*Mark, TRADING, TO_DO):
        query = f"is:{what}" if isinstance(what, Mark) else str(Term(Field.MYTAG, what.name))
        assert set(ids_of(store, query)) == {id for id, has in shown.items() if what in has}
    return shown


@examples(20)
@given(
    st.lists(
        st.tuples(
            st.sets(st.integers(1, 4), min_size=1),
            st.sampled_from([*Mark, TRADING, TO_DO]),
            st.sampled_from([True, False, None]),
        ),
        max_size=6,
    )
)
def test_any_sequence_of_marks_undone_gives_the_state_before(
    opened: Opens, steps: list[tuple[set[int], AnyMark, bool | None]]
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        put(store, [*map(article, range(1, 5)), article(1, lang="uk")])
        states = [everything(store)]
        for numbers, what, value in steps:
            among = [id for n in numbers for id in ids_of(store, f"title:{n} lang:en")]
            changed = store.marking.set_marks(Ids(among), what, value, lambda *_: "step").changed
            if changed:
                states.append(everything(store))
        for before in reversed(states[:-1]):
            assert store.marking.undo() is not None
            assert everything(store) == before
        assert store.marking.undo() is None
        for after in states[1:]:
            assert store.marking.redo() is not None
            assert everything(store) == after


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Trading", "trading"),
        ("  #to   do ", "to do"),
        ("# #a", "a"),
        ("\x1b[31mred\x07", "[31mred"),
        ("a‮b", "ab"),
        ('say "x"', 'say "x"'),
        ("ЧИТАТИ", "читати"),
        ("x" * LONGEST, "x" * LONGEST),
    ],
)
def test_an_own_tag_is_cleaned_and_found_by_the_query_that_names_it(typed: str, name: str) -> None:
    tag = own_tag(typed)
    assert tag.name == name
    assert mark_of(str(tag)) == tag
    assert parse(str(Term(Field.MYTAG, name))).included(Field.MYTAG) == (name,)


@pytest.mark.parametrize("typed", ["", "  ", "#", "\x00", "x" * (LONGEST + 1), "y" * 10**6])
def test_a_name_that_is_empty_or_too_long_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"needs a name|at most 40"):
        own_tag(typed)


@given(st.text())
@examples(100)
def test_any_typed_tag_is_refused_or_stays_as_it_is(typed: str) -> None:
    try:
        tag = own_tag(typed)
    except ValueError:
        return
    assert own_tag(tag.name) == tag
    assert parse(str(Term(Field.MYTAG, tag.name))).included(Field.MYTAG) == (tag.name,)


@chooses_engine("cache.db is removed")
def test_own_marks_survive_a_rebuilt_cache(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(1), article(2)])
        mark(store, "title:1", Mark.LATER)
        mark(store, "title:1", TRADING)
    for file in tmp_path.glob("cache.db*"):
        file.unlink()
    with Store(tmp_path) as store:
        put(store, [article(2), article(1)])
        assert titles(store, "is:later mytag:trading") == ["Story 1"]


@chooses_engine("they come back from cache.db")
def test_marks_that_are_lost_come_back_from_the_cache(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(1), article(2)])
        mark(store, "title:1", Mark.LATER)
        mark(store, "title:2", TRADING)
    for file in tmp_path.glob("marks*"):
        file.unlink()
    with Store(tmp_path) as store:
        assert titles(store, "is:later") == ["Story 1"]
        assert titles(store, "mytag:trading") == ["Story 2"]
        identity = article(2).identity
        assert store.session.marks().of(identity) == [TRADING]
    assert marks_repair.check(tmp_path) == []


@chooses_engine("cache.db is removed")
def test_a_damaged_file_gives_back_own_marks_without_a_cache(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(1), article(2)])
        mark(store, "title:1", Mark.LATER)
        mark(store, "title:2", TRADING)
    for file in (*tmp_path.glob("cache.db*"), *tmp_path.glob("marks-*")):
        file.unlink()
    with (tmp_path / "marks.db").open("r+b") as marks:
        marks.seek(20)
        marks.write(b"\xff\xff")
    with Store(tmp_path) as store:
        put(store, [article(1), article(2)])
        assert titles(store, "is:later") == ["Story 1"]
        assert titles(store, "mytag:trading") == ["Story 2"]


def test_marks_of_the_version_before_are_kept_and_can_be_undone(
    opened: Opens, tmp_path: Path
) -> None:
    one = article(1).identity
    with closing(sqlite3.connect(tmp_path / "marks.db", isolation_level=None)) as db:
        for statements in MARKS_MIGRATIONS[:2]:
            db.executescript(statements)
        db.execute("PRAGMA user_version = 2")
        db.execute(f"PRAGMA application_id = {MARKS.application_id}")
        values = (one.external, one.lang, one.source)
        db.execute("INSERT INTO marks VALUES (?, ?, ?, 1, 0, 7)", values)
        db.execute("INSERT INTO steps VALUES (1, 'read', 'read', 1, 0)")
        db.execute("INSERT INTO step_articles VALUES (1, ?, ?, ?)", values)
        db.execute("UPDATE meta SET value = 1")
    with opened(tmp_path) as store:
        put(store, [article(1)])
        assert titles(store, "is:read -is:later") == ["Story 1"]
        mark(store, "", Mark.LATER)
        assert titles(store, "is:read is:later") == ["Story 1"]
        for _ in range(2):
            assert store.marking.undo() is not None
        assert store.questions.find(Query(), NOW) == ids_of(store, "is:unread -is:later")
