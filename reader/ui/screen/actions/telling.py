"""The part of the main screen's actions that is about what several articles say together."""

from typing import TYPE_CHECKING, Literal

from reader.article import Identity
from reader.i18n import _
from reader.ui.screen.actions.marking import MarkingScreen
from reader.ui.screen.reported import reported

if TYPE_CHECKING:
    from reader.ui.briefing.pane import BriefingPane
    from reader.ui.reading.pane import ReadingPane
    from reader.ui.screen.insight.tellers import Tellers


class TellingScreen(MarkingScreen):
    """The main screen with the actions of stories, related articles, mood and briefing."""

    @reported
    async def action_teller(self, step: Literal[1, -1]) -> None:
        """Open the next article of the story, or (-1) the one before."""
        id = self._id_of_article()
        if id is not None and await self._tellers().step(id, step):
            self._panes.show_article()
            self._show_keys()

    @reported
    async def on_reading_pane_teller_clicked(self, event: "ReadingPane.TellerClicked") -> None:
        """Open the article of the clicked source."""
        if await self._tellers().show(event.identity):
            self._show_keys()

    def _tellers(self) -> "Tellers":
        from reader.ui.screen.insight.tellers import Tellers

        return Tellers(self, self._library, self._sidebar, self._article, self.marker)

    @reported
    def action_story_read(self) -> None:
        """Mark the other articles that tell the same story as read."""
        if (id := self._id_of_article()) is not None:
            self._tellers().mark_others(id)

    def action_related(self) -> None:
        """Show the articles that are related to the article."""
        from reader.ui.screen.insight.related import show_related

        if article := self._of_article():
            show_related(self, self._library, article, self._open_related)

    @reported
    async def _open_related(self, identity: Identity) -> None:
        """Open an article that the list may not have; the cursor follows if it has."""
        id = self._library.id_of(identity)
        if id is None:
            self.say(_("this article is no longer here"))
            return
        self._sidebar.move_to(id)
        await self._stepping.open(id)

    @reported
    async def action_mood(self) -> None:
        """Show how many articles of the filter are positive and negative."""
        from reader.ui.screen.insight.mood import open_mood

        await open_mood(self, self._library)

    @reported
    async def action_briefing(self) -> None:
        """Show the briefing in place of the article, or go back."""
        await self._mounted_briefings().toggle()
        self._show_keys()

    @reported
    async def on_briefing_pane_chosen(self, event: "BriefingPane.Chosen") -> None:
        """Open what was chosen in the briefing."""
        if event.target.kind == "mood":
            await self.action_mood()
        else:
            await self._mounted_briefings().choose(event.target)

    @reported
    async def on_briefing_pane_caught_up(self) -> None:
        """Move the last visit to now, or mark all of the briefing as read."""
        await self._mounted_briefings().catch_up()

    @reported
    async def on_briefing_pane_left(self) -> None:
        """Show what was shown before the briefing."""
        await self._mounted_briefings().leave()
