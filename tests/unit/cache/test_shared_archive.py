"""A shared archive: several writers, screens and users, each with their own marks."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from pyroaring import BitMap

from reader.cache.answers import Stamp
from reader.cache.engines.postgres import stories
from reader.cache.facets.changes import counted
from reader.cache.files.checksums import bitmap_sum
from reader.cache.marks.kinds import Mark, own_tag
from reader.cache.shared import own_sets
from reader.cache.values.cancel import Cancel
from reader.cache.values.incoming import digest_of
from reader.cache.values.instants import END
from reader.errors import CacheDamaged, CacheError, CacheGone, CacheLocked, Superseded
from reader.query.language import Term, parse
from tests.builders import NOW, article, put
from tests.counting_proxy import Proxy, proxy
from tests.engines import chooses_engine
from tests.postgres import join, server, shared_store

pytestmark = chooses_engine("what PostgreSQL alone has to do")

Opens = Callable[..., Any]


@pytest.fixture
def address() -> str:
    """The address of a new archive."""
    return server().new_archive()


@pytest.fixture
def user(address: str, tmp_path: Path) -> Iterator[Opens]:
    """Opens the archive for a user by name; `through`: by way of a proxy."""
    with ExitStack() as at_end:

        def opened(name: str = "one", through: Proxy | None = None) -> Any:
            folder = tmp_path / name
            port = str(server().port)
            join(folder, address.replace(port, str(through.port)) if through else address)
            return at_end.enter_context(shared_store(folder, clock=lambda: NOW))

        yield opened


def titles(store: Any, query: str = "") -> list[str]:
    ids = store.questions.find(parse(query), NOW)
    return [row.title for row in store.texts.rows(ids)]


def mark(store: Any, query: str, mark: Any = Mark.READ, value: bool = True) -> int:
    ids = store.questions.find(parse(query), NOW)
    return int(store.marking.mark(ids, mark, value, "changed"))


def check_whole(store: Any) -> None:
    """Facets are what the articles say, every word is found, ids are in the order of time."""
    with store.session.present() as view, view.snapshot():
        told = [*view.told_between(0, END)]
        facts = counted(view.facts(), {}).ids
        facets = {
            (row.field, row.value): (row.key, row.size)
            for field in ("all", "tag", "category", "group", "source", "lang", "sentiment", "state")
            for row in view.facets_of(field)
            if (row.field, row.value) not in {mark.facet for mark in Mark}
        }
        assert {facet: len(ids) for facet, ids in facts.items()} == {
            facet: size for facet, (_, size) in facets.items() if size
        }
    published = [each.published for each in told]
    assert published == sorted(published)
    assert len({(each.source, each.external, each.lang) for each in told}) == len(told)
    assert len(titles(store, "story")) == len(told)
    fresh = store.session.new_facets()
    with store.session.present() as view:
        fresh.refresh(view)
        for facet, ids in facts.items():
            assert fresh.get(view, facet) == ids, facet


# Users.


def test_each_user_has_marks_of_their_own(user: Opens) -> None:
    one, other = user("one"), user("other")
    put(one, [article(1), article(2)])
    assert mark(one, "title:1") == 1
    assert mark(other, "title:2", own_tag("later on")) == 1
    assert titles(one, "is:read") == ["Story 1"]
    assert titles(other, "is:read") == []
    assert titles(other, 'mytag:"later on"') == ["Story 2"]
    assert titles(one, 'mytag:"later on"') == []
    assert titles(one) == titles(other) == ["Story 1", "Story 2"]


def test_marks_stay_on_their_articles_when_another_writer_moves_them(user: Opens) -> None:
    one, other = user("one"), user("other")
    put(one, [article(n, published=NOW + timedelta(milliseconds=n)) for n in range(5)])
    mark(one, "title:3", Mark.FAVOURITE)
    one.session.hold()
    held = one.questions.find(parse("is:favourite"), NOW)
    put(other, [article(n, published=NOW) for n in range(10, 20)])
    assert one.session.prepare(parse(""))
    moved = one.session.catch_up(held)
    assert titles(one, "is:favourite") == ["Story 3"]
    assert [*moved.values()] == [*one.questions.find(parse("is:favourite"), NOW)]
    assert [*moved] != [*moved.values()]
    assert titles(user("one"), "is:favourite") == ["Story 3"]


def test_marks_of_an_article_that_is_not_there_wait_for_it(user: Opens) -> None:
    one, other = user("one"), user("other")
    put(one, [article(1)])
    mark(one, "title:1", Mark.LATER)
    with other.engine.transaction() as to:
        [(id, _)] = to.between(0, END)
        for facet in to.facets_with(id):
            row = to.facets([facet])[0]
            to.put_chunks(to.count_up("version"), [((id >> 16 << 40) + row.key, BitMap())])
            to.put_facets([row._replace(size=0, newer=frozenset([id >> 16]))])
        to.forget_words(id, ("", "", ""))
        to.delete(id)
        to.count_texts(BitMap([id]))
        with to.indexing([]) as index:
            index()
    assert titles(one, "is:later") == []
    put(other, [article(1)])
    assert titles(one, "is:later") == ["Story 1"]


def test_two_screens_of_one_user_show_the_same_marks(user: Opens) -> None:
    one, other = user("same"), user("same")
    put(one, [article(n) for n in range(4)])
    for each in (one, other):
        each.session.hold()
    mark(one, "title:1")
    mark(other, "title:2")
    for each in (one, other):
        each.session.prepare(parse(""))
        each.session.catch_up()
        assert titles(each, "is:read") == ["Story 1", "Story 2"]
    assert one.marking.undo().articles == 1
    other.session.prepare(parse(""))
    other.session.catch_up()
    assert titles(other, "is:read") == ["Story 1"]


def test_marks_are_found_again_when_too_much_has_changed_to_follow(
    user: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "VERSIONS", 2)
    one, other = user("one"), user("other")
    put(one, [article(1)])
    mark(one, "title:1")
    for n in range(10, 16):
        put(other, [article(n, published=NOW - timedelta(hours=1))])
    assert titles(one, "is:read") == ["Story 1"]


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM sets",
        "UPDATE sets SET ids = x'00'",
        "UPDATE sets SET crc = crc + 1",
        "UPDATE meta SET value = -1 WHERE name = 'texts'",
        "UPDATE meta SET value = 99 WHERE name = 'texts'",
        "UPDATE meta SET value = 99 WHERE name = 'marks'",
        None,
    ],
)
def test_the_file_of_own_sets_is_made_again_from_the_marks(
    user: Opens, tmp_path: Path, harm: str | None
) -> None:
    one = user("one")
    put(one, [article(1), article(2)])
    mark(one, "title:1")
    one.session.close()
    path = tmp_path / "one" / "own.db"
    if harm is None:
        path.unlink()
    else:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(harm)
    again = user("one")
    put(again, [article(3)])
    assert titles(again, "is:read") == ["Story 1"]


def test_marks_that_are_deleted_while_they_are_open_are_recreated(
    user: Opens, tmp_path: Path
) -> None:
    one = user("one")
    put(one, [article(1), article(2)])
    mark(one, "title:1")
    for path in (tmp_path / "one").glob("marks.db*"):
        path.unlink()
    mark(one, "title:2")
    assert titles(one, "is:read") == ["Story 1", "Story 2"]
    assert [each for each in one.notices if "deleted" in each]
    assert not [each for each in one.notices if "cache.db" in each]
    assert titles(user("one"), "is:read") == ["Story 1", "Story 2"]


def test_the_answer_of_the_last_start_is_the_users_own(user: Opens) -> None:
    one, other = user("one"), user("other")
    put(one, [article(1, tags=("XRP",))])
    one.questions.remember(parse(""), NOW)
    version = one.session.version()
    with one.session.asking() as view:
        assert view.answer("", version) is not None
    with other.session.asking() as view:
        assert view.answer("", version) is None
    mark(one, "title:1")
    with one.session.asking() as view:
        assert view.answer("", one.session.version()) is None


@pytest.mark.parametrize("seen", [1, 40])
def test_a_mark_that_comes_and_goes_is_not_left_on_the_screen(user: Opens, seen: int) -> None:
    """Own sets have no versions of their own: what differs is remembered for a while."""
    one, other = user("same"), user("same")
    put(one, [article(n) for n in range(3)])
    assert titles(one, "is:read") == []
    for _ in range(seen):
        mark(other, "title:1")
        assert titles(one, "is:read") == ["Story 1"]
        mark(other, "title:1", value=False)
    assert seen < own_sets.VERSIONS or 2 * seen > own_sets.VERSIONS
    assert titles(one, "is:read") == []


# Writers.


def test_four_writers_and_two_screens_lose_nothing(user: Opens) -> None:
    writers = [user(f"writer{n}") for n in range(4)]
    screens = [user(f"screen{n}") for n in range(2)]
    for screen in screens:
        screen.session.hold()
    start = Barrier(5)

    def write(place: int) -> None:
        start.wait()
        for step in range(6):
            some = [
                article(
                    1000 * place + 10 * step + n,
                    published=NOW + timedelta(milliseconds=(7 * n + step) % 9),
                    tags=(f"W{place}", "ALL"),
                )
                for n in range(8)
            ]
            put(writers[place], some)
        writers[place].session.release()

    def watch() -> None:
        start.wait()
        for _ in range(30):
            for screen in screens:
                if screen.session.prepare(parse("story")):
                    screen.session.catch_up()
                ids = screen.questions.find(parse("tag:all"), NOW)
                assert len(screen.texts.rows(ids)) == len(ids)

    with ThreadPoolExecutor(5) as threads:
        for done in [*(threads.submit(write, n) for n in range(4)), threads.submit(watch)]:
            done.result()
    assert len(titles(writers[0], "tag:all")) == 4 * 6 * 8
    check_whole(writers[0])
    for screen in screens:
        screen.session.prepare(parse("story"))
        screen.session.catch_up()
        assert len(titles(screen, "story tag:w3")) == 48


_WRITER = """
import sys
from pathlib import Path
from tests.builders import NOW, article
from reader.cache.opened import open_store
from reader.cache.values.incoming import Incoming
with open_store(Path(sys.argv[1]), clock=lambda: NOW) as store:
    with store.intake.writing(store.intake.begin_run()) as writer:
        for n in range(50):
            writer.put(Incoming.of(article(n)))
        writer._gathered.write()
        print("written", flush=True)
        sys.stdin.read()
"""


def test_a_writer_that_is_killed_leaves_nothing_behind(user: Opens, tmp_path: Path) -> None:
    one = user("one")
    put(one, [article(99)])
    join(tmp_path / "killed", one.engine.archive.address.text)
    program = subprocess.Popen(
        [sys.executable, "-c", _WRITER, tmp_path / "killed"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    with program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"written\n"
        one.session.wait_briefly()
        with pytest.raises(CacheLocked):
            put(one, [article(100)])
        assert titles(one) == ["Story 99"]
        program.send_signal(signal.SIGKILL)
    assert titles(one) == ["Story 99"]
    put(user("other"), [article(100)])
    assert len(titles(one)) == 2
    check_whole(one)


def test_a_connection_that_is_cut_at_any_moment_leaves_all_or_nothing(user: Opens) -> None:
    near = user("near")
    put(near, [article(n, published=NOW) for n in range(3)])
    with proxy(server().port) as far:
        store = user("far", far)
        for cut_after in range(1, 40):
            before = len(titles(near))
            new = [article(1000 * cut_after + n, published=NOW) for n in range(3)]
            far.cut_after(cut_after)
            with suppress(CacheGone):
                put(store, new)
            far.cut_after(None)
            assert len(titles(near)) - before in (0, 3)
            put(store, new)  # it connects again by itself
            assert len(titles(near)) == before + 3
        check_whole(near)


def test_a_lost_connection_is_told_and_what_was_read_stays(user: Opens) -> None:
    near = user("near")
    put(near, [article(1, tags=("XRP",)), article(2)])
    with proxy(server().port) as far:
        store = user("far", far)
        store.session.hold()
        assert titles(store, "tag:xrp") == ["Story 1"]
        assert store.shared.lost == ""
        far.is_refusing = True
        far.cut()
        put(near, [article(3, tags=("XRP",))])
        assert store.session.prepare(parse("")) is False
        assert "cannot be reached" in store.shared.lost
        assert len(store.questions.find(parse("tag:xrp"), NOW)) == 1
        with pytest.raises(CacheGone):
            titles(store, "")
        far.is_refusing = False
        assert store.session.prepare(parse(""))
        store.session.catch_up()
        assert store.shared.lost == ""
        assert titles(store, "tag:xrp") == ["Story 1", "Story 3"]


def test_a_server_that_stands_still_is_given_up_and_asked_again(
    user: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.cache.engines.postgres.moments.ANSWER_S", 0.2)
    near = user("near")
    put(near, [article(1), article(2)])
    with proxy(server().port) as far:
        store = user("far", far)
        store.session.hold()
        ids = store.questions.find(parse(""), NOW)
        far.is_silent = True
        with pytest.raises(CacheGone, match="has not answered for too long"):
            store.texts.rows(ids)
        far.is_silent = False
        assert not store.session.prepare(parse(""))  # nothing is new
        assert titles(store) == ["Story 1", "Story 2"]


def test_a_writer_does_not_wait_where_it_may_not(user: Opens) -> None:
    one, other = user("one"), user("other")
    with one.engine.transaction(), pytest.raises(CacheLocked), other.engine.transaction(wait=False):
        pass
    other.session.wait_briefly()
    with one.engine.transaction(), pytest.raises(CacheLocked):
        put(other, [article(1)])
    put(other, [article(1)])
    assert titles(one) == ["Story 1"]


def test_a_search_can_be_cancelled(user: Opens) -> None:
    one = user("one")
    put(one, [article(1)])
    cancel = Cancel()
    cancel.cancel()
    with one.session.searching(None) as (view, words), pytest.raises(Superseded):
        words.ids(Term(None, "story"), view, cancel)


# A server that is damaged or hostile.

HARM = {
    "a bitmap is cut": "UPDATE cryptoread.{table} SET ids = substr(ids, 1, length(ids) / 2)",
    "a bitmap is another": "UPDATE cryptoread.{table} SET ids = '\\x3b3000000100000000000000'",
    "a bitmap is empty": "UPDATE cryptoread.{table} SET ids = ''",
    "a bitmap is huge": "UPDATE cryptoread.{table} SET ids = convert_to(repeat('x', 70000000), "
    "'UTF8') WHERE {key} = (SELECT max({key}) FROM cryptoread.{table})",
    "a checksum is another": "UPDATE cryptoread.{table} SET crc = 1",
}


HOSTILE = {
    "cut": BitMap(range(0, 9000, 3)).serialize()[:-40],
    "longer": BitMap(range(40)).serialize() + b"more",
    "not a bitmap": b"\x00" * 64,
    "many containers": b"\x3a\x30\x00\x00\xff\xff\xff\x7f" + b"\x00" * 64,
    "ids of no article": BitMap([1, 1 << 31]).serialize(),
    "empty": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_bitmaps_that_are_hostile_are_checked_although_their_checksum_is_right(
    user: Opens, name: str
) -> None:
    one = user("one")
    put(one, [article(n, tags=("XRP",)) for n in range(3)])
    one.upkeep.tidy(entirely=True)
    expected = titles(one, "tag:xrp")
    with one.engine.transaction() as to:
        db = to.view.db
        for (key,) in db.execute("SELECT key FROM cryptoread.wholes").fetchall():
            values = (HOSTILE[name], bitmap_sum(key, HOSTILE[name]), key)
            db.execute("UPDATE cryptoread.wholes SET ids = %s, crc = %s WHERE key = %s", values)
        texts = to.counter("texts")
        changed = (HOSTILE[name], bitmap_sum(texts, HOSTILE[name]))
        db.execute("UPDATE cryptoread.texts_changed SET ids = %s, crc = %s", changed)
        assert to.texts_changed(texts - 1) is None or name in ("longer", "ids of no article")
    other = user("other")
    other.session.hold()
    assert titles(other, "tag:xrp") == expected


@pytest.mark.parametrize("is_settled", [True, False])
@pytest.mark.parametrize("harm", HARM)
def test_facets_that_are_damaged_are_counted_from_the_articles(
    user: Opens, harm: str, is_settled: bool
) -> None:
    one = user("one")
    put(one, [article(n, tags=("XRP",)) for n in range(3)])
    one.upkeep.tidy(entirely=True)
    if not is_settled:
        put(one, [article(n, tags=("XRP",)) for n in range(3, 6)])
    expected = titles(one, "tag:xrp")
    table, key = ("wholes", "key") if is_settled else ("chunks", "id")
    with one.engine.transaction() as to:
        to.view.db.execute(HARM[harm].format(table=table, key=key))
    other = user("other")
    other.session.hold()
    assert titles(other, "tag:xrp") == expected
    assert any("damaged" in notice for notice in other.notices)


def test_rows_of_facets_with_a_wrong_checksum_are_not_believed(user: Opens) -> None:
    one = user("one")
    put(one, [article(n, tags=("XRP",)) for n in range(3)])
    with one.engine.transaction() as to:
        to.view.db.execute("UPDATE cryptoread.facets SET size = 1000000")
    other = user("other")
    other.session.hold()
    assert len(titles(other, "tag:xrp")) == 3
    assert other.questions.total() == 3


def test_an_article_that_is_damaged_is_named_and_the_others_are_shown(user: Opens) -> None:
    one = user("one")
    put(one, [article(n) for n in range(3)])
    with one.engine.transaction() as to:
        to.view.db.execute(
            "UPDATE cryptoread.documents SET body = '\\xff' "
            "WHERE id = (SELECT min(id) FROM cryptoread.documents)"
        )
    ids = one.questions.find(parse(""), NOW)
    assert [each.title for _, each in one.texts.articles(ids)] == ["Story 0", "Story 1"]


def test_no_text_of_another_writer_acts_on_the_terminal(user: Opens) -> None:
    one, other = user("one"), user("other")
    put(one, [article(n, tags=("XRP",)) for n in range(2)])
    evil = "chr(27) || ']0;x' || chr(7)"
    fields = """{"title": "a\\u001b[31m", "description": "d\\u009bd", "tags": ["t\\u202e"]}"""
    with one.engine.transaction() as to:
        db = to.view.db
        db.execute(f"UPDATE cryptoread.articles SET title = {evil}, source = {evil}")
        db.execute(
            "UPDATE cryptoread.documents SET fields = %s, body = 'text', digest = %s "
            "WHERE id = (SELECT min(id) FROM cryptoread.documents)",
            (fields.encode(), digest_of(fields.encode(), b"text")),
        )
        first = db.execute("SELECT min(id) FROM cryptoread.documents").fetchone()[0]
        to.count_up("texts")
    ids = other.questions.find(parse(""), NOW)
    rows = other.texts.rows(ids, described=True)
    assert {(row.title, row.source) for row in rows} == {("]0;x", "]0;x")}
    assert len([*other.texts.articles(ids)]) == 1
    with other.session.present() as view:
        assert [*view.descriptions([first])] == [(first, "dd")]
        assert [*view.tags([first])] == [(first, "t")]
        assert [text[2] for text in view.texts([first])] == ["dd"]


def test_counters_that_are_missing_are_an_error_in_words(user: Opens) -> None:
    one = user("one")
    with one.engine.transaction() as to:
        to.view.db.execute("DELETE FROM cryptoread.meta")
    with pytest.raises(CacheError, match="has no archive yet"):
        one.session.hold()


def test_the_owner_of_damaged_facets_is_named(user: Opens) -> None:
    one = user("one")
    put(one, [article(1)])
    with one.engine.transaction() as to:
        to.view.db.execute("UPDATE cryptoread.facets SET crc = 1")
    with (
        pytest.raises(CacheDamaged, match="owner of the archive"),
        one.session.present() as view,
    ):
        view.facets([("all", "")])


def test_a_damaged_article_comes_back_with_its_file_and_others_are_not_read_again(
    user: Opens,
) -> None:
    one = user("one")
    put(one, [article(n) for n in range(2)])
    with one.intake.writing(one.intake.begin_run()) as writer:
        for n in range(2):
            writer.note_file(Stamp(f"/news/2026/03/story-{n}.en.md", 1, 1, b"digest"))
    with one.engine.transaction() as to:
        id = to.ids([article(1).identity])[article(1).identity]
        to.view.db.execute(f"UPDATE cryptoread.documents SET body = '\\xff' WHERE id = {id}")
    assert [each.title for _, each in one.texts.articles(one.questions.find(parse(""), NOW))] == [
        "Story 0"
    ]
    assert [*one.intake.files_below("/news/")] == ["/news/2026/03/story-0.en.md"]
    assert put(one, [article(0), article(1)]) == ["unchanged", "updated"]
    assert len(titles(one)) == len([*one.texts.articles(one.questions.find(parse(""), NOW))]) == 2
