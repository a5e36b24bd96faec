"""A story in a real terminal of 80×24: group, open, go to the other source, mark, undo, leave."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Command, Reader, leave
from tests.e2e.test_stories_command import REPORTS, archive

FIRST, SECOND, OTHER = (report[4] for report in REPORTS)


@pytest.fixture
def told(command: Command, tmp_path: Path) -> None:
    """A story of two sources that disagree, and another article."""
    assert command("import", str(archive(tmp_path / "news"))).returncode == 0


@pytest.mark.usefixtures("told")
def test_a_story_is_read_from_source_to_source(reader: Reader) -> None:
    terminal = reader(size=(80, 24))
    terminal.send("sss")
    terminal.wait_for("by story")
    terminal.wait_for("⧉2▲▼ 2/2")
    terminal.wait_for("told by one source")
    terminal.send("gjj<Enter>")
    terminal.wait_for("2 sources: ledgerpost 08:00 ▼ · coinharbour +2 h ▲")
    terminal.wait_for("1 other tells this · R marks it read")
    terminal.wait_for(FIRST)
    terminal.send(")")
    terminal.wait_for("2 of 2 that tell this")
    terminal.wait_for(SECOND)
    terminal.send("h")
    terminal.wait_for("1 unread")
    leave(terminal)


@pytest.mark.usefixtures("told")
def test_the_others_are_marked_and_the_mark_is_taken_back(reader: Reader, command: Command) -> None:
    terminal = reader("story:1", size=(80, 24))
    terminal.wait_for("2 unread")
    terminal.send("sssgj<Enter>")
    terminal.wait_for("R marks it read")
    terminal.send("R")
    terminal.wait_for("1 article read · u undoes")
    terminal.send("u")
    terminal.wait_for("undone: 1 article read")
    leave(terminal)
    assert (
        len(command("list", "story:1", "is:unread", "--format", "jsonl").stdout.splitlines()) == 1
    )
