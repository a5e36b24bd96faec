"""The model: what an article is, whatever brought it and wherever it is kept.

Frozen values on the standard library alone. No parsing, no files, no SQL: those live in
`formats`, `sources` and `cache`. Most are named tuples, here and in what else the first screen
imports: to define one costs a sixth of what a frozen dataclass costs at every start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, NewType

ArticleId = NewType("ArticleId", int)
"""Slots of `SLOT_SECONDS` from `EPOCH` to publication, bumped to a free one: the order of ids is
the order of publication. 0 to 2**ID_BITS - 1. It may change with an article's date; `Identity` does
not."""

SLOT_SECONDS = 16
"""5,400 ids a day: room for five times the articles of a busy archive, and dense enough for a set
of its ids to be a few bitmaps, where one id a second would make it long lists of lone numbers."""

ID_BITS = 28

EPOCH = datetime(2009, 1, 3, 18, 15, 5, tzinfo=UTC)
"""The second of the first Bitcoin block: ids begin here, and what is older comes first."""

LAST_INSTANT = EPOCH + timedelta(seconds=SLOT_SECONDS * 2**ID_BITS - 1 - 2**20)
"""The latest publication that gets an id of its own; the rest is for ids that are bumped."""

UNKNOWN_LANG = "und"
"""ISO 639 for a language that nobody named."""

NO_CATEGORY = "OTHER"


class Sentiment(StrEnum):
    """What the publisher said of the news; `UNRATED` where it said nothing."""

    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"
    NEUTRAL = "NEUTRAL"
    UNRATED = "UNRATED"

    @property
    def glyph(self) -> str:
        """One cell that says it without colour."""
        return _GLYPHS[self]


_GLYPHS = {
    Sentiment.POSITIVE: "▲",
    Sentiment.NEGATIVE: "▼",
    Sentiment.NEUTRAL: "■",
    Sentiment.UNRATED: "·",
}


class Identity(NamedTuple):
    """What stays the same when an article is edited, re-dated or published again.

    Of the archive and of APIs: source key, external id, language. Of a feed: `Article.feed`, the
    entry's id, and an empty language, which is a property of the article there. `external` is the
    id, else the canonical URL, else the path inside the import root.
    """

    source: str
    external: str
    lang: str

    @property
    def is_of_feed(self) -> bool:
        return not self.lang


CHECK = 1_000_000


def reference(id: ArticleId, identity: Identity) -> int:
    """Return the number by which a user names the article, now and later.

    The id, which tells where to look first, then six digits that only this identity has: the
    article is found when its id has changed, and no other is taken for it. Up to 15 digits.
    """
    return id * CHECK + check_digits(identity)


def check_digits(identity: Identity) -> int:
    """Return the last six digits of every reference to the article."""
    from hashlib import blake2b

    digest = blake2b("\0".join(identity).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % CHECK


class Source(NamedTuple):
    """Who published it. `key` names the source in queries and in identities."""

    key: str
    name: str = ""
    type: str = ""
    url: str = ""


class Cover(NamedTuple):
    """URLs of one picture by size; empty where the publisher gave none."""

    raw: str = ""
    full: str = ""
    regular: str = ""
    small: str = ""
    thumb: str = ""
    small_s3: str = ""

    @property
    def best(self) -> str:
        """The size to look at in a browser: regular, else full, raw, small; empty where none."""
        return self.regular or self.full or self.raw or self.small or self.thumb or self.small_s3


class Ai(NamedTuple):
    """What a machine did to the text. `translated_from` is the original's external id."""

    rewritten: bool = False
    expanded_at: datetime | None = None
    version: int | None = None
    translated_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article in one language, cleaned and typed.

    Instants are aware and UTC, `published` is at most LAST_INSTANT; what is older than EPOCH is
    placed in the order as if of then. `category` and `tags` are upper case, as the archive writes
    them. `extra` holds front-matter fields that the model has no name for, so that an export gives
    them back. `flags` says, a sentence each, what
    was wrong with the input and had to be put right.
    """

    title: str
    published: datetime
    updated: datetime
    lang: str
    body: str
    origin: str = ""
    """Where it stood: the path inside the import root, with forward slashes; of live news, where
    it came from."""
    description: str = ""
    external_id: str = ""
    source: Source | None = None
    category: str = NO_CATEGORY
    tags: tuple[str, ...] = ()
    sticky_weight: int = 0
    sentiment: Sentiment = Sentiment.UNRATED
    sentiment_is_estimated: bool = False
    """A program guessed it from the words; the publisher said nothing."""
    score: float | int | None = None
    url: str = ""
    draft: bool = False
    cover: Cover | None = None
    ai: Ai | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    feed: str = ""
    """The feed that it came from, as hexadecimal digits; empty for the archive and for APIs."""
    former_titles: tuple[str, ...] = ()
    """Titles that the source has replaced since, the last one first."""

    @property
    def identity(self) -> Identity:
        if self.feed:
            return Identity(self.feed, self.external_id or self.url or self.origin, "")
        return Identity(
            self.source.key if self.source else "",
            self.external_id or self.url or self.origin,
            self.lang,
        )


class Row(NamedTuple):
    """What a list shows of an article: everything but the text and the pictures."""

    id: ArticleId
    title: str
    published: datetime
    lang: str
    category: str
    sentiment: Sentiment
    source: str
    """The source's key, empty where it is unknown."""
    read: bool
    favourite: bool
    pinned: bool
    draft: bool
    flagged: bool
    """Something was wrong with its file; the article says what."""
    estimated: bool = False
    """The sentiment is a program's guess, not the publisher's word."""
    identity: Identity = Identity("", "", "")
    """What the article goes by where its id may have changed since."""

    @property
    def reference(self) -> int:
        """What a user names the article by."""
        return reference(self.id, self.identity)
