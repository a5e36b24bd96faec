"""Find words in the open article, from `/` in the reading pane to Escape.

While it is on, the pane marks these words instead of those of the filter, and the keys for the
next and the previous article go through them. Imported when the key is first pressed.
"""

from collections.abc import Callable
from contextlib import suppress

from reader.i18n import _
from reader.query.language import Term
from reader.ui.bars.find_line import FindLine
from reader.ui.reading.pane import ReadingPane
from reader.ui.screen.host import Host
from reader.ui.screen.keys import NOT_OPEN
from reader.ui.screen.open_article import NO_MATCH, OpenArticle
from reader.ui.screen.panes import Panes

NO_MATCH_YET = _("no match yet · ↓ searches on")


class Finding:
    """The searches in articles of one screen. show_keys: called when the keys have changed."""

    def __init__(
        self, host: Host, panes: Panes, article: OpenArticle, show_keys: Callable[[], None]
    ) -> None:
        self._host = host
        self._panes = panes
        self._article = article
        self._show_keys = show_keys
        self._line: FindLine | None = None
        self._is_open = False
        self._said = ""
        """What is said about matches when the line is closed."""
        self._place = 0
        """Scroll position at which the search began."""

    async def begin(self) -> None:
        """Open the line."""
        pane = self._article.pane
        if pane is None or self._article.article is None:
            self._host.say(NOT_OPEN.format(open=self._host.key("sidebar.open")))
            return
        screen = self._panes.screen
        if self._line is None:
            self._line = FindLine(self)
            await screen.mount(self._line)
        self._place = pane.position
        self._article.seek(())
        self._is_open = True
        screen.add_class("-finding")
        self._line.begin()
        self._show_keys()

    async def typed(self, text: str) -> None:
        """Mark these words and go to their first match below where the search began."""
        pane = self._article.pane
        if pane is None or not self._article.is_sought_in:
            return
        terms = _terms(text)
        self._show("")
        pane.go_to(self._place)
        self._article.seek(terms)
        if terms:
            await self.step(1)

    async def step(self, step: int) -> None:
        """Go to the next match, or (-1) the previous one; after the last, to the first."""
        if not self._article.sought:
            return
        reached = await self._article.go_round(1 if step > 0 else -1)
        if reached != "match":
            self._show(NO_MATCH if reached == "none" else NO_MATCH_YET)

    def tell(self, found: ReadingPane.MatchesFound) -> None:
        """Say how many matches there are, and which of them is current."""
        if found.count and self._is_open:
            count = f"{found.count}" if found.is_to_end else f"{found.count}+"
            if found.is_from_start:
                where = {"number": found.current, "count": count}
                self._show(_("{number} of {count}").format(**where))
                self._said = _("match {number} of {count}").format(**where)
            else:
                self._show(_("of {count}").format(count=count))

    def keep(self) -> None:
        """Close the line; the matches stay marked."""
        if self._article.sought:
            self._close()
            key = self._host.key("reader.drop-last-filter")
            self._host.say(_("{said} · {key} ends").format(said=self._said, key=key))
        else:
            self.end()
        self._panes.show_article()

    def leave(self) -> None:
        """Close the line after the focus has gone elsewhere."""
        if self._is_open:
            self._close()
            if not self._article.sought:
                self.end()

    def give_up(self) -> None:
        """End the search where it began."""
        self.end()
        if self._article.pane is not None:
            self._article.pane.go_to(self._place)
        self._panes.show_article()

    def end(self) -> None:
        """Close the line and mark the words of the filter again."""
        self._close()
        self._article.seek(None)
        self._show_keys()

    def _close(self) -> None:
        self._is_open = False
        self._panes.screen.remove_class("-finding")

    def _show(self, count: str) -> None:
        self._said = count
        if self._line is not None:
            self._line.show(count)


def _terms(text: str) -> tuple[Term, ...]:
    """Return what is searched for: the words as a phrase whose last word may go on."""
    with suppress(ValueError):  # no letter or digit yet
        return (Term(None, text, prefix=True),)
    return ()
