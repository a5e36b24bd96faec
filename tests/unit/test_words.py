"""Words of a query: what is found, what is kept, and how a question is cut short."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache import Cancel, Ids, Store
from reader.errors import Superseded
from reader.query import Query, parse
from tests.builders import NOW, article, put

TEXTS = ("fees fall", "Fees rise, miners rest", "feeding the miners", "Éter rests", "")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as made:
        put(made, [article(n, title=f"T{n}", body=body) for n, body in enumerate(TEXTS, 1)])
        yield made


def found(store: Store, query: str) -> set[int]:
    """Numbers of the stories."""
    ids = store.find(parse(query), NOW)
    return {int(row.title[1:]) for row in store.rows(list(ids))}


def test_words_phrases_beginnings_and_what_is_ruled_out(store: Store) -> None:
    assert found(store, "fees") == {1, 2}
    assert found(store, "fee*") == {1, 2, 3}
    assert found(store, '"miners rest"') == {2}
    assert found(store, "eter") == {4}
    assert found(store, "miners -fees") == {3}
    assert found(store, "-fee*") == {4, 5}
    assert found(store, "title:t1") == {1}


def test_an_answer_is_kept_until_a_text_changes(store: Store) -> None:
    query = parse("fees miners")
    assert not store.finds_at_once(query)
    store.find(query, NOW)
    assert store.finds_at_once(query)
    put(store, [article(9, title="T9", body="fees for miners")])
    assert not store.finds_at_once(query)
    assert found(store, "fees miners") == {2, 9}


def test_a_mark_changes_no_text(store: Store) -> None:
    from reader.cache import Mark

    query = parse("fees")
    ids = store.find(query, NOW)
    store.mark(ids, Mark.READ, True, "")
    assert store.finds_at_once(query)


def test_the_newest_articles_answer_as_the_whole_index_does(store: Store) -> None:
    everything = store.find(Query(), NOW)
    recent = store.recent(Query(), NOW, 3)
    for query in ("fee*", "miners", "-fees", "title:t2", "rest*"):
        whole = store.find(parse(query), NOW)
        assert store.find(parse(query), NOW, among=recent) == whole & Ids(everything[:3])
    recent.close()


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(["fees fall", "the spot etf", "spot", "Etf, spot", ""]), max_size=8),
    st.sampled_from(["spot", '"spot etf"', "sp*", "etf -spot", "-fees", "title:story et*"]),
    st.integers(0, 8),
)
def test_recent_articles_agree_with_the_index(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[str], query: str, count: int
) -> None:
    with Store(tmp_path_factory.mktemp("words")) as store:
        put(store, [article(n, body=body or "x") for n, body in enumerate(bodies)])
        newest = store.find(Query(), NOW)
        recent = store.recent(Query(), NOW, count)
        whole = store.find(parse(query), NOW)
        assert store.find(parse(query), NOW, among=recent) == whole & Ids(newest[:count])
        recent.close()


def test_a_question_that_nobody_waits_for_is_not_asked(store: Store) -> None:
    cancel = Cancel()
    cancel.cancel()
    with pytest.raises(Superseded):
        store.find(parse("fees"), NOW, cancel=cancel)
    assert found(store, "fees") == {1, 2}


def test_a_question_is_cut_short_and_its_connection_goes_on(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(n, body="fees " * 20) for n in range(3000)])
        cancel, begun, outcome = Cancel(), threading.Event(), []

        class Telling(Cancel):
            """Says when the statement is about to run, and is cancelled while it does."""

            def guarding(self, db):  # type: ignore[no-untyped-def]
                db.set_progress_handler(lambda: (begun.set(), cancelled.wait(5), 0)[2], 10)
                return super().guarding(db)

        cancelled = threading.Event()
        cancel = Telling()

        def ask() -> None:
            try:
                store.find(parse("fees"), NOW, cancel=cancel)
            except Superseded as error:
                outcome.append(error)
            outcome.append(len(store.find(parse("tag:none"), NOW)))

        asking = threading.Thread(target=ask)
        asking.start()
        assert begun.wait(5)
        cancel.cancel()
        cancelled.set()
        asking.join(10)
        assert isinstance(outcome[0], Superseded)
        assert outcome[1] == 0
        assert len(store.find(parse("fees"), NOW)) == 3000
