"""Pictures, originals and links: arguments of the browser, clipboard, messages."""

import base64
import os
from pathlib import Path

import pytest

from tests.e2e.archive import STORIES, WITH_LINKS, WITH_ORIGINAL, WITHOUT_LINKS, cover_url
from tests.e2e.conftest import Browser, Reader, leave
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("data")

ORIGINAL = "https://gazette.example.org/miners-sleep"
TEXT_BROWSER = r"""#!/bin/sh
printf '\033[2J\033[HTEXT BROWSER SHOWS %s' "$1"
read answer
printf '\nTHE ANSWER WAS %s' "$answer"
"""


def opens(terminal: Terminal, external_id: str) -> None:
    terminal.send("n")
    terminal.wait_for(STORIES[external_id].note)


def clipboard(terminal: Terminal) -> list[str]:
    """What was put into the clipboard over the terminal, one after the other."""
    parts = terminal.raw.split(b"\x1b]52;c;")[1:]
    return [base64.b64decode(part.split(b"\x07")[0].split(b"\x1b")[0]).decode() for part in parts]


def test_the_cover_opens_in_the_best_size_or_is_reported_missing(
    reader: Reader, browser: Browser
) -> None:
    terminal = reader("tag:pictures")
    opened = []
    for number, size in ((1, "regular"), (2, "full"), (3, "raw"), (4, "small")):
        opens(terminal, str(1000 + number))
        opened.append(cover_url(number, size))
        terminal.send("i")
        terminal.wait_for(lambda _: browser.opened == opened)
        terminal.wait_for("opened pictures.example.org in the browser")
    opens(terminal, "1005")
    assert "cover image" not in terminal.text
    terminal.send("i")
    terminal.wait_for("this article has no cover image")
    assert browser.opened == opened


def test_the_cover_of_the_article_under_the_cursor_opens_without_reading_it(
    reader: Reader, browser: Browser
) -> None:
    terminal = reader()
    terminal.send("gjjjji")
    terminal.wait_for("opened pictures.example.org")
    assert browser.opened == [cover_url(1, "regular")]
    assert "28 unread" in terminal.text


def test_a_click_on_the_cover_line_opens_it(reader: Reader, browser: Browser) -> None:
    terminal = reader("title:vault")
    opens(terminal, "1001")
    terminal.click(*terminal.find("cover image  pictures"))
    terminal.wait_for("opened pictures.example.org")
    assert browser.opened == [cover_url(1, "regular")]


def test_the_original_opens_in_the_browser(reader: Reader, browser: Browser) -> None:
    terminal = reader("title:miners")
    opens(terminal, WITH_ORIGINAL)
    terminal.send("o")
    terminal.wait_for("opened gazette.example.org in the browser")
    assert browser.opened == [ORIGINAL]


def test_without_an_original_a_link_is_chosen_from_a_list(reader: Reader, browser: Browser) -> None:
    terminal = reader("title:hoard")
    opens(terminal, WITH_LINKS)
    terminal.send("o")
    terminal.wait_for(lambda t: "Links" in t.text and "tides.example.net" in t.text)
    terminal.send("j<Enter>")
    terminal.wait_for("opened tides.example.net in the browser")
    assert browser.opened == ["https://tides.example.net/today"]
    terminal.send("o")
    terminal.wait_for("Links")
    terminal.send("<Esc>")
    terminal.wait_for(lambda t: "Links" not in t.text)
    assert len(browser.opened) == 1


def test_a_link_that_names_another_host_asks_first(reader: Reader, browser: Browser) -> None:
    terminal = reader("title:hoard")
    opens(terminal, WITH_LINKS)
    terminal.click(*terminal.find("bank.example"))
    terminal.wait_for("elsewhere.example.com. Open it?")
    terminal.send("<Enter>")
    terminal.wait_for(lambda t: "The link says" not in t.text)
    assert browser.opened == []
    terminal.send("o")
    terminal.wait_for("Links")
    terminal.send("3")
    terminal.wait_for("The link says bank.example")
    terminal.send("y")
    terminal.wait_for("opened elsewhere.example.com")
    assert browser.opened == ["https://elsewhere.example.com/login"]


def test_an_article_with_nothing_to_open_says_so(reader: Reader, browser: Browser) -> None:
    terminal = reader("title:lighthouse")
    opens(terminal, WITHOUT_LINKS)
    terminal.send("o")
    terminal.wait_for("has no original and no links")
    assert browser.opened == []


def test_the_link_and_the_text_are_copied_over_the_terminal(reader: Reader) -> None:
    terminal = reader("title:miners")
    opens(terminal, WITH_ORIGINAL)
    terminal.send("y")
    terminal.wait_for("copied the link")
    terminal.send("Y")
    terminal.wait_for("copied the article as Markdown")
    link, text = clipboard(terminal)
    assert link == ORIGINAL
    assert text.startswith("# Miners sleep while fees rest\n\n## Overview")


def test_an_article_without_a_link_has_none_to_copy(reader: Reader) -> None:
    terminal = reader("title:vault")
    opens(terminal, "1001")
    terminal.send("y")
    terminal.wait_for("Y copies the text")
    assert clipboard(terminal) == []


def test_a_browser_that_cannot_be_run_leaves_the_address_in_the_clipboard(reader: Reader) -> None:
    terminal = reader("title:miners", env={"BROWSER": "/nowhere/browser"})
    opens(terminal, WITH_ORIGINAL)
    terminal.send("o")
    terminal.wait_for("/nowhere/browser")
    terminal.wait_for(lambda t: clipboard(t) == [ORIGINAL])


def test_a_text_browser_gets_the_terminal_and_gives_it_back(reader: Reader, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "w3m").write_text(TEXT_BROWSER)
    (programs / "w3m").chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    terminal = reader("title:miners", env={"BROWSER": "w3m", "PATH": path})
    opens(terminal, WITH_ORIGINAL)
    terminal.send("o")
    terminal.wait_for(f"TEXT BROWSER SHOWS {ORIGINAL}")
    assert not terminal.alternate_screen
    assert not terminal.mouse_on
    terminal.send("q42<Enter>")
    terminal.wait_for(lambda t: t.alternate_screen and STORIES[WITH_ORIGINAL].note in t.text)
    assert b"THE ANSWER WAS q42" in terminal.raw
    terminal.wait_for("opened gazette.example.org")
    terminal.send("f")
    terminal.wait_for("★")
    leave(terminal)
