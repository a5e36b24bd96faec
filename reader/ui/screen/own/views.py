"""The saved views of one screen: the line above the list, opening by letter, saving the filter."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from reader.errors import CryptoreadError
from reader.i18n import _, pgettext, quoted
from reader.library import Library
from reader.query.language import Field, Query, Term
from reader.query.views import built_in, letters, parse_with
from reader.ui.bars.view_bar import ViewBar, ViewItem
from reader.ui.screen.host import Host
from reader.ui.screen.marks import Marker
from reader.ui.screen.own.removed_views import RemovedViews
from reader.ui.textual_compat.failures import in_background

_LABELS = {
    "all": pgettext("view", "All"),
    "unread": pgettext("view", "Unread"),
    "favourites": "★",
    "today": pgettext("view", "Today"),
}
_NOT_ON_THE_LINE = "later"


class Views:
    """Views by name: those that are always there, then the user's own.

    own: of the settings. config: the file that a new one is written to. start: terms that a view
    has unless it names a language.
    """

    def __init__(
        self,
        host: Host,
        library: Library,
        own: Mapping[str, str],
        config: Path | None,
        start: Query,
    ) -> None:
        self.own = dict(own)
        self._host = host
        self._library = library
        self._config = config
        self._start = start
        self._parsed: dict[str, Query] = {}
        self._parsed_of: dict[str, str] = {}
        """What was parsed, and the views that it was of."""
        self._unread: dict[str, int] = {}
        self._counted = -1
        """Version of the library whose unread articles were counted."""
        self._is_counting = False
        self._removed = RemovedViews(host, config, self.own, self._show_changed)
        self.bar = ViewBar(self._items(host.filter), self.look)

    @property
    def queries(self) -> dict[str, str]:
        """Return the query of each view, as it was written, by name."""
        today = self._library.clock().astimezone().date()
        own = {name.casefold() for name in self.own}
        always = {name: query for name, query in built_in(today).items() if name not in own}
        return always | self.own

    def query(self, name: str) -> Query:
        """Return what a view finds, in the user's language unless it names others."""
        views = self.queries
        if views != self._parsed_of:
            self._parsed_of, self._parsed = views, {}
        if name not in self._parsed:
            terms = parse_with(views.get(name, ""), views).terms
            is_named = any(isinstance(t, Term) and t.field is Field.LANG for t in terms)
            self._parsed[name] = Query(terms if is_named else (*self._start.terms, *terms))
        return self._parsed[name]

    def show_view(self, name: str) -> None:
        """Show what the view finds. Raises CacheError."""
        views = self.queries
        for hint in parse_with(views.get(name, ""), views).hints:
            said = _("{term}: {reason}; searching for it as plain text")
            self._host.say(said.format(term=hint.term, reason=hint.reason))
        self._host.show(self.query(name))

    async def pick(self, marker: Marker) -> None:
        """Ask for a view and show it, or remove it."""
        from reader.ui.modals.modal import open_box
        from reader.ui.modals.views import ChosenView, ListedView, ViewsScreen

        views = self.queries
        keys = letters(list(views))
        rows = [
            ListedView(
                *(keys[name], name, query or _("everything"), self._unread.get(name)),
                is_own=name in self.own,
            )
            for name, query in views.items()
        ]

        def chosen(view: ChosenView | None) -> None:
            if view is not None and view.removes:
                self._removed.remove(view.name, marker)
            elif view is not None:
                self.show_view(view.name)

        box = ViewsScreen(rows, self._host.key("views.remove"))
        await open_box(self._host.app, box, chosen)

    def bring_back(self, marker: Marker) -> bool:
        """Put the view back whose removal is the last thing done; return whether there is one."""
        return self._removed.bring_back(marker)

    async def _show_changed(self, name: str) -> None:
        """Show the line after a view was saved, removed or put back."""
        self._unread.pop(name, None)
        self._counted = -1
        await self.show_bar()

    # Saving.

    async def save(self) -> None:
        """Ask for a name, and save the filter under it in the config file."""
        from reader.ui.modals.modal import open_box
        from reader.ui.modals.views import SaveViewScreen

        query = str(self._host.filter)
        if not query:
            self._host.say(_("nothing is filtered: there is no view to save"))
            return
        if self._config is None:
            self._host.say(_("there is no config file to save a view in"))
            return
        write = partial(self._write, self._config, query)

        def chosen(name: str | None) -> None:
            if name is not None:
                in_background(self._host, partial(write, name), group="save-view")

        names = {name.casefold() for name in self.own}
        box = SaveViewScreen(query, lambda name: name.casefold() in names)
        await open_box(self._host.app, box, chosen)

    async def _write(self, config: Path, query: str, name: str) -> None:
        def write() -> bool:
            from reader.config.views_file import save_view

            return save_view(config, name, query)

        try:
            is_replaced = await asyncio.to_thread(write)
        except CryptoreadError as error:
            self._host.say(str(error), error=True)
            return
        known = next((each for each in self.own if each.casefold() == name.casefold()), name)
        self.own[known] = query
        key = letters(list(self.queries))[known]
        said = _("view {name} replaced") if is_replaced else _("view {name} saved")
        said = said.format(name=quoted(known))
        if key:
            keys = f"{self._host.key('reader.views')} {key}"
            said = _("{done} · {keys} opens it").format(done=said, keys=keys)
        self._host.say(said)
        await self._show_changed(known)

    # The line.

    async def show_bar(self) -> None:
        """Put the line above the list if there are own views, else take it away."""
        if self.own and not self.bar.is_attached:
            await self._host.app.screen_stack[0].mount(self.bar, before="Panes")
        self.bar.display = bool(self.own)
        self.refresh()

    def refresh(self) -> None:
        """Show the names, the counts that are known, and which view is on."""
        self.bar.show(self._items(self._host.filter))

    def _items(self, shown: Query) -> list[ViewItem]:
        names = list(self.queries)
        keys = letters(names)
        own = {name.casefold() for name in self.own}
        return [
            ViewItem(
                name=name,
                label=_LABELS.get(name, name) if name.casefold() not in own else name,
                letter=keys[name],
                unread=self._unread.get(name),
                is_current=shown == self.query(name),
            )
            for name in names
            if name != _NOT_ON_THE_LINE or name in own
        ]

    def look(self) -> None:
        """Count unread articles in the background if anything has changed."""
        if self._is_counting or self._library.version == self._counted:
            return
        self._is_counting = True
        in_background(self._host, self._count, group="views", exclusive=True)

    async def _count(self) -> None:
        try:
            version = self._library.version
            for name in list(self.queries):
                unread = await asyncio.to_thread(self._count_one, self.query(name))
                self._unread[name] = unread
            self._counted = version
            self.refresh()
        finally:
            self._is_counting = False

    def _count_one(self, query: Query) -> int:
        return self._library.questions.count_unread(query, self._library.clock())
