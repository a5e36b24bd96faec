"""The process of idle time does what is left to do, and may be killed at any moment."""

import sqlite3
from contextlib import closing
from pathlib import Path

from reader.cache.engines.sqlite.word_upkeep import LEAST_ARTICLES
from reader.idle_process import begin
from reader.library import Library
from tests.builders import article, library, put
from tests.postgres import shared_store


def pretend_many(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "cache.db", isolation_level=None)) as db:
        db.execute("UPDATE facets SET size = ? WHERE field = 'all'", (LEAST_ARTICLES,))


def test_the_process_does_what_an_archive_of_many_articles_lacks(tmp_path: Path) -> None:
    library(tmp_path, [article(1, body="fees fall")]).close()
    pretend_many(tmp_path)
    with Library(tmp_path) as found:
        assert found.upkeep.lacks_words()
        assert found.deciding.is_behind()
        child, undecided = begin(tmp_path)
        assert [*undecided] == []  # all in one transaction
        child.join(60)
        assert child.exitcode == 0
        assert not found.upkeep.lacks_words()
        assert not found.deciding.is_behind()


def test_a_killed_process_leaves_an_archive_that_can_be_searched(tmp_path: Path) -> None:
    library(tmp_path, [article(1, body="fees fall")]).close()
    pretend_many(tmp_path)
    child, _ = begin(tmp_path)
    child.kill()
    child.join(60)
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
    begin(tmp_path)[0].join(60)
    with Library(tmp_path) as found:
        assert not found.upkeep.lacks_words()


def test_an_archive_of_few_articles_lacks_nothing(tmp_path: Path) -> None:
    with library(tmp_path, [article(1)]) as found:
        assert not found.upkeep.lacks_words()


def test_the_process_says_how_many_articles_have_no_story_yet(tmp_path: Path) -> None:
    library(tmp_path, [article(n) for n in range(1, 1_502)]).close()
    child, undecided = begin(tmp_path)
    assert [*undecided] == [501]
    child.join(60)


def test_one_screen_of_all_machines_decides_the_stories_of_a_shared_archive(
    tmp_path: Path,
) -> None:
    with shared_store(tmp_path / "one") as one, Library(tmp_path / "one") as found:
        put(one, [article(1)])
        assert found.shared is not None
        with found.shared.deciding_alone() as is_alone:
            assert is_alone
            child, undecided = begin(tmp_path / "one")
            assert [*undecided] == []
            child.join(60)
            assert child.exitcode == 0
            assert found.deciding.is_behind()
        begin(tmp_path / "one")[0].join(60)
        assert not found.deciding.is_behind()
