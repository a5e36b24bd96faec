"""An article encoded for the tables; any process can do it, so that only storing is left."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from reader.article import Article, Identity
from reader.cache.values.instants import milliseconds
from reader.digests import blake2b
from reader.formats import from_fields, to_fields
from reader.formats.archive.schema import FLAGS, MAX_TAGS
from reader.query.folding import is_plain

DIGEST_BYTES = 16

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Incoming(NamedTuple):
    """What the cache stores of an article. Instants are Unix milliseconds.

    `fields` is the front matter as JSON; `digest` is of fields and body. Both texts are UTF-8, as
    in SQLite, so that they are not decoded and encoded on the way.
    """

    identity: Identity
    source: str
    """The source's key, as in queries and facets."""
    lang: str
    title: str
    description: str
    published: int
    updated: int
    category: str
    sentiment: str
    tags: tuple[str, ...]
    pinned: bool
    draft: bool
    flagged: bool
    estimated: bool
    """Whether the sentiment is estimated."""
    origin: str
    fields: bytes
    body: bytes
    digest: bytes
    is_plain: bool = False
    """Whether folding changes neither title, description nor body. False: not known."""

    @classmethod
    def of(cls, article: Article) -> "Incoming":
        """Return the article with its texts encoded and digested."""
        text = _to_json(to_fields(article))
        fields, body = text.encode(), article.body.encode()
        return cls(
            article.identity,
            article.source.key if article.source else "",
            article.lang,
            article.title,
            article.description,
            milliseconds(article.published),
            milliseconds(article.updated),
            article.category,
            article.sentiment.value,
            article.tags,
            article.sticky_weight > 0,
            article.draft,
            bool(article.flags),
            article.sentiment_is_estimated,
            article.origin,
            fields,
            body,
            digest_of(fields, body),
            is_plain(article.body) and is_plain(article.title) and is_plain(article.description),
        )


def digest_of(fields: bytes, body: bytes) -> bytes:
    """Return the digest of a stored article, to detect damage and change."""
    digest = blake2b(fields, digest_size=DIGEST_BYTES)
    digest.update(body)
    return digest.digest()


class Indexed(NamedTuple):
    """The values in facets and full text that `Incoming` made from an article's fields."""

    description: str
    tags: tuple[str, ...]
    estimated: bool


def indexed(fields: Mapping[str, Any]) -> Indexed:
    """Return the indexed values of an article. fields: as stored.

    Invalid values are among them as written: tags that are mappings, or thousands of tags.
    """
    description, tags = fields.get("description", ""), fields.get("tags", [])
    estimated = fields.get("sentimentEstimated", False)
    if (
        isinstance(description, str)
        and isinstance(tags, list)
        and len(tags) <= MAX_TAGS
        and all(isinstance(tag, str) for tag in tags)
        and isinstance(estimated, bool)
    ):
        return Indexed(description, tuple(tags), estimated)
    article = from_fields(fields, "", "")
    return Indexed(article.description, article.tags, article.sentiment_is_estimated)


def indexed_of(text: bytes | None) -> Indexed:
    """Return the indexed values of an article's stored fields; empty if they are damaged."""
    try:
        fields = json.loads(text or b"")
    except ValueError:
        fields = {}
    if not isinstance(fields, dict):
        fields = {}
    fields.pop(FLAGS, None)
    return indexed(fields)
