"""Open the box for the user's own tags, and set or remove what is chosen in it."""

from reader.cache.marks.kinds import own_tag
from reader.i18n import _
from reader.library import Ids, Library
from reader.query.language import Field
from reader.ui.modals.modal import open_box
from reader.ui.modals.own_tags import OwnTagScreen
from reader.ui.screen.host import Host
from reader.ui.screen.marks import Marker, counted


async def open_own_tags(host: Host, library: Library, marker: Marker, ids: Ids) -> None:
    """Ask for an own tag of the articles, and set it, or remove it if all have it."""
    identities = [library.identity(id) for id in ids] if len(ids) == 1 else []

    def chosen(name: str | None) -> None:
        if name is None:
            return
        found = ids
        if identities:  # its id may have changed while the box was open
            (identity,) = identities
            id = library.id_of(identity) if identity else None
            found = Ids([id] if id is not None else ())
        if found:
            marker.toggle(found, own_tag(name))

    tags = library.names(Field.MYTAG)
    has = library.marking.own_tags(ids[0]) if len(ids) == 1 else ()
    what = _("this article") if len(ids) == 1 else counted(len(ids))
    await open_box(host.app, OwnTagScreen(what, tags, has), chosen)
