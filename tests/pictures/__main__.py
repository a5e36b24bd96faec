"""Write the pictures: `python -m tests.pictures [NAME...]`, all of them without names.

Each is what the program exports of its own screen (SVG), in a headless terminal, after some keys.
"""

import argparse
import asyncio
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from reader.cache.source_states import SourceState
from reader.config.settings import Settings
from reader.library import Library
from reader.query.language import parse
from reader.samples import sample_library
from reader.subscriptions import DEFAULTS
from reader.ui.app import CryptoreadApp
from tests.pictures.newsroom import NOW, write_news

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


class Picture(NamedTuple):
    """A screen of a size in cells, after these keys.

    `9*j` is nine times that key; `_` waits until what was typed is answered.
    """

    keys: str
    size: tuple[int, int] = (120, 36)
    query: str = ""
    theme: str | None = None
    articles: int = 600
    """Invented ones; 0: the sample articles."""
    list_width: int | None = None


_FULL = "g 25*j backspace 14*j backspace j backspace g n n n f n n h 2*j _ _"

PICTURES: Mapping[str, Picture] = {
    "first": Picture("", size=(132, 36), articles=0),
    "stories": Picture("s s s _ j l l _", size=(132, 36), articles=0),
    "mood": Picture("d _", size=(120, 40)),
    "screen": Picture(_FULL, size=(150, 48), articles=84, list_width=66),
    "tags": Picture("1 2 2 g j l l l", query=""),
    "search": Picture("/ b r i d g e space f a u l t _ enter _ n"),
    "picker": Picture("t w a l _"),
    "days": Picture("s _ g j l l"),
    "sources": Picture("S _"),
    "narrow": Picture("g j l j", size=(64, 30)),
    "light": Picture("g j l n n", theme="cryptoread-light"),
}
PAUSE_S = 0.6
SAMPLED = datetime(2026, 10, 2, 12, tzinfo=UTC)
"""When the sample articles are looked at: soon after the newest."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    names = parser.parse_args().names or list(PICTURES)
    if unknown := set(names) - PICTURES.keys():
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    os.environ |= {"LANG": "en_US.UTF-8", "TZ": "UTC", "COLORTERM": "truecolor"}
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cryptoread-pictures-") as folder:
        for name in names:
            (FOLDER / f"{name}.svg").write_text(drawn(PICTURES[name], Path(folder) / name), "utf-8")
            print(f"wrote docs/pictures/{name}.svg")


def drawn(picture: Picture, folder: Path) -> str:
    """Return the picture as SVG. folder: does not exist yet."""
    with _samples() if not picture.articles else _news(picture.articles, folder) as library:
        return _offline(asyncio.run(_exported(picture, library)))


def _samples() -> Library:
    return sample_library(clock=lambda: SAMPLED)


def _news(articles: int, folder: Path) -> Library:
    news = folder.with_suffix(".jsonl")
    write_news(news, articles)
    library = _Synced(folder, clock=lambda: NOW)
    library.bring_in([news])  # their stories are left undecided: all have the same few texts
    return library


async def _exported(picture: Picture, library: Library) -> str:
    settings = Settings(
        theme=picture.theme, sidebar_width=picture.list_width, subscriptions=DEFAULTS
    )
    app = CryptoreadApp(library, settings, parse(picture.query))
    async with app.run_test(size=picture.size) as pilot:
        await pilot.pause(PAUSE_S)
        for word in picture.keys.split():
            times, _, key = word.rpartition("*")
            if key == "_":
                await pilot.pause(PAUSE_S)
            else:
                await pilot.press(*[{"/": "slash"}.get(key, key)] * int(times or 1))
        await pilot.pause(PAUSE_S)
        return app.export_screenshot(title="cryptoread")


class _Synced(Library):
    """Most of its sources answered a while ago, one fails."""

    def source_states(self) -> Mapping[str, SourceState]:
        states = {}
        for number, each in enumerate(DEFAULTS):
            answered = int((NOW - timedelta(minutes=7 * number + 2)).timestamp())
            state = SourceState(url=each.url, last_ok=answered, last_status="ok")
            if each.name == "Blockworks":
                state = replace(
                    state,
                    last_ok=answered - 90_000,
                    last_failed=int((NOW - timedelta(minutes=4)).timestamp()),
                    last_status="not-found",
                    last_error="the server answered 404",
                    failures=2,
                )
            states[each.url] = state
        return states


def _offline(svg: str) -> str:
    """Without the fonts that a viewer would fetch: any monospaced one does."""
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    main()
