"""A stored mark is shown, and restored, whatever happens to either file."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from multiprocessing import get_context
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree

import pytest

from reader.cache.files.migrations import MARKS, _statements
from reader.cache.ids import Ids
from reader.cache.marks.kinds import Mark
from reader.cache.marks.state import TABLES, checksum
from reader.cache.repair import marks_repair
from reader.cache.repair.marks_copies import keep_copy
from reader.cache.store import Store
from reader.errors import CacheError, CacheTooNew, MarkNotShown
from reader.query.language import Query, parse
from tests.builders import NOW, article, put
from tests.engines import chooses_engine
from tests.examples import one_in

pytestmark = chooses_engine("marks are restored from cache.db")

ROOT = Path(__file__).parents[3]
MANY = 300

Shown = tuple[set[str], set[str]]


def titles(store: Store, query: str) -> set[str]:
    return {row.title for row in store.texts.rows(list(store.questions.find(parse(query), NOW)))}


def shown(folder: Path) -> Shown:
    """The articles that are read, and the favourites, after a start."""
    with Store(folder) as store:
        return titles(store, "is:read"), titles(store, "is:favourite")


def mark(store: Store, title: str, what: Mark = Mark.READ, value: bool = True) -> None:
    store.marking.mark(store.questions.find(parse(f'title:"{title}"'), NOW), what, value, title)


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def value(path: Path, query: str) -> object:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchone()[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three articles; the second is read."""
    with Store(tmp_path / "data") as store:
        put(store, [article(n, title=f"Story {n}") for n in (1, 2, 3)])
        mark(store, "Story 2")
    return tmp_path / "data"


# The cache's part of a mark fails.

FULL = "CREATE TRIGGER full BEFORE INSERT ON chunks BEGIN SELECT RAISE(FAIL, 'no room'); END"


def test_a_mark_that_the_cache_could_not_take_is_shown_with_the_next(folder: Path) -> None:
    with Store(folder) as store:
        execute(store.path, FULL)
        with pytest.raises(MarkNotShown, match="the mark is stored"):
            mark(store, "Story 1")
        execute(store.path, "DROP TRIGGER full")
        assert titles(store, "is:read") == {"Story 2"}
        mark(store, "Story 3", Mark.FAVOURITE)
        assert titles(store, "is:read") == {"Story 1", "Story 2"}
        assert titles(store, "is:favourite") == {"Story 3"}
    assert shown(folder) == ({"Story 1", "Story 2"}, {"Story 3"})


def test_a_mark_that_the_cache_could_not_take_is_shown_by_the_next_start(folder: Path) -> None:
    with Store(folder) as store:
        execute(store.path, FULL)
        with pytest.raises(MarkNotShown):
            mark(store, "Story 1")
    execute(folder / "cache.db", "DROP TRIGGER full")
    assert shown(folder) == ({"Story 1", "Story 2"}, set())


def test_an_undo_that_the_cache_could_not_take_is_shown_with_the_next_mark(folder: Path) -> None:
    with Store(folder) as store:
        execute(store.path, FULL)
        with pytest.raises(MarkNotShown):
            store.marking.undo()
        execute(store.path, "DROP TRIGGER full")
        mark(store, "Story 3")
        assert titles(store, "is:read") == {"Story 3"}


def test_a_mark_is_stored_in_neither_file_while_the_cache_is_locked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.cache.files.schema.BUSY_TIMEOUT_MS", 1)
    with Store(folder) as store, closing(sqlite3.connect(folder / "cache.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CacheError, match="in use by another program"):
            mark(store, "Story 1")
        other.rollback()
        mark(store, "Story 3")
    assert shown(folder) == ({"Story 2", "Story 3"}, set())


KILLED = """
import os, signal, sys
from pathlib import Path
from reader.cache.marks.kinds import Mark
from reader.cache.store import Store
from reader.cache.facets.changes import FacetChanges
from reader.query.language import parse
from tests.builders import NOW
with Store(Path(sys.argv[1])) as store:
    FacetChanges.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    store.marking.mark(store.questions.find(parse("title:1"), NOW), Mark.READ, True, "read")
"""


def run(script: str, *arguments: str) -> int:
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, check=False, timeout=60
    )
    return ran.returncode


@pytest.mark.parametrize("marks_next", [False, True], ids=["the next start", "the next mark"])
def test_a_mark_of_a_killed_program_is_shown_by(folder: Path, marks_next: bool) -> None:
    with Store(folder) as open_screen:
        assert run(KILLED, str(folder)) == -signal.SIGKILL
        if marks_next:
            mark(open_screen, "Story 3")
            assert titles(open_screen, "is:read") == {"Story 1", "Story 2", "Story 3"}
    read = {"Story 1", "Story 2"} | ({"Story 3"} if marks_next else set())
    assert shown(folder) == (read, set())


SHORT_OF_ROOM = """
import resource, signal, sys
from pathlib import Path
from reader.cache.marks.kinds import Mark
from reader.cache.store import Store
from reader.errors import CacheError
from reader.query.language import parse
from tests.builders import NOW
with Store(Path(sys.argv[1])) as store:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        store.marking.mark(store.questions.find(parse("title:1"), NOW), Mark.READ, True, "read")
    except CacheError:
        sys.exit(7)
"""


@pytest.mark.parametrize("bytes_left", [100, 5_000, 9_000, 14_000, 20_000, 30_000])
def test_on_a_full_disk_a_mark_is_stored_and_shown_or_refused(
    folder: Path, bytes_left: int
) -> None:
    code = run(SHORT_OF_ROOM, str(folder), str(bytes_left))
    assert code in (0, 7)
    read, _ = shown(folder)
    assert "Story 2" in read
    assert code == 7 or "Story 1" in read
    with Store(folder) as store:
        mark(store, "Story 3")
        assert titles(store, "is:read") == {*read, "Story 3"}


# marks.db is lost.


def lose(folder: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        (folder / f"marks.db{ending}").unlink(missing_ok=True)


def empty(folder: Path) -> None:
    lose(folder)
    (folder / "marks.db").touch()


def scribble(folder: Path) -> None:
    lose(folder)
    (folder / "marks.db").write_bytes(b"this is not a database, but it is long enough" * 200)


def shorten(folder: Path) -> None:
    data = (folder / "marks.db").read_bytes()
    (folder / "marks.db").write_bytes(data[: len(data) // 2])


LOSSES: dict[str, tuple[Callable[[Path], None], str]] = {
    "missing": (lose, "marks.db was missing; 1 article has marks again, from cache.db"),
    "empty": (empty, "marks.db was empty; 1 article has marks again, from cache.db"),
    "no database": (scribble, "marks.db was damaged and renamed to marks.db.damaged-"),
    "cut off": (shorten, "marks.db was damaged and renamed to marks.db.damaged-"),
}


@pytest.mark.parametrize("name", LOSSES)
def test_marks_that_are_lost_are_restored_from_what_the_cache_shows(
    folder: Path, name: str
) -> None:
    damage, said = LOSSES[name]
    damage(folder)
    found = marks_repair.check(folder)
    assert len(found) == 1
    assert "marks.db" in found[0]
    with Store(folder) as store:
        (notice,) = store.notices
        assert notice.startswith(said)
        assert titles(store, "is:read") == {"Story 2"}
        mark(store, "Story 1")
    assert shown(folder) == ({"Story 1", "Story 2"}, set())
    assert marks_repair.check(folder) == []
    # The cache may go now.
    for file in folder.glob("cache.db*"):
        file.unlink()
    with Store(folder) as store:
        assert store.notices == ()
        put(store, [article(n, title=f"Story {n}") for n in (1, 2, 3)])
        assert titles(store, "is:read") == {"Story 1", "Story 2"}


@pytest.mark.parametrize("name", LOSSES)
def test_marks_that_are_lost_with_the_cache_are_restored_from_a_copy(
    folder: Path, name: str
) -> None:
    assert keep_copy(folder) is not None
    LOSSES[name][0](folder)
    for file in folder.glob("cache.db*"):
        file.unlink()
    with Store(folder) as store:
        assert "from the copy marks-" in store.notices[0] or "readable rows" in store.notices[0]
        put(store, [article(n, title=f"Story {n}") for n in (1, 2, 3)])
        assert titles(store, "is:read") == {"Story 2"}
        assert store.marking.undo() is not None


def test_an_article_unmarked_since_the_copy_stays_unmarked(folder: Path) -> None:
    keep_copy(folder)
    with Store(folder) as store:
        mark(store, "Story 2", value=False)
        mark(store, "Story 3")
    lose(folder)
    assert shown(folder) == ({"Story 3"}, set())


def test_marks_of_articles_missing_from_the_cache_come_from_the_copy(folder: Path) -> None:
    keep_copy(folder)
    for file in folder.glob("cache.db*"):
        file.unlink()
    with Store(folder) as store:
        put(store, [article(1, title="Story 1"), article(3, title="Story 3")])
        mark(store, "Story 1")
    lose(folder)
    with Store(folder) as store:
        put(store, [article(2, title="Story 2")])
        assert titles(store, "is:read") == {"Story 1", "Story 2"}


def test_an_older_file_of_marks_catches_up_with_the_cache(folder: Path) -> None:
    older = (folder / "marks.db").read_bytes()
    with Store(folder) as store:
        mark(store, "Story 2", value=False)
        mark(store, "Story 3", Mark.FAVOURITE)
        mark(store, "Story 1", Mark.FAVOURITE)
    (folder / "marks.db").write_bytes(older)
    assert "is older than cache.db" in marks_repair.check(folder)[0]
    with Store(folder) as store:
        assert "marks.db was older than cache.db" in store.notices[0]
    assert shown(folder) == (set(), {"Story 1", "Story 3"})
    assert marks_repair.check(folder) == []


def test_a_new_folder_has_nothing_to_restore_and_no_notice(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert store.notices == ()
        put(store, [article(1)])
    with Store(tmp_path) as store:
        assert store.notices == ()
    assert marks_repair.check(tmp_path) == []
    assert marks_repair.repair(tmp_path) == []


def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(folder: Path) -> None:
    execute(folder / "marks.db", "PRAGMA user_version = 99")
    before = (folder / "marks.db").read_bytes()
    with pytest.raises(CacheTooNew, match="newer cryptoread"):
        Store(folder)
    with pytest.raises(CacheTooNew):
        marks_repair.check(folder)
    with pytest.raises(CacheTooNew):
        marks_repair.repair(folder)
    assert (folder / "marks.db").read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_as_it_is(folder: Path) -> None:
    lose(folder)
    execute(folder / "marks.db", "CREATE TABLE recipes (name)", "PRAGMA user_version = 1")
    before = (folder / "marks.db").read_bytes()
    with pytest.raises(CacheError, match="not a file of cryptoread"):
        Store(folder)
    assert (folder / "marks.db").read_bytes() == before


def test_the_checksums_are_those_of_the_tables() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        for version, script in enumerate(MARKS.migrations, 1):
            for statement in _statements(script):
                db.execute(statement)
            tables = dict(db.execute("SELECT name, CAST(sql AS BLOB) FROM sqlite_schema"))
            assert checksum(tables, version) == TABLES[version]


# One byte of marks.db is flipped.


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles of which every second is read, and every fifth a favourite."""
    folder = tmp_path_factory.mktemp("many") / "data"
    with Store(folder) as store:
        put(store, [article(n) for n in range(MANY)])
        ids = list(store.questions.find(Query(), NOW))
        store.marking.mark(Ids(ids[::2]), Mark.READ, True, "half")
        store.marking.mark(Ids(ids[::5]), Mark.FAVOURITE, True, "a fifth")
        for n in range(0, MANY, 3):
            store.marking.save_position(article(n).identity, float(n))
    return folder


PAGES = 15
PLACES = (0, 3, 5, 100, 4_000)
HEADER = (17, 18, 19, 20, 28, 31, 44, 47, 56, 59, 68, 71)


def places(page: int) -> tuple[int, ...]:
    return PLACES if page else PLACES + HEADER


def flip(path: Path, page: int, place: int, bit: int = 6) -> None:
    data = bytearray(path.read_bytes())
    data[page * 4096 + place] ^= 1 << bit
    path.write_bytes(data)


@pytest.mark.parametrize("page", one_in(4, range(PAGES)))
def test_no_flipped_byte_loses_a_mark_while_the_cache_exists(
    many: Path, tmp_path: Path, page: int
) -> None:
    assert (many / "marks.db").stat().st_size == PAGES * 4096
    expected = shown(many)
    for place in places(page):
        folder = copytree(many, tmp_path / str(place))
        flip(folder / "marks.db", page, place)
        assert shown(folder) == expected, place
        marks_repair.repair(folder)
        assert marks_repair.check(folder) == [], place
        with Store(folder) as store:
            assert (titles(store, "is:read"), titles(store, "is:favourite")) == expected, place
            mark(store, "Story 1", Mark.FAVOURITE, "Story 1" not in expected[1])


@pytest.mark.parametrize("page", one_in(4, range(PAGES)))
def test_no_flipped_byte_outside_the_rows_loses_a_mark_without_cache_and_copies(
    many: Path, tmp_path: Path, page: int
) -> None:
    expected = shown(many)
    for place in places(page):
        if place > 5 and page:  # in a row, which then is another one
            continue
        folder = copytree(many, tmp_path / str(place), ignore=ignore_patterns("cache.db*"))
        flip(folder / "marks.db", page, place)
        marks_repair.repair(folder)
        with Store(folder) as store:
            put(store, [article(n) for n in range(MANY)])
            assert (titles(store, "is:read"), titles(store, "is:favourite")) == expected, place


def test_a_flipped_byte_in_a_row_affects_only_that_row(many: Path, tmp_path: Path) -> None:
    read, favourite = shown(many)
    for page in range(PAGES):
        folder = copytree(many, tmp_path / "data")
        for file in folder.glob("cache.db*"):
            file.unlink()
        flip(folder / "marks.db", page, 3_986)
        with Store(folder) as store:
            put(store, [article(n) for n in range(MANY)])
        now_read, now_favourite = shown(folder)
        assert len(read - now_read) <= 1
        assert len(favourite - now_favourite) <= 1
        rmtree(folder)


def test_positions_and_undo_come_back_with_the_rows(many: Path, tmp_path: Path) -> None:
    folder = copytree(many, tmp_path / "data")
    flip(folder / "marks.db", 0, 3)
    with Store(folder) as store:
        assert "its readable rows" in store.notices[0]
        assert store.marking.position(article(99).identity) == 99.0
        change = store.marking.undo()
        assert change is not None
        assert change.label == "a fifth"
    (aside,) = folder.glob("marks.db.damaged-*")
    flip(aside, 0, 3)
    assert aside.read_bytes() == (many / "marks.db").read_bytes()


def test_damage_that_a_mark_finds_is_repaired_at_once(many: Path, tmp_path: Path) -> None:
    folder = copytree(many, tmp_path / "data")
    read, favourite = shown(folder)
    with closing(sqlite3.connect(folder / "marks.db")) as db:
        root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'marks'").fetchone()[0]
    flip(folder / "marks.db", root - 1, 0)
    with Store(folder) as store:
        assert list(store.notices) == []
        mark(store, "Story 7", Mark.FAVOURITE)
        assert "marks.db was damaged" in store.notices[0]
        assert titles(store, "is:read") == read
        assert titles(store, "is:favourite") == favourite | {"Story 7"}
    assert shown(folder) == (read, favourite | {"Story 7"})


def test_a_mark_that_differs_in_file_and_cache_is_found_and_kept(folder: Path) -> None:
    execute(folder / "marks.db", "UPDATE marks SET read = 0, favourite = 1")
    assert "1 article has other marks" in marks_repair.check(folder)[0]
    assert "1 article had other marks" in marks_repair.repair(folder)[0]
    assert marks_repair.check(folder) == []
    assert shown(folder) == ({"Story 2"}, {"Story 2"})


# Several programs at once.


def _start(folder: str) -> tuple[Shown, tuple[str, ...]]:
    with Store(Path(folder)) as store:
        return (titles(store, "is:read"), titles(store, "is:favourite")), store.notices


def test_damage_of_the_cache_is_not_reported_as_damage_of_the_marks(
    many: Path, tmp_path: Path
) -> None:
    folder = copytree(many, tmp_path / "copy")
    cache, marks = folder / "cache.db", folder / "marks.db"
    whole, before = cache.read_bytes(), marks.read_bytes()
    for start in range(0, len(whole), 4 * 4096):  # a page each, of every fourth
        cache.write_bytes(whole[:start] + b"\xff" * 4096 + whole[start + 4096 :])
        assert marks_repair.check(folder) == [], start
        assert marks_repair.repair(folder) == [], start
        assert marks.read_bytes() == before


def test_programs_that_start_at_once_repair_once_and_overwrite_nothing(folder: Path) -> None:
    scribble(folder)
    before = (folder / "marks.db").read_bytes()
    with get_context("spawn").Pool(4) as pool:
        results = pool.map(_start, [str(folder)] * 8)
    assert [found for found, _ in results] == [({"Story 2"}, set())] * 8
    assert sum(bool(notices) for _, notices in results) == 1
    (aside,) = folder.glob("marks.db.damaged-*")
    assert aside.read_bytes() == before


def test_two_damaged_files_are_set_aside_under_two_names(folder: Path) -> None:
    for _ in range(3):
        scribble(folder)
        assert shown(folder) == ({"Story 2"}, set())
    assert len(list(folder.glob("marks.db.damaged-*"))) == 3


# The file goes while a screen is open.


def test_a_mark_after_marks_were_deleted_recreates_the_file(folder: Path) -> None:
    with Store(folder) as store:
        store.marking.save_position(article(3).identity, 7.0)
        lose(folder)
        mark(store, "Story 1")
        assert "marks.db had been deleted; it was recreated with all its marks" in store.notices[0]
        assert "cache.db is gone" not in store.notices[0]
        assert titles(store, "is:read") == {"Story 1", "Story 2"}
        mark(store, "Story 3")
        assert len(store.notices) == 1
    with Store(folder) as store:
        assert store.notices == ()
        assert titles(store, "is:read") == {"Story 1", "Story 2", "Story 3"}
        assert store.marking.position(article(3).identity) == 7.0
        assert [store.marking.undo() is not None for _ in range(4)] == [True, True, True, False]


def test_a_mark_after_the_folder_was_deleted_recreates_the_file(folder: Path) -> None:
    with Store(folder) as store:
        rmtree(folder)
        mark(store, "Story 1")
        assert "cache.db is gone, too: import or sync again" in store.notices[0]
        assert titles(store, "is:read") == {"Story 1", "Story 2"}
        store.marking.undo()
    with Store(folder) as store:
        put(store, [article(n, title=f"Story {n}") for n in (1, 2, 3)])
        assert titles(store, "is:read") == {"Story 2"}


def test_a_mark_is_written_to_the_file_that_another_program_put_in_place(folder: Path) -> None:
    with Store(folder) as store:
        lose(folder)
        with Store(folder) as other:
            mark(other, "Story 3")
        mark(store, "Story 1")
        assert titles(store, "is:read") == {"Story 1", "Story 2", "Story 3"}
    assert shown(folder) == ({"Story 1", "Story 2", "Story 3"}, set())


def test_a_mark_says_so_if_the_folder_cannot_be_recreated(folder: Path) -> None:
    with Store(folder) as store:
        rmtree(folder)
        folder.write_text("a file in its place")
        with pytest.raises(CacheError, match="cannot be written"):
            mark(store, "Story 1")
        folder.unlink()
        mark(store, "Story 1")
    assert value(folder / "marks.db", "SELECT count(*) FROM marks WHERE read") == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_marks_in_a_read_only_folder_are_read(folder: Path) -> None:
    folder.chmod(0o500)
    with suppress(PermissionError):
        assert shown(folder) == ({"Story 2"}, set())
    folder.chmod(0o700)


def test_a_new_thread_can_mark_after_the_folder_was_deleted(folder: Path) -> None:
    with Store(folder) as store, ThreadPoolExecutor(1) as thread:
        store.session.hold()
        ids = store.questions.find(parse("title:1"), NOW)
        rmtree(folder)
        marked = thread.submit(
            store.marking.set_marks, ids, Mark.READ, None, lambda *_: "read"
        ).result()
        assert marked == (True, 1, 1)
        assert "cache.db is gone, too" in store.notices[0]
        assert thread.submit(store.marking.undo).result() is not None
        assert thread.submit(store.marking.redo).result() is not None
        assert not thread.submit(store.session.prepare, Query()).result()
        assert store.session.renew()
        assert not (folder / "cache.db").exists()
    with Store(folder) as store:
        put(store, [article(n, title=f"Story {n}") for n in (1, 2, 3)])
        assert titles(store, "is:read") == {"Story 1", "Story 2"}


def test_a_read_only_folder_shows_marks_that_its_cache_lacks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(KILLED, str(folder)) == -signal.SIGKILL
    monkeypatch.setattr("reader.cache.files.copies.is_writable", lambda _path: False)
    with Store(folder) as store:
        assert store.is_only_read
        assert titles(store, "is:read") == {"Story 1", "Story 2"}
        assert titles(store, "is:unread lang:en") == {"Story 3"}


def test_a_read_only_folder_opens_without_marks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in folder.glob("marks*"):
        path.unlink()
    monkeypatch.setattr("reader.cache.files.copies.is_writable", lambda _path: False)
    with Store(folder) as store:
        assert store.is_only_read
        assert titles(store, "") == {"Story 1", "Story 2", "Story 3"}
        assert titles(store, "is:read") == set()
