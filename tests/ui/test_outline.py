"""From heading to heading of an article, and the box that lists them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.library import Library
from reader.ui.modals.outline import HeadingList, OutlineScreen
from reader.ui.prose.headings import MOST_HEADINGS, Heading
from reader.ui.prose.text import Prose
from reader.ui.reading.pane import ReadingPane
from tests.builders import library
from tests.ui.screen import NARROW, Reading, reading, story

FILL = "\n\n".join(f"Line {number}." for number in range(40))
BODY = f"""Before.

# The [/foo] market

{FILL}

## What *moved* it

{FILL}

Outlook
-------

{FILL}

# Last words

Gone.
"""


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, [story(1, "Long", body=BODY), story(2, "Flat", body="None.")]) as news:
        yield news


def top(reader: Reading) -> str:
    return " ".join(reader.shown(ReadingPane)[0].split()[:3])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# One\n\ntext\n\n## Two ##", [Heading(1, "One", 0), Heading(2, "Two", 13)]),
        ("Title\n===\n\nUnder\n---", [Heading(1, "Title", 0), Heading(2, "Under", 11)]),
        ("#no heading\n\n####### seven", []),
        ("```\n# a comment\n```\n\n    # code", []),
        ("> # quoted\n\n- # in a list", []),
        ("# A [link](https://a.example) `x` *y*", [Heading(1, "A link x y", 0)]),
        ("#\n\n## \n\n---\n\n***", []),
        ("", []),
    ],
)
def test_headings_are_those_that_are_shown_as_headings(text: str, found: list[Heading]) -> None:
    assert Prose(text).headings == found


def test_the_number_of_headings_is_bounded() -> None:
    assert len(Prose("# x\n\n" * 3 * MOST_HEADINGS).headings) == MOST_HEADINGS


async def test_brackets_go_from_heading_to_heading(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "]")
        assert top(reader) == "The [/foo] market"
        assert "heading 1 of 4: The [/foo] market" in reader.status
        await reader.press("]")
        assert top(reader) == "What moved it"
        await reader.press("]")
        assert top(reader) == "Outlook"
        await reader.press("j", "j", "[")
        assert top(reader) == "Outlook"
        await reader.press("[", "[")
        assert top(reader) == "The [/foo] market"
        await reader.press("[")
        assert "no previous heading in this article" in reader.status


async def test_the_last_heading_is_reached_though_it_cannot_be_on_top(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", *"]]]]")
        assert "heading 4 of 4: Last words" in reader.status
        await reader.press("]")
        assert "no next heading in this article" in reader.status
        await reader.press("[")
        assert "heading 3 of 4" in reader.status


async def test_the_box_lists_the_headings_and_enter_goes_there(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "]", "{")
        assert [line.rstrip() for line in reader.shown(HeadingList)] == [
            "›The [/foo] market",
            "   What moved it",
            "   Outlook",
            " Last words",
        ]
        await reader.press("j", "enter")
        assert top(reader) == "What moved it"
        assert reader.screen.focused is reader.screen.query_one(ReadingPane)


async def test_escape_closes_the_box_and_goes_nowhere(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "]", "{", "j", "escape")
        assert not isinstance(reader.app.screen, OutlineScreen)
        assert top(reader) == "The [/foo] market"


@pytest.mark.parametrize("key", ["[", "]", "{"])
async def test_where_there_are_no_headings_the_keys_say_so(news: Library, key: str) -> None:
    async with reading(news) as reader:
        await reader.press(key)
        assert "no article is open" in reader.status
        await reader.go_to("Flat")
        await reader.press("enter", key)
        assert "this article has no headings" in reader.status


async def test_the_box_fits_a_narrow_terminal(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.press("enter", "{")
        assert "What moved it" in reader.text(HeadingList)
        await reader.press("G", "enter")
        assert "Last words" in reader.text(ReadingPane)
