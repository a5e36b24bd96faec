"""What the last sync brought: closed groups show how much of it they hold, and a key goes there."""

from textual.message import Message

from reader.article import ArticleId
from reader.i18n import _, grouped, ngettext
from reader.library import Library
from reader.ui.screen.host import Host
from reader.ui.screen.panes import Panes

MOST = 1_000
"""Maximum articles that are looked for in groups, the newest."""

GO_ON = "reader.newly-arrived"

NOT_YET = _("no sync has brought articles yet; {sync} asks the sources")


class LastSync:
    """The articles that came with the last sync of one screen."""

    class Counted(Message):
        """So many articles are left to go to, with the key that does; empty text: none."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    def __init__(self, host: Host, library: Library, panes: Panes) -> None:
        self._host = host
        self._library = library
        self._panes = panes
        self._sidebar = panes.sidebar
        self._since = self._next = library.texts
        self._looked = -1
        self._articles: list[ArticleId] = []
        self._visited: set[ArticleId] = set()

    def begun(self) -> None:
        """Note that what arrives from now on comes with the next sync."""
        self._next = self._library.texts

    def ended(self) -> None:
        """Show what has come since the beginning of the sync."""
        self._since, self._looked = self._next, -1
        self._visited.clear()
        self.look()

    def look(self) -> None:
        """Show what the present version of the library has of it. Raises CacheError."""
        if self._looked == self._library.texts:
            return
        self._looked = self._library.texts
        self._articles = list(self._library.insight.arrived(self._since)[:MOST])
        self._sidebar.show_brought(self._articles)
        self._count()

    def _count(self) -> None:
        left = sum(each not in self._visited for each in self._listed)
        key = self._host.key(GO_ON)
        said = ngettext("{number} new ({key})", "{number} new ({key})", left) if left else ""
        self._host.post_message(self.Counted(said.format(number=grouped(left), key=key)))

    @property
    def _listed(self) -> list[ArticleId]:
        return [each for each in self._articles if self._sidebar.holds(each)]

    def go_on(self) -> None:
        """Go to the newest article that has come, or to the next one after the cursor's."""
        listed = self._listed
        if not listed:
            if self._articles:
                self._host.say(_("nothing that the last sync brought is in this list"))
            else:
                self._host.say(NOT_YET.format(sync=self._host.key("reader.sync")))
            return
        cursor = self._sidebar.cursor
        here = cursor.article if cursor else None
        place = (listed.index(here) + 1) % len(listed) if here in listed else 0
        self._panes.show_list()
        self._sidebar.move_to(listed[place])
        self._visited.add(listed[place])
        said = ngettext(
            "{place} of {number} new in this list",
            "{place} of {number} new in this list",
            len(listed),
        )
        self._host.say(said.format(place=grouped(place + 1), number=grouped(len(listed))))
        self._count()
