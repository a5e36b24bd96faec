"""Decide what to do with each incoming article, given the stored one.

`gathered` stores them.
"""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from reader.article import Identity
from reader.cache.answers import Outcome, Stamp
from reader.cache.facets.index import Truth
from reader.cache.marks.journal import Marks
from reader.cache.sameness.arrivals import Arrival, FeedPage
from reader.cache.sameness.law import Group, Verdict, judge
from reader.cache.sameness.revising import (
    arrived_ahead,
    former_titles_and,
    has_no_date,
    revised,
    with_body,
    with_fields,
    with_former_titles,
)
from reader.cache.sameness.tellings import link_of, related
from reader.cache.source_states import SourceState
from reader.cache.storing.gathered import Gathered
from reader.cache.values.incoming import Incoming
from reader.cache.values.stored import Coming, Stored

if TYPE_CHECKING:
    from reader.cache.engine import FeedMemory, Transaction


def decide(stored: Stored, digest: bytes, incoming: Incoming, run: int) -> tuple[Outcome, bool]:
    """Return the outcome of an incoming article, and whether to store it.

    The newest `updated` wins; of equal ones, the last that came. A changed file wins whatever its
    date says. If two versions come in one run, the older one is superseded, whichever came first.
    digest: of the stored article.
    """
    if incoming.digest == digest:
        return Outcome.UNCHANGED, False
    if incoming.origin == stored.origin and stored.run != run:
        return Outcome.UPDATED, True
    if incoming.updated < stored.updated:
        return Outcome.SUPERSEDED, False
    return (Outcome.SUPERSEDED if stored.run == run else Outcome.UPDATED), True


class Writer:
    """Stores articles within one transaction; `finish` writes them.

    `moved`: articles that had to make room, known after `finish`.
    """

    def __init__(self, to: "Transaction", marks: Marks, run: int, truth: Truth) -> None:
        """Write within a transaction. truth: recounts damaged facets."""
        self.moved = 0
        self._to = to
        self._marks = marks
        self._any_marks = not marks.is_empty()
        self._run = run
        self._gathered = Gathered(to, marks, run, truth)
        self._files: list[Stamp] = []
        self._memories: dict[str, FeedMemory] = {}
        self._unknown: set[str] = set()
        """External ids that no stored article has."""
        self._taken: set[int] = set()
        """Ids of articles without an entry that were matched to items of a page."""
        self._handed: list[tuple[Identity, Identity]] = []
        """Old and new identities of renamed articles, whose marks move."""
        self._inherited: list[tuple[Identity, Identity]] = []
        """Identities whose marks are copied to another article."""
        self._marked: dict[str, dict[str, list[Identity]]] = {}
        """Identities with marks, by external id and source."""
        self._twins: list[tuple[Identity, Identity]] = []
        """Identities with marks, and new articles that are the same in another language."""

    # An archive, and APIs with ids of their own.

    def look_up(self, articles: Iterable[Incoming]) -> None:
        """Look up articles of files together, which `put` otherwise does one by one."""
        every = [*articles]
        externals = {each.identity.external for each in every}
        self._unknown |= externals - self._to.externals(list(externals))
        self._gathered.look_around(each.published for each in every)

    def put(self, incoming: Incoming, *, before: bytes | None = None) -> Outcome:
        """Store an article of a file unless the stored one wins; return the outcome.

        before: digest of the different bytes that the file had at an earlier import. Raises NoRoom.
        """
        stored = self._found(incoming)
        if stored is None:
            if before is not None and (held := self._held_by_file(incoming, before)):
                self._come(with_former_titles(incoming, self._document(held)[0]), held, 0)
                self._handed.append((held.identity, incoming.identity))
                return Outcome.UPDATED
            return self._add(Coming(incoming, None))
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
        """Return the article that only this file held, under another identity."""
        if any(stamp.digest == before for stamp in self._files):
            return None  # the old bytes are in another file now
        held = self._to.article_before(incoming, before, self._run)
        return None if held is None or held.identity in self._gathered else held

    def _note_former_title(
        self, older: Incoming, stored: Stored, fields: dict[str, Any], body: bytes
    ) -> None:
        """Store the title of an older version that came later in the same import."""
        former = former_titles_and(fields, json.loads(older.fields))
        if former != fields.get("formerTitles", []):
            now = with_body(fields, body.decode(), stored.origin, stored.identity)
            noted = with_fields(now, fields | {"formerTitles": former})
            self._come(noted, stored, stored.entry, stored.came, stored.fetched)

    def put_new(self, incoming: Incoming) -> Outcome:
        """Store an article unless it is stored already."""
        if self._found(incoming) is not None:
            return Outcome.UNCHANGED
        return self._add(Coming(incoming, None))

    def _add(self, coming: Coming) -> Outcome:
        """Add a new article; one that has no marks gets those of its twins."""
        self._gathered.add(coming)
        new = coming.incoming.identity
        if self._any_marks and not new.is_of_feed:
            if new.external not in self._marked:  # once for all sources with that id
                self._marked[new.external] = self._marks.by_source(new.external)
            marked = self._marked[new.external].get(new.source, [])
            if new not in marked:
                self._twins += [(each, new) for each in marked]
        return Outcome.NEW

    def put_live(self, incoming: Incoming) -> Outcome:
        """Store an article of an API. The newest `updated` wins; of equal ones, the last that came.

        A date wins over a time of arrival. Raises NoRoom.
        """
        stored = self._found(incoming)
        if stored is None:
            if self._any_marks:
                told = self._to.told_formerly(incoming.identity)
                self._inherited += [(each, incoming.identity) for each in told]
            return self._add(Coming(incoming, None, came=incoming.digest))
        if stored.came == incoming.digest:
            return Outcome.UNCHANGED
        if incoming.updated < stored.updated and not has_no_date(self._document(stored)[0]):
            return Outcome.SUPERSEDED
        return self._revise(_of_feed(incoming, stored), stored, stored.entry, incoming.digest)

    def put_text(self, identity: Identity, text: str) -> bool:
        """Store the full text of an article; return whether the article still exists."""
        stored = self._to.found_as(identity)
        if stored is None:
            return False
        fields, _, digest = self._to.document(stored.id)
        if not digest:  # damaged: its source must send it again first
            return False
        new = with_body(fields, text, stored.origin, stored.identity)
        self._gathered.add(Coming(new, stored, stored.entry, stored.came, True))
        return True

    def _found(self, incoming: Incoming) -> Stored | None:
        if (gathered := self._gathered.stored(incoming.identity)) is not None:
            return gathered
        if incoming.identity.external in self._unknown and not incoming.identity.is_of_feed:
            return None
        stored = self._to.found_as(incoming.identity)
        if stored is None or stored.identity == incoming.identity:
            return stored
        stored = self._gathered.stored(stored.identity) or stored
        is_other = self._contradicts(incoming, stored)
        return None if is_other else stored

    def _contradicts(self, incoming: Incoming, stored: Stored) -> bool:
        """Return whether a stored feed article with the same former id has another link."""
        given = [json.loads(incoming.fields), self._document(stored)[0]]
        one, other = (link_of(str(fields.get("canonicalUrl") or "")) for fields in given)
        return one.contradicts(other)

    # Feeds.

    def put_item(self, page: FeedPage, group: Group, arrival: Arrival) -> Outcome:
        """Store an item of a feed's page. What the feed sends last wins. Raises NoRoom."""
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
            self._gathered.add(Coming(incoming, None, entry, arrival.came))
            self._hand_over_marks_alone(page, arrival, incoming.identity)
            return Outcome.NEW
        outcome = self._revise(incoming, before, entry, arrival.came, undated=arrival.undated)
        for each in known:
            if each.identity != incoming.identity:
                self._handed.append((each.identity, incoming.identity))
        return outcome

    def _memory_of(self, feed: str) -> "FeedMemory":
        if feed not in self._memories:
            self._memories[feed] = self._to.memory(feed, self._run)
        return self._memories[feed]

    def _before(
        self, page: FeedPage, group: Group, arrival: Arrival, verdict: Verdict
    ) -> list[Stored]:
        """Return the stored article of an item; there may be more if it has no entry yet."""
        if verdict.entry is not None:
            found = self._to.stored_entry(verdict.entry)
            return [found] if found else []
        older = (self._of_older(feed, page, group) for feed in page.older)
        first = next((each for each in older if each and each.id not in self._taken), None)
        every = [first] if first else self._to.formerly(page, arrival)
        known = [each for each in every if each.id not in self._taken]
        self._taken.update(each.id for each in known)
        self._gathered.replace(known[1:])
        return known

    def _of_older(self, feed: str, page: FeedPage, group: Group) -> Stored | None:
        """Return the item's article in a feed that was merged into this one, if they agree."""
        memory = self._memory_of(feed)
        entry = judge(group, page.page, memory, set()).entry
        if entry is None or (stored := self._to.stored_entry(entry)) is None:
            return None
        known = link_of(str(self._to.document(stored.id)[0].get("canonicalUrl") or ""))
        last = memory.tellings(entry)[-1:]
        if known.agrees(group.item.link) or any(related(group.item.telling, t) for t in last):
            return stored
        return None

    def _identified(self, names: Sequence[bytes], entry: int, arrival: Arrival) -> Incoming:
        """Return the article identified by its id, else its link, else its words."""
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
            holder = self._to.stored_as(named.identity)
            if named.identity not in self._gathered and (
                holder is None or holder.entry in (0, entry)
            ):
                return named
        return named

    def _hand_over_marks_alone(self, page: FeedPage, arrival: Arrival, identity: Identity) -> None:
        """Move marks of an article that is gone with a deleted cache to its new identity."""
        if not self._any_marks:
            return
        for feed in page.older:
            for external in arrival.former:
                self._handed.append((Identity(feed, external, ""), identity))
        for external in arrival.former:
            for old in self._marks.under(arrival.incoming.source, external):
                if self._to.stored_as(old) is None and old not in self._gathered:
                    self._handed.append((old, identity))

    # Files, APIs and feeds.

    def _revise(
        self,
        incoming: Incoming,
        before: Stored,
        entry: int,
        came: bytes,
        *,
        undated: bool = False,
    ) -> Outcome:
        """Replace a stored article with what its source sent now."""
        fields, body, digest = self._document(before)
        if not digest:  # damaged: replace all of it
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
        self._gathered.put_in_place(Coming(incoming, before, entry, came, fetched), before)

    def _document(self, stored: Stored) -> tuple[dict[str, Any], bytes, bytes]:
        if stored.id >= 0:
            return self._to.document(stored.id)
        new = self._gathered.incoming(stored)
        return json.loads(new.fields), new.body, new.digest

    def _digest(self, stored: Stored) -> bytes:
        if stored.id < 0:
            return self._gathered.incoming(stored).digest
        return self._to.digest(stored.id)

    def note_source(self, state: SourceState) -> None:
        """Remember how a live source is doing."""
        self._to.note_source(state)

    def note_file(self, stamp: Stamp) -> None:
        """Remember the file, so that the next import can tell that it has not changed."""
        self._files.append(stamp)

    def finish(self) -> None:
        """Write the collected articles. Call it last in the transaction."""
        if self._any_marks and (self._handed or self._inherited):
            self._marks.hand_over(self._handed + self._inherited)
        if self._twins:
            self._marks.hand_over(self._twins, with_positions=False)
        self._to.put_stamps(self._files)
        self.moved = self._gathered.write()

    def committed(self) -> None:
        """Delete the old rows of moved marks, after the transaction was committed."""
        if self._any_marks and self._handed:
            self._marks.forget(self._handed)


def _named(incoming: Incoming, external: str) -> Incoming:
    """Return a feed article with that external id; empty: with its link."""
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
    """Return whether only the identity has changed."""
    named = {"feed", "externalId"}
    one, other = (
        {name: value for name, value in each.items() if name not in named}
        for each in (json.loads(new.fields), fields)
    )
    return one == other and new.body == body


def _of_feed(incoming: Incoming, stored: Stored) -> Incoming:
    """Return an incoming file or API article under the identity of the stored feed article."""
    if incoming.identity == stored.identity:
        return incoming
    fields = json.loads(incoming.fields) | {"feed": stored.identity.source}
    return with_fields(incoming, fields)._replace(identity=stored.identity)
