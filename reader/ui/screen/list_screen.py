"""The part of the main screen's actions that decides how the list shows its articles."""

from reader.library import Grouping
from reader.ui.bars.status_line import StatusLine
from reader.ui.screen.host_screen import HostScreen
from reader.ui.screen.reported import reported


class ListScreen(HostScreen):
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

    async def on_status_line_action_chosen(self, event: StatusLine.ActionChosen) -> None:
        """Do what the clicked message is about."""
        await self.run_action(event.action)

    @reported
    def action_next_density(self) -> None:
        """Show the next density of rows, and say which one it is."""
        self._view.density = self._sidebar.density.next
        self._sidebar.choose_density(self._view.density)
        self.say(f"rows: {self._view.density.label}")
