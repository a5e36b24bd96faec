"""Remove views of the user's own from the config file, and put them back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reader.errors import CryptoreadError
from reader.i18n import _
from reader.ui.screen.host import Host
from reader.ui.screen.marks import Marker
from reader.ui.textual_compat.failures import in_background

if TYPE_CHECKING:
    from reader.config.views_file import RemovedView


@dataclass
class _Removal:
    """One removal. steps: of marking, when it was done; place: of the view among the own ones."""

    name: str
    steps: int
    place: int
    written: "RemovedView | None" = None


class RemovedViews:
    """The views that one screen has removed: each can be put back until something is marked.

    own: queries by name, which change with it. changed: called with the name of a view.
    """

    def __init__(
        self,
        host: Host,
        config: Path | None,
        own: dict[str, str],
        changed: Callable[[str], Awaitable[None]],
    ) -> None:
        self._host = host
        self._config = config
        self._own = own
        self._changed = changed
        self._removals: list[_Removal] = []
        self._turn = asyncio.Lock()

    def remove(self, name: str, marker: Marker) -> None:
        """Remove a view; the key that undoes marks then puts it back."""
        if self._config is None:
            self._host.say(_("there is no config file to remove a view from"))
            return
        marker.steps += 1  # what was done before is undone after this
        removal = _Removal(name, marker.steps, list(self._own).index(name))
        self._removals.append(removal)
        work = partial(self._remove, self._config, removal, marker)
        in_background(self._host, work, group="remove-view")

    def bring_back(self, marker: Marker) -> bool:
        """Put back what was removed last unless something was done since; return whether it is."""
        if self._config is None or not self._removals:
            return False
        if self._removals[-1].steps != marker.steps:
            return False
        marker.steps -= 1
        work = partial(self._bring_back, self._config, self._removals.pop())
        in_background(self._host, work, group="bring-back-view")
        return True

    async def _remove(self, config: Path, removal: _Removal, marker: Marker) -> None:
        from reader.config.views_file import remove_view

        name = removal.name
        async with self._turn:
            try:
                removal.written = await asyncio.to_thread(remove_view, config, name)
            except CryptoreadError as error:
                self._host.say(str(error), error=True)
                return
            finally:
                if removal.written is None:
                    self._forget(removal, marker)
            query = self._own.pop(name, "")
            said = _("view {name!r} removed · {key} brings it back: {query}")
            if removal.written is None:
                said = _("view {name!r} was removed already")
            key = self._host.key("reader.undo")
            self._host.say(said.format(name=name, key=key, query=query))
            await self._changed(name)

    def _forget(self, removal: _Removal, marker: Marker) -> None:
        """Leave nothing to put back: the file has not changed."""
        if removal in self._removals:
            self._removals.remove(removal)
            marker.steps -= removal.steps == marker.steps

    async def _bring_back(self, config: Path, removal: _Removal) -> None:
        from reader.config.views_file import put_back

        async with self._turn:
            if removal.written is None:  # it could not be removed
                return
            name, query = removal.name, removal.written.query
            try:
                await asyncio.to_thread(put_back, config, removal.written)
            except CryptoreadError as error:
                self._host.say(str(error), error=True)
                return
            views = list(self._own.items())
            views.insert(removal.place, (name, query))
            self._own.clear()
            self._own.update(views)
            self._host.say(_("view {name!r} is back: {query}").format(name=name, query=query))
            await self._changed(name)
