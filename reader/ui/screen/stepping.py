"""Step from article to article, and from match to match of the words that are searched for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from reader.article import ArticleId
from reader.i18n import _, ngettext, pgettext
from reader.library import Library
from reader.ui.screen.host import Host
from reader.ui.screen.keys import NEXT, PREVIOUS
from reader.ui.screen.open_article import NO_MATCH, OpenArticle
from reader.ui.screen.panes import Panes

if TYPE_CHECKING:
    from reader.ui.reading.pane import ReadingPane

Step = Literal[1, -1]
What = Literal["article", "unread", "result"]
"""What is stepped to."""

_NO_OTHER: dict[tuple[What, Step], str] = {
    ("article", 1): _("no next article in this list"),
    ("article", -1): _("no previous article in this list"),
    ("unread", 1): _("no next unread article in this list"),
    ("unread", -1): _("no previous unread article in this list"),
    ("result", 1): _("no next result in this list"),
    ("result", -1): _("no previous result in this list"),
}


class Stepping:
    """The steps of one screen. show_keys: called when the next step has become another one."""

    def __init__(
        self,
        host: Host,
        library: Library,
        panes: Panes,
        article: OpenArticle,
        show_keys: Callable[[], None],
    ) -> None:
        self._host = host
        self._library = library
        self._panes = panes
        self._sidebar = panes.sidebar
        self._article = article
        self._show_keys = show_keys
        self._said = ""
        """The last message about matches."""

    async def open(self, id: ArticleId) -> None:
        """Open an article of the list and focus the reading pane."""
        if await self._article.show(id):
            self._panes.show_article()
            self._show_keys()
            await self._first_layout()  # a key typed ahead may ask for a page

    async def show(self, id: ArticleId) -> None:
        """Open an article of the list; the focus stays unless the list gives way to it."""
        await self._go_to(id, 1, "article")

    async def to_neighbour(self, step: Step) -> None:
        """Open the next or previous article."""
        await self._go_to(self._sidebar.neighbour(self._start, step), step, "article")

    async def to_unread_or_match(self, step: Step) -> None:
        """Go to the next match or result of a search; without one, open the next unread article."""
        if self._article.is_sought_in:
            await self._go_round(step)
        elif self._is_searched:
            await self._go_to_match_or_result(step)
        else:
            await self.to_unread(step)

    async def to_unread(self, step: Step) -> None:
        """Open the next or previous unread article of the list."""
        unread_in = self._library.unread
        found = self._sidebar.neighbour(self._start, step, unread_in=unread_in)
        await self._go_to(found, step, "unread")

    async def _go_round(self, step: Step) -> None:
        """Go to the next match of the words that are looked for in the open article."""
        reached = await self._article.go_round(step)
        if reached == "none":
            self._host.say(NO_MATCH)
        elif reached == "later":
            self._say_later(step)

    async def _go_to_match_or_result(self, step: Step) -> None:
        """Go through the matches of the open article, then to the next article that was found."""
        if await self._step_in_article(step):
            return
        found = self._sidebar.neighbour(self._start, step, else_first=True)
        if await self._go_to(found, step, "result"):
            await self._first_layout()
            await self._step_in_article(step, at_edge=True)

    async def _step_in_article(self, step: Step, *, at_edge: bool = False) -> bool:
        """Go to a match of the open article; return False if there is none that way.

        at_edge: to the first in the article, or (-1) to the last.
        """
        reached = await self._article.go_to_match(step, at_edge=at_edge)
        if reached == "later":
            self._say_later(step)
        return reached != "none"

    def _say_later(self, step: Step) -> None:
        key = self._host.key(NEXT if step > 0 else PREVIOUS)
        said = _("no match found yet in this long article; {key} searches on")
        self._host.say(said.format(key=key))

    async def _go_to(self, article: ArticleId | None, step: Step, what: What) -> bool:
        """Open an article and put the cursor on it; return whether there is a readable one."""
        if article is None:
            self._host.say(_NO_OTHER[what, step])
            return False
        self._sidebar.move_to(article)
        if not await self._article.show(article):
            return False
        if self._panes.is_narrow:
            self._panes.show_article()
        self._show_keys()
        return True

    @property
    def _start(self) -> ArticleId | None:
        """Return the article to step from: the open one, or its twin if only that is listed."""
        opened = self._article.id
        if opened is None or self._sidebar.holds(opened):
            return opened
        twins = self._library.twins(opened)
        return next((twin for twin in twins if self._sidebar.holds(twin)), opened)

    async def _first_layout(self) -> None:
        if self._article.pane is not None:
            await self._article.pane.first_layout()

    @property
    def _is_searched(self) -> bool:
        """Return whether the filter contains words, which occur in every article of the list."""
        return bool(self._host.filter.sought)

    @property
    def next_label(self) -> str:
        """Return what `n` goes to at present."""
        if self._article.is_sought_in:
            return pgettext("key line", "next match")
        if not self._is_searched:
            return pgettext("key line", "next unread")
        if self._article.has_match_ahead:
            return pgettext("key line", "next match")
        return pgettext("key line", "next result")

    @property
    def keys_at_present(self) -> dict[str, str]:
        """Return what the step keys do now, by binding id, if not their usual action."""
        if self._article.is_sought_in:
            return {
                NEXT: _("Go to the next match in this article"),
                PREVIOUS: _("Go to the previous match in this article"),
            }
        if not self._is_searched:
            return {}
        if self._article.has_match_ahead:
            following = _("Go to the next match; after the last match, to the next result")
        else:
            following = _("Go to the next result; after the last match, to the next result")
        previous = _("Go to the previous match; before the first, to the previous result")
        return {NEXT: following, PREVIOUS: previous}

    def tell_matches(self, found: "ReadingPane.MatchesFound", next_key: str) -> None:
        """Say how many matches the open article has, or which one is current."""
        self._host.unsay(self._said)
        self._said = ""
        count = f"{found.count}" if found.is_to_end else f"{found.count}+"
        if found.current and found.is_from_start:
            said = _("match {number} of {count}")
            self._said = said.format(number=found.current, count=count)
        elif found.current:
            self._said = _("a match, not counted: the text above is long")
        elif found.count:
            said = ngettext(
                "{count} match · {key} goes to the next",
                "{count} matches · {key} goes to the next",
                found.count if found.is_to_end else max(2, found.count),
            )
            self._said = said.format(count=count, key=next_key)
        if found.count:
            if self._article.is_sought_in:
                key = self._host.key("reader.drop-last-filter")
                self._said = _("{said} · {key} ends").format(said=self._said, key=key)
            self._host.say(self._said, patient=not found.current)
        self._show_keys()
