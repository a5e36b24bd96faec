"""Damage, full disks, locks and two screens, a few of each; the checks notice losses."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.sweep.checks import faults
from tests.sweep.children import Children
from tests.sweep.damage import HARMS, damaged
from tests.sweep.library import Fault, compiled
from tests.sweep.locks import locked
from tests.sweep.room import small_disk, small_files
from tests.sweep.screens import two_screens
from tests.sweep.subjects import Import, Marks, Migration
from tests.sweep.sweep import Report, spread, without_room

POINTS = 4
SIZE = 24
SEED = 1

Runner = Callable[..., Report]


@pytest.fixture(scope="module")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Children]:
    folder = tmp_path_factory.mktemp("children")
    with Children(compiled(folder), folder / "children") as forked:
        yield forked


@pytest.fixture(scope="module")
def subject(children: Children, tmp_path_factory: pytest.TempPathFactory) -> Marks:
    return Marks(tmp_path_factory.mktemp("marks"), children, seed=SEED, size=SIZE)


@pytest.fixture
def base(subject: Marks) -> Path:
    folder = subject.copy("base")
    assert subject.act(folder).code == 0
    return folder


def assert_survived(report: Report) -> None:
    assert not report.troubles, "\n".join(report.troubles)


@pytest.mark.parametrize("name", HARMS)
def test_every_command_ends_well_on_damaged_files(
    name: str, base: Path, subject: Marks, children: Children
) -> None:
    report = damaged(base, subject.archive, children, HARMS[name], POINTS, SEED)
    assert_survived(report)
    assert report.points == POINTS


@pytest.mark.parametrize("subject_class", [Import, Marks, Migration])
def test_a_full_disk_costs_nothing_that_was_stored(
    subject_class: type[Import | Marks | Migration], children: Children, tmp_path: Path
) -> None:
    if not children.is_preloaded:
        pytest.skip("errors of writes need a C compiler on Linux")
    subject = subject_class(tmp_path, children, seed=SEED, size=SIZE)
    assert_survived(without_room(subject, POINTS, SEED))


@pytest.mark.parametrize("run", [small_files, locked])
def test_limits_and_locks_lose_nothing_that_was_stored(
    run: Runner, base: Path, subject: Marks, children: Children
) -> None:
    assert_survived(run(base, subject.archive, children, POINTS, SEED))


def test_a_small_disk_costs_nothing_that_was_stored(
    base: Path, subject: Marks, children: Children, tmp_path: Path
) -> None:
    report = small_disk(tmp_path, base, subject.archive, children, POINTS, SEED)
    if not report.points:
        pytest.skip("a file system may not be mounted here")
    assert_survived(report)


def test_two_screens_and_imports_and_syncs_agree(tmp_path: Path) -> None:
    assert_survived(two_screens(tmp_path, SEED, seconds=3))


@pytest.mark.parametrize(
    ("statement", "noticed"),
    [
        ("DELETE FROM articles WHERE id = (SELECT max(id) FROM articles)", "category: "),
        ("UPDATE documents SET body = body || 'x'", "changed on disk"),
        ("INSERT INTO fulltext (fulltext) VALUES ('delete-all')", "search for own"),
    ],
)
def test_a_disagreement_is_noticed(base: Path, statement: str, noticed: str) -> None:
    assert list(faults(base)) == []
    with closing(sqlite3.connect(base / "cache.db", isolation_level=None)) as db:
        db.execute(statement)
    assert any(noticed in trouble for trouble in faults(base))


def test_a_reported_article_that_is_missing_is_noticed(children: Children, tmp_path: Path) -> None:
    subject = Import(tmp_path, children, seed=SEED, size=SIZE)
    folder = subject.copy("other")
    ended = subject.act(folder)
    shutil.rmtree(folder)
    folder.mkdir()
    assert any("reported as stored" in trouble for trouble in subject.lost(folder, ended))


def test_a_confirmed_mark_that_is_missing_is_noticed(subject: Marks) -> None:
    folder = subject.copy("other")
    ended = subject.act(folder)
    assert list(subject.lost(folder, ended)) == []
    with closing(sqlite3.connect(folder / "marks.db", isolation_level=None)) as db:
        db.execute("UPDATE marks SET read = 1 - read")
    assert any("were confirmed" in trouble for trouble in subject.lost(folder, ended))


def test_points_are_spread_over_all_operations() -> None:
    points = list(spread(1000, 100, seed=1))
    assert len(set(points)) == 100
    assert all(10 * number < at <= 10 * (number + 1) for number, (at, _) in enumerate(points))
    assert {fault for _, fault in points} == {Fault.BEFORE, Fault.AFTER, Fault.HALF}
    assert len(list(spread(10, 1000, seed=1))) == 30
    assert points == list(spread(1000, 100, seed=1))
    assert points != list(spread(1000, 100, seed=2))
