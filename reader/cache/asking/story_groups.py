"""Group sets of ids by the stories that several sources tell, the newest first."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap

from reader.cache.answers import Group
from reader.cache.facets.index import Facets
from reader.cache.ids import Ids, batches
from reader.cache.values.told import MOST, STORY, Told, is_split
from reader.errors import CacheDamaged
from reader.i18n import _

if TYPE_CHECKING:
    from reader.cache.engine import View

    Ask = Callable[[], AbstractContextManager[View]]

STORIES = 200
"""Maximum stories with a group of their own: a fortnight of an archive with 15 a day."""

AT_ONCE = 400
"""Articles whose stories are looked up at once, which takes 3 ms."""

LOOKED_UP = 4 * AT_ONCE
"""Maximum articles whose stories are looked up: 200 stories have some 500."""

REST = ("",)
"""Key of the group of all other articles."""

SINGLE = _("told by one source")
OLDER = _("older stories, and what one source tells")
"""Labels of that group if all stories have groups, and if there are more."""

UNREADABLE = _("a story whose title cannot be read")


class _Newest(NamedTuple):
    """The newest stories of some articles."""

    stories: dict[int, list[Told]]
    """All articles that tell each story, the first one first; the newest story first."""
    titles: dict[int, str]
    """By the first article of each story that is listed."""
    is_all: bool
    """Whether there are no more stories."""


def by_story(ids: BitMap, passed: BitMap, twins: BitMap, facets: Facets, ask: "Ask") -> list[Group]:
    """Return the newest stories of the ids, then a group of all others.

    passed: those that are read or count with their twin. twins: the latter.

    A story has the articles among the ids that tell it, in any language, and the number of sources
    in the language of the first of them.
    """
    newest = _Newest({}, {}, is_all=False)
    with suppress(CacheDamaged), ask() as view:
        newest = _newest(ids, ids & facets.get(view, STORY), view)
    groups = [_group(story, newest, ids, passed, twins) for story in newest.stories]
    rest = ids - BitMap().union(*(group.ids.bits for group in groups))
    if rest:
        label = SINGLE if newest.is_all else OLDER
        unread = len(rest) - int(rest.intersection_cardinality(passed))
        hidden = int(rest.intersection_cardinality(twins))
        groups.append(Group(REST, label, Ids(rest), unread, twins=hidden))
    return groups


def _group(story: int, newest: _Newest, ids: BitMap, passed: BitMap, twins: BitMap) -> Group:
    every = newest.stories[story]
    listed = [each for each in every if each.id in ids]
    first, bits = listed[0], BitMap([each.id for each in listed])
    return Group(
        key=(str(story),),
        label=newest.titles.get(first.id) or UNREADABLE,
        ids=Ids(bits),
        unread=len(bits - passed),
        twins=len(bits & twins),
        sources=len({each.source for each in every if each.lang == first.lang}),
        is_split=is_split(first.told),
    )


def _newest(ids: BitMap, told: BitMap, view: "View") -> _Newest:
    """Return the newest stories. told: those of the ids that several sources tell."""
    newest: dict[int, None] = {}
    for some in batches([*islice(reversed(told), LOOKED_UP)], AT_ONCE):
        if len(newest) <= STORIES:
            story = dict(view.stories_of(some))
            newest |= dict.fromkeys(story[id] for id in some if id in story)
    numbers = [*newest][:STORIES]
    every: dict[int, list[Told]] = defaultdict(list)
    for row in sorted(view.told_in(numbers, first=MOST)):
        every[row.story].append(row)
    firsts = {
        number: next((row.id for row in every[number] if row.id in ids), None) for number in numbers
    }
    stories = {number: every[number] for number, id in firsts.items() if id is not None}
    listed = [id for id in firsts.values() if id is not None]
    titles = dict(view.titles(listed))
    return _Newest(stories, titles, len(told) <= LOOKED_UP and len(newest) <= STORIES)
