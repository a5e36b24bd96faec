"""Collect the articles of a transaction, and store them with everything that depends on them.

That is: their ids, articles that make room, facets and the full-text index. `writing` decides
about each incoming article.
"""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap

from reader.article import Identity
from reader.cache.facets.changes import FacetChanges
from reader.cache.facets.index import ALL, DRAFT, ESTIMATED, PINNED, Truth
from reader.cache.ids import batches
from reader.cache.marks.journal import Marks
from reader.cache.storing.placing import places
from reader.cache.storing.room import Room
from reader.cache.values.incoming import Incoming, digest_of, indexed
from reader.cache.values.stored import Stored, identity_of
from reader.cache.values.told import facets_of
from reader.query.folding import folded

if TYPE_CHECKING:
    from reader.cache.engine import Transaction
    from reader.cache.values.facet_rows import Facet
from reader.cache.values.stored import Coming, Text

MOVED_AT_ONCE = 200
"""Articles that are read together when they make room or are replaced."""


class Gathered:
    """Articles collected in one transaction, by identity; `write` stores them."""

    def __init__(self, to: "Transaction", marks: Marks, run: int, truth: Truth) -> None:
        """Collect nothing yet. truth: recounts damaged facets from the articles."""
        self._to = to
        self._marks = marks
        self._any_marks = not marks.is_empty()
        self._run = run
        self._truth = truth
        self._room = Room(to)
        self._coming: dict[Identity, Coming] = {}
        self._replaced: list[Stored] = []
        """Stored articles that another one replaces."""
        self._changes = FacetChanges()
        self._facets: dict[tuple[str, str], Facet] = {}
        """Facets by field and name as written."""
        self._shared: dict[tuple[str, ...], tuple[Facet, ...]] = {}
        """Facets of every article of a source, language, category and sentiment."""
        self._labels: dict[Facet, str] = {}
        self._texts: dict[int, Text] = {}
        """Texts by id that are still to be indexed."""
        self._forgotten: dict[int, Text] = {}
        """Texts by id, as they are indexed, whose words are still to be removed."""
        self._touched: set[int] = set()
        """Ids of articles that were stored, deleted or moved."""

    def __contains__(self, identity: Identity) -> bool:
        return identity in self._coming

    def look_around(self, published: Iterable[int]) -> None:
        """Count what is stored about several instants together, before articles are added."""
        self._room.look(published)

    def add(self, coming: Coming) -> None:
        """Add an article, to be stored by `write`. Raises NoRoom, and has it not then."""
        before, published = coming.before, coming.incoming.published
        if before is None or before.published != published:
            self._room.take(published)
        self._coming[coming.incoming.identity] = coming

    def put_in_place(self, coming: Coming, before: Stored) -> None:
        """Add an article that replaces a stored or collected one. Raises NoRoom, without change."""
        gathered = self._coming.get(before.identity)
        coming.before = gathered.before if gathered else before
        self.add(coming)
        if gathered and before.identity != coming.incoming.identity:
            del self._coming[before.identity]

    def replace(self, stored: Sequence[Stored]) -> None:
        """Delete stored articles that are the same as another one."""
        self._replaced += stored

    def stored(self, identity: Identity) -> Stored | None:
        """Return a collected article as if it were stored; None if there is none."""
        coming = self._coming.get(identity)
        return coming.as_stored(self._run) if coming else None

    def incoming(self, stored: Stored) -> Incoming:
        """Return the collected article that `stored` returned."""
        return self._coming[stored.identity].incoming

    def write(self) -> int:
        """Store everything; return how many articles had to make room. Call it last."""
        placed, moved = self._place()
        texts = [(id, *self._texts[id]) for id in sorted(self._texts)]
        with self._to.indexing(texts) as index:
            self._insert(placed)
            if self._changes:
                self._changes.write(self._to, self._labels, self._truth)
                self._to.count_texts(BitMap(self._touched))
            # Last, as FTS5 does work at every later statement.
            if self._forget_words():
                index()
            else:
                self._to.mend_index()
        self._texts.clear()
        return moved

    def _place(self) -> tuple[dict[int, Coming], int]:
        """Make room; return new articles by id, and how many stored ones have moved for them.

        Articles whose date is as before are stored already.
        """
        kept: dict[int, Coming] = {}
        placed: list[Coming] = []
        replaced = [each.before.id for each in self._coming.values() if each.before is not None]
        self._delete([*replaced, *(stored.id for stored in self._replaced)])
        for coming in self._coming.values():
            before = coming.before
            if before is not None and before.published == coming.incoming.published:
                kept[before.id] = coming
            else:
                placed.append(coming)
        placed.sort(key=lambda coming: coming.incoming.published)
        self._gather_texts(kept)
        self._insert(kept)  # so that nothing else takes their places
        found = places(self._to, [coming.incoming.published for coming in placed])
        for some in batches(found.moves[::-1], MOVED_AT_ONCE):
            self._move(some)
        new = dict(zip(found.ids, placed, strict=True))
        self._gather_texts(new)
        self._coming.clear()
        return new, len(found.moves)

    def _gather_texts(self, placed: dict[int, Coming]) -> None:
        for id, coming in placed.items():
            new = coming.incoming
            if new.is_plain:
                self._texts[id] = (new.title, new.description, new.body)
            else:
                texts = (new.title, new.description, new.body.decode())
                self._texts[id] = (folded(texts[0]), folded(texts[1]), folded(texts[2]))

    def _insert(self, placed: dict[int, Coming]) -> None:
        """Store the articles in the order of ids: appending to a table is fastest."""
        ids = sorted(placed)
        self._touched.update(ids)
        self._to.insert(self._run, [(id, placed[id]) for id in ids])
        for id in ids:
            new = placed[id].incoming
            facets = self._facets_of(new.source, new.lang, new.category, new.sentiment, new.tags)
            facets += self._states_of(new.identity, new.pinned, new.draft, new.estimated)
            facets += facets_of(placed[id].told)
            self._changes.set(id, facets, True)

    def _delete(self, ids: Sequence[int]) -> None:
        for some in batches(ids, MOVED_AT_ONCE):
            rows = self._rows(some)
            for id in some:
                self._forget_facets_and_text(id, rows.get(id))
                self._to.delete(id)

    def _move(self, moves: Sequence[tuple[int, int]]) -> None:
        rows = self._rows([id for id, _ in moves])
        for id, to in moves:
            text, facets = self._forget_facets_and_text(id, rows.get(id))
            self._to.move(id, to)
            self._touched.add(to)
            self._texts[to] = text
            self._changes.set(to, facets, True)

    def _rows(self, ids: Sequence[int]) -> dict[int, Sequence[Any]]:
        return {id: row for id, *row in self._to.indexed(ids)}

    def _forget_facets_and_text(
        self, id: int, row: Sequence[Any] | None
    ) -> "tuple[Text, Sequence[Facet]]":
        self._touched.add(id)
        text, facets = self._text_and_facets(*row) if row else (("", "", ""), None)
        if facets is None:
            facets = self._to.facets_with(id)
        self._changes.set(id, facets, False)
        if self._texts.pop(id, None) is None:
            self._forgotten[id] = text
        return text, facets

    def _forget_words(self) -> bool:
        """Remove former words from the index; return False if it is damaged."""
        # In order, as FTS5 writes a segment whenever a rowid is smaller than the one before.
        return all(self._to.forget_words(id, text) for id, text in sorted(self._forgotten.items()))

    def _text_and_facets(
        self, title: bytes, fields: bytes, body: bytes, digest: bytes, *kinds: Any
    ) -> "tuple[Text, Sequence[Facet] | None]":
        """Return the stored text and facets of an article; None for unreadable facets."""
        description, facets = "", None
        is_whole = isinstance(fields, bytes) and isinstance(body, bytes)
        if is_whole and digest_of(fields, body) == digest:
            source, external, lang, feed, category, sentiment, pinned, draft, told = kinds
            known = indexed(json.loads(fields))
            description = known.description
            identity = identity_of(source, external, lang, feed)
            facets = self._facets_of(source, lang, category, sentiment, known.tags)
            facets += self._states_of(identity, pinned, draft, known.estimated)
            facets += facets_of(told)
        return (folded(_decoded(title)), folded(description), folded(_decoded(body))), facets

    def _facets_of(
        self, source: str, lang: str, category: str, sentiment: str, tags: Sequence[str]
    ) -> "list[Facet]":
        kinds = (source, lang, category, sentiment)
        shared = self._shared.get(kinds)
        if shared is None:
            shared = self._shared[kinds] = (
                ALL,
                self._facet("category", category),
                self._facet("sentiment", sentiment),
                self._facet("group", f"{category}\t{sentiment}"),
                self._facet("source", source),
                self._facet("lang", lang),
            )
        known = self._facets
        return [*shared, *[known.get(("tag", tag)) or self._facet("tag", tag) for tag in tags]]

    def _facet(self, field: str, name: str) -> "Facet":
        facet = self._facets.get((field, name))
        if facet is None:
            facet = self._facets[field, name] = (field, name.casefold())
            self._labels[facet] = name
        return facet

    def _states_of(
        self, identity: Identity, pinned: bool, draft: bool, estimated: bool
    ) -> "list[Facet]":
        if not (self._any_marks or pinned or draft or estimated):
            return []
        marks = self._marks.of(identity) if self._any_marks else ()
        states = ((PINNED, pinned), (DRAFT, draft), (ESTIMATED, estimated))
        return [*(mark.facet for mark in marks), *(facet for facet, holds in states if holds)]


def _decoded(text: bytes | None) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else ""
