"""The plain model: articles as records read with SQL, a query as a tuple of terms, marks as sets.

Nothing here calls the code under test. What matches is found by looking at every record, groups and
tags are counted one by one, and the undo journal is a list. It is slow and easy to check by eye.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self

from tests.model.archive import CODE

MINUS = "\N{MINUS SIGN}"
GLYPHS = {"POSITIVE": "▲", "NEGATIVE": "▼", "NEUTRAL": "■", "UNRATED": "·"}
OWN_TAG = "due"
GROUPINGS = ("by category", "latest first", "by source", "by story", "no groups")


class Identity(NamedTuple):
    """The key of an article in both files; of a feed, with the feed's name and no language."""

    external: str
    lang: str
    source: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row of `articles` with what the model needs of its `documents` row."""

    id: int
    identity: Identity
    code: str
    lang: str
    source: str
    category: str
    sentiment: str
    pinned: bool
    draft: bool
    published: datetime
    tags: frozenset[str]
    title_words: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    is_twin: bool = False
    """Whether it differs from the first of its languages in the texts alone."""


class Term(NamedTuple):
    """One condition. `field` is empty for free text."""

    field: str
    value: str
    exclude: bool = False
    prefix: bool = False

    @property
    def chip(self) -> str:
        """The term as the tag bar shows it."""
        sign = MINUS if self.exclude else ""
        value = f'"{self.value}"' if " " in self.value else self.value
        match self.field:
            case "tag":
                return (sign or "+") + self.value.upper()
            case "sentiment":
                return sign + GLYPHS[self.value.upper()]
            case "lang":
                return sign + self.value
            case "":
                return f'{sign}"{self.value}"{"*" * self.prefix}'
            case _:
                return f"{sign}{self.field}:{value}{'*' * self.prefix}"


Terms = tuple[Term, ...]
START: Terms = (Term("lang", "en"),)


def added(terms: Terms, *new: Term) -> Terms:
    """The terms with the new ones last, or in the place of those that they contradict."""
    kept = {(term.field, term.value, term.prefix): term for term in (*terms, *new)}
    return tuple(kept.values())


def only(terms: Terms, name: str, value: str | None) -> Terms:
    """The terms with one value of the field, or (None) with any."""
    rest = tuple(term for term in terms if term.field != name or term.exclude)
    return rest if value is None else added(rest, Term(name, value))


def cycled(terms: Terms, tag: str) -> Terms:
    """The tag goes from absent to included to excluded to absent."""
    value = tag.casefold()
    now = next((term for term in terms if term[:2] == ("tag", value)), None)
    if now is None:
        return added(terms, Term("tag", value))
    if not now.exclude:
        return added(terms, now._replace(exclude=True))
    return tuple(term for term in terms if term != now)


class Records:
    """Every article in the cache, read again whenever a text has changed."""

    def __init__(self, data: Path) -> None:
        self._path = data / "cache.db"
        self._texts = -1
        self.all: list[Record] = []
        self.by_code: dict[str, Record] = {}
        self.by_identity: dict[Identity, Record] = {}

    def refresh(self) -> bool:
        """Read the tables if they have changed; whether they had."""
        with closing(sqlite3.connect(self._path)) as db:
            db.execute("BEGIN")
            (texts,) = db.execute("SELECT value FROM meta WHERE name = 'texts'").fetchone()
            if texts == self._texts:
                return False
            rows = db.execute(
                "SELECT id, feed, external, lang, source, category, sentiment, pinned, draft, "
                "published, title, fields, body FROM articles JOIN documents USING (id) ORDER BY id"
            ).fetchall()
        self._texts = texts
        every = [_record(*row) for row in rows]
        twins = set(_twins(every))
        self.all = [replace(each, is_twin=True) if each.id in twins else each for each in every]
        self.by_code = {record.code: record for record in self.all}
        self.by_identity = {record.identity: record for record in self.all}
        return True

    def total(self, state: "State") -> int:
        """Of all articles but drafts: pairs as one where they are that in the list."""
        return sum(not record.draft for record in state.counted(self.all))

    def with_twins(self, identities: Sequence[Identity]) -> list[Identity]:
        """The articles, and the same in every other language: they share their marks."""
        every = [
            each._replace(lang=lang) if each.lang else each
            for each in identities
            for lang in (each.lang, *self.languages())
        ]
        return list(dict.fromkeys(each for each in every if each in self.by_identity))

    def languages(self) -> list[str]:
        """Most frequent first, drafts included."""
        counts = Counter(record.lang for record in self.all)
        return sorted(counts, key=lambda lang: (-counts[lang], lang))

    def tags(self) -> set[str]:
        return {tag for record in self.all for tag in record.tags}


def _twins(records: Sequence[Record]) -> Iterator[int]:
    """Alike in all that a query can ask for but language and words; items of feeds have none."""
    first: dict[tuple[str, str], Record] = {}
    for record in sorted(records, key=lambda r: r.lang):
        if record.identity.lang:
            before = first.setdefault((record.identity.external, record.identity.source), record)
            if before is not record and _alike(before) == _alike(record):
                yield from () if record.draft else (record.id,)


def _alike(record: Record) -> tuple[object, ...]:
    states = record.pinned, record.draft
    return record.published, record.category, record.sentiment, record.tags, *states


@lru_cache(8192)
def _record(*row: object) -> Record:
    id, feed, external, lang, source, category, sentiment, pinned, draft, published, *text = row
    title, fields, body = text
    values = json.loads(str(fields))
    texts = (str(title), values.get("description") or "", str(body))
    code = CODE.search(str(title))
    return Record(
        id=int(str(id)),
        identity=Identity(str(external), "" if feed else str(lang), str(feed or source)),
        code=code[0] if code else str(title),
        lang=str(lang),
        source=str(source),
        category=str(category),
        sentiment=str(sentiment),
        pinned=bool(pinned),
        draft=bool(draft),
        published=datetime.fromtimestamp(int(str(published)) / 1000, UTC),
        tags=frozenset(tag.casefold() for tag in values.get("tags") or ()),
        title_words=_words(texts[0]),
        words=tuple(map(_words, texts)),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


@dataclass(frozen=True, slots=True)
class Heading:
    """A group: its path, what is painted of it, and its articles, newest first."""

    key: tuple[str, ...]
    label: str
    records: Sequence[Record]
    counted: Sequence[Record] = ()
    """Those that are counted: of a pair that counts once, the first."""

    @property
    def depth(self) -> int:
        return len(self.key) - 1


Line = Heading | Record
"""A row of the list with every group open."""


@dataclass(slots=True)
class State:
    """What the screen should be showing. None: not known, so not compared."""

    terms: Terms = START
    digits: dict[str, int] = field(default_factory=dict)
    """The digit of each tag that the query names."""
    grouping: str = GROUPINGS[0]
    opened: Identity | None = None
    cursor: object = None
    """A code or the key of a group; a tuple of alternatives where several are right."""
    wanted: str | None = None
    """What the user moved the cursor to last: it comes back to it. Empty: as it is painted next."""
    focus: str | None = "list"
    arrow: tuple[tuple[str, ...], bool] | None = None
    """A group that must be open (True) or closed."""
    read: frozenset[Identity] = frozenset()
    favourite: frozenset[Identity] = frozenset()
    later: frozenset[Identity] = frozenset()
    tagged: frozenset[Identity] = frozenset()
    """Those with the one tag of the user's own that is ever set: `OWN_TAG`."""
    selected: frozenset[Identity] = frozenset()
    is_searching: bool = False
    """While words are typed, what leaves the list stays selected."""
    is_tall: bool = False
    """Whether an article takes more than one line."""
    held: frozenset[Identity] = frozenset()
    """Read articles that stay in a list of unread ones until the next query."""
    journal: tuple["Step", ...] = ()
    undone: tuple["Step", ...] = ()

    def but(self, **changes: object) -> Self:
        """A copy with these values."""
        copy = type(self)(**{name: getattr(self, name) for name in self.__slots__})
        for name, value in changes.items():
            setattr(copy, name, value)
        return copy

    # Marks.

    def marked(self, which: str, value: bool, identities: Sequence[Identity]) -> Self:
        """Set a mark; a step of the journal if anything changed."""
        have = getattr(self, which)
        changed = tuple(each for each in identities if (each in have) is not value)
        if not changed:
            return self.but()
        step = Step(which, value, changed)
        return self._set(step, value).but(journal=(*self.journal, step)[-100:], undone=())

    def undo(self) -> Self:
        if not self.journal:
            return self.but()
        *rest, step = self.journal
        done = self._set(step, not step.value)
        return done.but(journal=tuple(rest), undone=(*self.undone, step))

    def redo(self) -> Self:
        if not self.undone:
            return self.but()
        *rest, step = self.undone
        done = self._set(step, step.value)
        return done.but(undone=tuple(rest), journal=(*self.journal, step))

    def _set(self, step: "Step", value: bool) -> Self:
        have = getattr(self, step.mark)
        return self.but(
            **{step.mark: have.union(step.articles) if value else have.difference(step.articles)}
        )

    # What matches.

    def matches(self, record: Record) -> bool:
        """Whether the article meets every term; several values of some fields are alternatives."""
        if record.draft and Term("is", "draft") not in self.terms:
            return False
        alternatives: dict[str, bool] = {}
        for term in self.terms:
            if term.exclude or term.field not in ("category", "sentiment", "source", "lang"):
                if self._meets(record, term) is term.exclude:
                    return False
            else:
                met = alternatives.get(term.field, False) or self._meets(record, term)
                alternatives[term.field] = met
        return all(alternatives.values())

    def _meets(self, record: Record, term: Term) -> bool:
        match term.field:
            case "tag":
                return term.value in record.tags
            case "category" | "sentiment" | "source" | "lang":
                return str(getattr(record, term.field)).casefold() == term.value
            case "mytag":
                return term.value == OWN_TAG and record.identity in self.tagged
            case "is":
                return self._is(record, term.value)
            case "after":
                return record.published >= datetime.fromisoformat(term.value).replace(tzinfo=UTC)
            case "before":
                return record.published < datetime.fromisoformat(term.value).replace(tzinfo=UTC)
            case "title":
                return _holds(record.title_words, term)
            case _:
                return any(_holds(words, term) for words in record.words)

    def _is(self, record: Record, state: str) -> bool:
        return {
            "read": record.identity in self.read,
            "unread": record.identity not in self.read,
            "favourite": record.identity in self.favourite,
            "later": record.identity in self.later,
            "draft": record.draft,
            "pinned": record.pinned,
            "twin": record.is_twin,
        }[state]

    def found(self, records: Records) -> list[Record]:
        """The articles that match, newest first."""
        return [r for r in reversed(records.all) if self.matches(r) or r.identity in self.held]

    # What is painted of it.

    @property
    def counts_pairs_once(self) -> bool:
        """Whether an article and its twin count as one: both are found by all but these terms."""
        return not any(
            term.field in ("lang", "", "title") or term[:2] == ("is", "twin") for term in self.terms
        )

    def counted(self, found: Sequence[Record]) -> list[Record]:
        """The articles that the counts are of."""
        is_once = self.counts_pairs_once
        return [record for record in found if not (record.is_twin and is_once)]

    def headings(self, found: Sequence[Record]) -> list[Heading]:
        """The groups in their order, sub-groups after their groups."""
        pinned = [record for record in found if record.pinned]
        rest = [record for record in found if not record.pinned]
        groups = [Heading(("PINNED",), "PINNED", pinned)] if pinned else []
        groups += self._groups(rest, lambda each: len(self.counted(each)))
        return [replace(each, counted=self.counted(each.records)) for each in groups]

    def _groups(
        self, rest: Sequence[Record], size: Callable[[Sequence[Record]], int]
    ) -> list[Heading]:
        groups: list[Heading] = []
        match self.grouping:
            case "by category":
                groups += _by_category(rest, size)
            case "latest first":
                days = _split(rest, lambda r: f"{r.published:%Y-%m-%d}")
                groups += [
                    Heading((day,), f"{each[0].published:%a %d %b %Y}", each)
                    for day, each in sorted(days.items(), reverse=True)
                ]
            case "by source":
                sources = _split(rest, lambda r: r.source)
                named = [Heading((key,), key, each) for key, each in sources.items()]
                groups += sorted(named, key=lambda g: (-size(g.records), g.label))
            case "by story" if rest:
                groups.append(Heading(("",), "told by one source", rest))
            case _ if rest:
                groups.append(Heading(("ALL",), "ALL", rest))
        return groups

    def lines(self, found: Sequence[Record]) -> list[Line]:
        """Every row of the list, as if all groups were open."""
        made: list[Line] = []
        headings = self.headings(found)
        for heading, following in zip(headings, [*headings[1:], None], strict=False):
            made.append(heading)
            if following is None or following.key[: len(heading.key)] != heading.key:
                made += heading.records
        return made

    def numbered(self, counted: Sequence[Record]) -> Iterator[tuple[int, str, int]]:
        """Digit, tag and count of every place of the tag bar."""
        counts = Counter(tag for record in counted for tag in record.tags)
        named = {term.value for term in self.terms if term.field == "tag"}
        places = {digit: tag for tag, digit in self.digits.items() if tag in named}
        frequent = sorted(counts, key=lambda tag: (-counts[tag], tag.upper()))
        free = [digit for digit in range(1, 10) if digit not in places]
        places |= dict(zip(free, (tag for tag in frequent if tag not in named), strict=False))
        return ((digit, tag, counts[tag]) for digit, tag in sorted(places.items()))

    def with_terms(self, terms: Terms, painted: dict[str, int]) -> Self:
        """Another query. painted: tags and their digits in the bar that the user has seen."""
        named = [term.value for term in terms if term.field == "tag"]
        digits = {tag: self.digits[tag] for tag in named if tag in self.digits}
        new = [tag for tag in named if tag not in digits]
        digits |= {tag: painted[tag] for tag in new if tag in painted}
        free = [digit for digit in range(1, 10) if digit not in digits.values()]
        for tag in new:
            if tag not in digits and free:
                digits[tag] = free.pop()
        return self.but(terms=terms, digits=digits, held=frozenset())


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the undo journal."""

    mark: str
    value: bool
    articles: tuple[Identity, ...]


def _holds(words: Sequence[str], term: Term) -> bool:
    """Whether the words of the term follow each other there; the last may be a beginning."""
    wanted = _words(term.value)
    for place in range(len(words) - len(wanted) + 1):
        *firsts, last = words[place : place + len(wanted)]
        is_last = last.startswith(wanted[-1]) if term.prefix else last == wanted[-1]
        if is_last and tuple(firsts) == wanted[:-1]:
            return True
    return False


def _by_category(
    records: Sequence[Record], size: Callable[[Sequence[Record]], int]
) -> Iterator[Heading]:
    categories = _split(records, lambda r: r.category)
    for name in sorted(categories, key=lambda n: (n == "OTHER", -size(categories[n]), n)):
        yield Heading((name,), name, categories[name])
        below = _split(categories[name], lambda r: r.sentiment)
        for sentiment in GLYPHS:
            if sentiment in below:
                yield Heading((name, sentiment), sentiment.lower(), below[sentiment])


def _split(records: Sequence[Record], key: Callable[[Record], str]) -> dict[str, list[Record]]:
    parts: dict[str, list[Record]] = {}
    for record in records:
        parts.setdefault(key(record), []).append(record)
    return parts
