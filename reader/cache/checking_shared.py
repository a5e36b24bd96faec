"""What `doctor` finds out about a shared archive: whether it can be used, and what is in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reader.cache.opened import open_store
from reader.cache.repairing import Check
from reader.cache.storing.room import fullest
from reader.cache.values.instants import from_milliseconds, utc_now
from reader.i18n import _, grouped, ngettext


def checks(folder: Path) -> Iterator[Check]:
    """Yield what was found: connection, articles, facets. Raises CacheError."""
    view: Any
    with open_store(folder, clock=utc_now) as store, store.session.present() as view:
        name = store.engine.name
        text = _("{archive} can be reached; your own files are in {folder}")
        yield Check("archive", text.format(archive=name, folder=folder))
        with view.snapshot():
            found = view.health()
        articles, documents = found.articles, found.documents
        count = ngettext("{number} article", "{number} articles", articles)
        texts = ngettext("{number} text", "{number} texts", documents)
        counts = count.format(number=grouped(articles)), texts.format(number=grouped(documents))
        advice = "" if articles == documents else _("ask the owner of the archive")
        yield Check("articles", ", ".join(counts), is_well=not advice, advice=advice)
        if found.in_facet != articles:
            text = _("the set of all articles has {number}").format(number=grouped(found.in_facet))
            advice = _("the next start counts the articles")
            yield Check("facets", text, is_well=False, advice=advice)
        elif (full := fullest(view)) is not None:
            text = _(
                "slots of {width}; the fullest time is about {day}: {taken} of {most} articles"
            )
            taken, most = grouped(full[0]), grouped(view.slots.most)
            day = f"{from_milliseconds(full[1]):%Y-%m-%d}"
            width = view.slots.name
            text = text.format(width=width, day=day, taken=taken, most=most)
            yield Check("room", text)
