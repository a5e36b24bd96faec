"""Articles into the cache: what becomes of each, its id, and everything that follows from it.

All functions work within the transaction that their caller holds open.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reader.article import Identity
from reader.cache.answers import Outcome, Stamp
from reader.cache.evaluation import slot
from reader.cache.facets import ALL, DRAFT, ESTIMATED, FAVOURITE, PINNED, READ, Facet, FacetChanges
from reader.cache.incoming import Incoming
from reader.cache.live import SourceState, Stories, Version, note_source, rank, renamed, version
from reader.cache.marks import Marks
from reader.folding import folded

Text = tuple[str, str, str | bytes]
"""Title, description, body, as the full-text index has them; the body may be UTF-8."""

Document = tuple[bytes, bytes, bytes]
"""Digest, fields, body."""

_PLACE = """
WITH place (id) AS (SELECT max(?, 1 + coalesce((
    SELECT id FROM articles WHERE published <= ? ORDER BY published DESC, id DESC LIMIT 1
), -1)))
SELECT id, EXISTS (SELECT 1 FROM articles WHERE articles.id = place.id) FROM place
"""
"""The first id that is no earlier than the article and after all before it; whether it is taken."""

_INDEX = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, CAST(? AS TEXT))"
_FORGET = (
    "INSERT INTO fulltext (fulltext, rowid, title, description, body) VALUES ('delete', ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What tells the stored version of an article from an incoming one."""

    id: int
    published: int
    run: int
    updated: int
    digest: bytes
    origin: str


def decide(stored: Stored | None, incoming: Incoming, run: int) -> tuple[Outcome, bool]:
    """What an incoming article is, and whether it is to be stored.

    The newest `updated` wins, so that the order of arrival does not matter; the larger digest
    breaks a tie. A file that was itself changed is believed whatever its date says. Where two
    versions come in one run, the older counts as superseded, whichever came first.
    """
    if stored is None:
        return Outcome.NEW, True
    if incoming.digest == stored.digest:
        return Outcome.UNCHANGED, False
    if incoming.origin == stored.origin and stored.run != run:
        return Outcome.UPDATED, True
    if (incoming.updated, incoming.digest) < (stored.updated, stored.digest):
        return Outcome.SUPERSEDED, False
    return (Outcome.SUPERSEDED if stored.run == run else Outcome.UPDATED), True


class Writer:
    """Puts articles within one transaction; `finish` writes what has gathered."""

    def __init__(self, db: sqlite3.Connection, marks: Marks, run: int) -> None:
        self._db = db
        self._marks = marks
        self._any_marks = not marks.is_empty()
        self._run = run
        self._changes = FacetChanges()
        self._facets: dict[tuple[str, str], Facet] = {}
        """By field and name as it was met."""
        self._labels: dict[Facet, str] = {}
        self._files: list[tuple[bytes, int, int, bytes]] = []
        self._stories = Stories(db)
        self._documents: dict[int, Document] = {}
        """That are still to be stored, by the ids of their articles."""
        self._texts: dict[int, Text] = {}
        """Of the articles that are still to be put into the full-text index, by id."""

    def put(self, incoming: Incoming) -> Outcome:
        """Store it, unless what is stored is as good; what became of it."""
        stored = self._stored(incoming.identity)
        outcome, keep = decide(stored, incoming, self._run)
        if keep:
            self._insert(self._make_place(stored, incoming.published), incoming)
        return outcome

    def put_live(self, incoming: Incoming) -> Outcome:
        """Store what a live source gave, which may be a story that is there under another id.

        The id that was published first stays, and the latest text. What comes of any number of
        these in any order is the same.
        """
        names = self._stories.note(incoming)
        incoming = renamed(incoming, names[0])
        stored = self._stored(incoming.identity)
        if len(names) == 1 and stored and stored.digest == incoming.digest:
            return Outcome.UNCHANGED
        self._store_documents()
        known = [
            found
            for name in names
            if (found := version(self._db, incoming.identity._replace(external=name)))
        ]
        return self._keep_best(incoming, known)

    def _keep_best(self, incoming: Incoming, known: list[Version]) -> Outcome:
        """One article of the version that came and of those that are stored."""
        identity = incoming.identity
        others = [each for each in known if each.incoming.identity != identity]
        versions = [renamed(each.incoming, identity.external) for each in known]
        best = max((*versions, incoming), key=rank)
        if not others and versions and versions[0].digest == best.digest:
            same = versions[0].digest == incoming.digest
            return Outcome.UNCHANGED if same else Outcome.SUPERSEDED
        for other in others:
            self._delete(other.id)
            self._marks.hand_over(other.incoming.identity, identity)
            self._any_marks = not self._marks.is_empty()
        self._insert(self._make_place(self._stored(identity), best.published), best)
        return Outcome.UPDATED if known else Outcome.NEW

    def note_source(self, state: SourceState) -> None:
        """Remember how a live source is doing."""
        note_source(self._db, state)

    def note_file(self, stamp: Stamp) -> None:
        """Remember the file, so that the next import can tell that it has not changed."""
        self._files.append((os.fsencode(stamp.where), stamp.size, stamp.mtime_ns, stamp.digest))

    def finish(self) -> None:
        """Write what has gathered: nothing else of the transaction may come after it."""
        self._store_documents()
        self._db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", self._files)
        if self._changes:
            self._changes.write(self._db, self._labels)
            self._db.execute("UPDATE meta SET value = value + 1 WHERE name = 'texts'")
        # Last: FTS5 has something to do at every statement that comes after it. And in order: it
        # writes a segment whenever a rowid is smaller than the one before.
        self._db.executemany(_INDEX, ((id, *self._texts[id]) for id in sorted(self._texts)))
        self._texts.clear()

    def _store_documents(self) -> None:
        """All at once and in order: a table that is only appended to is written faster."""
        rows = ((id, *self._documents[id]) for id in sorted(self._documents))
        insert = "INSERT INTO documents VALUES (?, ?, CAST(? AS TEXT), CAST(? AS TEXT))"
        self._db.executemany(insert, rows)
        self._documents.clear()

    def _stored(self, identity: Identity) -> Stored | None:
        row = self._db.execute(
            "SELECT id, published, run, updated, origin FROM articles "
            "WHERE external = ? AND lang = ? AND source = ?",
            (identity.external, identity.lang, identity.source),
        ).fetchone()
        if row is None:
            return None
        id, published, run, updated, origin = row
        return Stored(id, published, run, updated, self._digest(id), origin)

    def _digest(self, id: int) -> bytes:
        if id in self._documents:
            return self._documents[id][0]
        find = "SELECT digest FROM documents WHERE id = ?"
        digest: bytes = self._db.execute(find, (id,)).fetchone()[0]
        return digest

    def _make_place(self, stored: Stored | None, published: int) -> int:
        """The id for an article of that instant; what was stored of it before is gone."""
        if stored is not None:
            self._delete(stored.id)
            if stored.published == published:
                return stored.id
        wanted: int
        wanted, taken = self._db.execute(_PLACE, (slot(published), published)).fetchone()
        if taken:
            for id in reversed(self._occupied_from(wanted)):
                self._move(id, id + 1)
        return wanted

    def _occupied_from(self, wanted: int) -> list[int]:
        """Ids from there on without a gap. They are of later articles, which must stay later."""
        run: list[int] = []
        later = "SELECT id FROM articles WHERE id >= ? ORDER BY id"
        for (id,) in self._db.execute(later, (wanted,)):
            if id != wanted + len(run):
                break
            run.append(id)
        return run

    def _insert(self, id: int, new: Incoming) -> None:
        source, external, lang = new.identity
        states = (new.pinned, new.draft, new.flagged)
        self._db.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(id, source, external, lang, new.published, new.updated),
                *(new.category, new.sentiment, *states, new.origin, self._run, new.title),
            ),
        )
        self._documents[id] = (new.digest, new.fields, new.body)
        body = new.body if new.body_is_kept else folded(new.body.decode())
        self._texts[id] = (folded(new.title), folded(new.description), body)
        facets = [*self._facets_of(new.identity, new.category, new.sentiment, new.tags)]
        facets += self._states_of(new.identity, new.pinned, new.draft, new.estimated)
        self._changes.set(id, facets, True)

    def _delete(self, id: int) -> None:
        self._forget_facets_and_text(id)
        self._db.execute("DELETE FROM articles WHERE id = ?", (id,))
        self._db.execute("DELETE FROM documents WHERE id = ?", (id,))

    def _move(self, id: int, to: int) -> None:
        text, facets = self._forget_facets_and_text(id)
        self._db.execute("UPDATE articles SET id = ? WHERE id = ?", (to, id))
        self._db.execute("UPDATE documents SET id = ? WHERE id = ?", (to, id))
        self._texts[to] = text
        self._changes.set(to, facets, True)

    def _forget_facets_and_text(self, id: int) -> tuple[Text, Sequence[Facet]]:
        self._store_documents()
        row = self._db.execute(
            "SELECT source, external, lang, category, sentiment, pinned, draft, "
            "title, fields, body "
            "FROM articles JOIN documents USING (id) WHERE id = ?",
            (id,),
        ).fetchone()
        source, external, lang, category, sentiment, pinned, draft, title, text, body = row
        identity = Identity(source, external, lang)
        fields: dict[str, Any] = json.loads(text)
        description = fields.get("description", "")
        facets = list(self._facets_of(identity, category, sentiment, fields.get("tags", ())))
        facets += self._states_of(identity, pinned, draft, bool(fields.get("sentimentEstimated")))
        self._changes.set(id, facets, False)
        text = (folded(title), folded(description), folded(body))
        if self._texts.pop(id, None) is None:
            # An external-content index has to be told the old words to forget them.
            self._db.execute(_FORGET, (id, *text))
        return text, facets

    def _facets_of(
        self, identity: Identity, category: str, sentiment: str, tags: Sequence[str]
    ) -> Iterator[Facet]:
        yield ALL
        yield self._facet("category", category)
        yield self._facet("sentiment", sentiment)
        yield self._facet("group", f"{category}\t{sentiment}")
        yield self._facet("source", identity.source)
        yield self._facet("lang", identity.lang)
        for tag in tags:
            yield self._facet("tag", tag)

    def _facet(self, field: str, name: str) -> Facet:
        facet = self._facets.get((field, name))
        if facet is None:
            facet = self._facets[field, name] = (field, name.casefold())
            self._labels[facet] = name
        return facet

    def _states_of(
        self, identity: Identity, pinned: bool, draft: bool, estimated: bool
    ) -> list[Facet]:
        read, favourite = self._marks.of(identity) if self._any_marks else (False, False)
        states = (
            *((READ, read), (FAVOURITE, favourite)),
            *((PINNED, pinned), (DRAFT, draft), (ESTIMATED, estimated)),
        )
        return [facet for facet, holds in states if holds]
