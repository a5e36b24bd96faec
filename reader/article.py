"""The model of an article, independent of its origin and storage.

Frozen values; imports the standard library and the language of the interface alone. Parsing, files
and SQL belong to `formats`, `sources` and `cache`. Most values are named tuples, as in every module
that the first screen imports: at each start, defining one takes a sixth of the time of a frozen
dataclass.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, NewType

from reader.i18n import _, pgettext

ArticleId = NewType("ArticleId", int)
"""The number of the slot of time of its publication, bumped to a free one: the order of ids is the
order of publication. 0 to 2**32 - 1 at most. How wide a slot is belongs to the archive. It changes
with an article's date; `Identity` does not."""

EPOCH = datetime(2009, 1, 3, 18, 15, 5, tzinfo=UTC)
"""Unix time of the first Bitcoin block, at which ids begin; older articles come first."""

LAST_INSTANT = EPOCH + timedelta(seconds=2**32 - 1 - 2**20)
"""The latest publication that gets an id of its own; ids above it are for bumping."""

UNKNOWN_LANG = "und"
"""ISO 639 code of an unknown language."""

NO_CATEGORY = "OTHER"


class Sentiment(StrEnum):
    """What the publisher said about the news; `UNRATED` if nothing."""

    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"
    NEUTRAL = "NEUTRAL"
    UNRATED = "UNRATED"

    @property
    def glyph(self) -> str:
        """Return one cell that shows it without colour."""
        return _GLYPHS[self]

    @property
    def word(self) -> str:
        """Return it in lower case, in the language of the interface."""
        words = {
            Sentiment.POSITIVE: _("positive"),
            Sentiment.NEGATIVE: _("negative"),
            Sentiment.NEUTRAL: _("neutral"),
            Sentiment.UNRATED: _("unrated"),
        }
        return words[self]

    @property
    def of_many(self) -> str:
        """Return the same as it is said of several articles."""
        words = {
            Sentiment.POSITIVE: pgettext("articles", "positive"),
            Sentiment.NEGATIVE: pgettext("articles", "negative"),
            Sentiment.NEUTRAL: pgettext("articles", "neutral"),
            Sentiment.UNRATED: pgettext("articles", "unrated"),
        }
        return words[self]


_GLYPHS = {
    Sentiment.POSITIVE: "▲",
    Sentiment.NEGATIVE: "▼",
    Sentiment.NEUTRAL: "■",
    Sentiment.UNRATED: "·",
}


class Identity(NamedTuple):
    """The properties that stay the same when an article is edited, re-dated or published again.

    In the archive and for APIs: source key, external id, language. In a feed: `Article.feed`, the
    entry's id, and an empty language, as it is a property of the article there. `external` is the
    id, else the canonical URL, else the path inside the import root.
    """

    source: str
    external: str
    lang: str

    @property
    def is_of_feed(self) -> bool:
        """Return whether it is the identity of an entry of a feed."""
        return not self.lang


CHECK = 1_000_000


def reference(id: ArticleId, identity: Identity) -> int:
    """Return the number by which a user refers to the article, even after its id has changed.

    It is the id, a hint where to look first, then six digits of the identity: the article is found
    after its id has changed, and no other article is found instead. Up to 16 digits.
    """
    return id * CHECK + check_digits(identity)


def check_digits(identity: Identity) -> int:
    """Return the last six digits of every reference to the article."""
    from reader.digests import blake2b

    digest = blake2b("\0".join(identity).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % CHECK


class Source(NamedTuple):
    """The publisher. `key` names the source in queries and in identities."""

    key: str
    name: str = ""
    type: str = ""
    url: str = ""


class Cover(NamedTuple):
    """URLs of one picture by size; empty if the publisher gave none."""

    raw: str = ""
    full: str = ""
    regular: str = ""
    small: str = ""
    thumb: str = ""
    small_s3: str = ""

    @property
    def best(self) -> str:
        """Return the URL for a browser: regular, else full, raw, small; empty if there is none."""
        return self.regular or self.full or self.raw or self.small or self.thumb or self.small_s3


class Ai(NamedTuple):
    """How a machine changed the text. `translated_from` is the original's external id."""

    rewritten: bool = False
    expanded_at: datetime | None = None
    version: int | None = None
    translated_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article in one language, cleaned and typed.

    Instants are aware and UTC. `published` is at most LAST_INSTANT; articles older than EPOCH are
    ordered as if published then. `category` and `tags` are upper case, as in the archive. `extra`
    has front-matter fields that the model does not name, for exports. `flags` has a sentence for
    each fault of the input that was corrected.
    """

    title: str
    published: datetime
    updated: datetime
    lang: str
    body: str
    origin: str = ""
    """Where it came from: the path inside the import root, with forward slashes, or an address."""
    description: str = ""
    external_id: str = ""
    source: Source | None = None
    category: str = NO_CATEGORY
    tags: tuple[str, ...] = ()
    sticky_weight: int = 0
    sentiment: Sentiment = Sentiment.UNRATED
    sentiment_is_estimated: bool = False
    """Whether the sentiment is estimated from the words, as the publisher gave none."""
    score: float | int | None = None
    url: str = ""
    draft: bool = False
    cover: Cover | None = None
    ai: Ai | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    feed: str = ""
    """The feed that it came from, as hexadecimal digits; empty in the archive and for APIs."""
    former_titles: tuple[str, ...] = ()
    """Titles that the source has replaced, the latest first."""

    @property
    def identity(self) -> Identity:
        """Return what identifies the article."""
        if self.feed:
            return Identity(self.feed, self.external_id or self.url or self.origin, "")
        return Identity(
            self.source.key if self.source else "",
            self.external_id or self.url or self.origin,
            self.lang,
        )


class Row(NamedTuple):
    """What a list shows of an article: everything but text and pictures."""

    id: ArticleId
    title: str
    published: datetime
    lang: str
    category: str
    sentiment: Sentiment
    source: str
    """The source's key, empty if unknown."""
    read: bool
    favourite: bool
    pinned: bool
    draft: bool
    flagged: bool
    """Whether its file had a fault; the article's flags name it."""
    estimated: bool = False
    """Whether the sentiment is an estimate rather than the publisher's."""
    identity: Identity = Identity("", "", "")
    """Identifies the article even after its id has changed."""
    story: int = 0
    """The number of its story, if several sources tell it in the article's language; else 0."""
    sources: int = 0
    """How many sources tell that story."""
    is_split: bool = False
    """Whether one of them calls it positive and another negative."""
    later: bool = False
    """Whether the user has put it aside to read later."""
    own_tags: tuple[str, ...] = ()
    """The tags of the user's own, by name; empty in a list, which does not show them."""
    description: str = ""
    """The beginning of its description on one line, if that was asked for."""

    @property
    def reference(self) -> int:
        """Return the number by which a user refers to the article."""
        return reference(self.id, self.identity)
