"""What leaves the screen: URLs to the browser, text to the clipboard."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from textual.screen import Screen

from reader.article import Article
from reader.ui.failures import in_background

Say = Callable[..., None]
"""Tells the reader something, with `error=True` if it went wrong."""


class Doors:
    """The ways out of a screen, which steps aside for a browser of the terminal."""

    def __init__(self, screen: Screen[Any], say: Say, copy_key: str) -> None:
        """copy_key: the key that copies the article's text."""
        self._screen = screen
        self._say = say
        self._copy_key = copy_key

    def cover(self, article: Article) -> None:
        """The cover image, in the size that is best to look at."""
        if url := article.cover.best if article.cover else "":
            self.link(url)
        else:
            self._say("this article has no cover image")

    def original(self, article: Article) -> None:
        """The article at its publisher, else one of its links to choose from."""
        if article.url:
            self.link(article.url)
            return
        from reader.ui.prose import Prose

        links = Prose(article.body).links()
        if not links:
            self._say("this article has no original and no links")
            return
        from reader.ui.links_screen import LinksScreen

        self._screen.app.push_screen(LinksScreen(links), self._link_chosen)

    def _link_chosen(self, url: str | None) -> None:
        if url:
            self.link(url)

    def link(self, url: str, label: str = "") -> None:
        """A URL, after a question where its label names another host."""
        in_background(self._screen, partial(self._open, url, label), group="browser")

    def copy_link(self, article: Article) -> None:
        if article.url:
            self._copy(article.url, "the link")
        else:
            self._say(f"the publisher gave no link; {self._copy_key} copies the text")

    def copy_markdown(self, article: Article) -> None:
        self._copy(f"# {article.title}\n\n{article.body}\n", "the article as Markdown")

    def _copy(self, text: str, what: str) -> None:
        self._screen.app.copy_to_clipboard(text)
        self._say(f"copied {what}")

    async def _open(self, url: str, label: str) -> None:
        from reader import browser

        try:
            question = browser.deceives(label, url)
            if question and not await self._confirmed(question):
                return
            way = browser.plan(url)
            if way.needs_terminal:
                with self._screen.app.suspend():
                    browser.launch(way)
            else:
                await asyncio.to_thread(browser.launch, way)
            self._say(f"opened {browser.host(way.url)} in the browser")
        except browser.BrowserFailed as error:
            self._screen.app.copy_to_clipboard(error.url)
            self._say(f"{error.reason}; copied the address {error.url}", error=True)

    async def _confirmed(self, question: str) -> bool:
        from reader.ui.links_screen import ConfirmScreen

        answer: bool | None = await self._screen.app.push_screen_wait(ConfirmScreen(question))
        return bool(answer)
