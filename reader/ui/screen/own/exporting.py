"""Export articles of the screen into a folder or a file, in the background."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from reader.article import Article
from reader.errors import CryptoreadError, Refusal
from reader.i18n import _, grouped, ngettext
from reader.library import Ids, Library
from reader.ui.modals.export import ExportScreen
from reader.ui.modals.modal import open_box
from reader.ui.screen.host import Host
from reader.ui.screen.marks import counted
from reader.ui.textual_compat.failures import in_background


async def export_articles(host: Host, library: Library, ids: Ids) -> None:
    """Ask for a place, and export the articles to it."""

    def chosen(path: str | None) -> None:
        if path is not None:
            said = ngettext(
                "exporting {number} article …", "exporting {number} articles …", len(ids)
            )
            host.say(said.format(number=grouped(len(ids))))
            work = partial(_export, host, library, ids, Path(path).expanduser())
            in_background(host, work, group="export")

    name = f"articles-{library.clock().astimezone():%Y-%m-%d}.zip"
    await open_box(host.app, ExportScreen(counted(len(ids)), name), chosen)


async def _export(host: Host, library: Library, ids: Ids, to: Path) -> None:
    from reader.archive.exporting import ExportError, export

    def articles() -> Iterator[Article]:
        for _id, article in library.articles(ids):
            if not host.is_running:
                raise ExportError(to, _("the screen was left before it was done"))
            yield article

    refused: list[Refusal] = []
    try:
        report = await asyncio.to_thread(export, articles(), to, refused.append)
    except CryptoreadError as error:
        host.say(str(error), error=True)
        return
    said = ngettext(
        "exported {number} article to {place}",
        "exported {number} articles to {place}",
        report.written,
    ).format(number=grouped(report.written), place=to)
    if refused:
        said = f"{said}; {_first_of(refused)}"
    host.say(said, error=bool(refused))


def _first_of(refused: Sequence[Refusal]) -> str:
    """Return the first of the refusals, and how many more there are."""
    more = len(refused) - 1
    if not more:
        return str(refused[0])
    said = ngettext("{refusal} and {number} more", "{refusal} and {number} more", more)
    return said.format(refusal=refused[0], number=grouped(more))
