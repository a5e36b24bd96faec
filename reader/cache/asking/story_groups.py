"""Group sets of ids by the stories that several sources tell, the newest first."""

from collections.abc import Callable, Sequence
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

MOST_KNOWN = 5_000
"""Articles whose stories are cached, which takes three megabytes at most."""

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


class KnownStories:
    """Caches what was looked up of stories, until an article or a mark changes."""

    def __init__(self) -> None:
        self._version = -1
        self._of: dict[int, int] = {}
        """Stories by the ids of articles."""
        self._told: dict[int, list[Told]] = {}
        self._titles: dict[int, str] = {}

    def refresh(self, view: "View") -> None:
        """Drop what may have changed, and what is much."""
        if (version := view.counter("version")) != self._version or len(self._of) > MOST_KNOWN:
            self._version = version
            self._of, self._told, self._titles = {}, {}, {}

    def of(self, ids: Sequence[int], view: "View") -> list[int]:
        """Return the stories of articles, in the order of these, without damaged ones."""
        if left := [id for id in ids if id not in self._of]:
            self._of |= view.stories_of(left)
        return [self._of[id] for id in ids if id in self._of]

    def told(self, stories: Sequence[int], view: "View") -> dict[int, list[Told]]:
        """Return the articles of stories, the first one of each first."""
        if left := [each for each in stories if each not in self._told]:
            found: dict[int, list[Told]] = {story: [] for story in left}
            for row in sorted(view.told_in(left, first=MOST)):
                found[row.story].append(row)
            self._told |= found
        return {story: self._told[story] for story in stories}

    def titles(self, ids: Sequence[int], view: "View") -> dict[int, str]:
        """Return the titles of articles, without damaged ones."""
        if left := [id for id in ids if id not in self._titles]:
            self._titles |= view.titles(left)
        return {id: self._titles[id] for id in ids if id in self._titles}


def by_story(
    ids: BitMap,
    read: BitMap,
    twins: BitMap,
    facets: Facets,
    known: KnownStories,
    ask: "Ask",
) -> list[Group]:
    """Return the newest stories of the ids, then a group of all others.

    twins: those that count with their twin. read: those that are read, without twins.

    A story has the articles among the ids that tell it, in any language, and the number of sources
    in the language of the first of them.
    """
    newest = _Newest({}, {}, is_all=False)
    with suppress(CacheDamaged), ask() as view:
        known.refresh(view)
        newest = _newest(ids, ids & facets.get(view, STORY), known, view)
    groups = [_group(story, newest, ids, read, twins) for story in newest.stories]
    rest = ids - BitMap().union(*(group.ids.bits for group in groups))
    if rest:
        label = SINGLE if newest.is_all else OLDER
        hidden = int(rest.intersection_cardinality(twins))
        unread = len(rest) - hidden - int(rest.intersection_cardinality(read))
        groups.append(Group(REST, label, Ids(rest), unread, twins=hidden))
    return groups


def _group(story: int, newest: _Newest, ids: BitMap, read: BitMap, twins: BitMap) -> Group:
    every = newest.stories[story]
    listed = [each for each in every if each.id in ids]
    first, bits = listed[0], BitMap([each.id for each in listed])
    return Group(
        key=(str(story),),
        label=newest.titles.get(first.id) or UNREADABLE,
        ids=Ids(bits),
        unread=len(bits - twins - read),
        twins=len(bits & twins),
        sources=len({each.source for each in every if each.lang == first.lang}),
        is_split=is_split(first.told),
    )


def _newest(ids: BitMap, told: BitMap, known: KnownStories, view: "View") -> _Newest:
    """Return the newest stories. told: those of the ids that several sources tell."""
    newest: dict[int, None] = {}
    for some in batches([*islice(reversed(told), LOOKED_UP)], AT_ONCE):
        if len(newest) <= STORIES:
            newest |= dict.fromkeys(known.of(some, view))
    numbers = [*newest][:STORIES]
    every = known.told(numbers, view)
    firsts = {
        number: next((row.id for row in every[number] if row.id in ids), None) for number in numbers
    }
    stories = {number: every[number] for number, id in firsts.items() if id is not None}
    listed = [id for id in firsts.values() if id is not None]
    titles = known.titles(listed, view)
    return _Newest(stories, titles, len(told) <= LOOKED_UP and len(newest) <= STORIES)
