"""A search from `/` to Enter or Escape: what is typed filters the list, and is kept or dropped."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from reader.article import ArticleId
from reader.errors import CryptoreadError
from reader.i18n import _
from reader.library import Library
from reader.query.language import Condition, Field, Query
from reader.ui.screen.answers import Answers
from reader.ui.screen.host import Host
from reader.ui.screen.panes import Panes
from reader.ui.sidebar.cursor import Moves, Place
from reader.ui.textual_compat.failures import in_background

if TYPE_CHECKING:
    from reader.ui.bars.search_line import SearchLine

HISTORY = "searches"
"""Name under which earlier searches are saved."""

MOST_REMEMBERED = 100


class Searching:
    """The searches of one screen: `begin` opens the line, `keep` or `give_up` closes it.

    forget_read: called when a search is kept, so that articles that were read leave the list.
    """

    def __init__(
        self,
        host: Host,
        library: Library,
        answers: Answers,
        panes: Panes,
        forget_read: Callable[[], None],
    ) -> None:
        self._host = host
        self._library = library
        self._answers = answers
        self._panes = panes
        self._forget_read = forget_read
        self._line: SearchLine | None = None
        self._names: dict[Field, Mapping[str, int]] = {}
        self._before: tuple[Query, Place] | None = None
        """The filter and the list before the search; None while the line is closed."""
        self._terms: AbstractSet[Condition] = frozenset()
        """Terms of the filter that were typed on the line, now or in searches that were kept."""
        self._kept: AbstractSet[Condition] = frozenset()
        """Terms of searches that were kept."""
        self._typed: list[str] = []
        """Searches of this session, saved or not."""

    @property
    def is_on(self) -> bool:
        """Return whether the search line is open."""
        return self._before is not None

    def narrows(self, query: Query) -> bool:
        """Return whether any term of the query was typed on the line."""
        return any(term in self._terms for term in query.terms)

    async def begin(self) -> None:
        """Open the line; the list, which shows the results, comes into view."""
        screen = self._panes.screen
        if self._line is None:
            from reader.ui.bars.search_line import SearchLine

            self._line = SearchLine(self._names_of, lambda: self._host.views)
            await screen.mount(self._line)
        if self._before is None:
            self._before = self._host.filter, self._panes.sidebar.place
        self._names.clear()
        self._panes.show_list()
        screen.add_class("-searching")
        self._line.begin(self._history())
        self._answers.look_ahead(self._before[0])

    def typed(self, query: Query) -> None:
        """Filter by what the line says, in addition to the filter from before the search."""
        if self._before is not None:
            before, _place = self._before
            self._terms = self._kept | (set(query.terms) - set(before.terms))
            asked = Query((*before.terms, *query.terms), query.hints)
            if asked != self._host.filter:  # half a field or a space changes nothing
                self._host.show(asked)

    @property
    def held_articles(self) -> set[ArticleId]:
        """Return the articles of the cursor that `give_up` returns to."""
        return self._before[1].articles if self._before else set()

    def follow(self, moves: Moves) -> None:
        """Follow `held_articles` to their new ids, and prepare for the search again."""
        if self._before is not None:
            query, place = self._before
            self._before = query, place.followed(moves)
            self._answers.look_ahead(query)

    def keep(self, text: str) -> None:
        """Close the line and keep the filter. text: the line, for the history."""
        self._kept = self._terms
        self._end()
        self._forget_read()
        if text:
            self._typed.append(text)
            in_background(self._host, self._remember, group="history")

    async def _remember(self) -> None:
        history = json.dumps(self._history(), ensure_ascii=False)
        try:
            await asyncio.to_thread(self._library.save_state, HISTORY, history)
        except CryptoreadError as error:
            said = _("search kept, history not saved: {reason}").format(reason=error)
            self._host.say(said, error=True)

    def give_up(self) -> None:
        """Close the line and put the list back, down to the line of the cursor."""
        before = self._before
        self._terms = self._kept
        self._end()
        if before is not None:
            query, place = before
            self._host.show(query, place)

    def _end(self) -> None:
        self._before = None
        self._answers.look_no_more()
        self._panes.screen.remove_class("-searching")
        self._panes.show_list()

    def _names_of(self, field: Field) -> Mapping[str, int]:
        if field not in self._names:
            self._names[field] = self._library.names(field)
        return self._names[field]

    def _history(self) -> list[str]:
        """Return the searches of earlier sessions, then those of this one."""
        history = self._saved_history()
        for text in self._typed:
            history = _remembered(history, text)
        return history

    def _saved_history(self) -> list[str]:
        try:
            saved = json.loads(self._library.state(HISTORY) or "[]")
            return [each for each in saved if isinstance(each, str)]
        except (ValueError, TypeError, CryptoreadError):  # a search needs no earlier ones
            return []


def _remembered(history: Sequence[str], text: str) -> list[str]:
    """Return the history with the text last, each search once, the oldest left out."""
    return [*(each for each in history if each != text), text][-MOST_REMEMBERED:]
