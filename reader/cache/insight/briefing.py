"""The briefing: what has arrived since the last visit, and what is remarkable about it. Values."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from reader.article import ArticleId, Sentiment
from reader.cache.answers import Group
from reader.cache.ids import Ids
from reader.cache.mood import Pair


class Visit(NamedTuple):
    """A moment up to which a reader has seen what arrived.

    run: the last import or sync before it. at: aware.
    """

    run: int
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
    """A tag, or a word of titles, of which there is more than usual."""

    name: str
    is_tag: bool
    stories: int
    """In the latest seven days."""
    usual: float
    """What the 28 days before let one expect of seven days."""


class Turned(NamedTuple):
    """A tag of which the share of positive articles has changed. now: in the latest seven days."""

    tag: str
    now: Pair
    was: Pair


class Briefing(NamedTuple):
    """What arrived since a visit; of the newest day where there was no visit.

    since: None where there was none. ids: all that arrived. stories: how many different ones they
    tell. told_by_several: the newest first. rest: `ids` without these, by category and sentiment.
    series: labels by day, the oldest first.
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
