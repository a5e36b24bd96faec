"""Words of a query: results, caching, and cancelling."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import BuiltinMethodType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.files.migrations import CACHE
from reader.cache.fts5 import match_phrase
from reader.cache.ids import Ids
from reader.cache.store import Store
from reader.cache.values.cancel import Cancel
from reader.errors import Superseded
from reader.query.language import Query, parse
from tests.builders import NOW, article, put
from tests.engines import Opens, chooses_engine
from tests.examples import examples

TEXTS = ("fees fall", "Fees rise, miners rest", "feeding the miners", "Éter rests", "")


@pytest.fixture
def store(opened: Opens, tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as made:
        put(made, [article(n, title=f"T{n}", body=body) for n, body in enumerate(TEXTS, 1)])
        yield made


def found(store: Store, query: str) -> set[int]:
    """Numbers of the stories."""
    ids = store.questions.find(parse(query), NOW)
    return {int(row.title[1:]) for row in store.texts.rows(list(ids))}


def test_words_phrases_prefixes_and_exclusions(store: Store) -> None:
    assert found(store, "fees") == {1, 2}
    assert found(store, "fee*") == {1, 2, 3}
    assert found(store, '"miners rest"') == {2}
    assert found(store, "eter") == {4}
    assert found(store, "miners -fees") == {3}
    assert found(store, "-fee*") == {4, 5}
    assert found(store, "title:t1") == {1}


def test_alternatives_and_expressions(store: Store) -> None:
    assert found(store, "title:t1 OR miners rest*") == {1, 2}
    assert found(store, "(fall OR feeding) (fees OR miners)") == {1, 3}
    assert found(store, "-(fall OR feeding)") == {2, 4, 5}
    assert found(store, r"/fee(s|ding)\b/ -fall") == {2, 3}
    assert found(store, "/^é\\w+ REST/") == {4}
    assert found(store, "title:/^t[12]$/") == {1, 2}
    assert found(store, "title:/fees/") == set()
    assert found(store, "-/e/ OR /miners rest$/") == {2, 5}


@chooses_engine("the reads of SQLite are counted")
def test_an_expression_is_searched_for_only_once_in_each_article(store: Store) -> None:
    query = parse("/e+/")
    with store.session.asking() as view, pytest.MonkeyPatch.context() as patch:
        read: list[int] = []
        texts = type(view).texts

        def reading(_view: object, ids: list[int]) -> object:
            read.extend(ids)
            return texts(view, ids)

        patch.setattr(type(view), "texts", reading)
        store.questions.find(parse("/e+/ fees"), NOW)
        assert len(read) == 2
        whole = store.questions.find(query, NOW)
        assert len(read) == 5
        assert read == sorted(read[:2], reverse=True) + sorted(read[2:], reverse=True)
        assert store.questions.find(query, NOW) == whole
        assert len(read) == 5
        store.session.drop_unused(query)
        store.questions.find(query, NOW)
        assert len(read) == 5
        store.session.drop_unused(Query())
        store.questions.find(query, NOW)
        assert len(read) == 10
        put(store, [article(9, title="T9", body="eel")])
        assert len(store.questions.find(query, NOW)) == len(whole) + 1
        assert not store.questions.finds_at_once(query)


def test_a_cancelled_expression_is_not_searched_for(store: Store) -> None:
    cancel = Cancel()
    cancel.cancel()
    with pytest.raises(Superseded):
        store.questions.find(parse("/fees/"), NOW, cancel=cancel)
    assert found(store, "/fees/") == {1, 2}


SCRIPTS = (
    ("以太坊质押收益", "质押 ETH 的收益，上涨"),
    ("Ёжики", "Чёрный список"),
    ("Großhandel", "Maße in der Straße"),
    ("비트코인 채굴", "채굴자들이"),
    ("ﬂash loan", "ＤｅＦｉ, stable\u00adcoins"),
    ("Plain", "nothing to fold, “quoted” — and Київ"),
)


def put_scripts(store: Store) -> None:
    texts = enumerate(SCRIPTS, 1)
    put(store, [article(n, title=f"T{n} {title}", body=body) for n, (title, body) in texts])


def numbers(store: Store, query: str) -> set[int]:
    ids = store.questions.find(parse(query), NOW)
    return {int(row.title.split()[0][1:]) for row in store.texts.rows(list(ids))}


QUERIES = {
    "质押": {1},
    "押": {1},
    "title:押收": {1},
    '"质押 eth"': {1},
    '"eth 的收益"': {1},
    "-质押": {2, 3, 4, 5, 6},
    "质*": {1},
    "ежики": {2},
    "черный": {2},
    "grosshandel masse": {3},
    "코인": {4},
    "굴자": {4},
    "flash defi stablecoins": {5},
    "київ": {6},
    "киів": set(),
    "title:plain": {6},
}


def test_any_script_is_found_by_the_characters_of_the_text(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        put_scripts(store)
        assert {query: numbers(store, query) for query in QUERIES} == QUERIES
        recent = store.questions.recent(Query(), NOW, 3)
        for query in QUERIES:
            newest = Ids(list(store.questions.find(parse(""), NOW))[:3])
            whole = store.questions.find(parse(query), NOW) & newest
            assert store.questions.find(parse(query), NOW, among=recent) == whole
        recent.close()


@chooses_engine("the index of cache.db is read")
def test_no_word_of_a_replaced_text_is_found(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put_scripts(store)
        count = len(SCRIPTS)
        put(store, [article(n, title=f"T{n}", body="later") for n in range(1, count + 1)])
        assert numbers(store, "later") == set(range(1, count + 1))
        store.upkeep.tidy(entirely=True)
    assert indexed(tmp_path) == {"later", *(f"t{n}" for n in range(1, count + 1))}


def indexed(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "cache.db")) as db, db:
        db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, fulltext, row)")
        words = {word for (word,) in db.execute("SELECT term FROM words")}
    db.close()
    return words


def earlier_cache(folder: Path, texts: Iterable[tuple[str, str]]) -> None:
    """A cache of version 6, whose index has every text unfolded. The last one is damaged."""
    db = sqlite3.connect(folder / "cache.db")
    for script in CACHE.migrations[:6]:
        db.executescript(script)
    into_articles = (
        "INSERT INTO articles VALUES (?1, 's', ?1, 'en', 0, 0, 'BTC', '', 0, 0, 0, '', 1, ?2)"
    )
    into_fulltext = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, '', ?)"
    for id, (title, body) in enumerate(texts, 1):
        db.execute(into_articles, (id, title))
        db.execute("INSERT INTO documents VALUES (?, '', '{}', ?)", (id, body))
        db.execute(into_fulltext, (id, title, body))
    damaged = "fields = '{', body = CAST(x'E8B4206469736B' AS TEXT)"
    db.execute(f"UPDATE documents SET {damaged} WHERE id = ?", (id,))
    db.execute(f"PRAGMA application_id = {CACHE.application_id}")
    db.execute("PRAGMA user_version = 6")
    db.commit()
    db.close()


@pytest.mark.parametrize("others", [0, 10])
@chooses_engine("files of earlier versions")
def test_a_cache_of_an_earlier_version_finds_what_its_texts_contain(
    tmp_path: Path, others: int
) -> None:
    """Where most texts change, and where few do."""
    texts = [(f"T{n} {title}", body) for n, (title, body) in enumerate(SCRIPTS, 1)]
    earlier_cache(tmp_path, [*texts, *[("T0", "another")] * others, ("T9", "disk")])
    before = indexed(tmp_path)
    with Store(tmp_path) as store:
        assert store.notices == ()
    after = indexed(tmp_path)
    assert before - after >= {
        *("以太坊质押收益", "质押", "的收益", "上涨", "ёжики", "чёрный", "großhandel", "maße"),
        *("straße", "비트코인", "채굴", "채굴자들이", "ﬂash", "ｄｅｆｉ", "stable", "coins"),
    }
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db, db:
        for query, expected in {**QUERIES, "disk": {len(texts) + others + 1}}.items():
            for term in parse(query).words[:1]:
                match = "SELECT rowid FROM fulltext WHERE fulltext MATCH ?"
                ids = {id for (id,) in db.execute(match, (match_phrase(term),))}
                assert term.exclude or ids == expected
    db.close()


def test_an_answer_is_cached_until_a_text_changes(store: Store) -> None:
    query = parse("fees miners")
    assert not store.questions.finds_at_once(query)
    store.questions.find(query, NOW)
    assert store.questions.finds_at_once(query)
    put(store, [article(9, title="T9", body="fees for miners")])
    assert not store.questions.finds_at_once(query)
    assert found(store, "fees miners") == {2, 9}


def test_a_mark_changes_no_text(store: Store) -> None:
    from reader.cache.marks.kinds import Mark

    query = parse("fees")
    ids = store.questions.find(query, NOW)
    store.marking.mark(ids, Mark.READ, True, "")
    assert store.questions.finds_at_once(query)


def test_the_newest_articles_answer_as_the_whole_index_does(store: Store) -> None:
    everything = store.questions.find(Query(), NOW)
    recent = store.questions.recent(Query(), NOW, 3)
    for query in ("fee*", "-fees", "title:t2", "rest* OR /fall/", "-(title:/2/ miners)"):
        whole = store.questions.find(parse(query), NOW)
        assert store.questions.find(parse(query), NOW, among=recent) == whole & Ids(everything[:3])
    recent.close()


@examples(30)
@given(
    st.lists(st.sampled_from(["fees fall", "the spot etf", "spot", "Etf, spot", ""]), max_size=8),
    st.sampled_from(["spot", '"spot etf"', "sp*", "etf -spot", "-fees", "title:story et*"]),
    st.integers(0, 8),
)
def test_recent_articles_agree_with_the_index(
    opened: Opens,
    tmp_path_factory: pytest.TempPathFactory,
    bodies: list[str],
    query: str,
    count: int,
) -> None:
    with opened(tmp_path_factory.mktemp("words")) as store:
        put(store, [article(n, body=body or "x") for n, body in enumerate(bodies)])
        newest = store.questions.find(Query(), NOW)
        recent = store.questions.recent(Query(), NOW, count)
        whole = store.questions.find(parse(query), NOW)
        assert store.questions.find(parse(query), NOW, among=recent) == whole & Ids(newest[:count])
        recent.close()


def test_a_cancelled_search_is_not_run(store: Store) -> None:
    cancel = Cancel()
    cancel.cancel()
    with pytest.raises(Superseded):
        store.questions.find(parse("fees"), NOW, cancel=cancel)
    assert found(store, "fees") == {1, 2}


@chooses_engine("statements of SQLite are interrupted")
def test_a_cancelled_query_leaves_its_connection_usable(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(n, body="fees " * 20) for n in range(3000)])
        begun = threading.Event()
        outcome: list[Superseded | int] = []

        class Telling(Cancel):
            """Tell that the statement is about to run, and wait until it is cancelled."""

            @contextmanager
            def guarding(self, interrupt: Callable[[], object]) -> Iterator[None]:
                assert isinstance(interrupt, BuiltinMethodType)
                db = interrupt.__self__
                assert isinstance(db, sqlite3.Connection)
                db.set_progress_handler(wait, 10)
                with super().guarding(interrupt):
                    yield

        def wait() -> int:
            begun.set()
            cancelled.wait(5)
            return 0

        cancelled = threading.Event()
        cancel = Telling()

        def ask() -> None:
            try:
                store.questions.find(parse("fees"), NOW, cancel=cancel)
            except Superseded as error:
                outcome.append(error)
            outcome.append(len(store.questions.find(parse("tag:none"), NOW)))

        asking = threading.Thread(target=ask)
        asking.start()
        assert begun.wait(5)
        cancel.cancel()
        cancelled.set()
        asking.join(10)
        assert isinstance(outcome[0], Superseded)
        assert outcome[1] == 0
        assert len(store.questions.find(parse("fees"), NOW)) == 3000
