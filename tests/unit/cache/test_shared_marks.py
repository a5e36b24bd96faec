"""Twins, the same article in two languages, share their marks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Identity
from reader.cache.ids import Ids
from reader.cache.marks.journal import Step
from reader.cache.marks.kinds import Mark
from reader.cache.store import Store
from reader.query.language import Query, parse
from tests.builders import NOW, article, put
from tests.engines import Opens
from tests.examples import examples

PAIRS = 4


@pytest.fixture
def store(opened: Opens, tmp_path: Path) -> Iterator[Any]:
    with opened(tmp_path) as made:
        yield made


def ids_of(store: Store, query: str) -> Ids:
    return store.questions.find(parse(query), NOW)


def marked(store: Store, mark: Mark) -> set[tuple[str, str]]:
    """External id and language of the articles that have the mark."""
    rows = store.texts.rows(ids_of(store, f"is:{mark}")[:])
    return {(row.identity.external, row.identity.lang) for row in rows}


@pytest.mark.parametrize("mark", list(Mark))
def test_a_mark_in_one_language_is_one_in_the_other(store: Store, mark: Mark) -> None:
    put(store, [article(1), article(1, lang="uk"), article(2), article(2, lang="uk")])
    assert store.marking.mark(ids_of(store, "title:1 lang:en"), mark, True, "one") == 1
    assert marked(store, mark) == {("1", "en"), ("1", "uk")}
    assert store.marking.mark(ids_of(store, "title:1 lang:uk"), mark, False, "none") == 1
    assert marked(store, mark) == set()
    assert store.marking.undo() is not None
    assert marked(store, mark) == {("1", "en"), ("1", "uk")}
    assert store.marking.undo() is not None
    assert marked(store, mark) == set()


def test_only_the_same_source_and_external_id_make_a_twin(store: Store) -> None:
    others = [
        article(1, lang="uk", source="nonce_weekly_"),
        article(2, lang="uk"),
        article(1, lang="uk", feed="0123456789abcdef0123"),
    ]
    put(store, [article(1), *others])
    store.marking.mark(ids_of(store, "title:1 lang:en"), Mark.READ, True, "one")
    assert len(ids_of(store, "is:read")) == 1


def test_the_marks_of_three_languages_are_one(store: Store) -> None:
    put(store, [article(1, lang=lang) for lang in ("en", "uk", "de")])
    assert store.marking.mark(ids_of(store, "lang:de"), Mark.READ, True, "one") == 1
    assert len(ids_of(store, "is:read")) == 3


def test_articles_that_are_marked_together_are_counted_as_listed(store: Store) -> None:
    put(store, [article(1), article(1, lang="uk"), article(2)])
    assert store.marking.mark(ids_of(store, ""), Mark.READ, True, "all") == 3
    assert store.marking.undo() is not None
    assert store.marking.mark(ids_of(store, "lang:en"), Mark.READ, True, "English") == 2
    assert store.marking.mark(ids_of(store, "lang:uk"), Mark.READ, True, "Ukrainian") == 0


def test_a_translation_that_comes_later_has_the_marks(store: Store) -> None:
    put(store, [article(1), article(2)])
    store.marking.mark(ids_of(store, "title:1"), Mark.READ, True, "read")
    store.marking.mark(ids_of(store, "title:1"), Mark.FAVOURITE, True, "favourite")
    put(store, [article(1, lang="uk"), article(2, lang="uk")])
    assert marked(store, Mark.READ) == marked(store, Mark.FAVOURITE) == {("1", "en"), ("1", "uk")}
    assert store.marking.undo() is not None
    assert marked(store, Mark.FAVOURITE) == set()
    assert store.marking.undo() is not None
    assert marked(store, Mark.READ) == set()


def test_a_translation_does_not_begin_where_the_other_text_was_left(store: Store) -> None:
    put(store, [article(1)])
    store.marking.mark(ids_of(store, "title:1"), Mark.READ, True, "read")
    store.marking.save_position(Identity("block_ledger", "1", "en"), 12_345)
    put(store, [article(1, lang="uk")])
    assert store.marking.position(Identity("block_ledger", "1", "uk")) == 0
    assert store.marking.position(Identity("block_ledger", "1", "en")) == 12_345


def test_pairs_that_differ_agree_from_the_next_mark_on(store: Store) -> None:
    put(store, [article(1), article(1, lang="uk")])
    # As an earlier version marked one alone.
    step = Step("read", Mark.READ, True, [Identity("block_ledger", "1", "en")])
    store.session.marks().do(step)
    store.marking.show_stale()
    assert marked(store, Mark.READ) == {("1", "en")}
    assert store.marking.mark(ids_of(store, "lang:en"), Mark.READ, True, "again") == 1
    assert marked(store, Mark.READ) == {("1", "en"), ("1", "uk")}
    assert store.marking.undo() is not None
    assert marked(store, Mark.READ) == {("1", "en")}


steps = st.lists(
    st.tuples(
        st.sampled_from(list(Mark)),
        st.none() | st.booleans(),
        st.sets(st.tuples(st.integers(1, PAIRS), st.sampled_from(["en", "uk"])), max_size=4),
    ),
    max_size=8,
)


@examples(30)
@given(steps, st.sets(st.integers(1, PAIRS)))
def test_twins_are_equal_after_any_marks_and_undo_gives_back_each_state(
    opened: Opens, steps: Sequence[tuple[Mark, bool | None, set[tuple[int, str]]]], late: set[int]
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        languages = {n: ["en"] if n in late else ["en", "uk"] for n in range(1, PAIRS + 1)}
        put(store, [article(n, lang=lang) for n in languages for lang in languages[n]])
        states = [state(store)]
        for mark, value, chosen in steps:
            names = [Identity("block_ledger", str(n), lang) for n, lang in chosen]
            found = [store.texts.with_identity(name) for name in names]
            ids = Ids([id for id in found if id is not None])
            if store.marking.set_marks(ids, mark, value, lambda *_: "a step").changed:
                states.append(state(store))
        put(store, [article(n, lang="uk") for n in late])
        for before in reversed(states[:-1]):
            assert store.marking.undo() is not None
            assert state(store) == before
        assert store.marking.undo() is None
        for after in states[1:]:
            assert store.marking.redo() is not None
            assert state(store) == after


def state(store: Store) -> dict[str, tuple[bool, bool]]:
    """Marks by external id, after a check that all languages have the same."""
    found: dict[str, tuple[bool, bool]] = {}
    for row in store.texts.rows(store.questions.find(Query(), NOW)[:]):
        has = row.read, row.favourite
        assert found.setdefault(row.identity.external, has) == has
    return found
