"""Revise a stored article that its source sends again: a correction, with its history.

Pure: from the stored and the incoming article to the one to store.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reader.article import Identity
from reader.cache.sameness.tellings import NO_TITLE, likeness_within, same_words
from reader.cache.values.incoming import Incoming, digest_of
from reader.cache.values.instants import from_milliseconds
from reader.cache.values.stored import Stored
from reader.formats import format_instant, from_fields
from reader.formats.archive.schema import FLAGS, MAX_FORMER_TITLES
from reader.formats.page import UNDATED, is_possible

CLOCK_MS = 24 * 3600 * 1000
"""Milliseconds by which the clock may be set back without counting as formerly wrong."""

MUCH_LONGER = 2
"""Factor on the length of a summary: a longer text with its words was fetched."""


def revised(
    incoming: Incoming, before: Stored, fields: Mapping[str, Any], body: bytes, *, undated: bool
) -> tuple[Incoming, bool]:
    """Return the article to store, and whether its body was fetched from the original.

    fields, body: as stored. The incoming article wins, with three exceptions: an undated item keeps
    the time of its first arrival, a fetched text stays until the source dates its own later, and
    replaced titles are kept.
    """
    new = json.loads(incoming.fields)
    if was_ahead := _was_ahead(incoming, before, fields):
        new[FLAGS] = list(dict.fromkeys((*fields[FLAGS], *new.get(FLAGS, ()))))
        incoming = incoming._replace(flagged=True)
    if (undated or was_ahead) and not arrived_ahead(incoming, before, undated=undated):
        moment = format_instant(from_milliseconds(before.published))
        new |= {"publishedAt": moment, "updatedAt": moment}
        incoming = incoming._replace(published=before.published, updated=before.published)
    _note_former_titles(fields, new)
    fetched = _is_fetched(before, body, incoming) and incoming.updated <= before.updated
    fetched = fetched and len(body) > len(incoming.body)
    if fetched:
        incoming = incoming._replace(body=body, is_plain=False)
    return with_fields(incoming, new), fetched


def arrived_ahead(incoming: Incoming, before: Stored, *, undated: bool) -> bool:
    """Return whether an undated item first came when the clock was ahead, so needs a new time."""
    return undated and before.published > incoming.published + CLOCK_MS


def _was_ahead(incoming: Incoming, before: Stored, fields: Mapping[str, Any]) -> bool:
    """Return whether the date was in the future when the item first came, as an undated one.

    Such a date stays invalid after that day.
    """
    arrival, published = map(from_milliseconds, (before.published, incoming.published))
    return has_no_date(fields) and not is_possible(published, arrival)


def has_no_date(fields: Mapping[str, Any]) -> bool:
    """Return whether the time of arrival replaces the missing date of a stored article."""
    return UNDATED in (fields.get(FLAGS) or ())


def with_former_titles(incoming: Incoming, before: Mapping[str, Any]) -> Incoming:
    """Return the article with the titles that it had before. before: the fields as stored."""
    new = json.loads(incoming.fields)
    known = new.get("formerTitles")
    _note_former_titles(before, new)
    return incoming if new.get("formerTitles") == known else with_fields(incoming, new)


def _note_former_titles(before: Mapping[str, Any], new: dict[str, Any]) -> None:
    if former := former_titles(before, new):
        new["formerTitles"] = former
    else:
        new.pop("formerTitles", None)


def former_titles(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the titles that the present one has replaced, the last first, each once.

    Only if words changed; stand-ins for a title do not count. An export names some itself.
    """
    title, last = str(now.get("title", "")), str(before.get("title", ""))
    known = [str(each) for each in before.get("formerTitles") or ()]
    if not _stands_in(before):
        known.insert(0, last)
    known += [str(each) for each in now.get("formerTitles") or ()]
    kept: list[str] = []
    for each in known:
        if not any(same_words(each, other) for other in (title, *kept)):
            kept.append(each)
    return kept[:MAX_FORMER_TITLES]


def former_titles_and(now: Mapping[str, Any], older: Mapping[str, Any]) -> list[str]:
    """Return the former titles with that of an older version that came after the stored one."""
    title = [] if _stands_in(older) else [str(older.get("title", ""))]
    return former_titles(now, {**now, "formerTitles": [*(now.get("formerTitles") or ()), *title]})


def _stands_in(fields: Mapping[str, Any]) -> bool:
    return any(str(flag).startswith(NO_TITLE) for flag in fields.get(FLAGS) or ())


def _is_fetched(before: Stored, body: bytes, incoming: Incoming) -> bool:
    """Return whether a text was fetched: noted, else much longer than the summary that it holds."""
    if before.came or before.entry:
        return before.fetched
    if len(body) < MUCH_LONGER * len(incoming.body):
        return False
    return likeness_within(incoming.body.decode(), body.decode(errors="replace"))


def with_fields(incoming: Incoming, fields: Mapping[str, Any]) -> Incoming:
    """Return the article with those fields, and its digest."""
    written = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    return incoming._replace(fields=written, digest=digest_of(written, incoming.body))


def with_body(fields: Mapping[str, Any], body: str, origin: str, identity: Identity) -> Incoming:
    """Return a stored article with another text."""
    article = replace(from_fields(fields, "", origin), body=body)
    return Incoming.of(article)._replace(identity=identity)
