"""The law of identity of feeds: which stored article an item is. Pure functions, no database.

docs/architecture.md has the law as a table. What belongs here: resolving a page, and `judge`. What
does not: comparing texts (`tellings`), reading or writing what is stored (`engine.FeedMemory`).
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from reader.article import Article
from reader.cache.sameness.tellings import (
    NO_TITLE,
    Link,
    Name,
    Telling,
    digest,
    id_name,
    link_of,
    related,
    retold,
    telling_of,
    texts_are_related,
)
from reader.formats.page import UNDATED

MAX_TELLINGS = 8
"""Maximum publications that are joined in one article."""

MAX_NAMES = 16
"""Names kept per entry: a feed may give its items new ids at every sync."""

ALIKE_AT_MOST = 4
"""Maximum stored articles of one title or text to compare a new item with, nearest in time."""


class Item(NamedTuple):
    """What identifies one item of a feed."""

    id: Name
    link: Link
    telling: Telling

    @property
    def names(self) -> tuple[Name, ...]:
        """Return the names that are not empty, the best first, each once."""
        given = (self.id, self.link.whole, self.link.base)
        return tuple(dict.fromkeys(name for name in given if name))

    @property
    def words_name(self) -> Name:
        """Return the name made of title and text, for an item with neither id nor link."""
        return digest(b"text", self.telling.title + self.telling.text)


class Known(NamedTuple):
    """A stored article: the names of its last version."""

    entry: int
    id: Name
    link: Link


class Memory(Protocol):
    """What is remembered of a feed."""

    def is_shared(self, name: Name) -> bool:
        """Return whether distinct items were seen under the name."""

    def named(self, name: Name) -> Known | None:
        """Return the remembered item with this name, None if it is new or shared."""

    def alike(self, telling: Telling) -> Iterable[Known]:
        """Return a few articles with the same title or text, the nearest in time."""

    def tellings(self, entry: int) -> Sequence[Telling]:
        """Return a version for each publication that was joined in the article."""


class Verdict(NamedTuple):
    """Which remembered item an incoming one is."""

    entry: int | None
    """Entry of the stored article, None for a new article."""
    shared: tuple[Name, ...] = ()
    """Names that were found to belong to distinct items."""
    is_republished: bool = False
    """Whether it was matched by its words, without id and link."""


def item_of(article: Article) -> Item:
    """Return the item that a parser made the article of."""
    dated = UNDATED not in article.flags
    has_title = not any(flag.startswith(NO_TITLE) for flag in article.flags)
    return Item(
        id_name(article.external_id),
        link_of(article.url),
        telling_of(
            article.title if has_title else "",
            article.body or article.description,
            int(article.published.timestamp() * 1000) if dated else None,
        ),
    )


class _Match(Enum):
    ONE = "one"
    PERHAPS = "perhaps"
    DISTINCT = "distinct"


def _match(one: Item, other: Item) -> _Match:
    """Return whether two items of a page that share a name are one item."""
    contradict = one.id and other.id and one.id != other.id
    if contradict or one.link.contradicts(other.link):
        return _Match.ONE if retold(one.telling, other.telling) else _Match.DISTINCT
    if related(one.telling, other.telling):
        return _Match.ONE
    if one.id and one.id == other.id and one.link.agrees(other.link):
        return _Match.PERHAPS
    return _Match.DISTINCT


class Group(NamedTuple):
    """An item of a page, and the places on the page of all that are the same item.

    `number`: the place of the version that counts.
    """

    number: int
    item: Item
    names: tuple[Name, ...]
    """Names that distinguish it on this page, its own before those of its other versions."""
    tellings: tuple[Telling, ...]
    """The words of all its versions, its own first."""


class Page:
    """A resolved page: each item once, and the names that several items share."""

    def __init__(self, items: Sequence[tuple[Item, int]], shared: Iterable[Name] = ()) -> None:
        """Resolve items, in the order of the page, each with its update time."""
        self.shared = set(shared) | _shared(item for item, _ in items)
        order = sorted(range(len(items)), key=lambda number: (-items[number][1], number))
        self.groups: list[Group] = []
        self._present: dict[Name, Item] = {}
        self._resolve(order, [item for item, _ in items])

    def _resolve(self, order: Iterable[int], items: Sequence[Item]) -> None:
        """Group versions of an item; the latest, or the first of equal ones, represents it."""
        groups: list[tuple[int, list[Name], list[Telling]]] = []
        by_name: dict[Name, int] = {}
        by_words: dict[Name, list[int]] = {}
        for number in order:
            item = items[number]
            names = self.names(item)
            place = next((by_name[name] for name in names if name in by_name), None)
            if place is None:
                place = _retold_among(item.telling, by_words, groups)
            if place is None:
                place = len(groups)
                groups.append((number, [], []))
            _, known, tellings = groups[place]
            known += [name for name in names if name not in known]
            if len(tellings) < MAX_TELLINGS:
                tellings.append(item.telling)
            for name in names:
                by_name.setdefault(name, place)
            for words in {item.telling.title, item.telling.text} - {b""}:
                by_words.setdefault(words, []).append(place)
        for number, known, tellings in groups:
            group = Group(number, items[number], tuple(known), tuple(tellings))
            self.groups.append(group)
            for name in known:
                self._present.setdefault(name, items[number])

    def names(self, item: Item) -> tuple[Name, ...]:
        """Return the names that distinguish it; title and text if nothing else does."""
        own = tuple(name for name in item.names if name not in self.shared)
        return own or (item.words_name,)

    def at(self, name: Name) -> Item | None:
        """Return the item of the page that has the name."""
        return self._present.get(name)


def _retold_among(
    telling: Telling,
    by_words: dict[Name, list[int]],
    groups: Sequence[tuple[int, list[Name], list[Telling]]],
) -> int | None:
    """Return the item of the page that this republishes, comparing all versions."""
    for words in (telling.title, telling.text):
        for place in by_words.get(words, [])[-ALIKE_AT_MOST:] if words else ():
            tellings = groups[place][2]
            if len(tellings) < MAX_TELLINGS and all(retold(telling, each) for each in tellings):
                return place
    return None


def _shared(items: Iterable[Item]) -> set[Name]:
    """Return names under which the page has distinct items.

    Two unrelated texts with equal id and link may be one corrected item; three are not.
    """
    versions: dict[Name, list[Item]] = {}
    shared: set[Name] = set()
    for item in items:
        for name in item.names:
            if name in shared:
                continue
            known = versions.setdefault(name, [])
            matches = {_match(each, item) for each in known}
            if _Match.ONE in matches:
                continue
            known.append(item)
            if _Match.DISTINCT in matches or len(known) > 2:
                shared.add(name)
    return shared


def judge(group: Group, page: Page, memory: Memory, claimed: frozenset[int] | set[int]) -> Verdict:
    """Return which stored article an item of a page is. claimed: articles of other items.

    Its id decides, else its link, else, for a republished item, nearly the same text. A name that
    distinct items have had does not count.
    """
    item = group.item
    shared: list[Name] = [name for name in item.names if name in page.shared]
    for name in group.names:
        found = None if memory.is_shared(name) else memory.named(name)
        if found is None:
            continue
        if found.entry in claimed or _is_of_another(name, found, item, page, memory):
            shared.append(name)
            continue
        return Verdict(found.entry, tuple(shared))
    for found in memory.alike(item.telling):
        if found.entry in claimed or _owner(found, page, memory) not in (None, item):
            continue
        tellings = memory.tellings(found.entry)
        if len(tellings) < MAX_TELLINGS and all(retold(item.telling, each) for each in tellings):
            return Verdict(found.entry, tuple(shared), is_republished=True)
    return Verdict(None, tuple(shared))


def _is_of_another(name: Name, found: Known, item: Item, page: Page, memory: Memory) -> bool:
    """Return whether a name leads to an article that is not this item."""
    is_link = name in (item.link.whole, item.link.base) and name not in (item.id, found.id)
    if is_link and item.link.contradicts(found.link):
        return True  # two fragments of one address
    if name == item.id and name != found.link.whole and _is_reused(found, item, memory):
        return True
    owner = _owner(found, page, memory)
    return owner is not None and owner is not item


def _is_reused(found: Known, item: Item, memory: Memory) -> bool:
    """Return whether the item shares only the id with an article: not address, title or text."""
    return item.link.contradicts(found.link) and not any(
        related(item.telling, each) or texts_are_related(item.telling, each)
        for each in memory.tellings(found.entry)
    )


def _owner(found: Known, page: Page, memory: Memory) -> Item | None:
    """Return the item of the page that has a stored article's id, else its link.

    If the site has reused the id for an unrelated item at another address, the item with the
    article's address and words is returned.
    """
    by_id, by_link = page.at(found.id), page.at(found.link.whole)
    if by_id is None or by_link is None or by_id is by_link:
        return by_id or by_link
    last = memory.tellings(found.entry)[-1:]
    is_reused = by_id.link.contradicts(found.link) and any(
        related(by_link.telling, each) and not related(by_id.telling, each) for each in last
    )
    return by_link if is_reused else by_id
