"""A whole morning on a Ukrainian keyboard, whose letters stand for the Latin ones of their keys."""

from pathlib import Path

import pytest

from reader.cache.store import Store
from reader.library import Library
from reader.ui.screen.saved_view import View
from reader.ui.sidebar.density import Density
from tests.builders import article, put
from tests.e2e.conftest import Reader
from tests.terminal import Terminal

BODY = """\
## Overview

{note}

## What happened

Machines were turned off.

## Outlook

They may be turned on again.
"""

TITLES = (
    "Northfell turns its machines off",
    "Мито of Larkspur for every coin",
    "Owlgate opens a harbour desk",
    "Harrowmere counts its coins",
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    stories = [
        article(n, title=title, body=BODY.format(note=f"Desk note {n}."), tags=("BTC",))
        for n, title in enumerate(TITLES, start=1)
    ]
    with Store(folder) as store:
        put(store, stories)
    with Library(folder) as library:
        library.save_state("view", str(View(density=Density.COMPACT, sidebar_width=54)))
    return folder


class Morning:
    """Types keys and waits for what the screen must show after each."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def type(self, keys: str, *shown: str, gone: str = "") -> None:
        """Type the keys; wait until the screen shows each of these texts, and no longer `gone`."""
        self._terminal.send(keys)
        for text in shown:
            self._terminal.wait_for(text)
        if gone:
            self._terminal.wait_for(lambda screen: gone not in screen.text)


@pytest.mark.usefixtures("data")
def test_a_whole_morning_is_read_with_the_keys_of_a_ukrainian_keyboard(reader: Reader) -> None:
    terminal = reader()
    morning = Morning(terminal)

    # Open, go on, back, to the ends; marks, and back.
    morning.type("т", "Desk note 1.", "3 unread · 4 articles")
    morning.type("т", "Desk note 2.", "2 unread")
    morning.type("Л", "Desk note 1.")
    morning.type("О", "Desk note 2.")
    morning.type("ї", "heading 1 of 3: Overview")
    morning.type("ї", "heading 2 of 3: What happened")
    morning.type("х", "heading 1 of 3: Overview")
    morning.type("Х", "Headings", "Outlook")
    morning.type("<Esc>", gone="Headings")
    morning.type("Пд", "Desk note 4.", "1 unread")
    morning.type("р", "j k move")
    morning.type("п", "4 articles")
    morning.type("оод", "Desk note 1.")
    morning.type("ь", "article unread · u undoes", "2 unread")
    morning.type("г", "undone: article unread", "1 unread")
    morning.type("Г", "redone: article unread", "2 unread")
    morning.type("а", "favourite · u undoes", "★")
    morning.type("и", "read later", "◷")
    morning.type("№", "Own tags of")
    morning.type("ранок<Enter>", "#ранок", gone="Own tags of")

    # Other lists, other looks.
    morning.type("і", "latest first", "Sat 14 Mar 2026")
    morning.type("с", "rows: titles on two lines", "block_ledger · BTC")
    morning.type("сс", "rows: one line")
    morning.type("в", "Mood", "The publisher's label")
    morning.type("й", gone="The publisher's label")
    morning.type(",", "Help", "To the next row")
    morning.type("й", gone="To the next row")
    morning.type("У", "Export 1 article")
    morning.type("<Esc>", gone="Export 1 article")

    # Filter, search, save a view, open it.
    morning.type("1", "+BTC")
    morning.type("ч", "4 articles", gone="+BTC")
    morning.type(".", "in this article")
    morning.type("<Esc>", gone="in this article")
    morning.type("р", "Enter open")
    morning.type(".", "earlier searches")
    morning.type("мито", "1 of 4 articles")
    morning.type("<Enter>", '"мито"', "j k move")
    morning.type("ф", "Save the filter as a view")
    morning.type("мито<Enter>", "view 'мито' saved · ' м opens it")
    morning.type("ч", "· 4 articles")
    morning.type("є", "letter or Enter open")
    morning.type("г", "2 of 4 articles", gone="letter or Enter open")
    morning.type("є", "letter or Enter open")
    morning.type("м", '"мито"', "1 of 4 articles")
    morning.type("є", "letter or Enter open")
    morning.type("v", '"мито"', "1 of 4 articles", gone="letter or Enter open")

    terminal.send("й")
    assert terminal.wait_exit() == 0
    assert terminal.unrestored() == []
