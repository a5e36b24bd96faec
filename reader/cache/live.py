"""What the cache keeps of live sources: the state of each, and which stories came under which ids.

All functions work within the transaction that their caller holds open.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import NamedTuple

from reader.article import Identity
from reader.cache.incoming import Incoming, digest_of
from reader.formats import from_fields

SAME_STORY_MS = 20 * 3_600_000
"""Apart at most in publication are two of one title that are one story. In 1,500 real items all
that came again were within 14 hours; a daily column of one title comes after 24."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of a live source since it was last asked. Instants are seconds since 1970."""

    url: str
    """As subscribed: another address is another source."""
    permanent: str = ""
    """Where it has moved for good."""
    etag: str = ""
    last_modified: str = ""
    digest: bytes = b""
    """Of the bytes that came last."""
    pending: tuple[int, ...] = ()
    """Ends of the pages back that are still to be asked for, should an earlier sync have been
    cut short."""
    failures: int = 0
    """In a row."""
    next_try: int = 0
    last_ok: int = 0
    last_failed: int = 0
    last_status: str = ""
    """A word of `Status`: how asking it ended; empty where that was before it was noted."""
    last_error: str = ""
    """What was wrong when it was asked last, empty where nothing was."""


_COLUMNS = tuple(field.name for field in fields(SourceState))


def source_states(db: sqlite3.Connection) -> Iterator[SourceState]:
    for row in db.execute(f"SELECT {', '.join(_COLUMNS)} FROM sources"):
        values = dict(zip(_COLUMNS, row, strict=True))
        values["pending"] = tuple(json.loads(values["pending"]))
        yield SourceState(**values)


def note_source(db: sqlite3.Connection, state: SourceState) -> None:
    values = {name: getattr(state, name) for name in _COLUMNS}
    values["pending"] = json.dumps(state.pending)
    places = ", ".join(f":{name}" for name in _COLUMNS)
    db.execute(f"INSERT OR REPLACE INTO sources ({', '.join(_COLUMNS)}) VALUES ({places})", values)


class Stories:
    """Which ids of a source are one story: those that ever had one title at about one time.

    It is a function of what has come, not of the order in which it came.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def note(self, new: Incoming) -> list[str]:
        """Remember the version. The external ids of its story, the one published first in front."""
        source, external, lang = new.identity
        self._db.execute(
            "INSERT OR IGNORE INTO versions VALUES (?, ?, ?, ?, ?)",
            (source, lang, _title_key(new.title), new.published, external),
        )
        first: dict[str, int] = {}
        waiting = {external}
        while waiting:
            each = waiting.pop()
            versions = self._versions(new.identity._replace(external=each))
            first[each] = min(published for _, published in versions)
            for title, published in versions:
                waiting |= self._namesakes(source, lang, title, published) - first.keys()
        return sorted(first, key=lambda each: (first[each], each))

    def _versions(self, identity: Identity) -> list[tuple[bytes, int]]:
        return self._db.execute(
            "SELECT title, published FROM versions WHERE external = ? AND source = ? AND lang = ?",
            (identity.external, identity.source, identity.lang),
        ).fetchall()

    def _namesakes(self, source: str, lang: str, title: bytes, published: int) -> set[str]:
        found = self._db.execute(
            "SELECT external FROM versions WHERE source = ? AND lang = ? AND title = ? "
            "AND published BETWEEN ? AND ?",
            (source, lang, title, published - SAME_STORY_MS, published + SAME_STORY_MS),
        )
        return {external for (external,) in found}


class Version(NamedTuple):
    """An article as it is stored, read back to be compared with one that came."""

    id: int
    published: int
    incoming: Incoming


def version(db: sqlite3.Connection, identity: Identity) -> Version | None:
    """What is stored under the identity."""
    row = db.execute(
        "SELECT id, published, origin, fields, body FROM articles JOIN documents USING (id) "
        "WHERE external = ? AND lang = ? AND source = ?",
        (identity.external, identity.lang, identity.source),
    ).fetchone()
    if row is None:
        return None
    id, published, origin, fields, body = row
    article = from_fields(json.loads(fields), body, origin)
    return Version(id, published, Incoming.of(article)._replace(identity=identity))


def renamed(incoming: Incoming, external: str) -> Incoming:
    """The same text under another external id."""
    if incoming.identity.external == external:
        return incoming
    named = json.loads(incoming.fields) | {"externalId": external}
    fields = json.dumps(named, ensure_ascii=False, separators=(",", ":")).encode()
    return incoming._replace(
        identity=incoming.identity._replace(external=external),
        fields=fields,
        digest=digest_of(fields, incoming.body),
    )


def rank(incoming: Incoming) -> tuple[int, int, bytes]:
    """The larger of two versions of a story stays: the later, else the longer text.

    What a feed corrects without a new date is longer more often than not. Bytes break a tie, so
    that the order of arrival never matters; the external id has no part in them.
    """
    fields = json.loads(incoming.fields)
    fields.pop("externalId", None)
    text = json.dumps(fields, sort_keys=True).encode()
    return incoming.updated, len(incoming.body), digest_of(text, incoming.body)


def _title_key(title: str) -> bytes:
    return blake2b(title.casefold().encode(), digest_size=8).digest()
