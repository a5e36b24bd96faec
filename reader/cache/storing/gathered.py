"""Articles that a transaction has gathered, and everything that follows when they are stored.

Their ids, the articles that make room, facets and the full-text index. What becomes of each
article that comes in belongs to `writing`.
"""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reader.article import Identity
from reader.cache.facets.changes import FacetChanges
from reader.cache.facets.index import ALL, DRAFT, ESTIMATED, FAVOURITE, PINNED, READ, Truth
from reader.cache.marks.journal import Marks
from reader.cache.storing.placing import places
from reader.cache.values.incoming import Incoming, digest_of, indexed
from reader.cache.values.stored import Stored, identity_of
from reader.query.folding import folded

if TYPE_CHECKING:
    from reader.cache.engine import Transaction
    from reader.cache.values.facet_rows import Facet
from reader.cache.values.stored import Coming, Text


class Gathered:
    """The articles of one transaction, by identity; `write` stores them."""

    def __init__(self, to: "Transaction", marks: Marks, run: int, truth: Truth) -> None:
        """truth: counts facets anew from the articles if those of the engine are damaged."""
        self._to = to
        self._marks = marks
        self._any_marks = not marks.is_empty()
        self._run = run
        self._truth = truth
        self._coming: dict[Identity, Coming] = {}
        self._replaced: list[Stored] = []
        """Articles that turned out to be another one."""
        self._changes = FacetChanges()
        self._facets: dict[tuple[str, str], Facet] = {}
        """By field and name as it was met."""
        self._labels: dict[Facet, str] = {}
        self._texts: dict[int, Text] = {}
        """Of the articles that are still to be put into the full-text index, by id."""
        self._index_anew = False
        """The full-text index is damaged."""

    def __contains__(self, identity: Identity) -> bool:
        return identity in self._coming

    def add(self, coming: Coming) -> None:
        """Store an article when all have been gathered."""
        self._coming[coming.incoming.identity] = coming

    def put_in_place(self, coming: Coming, before: Stored) -> None:
        """Store an article in the place of one that is stored, or that was gathered."""
        gathered = self._coming.pop(before.identity, None)
        coming.before = gathered.before if gathered else before
        self.add(coming)

    def replace(self, stored: Sequence[Stored]) -> None:
        """Delete articles that turned out to be another one."""
        self._replaced += stored

    def stored(self, identity: Identity) -> Stored | None:
        """Return a gathered article as if it were stored; None if there is none."""
        coming = self._coming.get(identity)
        return coming.as_stored(self._run) if coming else None

    def incoming(self, stored: Stored) -> Incoming:
        """Return the gathered article that `stored` returned."""
        return self._coming[stored.identity].incoming

    def write(self) -> int:
        """Store them; return how many articles had to make room. Nothing may be stored after it."""
        moved = self._store_articles()
        if self._changes:
            self._changes.write(self._to, self._labels, self._truth)
            self._to.count_up("texts")
        # Last: FTS5 has something to do at every statement that comes after it. And in order: it
        # writes a segment whenever a rowid is smaller than the one before.
        if self._index_anew:
            self._to.mend_index()
        else:
            self._to.index((id, *self._texts[id]) for id in sorted(self._texts))
        self._texts.clear()
        return moved

    def _store_articles(self) -> int:
        """Store them in the order of ids: a table that is only appended to is written faster."""
        kept: dict[int, Coming] = {}
        placed: list[Coming] = []
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
        found = places(self._to, [coming.incoming.published for coming in placed])
        for id, to in reversed(found.moves):
            self._move(id, to)
        self._insert(dict(zip(found.ids, placed, strict=True)))
        self._coming.clear()
        return len(found.moves)

    def _insert(self, placed: dict[int, Coming]) -> None:
        ids = sorted(placed)
        self._to.insert(self._run, [(id, placed[id]) for id in ids])
        for id in ids:
            new = placed[id].incoming
            body = new.body if new.body_is_kept else folded(new.body.decode())
            self._texts[id] = (folded(new.title), folded(new.description), body)
            kinds = (new.source, new.lang, new.category, new.sentiment)
            facets = [*self._facets_of(*kinds, new.tags)]
            facets += self._states_of(new.identity, new.pinned, new.draft, new.estimated)
            self._changes.set(id, facets, True)

    def _delete(self, id: int) -> None:
        self._forget_facets_and_text(id)
        self._to.delete(id)

    def _move(self, id: int, to: int) -> None:
        text, facets = self._forget_facets_and_text(id)
        self._to.move(id, to)
        self._texts[to] = text
        self._changes.set(to, facets, True)

    def _forget_facets_and_text(self, id: int) -> "tuple[Text, Sequence[Facet]]":
        row = self._to.indexed(id)
        text, facets = self._text_and_facets(*row) if row else (("", "", ""), None)
        if facets is None:
            facets = self._to.facets_with(id)
        self._changes.set(id, facets, False)
        if self._texts.pop(id, None) is None and not self._to.forget_words(id, text):
            self._index_anew = True
        return text, facets

    def _text_and_facets(
        self, title: bytes, fields: bytes, body: bytes, digest: bytes, *kinds: Any
    ) -> "tuple[Text, Sequence[Facet] | None]":
        """Return what is stored of an article; None for facets that a damaged one does not tell."""
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
    ) -> "Iterator[Facet]":
        yield ALL
        yield self._facet("category", category)
        yield self._facet("sentiment", sentiment)
        yield self._facet("group", f"{category}\t{sentiment}")
        yield self._facet("source", source)
        yield self._facet("lang", lang)
        for tag in tags:
            yield self._facet("tag", tag)

    def _facet(self, field: str, name: str) -> "Facet":
        facet = self._facets.get((field, name))
        if facet is None:
            facet = self._facets[field, name] = (field, name.casefold())
            self._labels[facet] = name
        return facet

    def _states_of(
        self, identity: Identity, pinned: bool, draft: bool, estimated: bool
    ) -> "list[Facet]":
        read, favourite = self._marks.of(identity) if self._any_marks else (False, False)
        states = (
            *((READ, read), (FAVOURITE, favourite)),
            *((PINNED, pinned), (DRAFT, draft), (ESTIMATED, estimated)),
        )
        return [facet for facet, holds in states if holds]


def _decoded(text: bytes | None) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else ""
