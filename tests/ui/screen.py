"""The whole reader under test: started on a library, driven by keys, read as a user reads it."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual._compositor import LayoutUpdate
from textual.command import Command, CommandList
from textual.geometry import Region
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkerCancelled

from reader.article import Article, ArticleId, Sentiment
from reader.cache.store import Store
from reader.config.settings import Settings
from reader.library import Library
from reader.query.language import parse
from reader.safety.logs import NAME, log_folder
from reader.ui.app import CryptoreadApp
from reader.ui.bars.status_line import StatusLine
from reader.ui.bars.tag_bar import TagBar
from reader.ui.modals.help import HelpText
from reader.ui.screen.reader import ReaderScreen
from reader.ui.sidebar.density import Density
from reader.ui.sidebar.widget import Sidebar
from tests.builders import article, put

WIDE = (120, 40)
NARROW = (60, 24)
SHORT = (120, 12)

HACK = "Vaults of Larkspur drained of $41 million by a forged oracle"
RETOLD = "Larkspur loses $41 million after forged oracle drains its vaults"
AGAIN = "Forged oracle emptied Larkspur vaults: $41 million, says auditor"
LATE = "Auditor of Larkspur: $41 million drained from vaults by forged oracle"
"""Titles of four articles that tell one story."""

HOPS = 2
"""From widget to widget before it is asked again whether anything is on its way."""

ROUNDS = 20
"""Hops of a message between nodes; one that takes more waits for something else."""


class Reading:
    """A running reader. `press` and `click` return when all that follows has been painted."""

    def __init__(self, app: CryptoreadApp, pilot: Pilot[bool], library: Library) -> None:
        assert isinstance(app.screen, ReaderScreen)
        self.app = app
        self.pilot = pilot
        self.library = library
        self.screen = app.screen
        """The main screen, whatever covers it."""

    async def press(self, *keys: str) -> None:
        """Characters as they are typed, or Textual's names of keys. `Pilot.press` is far slower."""
        for key in keys:
            self.hit(key)
            await self.settle()

    async def type_in(self, keys: Iterable[str]) -> None:
        """Type characters, or other keys, right behind each other, as users do; wait once."""
        for key in keys:
            self.hit(key)
        await self.settle()

    def hit(self, key: str) -> None:
        """Send a key and do not wait for what it does."""
        is_typed = len(key) == 1
        name = _character_to_key(key) if is_typed else key
        self.app.post_message(events.Key(name, key if is_typed else None))

    async def go_to(self, title: str) -> None:
        """Put the cursor of the list on an article of this language by the words of its title."""
        found = self.library.find(parse(f'title:"{title}"'))
        assert self.screen.query_one(Sidebar).move_to(found[0]), title
        await self.settle()

    async def wait_for(self, condition: Callable[[], object]) -> None:
        """For what does not follow from a key at once; gives up after half a minute."""
        for _ in range(1_500):
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError("it did not happen")

    async def click(self, text: str, part: type[Widget] | str) -> None:
        """Click on the first cell of a text in a part of the screen."""
        region = self._region(part)
        rows = [line.find(text) for line in self.shown(part)]
        y = next(y for y, x in enumerate(rows) if x >= 0)
        await self.pilot.click(offset=(region.x + rows[y], region.y + y))
        await self.settle()

    async def settle(self) -> None:
        """Wait for all that was asked for, but not for what waits for an answer itself."""
        left = ROUNDS
        while True:
            for _ in range(HOPS):
                await self.pilot.pause(0)
            if not self.app.typed_ahead.is_idle:
                continue
            if left and self._is_on_its_way():
                left -= 1
                continue
            is_asking = self.app.screen is not self.screen
            busy = [
                worker
                for worker in self.app.workers
                if not worker.is_finished and not (is_asking and worker.group == "browser")
            ]
            if not busy:
                return
            with suppress(WorkerCancelled):  # what takes its place is waited for next
                await self.app.workers.wait_for_complete(busy)

    def _is_on_its_way(self) -> bool:
        """Whether a message waits for a widget, or a call for the next picture of its screen.

        `Pilot.pause` looks at the topmost screen alone; the others go by a timer of Textual's,
        which comes late on a busy machine. A repaint of theirs asks for the next one, without end.
        """
        screens = self.app.screen_stack
        for screen in screens[:-1]:
            if screen._callbacks or screen._layout_required:
                screen._on_timer_update()
        nodes = (node for screen in screens for node in screen.walk_children(with_self=True))
        return (
            self.app.message_queue_size > 0
            or any(screen._callbacks for screen in screens)
            or any(node.message_queue_size or node._next_callbacks for node in nodes)
        )

    @property
    def strips(self) -> list[Strip]:
        """What is painted, boxes over the main screen as well."""
        update = self.app.screen._compositor.render_update(
            full=True, screen_stack=self.app._background_screens
        )
        assert isinstance(update, LayoutUpdate)
        return [Strip.join(row) for row in update.strips]

    @property
    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.strips]

    def shown(self, part: type[Widget] | str) -> list[str]:
        """The painted lines of a part of the topmost screen that has it; none where none shows."""
        region = self._region(part)
        rows = self.strips[region.y : region.bottom]
        return [row.crop(region.x, region.right).text.rstrip() for row in rows if region]

    def _region(self, part: type[Widget] | str) -> Region:
        found = [*self.app.screen.query(part), *self.screen.query(part)]
        return found[0].region if found else Region()

    def text(self, part: type[Widget] | str) -> str:
        """The words of a part, however they are wrapped and spaced."""
        return " ".join(" ".join(self.shown(part)).replace("\xa0", " ").split())

    @property
    def rows(self) -> list[str]:
        """The rows of the list, in words."""
        return [" ".join(line.split()) for line in self.shown(Sidebar) if line]

    @property
    def filter(self) -> str:
        return str(self.screen.filter)

    @property
    def status(self) -> str:
        return self.text(StatusLine)

    @property
    def tag_bar(self) -> str:
        return self.text(TagBar)

    @property
    def cursor(self) -> str:
        """The row of the list that the cursor is on, in words; empty where it is out of view."""
        sidebar = self.screen.query_one(Sidebar)
        row = sidebar.line
        lines = self.shown(Sidebar)
        return " ".join(lines[row].split()) if 0 <= row < len(lines) else ""

    @property
    def opened(self) -> ArticleId | None:
        return self.screen.query_one(Sidebar).opened_article

    async def help(self) -> str:
        """The words of the whole help page."""
        await self.press("?")
        lines = self.app.screen.query_one(HelpText)._lines
        await self.press("escape")
        text = " ".join("".join(part for part, _ in line) for line in lines)
        return " ".join(text.split())

    async def palette(self, typed: str = "") -> list[str]:
        """Open the palette: what it offers at first, or for what is typed."""

        def offered() -> list[str]:
            options = self.app.screen.query_one(CommandList)
            found = [options.get_option_at_index(k) for k in range(options.option_count)]
            return [str(option.hit.text) for option in found if isinstance(option, Command)]

        await self.press("ctrl+p")
        await self.type_in(typed)
        await self.wait_for(offered)
        return offered()


@asynccontextmanager
async def reading(
    library: Library,
    query: str = "",
    *,
    settings: Settings | None = None,
    config: Path | None = None,
    size: tuple[int, int] = WIDE,
    density: Density | None = Density.COMPACT,
    breaks: bool = False,
    settles: bool = True,
) -> AsyncIterator[Reading]:
    """Start the reader; leave it at the end.

    density: what rows show unless a view was kept; None: what is usual at the width.
    The bar has the most frequent tags unless there are settings: few tags split a few articles.

    breaks: a log is expected, else refused. settles: what goes on at the start is waited for.
    """
    with _plain_environment():
        app = CryptoreadApp(library, settings or Settings(tags="frequent"), parse(query), config)
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            app.animation_level = "none"
            reading = Reading(app, pilot, library)
            if density is not None and reading.screen._view.density is None:
                reading.screen._view.density = density
                reading.screen._sidebar.choose_density(density)
                reading.screen._panes.fit(size[0])
            if settles:
                await reading.settle()
            yield reading
        log = log_folder() / NAME
        assert breaks or not log.exists(), log.read_text()


@contextmanager
def _plain_environment() -> Iterator[None]:
    """English, UTC, in all colours, whatever is usual where the tests run."""
    with pytest.MonkeyPatch.context() as environ:
        for name in ("LC_ALL", "LC_MESSAGES", "LC_TIME", "NO_COLOR", "TEXTUAL_THEME"):
            environ.delenv(name, raising=False)
        environ.setenv("LANG", "C.UTF-8")
        environ.setenv("COLORTERM", "truecolor")
        environ.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def archive() -> list[Article]:
    """Seven stories: a pinned one, four of Bitcoin, two of Ether; two in Ukrainian as well."""
    return [
        story(1, "How this archive is kept", category="OTHER", tags="GUIDE", sticky_weight=5),
        story(2, "Northfell idles its machines", "NEGATIVE", tags="BTC,MINING"),
        story(2, "Нортфелл зупиняє машини", "NEGATIVE", tags="BTC,MINING", lang="uk"),
        story(3, "Fees fall for a third week", "POSITIVE", tags="BTC,FEES"),
        story(4, "A wallet learns new words", "POSITIVE", tags="BTC,WALLET"),
        story(5, "An exchange counts its coins", "POSITIVE", tags="BTC,EXCHANGE"),
        story(5, "Біржа рахує монети", "POSITIVE", tags="BTC,EXCHANGE", lang="uk"),
        story(6, "Validators vote on limits", "NEUTRAL", category="ETH", tags="ETH,STAKING"),
        story(7, "A bridge closes for repairs", "NEGATIVE", category="ETH", tags="ETH,EXCHANGE"),
    ]


def told_by_several() -> list[Article]:
    """A story of three sources that disagree, one of which tells it twice; the first translated."""
    return [
        story(20, HACK, "NEGATIVE", source="ledgerpost", category="HACKS"),
        story(20, "Сховища Larkspur спустошено", "NEGATIVE", source="ledgerpost", lang="uk"),
        story(18, RETOLD, "POSITIVE", source="coin_harbour_", category="BTC"),
        story(17, AGAIN, "POSITIVE", source="coin_harbour_", category="BTC"),
        story(15, LATE, source="m[/b]gaz", category="ETH"),
    ]


def story(n: int, title: str, sentiment: str = "UNRATED", tags: str = "", **values: Any) -> Article:
    """An article with a title; tags are separated by commas."""
    return article(
        n,
        title=title,
        sentiment=Sentiment(sentiment),
        tags=tuple(filter(None, tags.split(","))),
        **values,
    )


def bring(into: Library, *articles: Article) -> None:
    """What an import in another program does."""
    with Store(into.folder, clock=into.clock) as store:
        put(store, articles)
