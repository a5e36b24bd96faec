"""Read, unread, favourite, undo: shown at once, kept for the next start and the command line."""

import json
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import rmtree

import pytest

from tests.e2e.archive import STORIES
from tests.e2e.conftest import Command, Reader, leave

pytestmark = pytest.mark.usefixtures("data")


def marked(command: Command, state: str) -> set[str]:
    """External ids of the articles in that state, as the command line sees them."""
    listed = command("list", f"is:{state}", "--format", "json")
    return {each["external_id"] for each in json.loads(listed.stdout)}


def test_an_opened_article_is_read_in_its_group_and_after_a_restart(
    reader: Reader, command: Command
) -> None:
    first = reader()
    assert "• Vault keys" in first.text
    first.send("gjjjjl")
    first.wait_for("27 unread")
    first.wait_for(lambda t: "9/10" in t.text and "3/4" in t.text)
    assert "• Vault keys" not in first.text
    leave(first)
    second = reader()
    assert "27 unread" in second.text
    assert "• Vault keys" not in second.text
    assert marked(command, "read") == {"1001"}


def test_m_marks_the_article_unread_and_read_again(reader: Reader, command: Command) -> None:
    terminal = reader()
    terminal.send("gjjjjm")
    terminal.wait_for("27 unread")
    terminal.wait_for("article read")
    terminal.send("m")
    terminal.wait_for("28 unread")
    terminal.wait_for("article unread")
    terminal.send("jm")
    terminal.wait_for("27 unread")
    leave(terminal)
    assert marked(command, "read") == {"1002"}


def test_m_on_a_group_marks_all_of_it(reader: Reader) -> None:
    terminal = reader()
    terminal.send("gjjm")
    terminal.wait_for("18 unread")
    terminal.wait_for(lambda t: "0/10" in t.text and "10 articles read" in t.text)
    terminal.send("u")
    terminal.wait_for("28 unread")


def test_everything_shown_is_read_and_undone_and_redone(reader: Reader, command: Command) -> None:
    terminal = reader("tag:xrp")
    terminal.send("M")
    terminal.wait_for("0 unread")
    terminal.wait_for("6 articles read")
    terminal.send("u")
    terminal.wait_for("6 unread")
    terminal.wait_for("undone: 6 articles read")
    terminal.send("u")
    terminal.wait_for("nothing to undo")
    terminal.send("U")
    terminal.wait_for("0 unread")
    leave(terminal)
    xrp = {story.external_id for story in STORIES.values() if "XRP" in story.tags}
    assert marked(command, "read") == xrp


def test_the_undo_journal_outlives_the_session(reader: Reader) -> None:
    first = reader("tag:law")
    first.send("M")
    first.wait_for("0 unread")
    leave(first)
    second = reader("tag:law")
    assert "0 unread" in second.text
    second.send("u")
    second.wait_for("2 unread")


def test_a_favourite_has_its_star_in_both_panes_and_after_a_restart(
    reader: Reader, command: Command
) -> None:
    first = reader()
    first.send("gjjjjf")
    first.wait_for(lambda t: "★" in t.display[5])
    first.send("l")
    first.wait_for("★\xa0favourite")
    first.send("f")
    first.wait_for(lambda t: "★" not in t.text)
    first.send("Jf")
    first.wait_for(lambda t: t.text.count("★") == 2)
    leave(first)
    second = reader("is:favourite")
    assert "1 of 39 articles" in second.text
    assert marked(command, "favourite") == {"1002"}


def test_marks_of_one_language_are_those_of_the_other(reader: Reader, command: Command) -> None:
    terminal = reader("lang:uk")
    terminal.send("M")
    terminal.wait_for("0 unread")
    leave(terminal)
    read = json.loads(command("list", "is:read", "--format", "json").stdout)
    assert Counter(each["lang"] for each in read) == {"uk": 11, "en": 11}
    second = reader()
    assert "17 unread" in second.text
    second.send("u")
    second.wait_for("28 unread")
    leave(second)
    assert json.loads(command("list", "is:read", "--format", "json").stdout) == []


def test_the_marks_survive_a_cache_that_is_deleted(
    reader: Reader, command: Command, archive: Path, tmp_path: Path
) -> None:
    terminal = reader()
    terminal.send("gjjjjl")
    terminal.wait_for("27 unread")
    terminal.send("f")
    terminal.wait_for("★")
    leave(terminal)
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / "data" / f"cache.db{suffix}").unlink(missing_ok=True)
    assert command("import", archive).returncode == 0
    assert marked(command, "read") == marked(command, "favourite") == {"1001"}


def test_an_unread_list_keeps_the_article_that_is_being_read(reader: Reader) -> None:
    terminal = reader("is:unread", "tag:law")
    terminal.send("n")
    terminal.wait_for("Desk note 1027.")
    terminal.wait_for("1 unread")
    assert "A licence lost" in terminal.text.split("Desk note")[0]
    terminal.send("n")
    terminal.wait_for("Desk note 1026.")
    terminal.wait_for("0 unread")


def test_search_reading_and_leaving_work_while_another_program_holds_the_marks(
    reader: Reader, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "marks.db", isolation_level=None)) as db:
        terminal = reader()
        db.execute("BEGIN IMMEDIATE")
        terminal.send("/title:vault<Enter>")
        terminal.wait_for("j k move")
        terminal.wait_for("1 of 39 articles")
        terminal.send("n")
        terminal.wait_for("Desk note")
        db.execute("ROLLBACK")
        terminal.wait_for("0 unread")
        saved = "SELECT count(*) FROM state WHERE name = 'searches'"
        terminal.wait_for(lambda _: db.execute(saved).fetchone() == (1,), 20)
        db.execute("BEGIN IMMEDIATE")
        terminal.send("q")
        assert terminal.wait_exit(8) == 0
        db.execute("ROLLBACK")
    assert not (tmp_path / "logs" / "cryptoread.log").exists()


# A mark that is on its way when the screen is left.


@contextmanager
def held(path: Path) -> Iterator[Callable[[], None]]:
    """Lock a file as another program does; what is given lets it go."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield db.rollback


WAITING = "waiting for another program before saving the last mark"


def test_leaving_waits_for_a_mark_that_another_program_delays(
    reader: Reader, command: Command, tmp_path: Path
) -> None:
    terminal = reader()
    with held(tmp_path / "data" / "marks.db") as let_go:
        terminal.send("gjjjjmq")
        terminal.wait_for(WAITING)
        let_go()
        assert terminal.wait_exit(8) == 0
    assert marked(command, "read") == {"1001"}


def test_leaving_without_waiting_says_that_the_mark_was_not_kept(
    reader: Reader, command: Command, tmp_path: Path
) -> None:
    terminal = reader()
    with held(tmp_path / "data" / "marks.db"):
        terminal.send("gjjjjmq")
        terminal.wait_for(WAITING)
        terminal.send("q")
        assert terminal.wait_exit(20) == 3
    assert "the last mark was not kept" in terminal.text.replace("\n", "")
    assert "marks.db is in use by another program" in terminal.text.replace("\n", "")
    assert terminal.unrestored() == []
    assert marked(command, "read") == set()


def test_sigterm_waits_for_a_mark_too(reader: Reader, command: Command, tmp_path: Path) -> None:
    terminal = reader()
    with held(tmp_path / "data" / "marks.db") as let_go:
        terminal.send("gjjjjm")
        terminal.settle()
        terminal.signal(signal.SIGTERM)
        terminal.wait_for(WAITING)
        let_go()
        assert terminal.wait_exit(8) == 0
    assert marked(command, "read") == {"1001"}


# What is deleted or damaged while the screen is open.


def lose_marks(data: Path) -> None:
    for file in data.glob("marks.db*"):
        file.unlink()


@pytest.mark.parametrize("what", [lose_marks, rmtree], ids=["marks.db", "the folder"])
def test_a_mark_after_a_deletion_says_so_and_recreates_the_marks(
    reader: Reader, tmp_path: Path, what: Callable[[Path], None]
) -> None:
    data = tmp_path / "data"
    terminal = reader(size=(200, 24))
    terminal.send("gjjjjm")
    terminal.wait_for("article read")
    what(data)
    terminal.send("jm")
    terminal.wait_for("marks.db had been deleted; it was recreated with all its marks")
    terminal.send("jm")
    terminal.wait_for("article read")
    leave(terminal)
    with closing(sqlite3.connect(data / "marks.db")) as db:
        found = db.execute("SELECT DISTINCT external FROM marks WHERE read ORDER BY 1").fetchall()
    assert found == [("1001",), ("1002",), ("1003",)]


def test_lost_marks_are_restored_at_the_next_start_with_a_notice(
    reader: Reader, command: Command, tmp_path: Path
) -> None:
    first = reader()
    first.send("gjjjjm")
    first.wait_for("article read")
    first.wait_for(lambda _: list((tmp_path / "data").glob("marks-*.db")))
    leave(first)
    lose_marks(tmp_path / "data")
    (tmp_path / "data" / "marks.db").touch()
    second = reader(size=(200, 24))
    second.wait_for("marks.db was empty; 2 articles have marks again, from the copy marks-")
    leave(second)
    lose_marks(tmp_path / "data")
    listed = command("list", "is:read")
    assert "marks.db was missing; 2 articles have marks again" in listed.stderr
    assert listed.stdout.count("\n") == 2
    assert listed.returncode == 0
