"""Opening a shared archive: its address, who may do what, its schema, and how often it is asked."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from reader.cache.answers import Grouping
from reader.cache.engines.postgres import migrations
from reader.cache.engines.postgres.address import WrongAddress, parse
from reader.cache.engines.postgres.setup import check, init, migrate
from reader.cache.facets.changes import counted
from reader.cache.glance import glance
from reader.cache.marks.kinds import Mark
from reader.cache.opened import open_store
from reader.cache.shared.folders import address_of, folder_of
from reader.errors import CacheError, CacheGone, CacheTooNew, Superseded
from reader.library import Cancel, Library
from reader.opening.conditions import places
from reader.query.language import parse as query
from tests.builders import NOW, article, put
from tests.counting_proxy import Proxy, proxy
from tests.engines import chooses_engine
from tests.postgres import join, server, shared_store

pytestmark = chooses_engine("addresses, roles and the schema of a server")

# Addresses.

FAR = {"host": "archive.example", "sslmode": "verify-full"}
ADDRESSES: dict[str, dict[str, str]] = {
    "postgresql://archive.example/news": FAR | {"dbname": "news"},
    "postgres://me@archive.example:5433/news": FAR
    | {"dbname": "news", "user": "me", "port": "5433"},
    "postgresql://archive.example/news?sslmode=require": FAR
    | {"dbname": "news", "sslmode": "require"},
    "postgresql://localhost/news": {"host": "localhost", "dbname": "news"},
    "postgresql://127.0.0.1/news": {"host": "127.0.0.1", "dbname": "news"},
    "postgresql://[::1]:5433/news": {"host": "::1", "port": "5433", "dbname": "news"},
    "postgresql://[2001:db8::1]/news": {
        "host": "2001:db8::1",
        "dbname": "news",
        "sslmode": "verify-full",
    },
    "postgresql:///news": {"dbname": "news"},
    "postgresql:///news?host=/run/postgresql": {"dbname": "news", "host": "/run/postgresql"},
    "postgresql:///news?host=archive.example": FAR | {"dbname": "news"},
    "postgresql://me%40here@localhost/my%20news": {
        "host": "localhost",
        "user": "me@here",
        "dbname": "my news",
    },
}


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_says_where_and_how(text: str) -> None:
    assert parse(text).parameters == ADDRESSES[text]


REFUSED = {
    "postgresql://me:secret@archive.example/news": "has a password",
    "postgresql://me:@archive.example/news": "has a password",
    "postgresql://archive.example/news?password=secret": "has a password",
    "postgresql://archive.example/news?passfile=/etc/x": "has a password",
    "postgresql://archive.example/news?options=-csearch_path%3Dx": "unknown parameter 'options'",
    "postgresql://archive.example/news?service=x": "unknown parameter 'service'",
    "mysql://archive.example/news": "begins with postgresql://",
    "postgresql://archive.example:port/news": "cannot be read",
    "postgresql://[::1/news": "cannot be read",
}


@pytest.mark.parametrize("text", REFUSED)
def test_an_address_is_refused_with_the_reason_and_never_shown(text: str) -> None:
    with pytest.raises(WrongAddress, match=REFUSED[text]) as raised:
        parse(text)
    assert "secret" not in str(raised.value)


def test_messages_name_the_archive_without_its_user() -> None:
    assert parse("postgresql://me@archive.example:1/news").name == (
        "postgresql://archive.example:1/news"
    )


# Setting up.


def test_an_archive_is_set_up_once(tmp_path: Path) -> None:
    address = parse(server().new_database())
    with pytest.raises(CacheError, match="has no archive yet; its owner sets it up"):
        folder_of(address.text, tmp_path)
    with pytest.raises(CacheError, match="has no archive yet"):
        migrate(address)
    init(address)
    assert migrate(address) == 0
    with pytest.raises(CacheError, match="already has an archive"):
        init(address)
    folder = folder_of(address.text, tmp_path)
    assert folder == tmp_path / "archives" / check(address)
    assert folder_of(address.text, tmp_path) == folder
    with open_store(folder, clock=lambda: NOW) as store:
        assert put(store, [article(1)]) == ["new"]


def test_a_folder_is_known_without_asking_the_server(tmp_path: Path) -> None:
    address = server().new_archive()
    with proxy(server().port) as far:
        through = address.replace(str(server().port), str(far.port))
        folder = folder_of(through, tmp_path)
        before = far.trips
        assert folder_of(through, tmp_path) == folder
        assert far.trips == before


def test_the_first_picture_waits_for_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("CRYPTOREAD_DATA", raising=False)
    with proxy(server().port) as far:
        address = server().new_archive().replace(str(server().port), str(far.port))
        assert places(["--data", address]) is None
        folder = folder_of(address, tmp_path / "cryptoread")
        with open_store(folder, clock=lambda: NOW) as store:
            put(store, [article(1)])
            store.questions.remember(query(""), NOW)
        far.close()
        for arguments, own in (
            (["--data", address], ""),
            ([f"--data={address}"], ""),
            ([], address),
        ):
            monkeypatch.setenv("CRYPTOREAD_DATA", own)
            found = places(arguments)
            assert found is not None
            assert found[0] == str(folder)
        before = glance(str(folder))
        assert before is not None
        assert glance(str(folder)) == before


def test_another_archive_at_the_address_does_not_get_the_marks_of_the_first(tmp_path: Path) -> None:
    address = server().new_database()
    init(parse(address))
    folder = folder_of(address, tmp_path)
    with psycopg.connect(address) as db:
        db.execute("DROP SCHEMA cryptoread CASCADE")
    init(parse(address))
    with pytest.raises(CacheError, match="is not the archive that it was; open it again"):
        open_store(folder, clock=lambda: NOW)
    assert folder_of(address, tmp_path) != folder


def test_a_newer_schema_is_refused_and_an_older_one_names_its_owner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = parse(server().new_archive())
    with psycopg.connect(address.text) as db:
        db.execute("UPDATE cryptoread.archive SET migrations = migrations + 1")
    for use in (check, migrate):
        with pytest.raises(CacheTooNew, match="written by a newer cryptoread"):
            use(address)
    with psycopg.connect(address.text) as db:
        db.execute("UPDATE cryptoread.archive SET migrations = migrations - 1")
    later = (*migrations.MIGRATIONS, "CREATE TABLE cryptoread.later (id bigint)")
    monkeypatch.setattr("reader.cache.engines.postgres.setup.MIGRATIONS", later)
    with pytest.raises(CacheError, match="its owner brings it up to date"):
        check(address)
    assert migrate(address) == 1
    assert check(address)


def test_a_database_in_another_encoding_is_refused() -> None:
    server().execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    with pytest.raises(CacheError, match="is not encoded in UTF-8"):
        init(parse(server().address("latin")))


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with proxy(server().port) as gone:
        port = gone.port
    address = f"postgresql://127.0.0.1:{port}/news"
    with pytest.raises(CacheGone, match=f"postgresql://127.0.0.1:{port}/news cannot be reached"):
        folder_of(address, tmp_path)


# Who may do what.


def test_a_user_who_may_only_read_still_marks(tmp_path: Path) -> None:
    address = server().new_archive()
    with shared_store(_joined(tmp_path / "owner", address), clock=lambda: NOW) as owner:
        put(owner, [article(1), article(2)])
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("DROP ROLE IF EXISTS guest")
        db.execute("CREATE ROLE guest LOGIN")
        db.execute("GRANT USAGE ON SCHEMA cryptoread TO guest")
        db.execute("GRANT SELECT ON ALL TABLES IN SCHEMA cryptoread TO guest")
    guest = address.replace("postgres@", "guest@")
    with Library(_joined(tmp_path / "guest", guest), clock=lambda: NOW) as library:
        library.hold()
        ids = library.find(query(""))
        assert library.mark(ids, Mark.READ, True, "read") == 2
        assert library.prepare(query(""))
        library.catch_up()
        assert len(library.find(query("is:read"))) == 2
        library.upkeep.tidy(entirely=True)
        library.remember(query(""))
        with pytest.raises(CacheError, match=r"does not allow that .*; ask the owner"):
            put(library._store, [article(3)])
        assert len(library.find(query(""))) == 2


def test_the_rights_in_the_manual_are_enough_for_a_writer_and_for_a_reader(tmp_path: Path) -> None:
    manual = Path(__file__).parents[3] / "docs" / "shared-archive.md"
    rights = re.findall(r"^GRANT .*;$", manual.read_text("utf-8"), re.MULTILINE)
    assert len(rights) == 4
    address = server().new_archive()
    with psycopg.connect(address, autocommit=True) as db:
        for role in ("writer", "reader"):
            db.execute(f"CREATE ROLE {role} LOGIN")
        for each in rights:
            db.execute(each)
    writing, reading = (address.replace("postgres@", f"{each}@") for each in ("writer", "reader"))
    with shared_store(_joined(tmp_path / "writer", writing), clock=lambda: NOW) as store:
        put(store, [article(n, published=NOW) for n in range(5)])
        put(store, [article(n, published=NOW, body="Changed") for n in range(8)])
        store.deciding.run()
        store.upkeep.tidy(entirely=True)
        with store.engine.transaction() as to:
            to.mend_index()
            to.replace_facets(counted(to.facts(), {}), to.count_up("version"))
            to.end_copy()
            to.forget([])
    with shared_store(_joined(tmp_path / "reader", reading), clock=lambda: NOW) as store:
        store.session.hold()
        assert len(store.questions.find(query("changed"), NOW)) == 8


def _joined(folder: Path, address: str) -> Path:
    join(folder, address)
    return folder


# Round trips, each of which takes 20 ms and more to another city.


@pytest.fixture
def far(tmp_path: Path) -> Iterator[tuple[Library, Proxy, Any]]:
    """A library through a proxy, on an archive of 400 articles, and a store beside it."""
    address = server().new_archive()
    with (
        proxy(server().port) as between,
        shared_store(_joined(tmp_path / "near", address), clock=lambda: NOW) as near,
    ):
        tags = [f"TAG {n}" for n in range(30)]
        made = [
            article(
                n,
                tags=("BTC", *tags[: n % 30]),
                category=("BTC", "ETH", "DEFI")[n % 3],
                source=f"source_{n % 5}",
            )
            for n in range(400)
        ]
        put(near, made)
        through = address.replace(str(server().port), str(between.port))
        join(tmp_path / "far", through)
        with Library(tmp_path / "far", clock=lambda: NOW) as library:
            library.hold()
            yield library, between, near


_HELD = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND state = 'idle in transaction'"
)


def trips(between: Proxy, near: Any) -> int:
    """Trips so far, with those that end a transaction, which nobody waits for."""
    while near.engine.archive.present().db.execute(_HELD).fetchone() != (1,):
        assert between.trips
    return between.trips


def shown(library: Library, text: str) -> int:
    """Ask what a screen asks: articles, groups with their counts, tags, rows."""
    ids = library.find(query(text))
    for group in library.groups(ids):
        assert [each.articles for each in group.children]
    library.bar_tags(ids)
    library.unread(ids)
    return len(library.rows(ids[:40], described=True))


def test_a_start_takes_five_trips_after_connecting(
    far: tuple[Library, Proxy, Any], tmp_path: Path
) -> None:
    _, between, near = far
    before = between.trips
    with psycopg.connect(address_of(tmp_path / "far")[0].text) as db:
        db.execute("SELECT 1")
        connecting = between.trips - before - 1
    put(near, [article(n, published=NOW) for n in range(1000, 1005)])
    for _ in range(2):  # without anything of its own yet, and after articles have come
        put(near, [article(2000, published=NOW, tags=("BTC",), body=str(between.trips))])
        before = between.trips
        with Library(tmp_path / "far", clock=lambda: NOW) as library:
            library.hold()
            assert shown(library, "") == 40
            assert between.trips - before - connecting <= 5
            before = between.trips
            assert len(library.groups(library.find(query("")), Grouping.LATEST)) > 10
            assert between.trips - before <= 3


def test_a_filter_takes_two_trips_and_none_again(far: tuple[Library, Proxy, Any]) -> None:
    library, between, _ = far
    shown(library, "")
    for text in ('tag:"tag 7" -tag:"tag 9"', "source:source_1 category:eth", "is:unread tag:btc"):
        before = between.trips
        assert shown(library, text)
        assert between.trips - before <= 2, text
        before = between.trips
        assert library.find(query(text))
        assert between.trips == before


def test_a_word_takes_five_trips_with_a_connection_of_its_own_and_then_two(
    far: tuple[Library, Proxy, Any],
) -> None:
    library, between, _ = far
    shown(library, "")
    for most, text in ((5, "number"), (2, "body"), (2, '"body of"')):
        before = between.trips
        shown(library, text)
        assert between.trips - before <= most, text


def test_an_article_of_the_list_takes_one_trip(far: tuple[Library, Proxy, Any]) -> None:
    library, between, _ = far
    ids = library.find(query(""))
    library.rows(ids[:40])
    before = between.trips
    assert library.whole(ids[7])
    assert between.trips - before == 1


def test_a_mark_takes_seven_trips(far: tuple[Library, Proxy, Any]) -> None:
    library, between, near = far
    ids = library.find(query("tag:btc"))
    library.mark(ids, Mark.READ, True, "read")  # a connection is opened once
    before = trips(between, near)
    assert library.mark(ids, Mark.READ, False, "read") == 400
    assert trips(between, near) - before <= 7


def test_what_has_changed_is_fetched_with_the_question_whether_anything_has(
    far: tuple[Library, Proxy, Any],
) -> None:
    library, between, near = far
    shown(library, "")
    library.mark(library.find(query("")), Mark.READ, True, "read")
    assert library.prepare(query(""))  # a second connection is opened once
    library.catch_up()
    shown(library, "")
    put(near, [article(n, published=NOW, tags=("BTC",)) for n in range(1000, 1050)])
    before = trips(between, near)
    first = library.find(query(""))[:40]
    assert library.prepare(query(""))
    assert library.catch_up(first) == {id: id for id in first}
    assert trips(between, near) - before <= 2
    before = between.trips
    assert shown(library, "tag:btc") == 40
    assert len(library.find(query("is:unread"))) == 50
    assert between.trips - before <= 3


def test_nothing_new_takes_one_trip_and_the_end_of_a_transaction(
    far: tuple[Library, Proxy, Any],
) -> None:
    library, between, near = far
    shown(library, "")
    library.prepare(query(""))  # a second connection is opened once
    before = trips(between, near)
    assert not library.prepare(query(""))
    assert trips(between, near) - before <= 2


def test_a_search_that_was_cancelled_does_not_fail_the_next(
    far: tuple[Library, Proxy, Any],
) -> None:
    library, _, near = far
    cancel = Cancel()
    with near.engine.transaction() as to, ThreadPoolExecutor(1) as threads:
        to.db.execute("LOCK TABLE cryptoread.words IN ACCESS EXCLUSIVE MODE")
        search = threads.submit(library.find, query("story"), cancel=cancel)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while to.db.execute(waiting).fetchone() == (0,):
            assert not search.done()
        cancel.cancel()
        with pytest.raises(Superseded):
            search.result()
    assert len(library.find(query("story"))) == 400


LOCAL = """
import sys
from pathlib import Path
from reader.library import Cancel, Library
from reader.query.language import parse
with Library(Path(sys.argv[1])) as library:
    library.hold()
    library.groups(library.find(parse("")))
    print(*sys.modules)
"""


def test_a_local_archive_imports_nothing_of_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOCAL, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    of_it = ("psycopg", "reader.cache.shared", "reader.cache.engines.postgres", "reader.cli.shared")
    assert [name for name in done.stdout.split() if name.startswith(of_it)] == []
