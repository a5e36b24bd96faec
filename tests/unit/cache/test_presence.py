"""The lock that shows whether a screen is open, with real programs that start and end."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from reader.cache.presence import Presence
from reader.cache.store import Store
from reader.query.language import Query
from tests.builders import NOW
from tests.engines import chooses_engine

pytestmark = chooses_engine("the lock is a file of the folder")

READER = """
import sys
from pathlib import Path
from reader.library import Library

with Library(Path(sys.argv[1])) as library:
    library.announce()
    print("reading", flush=True)
    sys.stdin.read()
"""


def test_an_open_folder_counts_as_read_after_an_announcement_alone(tmp_path: Path) -> None:
    with Store(tmp_path) as store, Store(tmp_path) as other:
        assert not store.presence.is_screen_open()
        other.presence.announce()
        assert store.presence.is_screen_open()
        assert other.presence.is_screen_open()
        other.presence.announce()
        assert store.presence.is_screen_open()


def test_the_folder_counts_as_open_until_the_last_screen_closes(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        with Store(tmp_path) as one:
            one.presence.announce()
            with Store(tmp_path) as other:
                other.presence.announce()
            assert store.presence.is_screen_open()
        assert not store.presence.is_screen_open()


def test_a_reader_that_is_killed_is_gone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", READER, str(tmp_path)]
    pipe = subprocess.PIPE
    with (
        Store(tmp_path) as store,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as reader,
    ):
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
        assert store.presence.is_screen_open()
        reader.kill()
        reader.wait()
        assert not store.presence.is_screen_open()


def test_a_lock_held_briefly_by_an_import_does_not_hide_a_screen(tmp_path: Path) -> None:
    with (tmp_path / "reading.lock").open("w") as looking, Store(tmp_path) as screen:
        fcntl.flock(looking, fcntl.LOCK_EX)
        screen.presence.announce()
        fcntl.flock(looking, fcntl.LOCK_UN)
        with Store(tmp_path) as other:
            assert not other.presence.is_screen_open()
            screen.questions.find(Query(), NOW)
            screen.presence.announce_again()  # as an open screen does every second
            assert other.presence.is_screen_open()


def test_a_search_and_a_renewal_do_not_announce_a_screen(tmp_path: Path) -> None:
    with Store(tmp_path) as store, Store(tmp_path) as other:
        store.questions.find(Query(), NOW)
        store.presence.announce_again()
        assert not other.presence.is_screen_open()


@pytest.mark.parametrize("name", ["missing/reading.lock", "."])
def test_without_a_lock_file_no_open_screen_is_assumed(tmp_path: Path, name: str) -> None:
    presence = Presence(tmp_path / name)
    presence.announce()
    assert not presence.is_screen_open()
    presence.close()
