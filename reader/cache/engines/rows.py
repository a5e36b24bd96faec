"""What every engine makes of the rows that it reads: values, and decisions about them."""

import json
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from reader.cache.sameness.arrivals import Arrival
from reader.cache.sameness.tellings import (
    NEARLY,
    REPUBLISHED_WITHIN_MS,
    Telling,
    likeness,
    link_of,
    one_adds_numbers,
    related,
    retold,
    telling_of,
)
from reader.cache.values.incoming import Incoming, digest_of
from reader.cache.values.stored import Stored, identity_of

_CUT_BODY = 60_000
_LATEST = 2**62

Contents = tuple[dict[str, Any], bytes, bytes]
"""Fields, body and digest of an article; all of them empty if it is damaged."""

DAMAGED: Contents = {}, b"", b""


def stored_of(row: Sequence[Any]) -> Stored:
    """Return the stored article of a row.

    id, source, external, lang, feed, published, updated, run, origin as UTF-8, entry, came,
    fetched, story, told, arrived.
    """
    id, source, external, lang, feed, published, updated, run, origin, entry, came = row[:11]
    fetched, story, told, arrived = row[11:]
    identity = identity_of(source, external, lang, feed)
    origin = bytes(origin).decode(errors="replace")
    rest = (origin, entry, came, bool(fetched), lang, story, told, arrived)
    return Stored(id, identity, published, updated, run, *rest)


def contents_of(row: Sequence[Any] | None) -> Contents:
    """Return the contents of an article. row: fields and body as UTF-8, digest."""
    if row is None:
        return DAMAGED
    fields, body, digest = row
    try:
        if digest_of(fields, body) == digest:
            return json.loads(fields), body, digest
    except TypeError:  # not even of that type
        pass
    return DAMAGED


# Feeds.


def telling_of_row(row: Sequence[Any]) -> Telling:
    """Return a version of an item: title, text, length, published, and three packed sets."""
    title, text, length, published, words, title_words, numbers = row
    sets = (unpacked(words), unpacked(title_words), unpacked(numbers))
    return Telling(title, text, length, published, *sets)


def values_of(entry: int, feed: str, telling: Telling) -> tuple[Any, ...]:
    """Return a version of an entry as a row: entry and feed, then as `telling_of_row` reads it.

    The published instant comes before the length.
    """
    sets = (packed(telling.words), packed(telling.title_words), packed(telling.numbers))
    return entry, feed, telling.title, telling.text, telling.published, telling.length, *sets


def sought(feed: str, telling: Telling) -> dict[str, object]:
    """Return the values of a question for versions that may be nearly the same as one.

    They have its text or its title, and were published between `first` and `last` or without a
    date; those up to `moment` are asked for apart from later ones.
    """
    moment = telling.published if telling.published is not None else _LATEST
    first = moment - REPUBLISHED_WITHIN_MS if telling.published is not None else -_LATEST
    return {
        "feed": feed,
        "title": telling.title or None,
        "text": telling.text,
        "first": first,
        "moment": moment,
        "last": moment + REPUBLISHED_WITHIN_MS,
    }


def nearly_same(telling: Telling, rows: Iterable[Sequence[Any]]) -> list[int]:
    """Return the entries with a version that is nearly the same. rows: entry, then a version."""
    found: dict[int, bool] = {}
    for entry, *row in rows:
        if not one_adds_numbers(telling.numbers, unpacked(row[-1])):
            continue  # the most common and cheapest check
        found[entry] = found.get(entry, False) or retold(telling, telling_of_row(row))
    return [entry for entry, is_near in found.items() if is_near]


def packed(hashes: Iterable[int]) -> bytes:
    """Return hashes of 32 bits as bytes."""
    return array("I", sorted(hashes)).tobytes()


def unpacked(packed: bytes) -> frozenset[int]:
    """Return the hashes that `packed` was given."""
    return frozenset(array("I", packed))


def is_live(stored: Stored, incoming: Incoming) -> bool:
    """Return whether the article came from a feed rather than from a file."""
    return bool(stored.entry) or stored.origin == incoming.source


def is_same_item(stored: Stored, contents: Contents, arrival: Arrival) -> bool:
    """Return whether an article without an entry is this item: by its link or its words."""
    fields, body, _ = contents
    link = link_of(str(fields.get("canonicalUrl") or ""))
    if arrival.item.link.agrees(link):
        return True
    telling = telling_of(
        str(fields.get("title", "")), body[:_CUT_BODY].decode(errors="ignore"), stored.published
    )
    if retold(arrival.item.telling, telling):
        return True
    if stored.identity.external not in arrival.former:
        return False
    return not arrival.item.link.contradicts(link) or related(arrival.item.telling, telling)


# Files.


def is_one_note(before: Stored, contents: Contents, now: Incoming) -> bool:
    """Return whether a file still holds the same article: nearly the same text."""
    fields, body, _ = contents
    then = _note(str(fields.get("title", "")), body, before.published)
    new = _note(now.title, now.body, now.published)
    if not new.length or not then.length:
        return new.length == then.length and new.title == then.title
    return new.text == then.text or likeness(then.words, new.words) >= NEARLY


def _note(title: str, body: bytes, published: int) -> Telling:
    return telling_of(title, body.decode(errors="replace"), published)
