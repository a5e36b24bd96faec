"""Find the articles that are related to one, beside the screen, and open the one chosen."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from reader.article import Article, Identity, Row
from reader.i18n import _
from reader.library import Library
from reader.ui.modals.related import RelatedScreen
from reader.ui.screen.host import Host
from reader.ui.screen.keys import NEXT
from reader.ui.textual_compat.failures import in_background

NOTHING = _("nothing related; {next} opens the next unread article")

Open = Callable[[Identity], Awaitable[None]]


def show_related(host: Host, library: Library, article: Article, opened: Open) -> None:
    """Show the box with the related articles; say so if there are none.

    opened: called with the article that is chosen.
    """

    async def show() -> None:
        rows = await asyncio.to_thread(_related, library, article)
        if not host.is_running or len(host.app.screen_stack) > 1:  # another box is open by now
            return
        if not rows:
            host.say(NOTHING.format(next=host.key(NEXT)))
            return

        async def chosen(identity: Identity | None) -> None:
            if identity is not None:
                await opened(identity)

        await host.app.push_screen(RelatedScreen(rows, library.clock().timestamp()), chosen)

    in_background(host, show, group="related", exclusive=True)


def _related(library: Library, article: Article) -> Sequence[Row]:
    """Return the related articles, the most alike first, as of one version. Thread-safe."""
    while True:
        texts = library.texts
        id = library.id_of(article.identity)
        rows = library.rows(library.insight.related(id)) if id is not None else []
        if texts == library.texts:
            return rows
