"""The main screen's marks: what keys mark, what is selected, and what they say about it."""

from reader.article import Article, ArticleId
from reader.errors import CryptoreadError
from reader.i18n import _, grouped, ngettext
from reader.library import Ids, Mark
from reader.ui.screen.actions.ordering import ListScreen
from reader.ui.screen.keys import NEXT
from reader.ui.screen.reported import reported


class MarkingScreen(ListScreen):
    """The main screen with the actions that mark articles."""

    def _of_article(self) -> Article | None:
        """Return the article that a key is about: that under a cursor, or the open one."""
        cursor = self._sidebar.cursor
        article = self._article.article
        try:
            if self.focused is self._sidebar and cursor and cursor.article is not None:
                article = self._library.article(cursor.article)
            elif self._panes.shows_aside and self.focused is self._panes.aside:
                article = self._mounted_briefings().article()
        except CryptoreadError as error:
            self.say(str(error), error=True)
            return None
        if article is None:
            key = self.key(NEXT)
            said = _("no article is open or under the cursor; {key} opens the next one")
            self.say(said.format(key=key))
        return article

    @reported
    def action_toggle_read(self) -> None:
        """Mark what is selected, else the group under the cursor, else the article."""
        cursor = self._sidebar.cursor
        if self._sidebar.selected:
            self.marker.toggle_all_read(self._sidebar.selected)
        elif self.focused is self._sidebar and cursor and cursor.article is None:
            if group := self._sidebar.group(cursor.group):
                self.marker.toggle_all_read(self._counted_as_listed(group.ids))
        elif (id := self._id_of_article()) is not None:
            self.marker.toggle_read(id)

    def action_all_read(self) -> None:
        """Mark every listed article as read."""
        self.marker.read(self._listing.ids)

    @reported
    def action_toggle_favourite(self) -> None:
        """Mark the article as a favourite, or take the mark back."""
        if ids := self._ids_to_mark():
            self.marker.toggle(ids, Mark.FAVOURITE)

    @reported
    def action_toggle_later(self) -> None:
        """Put the article aside to read later, or take the mark back."""
        if ids := self._ids_to_mark():
            self.marker.toggle(ids, Mark.LATER)

    @reported
    def action_older_read(self) -> None:
        """Mark the listed articles that are older than the one of the cursor as read."""
        if (id := self._id_of_article()) is not None:
            ids = self._listing.ids
            place = ids.place(id)
            older = ids.part(place + (id in ids), len(ids))
            self.marker.read(self._without_twins(older, id))

    @reported
    def action_rest_read(self) -> None:
        """Mark what is below the cursor in its group as read; on a heading, the whole group."""
        cursor, rest = self._sidebar.cursor, self._sidebar.rest_of_group
        at = cursor.article if cursor else None
        whole = self._counted_as_listed
        self.marker.read(whole(rest) if at is None else self._without_twins(rest, at))

    def _without_twins(self, ids: Ids, id: ArticleId) -> Ids:
        """Return the ids without those that share their marks with the article."""
        twins = [twin for twin in self._library.twins(id) if twin in ids]
        return self._counted_as_listed(ids - Ids(twins) if twins else ids)

    def _counted_as_listed(self, ids: Ids) -> Ids:
        """Return the ids, which count twins as one where the list does."""
        return Ids(ids.bits, has_all_twins=True) if self._listing.ids.has_all_twins else ids

    @reported
    async def action_own_tag(self) -> None:
        """Ask for a tag of the user's own, and set it on the article or remove it."""
        from reader.ui.screen.own.own_tags import open_own_tags

        if ids := self._ids_to_mark():
            await open_own_tags(self, self._library, self.marker, ids)

    @reported
    async def action_export(self) -> None:
        """Ask for a place and export what is selected, else the article."""
        from reader.ui.screen.own.exporting import export_articles

        if ids := self._ids_to_mark():
            await export_articles(self, self._library, ids)

    def _ids_to_mark(self) -> Ids:
        """Return what is selected, else the article that a key is about; none without one."""
        if self._sidebar.selected:
            return self._sidebar.selected
        id = self._id_of_article()
        return Ids() if id is None else Ids([id])

    def _id_of_article(self) -> ArticleId | None:
        article = self._of_article()
        return self._library.id_of(article.identity) if article else None

    def on_group_list_selection_changed(self) -> None:
        """Show how many articles are selected."""
        count = len(self._sidebar.selected)
        said = ngettext("{number} selected", "{number} selected", count) if count else ""
        self._status.progress("selection", said.format(number=grouped(count)))

    @reported
    async def action_undo(self) -> None:
        """Take back the last step of marking or of catching up, or the removal of a view."""
        if self._briefings is not None and not await self._briefings.undo():
            return
        if "saved_views" not in vars(self) or not self.saved_views.bring_back(self.marker):
            self.marker.undo()

    def action_redo(self) -> None:
        """Repeat the last step that was undone."""
        self.marker.redo()
