"""An article made ready for the tables, in any process, so that storing it is all that is left."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from reader.article import Article, Identity
from reader.cache.values.instants import milliseconds
from reader.formats import from_fields, to_fields
from reader.formats.archive.schema import MAX_TAGS
from reader.query.folding import is_kept

DIGEST_BYTES = 16

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Incoming(NamedTuple):
    """What the cache keeps of an article. Instants are milliseconds since 1970.

    `fields` is the front matter as JSON; `digest` is of fields and body. Both texts are UTF-8, as
    SQLite keeps them, so that nothing has to decode and encode them on the way.
    """

    identity: Identity
    source: str
    """The key, as queries and facets have it."""
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
    """The sentiment is."""
    origin: str
    fields: bytes
    body: bytes
    digest: bytes
    body_is_kept: bool = False
    """The full-text index takes the body as it stands. False: it has not been looked at."""

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
            is_kept(article.body),
        )


def digest_of(fields: bytes, body: bytes) -> bytes:
    """Of what is stored of an article, to notice damage and change."""
    digest = blake2b(fields, digest_size=DIGEST_BYTES)
    digest.update(body)
    return digest.digest()


class Indexed(NamedTuple):
    """What facets and full text have of the fields of an article, as `Incoming` gave it."""

    description: str
    tags: tuple[str, ...]
    estimated: bool


def indexed(fields: Mapping[str, Any]) -> Indexed:
    """Return what was indexed of an article. fields: as they are stored.

    What could not be read stands among them as it was given: tags that are mappings, or thousands.
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
