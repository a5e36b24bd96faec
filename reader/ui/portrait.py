"""Keep a picture of the first screen as the next start will show it.

The screen is started once more, without a terminal: so the picture is what a start shows.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from reader.ages import age_in_words
from reader.config.settings import Settings
from reader.library import Library
from reader.opening import picture
from reader.opening.conditions import holding, places
from reader.query.language import Query
from reader.ui.app import CryptoreadApp
from reader.ui.screen.reader import ReaderScreen
from reader.ui.textual_compat.compositor import painted_rows


def keep_first_screen(library: Library, settings: Settings, config: Path) -> None:
    """Keep the picture, unless the folder is only read or the next start may show another one."""
    data, file = str(library.folder), str(config)
    if library.is_only_read or places(sys.argv[1:]) != (data, file):
        return
    with suppress(OSError):  # the terminal is gone, or there is no room on the disk
        columns, lines = os.get_terminal_size(1)
        holds = holding(data, file, columns, lines)
        if holds is None:
            return
        now = library.clock()
        library.clock = lambda: now  # the ages that are painted are those that are written down
        portrait = Portrait(library, settings, Query(), config)
        portrait.run(headless=True, size=(columns, lines))
        if portrait.rows and holding(data, file, columns, lines) == holds:
            picture.keep(data, holds, portrait.rows)


LONGEST_S = 2.0
"""How long leaving waits for the picture: an article may be long."""


class Time(NamedTuple):
    """A time in the list: seconds since 1970, in so many cells."""

    instant: float
    cells: int


class PortraitScreen(ReaderScreen):
    """The main screen without timers and background work: it writes nothing."""

    def _begin(self) -> None:
        pass

    def _save(self) -> None:
        pass

    def times(self) -> dict[tuple[int, int], Time]:
        """Return the times that the list shows and that depend on the day, by row and column."""
        sidebar = self._sidebar
        region = sidebar.content_region
        end = region.x + sidebar.scrollable_content_region.width - 1
        return {
            (region.y + line, end - cells): Time(instant.timestamp(), cells)
            for line, instant, cells in sidebar.times_in_view()
        }

    def right_until(self) -> datetime | None:
        """Return until when the moments in the briefing are right; None if it is not shown."""
        return self._briefings.right_until() if self._briefings is not None else None

    def published(self) -> datetime | None:
        """Return when the open article was published, None if none is open."""
        article = self._article.article
        return article.published if article else None


class Portrait(CryptoreadApp):
    """Starts without a terminal, and ends when the first screen is complete: then `rows` has it."""

    SCREEN: ClassVar[type[ReaderScreen]] = PortraitScreen

    rows: Sequence[str] = ()
    """A line for each row of the screen, as `opening.picture` keeps it; empty if it took long."""

    def on_mount(self) -> None:
        """Set a limit."""
        self.set_timer(LONGEST_S, self.exit)

    def on_host_screen_settled(self) -> None:
        """Keep what is painted, and end."""
        screen = self.screen
        if isinstance(screen, PortraitScreen):
            times = screen.times()
            strips = [Strip.join(row) for row in painted_rows(screen, range(screen.size.height))]
            rows = [
                self._row(strip, {x: at for (row, x), at in times.items() if row == y})
                for y, strip in enumerate(strips)
            ]
            self.rows = self._with_age_in_words(rows, screen.published())
            if (end := screen.right_until()) is not None and self.rows:
                first = self.rows[0] + picture.until(end.timestamp())
                self.rows = [first, *self.rows[1:]]
        self.exit()

    def _with_age_in_words(self, rows: list[str], published: datetime | None) -> list[str]:
        """Return the rows with the age in the article's header left open, if it is in view."""
        if published is None:
            return rows
        instant = published.timestamp()
        words = age_in_words(instant, self._library.clock().timestamp())
        shown = f"({words})".replace(" ", "\xa0")
        for y, row in enumerate(rows):
            if shown in row:
                left_open = row.replace(shown, f"({picture.in_words(instant, words)})", 1)
                return [*rows[:y], left_open, *rows[y + 1 :]]
        # Scrolled away, or cut in a narrow pane.
        return [rows[0] + picture.while_in_words(instant, words), *rows[1:]]

    def _row(self, strip: Strip, times: dict[int, Time]) -> str:
        parts = []
        done = 0
        for x, time in sorted(times.items()):
            parts.append(self._rendered(strip.crop(done, x)))
            style = next((each.style for each in strip.crop(x, x + time.cells)), None)
            left_open = Segment(picture.short(*time), style)
            parts.append(Strip([left_open]).render(self.console))
            done = x + time.cells
        parts.append(self._rendered(strip.crop(done)))
        return "".join(parts)

    def _rendered(self, strip: Strip) -> str:
        """Return a part of a row with its colours, without links and what clicks would do."""
        plain = [
            Segment(text, style.update_link(None) if style and style.link else style)
            for text, style, _ in strip
        ]
        return Strip(plain).render(self.console)
