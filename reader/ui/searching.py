"""A search from `/` to Enter or Escape: what is typed becomes a filter, and goes again."""

import asyncio
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from reader.article import ArticleId
from reader.errors import CryptoreadError
from reader.query import Field, Query, Term
from reader.ui.failures import in_background
from reader.ui.search_line import SearchLine, remembered

if TYPE_CHECKING:
    from reader.library import Library
    from reader.ui.answers import Answers
    from reader.ui.list_cursor import Place
    from reader.ui.reader_screen import ReaderScreen

HISTORY = "searches"
"""The name under which earlier searches are kept."""


class Searching:
    """One screen's searches. `begin` opens the line; it ends with `keep` or `give_up`."""

    def __init__(self, screen: "ReaderScreen", library: "Library", answers: "Answers") -> None:
        self._screen = screen
        self._library = library
        self._answers = answers
        self._line: SearchLine | None = None
        self._names: dict[Field, Mapping[str, int]] = {}
        self._before: tuple[Query, Place] | None = None
        """The filter and the list as they were; None while nothing is searched for."""
        self._terms: AbstractSet[Term] = frozenset()
        """What was typed so far, as terms of the filter."""
        self._kept: AbstractSet[Term] = frozenset()
        """Those of searches that were kept."""
        self._typed: list[str] = []
        """Searches of this session, saved or not."""

    @property
    def is_on(self) -> bool:
        return self._before is not None

    def narrows(self, query: Query) -> bool:
        """Whether anything of the query was typed on the line, now or before it was kept."""
        return any(term in self._terms for term in query.terms)

    async def begin(self) -> None:
        screen = self._screen
        if self._line is None:
            self._line = SearchLine(self._names_of)
            await screen.mount(self._line)
        if self._before is None:
            self._before = screen.filter, screen.list_place
        self._names.clear()
        screen.action_to_list()  # where one pane is shown at a time, the answers are in that one
        screen.add_class("-searching")
        self._line.begin(self._history())
        self._answers.look_ahead(self._before[0])

    def typed(self, query: Query) -> None:
        """The filters that were on, and what the line says."""
        if self._before is not None:
            before, _ = self._before
            self._terms = self._kept | (set(query.terms) - set(before.terms))
            asked = Query((*before.terms, *query.terms), query.hints)
            if asked != self._screen.filter:  # half a field, or a space, asks for nothing else
                self._screen.show(asked)

    @property
    def held_articles(self) -> set[ArticleId]:
        """The articles of the cursor that `give_up` goes back to."""
        return self._before[1].articles if self._before else set()

    def follow(self, moves: Mapping[ArticleId, ArticleId | None]) -> None:
        """Ids of articles have changed, and what is first found is looked for anew."""
        if self._before is not None:
            query, place = self._before
            self._before = query, place.followed(moves)
            self._answers.look_ahead(query)

    def keep(self, text: str) -> None:
        self._kept = self._terms
        self._end()
        self._screen.forget_read()
        if text:
            self._typed.append(text)
            in_background(self._screen, self._remember, group="history")

    async def _remember(self) -> None:
        history = json.dumps(self._history(), ensure_ascii=False)
        try:
            await asyncio.to_thread(self._library.save_state, HISTORY, history)
        except CryptoreadError as error:
            self._screen.say(f"search kept, history not saved: {error}", error=True)

    def give_up(self) -> None:
        """The list is as it was, down to the line that the cursor stood on."""
        before = self._before
        self._terms = self._kept
        self._end()
        if before is not None:
            query, place = before
            self._screen.show(query, place)

    def _end(self) -> None:
        self._before = None
        self._screen.remove_class("-searching")
        self._screen.action_to_list()

    def _names_of(self, field: Field) -> Mapping[str, int]:
        if field not in self._names:
            self._names[field] = self._library.names(field)
        return self._names[field]

    def _history(self) -> list[str]:
        """Return the searches of earlier sessions, then those of this one."""
        history = self._saved_history()
        for text in self._typed:
            history = remembered(history, text)
        return history

    def _saved_history(self) -> list[str]:
        try:
            saved = json.loads(self._library.state(HISTORY) or "[]")
            return [each for each in saved if isinstance(each, str)]
        except (ValueError, TypeError, CryptoreadError):  # a search needs no earlier ones
            return []
