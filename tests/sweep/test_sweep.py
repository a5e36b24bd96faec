"""Nothing that was reported as stored is lost, wherever a process is killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.news_server import NewsServer
from tests.sweep.children import Children
from tests.sweep.library import compiled
from tests.sweep.subjects import Import, Marks, Migration, Subject, Sync
from tests.sweep.sweep import sweep

POINTS = {Import: 30, Sync: 20, Marks: 30, Migration: 20}
"""Kills of each act; more by hand, see `tests.sweep.__main__`."""

SIZE = 40
SEED = 1


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    with Children(compiled(tmp_path), tmp_path / "children") as forked:
        yield forked


def assert_survives(subject: Subject) -> None:
    points = POINTS[type(subject)]
    report = sweep(subject, points, SEED)
    assert report.points == points
    assert report.disturbed > points // 2
    assert not report.troubles, "\n".join(report.troubles)


def test_an_import_that_is_killed_keeps_what_it_reported(
    tmp_path: Path, children: Children
) -> None:
    assert_survives(Import(tmp_path / "work", children, seed=SEED, size=SIZE))


def test_a_sync_that_is_killed_keeps_what_it_reported(
    tmp_path: Path, children: Children, server: NewsServer
) -> None:
    assert_survives(Sync(tmp_path / "work", children, server, seed=SEED, size=SIZE))


def test_marks_that_were_confirmed_are_there_after_a_kill(
    tmp_path: Path, children: Children
) -> None:
    assert_survives(Marks(tmp_path / "work", children, seed=SEED, size=SIZE))


def test_a_migration_that_is_killed_loses_nothing(tmp_path: Path, children: Children) -> None:
    assert_survives(Migration(tmp_path / "work", children, seed=SEED, size=SIZE))


def test_without_a_compiler_a_process_is_killed_at_a_statement(tmp_path: Path) -> None:
    with Children(None, tmp_path / "children") as forked:
        assert not forked.is_preloaded
        report = sweep(Marks(tmp_path / "work", forked, seed=SEED, size=SIZE), 5, SEED)
    assert report.disturbed == 5
    assert not report.troubles, "\n".join(report.troubles)
