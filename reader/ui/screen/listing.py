"""The present answer in the list: its groups, its counts, and what an empty list says."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from reader.article import ArticleId
from reader.i18n import _, grouped, ngettext
from reader.library import Group, Grouping, Ids, Library
from reader.query.language import Field
from reader.ui.bars.status_line import StatusLine
from reader.ui.screen.host import Host
from reader.ui.screen.keys import key_of
from reader.ui.screen.saved_view import View
from reader.ui.sidebar.widget import Sidebar
from reader.ui.textual_compat.failures import in_background

EMPTY = _("No articles. {sync} brings news. For your own, quit and run cryptoread import")
EMPTY_SEARCH = _("No article matches. {give_up} gives the list back as it was.")
EMPTY_FILTERED = _("No article matches. {drop} drops the last filter, {clear} all of them.")

EMPTY_VIEWS = {
    "unread": _("Everything is read. {sync} brings news, {clear} shows all articles."),
    "favourites": _("No favourites yet. {clear} shows all articles, {favourite} marks one."),
    "later": _("Nothing is put aside. {clear} shows all articles, {later} puts one aside."),
    "today": _("Nothing from today. {sync} brings news, {clear} shows all articles."),
}
"""What the views that are always there say when they are empty, by their names."""

_KEYS = {
    "sync": "reader.sync",
    "give_up": "search.give-up",
    "drop": "reader.drop-last-filter",
    "clear": "reader.clear-filters",
    "favourite": "reader.favourite",
    "later": "reader.read-later",
}
"""Bindings whose keys an empty list names."""

UNDECIDED = _("stories are still being looked for, in the background; {group} groups otherwise")

GROUPINGS = {
    Grouping.CATEGORY: _("by category"),
    Grouping.LATEST: _("latest first"),
    Grouping.SOURCE: _("by source"),
    Grouping.STORY: _("by story"),
    Grouping.NONE: _("no groups"),
}

GROUP_COMMANDS = {
    Grouping.CATEGORY: (_("Group by category"), _("Categories, and their sentiments below")),
    Grouping.LATEST: (_("Group by latest"), _("The newest first, divided by day")),
    Grouping.SOURCE: (_("Group by source"), _("Sources, the largest first")),
    Grouping.STORY: (
        _("Group by story"),
        _("What several sources tell, the newest story first"),
    ),
    Grouping.NONE: (_("Group by nothing"), _("The newest first, in one list")),
}
"""Names and tooltips of the groupings in the palette."""

_PREPARED = {Grouping.LATEST: Grouping.SOURCE, Grouping.SOURCE: Grouping.STORY}
"""The next groupings that need more than what is in memory."""


def sidebar_of(
    library: Library, view: View, open_article: Callable[[ArticleId], Awaitable[None]]
) -> Sidebar:
    """Return the list of a library, with rows as the view says."""
    described = partial(library.rows, described=True)
    sidebar = Sidebar(library.rows, open_article, fetch_described=described, now=library.clock)
    sidebar.choose_density(view.density)
    return sidebar


class Listing:
    """What the list of one screen shows. view: how it is grouped. keymap: the keys of the user."""

    def __init__(
        self,
        host: Host,
        library: Library,
        sidebar: Sidebar,
        status: StatusLine,
        *,
        view: View,
        keymap: Mapping[str, str],
    ) -> None:
        self.ids = Ids()
        """The articles in the list."""
        self._is_whole = True
        self._host = host
        self._library = library
        self._sidebar = sidebar
        self._status = status
        self._view = view
        self._keymap = keymap

    def show(self, ids: Ids, is_whole: bool) -> None:
        """Show an answer. is_whole: these are all the articles that match. Raises CacheError."""
        self.ids, self._is_whole = ids, is_whole
        self.show_groups()

    def show_groups(self) -> None:
        """Group and count the present answer again. Raises CacheError."""
        groups = self._library.groups(self.ids, self._view.grouping)
        self._sidebar.show_language = len(self._host.filter.included(Field.LANG)) != 1
        self._sidebar.show_time = self._view.grouping is Grouping.LATEST
        self._sidebar.show(groups, empty_hint="" if groups else self._empty_hint())
        self._show_status(groups)

    def regroup(self) -> None:
        """Group by the next property. Raises CacheError."""
        groupings = list(Grouping)
        place = groupings.index(self._view.grouping) + 1
        self.group_by(groupings[place % len(groupings)])

    def group_by(self, grouping: Grouping) -> None:
        """Group by a property. Raises CacheError."""
        self._view.grouping = grouping
        self.show_groups()
        if self._view.grouping is not Grouping.CATEGORY:
            self._sidebar.open_first()
        if grouping is Grouping.STORY and not self._library.is_only_read:
            in_background(self._host, self._tell_if_undecided, group="undecided")
        if self._view.grouping in _PREPARED:
            self._sidebar.call_after_refresh(self._prepare, _PREPARED[self._view.grouping])

    def _prepare(self, grouping: Grouping) -> None:
        """Read and count what the next key needs, so that it finds it in memory."""
        work = partial(asyncio.to_thread, self._library.groups, self.ids, grouping)
        in_background(self._host, work, group="next-grouping", exclusive=True)

    async def _tell_if_undecided(self) -> None:
        """Say that articles are missing from the stories, if some were not looked at yet."""
        if await asyncio.to_thread(self._library.deciding.is_behind):
            key = key_of("reader.group-by", self._keymap)
            self._host.say(UNDECIDED.format(group=key), patient=True)

    def _empty_hint(self) -> str:
        if not self._is_whole:
            return _("Searching…")
        keys = {name: key_of(id, self._keymap) for name, id in _KEYS.items()}
        return self._empty_sentence().format_map(keys)

    def _empty_sentence(self) -> str:
        """Return what is so and which keys help, with names of keys in braces."""
        if self._host.is_searching:
            return EMPTY_SEARCH
        if self._library.is_empty:
            return EMPTY
        from reader.query.views import built_in

        terms = [each for each in map(str, self._host.filter.terms) if not each.startswith("lang:")]
        always = built_in(self._library.clock().astimezone().date())
        view = next((name for name, query in always.items() if [query] == terms), "")
        return EMPTY_VIEWS.get(view, EMPTY_FILTERED)

    def _show_status(self, groups: Sequence[Group]) -> None:
        grouping = GROUPINGS[self._view.grouping]
        if not self._is_whole:
            self._status.show(_("searching…"), grouping)
            return
        unread, shown = sum(each.unread for each in groups), sum(each.articles for each in groups)
        total = self._library.total_for(self.ids)
        if shown >= total:
            counts = ngettext(
                "{unread} unread · {number} articles",
                "{unread} unread · {number} articles",
                shown,
            )
        else:
            counts = ngettext(
                "{unread} unread · {number} of {total} articles",
                "{unread} unread · {number} of {total} articles",
                total,
            )
        self._status.show(
            counts.format(unread=grouped(unread), number=grouped(shown), total=grouped(total)),
            grouping,
        )
