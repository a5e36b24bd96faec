"""Copies of the marks: one a day, seven kept, one before a migration, each undamaged."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reader.cache.files.migrations import CACHE, MARKS
from reader.cache.marks.kinds import Mark
from reader.cache.repair import marks_copies, marks_repair
from reader.cache.repair.marks_copies import KEPT, copies, copy_files, is_due, is_whole, keep_copy
from reader.cache.repair.preparing import prepare
from reader.cache.store import Store
from reader.errors import MarksDamaged
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.engines import chooses_engine

pytestmark = chooses_engine("marks.db is the same file with every engine")

Clock = list[datetime]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What day it is: the last of the list."""
    days = [NOW]

    class Now(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            assert tz is UTC
            return days[-1]

    monkeypatch.setattr(marks_copies, "datetime", Now)
    return days


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Nine articles, of which none is marked."""
    with Store(tmp_path) as made:
        put(made, [article(n, title=f"Story {n}") for n in range(9)])
        yield made


def mark(store: Store, number: int, value: bool = True) -> None:
    store.marking.mark(
        store.questions.find(parse(f"title:{number}"), NOW), Mark.READ, value, f"{number}"
    )


def names(folder: Path) -> list[str]:
    return [path.name for path in copy_files(folder)]


def read_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM marks WHERE read").fetchone()[0])


def test_a_day_has_one_copy_and_it_is_a_plain_private_file(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    mark(store, 1)
    assert is_due(tmp_path)
    path = keep_copy(tmp_path)
    assert path == tmp_path / "marks-2026-03-14.db"
    mark(store, 2)
    assert not is_due(tmp_path)
    assert keep_copy(tmp_path) is None
    assert read_in(path) == 1
    assert is_whole(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob("marks-*")) == [path]
    clock.append(NOW + timedelta(days=1))
    later = keep_copy(tmp_path)
    assert later is not None
    assert read_in(later) == 2


def test_the_last_seven_days_are_kept(store: Store, tmp_path: Path, clock: Clock) -> None:
    for day in range(9):
        mark(store, day)
        clock.append(NOW + timedelta(days=day))
        keep_copy(tmp_path)
    assert names(tmp_path) == [f"marks-2026-03-{day}.db" for day in range(16, 23)]
    assert len(names(tmp_path)) == KEPT


def test_copies_dated_by_a_wrong_clock_do_not_count_as_the_latest(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    clock.append(datetime(2040, 1, 1, tzinfo=UTC))
    keep_copy(tmp_path)
    for day in range(9):
        mark(store, day)
        clock.append(NOW + timedelta(days=day))
        keep_copy(tmp_path)
    assert names(tmp_path)[-1] == "marks-2026-03-22.db"
    assert copies(tmp_path)[0].path.name == "marks-2026-03-22.db"


def test_a_copy_is_made_while_another_program_writes(store: Store, tmp_path: Path) -> None:
    mark(store, 1)
    with closing(sqlite3.connect(tmp_path / "marks.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE marks SET read = 0")
        path = keep_copy(tmp_path)
        other.execute("ROLLBACK")
    assert path is not None
    assert read_in(path) == 1


def test_a_damaged_file_is_never_kept_as_a_copy(store: Store, tmp_path: Path) -> None:
    mark(store, 1)
    store.close()
    data = bytearray((tmp_path / "marks.db").read_bytes())
    data[5 * 4096 :] = bytes(len(data) - 5 * 4096)
    (tmp_path / "marks.db").write_bytes(data)
    with pytest.raises(MarksDamaged):
        keep_copy(tmp_path)
    assert list(tmp_path.glob("marks-*")) == []


def test_damage_that_a_copy_finds_is_repaired_and_reported(store: Store, tmp_path: Path) -> None:
    mark(store, 1)
    store.close()
    path = tmp_path / "marks.db"
    data = bytearray(path.read_bytes())
    data[5 * 4096 :] = bytes(len(data) - 5 * 4096)
    path.write_bytes(data)
    with Store(tmp_path) as again:
        again.marking.keep_copy()
        assert "marks.db was damaged" in again.notices[0]
        assert len(again.questions.find(parse("is:read"), NOW)) == 1
    (copy,) = copies(tmp_path)
    assert read_in(copy.path) == 1


@pytest.mark.usefixtures("store")
def test_a_copy_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "marks-2020-01-01.db.part").write_bytes(b"half")
    (tmp_path / "marks-of-mine.db").write_bytes(b"a file of the user's")
    path = keep_copy(tmp_path)
    assert path is not None
    assert {each.name for each in tmp_path.glob("marks-*")} == {path.name, "marks-of-mine.db"}


def test_without_room_no_copy_is_made(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(store, 1)
    monkeypatch.setattr(marks_copies, "ROOM", 1 << 60)
    assert keep_copy(tmp_path) is None


def test_marks_are_copied_before_they_are_migrated(tmp_path: Path) -> None:
    prepare(tmp_path / "cache.db", CACHE)
    prepare(tmp_path / "marks.db", MARKS._replace(migrations=MARKS.migrations[:1]))
    with closing(sqlite3.connect(tmp_path / "marks.db")) as db:
        db.execute("INSERT INTO marks VALUES ('1', 'en', 'block_ledger', 1, 0, 0)")
        db.execute("UPDATE meta SET value = 1")
        db.commit()
    with Store(tmp_path) as store:
        assert store.notices == ()
    (path,) = copy_files(tmp_path)
    assert path.name.endswith("-v1.db")
    assert read_in(path) == 1
    # And it is good for a restore.
    for file in (*tmp_path.glob("marks.db*"), *tmp_path.glob("cache.db*")):
        file.unlink()
    with Store(tmp_path) as store:
        put(store, [article(1)])
        assert len(store.questions.find(parse("is:read"), NOW)) == 1


def test_a_damaged_copy_is_found_skipped_and_removed(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    mark(store, 1)
    good = keep_copy(tmp_path)
    clock.append(NOW + timedelta(days=1))
    bad = keep_copy(tmp_path)
    assert good is not None
    assert bad is not None
    bad.write_bytes(bad.read_bytes()[:-4096])
    assert marks_repair.check(tmp_path) == [f"{bad} is damaged"]
    store.close()
    for file in (*tmp_path.glob("marks.db*"), *tmp_path.glob("cache.db*")):
        file.unlink()
    with Store(tmp_path) as again:
        assert f"from the copy {good.name}" in again.notices[0]
    assert f"the damaged copy {bad.name}" in marks_repair.repair(tmp_path)[0]
    assert marks_repair.check(tmp_path) == []
    assert good.exists()
