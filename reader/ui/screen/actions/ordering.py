"""The part of the main screen's actions that decides how the list shows its articles."""

from typing import TYPE_CHECKING

from reader.i18n import _
from reader.library import Grouping
from reader.ui.bars.status_line import StatusLine
from reader.ui.screen.reported import reported

if TYPE_CHECKING:
    from reader.ui.screen.host_screen import HostScreen as Base
    from reader.ui.screen.insight.last_sync import LastSync
else:
    Base = object  # a class of Textual takes a fifth of a millisecond to make, at every start

NEW = "new"
"""The name under which the status line counts what the last sync brought."""


class ListScreen(Base):
    """The main screen with the actions of order and density."""

    @reported
    def action_regroup(self) -> None:
        """Group the list by the next field."""
        self._listing.regroup()

    @reported
    def action_group_by(self, grouping: str) -> None:
        """Group the list by a field: a value of `Grouping`."""
        self._listing.group_by(Grouping(grouping))

    @reported
    def action_newly_arrived(self) -> None:
        """Go to an article that the last sync brought; again: to the next one."""
        self._mounted_syncing().brought.go_on()

    def on_last_sync_counted(self, event: "LastSync.Counted") -> None:
        """Show how many articles of the last sync are left to go to."""
        self._status.progress(NEW, event.text)

    def on_status_line_work_clicked(self, event: StatusLine.WorkClicked) -> None:
        """Go to what the last sync brought, if that was clicked."""
        if event.work == NEW:
            self.action_newly_arrived()

    @reported
    def action_next_density(self) -> None:
        """Show the next density of rows, and say which one it is."""
        self._view.density = self._sidebar.density.next
        self._sidebar.choose_density(self._view.density)
        self._panes.fit(self.size.width)
        self.say(_("rows: {density}").format(density=self._view.density.label))
