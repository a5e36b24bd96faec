"""The main screen in Ukrainian: key line, palette and messages; started in a process of its own.

Texts in tables are in the language of the process, so a test cannot change it.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding

from reader.i18n import VARIABLE
from reader.ui.bars.status_line import KeyLine
from reader.ui.screen.keys import LIST_KEYS, READER_KEYS
from tests.builders import library
from tests.ui.screen import archive, reading

SEARCHED = {
    "sync": "Оновити джерела (r)",
    "оновити": "Оновити джерела (r)",
    "next unread": "Наступна непрочитана (n)",
    "непрочитана": "Наступна непрочитана (n)",
    "group by story": "Групувати за сюжетом",
    "theme": "Тема",
    "copy link": "Копіювати посилання (y)",
    "tag 3": "Тег 3 (3)",
    "screenshot": "Знімок екрана",
}
"""What is typed into the palette, and the command that is found by it."""

NAMES = re.compile(r"Markdown|cryptoread|SVG|Home|End|PgDn|PgUp|Space|Enter|Tab|Esc|F1")
"""Words that are the same in every language."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a process that speaks Ukrainian has shown."""
    home = tmp_path_factory.mktemp("home")
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.test_ukrainian_screen"],
        env=os.environ | {VARIABLE: "uk", "XDG_STATE_HOME": str(home), "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_palette_finds_a_command_by_its_name_in_both_languages(seen: Any) -> None:
    assert {typed: found[:1] for typed, found in seen["found"].items()} == {
        typed: [name] for typed, name in SEARCHED.items()
    }


def test_every_name_and_tooltip_of_a_key_is_ukrainian(seen: Any) -> None:
    assert len(seen["texts"]) > 100
    assert [text for text in seen["texts"] if re.search("[A-Za-z]{2}", NAMES.sub("", text))] == []


def test_names_end_before_their_tooltips_in_the_palette(seen: Any) -> None:
    assert max(map(len, seen["names"])) < 30


def test_the_key_line_has_room_for_the_most_useful_keys(seen: Any) -> None:
    assert seen["key_line"].startswith("Space далі j k рух Enter відкрити n непрочитана / пошук")
    assert seen["key_line"].endswith("? довідка")


def test_numbers_take_their_forms_in_messages(seen: Any) -> None:
    assert "прочитано 7 статей · u — скасувати" in seen["read"]
    assert "скасовано: прочитано 7 статей" in seen["undone"]


async def _look(folder: Path) -> dict[str, object]:
    bound = [each for each in READER_KEYS if isinstance(each, Binding)]
    texts = [text for each in bound for text in (each.description, each.tooltip)]
    texts += [each.label for each in LIST_KEYS]
    found = {}
    with library(folder, archive()) as news:
        async with reading(news, size=(80, 24)) as reader:
            key_line = reader.text(KeyLine)
            await reader.press("M")
            read = reader.status
            await reader.press("u")
            undone = reader.status
            for typed in SEARCHED:
                found[typed] = await reader.palette(typed)
                await reader.press("escape")
            names = await reader.palette()
            await reader.type_in("ґґґ")
            await reader.wait_for(lambda: "Нічого не знайдено" in " ".join(reader.lines))
            await reader.press("escape")
            await reader.palette("theme")
            await reader.press("down", "enter")
            await reader.wait_for(lambda: "Знайти тему…" in " ".join(reader.lines))
    return {
        "texts": texts,
        "found": found,
        "names": names,
        "key_line": key_line,
        "read": read,
        "undone": undone,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(json.dumps(asyncio.run(_look(Path(made)))))
