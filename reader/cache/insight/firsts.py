"""Which sources are first with the newest stories that several sources told."""

from collections import defaultdict

from reader.cache.ids import Ids
from reader.cache.session import Session
from reader.cache.values.told import STORY
from reader.insight.firsts import Firsts, firsts

NEWEST = 2_000
"""Stories that are compared, the newest: those of about two years."""

AT_ONCE = 100
"""Articles that are read at once, in some milliseconds: a key waits for no longer."""


def first_sources(session: Session, ids: Ids) -> list[Firsts]:
    """Return how often each source was first with the newest stories of some articles.

    Articles beside these belong to a story as well; twins in other languages count once.
    """
    with session.asking() as view:
        wanted = Ids(ids.bits & session.facets.get(view, STORY))
    told: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for start in range(0, len(wanted), AT_ONCE):
        if len(told) >= NEWEST:
            break
        with session.asking() as view:
            numbers = {story for _, story in view.stories_of(wanted[start : start + AT_ONCE])}
            for row in view.told_in(list(numbers - told.keys())):
                told[row.story].append((row.published / 1000, row.source))
    return firsts(told.values())
