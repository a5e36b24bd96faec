"""What the last sync brought: closed groups show how much of it they hold, and a key goes there."""

from reader.article import ArticleId
from reader.library import Library
from reader.ui.screen.host import Host
from reader.ui.screen.panes import Panes

MOST = 1_000
"""Maximum articles that are looked for in groups, the newest."""

GO_ON = "reader.newly-arrived"


class LastSync:
    """The articles that came with the last sync of one screen."""

    def __init__(self, host: Host, library: Library, panes: Panes) -> None:
        self._host = host
        self._library = library
        self._panes = panes
        self._sidebar = panes.sidebar
        self._since = self._next = library.texts
        self._looked = self._expected = 0
        self._articles: list[ArticleId] = []

    def begun(self) -> None:
        """Note that what arrives from now on comes with the next sync."""
        self._next = self._library.texts

    def ended(self, new: int) -> None:
        """Show what has come since the beginning of the sync, `new` articles."""
        self._since, self._looked, self._expected = self._next, 0, new
        self.look()

    def look(self) -> None:
        """Show what the present version of the library has of it. Raises CacheError."""
        if self._looked == self._library.texts:
            return
        self._looked = self._library.texts
        found = self._library.insight.arrived(self._since)
        self._articles = list(found[:MOST])
        self._sidebar.show_brought(self._articles)
        if self._expected and len(found) >= self._expected:
            self._expected = 0
            self._tell()

    def _tell(self) -> None:
        listed = sum(map(self._sidebar.holds, self._articles))
        if listed:
            key = self._host.key(GO_ON)
            text = f"{listed:,} new in this list · {key} goes there"
            self._host.say(text, patient=True, action="newly_arrived")

    def go_on(self) -> None:
        """Go to the newest article that has come, or to the next one after the cursor's."""
        if not self._articles:
            self._host.say("no sync has brought articles since the start")
            return
        listed = [each for each in self._articles if self._sidebar.holds(each)]
        if not listed:
            self._host.say("nothing that the last sync brought is in this list")
            return
        cursor = self._sidebar.cursor
        here = cursor.article if cursor else None
        place = listed.index(here) + 1 if here in listed else 0
        self._panes.show_list()
        self._sidebar.move_to(listed[place % len(listed)])
        self._host.say(f"{place % len(listed) + 1:,} of {len(listed):,} new in this list")
