"""Count who is first with stories, beside the screen, for the open box of sources."""

import asyncio
from typing import TYPE_CHECKING

from reader.library import Library
from reader.query.language import Query
from reader.ui.screen.host import Host
from reader.ui.textual_compat.failures import in_background

if TYPE_CHECKING:
    from reader.insight.firsts import Firsts
    from reader.ui.modals.sources import SourcesScreen


def show_firsts(host: Host, library: Library, box: "SourcesScreen") -> None:
    """Add to the box how often each source was first, once that is counted."""

    async def show() -> None:
        found = await asyncio.to_thread(_firsts, library)
        if found and box.is_attached:
            box.text.show_firsts(found)

    in_background(host, show, group="firsts", exclusive=True)


def _firsts(library: Library) -> "list[Firsts]":
    """Count as of one version of the articles. Thread-safe."""
    while True:
        texts = library.texts
        found = library.insight.firsts(library.find(Query()))
        if texts == library.texts:
            return found
