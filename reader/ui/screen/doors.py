"""Send URLs to the browser and text to the clipboard."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from reader.article import Article
from reader.i18n import _, grouped, ngettext
from reader.library import Ids, Library
from reader.ui.screen.host import Host
from reader.ui.textual_compat.failures import in_background

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.selection import Selection
    from textual.widget import Widget

MOST_LINKS = 1_000
"""Links copied at once: terminals take some 100 kB."""


class Doors:
    """Opens URLs and copies text for one screen, suspended while a browser runs in the terminal.

    copy_key: the key that copies the article's text.
    """

    def __init__(self, host: Host, copy_key: str) -> None:
        self._host = host
        self._copy_key = copy_key
        self._copied: Mapping[Widget, Selection] = {}
        """The selections that were copied last."""

    def cover(self, article: Article) -> None:
        """Open the cover image in the best size."""
        if url := article.cover.best if article.cover else "":
            self.link(url)
        else:
            self._host.say(_("this article has no cover image"))

    def original(self, article: Article) -> None:
        """Open the article at its publisher, or let the user choose one of its links."""
        if article.url:
            self.link(article.url)
            return
        from reader.ui.prose.text import Prose

        links = Prose(article.body).links()
        if not links:
            self._host.say(_("this article has no original and no links"))
            return
        from reader.ui.modals.links import LinksScreen

        self._host.app.push_screen(LinksScreen(links), self._link_chosen)

    def _link_chosen(self, url: str | None) -> None:
        if url:
            self.link(url)

    def link(self, url: str, label: str = "") -> None:
        """Open a URL; ask first if its label names another host."""
        in_background(self._host, partial(self._open, url, label), group="browser")

    def copy_link(self, article: Article) -> None:
        """Copy the link of the article, or say that it has none."""
        if article.url:
            self._copy(article.url, _("copied the link"))
        else:
            text = _("the publisher gave no link; {key} copies the text")
            self._host.say(text.format(key=self._copy_key))

    def copy_links(self, library: Library, ids: Ids) -> None:
        """Copy the links of the articles, one a line, newest first; at most `MOST_LINKS`."""
        in_background(self._host, partial(self._copy_links, library, ids), group="copy-links")

    async def _copy_links(self, library: Library, ids: Ids) -> None:
        def read() -> list[str]:
            return [article.url for _id, article in library.articles(ids[:MOST_LINKS])]

        urls = await asyncio.to_thread(read)
        links = [url for url in urls if url]
        if not links:
            self._host.say(_("the publishers gave no links"))
            return
        self._host.app.copy_to_clipboard("\n".join(links))
        self._host.say(_links_copied(len(links), len(urls), is_cut=len(urls) < len(ids)))

    def copy_markdown(self, article: Article) -> None:
        """Copy title and text of the article as Markdown."""
        text = f"# {article.title}\n\n{article.body}\n"
        self._copy(text, _("copied the article as Markdown"))

    def copy_selected(self, screen: "Screen[Any]") -> None:
        """Copy what was selected with the mouse; a release elsewhere changes no selection."""
        selected = dict(screen.selections)
        if selected == self._copied:
            return
        self._copied = selected
        text = screen.get_selected_text() or ""
        if words := len(text.split()):
            said = ngettext("copied {number} word", "copied {number} words", words)
            self._copy(text, said.format(number=grouped(words)))

    def _copy(self, text: str, said: str) -> None:
        self._host.app.copy_to_clipboard(text)
        self._host.say(said)

    async def _open(self, url: str, label: str) -> None:
        from reader import browser

        try:
            question = browser.deceives(label, url)
            if question and not await self._confirmed(question):
                return
            way = browser.plan(url)
            if way.needs_terminal:
                with self._host.app.suspend():
                    browser.launch(way)
            else:
                await asyncio.to_thread(browser.launch, way)
            said = _("opened {host} in the browser").format(host=browser.host(way.url))
            self._host.say(said)
        except browser.BrowserFailed as error:
            self._host.app.copy_to_clipboard(error.url)
            said = _("{reason}; copied the address {address}")
            self._host.say(said.format(reason=error.reason, address=error.url), error=True)

    async def _confirmed(self, question: str) -> bool:
        from reader.ui.modals.links import ConfirmScreen

        answer: bool | None = await self._host.app.push_screen_wait(ConfirmScreen(question))
        return bool(answer)


def _links_copied(links: int, articles: int, *, is_cut: bool) -> str:
    """Return how many links of so many articles were copied. is_cut: there are older articles."""
    said = ngettext("copied {number} link", "copied {number} links", links)
    if is_cut:
        said = ngettext(
            "copied {number} link of the newest {articles} articles",
            "copied {number} links of the newest {articles} articles",
            links,
        )
    said = said.format(number=grouped(links), articles=grouped(articles))
    if without := articles - links:
        none = ngettext("{number} have none", "{number} have none", without)
        said = f"{said}; {none.format(number=grouped(without))}"
    return said
