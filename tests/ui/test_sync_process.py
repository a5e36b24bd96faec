"""A sync in its own process has the same result as one in this process, and ends when stopped."""

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from reader.errors import CryptoreadError
from reader.library import Library
from reader.query.language import Query
from reader.subscriptions import Kind, SourceResult, Status, Subscription, SyncOptions
from reader.ui.screen.sync_process import sync

ARTICLE = "---\ntitle: Blocks have room\nlang: en\nexternalId: '1'\n---\nFees fall."


@pytest.fixture
def news(tmp_path: Path) -> Subscription:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.en.md").write_text(ARTICLE)
    return Subscription("news", str(folder), Kind.FOLDER)


def synced(folder: Path, *followed: Subscription) -> list[SourceResult]:
    told: list[SourceResult] = []
    stop = threading.Event()
    results = sync(folder, followed, options=SyncOptions(), on_result=told.append, stop=stop)
    assert results == told
    return results


def test_articles_stored_by_the_sync_process_are_visible_here(
    tmp_path: Path, news: Subscription
) -> None:
    with Library(tmp_path / "data") as library:
        (result,) = synced(library.folder, news)
        assert (result.name, result.status, result.new) == ("news", Status.OK, 1)
        (row,) = library.rows(library.find(Query()))
        assert row.title == "Blocks have room"


PROGRAM = """
import sys, threading
from pathlib import Path
from reader.subscriptions import Kind, Subscription, SyncOptions
from reader.ui.screen.sync_process import sync

if __name__ == "__main__":
    news = Subscription("news", sys.argv[1], Kind.FOLDER)
    options, stop = SyncOptions(), threading.Event()
    (result,) = sync(Path("data"), [news], options=options, on_result=print, stop=stop)
"""


def test_a_module_in_the_working_folder_is_not_imported(tmp_path: Path, news: Subscription) -> None:
    """In a program of its own: the process that forks others is started once."""
    program, working = tmp_path / "program.py", tmp_path / "working"
    program.write_text(PROGRAM)
    for name in ("reader", "multiprocessing"):
        (working / name).mkdir(parents=True)
        (working / name / "__init__.py").write_text("open('ran', 'w')")
    done = subprocess.run(
        [sys.executable, program, news.url], cwd=working, capture_output=True, text=True, check=True
    )
    assert done.stdout == "news: 1 new, 0 updated, 0 unchanged\n"
    assert not (working / "ran").exists()
    assert done.stderr == ""


def test_an_unusable_cache_is_reported(tmp_path: Path, news: Subscription) -> None:
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "cache.db")) as db, db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(CryptoreadError, match="newer cryptoread"):
        synced(tmp_path / "data", news)


def test_a_stopped_sync_reports_nothing_more(tmp_path: Path, news: Subscription) -> None:
    stop = threading.Event()
    stop.set()
    told: list[SourceResult] = []
    options = SyncOptions()
    assert sync(tmp_path, [news], options=options, on_result=told.append, stop=stop) == told == []
