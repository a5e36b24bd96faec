"""A tree of front-matter fields to an Article and back: names, types, defaults.

Reads both the fields of a file (strings, unchecked) and those of `to_fields` (typed, valid). An
invalid value stays in `Article.extra` under its own name, with a flag, so that an export writes it
back. Text has been cleaned.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import PurePosixPath
from typing import cast

from reader.article import (
    EPOCH,
    LAST_INSTANT,
    NO_CATEGORY,
    UNKNOWN_LANG,
    Ai,
    Article,
    Cover,
    Sentiment,
    Source,
)
from reader.formats.archive.fields import Fields, listed, native, shown
from reader.formats.dates.instants import format_instant
from reader.formats.flags import Flag, Sentence
from reader.text import clean, clean_line, is_visible, one_line

MAX_TAGS = 64
"""Maximum tags of one article; each costs the cache a set of ids."""

FLAGS = "\0flags"
"""Key that no file can have: `clean` removes NUL."""

FIELDS = frozenset(
    (
        "title",
        "description",
        "publishedAt",
        "updatedAt",
        "lang",
        "externalId",
        "source",
        "category",
        "tags",
        "stickyWeight",
        "sentiment",
        "sentimentEstimated",
        "score",
        "canonicalUrl",
        "draft",
        "coverImage",
        "ai",
        "feed",
        "formerTitles",
    )
)
"""The names of the archive's outermost fields."""

_SHORT_TAG = 64
"""Characters of a tag that is worth caching."""

MAPPINGS = frozenset(("source", "coverImage", "ai"))
"""Those of them that have fields of their own."""

_SENTIMENTS = {word.value: word for word in Sentiment}
_RATED = frozenset(Sentiment) - {Sentiment.UNRATED}
_LANG = re.compile(r"[a-z]{2,3}")
# `a.uk.md`, and the 17th article of `news.uk.jsonl.gz`, which is `news.uk.jsonl.gz:17`.
_LANG_OF_FILE = re.compile(r"\.([a-z]{2})\.[a-z]+(?:\.gz)?(?::[0-9]+)?$")
_TOP_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)
_PROSE = re.compile(r"^ {0,3}(?![#>|`~*+=-])(\S.*)$", re.MULTILINE)
_TITLE_LENGTH = 100
_FEED = re.compile(r"[0-9a-f]{20}")

MAX_FORMER_TITLES = 5
"""Maximum former titles that one article keeps."""


def article_of(
    fields: Mapping[str, object],
    body: str,
    origin: str,
    flags: list[str],
    modified: datetime | None = None,
) -> Article:
    """Return the article of one file. Never raises for the fields' values: it adds to `flags`.

    Values are strings from YAML, or JSON without NaN and infinity. modified: when the file was last
    changed, which replaces a missing date.
    """
    reader = Fields(fields, flags)
    published, updated = _instants(reader, modified)
    return Article(
        title=_title(reader, body, origin),
        description=reader.scalar("description").strip(),
        published=published,
        updated=updated,
        lang=_lang(reader, origin),
        external_id=reader.line("externalId"),
        source=_source(reader),
        category=_category(reader),
        tags=_tags(reader),
        sticky_weight=reader.integer("stickyWeight") or 0,
        sentiment=(sentiment := _sentiment(reader)),
        sentiment_is_estimated=reader.truth("sentimentEstimated") and sentiment in _RATED,
        score=reader.number("score"),
        url=reader.line("canonicalUrl"),
        draft=reader.truth("draft"),
        cover=_cover(reader),
        ai=_ai(reader),
        body=body,
        origin=origin,
        feed=_feed(reader),
        former_titles=_former_titles(reader),
        # Last: all known fields have been taken, and have added their flags.
        extra={name: native(value) for name, value in reader.rest.items()},
        flags=tuple(flags),
    )


def from_fields(fields: Mapping[str, object], body: str, origin: str) -> Article:
    """Return the article of `to_fields`: `from_fields(to_fields(a), a.body, a.origin) == a`."""
    known = dict(fields)
    flags = cast("list[str]", known.pop(FLAGS, []))
    return replace(article_of(known, body, origin, []), flags=tuple(flags))


def to_fields(article: Article) -> dict[str, object]:
    """Return all but body and origin, ready for JSON, in the archive's order.

    Flags are under a private key. Dates are strings such as `2025-11-16T18:49:34.000Z`. Absent
    values are left out.
    """
    fields = archive_fields(article)
    if article.flags:
        fields[FLAGS] = list(article.flags)
    return fields


def archive_fields(article: Article) -> dict[str, object]:
    """Return the fields as in a file of the archive: names and values of its front matter."""
    rated = article.sentiment is not Sentiment.UNRATED
    fields = _present(
        title=article.title,
        description=article.description,
        publishedAt=format_instant(article.published),
        updatedAt=format_instant(article.updated),
        lang=article.lang,
        externalId=article.external_id,
        source=_source_fields(article.source),
        category=article.category,
        tags=list(article.tags),
        stickyWeight=article.sticky_weight,
        sentiment=article.sentiment.value if rated else None,
        sentimentEstimated=(rated and article.sentiment_is_estimated) or None,
        score=article.score,
        canonicalUrl=article.url,
        draft=article.draft,
        coverImage=_cover_fields(article.cover),
        ai=_ai_fields(article.ai),
        feed=article.feed,
        formerTitles=list(article.former_titles) or None,
    )
    for name, value in article.extra.items():
        known = fields.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            value = known | value
        fields[name] = value
    return fields


def _source_fields(source: Source | None) -> dict[str, object] | None:
    if source is None:
        return None
    return _present(name=source.name, key=source.key, type=source.type, url=source.url)


def _cover_fields(cover: Cover | None) -> dict[str, object] | None:
    if cover is None:
        return None
    return {size: url for size, url in zip(Cover._fields, cover, strict=True) if url}


def _ai_fields(ai: Ai | None) -> dict[str, object] | None:
    if ai is None:
        return None
    return _present(
        rewritten=ai.rewritten or None,
        expandedAt=format_instant(ai.expanded_at) if ai.expanded_at else None,
        translatedFrom=ai.translated_from,
        version=ai.version,
    )


def _present(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _instants(reader: Fields, modified: datetime | None) -> tuple[datetime, datetime]:
    published, updated = reader.instant("publishedAt"), reader.instant("updatedAt")
    if modified is not None:
        modified = min(max(modified, EPOCH), LAST_INSTANT)
    if published is None and "publishedAt" not in reader.rest:
        dates = ((Flag.UPDATE_STANDS_IN, updated), (Flag.CHANGE_STANDS_IN, modified))
        stand_in = next((flag for flag, date in dates if date), Flag.EARLIEST_STANDS_IN)
        reader.flags.append(stand_in.of())
    published = published or updated or modified or EPOCH
    return published, updated or published


def _title(reader: Fields, body: str, origin: str) -> str:
    if is_visible(title := _tidied(reader.scalar("title"))):
        return title
    stand_ins = ((flag, clean_line(text)) for flag, text in _stand_ins(body, origin))
    flag, title = next(found for found in stand_ins if is_visible(found[1]))
    reader.flags.append(flag.of())
    return shortened(title)


def shortened(title: str) -> str:
    """Return a title from other text, at a length that a list can show."""
    return title if len(title) <= _TITLE_LENGTH else title[: _TITLE_LENGTH - 1].rstrip() + "…"


def _stand_ins(body: str, origin: str) -> Iterator[tuple[Sentence, str]]:
    """Yield replacements of a title, best first, and what they are; the last is never empty."""
    if heading := _TOP_HEADING.search(body):
        yield Flag.HEADING_STANDS_IN, heading[1].rstrip(" #")
    if prose := _PROSE.search(body):
        yield Flag.LINE_STANDS_IN, prose[1]
    yield Flag.FILE_STANDS_IN, clean(PurePosixPath(origin).name.partition(".")[0]).replace("-", " ")
    yield Flag.UNTITLED_STANDS_IN, "Untitled"


def _tidied(text: str) -> str:
    """Return it on one line. Double and no-break spaces are the publisher's and stay."""
    return clean_line(text) if "\n" in text or "\t" in text else text.strip()


def _lang(reader: Fields, origin: str) -> str:
    value = reader.rest.get("lang")
    text = reader.line("lang").lower()
    if text:
        lang = re.split("[-_]", text, maxsplit=1)[0]
        if _LANG.fullmatch(lang):
            if lang != text:
                reader.rest["lang"] = value  # keep the region for the export
            return lang
        reader.keep("lang", value, Flag.NOT_A_LANGUAGE, text=shown(text))
    of_file = _LANG_OF_FILE.search(origin)
    return of_file[1] if of_file else UNKNOWN_LANG


def _source(reader: Fields) -> Source | None:
    value = reader.rest.get("source")
    if isinstance(value, str):
        key = reader.line("source")
        if key.startswith(("http://", "https://")):
            return _source_of_address(key)
        return Source(key=key, name=key) if key else None
    inner = reader.mapping("source")
    if inner is None:
        return None
    name = inner.line("name")
    key = inner.line("key") or name
    if not key:
        reader.keep("source", value, Flag.NOT_A_SOURCE)
        return None
    source = Source(key=key, name=name, type=inner.line("type"), url=inner.line("url"))
    reader.close("source", inner)
    return source


def _source_of_address(address: str) -> Source:
    """Return the source of a page that a web clipper noted."""
    from reader.formats.archive.source_keys import source_key

    host = address.partition("//")[2].partition("/")[0].rpartition("@")[2]
    return Source(key=source_key(address), name=host.removeprefix("www."), url=address)


def _cover(reader: Fields) -> Cover | None:
    if isinstance(reader.rest.get("coverImage"), str):
        url = reader.line("coverImage")
        return Cover(raw=url) if url else None
    inner = reader.mapping("coverImage")
    if inner is None:
        return None
    cover = Cover(*[inner.line(size) for size in Cover._fields])
    reader.close("coverImage", inner)
    return cover


def _ai(reader: Fields) -> Ai | None:
    inner = reader.mapping("ai")
    if inner is None:
        return None
    ai = Ai(
        rewritten=inner.truth("rewritten"),
        expanded_at=inner.instant("expandedAt"),
        version=inner.integer("version"),
        translated_from=inner.line("translatedFrom"),
    )
    reader.close("ai", inner)
    return ai


def _sentiment(reader: Fields) -> Sentiment:
    value = reader.rest.get("sentiment")
    text = reader.line("sentiment")
    sentiment = _SENTIMENTS.get(text.upper())
    if sentiment is None and text:
        reader.keep("sentiment", value, Flag.UNKNOWN, text=shown(text))
    return sentiment or Sentiment.UNRATED


def _category(reader: Fields) -> str:
    """Return the first name of a list, which stays as it is."""
    value = reader.rest.get("category")
    name = reader.line("category")
    if not name and isinstance(value, list):
        name = next(iter(listed(value)), "")
    return _tag(name) or NO_CATEGORY


def _tags(reader: Fields) -> tuple[str, ...]:
    """Return the tags in upper case, in order, each once. A text is split at its commas."""
    value = reader.rest.get("tags")
    if isinstance(value, list):
        del reader.rest["tags"]
        items = [str(item) for item in value if isinstance(item, str | int | float)]
        if len(items) + value.count(None) < len(value):
            reader.keep("tags", value, Flag.HOLDS_NO_TEXT)
    else:
        items = [item.strip(" '\"") for item in reader.scalar("tags").strip(" []").split(",")]
    tags = tuple(dict.fromkeys(filter(None, map(_tag, items))))
    if len(tags) > MAX_TAGS:
        reader.keep("tags", value, Flag.TOO_MANY, number=MAX_TAGS, count=len(tags))
    return tags[:MAX_TAGS]


def _tag(text: str) -> str:
    """Return a tag in upper case, on one line."""
    return _short_tag(text) if len(text) <= _SHORT_TAG else _upper(one_line(text))


@lru_cache(4096)
def _short_tag(text: str) -> str:
    """Return a tag in upper case, on one line; cached, as tags recur."""
    return _upper(one_line(text))


def _feed(reader: Fields) -> str:
    """Return a feed that an export wrote: other programs use the name for something else."""
    value = reader.rest.get("feed")
    if not isinstance(value, str) or not _FEED.fullmatch(value):
        return ""
    return reader.line("feed")


def _former_titles(reader: Fields) -> tuple[str, ...]:
    value = reader.rest.get("formerTitles")
    if not isinstance(value, list) or not all(isinstance(title, str) for title in value):
        return ()
    del reader.rest["formerTitles"]
    titles = (_tidied(title) for title in value[:MAX_FORMER_TITLES])
    return tuple(dict.fromkeys(title for title in titles if title))


def _upper(text: str) -> str:
    upper = text.upper()
    if upper.isascii():
        return upper
    # An upper-case letter may decompose into a letter and a mark, or make mojibake.
    cleaned = one_line(clean(upper))
    return upper if cleaned == upper else _upper(cleaned)
