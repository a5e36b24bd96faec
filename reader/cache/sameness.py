"""The law of identity of feeds: which stored article an item is. Pure functions, no database.

docs/architecture.md has the law as a table. What belongs here: names of items, comparing texts by
their words, resolving a page, and `judge`. What does not: reading or writing what is stored.
"""

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from hashlib import blake2b
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit
from zlib import crc32

from reader.article import Article
from reader.formats.page import UNDATED

Name = bytes
"""A digest of an entry's id, of its link, or of its title and text. Empty: it has none."""

REPUBLISHED_WITHIN_MS = 20 * 3_600_000
"""Two publications of one story are at most this far apart; a daily column comes after 24 hours."""

NEARLY = 0.8
"""Share of the words of two texts that both have, from which on the texts are nearly the same."""

RELATED = 0.5
"""Share of the words of the shorter text that both have, above which one may correct the other."""

VERY_SHORT = 12
"""Words of a text below which only the very same words are related: most of the words of so short
a text are common ones, such as "the price of", or hold a "not" that the other has not."""

WHOLE_WORDS = 30
"""Words from which on the same text under another title is the same story."""

MAX_TELLINGS = 8
"""Versions of one article under other names; an article that has so many takes up no more."""

ALIKE_AT_MOST = 4
"""Stored articles of one title or text that a new item is compared with, the nearest in time."""

_WORDS_KEPT, _NUMBERS_KEPT = 64, 32
_MAX_TEXT, _MAX_WORDS = 60_000, 5_000
NO_TITLE = "title is missing"
"""How the flag of an article begins whose title is a stand-in."""

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"\]\([^()\s]*\)|https?://[^\s)\]]+")
_TRACKING_ANCHOR = re.compile(r"(?:utm_|ref=|xtor=|at_|comment|respond)", re.IGNORECASE)


class Link(NamedTuple):
    """An address as names: whole, and without the part after `#`."""

    whole: Name = b""
    base: Name = b""

    def agrees(self, other: "Link") -> bool:
        """Both are there and name one place; `/a` names the place of `/a#b`, `/a#c` does not."""
        if not self.base or self.base != other.base:
            return False
        return self.whole in (other.whole, self.base) or other.whole == other.base

    def contradicts(self, other: "Link") -> bool:
        return bool(self.base and other.base) and not self.agrees(other)


class Telling(NamedTuple):
    """The words of one version. Sets hold the smallest hashes, to estimate what two texts share."""

    title: Name
    """Empty where the first words of the text stand in."""
    text: Name
    length: int
    """Words of the text."""
    published: int | None
    """Milliseconds since 1970; None where the item has no date."""
    words: frozenset[int]
    title_words: frozenset[int]
    numbers: frozenset[int]


class Item(NamedTuple):
    """What the law knows of one item of a feed."""

    id: Name
    link: Link
    telling: Telling

    @property
    def names(self) -> tuple[Name, ...]:
        """The best first, each once; without those that are empty."""
        given = (self.id, self.link.whole, self.link.base)
        return tuple(dict.fromkeys(name for name in given if name))

    @property
    def words_name(self) -> Name:
        """What names an item that has neither an id nor a link of its own."""
        return _digest(b"text", self.telling.title + self.telling.text)


class Known(NamedTuple):
    """A stored article: the names of its last version."""

    entry: int
    id: Name
    link: Link


class Memory(Protocol):
    """What is known of the feed."""

    def is_shared(self, name: Name) -> bool:
        """Whether distinct items were seen under the name."""

    def named(self, name: Name) -> Known | None: ...

    def alike(self, telling: Telling) -> Iterable[Known]:
        """Articles of that title, or of that very text: a few, the nearest in time."""

    def tellings(self, entry: int) -> Sequence[Telling]:
        """Of one article: a version for each of the publications that were joined in it."""


class Verdict(NamedTuple):
    entry: int | None
    """None: it is a new article."""
    shared: tuple[Name, ...] = ()
    """Names that turned out to be those of distinct items."""
    is_republished: bool = False
    """Neither an id nor a link says so, but the words do."""


def item_of(article: Article) -> Item:
    """The item that a parser made the article of."""
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


def id_name(id: str) -> Name:
    """The name of an entry's id. One that is an address has the name of the address."""
    if not id:
        return b""
    if id.lower().startswith(("http://", "https://")):
        return link_of(id).whole
    return _digest(b"id", id.encode(errors="replace"))


def link_of(url: str) -> Link:
    """The names of an address: http is https, the host in lower case, no default port.

    The home page of a site is no link of an item. A part after `#` that only says where a click
    came from, or that leads to the comments, does not count.
    """
    address = normalised(url)
    base, _, anchor = address.partition("#")
    host, _, path = base.partition("/")
    if not host or not path.strip("/"):
        return Link()
    name = _digest(b"link", base.encode(errors="replace"))
    if not anchor or _TRACKING_ANCHOR.match(anchor):
        return Link(name, name)
    return Link(_digest(b"link", address.encode(errors="replace")), name)


def normalised(url: str) -> str:
    """The address without scheme and default port, its host in lower case; empty for none."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    default = {"http": 80, "https": 443}.get(parts.scheme.lower())
    place = host if port in (None, default) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    anchor = f"#{parts.fragment}" if parts.fragment else ""
    return f"{place}{parts.path or '/'}{query}{anchor}"


def telling_of(title: str, text: str, published: int | None) -> Telling:
    """title: empty where there is none. Takes time in proportion to the text, up to a bound."""
    words = _words(_ADDRESS.sub(" ", text[:_MAX_TEXT]))
    titled = _words(title)
    different = set(words)
    numbers = {_hash(word) for word in different.union(titled) if _DIGIT.search(word)}
    return Telling(
        title=_digest(b"title", " ".join(titled).encode()) if titled else b"",
        text=_digest(b"words", " ".join(words).encode()),
        length=len(words),
        published=published,
        words=_smallest(set(map(_hash, different)), _WORDS_KEPT),
        title_words=_smallest(set(map(_hash, titled)), _NUMBERS_KEPT),
        numbers=_smallest(numbers, _NUMBERS_KEPT),
    )


def same_words(one: str, other: str) -> bool:
    """Whether two titles differ in nothing but white space, case and punctuation."""
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())[:_MAX_WORDS]


def _hash(word: str) -> int:
    return crc32(word.encode(errors="replace"))


def _smallest(hashes: set[int], count: int) -> frozenset[int]:
    return frozenset(hashes if len(hashes) <= count else sorted(hashes)[:count])


def _digest(kind: bytes, value: bytes) -> Name:
    return blake2b(value, digest_size=12, person=kind).digest()


# Comparing.


def likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of their words that both have, an estimate where the texts are long."""
    if not one or not other:
        return 0.0
    every = one | other
    if len(every) > _WORDS_KEPT:
        every = _smallest(set(every), _WORDS_KEPT)
    return len(every & one & other) / len(every)


def retold(one: Telling, other: Telling) -> bool:
    """Whether two versions under different names are one story that was published again.

    The same title and nearly the same text, where that is very short the very same; or the very
    same text of some length under another title. Never a title alone, never where each has a number
    that the other lacks, as reports of prices made from one template have, and never a day apart.
    """
    if not one.length or not other.length or not one_adds_numbers(one.numbers, other.numbers):
        return False
    moment, then = one.published, other.published
    if moment is not None and then is not None and abs(moment - then) > REPUBLISHED_WITHIN_MS:
        return False
    if one.title and one.title == other.title:
        return one.text == other.text or (
            not _is_very_short(one, other) and likeness(one.words, other.words) >= NEARLY
        )
    return one.text == other.text and one.length >= WHOLE_WORDS


def one_adds_numbers(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether at most one of two texts has numbers that the other lacks."""
    return one <= other or other <= one


def likeness_within(summary: str, text: str) -> bool:
    """Whether the words of a summary are nearly all in a text."""
    words = set(_words(summary[:_MAX_TEXT]))
    return len(words & set(_words(text[:_MAX_TEXT]))) >= NEARLY * len(words)


def related(one: Telling, other: Telling) -> bool:
    """Whether one may be a correction of the other: the shorter title is mostly in the longer."""
    if not one.title or not other.title:
        return _texts_are_related(one, other)
    titles = one.title_words, other.title_words
    return one.title == other.title or _overlap(*titles, _NUMBERS_KEPT) > RELATED


def _texts_are_related(one: Telling, other: Telling) -> bool:
    if one.text == other.text:
        return True
    overlap = 0.0 if _is_very_short(one, other) else _overlap(one.words, other.words, _WORDS_KEPT)
    return overlap > RELATED


def _is_very_short(one: Telling, other: Telling) -> bool:
    return min(one.length, other.length) < VERY_SHORT


def _overlap(one: frozenset[int], other: frozenset[int], most: int) -> float:
    """The share of the smaller set that both have, an estimate where one holds `most` hashes."""
    full = [max(each) for each in (one, other) if len(each) >= most]
    if full:  # of what is greater, only the other one knows
        one, other = (
            frozenset(each for each in both if each <= min(full)) for both in (one, other)
        )
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 0.0


class _Match(Enum):
    ONE = "one"
    PERHAPS = "perhaps"
    DISTINCT = "distinct"


def _match(one: Item, other: Item) -> _Match:
    """Whether two items of a page that share a name are one item that the page names twice."""
    contradict = one.id and other.id and one.id != other.id
    if contradict or one.link.contradicts(other.link):
        return _Match.ONE if retold(one.telling, other.telling) else _Match.DISTINCT
    if related(one.telling, other.telling):
        return _Match.ONE
    if one.id and one.id == other.id and one.link.agrees(other.link):
        return _Match.PERHAPS
    return _Match.DISTINCT


# A page.


class Group(NamedTuple):
    """An item of a page, and the places on the page of all that are the same item.

    `number`: the place of the version that counts.
    """

    number: int
    item: Item
    names: tuple[Name, ...]
    """That distinguish it on this page, those of its other versions after its own."""
    tellings: tuple[Telling, ...]
    """Of all its versions, its own first."""


class Page:
    """A page resolved: each item once, and which names distinguish nothing."""

    def __init__(self, items: Sequence[tuple[Item, int]], shared: Iterable[Name] = ()) -> None:
        """items: in the order of the page, each with when it was updated. shared: as known."""
        self.shared = set(shared) | _shared(item for item, _ in items)
        order = sorted(range(len(items)), key=lambda number: (-items[number][1], number))
        self.groups: list[Group] = []
        self._present: dict[Name, Item] = {}
        self._resolve(order, [item for item, _ in items])

    def _resolve(self, order: Iterable[int], items: Sequence[Item]) -> None:
        """The version that was updated last stands for its item, of equal ones the first."""
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
        """Those that distinguish it; title and text where nothing else does."""
        own = tuple(name for name in item.names if name not in self.shared)
        return own or (item.words_name,)

    def at(self, name: Name) -> Item | None:
        """The item of the page that has the name."""
        return self._present.get(name)


def _retold_among(
    telling: Telling,
    by_words: dict[Name, list[int]],
    groups: Sequence[tuple[int, list[Name], list[Telling]]],
) -> int | None:
    """The item of the page that this is another publication of, each of its versions compared."""
    for words in (telling.title, telling.text):
        for place in by_words.get(words, [])[-ALIKE_AT_MOST:] if words else ():
            tellings = groups[place][2]
            if len(tellings) < MAX_TELLINGS and all(retold(telling, each) for each in tellings):
                return place
    return None


def _shared(items: Iterable[Item]) -> set[Name]:
    """Names under which the page has items that are not one.

    Where id and link are alike, two unrelated texts may be one item, corrected; three are not.
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


# The law.


def judge(group: Group, page: Page, memory: Memory, claimed: frozenset[int] | set[int]) -> Verdict:
    """Which stored article an item of a page is. claimed: articles that others of the page are.

    Its id decides, else its link, else, for what was published again under other names, nearly
    the same text. A name that distinct items have had decides nothing.
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
    """Whether a name leads to an article that is not this item."""
    is_link = name in (item.link.whole, item.link.base) and name not in (item.id, found.id)
    if is_link and item.link.contradicts(found.link):
        return True  # two places of one address
    if name == item.id and name != found.link.whole and _is_reused(found, item, memory):
        return True
    owner = _owner(found, page, memory)
    return owner is not None and owner is not item


def _is_reused(found: Known, item: Item, memory: Memory) -> bool:
    """Whether the item has nothing of an article but its id: no address, title or text."""
    return item.link.contradicts(found.link) and not any(
        related(item.telling, each) or _texts_are_related(item.telling, each)
        for each in memory.tellings(found.entry)
    )


def _owner(found: Known, page: Page, memory: Memory) -> Item | None:
    """The item of the page that has the names of a stored article: its id, else its link.

    Where the site has given the id to an item that has nothing of the article, at another address,
    the one with the article's address and words is the article.
    """
    by_id, by_link = page.at(found.id), page.at(found.link.whole)
    if by_id is None or by_link is None or by_id is by_link:
        return by_id or by_link
    last = memory.tellings(found.entry)[-1:]
    is_reused = by_id.link.contradicts(found.link) and any(
        related(by_link.telling, each) and not related(by_id.telling, each) for each in last
    )
    return by_link if is_reused else by_id
