"""Modules that a sync needs are loaded before the first answer; others are not loaded."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reader.live import loading
from reader.live.loading import load
from reader.subscriptions import Kind, SyncOptions
from tests.news_server import feed, news_server

ROOT = Path(__file__).parents[3]

LATE = """
import json, sys, threading
from pathlib import Path
from reader.library import Library
from reader.live.loading import load
from reader.subscriptions import Kind, Subscription, SyncOptions
import reader.live.sync

with Library(Path(sys.argv[1])) as library:
    load({Kind.FEED}, SyncOptions(), threading.Event())
    before = set(sys.modules)
    library.sync([Subscription("Ledger", sys.argv[2])])
    json.dump(sorted(set(sys.modules) - before), sys.stdout)
"""


def test_modules_for_the_first_page_are_loaded_in_advance(tmp_path: Path) -> None:
    with news_server() as server:
        url = server.serve("/feed", feed("One", "Two"))
        ran = subprocess.run(
            [sys.executable, "-c", LATE, str(tmp_path), url],
            cwd=ROOT,
            env={"PATH": os.defpath, "HOME": "/nonexistent", "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    late = json.loads(ran.stdout)
    assert not [name for name in late if name.split(".")[0] in ("feedparser", "vaderSentiment")]
    assert not [name for name in late if name.startswith("reader.")]
    assert len([name for name in late if name.startswith("anyio.")]) < 5


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(loading, "import_module", names.append)
    monkeypatch.setattr(loading, "prepare", lambda: names.append("requests"))
    return names


def test_a_finished_sync_imports_no_more_modules(loaded: list[str]) -> None:
    over = threading.Event()
    over.set()
    load({Kind.FEED}, SyncOptions(), over)
    assert loaded == []


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        (set(), []),
        ({Kind.FOLDER}, []),
        ({Kind.COINDESK}, ["requests"]),
        ({Kind.FEED, Kind.FOLDER}, ["requests", *loading._OF_FEEDS]),
    ],
)
def test_only_what_the_sources_need_is_loaded(
    loaded: list[str], kinds: set[Kind], names: list[str]
) -> None:
    load(kinds, SyncOptions(), threading.Event())
    assert loaded == names
