"""The briefing: what has arrived since the last visit, and what is remarkable about it. Values."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from reader.article import ArticleId, Sentiment
from reader.cache.answers import Group
from reader.cache.ids import Ids
from reader.cache.values.pair import Pair

MOST_STORIES = 48
"""Maximum stories that a briefing lists: an import may bring thousands."""

DAYS = 28
"""Maximum days of the series."""


class Visit(NamedTuple):
    """A moment up to which the user has seen what arrived.

    texts: the version of the texts then (`library.texts`). at: aware.
    """

    texts: int
    at: datetime


class Headline(NamedTuple):
    """A story that several sources tell, by its first article."""

    story: int
    id: ArticleId
    title: str
    published: datetime
    source: str
    """The one that was first."""
    sources: int
    sentiment: Sentiment | None
    is_split: bool
    began_before: bool
    """Whether an article of it arrived before the last visit."""


class More(NamedTuple):
    """A tag, or a word of titles, that more stories have than usual."""

    name: str
    is_tag: bool
    stories: int
    """In the latest seven days."""
    usual: float
    """What the 28 days before let one expect of seven days."""


class Turned(NamedTuple):
    """A tag whose share of positive articles has changed. now: in the latest seven days."""

    tag: str
    now: Pair
    was: Pair


class Briefing(NamedTuple):
    """What arrived since a visit; of the newest day where there was no visit.

    since: None where there was none. ids: all that arrived. stories: how many different ones they
    tell. several: how many of these several sources tell. told_by_several: the newest of them, at
    most MOST_STORIES, the newest first. rest: `ids` without these, by category and sentiment.
    labels: the publisher's, of `ids`. usual: those of 28 days, up to a week before the latest
    article. series: labels by day, the oldest first, up to the latest article; DAYS at most.
    """

    since: datetime | None
    ids: Ids
    stories: int
    told_by_several: Sequence[Headline] = ()
    rest: Sequence[Group] = ()
    labels: Pair = Pair()
    usual: Pair = Pair()
    series: Sequence[Pair] = ()
    more: Sequence[More] = ()
    turned: Sequence[Turned] = ()
    several: int = 0
