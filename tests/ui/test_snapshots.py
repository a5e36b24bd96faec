"""Whole screens as plain text, one per state of the screen: what a user sees.

Those of the themes have a letter for each colour below the text, and say which colours these are.

`UPDATE_SNAPSHOTS=1 pytest tests/ui/test_snapshots.py -n 0` rewrites them: look at the difference
before you keep it.
"""

import os
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path
from string import ascii_letters, digits

import pytest
from rich.cells import cell_len
from rich.style import Style

from reader.article import Article, Cover
from reader.config.settings import Settings
from reader.library import Library
from reader.ui.themes import THEMES
from tests.builders import library
from tests.ui.screen import NARROW, WIDE, Reading, archive, reading, story, told_by_several

SNAPSHOTS = Path(__file__).parent / "snapshots"

LETTERS = ascii_letters + digits
"""Each stands for a look of text."""

BODY = """\
## Overview

A third of the machines in **Northfell** stand still since Monday. The operator calls it
`planned`; the [notice](https://notices.example/northfell) names no end.

- Power costs more than the coins bring in.
- Fees are *lower* than they were:
  1. in January
  2. in February

> Nobody turns a machine off for fun.

| Week | Machines |
|---|---:|
| 9 | 12,000 |
| 10 | 8,000 |

```sh
northfell --status
```
"""


def newspaper() -> list[Article]:
    """The archive, one article of which has everything that the reading pane can show."""
    northfell = story(
        8,
        "Northfell turns a third of its machines off",
        "NEGATIVE",
        tags="BTC,MINING,ENERGY COSTS",
        category="MINING",
        description="The operator says that it is planned, and does not say for how long.",
        cover=Cover(regular="https://images.example/northfell"),
        body=BODY,
    )
    return [*archive(), northfell]


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, newspaper()) as made:
        yield made


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, [*archive(), *told_by_several()]) as made:
        made.deciding.run()
        yield made


def compare(name: str, reader: Reading) -> None:
    """The screen is the one that was kept, line by line."""
    compare_lines(name, reader.lines)


def coloured(reader: Reading) -> Iterator[str]:
    """Each line of the screen, and below it the look of each cell as a letter; then the looks."""
    looks: dict[str, str] = {}
    for strip in reader.strips:
        letters = []
        for text, style, _ in strip:
            look = str((style or Style()).update_link(None).without_color)
            colours = [each and each.name for each in (style.color, style.bgcolor)] if style else []
            known = f"{' on '.join(filter(None, colours))} {look.replace('none', '')}".rstrip()
            letters.append(looks.setdefault(known, LETTERS[len(looks)]) * cell_len(text))
        yield strip.text.rstrip()
        yield "".join(letters).rstrip()
    yield from (f"{letter}  {look}" for look, letter in looks.items())


def compare_lines(name: str, lines: Iterable[str]) -> None:
    path = SNAPSHOTS / f"{name}.txt"
    seen = "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.write_text(seen, encoding="utf-8")
        return
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    changes = unified_diff(kept.splitlines(), seen.splitlines(), "kept", "seen", lineterm="")
    difference = "\n".join(changes)
    assert not difference, f"{path.name} is not what the screen shows:\n{difference}"


async def test_start(news: Library) -> None:
    async with reading(news) as reader:
        compare("start", reader)


async def test_an_open_article(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Northfell turns")
        await reader.press("enter")
        compare("article", reader)


async def test_filtered_by_tags(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("1", "2", "2", "+")
        compare("filtered", reader)


async def test_the_tag_picker(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("t", *"ing", "enter")
        compare("picker", reader)


async def test_help(news: Library) -> None:
    async with reading(news) as reader:
        reader.library.folder = Path("/home/reader/news")
        await reader.press("?")
        compare("help", reader)


@pytest.mark.parametrize(
    ("name", "size", "keys"),
    [
        ("two_lines", WIDE, ""),
        ("described", WIDE, "c"),
        ("two_lines_alone", (80, 24), "c"),
        ("described_alone", (80, 24), "cc"),
        ("compact_alone", (80, 24), ""),
        ("compact_100", (100, 30), ""),
        ("two_lines_100", (100, 30), "c"),
        ("described_100", (100, 30), "cc"),
        ("two_lines_110", (110, 30), ""),
        ("compact_large", (200, 60), ""),
        ("two_lines_large", (200, 60), "c"),
        ("described_large", (200, 60), "cc"),
    ],
)
async def test_rows_of_each_density_in_terminals_of_each_width(
    news: Library, name: str, size: tuple[int, int], keys: str
) -> None:
    async with reading(news, size=size, density=None) as reader:
        await reader.press(*keys, *"jjjj")
        compare(name, reader)


@pytest.mark.parametrize("theme", [each.name for each in THEMES])
async def test_the_colours_of_each_theme(news: Library, theme: str) -> None:
    settings = Settings(theme=theme, tags="frequent")
    async with reading(news, settings=settings, size=(112, 22), density=None) as reader:
        await reader.press("1", "x", "v", "j", "j")
        await reader.go_to("Northfell turns")
        await reader.press("enter", "4", "-")
        compare_lines(theme, coloured(reader))


async def test_the_list_by_story(papers: Library) -> None:
    async with reading(papers, "lang:en") as reader:
        await reader.press("s", "s", "s", "j")
        compare("stories", reader)


async def test_an_article_that_several_sources_tell(papers: Library) -> None:
    async with reading(papers, "lang:en", size=(80, 24)) as reader:
        await reader.go_to("drained of")
        await reader.press("enter", ")")
        compare("told", reader)


async def test_narrow_list(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.press("j", "j")
        compare("narrow_list", reader)


async def test_narrow_reading(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.go_to("Northfell turns")
        await reader.press("enter", "f")
        compare("narrow_reading", reader)


async def test_nothing_matches(news: Library) -> None:
    async with reading(news, "tag:mining sentiment:positive before:2020-01-01") as reader:
        compare("nothing", reader)


def test_no_snapshot_is_left_over() -> None:
    kept = {path.stem for path in SNAPSHOTS.iterdir()}
    assert kept == {
        *("start", "article", "filtered", "picker", "help"),
        *("narrow_list", "narrow_reading", "nothing", "stories", "told"),
        *("two_lines", "described", "two_lines_alone", "described_alone", "compact_alone"),
        *("compact_100", "two_lines_100", "described_100", "two_lines_110"),
        *("compact_large", "two_lines_large", "described_large"),
        *(theme.name for theme in THEMES),
        *("briefing", "briefing_narrow"),  # in `briefing/`
    }
