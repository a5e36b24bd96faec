"""Answer what several articles say together, for the screen and the command line."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from reader.article import ArticleId
from reader.cache.ids import Ids
from reader.cache.marking import Marking
from reader.cache.questions import Questions
from reader.cache.session import Session

if TYPE_CHECKING:
    from reader.cache.insight.alerts import Alerts
    from reader.cache.insight.stories import Story
    from reader.cache.mood import By, Mood, Per
    from reader.insight.firsts import Firsts


class Insight:
    """Stories, mood and alerts of one library. Thread-safe. Raises CacheError."""

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

    def mood(self, ids: Ids, by: "By", per: "Per | None", most: int) -> "Mood":
        """Return how many articles by sentiment and day or week; at most `most` of these."""
        return self._questions.mood(ids, by, per, most, self._clock())

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
