"""Archives of earlier versions on a server, and what their owner may do with the tables."""

from pathlib import Path

import psycopg
import pytest

from reader.cache.engines.postgres.address import parse
from reader.cache.engines.postgres.connections import Connection
from reader.cache.engines.postgres.migrations import MIGRATIONS
from reader.cache.engines.postgres.setup import check, init, migrate
from reader.errors import CacheError
from tests.builders import NOW, article, put
from tests.postgres import join, server, shared_store
from tests.unit.cache.test_shared_archive import check_whole, titles

FORMER = Path(__file__).with_name("shared_archive_1.sql")
"""The rows of an archive as the first version wrote them: 12 articles, three of them twins."""

CHUNKED = ("articles", "documents", "words", "chunks")

_COLUMNS = (
    "SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, ''), "
    "is_generated FROM information_schema.columns WHERE table_schema = 'cryptoread' ORDER BY 1, 2"
)
_KEYS = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'cryptoread'::regnamespace ORDER BY 1, 2"
)
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'cryptoread' ORDER BY 1"


def former_archive() -> str:
    """The address of an archive as the first version left it."""
    address = server().new_database()
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("CREATE SCHEMA cryptoread")
        db.execute(MIGRATIONS[0])
        db.execute("DELETE FROM cryptoread.meta; DELETE FROM cryptoread.arrivals")
        db.execute(FORMER.read_text())
    return address


def found(address: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address) as db:
        return db.execute(question).fetchall()


def test_an_archive_of_the_first_version_answers_the_same_after_its_migration(
    tmp_path: Path,
) -> None:
    address = former_archive()
    with pytest.raises(CacheError, match="its owner brings it up to date"):
        check(parse(address))
    assert migrate(parse(address)) == len(MIGRATIONS) - 1
    join(tmp_path / "one", address)
    with shared_store(tmp_path / "one", clock=lambda: NOW) as store:
        check_whole(store)
        assert len(titles(store)) == 12
        expected = [f"Story {n} ☂: bridge drained of {n} million" for n in (3, 8)]
        assert titles(store, 'tag:"tag 3"') == expected
        assert titles(store, '"drained of 8"') == expected[1:]
        assert titles(store, "is:pinned") == ["Story 5 ☂: bridge drained of 5 million"]
        put(store, [article(n, title="Story of now", published=NOW) for n in range(50, 55)])
        check_whole(store)
        assert len(titles(store, "now")) == 5


def test_a_migrated_archive_has_the_tables_of_a_new_one() -> None:
    former, new = former_archive(), server().new_database()
    migrate(parse(former))
    init(parse(new))
    for question in (_COLUMNS, _KEYS, _INDEXES):
        assert found(former, question) == found(new, question)


def test_every_key_of_what_grows_with_the_articles_has_the_chunk_of_their_time() -> None:
    address = server().new_archive()
    keys = (
        "SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indisunique AND indrelid::regclass::text LIKE 'cryptoread.%%'"
    )
    unique = found(address, keys)
    for table in (*CHUNKED, "wholes"):
        every = [str(key) for name, key in unique if name == f"cryptoread.{table}"]
        assert every, table
        assert all("chunk)" in key for key in every), every


PARTITIONED = """
ALTER TABLE cryptoread.{table} RENAME TO {table}_past;
CREATE TABLE cryptoread.{table} (LIKE cryptoread.{table}_past INCLUDING ALL)
    PARTITION BY RANGE (chunk);
ALTER TABLE cryptoread.{table} ATTACH PARTITION cryptoread.{table}_past
    FOR VALUES FROM (MINVALUE) TO ({chunk});
CREATE TABLE cryptoread.{table}_next PARTITION OF cryptoread.{table}
    FOR VALUES FROM ({chunk}) TO (MAXVALUE);
"""
"""As in docs/shared-archive.md."""


def test_an_owner_can_partition_the_tables_by_time_and_every_answer_stays(tmp_path: Path) -> None:
    address = former_archive()
    migrate(parse(address))
    [(last,)] = found(address, "SELECT max(chunk) FROM cryptoread.articles")
    assert isinstance(last, int)
    with psycopg.connect(address, autocommit=True) as db:
        for table in ("articles", "words", "chunks"):
            db.execute(PARTITIONED.format(table=table, chunk=last + 1))
    join(tmp_path / "one", address)
    with shared_store(tmp_path / "one", clock=lambda: NOW) as store:
        assert len(titles(store)) == 12
        later = NOW.replace(year=NOW.year + 1)
        put(store, [article(n, title="Story of now", published=later) for n in range(50, 55)])
        put(store, [article(51, title="Story of now", published=NOW, updated=later)])
        check_whole(store)
        store.upkeep.tidy(entirely=True)
        check_whole(store)
        assert len(titles(store, "now")) == 5
    [(count,)] = found(address, "SELECT count(*) FROM cryptoread.articles_next")
    assert count == 4


def test_the_docs_say_how_to_partition() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "shared-archive.md").read_text()
    assert PARTITIONED.format(table="articles", chunk=600).strip() in docs


def test_a_migration_may_take_longer_than_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    address = parse(server().new_archive())
    monkeypatch.setattr(Connection, "patience_s", 0.2)
    later = (*MIGRATIONS, "SELECT pg_sleep(1)")
    monkeypatch.setattr("reader.cache.engines.postgres.setup.MIGRATIONS", later)
    assert migrate(address) == 1
