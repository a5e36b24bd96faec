"""Answer what several articles say together, for the screen and the command line."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from reader.article import ArticleId, Row
from reader.cache.ids import Ids
from reader.cache.marking import Marking
from reader.cache.questions import Questions
from reader.cache.session import Session
from reader.cache.values.instants import milliseconds
from reader.query.language import Query

if TYPE_CHECKING:
    from reader.cache.insight.alerts import Alerts
    from reader.cache.insight.briefing import Briefing, Visit
    from reader.cache.insight.compiling import Compiler
    from reader.cache.insight.stories import Story
    from reader.cache.insight.telling import Telling
    from reader.cache.mood import By, Mood, Per
    from reader.insight.firsts import Firsts


class Insight:
    """Stories, briefing, mood and alerts of one library. Thread-safe. Raises CacheError."""

    def __init__(
        self,
        session: Session,
        questions: Questions,
        marking: Marking,
        clock: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._questions = questions
        self._marking = marking
        self._clock = clock

    def stories(self, ids: Ids, *, oldest_first: bool = False) -> "Iterator[Story]":
        """Yield the stories of articles that several sources tell, the newest first."""
        from reader.cache.insight.stories import stories

        return stories(self._session, ids, oldest_first=oldest_first)

    def telling(self, row: Row) -> "Telling | None":
        """Return who tells the story of an article; None if only one source does."""
        from reader.cache.insight.telling import telling

        return telling(self._session, row)

    def distinct(self, ids: Ids) -> Ids:
        """Return the articles without those whose twin in another language counts for them."""
        return self._questions.distinct(ids)

    def mood(self, ids: Ids, by: "By", per: "Per | None", most: int) -> "Mood":
        """Return how many articles by sentiment and day or week; at most `most` of these."""
        return self._questions.mood(ids, by, per, most, self._clock())

    def briefing(
        self, query: Query, since: "Visit | None", days: int = 1, *, few: int = 0
    ) -> "Briefing":
        """Return what arrived since a visit; without one, what was published on the newest days.

        few: what is remarkable about less than so many articles is left out.
        """
        return self._compiler.briefing(query, since, self._clock(), days, few=few)

    def nothing_new(self, since: "Visit | None") -> "Briefing | None":
        """Return a briefing that tells of nothing; None if anything arrived since the visit."""
        if since is None:
            return None
        from reader.cache.insight.briefing import Briefing
        from reader.cache.insight.visits import texts_of

        with self._session.asking() as view:
            has_arrived = view.has_arrived(texts_of(since, view))
        return None if has_arrived else Briefing(since.at, Ids(), 0)

    @cached_property
    def _compiler(self) -> "Compiler":
        from reader.cache.insight.compiling import Compiler

        return Compiler(self._session, self._questions)

    def present(self) -> "Visit":
        """Return a visit that has seen everything up to the moment that is read."""
        from reader.cache.insight.briefing import Visit

        return Visit(self._session.texts(), self._clock())

    def visit(self) -> "Visit | None":
        """Return the saved visit; None if there is none."""
        from reader.cache.insight.visits import STATE, read

        return read(self._marking.state(STATE))

    def save_visit(self, visit: "Visit") -> None:
        """Save a visit as the last one, unless the folder is read-only."""
        from reader.cache.insight.visits import STATE, written

        self._marking.save_state(STATE, written(visit))

    def arrived(self, since: int) -> Ids:
        """Return the articles that came after a version of the texts, without those updated."""
        with self._session.asking() as view:
            return Ids(view.arrived(since))

    def since(self, instant: datetime) -> "Visit":
        """Return a visit at an instant in the past. It has seen what had arrived until then."""
        from reader.cache.insight.briefing import Visit

        with self._session.asking() as view:
            return Visit(view.texts_at(milliseconds(instant)), instant)

    def firsts(self, ids: Ids) -> "list[Firsts]":
        """Return how often each source was first with stories of the articles.

        Of the newest 2,000 stories that several sources told; only sources with 30 of them.
        """
        from reader.cache.insight.firsts import first_sources

        return first_sources(self._session, ids)

    def related(self, id: ArticleId) -> list[ArticleId]:
        """Return up to five articles about the same, the most alike first, of other stories."""
        from reader.cache.insight.related import related

        return related(self._session, self._questions, id, self._clock())

    def alerts(self) -> "Alerts":
        """Return the part that evaluates the user's alerts as of now, on the moment held."""
        from reader.cache.insight.alerts import Alerts

        return Alerts(self._session, self._questions, self._marking, self._clock())
