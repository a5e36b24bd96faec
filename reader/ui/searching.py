"""A search from `/` to Enter or Escape: what is typed becomes a filter, and goes again."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from reader.article import ArticleId
from reader.query import Field, Query
from reader.ui.outline import moved
from reader.ui.search_line import SearchLine, remembered

if TYPE_CHECKING:
    from reader.library import Library
    from reader.ui.answers import Answers
    from reader.ui.reader_screen import ReaderScreen
    from reader.ui.sidebar import Place

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

    @property
    def is_on(self) -> bool:
        return self._before is not None

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
            self._screen.show(Query((*before.terms, *query.terms), query.hints))

    @property
    def held_articles(self) -> set[ArticleId]:
        """The article of the cursor that `give_up` goes back to."""
        cursor = self._before[1].cursor if self._before else None
        return {cursor.article} if cursor and cursor.article is not None else set()

    def follow(self, moves: Mapping[ArticleId, ArticleId | None]) -> None:
        """Ids of articles have changed, and what is first found is looked for anew."""
        if self._before is not None:
            query, place = self._before
            self._before = query, place._replace(cursor=moved(place.cursor, moves))
            self._answers.look_ahead(query)

    def keep(self, text: str) -> None:
        if text:
            history = remembered(self._history(), text)
            self._library.save_state(HISTORY, json.dumps(history, ensure_ascii=False))
        self._end()

    def give_up(self) -> None:
        """The list is as it was, down to the line that the cursor stood on."""
        before, self._before = self._before, None
        if before is not None:
            query, place = before
            self._screen.show(query, place)
        self._end()

    def _end(self) -> None:
        self._before = None
        self._screen.remove_class("-searching")
        self._screen.action_to_list()

    def _names_of(self, field: Field) -> Mapping[str, int]:
        if field not in self._names:
            self._names[field] = self._library.names(field)
        return self._names[field]

    def _history(self) -> list[str]:
        try:
            saved = json.loads(self._library.state(HISTORY) or "[]")
            return [each for each in saved if isinstance(each, str)]
        except (ValueError, TypeError):
            return []
