"""Whatever is damaged in the cache: reading goes on, it is told, and what can be repaired is."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Article
from reader.cache.answers import Grouping
from reader.cache.engines.sqlite.view import SqliteView
from reader.cache.facets.index import Facets
from reader.cache.files.damage import put_aside
from reader.cache.files.migrations import CACHE
from reader.cache.marks.kinds import Mark
from reader.cache.repair import salvaging
from reader.cache.repair.preparing import prepare
from reader.cache.repair.rebuilding import counted, has_damaged_facets, has_damaged_index
from reader.cache.store import Store
from reader.doctor import Depth, Finding, State, examine
from reader.errors import ArticleDamaged, CacheDamaged, CacheError
from reader.library import Library
from reader.query.language import Field, Query, parse
from tests.builders import NOW, article, library, put
from tests.engines import chooses_engine
from tests.examples import examples

pytestmark = chooses_engine("the files of SQLite are damaged")

MANY = 40
NEWEST = "(SELECT max(id) FROM articles)"


def archive() -> list[Article]:
    """Articles of which the first is the newest; its text has a word of its own."""
    words = ["alpha", *(f"word{n}" for n in range(1, MANY))]
    return [
        article(
            n,
            title=f"Story {n}",
            body=f"{words[n]} in a text of some length. " * 40,
            tags=("XRP", "ETF") if n % 3 == 0 else ("ETF",),
            category="BTC" if n % 2 else "ETH",
        )
        for n in range(MANY)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder whose first three articles are read."""
    made = tmp_path / "data"
    with Store(made) as store:
        put(store, archive())
        newest = store.questions.find(Query(), NOW)[:3]
        store.marking.mark(
            store.questions.find(Query(), NOW) & type(store.questions.find(Query(), NOW))(newest),
            *READ_THREE,
        )
    return made


READ_THREE = (Mark.READ, True, "three read")


def change(folder: Path, statement: str, name: str = "cache.db") -> None:
    """Damage the file as only SQL can: what it holds is whole for SQLite, and wrong."""
    with closing(sqlite3.connect(folder / name)) as db, db:
        db.execute("PRAGMA writable_schema = ON")
        assert db.execute(statement).rowcount != 0


def titles(store: Store, words: str = "") -> list[str]:
    return [row.title for row in store.texts.rows(store.questions.find(parse(words), NOW))]


def counts(store: Store, words: str = "") -> dict[str, int]:
    stats = store.questions.stats(store.questions.find(parse(words), NOW))
    return {name: sum(each.values()) for name, each in stats.categories.items()}


def read_all(store: Store) -> list[str]:
    return [
        article.title for _, article in store.texts.articles(store.questions.find(Query(), NOW))
    ]


ALL_TITLES = [f"Story {n}" for n in range(MANY)]
RIGHT_COUNTS = {"BTC": 20, "ETH": 20}


# Texts of articles.

TEXTS = {
    "a letter of the text": "UPDATE documents SET body = replace(body, 'alpha', 'alphb')",
    "a letter of a field": "UPDATE documents SET fields = replace(fields, 'Story 0', 'Story x')",
    "fields that are not JSON": f"UPDATE documents SET fields = '{{' WHERE id = {NEWEST}",
    "fields that are not text": "UPDATE documents SET fields = CAST(x'ff7b' AS TEXT) "
    f"WHERE id = {NEWEST}",
    "a text that is not UTF-8": "UPDATE documents SET body = CAST(x'ff' AS TEXT) "
    f"WHERE id = {NEWEST}",
    "a text of another type": f"UPDATE documents SET body = 7 WHERE id = {NEWEST}",
    "the digest": f"UPDATE documents SET digest = 'x' WHERE id = {NEWEST}",
    "no text at all": f"DELETE FROM documents WHERE id = {NEWEST}",
}

QUESTIONS: dict[str, Callable[[Library], object]] = {
    "list": lambda news: news.rows(news.find(Query())),
    "search": lambda news: news.rows(news.find(parse("length"))),
    "first rows of a search": lambda news: news.find(
        parse("length"), among=news.recent(Query(), 100)
    ),
    "stats": lambda news: news.stats(Query()),
    "tags of a few": lambda news: news.tag_counts(news.find(parse("xrp")), 9),
    "groups": lambda news: [list(each.ids) for each in news.groups(news.find(Query()))],
    "days": lambda news: [
        list(each.ids) for each in news.groups(news.find(Query()), Grouping.LATEST)
    ],
    "names": lambda news: news.names(Field.TAG),
}


@pytest.mark.parametrize("fault", TEXTS)
def test_reading_goes_on_without_an_article_that_is_damaged(folder: Path, fault: str) -> None:
    change(folder, TEXTS[fault])
    said: list[str] = []
    with Library(folder, clock=lambda: NOW) as news:
        news.tell_of_damage(said.append)
        for ask in QUESTIONS.values():
            ask(news)
        ids = news.find(Query())
        assert [each.title for _, each in news.articles(ids)] == ALL_TITLES[1:]
        assert [each.title for _, each in news.articles(ids)] == ALL_TITLES[1:]
        assert (len(said), news.damaged) == (1, 1)
        assert "“Story 0”) was damaged on disk; import or sync again" in said[0]
        with pytest.raises(ArticleDamaged, match="Story 0"):
            news.article(ids[0])
        report = news.export(Query(), folder / "out.jsonl")
        assert report.written == MANY - 1


@pytest.mark.parametrize("fault", TEXTS)
def test_a_damaged_article_is_repaired_when_it_is_sent_again(folder: Path, fault: str) -> None:
    change(folder, TEXTS[fault])
    with Store(folder) as store:
        list(store.texts.articles(store.questions.find(Query(), NOW)))
        put(store, archive())
        assert read_all(store) == ALL_TITLES
        assert titles(store, "alpha") == ["Story 0"]
        assert titles(store, "tag:xrp") == ALL_TITLES[::3]
        assert len(titles(store, "is:read")) == 3
    with closing(sqlite3.connect(folder / "cache.db")) as db:
        assert not has_damaged_facets(db)
        assert not has_damaged_index(db)


def test_an_import_brings_a_damaged_article_back_though_its_file_has_not_changed(
    tmp_path: Path,
) -> None:
    source = tmp_path / "news"
    with library(tmp_path / "first", [article(n) for n in range(4)]) as news:
        news.export(Query(), source)
        news.export(Query(), tmp_path / "more.jsonl")
        news.export(Query(), tmp_path / "news.zip")
    for origin in (source, tmp_path / "more.jsonl", tmp_path / "news.zip"):
        folder = tmp_path / f"data of {origin.name}"
        with Library(folder) as news:
            news.bring_in([origin])
        change(folder, f"UPDATE documents SET body = 'else' WHERE id = {NEWEST}")
        with Library(folder) as news:
            assert news.bring_in([origin]).stored == 0  # the damage is not known yet
            assert len(list(news.articles(news.find(Query())))) == 3
            assert news.bring_in([origin]).stored == 1
            assert len(list(news.articles(news.find(Query())))) == 4


def test_many_damaged_texts_do_not_keep_an_import_from_bringing_them_back(folder: Path) -> None:
    change(folder, "UPDATE documents SET body = body || ' more words than the index has had'")
    with Store(folder) as store:
        assert read_all(store) == []
        put(store, archive())
        assert read_all(store) == ALL_TITLES
        assert titles(store, "alpha") == ["Story 0"]


ROWS = {
    "a title": f"UPDATE articles SET title = 'Wrong' WHERE id = {NEWEST}",
    "a title that is not UTF-8": "UPDATE articles SET title = CAST(x'ff' AS TEXT) "
    f"WHERE id = {NEWEST}",
    "a date that is text": f"UPDATE articles SET published = 'x' WHERE id = {NEWEST}",
    "a date past all dates": f"UPDATE articles SET published = 9e18 WHERE id = {NEWEST}",
    "a sentiment that is none": f"UPDATE articles SET sentiment = 'FOO' WHERE id = {NEWEST}",
}


@pytest.mark.parametrize("fault", ROWS)
def test_a_row_is_rebuilt_from_its_article(folder: Path, fault: str) -> None:
    change(folder, ROWS[fault])
    with Store(folder) as store:
        assert read_all(store) == ALL_TITLES
    with Store(folder) as store:
        assert titles(store) == ALL_TITLES


# Facets.

FACETS = {
    "bitmaps that cannot be read": "UPDATE chunks SET ids = x'ffff'",
    "bitmaps of another type": "UPDATE chunks SET ids = 'text'",
    "another bitmap that can be read": "UPDATE chunks SET ids = "
    "(SELECT ids FROM chunks ORDER BY length(ids) DESC LIMIT 1)",
    "a bitmap with its checksum": "UPDATE chunks SET (ids, crc) = "
    "(SELECT ids, crc FROM chunks ORDER BY length(ids) DESC LIMIT 1)",
    "bitmaps that are gone": "DELETE FROM chunks",
    "sizes": "UPDATE facets SET size = size + 1",
    "names": "UPDATE facets SET label = 'WRONG'",
    "which chunks are newer": "UPDATE facets SET newer = ''",
    "all facets": "DELETE FROM facets",
}
SETTLED = {
    "wholes that cannot be read": "UPDATE wholes SET ids = x'00'",
    "another whole that can be read": "UPDATE wholes SET ids = (SELECT ids FROM wholes LIMIT 1)",
    "wholes that are gone": "DELETE FROM wholes",
}


@pytest.fixture
def settled(folder: Path) -> Path:
    """The same where each facet is in one piece."""
    with Store(folder) as store:
        store.upkeep.tidy(entirely=True)
    return folder


@pytest.mark.parametrize("fault", [*FACETS, *SETTLED])
def test_damaged_facets_are_recounted(settled: Path, fault: str) -> None:
    if fault in FACETS:  # chunks are looked at where they are newer
        with Store(settled) as store:
            put(store, [article(0, body="alpha, corrected", tags=("XRP",), category="ETH")])
    change(settled, (FACETS | SETTLED)[fault])
    with Library(settled, clock=lambda: NOW) as news:
        said: list[str] = []
        news.tell_of_damage(said.append)
        for ask in QUESTIONS.values():
            ask(news)
        assert {name: sum(n.values()) for name, n in news.stats(Query()).categories.items()} == (
            RIGHT_COUNTS
        )
        assert news.names(Field.TAG) == {"ETF": MANY - (fault in FACETS), "XRP": 14}
        assert len(news.find(parse("is:read"))) == 3
        assert len(said) <= 1
    with Store(settled) as store:  # and repaired
        assert counts(store) == RIGHT_COUNTS
        assert titles(store) == ALL_TITLES
    with closing(sqlite3.connect(settled / "cache.db")) as db:
        assert not has_damaged_facets(db)


@pytest.mark.parametrize("fault", FACETS)
def test_imported_articles_are_right_despite_damaged_facets(folder: Path, fault: str) -> None:
    change(folder, FACETS[fault])
    with Store(folder) as store:
        put(store, [article(MANY, category="BTC", tags=("ETF",))])
        store.marking.mark(store.questions.find(parse("tag:xrp"), NOW), Mark.FAVOURITE, True, "")
    with Store(folder) as store:
        assert counts(store) == {"BTC": 21, "ETH": 20}
        assert len(titles(store, "tag:etf")) == MANY + 1
        assert len(titles(store, "is:favourite")) == 14
        assert len(titles(store, "is:read")) == 3


def test_an_open_screen_recounts_damaged_facets_and_reads_repaired_ones(
    folder: Path,
) -> None:
    with Store(folder) as held:
        held.session.hold()
        change(folder, "UPDATE chunks SET ids = x'00', version = 99")
        change(folder, "UPDATE meta SET value = 99 WHERE name = 'version'")
        held.session.catch_up()
        assert counts(held) == RIGHT_COUNTS
        with Store(folder) as other:
            put(other, [article(MANY, category="BTC", tags=("ETF",))])
        held.session.catch_up()
        assert counts(held) == {"BTC": 21, "ETH": 20}


def test_recounted_facets_equal_the_written_ones(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "cache.db")) as db:
        truth, facets, view = counted(db, {}), Facets(), SqliteView(db)
        facets.refresh(view)
        assert len(truth.ids) > 5
        for facet, ids in truth.ids.items():
            assert facets.get(view, facet) == ids
            assert facets.label(facet) == (truth.labels.get(facet) or facet[1])


def test_a_cache_from_before_checksums_gets_them_at_the_next_start(tmp_path: Path) -> None:
    prepare(tmp_path / "cache.db", CACHE._replace(migrations=CACHE.migrations[:8]))
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db, db:
        db.execute("INSERT INTO facets (field, value, label) VALUES ('tag', 'x', 'X')")
        db.execute("INSERT INTO chunks VALUES (1, 1, x'00')")
    with Store(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db:
        (facet,), (chunk,) = (db.execute(f"SELECT crc FROM {t}") for t in ("facets", "chunks"))
        assert facet != (0,)
        assert chunk != (0,)


# Full text.


def test_a_damaged_index_is_rebuilt_and_the_search_answered(folder: Path) -> None:
    change(folder, "UPDATE fulltext_data SET block = x'0102030405' WHERE id > 10")
    with Library(folder, clock=lambda: NOW) as news:
        assert [row.title for row in news.rows(news.find(parse("alpha")))] == ["Story 0"]
        assert any("full-text index was damaged" in notice for notice in news.notices)
    with Store(folder) as store:
        assert store.notices == ()


# The file.

LOGS = ("-wal", "-shm")
SCHEMA = {
    "a name that is not UTF-8": "UPDATE sqlite_schema SET name = CAST(x'66ff6b' AS TEXT) "
    "WHERE name = 'chunks_version'",
    "SQL that is not UTF-8": "UPDATE sqlite_schema SET sql = CAST(x'43ff' AS TEXT) "
    "WHERE name = 'facets'",
    "SQL that cannot be parsed": "UPDATE sqlite_schema SET sql = 'CREATE TABLX' "
    "WHERE name = 'facets'",
    "a view of nothing": "UPDATE sqlite_schema SET sql = 'CREATE VIEW searchable AS SELECT 1 FROM' "
    "WHERE name = 'searchable'",
    "a table that is gone": "DELETE FROM sqlite_schema WHERE name = 'meta'",
    "a root page that is not there": "UPDATE sqlite_schema SET rootpage = 99999 "
    "WHERE name = 'chunks'",
    "a counter that is gone": "DELETE FROM meta WHERE name = 'version'",
    "a counter that is text": "UPDATE meta SET value = 'x' WHERE name = 'texts'",
}


@pytest.mark.parametrize("fault", SCHEMA)
def test_a_file_with_a_malformed_schema_is_renamed_and_its_articles_are_copied(
    folder: Path, fault: str
) -> None:
    change(folder, SCHEMA[fault])
    for _ in range(2):  # some faults are met only on the way
        try:
            with Store(folder) as store:
                assert titles(store) == ALL_TITLES
                assert read_all(store) == ALL_TITLES
                assert titles(store, "alpha") == ["Story 0"]
                assert len(titles(store, "is:read")) == 3
        except CacheDamaged:
            continue
    (_,) = [each for each in folder.glob("cache.db.damaged-*") if each.name[-4:] not in LOGS]
    with Store(folder) as store:
        assert store.notices == ()
        assert titles(store) == ALL_TITLES


@pytest.mark.parametrize("name", ["facets_size", "articles_published"])
def test_an_index_that_lacks_rows_is_rebuilt(folder: Path, name: str) -> None:
    kept = f"SELECT * FROM sqlite_schema WHERE name = '{name}'"
    with closing(sqlite3.connect(folder / "cache.db")) as db, db:
        row = db.execute(kept).fetchone()
    change(folder, f"DELETE FROM sqlite_schema WHERE name = '{name}'")
    change(folder, "UPDATE facets SET size = size + 1")
    change(folder, "UPDATE articles SET published = published + 1")
    with closing(sqlite3.connect(folder / "cache.db")) as db, db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)
    with Store(folder) as store:
        assert counts(store) == RIGHT_COUNTS
        for _ in range(2):
            with suppress(CacheDamaged), Store(folder) as again:
                put(again, archive())
    repaired(folder)
    with Store(folder) as store:
        assert store.notices == ()
        assert read_all(store) == ALL_TITLES
        assert counts(store) == RIGHT_COUNTS
        put(store, [article(MANY, category="BTC", tags=("ETF",))])
    assert not list(folder.glob("*.damaged-*"))


def test_a_renamed_file_is_never_replaced(tmp_path: Path) -> None:
    names = []
    for n in range(4):
        (tmp_path / "cache.db").write_text(f"damaged {n}")
        names.append(put_aside(tmp_path / "cache.db"))
    assert [each.read_text() for each in names] == [f"damaged {n}" for n in range(4)]


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_damaged_backup_is_not_reported_as_a_damaged_cache(
    tmp_path: Path, is_folder: bool
) -> None:
    old = CACHE._replace(migrations=CACHE.migrations[:8])
    prepare(tmp_path / "cache.db", old)
    left = tmp_path / "cache.db.v8"
    if is_folder:
        left.mkdir()
    else:
        left.write_bytes(b"no database at all" * 500)
    with Store(tmp_path) as store:
        assert store.notices == ()
    assert not list(tmp_path.glob("*.damaged-*"))
    assert left.is_dir() or left.read_bytes() == b"no database at all" * 500
    with closing(sqlite3.connect(tmp_path / "cache.db.v8-2")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (8,)


@pytest.fixture(scope="module")
def whole() -> Iterator[bytes]:
    """The bytes of a small cache."""
    with TemporaryDirectory() as folder:
        with Store(Path(folder)) as store:
            put(store, archive())
        yield Whole((Path(folder) / "cache.db").read_bytes())


class Whole(bytes):
    """A file that is not printed byte by byte where a test fails."""

    def __repr__(self) -> str:
        return "the file"


REFUSED = {*range(60, 64), *range(68, 72)}
"""Bytes of the file that say of which version and whose it is: another is left as it is."""


@examples(40)
@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=3))
def test_an_import_restores_everything_after_any_bit_flip(whole: bytes, places: list[int]) -> None:
    comes_back_from(whole, [place % (8 * len(whole)) for place in places])


def comes_back_from(whole: bytes, bits: Sequence[int]) -> None:
    damaged = bytearray(whole)
    for bit in bits:
        damaged[bit // 8] ^= 1 << bit % 8
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cache.db").write_bytes(damaged)
        for _ in range(3):
            try:
                with Library(folder, clock=lambda: NOW) as news:
                    for ask in QUESTIONS.values():
                        ask(news)
                    list(news.articles(news.find(Query())))
                repaired(folder)
                with Store(folder) as store:
                    put(store, archive())
            except CacheError:
                continue
        if not REFUSED.isdisjoint(bit // 8 for bit in bits):
            return
        with Store(folder) as store:
            assert titles(store) == ALL_TITLES
            assert read_all(store) == ALL_TITLES
            assert counts(store) == RIGHT_COUNTS
            assert titles(store, "alpha") == ["Story 0"]


def test_a_large_file_is_salvaged_by_the_doctor(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(salvaging, "AT_START", 0)
    change(folder, SCHEMA["a name that is not UTF-8"])
    with Store(folder) as store:
        assert "`cryptoread doctor --repair` recovers" in store.notices[0]
        put(store, [article(2, title="Newer than that", body="corrected")])
        assert titles(store) == ["Newer than that"]
    found = {each.what: each for each in repaired(folder)}
    assert found["set aside"].repair == f"{MANY - 1} articles recovered"
    with Store(folder) as store:
        assert titles(store) == ["Story 0", "Story 1", "Newer than that", *ALL_TITLES[3:]]
        assert len(titles(store, "is:read")) == 3


def repaired(folder: Path) -> Sequence[Finding]:
    return list(examine(folder, folder / "config.toml", {}, depth=Depth(repair=True)))


# The doctor.

ONLY_SEEN_BY_THE_DOCTOR = {
    "a title": ("rows", ROWS["a title"]),
    "a text without its article": ("orphans", f"DELETE FROM articles WHERE id = {NEWEST}"),
    "an article under another id": (
        "orphans",
        f"UPDATE articles SET id = id + 9 WHERE id = {NEWEST}",
    ),
    "an index without words": ("search", "INSERT INTO fulltext (fulltext) VALUES ('delete-all')"),
    "the value of a facet": ("facets", "UPDATE facets SET value = 'eth2' WHERE value = 'eth'"),
    "a bitmap": ("facets", FACETS["another bitmap that can be read"]),
}


@pytest.mark.parametrize("fault", ONLY_SEEN_BY_THE_DOCTOR)
def test_the_doctor_reports_what_it_repairs(folder: Path, fault: str) -> None:
    check, statement = ONLY_SEEN_BY_THE_DOCTOR[fault]
    change(folder, statement)
    config = folder / "config.toml"
    config.write_text("[subscriptions]\n")
    before = {each.what: each for each in examine(folder, config, {})}
    assert before[check].state is State.WRONG
    assert "doctor --repair" in before[check].advice
    mended = {each.what: each for each in examine(folder, config, {}, depth=Depth(repair=True))}
    assert mended[check].state is State.WELL
    assert any(each.repair for each in mended.values())
    after = list(examine(folder, config, {}))
    assert State.WRONG not in {each.state for each in after}
    assert not any(each.repair for each in after)
    with Store(folder) as store:
        assert titles(store) == ALL_TITLES
        assert counts(store) == RIGHT_COUNTS
        assert titles(store, "alpha") == ["Story 0"]
        assert len(titles(store, "is:read")) == 3


def test_an_article_that_is_damaged_stays_a_finding_until_it_comes_again(folder: Path) -> None:
    change(folder, TEXTS["a letter of the text"])
    for depth in (Depth(repair=True), Depth()):
        found = {
            each.what: each for each in examine(folder, folder / "config.toml", {}, depth=depth)
        }
        assert found["cache.db"].state is State.WRONG
        assert "import and sync again" in found["cache.db"].advice
    with Store(folder) as store:
        put(store, archive())
        assert read_all(store) == ALL_TITLES


@pytest.mark.parametrize("column", ["origin", "category", "title"])
@pytest.mark.parametrize("is_damaged", [True, False])
def test_a_row_that_is_not_text_does_not_stop_an_import(
    folder: Path, column: str, is_damaged: bool
) -> None:
    change(folder, f"UPDATE articles SET {column} = CAST(x'61ff' AS TEXT) WHERE id = {NEWEST}")
    if is_damaged:
        change(folder, f"UPDATE documents SET body = 'else' WHERE id = {NEWEST}")
    with Store(folder) as store:
        assert read_all(store) == ALL_TITLES[is_damaged:]
        put(store, archive())
    repaired(folder)
    with Store(folder) as store:
        put(store, archive())
        assert read_all(store) == ALL_TITLES
        assert counts(store) == RIGHT_COUNTS


def test_a_damaged_article_that_was_stored_again_under_another_identity_is_removed(
    folder: Path,
) -> None:
    change(folder, f"UPDATE articles SET external = 'other' WHERE id = {NEWEST}")
    change(folder, f"UPDATE documents SET body = 'else' WHERE id = {NEWEST}")
    with Store(folder) as store:
        put(store, archive())
        assert titles(store) == ["Story 0", *ALL_TITLES]
    repaired(folder)
    with Store(folder) as store:
        assert titles(store) == read_all(store) == ALL_TITLES
        assert counts(store) == RIGHT_COUNTS


def test_findings_for_programs_have_one_shape(folder: Path) -> None:
    change(folder, ROWS["a title"])
    for finding in examine(folder, folder / "config.toml", {}, depth=Depth(repair=True)):
        record = finding.record()
        assert list(record) == ["check", "ok", "finding", "repair"]
        assert isinstance(record["ok"], bool)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such folders")
def test_a_copy_is_read_where_the_log_cannot_be(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(folder) as writing:
        writing.marking.mark(writing.questions.find(parse("tag:xrp"), NOW), Mark.READ, True, "")
        for name in ("cache.db-shm", "marks.db-shm"):
            (folder / name).unlink()  # as after a copy of the folder
        monkeypatch.setattr("reader.cache.files.copies.is_writable", lambda _path: False)
        with Store(folder) as store:
            assert store.is_only_read
            assert store.notices == (f"{folder} cannot be written: marks are not kept",)
            assert len(titles(store, "is:read")) == 16
            with pytest.raises(CacheError, match="cannot be written"):
                store.marking.mark(store.questions.find(Query(), NOW), Mark.READ, True, "")
