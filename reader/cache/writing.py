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
from reader.cache.damage import is_damage, rows_of
from reader.cache.facets import (
    ALL,
    DRAFT,
    ESTIMATED,
    FAVOURITE,
    PINNED,
    READ,
    Facet,
    FacetChanges,
    Truth,
)
from reader.cache.incoming import Incoming, digest_of, indexed
from reader.cache.live import (
    Arrival,
    FeedMemory,
    FeedPage,
    SourceState,
    Stored,
    document,
    formerly,
    found_as,
    identity_of,
    note_source,
    stored_as,
    stored_entry,
    told_formerly,
)
from reader.cache.marks import Marks
from reader.cache.origins import article_before
from reader.cache.placing import places
from reader.cache.revising import (
    arrived_ahead,
    former_titles_and,
    has_no_date,
    revised,
    with_body,
    with_fields,
    with_former_titles,
)
from reader.cache.sameness import Group, Verdict, judge, link_of, related
from reader.folding import folded

Text = tuple[str, str, str | bytes]
"""Title, description, body, as the full-text index has them; the body may be UTF-8."""

_INSERT = (
    "INSERT INTO articles (id, source, external, lang, published, updated, category, sentiment, "
    "pinned, draft, flagged, origin, run, title, feed, entry, came, fetched) "
    f"VALUES ({', '.join('?' * 18)})"
)
_INDEX = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, CAST(? AS TEXT))"
_FORGET = (
    "INSERT INTO fulltext (fulltext, rowid, title, description, body) VALUES ('delete', ?, ?, ?, ?)"
)


_STORED_TEXT = (
    "SELECT CAST(title AS BLOB), CAST(fields AS BLOB), CAST(body AS BLOB), digest, "
    "source, external, lang, feed, category, sentiment, pinned, draft "
    "FROM articles LEFT JOIN documents USING (id) WHERE articles.id IN "
)


@dataclass(slots=True)
class _Coming:
    """An article that `finish` stores. `before`: what it takes the place of."""

    incoming: Incoming
    before: Stored | None
    entry: int = 0
    came: bytes = b""
    fetched: bool = False

    def as_stored(self, run: int) -> Stored:
        """As if it were stored already."""
        new = self.incoming
        return Stored(
            *(-1, new.identity, new.published, new.updated, run, new.origin),
            *(self.entry, self.came, self.fetched, new.lang),
        )


def decide(stored: Stored, digest: bytes, incoming: Incoming, run: int) -> tuple[Outcome, bool]:
    """What an incoming article is beside the stored one, and whether it is to be stored.

    The newest `updated` wins; of equal ones, what came last. A file that was itself changed is
    believed whatever its date says. Where two versions come in one run, the older counts as
    superseded, whichever came first. digest: of what is stored.
    """
    if incoming.digest == digest:
        return Outcome.UNCHANGED, False
    if incoming.origin == stored.origin and stored.run != run:
        return Outcome.UPDATED, True
    if incoming.updated < stored.updated:
        return Outcome.SUPERSEDED, False
    return (Outcome.SUPERSEDED if stored.run == run else Outcome.UPDATED), True


class Writer:
    """Puts articles within one transaction; `finish` writes what has gathered.

    `moved`: articles that had to make room, known after `finish`.
    """

    def __init__(self, db: sqlite3.Connection, marks: Marks, run: int, truth: Truth) -> None:
        """truth: counts facets anew where those of the file are damaged."""
        self.moved = 0
        self._truth = truth
        self._index_anew = False
        """The full-text index is damaged."""
        self._db = db
        self._marks = marks
        self._any_marks = not marks.is_empty()
        self._run = run
        self._changes = FacetChanges()
        self._facets: dict[tuple[str, str], Facet] = {}
        """By field and name as it was met."""
        self._labels: dict[Facet, str] = {}
        self._files: list[tuple[bytes, int, int, bytes]] = []
        self._coming: dict[Identity, _Coming] = {}
        self._memories: dict[str, FeedMemory] = {}
        self._taken: set[int] = set()
        """Ids of articles without an entry in the feed that items of a page are."""
        self._replaced: list[Stored] = []
        """Articles that turned out to be another one."""
        self._handed: list[tuple[Identity, Identity]] = []
        """Identities whose marks go on under another."""
        self._inherited: list[tuple[Identity, Identity]] = []
        """Identities whose marks another article has, too."""
        self._texts: dict[int, Text] = {}
        """Of the articles that are still to be put into the full-text index, by id."""

    # An archive, and APIs with ids of their own.

    def put(self, incoming: Incoming, *, before: bytes | None = None) -> Outcome:
        """Store an article of a file, unless what is stored is as good; what became of it.

        before: the digest of the bytes that the file had at an earlier import, if they were others.
        """
        stored = self._found(incoming)
        if stored is None:
            if before is not None and (held := self._held_by_file(incoming, before)):
                self._handed.append((held.identity, incoming.identity))
                self._come(with_former_titles(incoming, self._document(held)[0]), held, 0)
                return Outcome.UPDATED
            self._coming[incoming.identity] = _Coming(incoming, None)
            return Outcome.NEW
        incoming = _of_feed(incoming, stored)
        if incoming.digest == self._digest(stored):
            return Outcome.UNCHANGED
        fields, body, digest = self._document(stored)
        incoming = with_former_titles(incoming, fields)
        outcome, keep = decide(stored, digest, incoming, self._run)
        if keep:
            self._come(incoming, stored, stored.entry)
        elif outcome is Outcome.SUPERSEDED and stored.run == self._run:
            self._note_former_title(incoming, stored, fields, body)
        return outcome

    def _held_by_file(self, incoming: Incoming, before: bytes) -> Stored | None:
        """Return the article that the file alone held, under another identity."""
        if any(digest == before for *_, digest in self._files):
            return None  # another file has these bytes now
        held = article_before(self._db, incoming, before, self._run)
        return None if held is None or held.identity in self._coming else held

    def _note_former_title(
        self, older: Incoming, stored: Stored, fields: dict[str, Any], body: bytes
    ) -> None:
        """Of two versions in one import the older may come last: what it was called is noted."""
        former = former_titles_and(fields, json.loads(older.fields))
        if former != fields.get("formerTitles", []):
            now = with_body(fields, body.decode(), stored.origin, stored.identity)
            noted = with_fields(now, fields | {"formerTitles": former})
            self._come(noted, stored, stored.entry, stored.came, stored.fetched)

    def put_new(self, incoming: Incoming) -> Outcome:
        """Store an article that is not there; what is there stays."""
        if self._found(incoming) is not None:
            return Outcome.UNCHANGED
        self._coming[incoming.identity] = _Coming(incoming, None)
        return Outcome.NEW

    def put_live(self, incoming: Incoming) -> Outcome:
        """Store what an API gave. The newest `updated` wins; of equal ones, what came last.

        A date wins over a time of arrival.
        """
        stored = self._found(incoming)
        if stored is None:
            self._coming[incoming.identity] = _Coming(incoming, None, came=incoming.digest)
            if self._any_marks:
                told = told_formerly(self._db, incoming.identity)
                self._inherited += [(each, incoming.identity) for each in told]
            return Outcome.NEW
        if stored.came == incoming.digest:
            return Outcome.UNCHANGED
        if incoming.updated < stored.updated and not has_no_date(self._document(stored)[0]):
            return Outcome.SUPERSEDED
        return self._revise(_of_feed(incoming, stored), stored, stored.entry, incoming.digest)

    def put_text(self, identity: Identity, text: str) -> bool:
        """Keep the text of an article's original; whether the article is there."""
        stored = found_as(self._db, identity)
        if stored is None:
            return False
        fields, _, digest = document(self._db, stored.id)
        if not digest:  # damaged: what else it had is to come from its source first
            return False
        new = with_body(fields, text, stored.origin, stored.identity)
        self._coming[new.identity] = _Coming(new, stored, stored.entry, stored.came, True)
        return True

    def _found(self, incoming: Incoming) -> Stored | None:
        coming = self._coming.get(incoming.identity)
        if coming is not None:
            return coming.as_stored(self._run)
        stored = found_as(self._db, incoming.identity)
        if stored is None or stored.identity == incoming.identity:
            return stored
        if (coming := self._coming.get(stored.identity)) is not None:
            stored = coming.as_stored(self._run)
        is_other = self._contradicts(incoming, stored)
        return None if is_other else stored

    def _contradicts(self, incoming: Incoming, stored: Stored) -> bool:
        """Whether an article of a feed that went by the same id has another link."""
        given = [json.loads(incoming.fields), self._document(stored)[0]]
        one, other = (link_of(str(fields.get("canonicalUrl") or "")) for fields in given)
        return one.contradicts(other)

    # Feeds.

    def put_item(self, page: FeedPage, group: Group, arrival: Arrival) -> Outcome:
        """Store an item of a feed's page. What the feed sends last is what holds."""
        memory = self._memory_of(page.feed)
        verdict = judge(group, page.page, memory, page.claimed)
        if verdict.shared:
            memory.share(verdict.shared)
        known = self._before(page, group, arrival, verdict)
        before = known[0] if known else None
        names = [name for name in group.names if not memory.is_shared(name)]
        entry = verdict.entry or memory.begin(arrival.item, names)
        page.claimed.add(entry)
        if (
            before
            and (before.entry, before.came) == (entry, arrival.came)
            and not arrived_ahead(arrival.incoming, before, undated=arrival.undated)
        ):
            return Outcome.UNCHANGED
        memory.note(entry, arrival.item, names)
        if verdict.entry is None:
            memory.tell(entry, group.tellings, again=True)
        else:
            memory.go_on(entry, arrival.item, names)
            memory.prune(entry)
            memory.tell(entry, group.tellings[:1], again=verdict.is_republished)
        incoming = self._identified(names, entry, arrival)
        if before is None:
            self._coming[incoming.identity] = _Coming(incoming, None, entry, arrival.came)
            self._hand_over_marks_alone(page, arrival, incoming.identity)
            return Outcome.NEW
        for each in known:
            if each.identity != incoming.identity:
                self._handed.append((each.identity, incoming.identity))
        return self._revise(incoming, before, entry, arrival.came, undated=arrival.undated)

    def _memory_of(self, feed: str) -> FeedMemory:
        if feed not in self._memories:
            self._memories[feed] = FeedMemory(self._db, feed, self._run)
        return self._memories[feed]

    def _before(
        self, page: FeedPage, group: Group, arrival: Arrival, verdict: Verdict
    ) -> list[Stored]:
        """The stored article of an item; of one from before it had an entry, there may be more."""
        if verdict.entry is not None:
            found = stored_entry(self._db, verdict.entry)
            return [found] if found else []
        older = (self._of_older(feed, page, group) for feed in page.older)
        first = next((each for each in older if each and each.id not in self._taken), None)
        every = [first] if first else formerly(self._db, page, arrival)
        known = [each for each in every if each.id not in self._taken]
        self._taken.update(each.id for each in known)
        self._replaced += known[1:]
        return known

    def _of_older(self, feed: str, page: FeedPage, group: Group) -> Stored | None:
        """The article that the item was in a feed that has moved here since, if it agrees."""
        memory = self._memory_of(feed)
        entry = judge(group, page.page, memory, set()).entry
        if entry is None or (stored := stored_entry(self._db, entry)) is None:
            return None
        known = link_of(str(document(self._db, stored.id)[0].get("canonicalUrl") or ""))
        last = memory.tellings(entry)[-1:]
        if known.agrees(group.item.link) or any(related(group.item.telling, t) for t in last):
            return stored
        return None

    def _identified(self, names: Sequence[bytes], entry: int, arrival: Arrival) -> Incoming:
        """The article under what distinguishes it: its id, else its link, else its words."""
        incoming, item = arrival.incoming, arrival.item
        hashed = f"hash:{item.words_name.hex()}"
        external = incoming.identity.external
        if item.id and item.id in names:
            choices = [external, hashed]
        elif item.link.whole in names:
            choices = ["", hashed]
        else:
            choices = [hashed]
        for choice in (*choices, f"entry:{entry}"):
            named = incoming if choice == arrival.external else _named(incoming, choice)
            holder = stored_as(self._db, named.identity)
            if named.identity not in self._coming and (
                holder is None or holder.entry in (0, entry)
            ):
                return named
        return named

    def _hand_over_marks_alone(self, page: FeedPage, arrival: Arrival, identity: Identity) -> None:
        """Marks may be all that is left of an article, when its cache was deleted."""
        if not self._any_marks:
            return
        for feed in page.older:
            for external in arrival.former:
                self._handed.append((Identity(feed, external, ""), identity))
        for external in arrival.former:
            for old in self._marks.under(arrival.incoming.source, external):
                if stored_as(self._db, old) is None and old not in self._coming:
                    self._handed.append((old, identity))

    # Both.

    def _revise(
        self,
        incoming: Incoming,
        before: Stored,
        entry: int,
        came: bytes,
        *,
        undated: bool = False,
    ) -> Outcome:
        """Put what a source sent in the place of what it sent before."""
        fields, body, digest = self._document(before)
        if not digest:  # damaged: nothing of it is kept
            fields = json.loads(incoming.fields)
        new, fetched = revised(incoming, before, fields, body, undated=undated)
        self._come(new, before, entry, came, fetched)
        if new.digest == digest or (before.entry != entry and _is_same(new, fields, body)):
            return Outcome.UNCHANGED
        return Outcome.UPDATED

    def _come(
        self,
        incoming: Incoming,
        before: Stored,
        entry: int,
        came: bytes = b"",
        fetched: bool = False,
    ) -> None:
        coming = self._coming.pop(before.identity, None)
        stored = coming.before if coming else before
        self._coming[incoming.identity] = _Coming(incoming, stored, entry, came, fetched)

    def _document(self, stored: Stored) -> tuple[dict[str, Any], bytes, bytes]:
        if stored.id >= 0:
            return document(self._db, stored.id)
        new = self._coming[stored.identity].incoming
        return json.loads(new.fields), new.body, new.digest

    def _digest(self, stored: Stored) -> bytes:
        if stored.id < 0:
            return self._coming[stored.identity].incoming.digest
        find = "SELECT digest FROM documents WHERE id = ?"
        row = self._db.execute(find, (stored.id,)).fetchone()
        return row[0] if row else b""

    def note_source(self, state: SourceState) -> None:
        """Remember how a live source is doing."""
        note_source(self._db, state)

    def note_file(self, stamp: Stamp) -> None:
        """Remember the file, so that the next import can tell that it has not changed."""
        self._files.append((os.fsencode(stamp.where), stamp.size, stamp.mtime_ns, stamp.digest))

    def finish(self) -> None:
        """Write what has gathered: nothing else of the transaction may come after it."""
        if self._any_marks and (self._handed or self._inherited):
            self._marks.hand_over(self._handed + self._inherited)
        self._store_articles()
        self._db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", self._files)
        if self._changes:
            self._changes.write(self._db, self._labels, self._truth)
            self._db.execute("UPDATE meta SET value = value + 1 WHERE name = 'texts'")
        # Last: FTS5 has something to do at every statement that comes after it. And in order: it
        # writes a segment whenever a rowid is smaller than the one before.
        if self._index_anew:
            from reader.cache.rebuilding import mend_index

            mend_index(self._db)
        else:
            texts = ((id, *self._texts[id]) for id in sorted(self._texts))
            self._db.executemany(_INDEX, texts)
        self._texts.clear()

    def committed(self) -> None:
        """Forget the old names of marks that were handed over, once the transaction has ended."""
        if self._any_marks and self._handed:
            self._marks.forget(self._handed)

    def _store_articles(self) -> None:
        """In the order of ids: a table that is only appended to is written faster."""
        kept: dict[int, _Coming] = {}
        placed: list[_Coming] = []
        for coming in self._coming.values():
            before = coming.before
            if before is not None:
                self._delete(before.id)
            if before is not None and before.published == coming.incoming.published:
                kept[before.id] = coming
            else:
                placed.append(coming)
        for stored in self._replaced:
            self._delete(stored.id)
        placed.sort(key=lambda coming: coming.incoming.published)
        self._insert(kept)  # so that nothing else takes their places
        found = places(self._db, [coming.incoming.published for coming in placed])
        self.moved = len(found.moves)
        for id, to in reversed(found.moves):
            self._move(id, to)
        self._insert(dict(zip(found.ids, placed, strict=True)))
        self._coming.clear()

    def _insert(self, placed: dict[int, _Coming]) -> None:
        ids = sorted(placed)
        self._db.executemany(_INSERT, (self._row(id, placed[id]) for id in ids))
        self._db.executemany(
            "INSERT INTO documents VALUES (?, ?, CAST(? AS TEXT), CAST(? AS TEXT))",
            (
                (id, new.digest, new.fields, new.body)
                for id in ids
                for new in (placed[id].incoming,)
            ),
        )
        for id in ids:
            new = placed[id].incoming
            body = new.body if new.body_is_kept else folded(new.body.decode())
            self._texts[id] = (folded(new.title), folded(new.description), body)
            kinds = (new.source, new.lang, new.category, new.sentiment)
            facets = [*self._facets_of(*kinds, new.tags)]
            facets += self._states_of(new.identity, new.pinned, new.draft, new.estimated)
            self._changes.set(id, facets, True)

    def _row(self, id: int, coming: _Coming) -> tuple[object, ...]:
        new = coming.incoming
        feed = new.identity.source if new.identity.is_of_feed else ""
        return (
            *(id, new.source, new.identity.external, new.lang, new.published, new.updated),
            *(new.category, new.sentiment, new.pinned, new.draft, new.flagged, new.origin),
            *(self._run, new.title, feed, coming.entry, coming.came, coming.fetched),
        )

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
        row = next(rows_of(self._db, _STORED_TEXT, [id], lambda _: None), None)
        text, facets = self._text_and_facets(*row) if row else (("", "", ""), None)
        if facets is None:
            from reader.cache.facet_tables import facets_with

            facets = facets_with(self._db, id)
        self._changes.set(id, facets, False)
        if self._texts.pop(id, None) is None:
            self._forget_words(id, text)
        return text, facets

    def _forget_words(self, id: int, text: Text) -> None:
        """Tell an external-content index the old words, which it cannot know, to forget them."""
        try:
            self._db.execute(_FORGET, (id, *text))
        except sqlite3.DatabaseError as error:  # words that it never had, or it is damaged itself
            if not is_damage(error):
                raise
            self._index_anew = True

    def _text_and_facets(
        self, title: bytes, fields: bytes, body: bytes, digest: bytes, *kinds: Any
    ) -> tuple[Text, Sequence[Facet] | None]:
        """Of what is stored of an article; None for the facets that a damaged one does not tell."""
        description, facets = "", None
        is_whole = isinstance(fields, bytes) and isinstance(body, bytes)
        if is_whole and digest_of(fields, body) == digest:
            source, external, lang, feed, category, sentiment, pinned, draft = kinds
            known = indexed(json.loads(fields))
            description = known.description
            identity = identity_of(source, external, lang, feed)
            facets = [*self._facets_of(source, lang, category, sentiment, known.tags)]
            facets += self._states_of(identity, pinned, draft, known.estimated)
        return (folded(_decoded(title)), folded(description), folded(_decoded(body))), facets

    def _facets_of(
        self, source: str, lang: str, category: str, sentiment: str, tags: Sequence[str]
    ) -> Iterator[Facet]:
        yield ALL
        yield self._facet("category", category)
        yield self._facet("sentiment", sentiment)
        yield self._facet("group", f"{category}\t{sentiment}")
        yield self._facet("source", source)
        yield self._facet("lang", lang)
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


def _decoded(text: bytes | None) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else ""


def _named(incoming: Incoming, external: str) -> Incoming:
    """The same article of a feed under that external id; empty: under its link."""
    fields = json.loads(incoming.fields)
    if fields.get("externalId", "") == external:
        return incoming
    if external:
        fields["externalId"] = external
    else:
        fields.pop("externalId", None)
        external = str(fields.get("canonicalUrl") or "")
    return with_fields(incoming, fields)._replace(
        identity=incoming.identity._replace(external=external)
    )


def _is_same(new: Incoming, fields: dict[str, Any], body: bytes) -> bool:
    """Whether nothing but its identity is new."""
    named = {"feed", "externalId"}
    one, other = (
        {name: value for name, value in each.items() if name not in named}
        for each in (json.loads(new.fields), fields)
    )
    return one == other and new.body == body


def _of_feed(incoming: Incoming, stored: Stored) -> Incoming:
    """What an archive or an API has of an article of a feed goes on as that article."""
    if incoming.identity == stored.identity:
        return incoming
    fields = json.loads(incoming.fields) | {"feed": stored.identity.source}
    return with_fields(incoming, fields)._replace(identity=stored.identity)
