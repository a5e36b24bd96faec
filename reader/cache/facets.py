"""Facets: for every category, tag, source, language and state, the set of its article ids.

`Facets` reads them and keeps what it has read; `FacetChanges` collects what a transaction does
to them and writes it. Both work in chunks of time, as `schema` lays them down: a facet is what
`wholes` has of it, with the chunks that were written since in the place of what they were.

Each row has a checksum of what is in it. Where one is wrong, facets are counted anew from the
articles (`Truth`), which takes longer and gives the same.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from pyroaring import BitMap

from reader.cache.checksums import bitmap_sum, row_sum
from reader.cache.damage import ChecksumWrong, Malformed, is_damage, number
from reader.cache.ids import NONE, Meet
from reader.cache.schema import CHUNK_BITS, FACETS, snapshot

ALL = ("all", "")
READ = ("state", "read")
FAVOURITE = ("state", "favourite")
DRAFT = ("state", "draft")
PINNED = ("state", "pinned")
ESTIMATED = ("state", "estimated")

SIZES_AT_ONCE = 64

SETS_KEPT = 2
"""Of which it is remembered what they share with facets."""

DENSE_FROM = 20_000
"""Ids of a set from which on making it dense takes less than it saves."""

NEWER = 8
"""Chunks of a facet that may be newer than its whole; at one more it is written anew."""

AT_ONCE = 500
"""Facets or chunks that one statement names at most."""

T = TypeVar("T")

Facet = tuple[str, str]
"""(field, folded value). Fields: all, category, sentiment, group (both, with a tab between), tag,
source, lang, state."""


class Counted(NamedTuple):
    """Every facet, counted anew from the articles, and the names to show."""

    ids: Mapping[Facet, BitMap]
    labels: Mapping[Facet, str]


Truth = Callable[[sqlite3.Connection], Counted]
"""Counts every facet anew, as of the state that the connection shows."""

FACET = "SELECT key, field, value, label, size, newer, crc FROM facets WHERE "
WHOLE = (
    "SELECT key, field, value, label, size, newer, facets.crc, ids, wholes.crc "
    "FROM facets LEFT JOIN wholes USING (key) WHERE "
)
WRONG_ROW = "a facet is not as it was written"
ANY = "SELECT 1 FROM articles LIMIT 1"


def _no_truth(_db: sqlite3.Connection) -> Counted:
    raise Malformed("facets are damaged")


class News(NamedTuple):
    """What has changed of the facets that were loaded, between two versions of the cache."""

    since: int
    version: int
    texts: int
    known: Collection[int]
    """Keys of the facets that were loaded."""
    replaced: dict[int, BitMap]


class _Counts:
    """How many ids a set shares with facets."""

    __slots__ = ("ids", "known", "part", "whole")

    def __init__(
        self, ids: BitMap, whole: "_Counts | None" = None, part: "_Counts | None" = None
    ) -> None:
        """whole, part: of the sets that it is the difference of, where it is of any."""
        self.ids = ids
        self.whole = whole
        self.part = part
        self.known: dict[int, tuple[BitMap, int]] = {}
        """By the Python ids of the facets, which are held with it."""


class Facets:
    """What the facets hold as of the last `refresh`. The bitmaps given out are never changed.

    One thread at a time may ask; any may look for `news` beside it.

    Only what was asked for is read, names included: an archive has thousands of tags, and the
    first screen shows nine. With a language, only its ids: half the memory where half of an
    archive is read, and what is asked of sets within that language has the same answer.
    """

    def __init__(
        self,
        lang: str = "",
        truth: Truth = _no_truth,
        given: Mapping[Facet, BitMap] | None = None,
    ) -> None:
        """lang: the folded language to which the ids are cut; empty: to none.

        truth: counts facets anew where they are damaged. given: facets that are known better than
        the file has them.
        """
        self._truth = truth
        self._given = {} if given is None else given
        self.is_counted_anew = False
        """What is loaded is not from the facets of the file, which are damaged."""
        self.language: Facet | None = ("lang", lang) if lang else None
        """To which the ids are cut."""
        self.version = -1
        self.texts = -1
        """Of the cache, as of the last `refresh`: the one grows with every change, the other with
        those of articles and not of marks."""
        self._keys: dict[Facet, int] = {}
        self._labels: dict[Facet, str] = {}
        self._values: dict[str, list[str]] = {}
        """The values of a field, where all of them are known."""
        self._visible = NONE
        self._visible_of = NONE, NONE
        """All and the drafts, of which that was made."""
        self._parts: dict[tuple[int, int], tuple[BitMap, BitMap, BitMap]] = {}
        """What two facets share, by the Python ids of both, which are held with it."""
        self._dense = NONE, NONE
        """A set, and what `dense` makes of it."""
        self._sizes: dict[str, list[tuple[Facet, int]]] = {}
        """The facets of a field with their sizes, the largest first."""
        self._size: dict[Facet, int] = {}
        self._lengths: dict[Facet, int] = {}
        """How many ids those facets have that were read for no more than that."""
        self._loaded: dict[int, BitMap] = {}
        self._counts: dict[int, _Counts] = {}
        """Of the last sets, by their Python ids."""

    def refresh(self, db: sqlite3.Connection) -> int:
        """Bring what is loaded up to date, reading changed chunks alone; the version read."""
        if self.is_behind(db):
            with snapshot(db):
                news = self.news(db)
            self.take(news)
        return self.version

    def is_behind(self, db: sqlite3.Connection) -> bool:
        """Whether the cache has changed since."""
        return _meta(db, "version") != self.version

    def news(self, db: sqlite3.Connection) -> "News":
        """What has changed of what is loaded, for `take`; others may go on asking and loading.

        db: within a snapshot.
        """
        since, version, loaded = self.version, _meta(db, "version"), self._loaded.copy()
        if self.is_counted_anew:  # the file may have been set right: it is read anew
            return News(since, version, _meta(db, "texts"), (), {})
        chunks: list[int] = []
        if loaded:
            changed = db.execute(
                f"SELECT id FROM chunks WHERE version > ? AND id % {FACETS} IN "
                "(SELECT value FROM json_each(?))",
                (since, json.dumps(list(loaded))),
            )
            chunks = [id for (id,) in changed]
        try:
            replaced = self._replaced(db, loaded, chunks)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            loaded, replaced = {}, {}  # what is read anew is counted anew
        return News(since, version, _meta(db, "texts"), loaded.keys(), replaced)

    def take(self, news: "News") -> None:
        """Answer with them from now on, if nothing newer has been taken in the meantime."""
        if news.since != self.version:
            return
        # What was loaded in the meantime may be of before: it is read again when it is asked for.
        kept = {key: bits for key, bits in self._loaded.items() if key in news.known}
        self._loaded = kept | news.replaced
        if self.is_counted_anew:
            self._keys.clear()
            self._labels.clear()
        if news.texts != self.texts or self.is_counted_anew:  # else only marks have changed
            self.is_counted_anew = False
            for known in (self._values, self._sizes, self._size, self._lengths, self._parts):
                known.clear()
            self._dense = NONE, NONE
        self.version, self.texts = news.version, news.texts

    def _replaced(
        self, db: sqlite3.Connection, loaded: Mapping[int, BitMap], chunks: Sequence[int]
    ) -> dict[int, BitMap]:
        """Those loaded facets with those chunks read; old bitmaps stay as they were."""
        if not chunks:
            return {}
        language = self._key(db, self.language) if self.language else None
        replaced: dict[int, BitMap] = {}
        for is_language in (True, False):  # it cuts the others
            some = [id for id in chunks if (id % FACETS == language) is is_language]
            bits = {key: loaded[key].copy() for key in {id % FACETS for id in some}}
            cut = replaced[language] if language in replaced else self._cut(db)
            _put_chunks(db, bits, some, None if is_language else cut)
            replaced |= bits
        return replaced

    def _cut(self, db: sqlite3.Connection) -> BitMap | None:
        return self.get(db, self.language) if self.language else None

    def all(self, db: sqlite3.Connection) -> BitMap:
        """All ids, or those of the language."""
        return self.get(db, self.language or ALL)

    def visible(self, db: sqlite3.Connection) -> BitMap:
        """All but drafts: the same bitmap until either changes."""
        bits, drafts = self.all(db), self.get(db, DRAFT)
        if self._visible_of[0] is not bits or self._visible_of[1] is not drafts:
            self._visible_of = bits, drafts
            self._visible = bits if bits.isdisjoint(drafts) else bits - drafts
        return self._visible

    def get(self, db: sqlite3.Connection, facet: Facet) -> BitMap:
        """The ids of one facet; empty where there is no such facet."""
        key = self._key(db, facet)
        if key is None:
            return NONE
        if key not in self._loaded and not self.is_counted_anew:
            cut = None if facet == self.language else self._cut(db)
            if facet in self._given:
                self._loaded[key] = self._given[facet] if cut is None else self._given[facet] & cut
            elif not self._load(db, "key = ?", key, {key}, cut):
                return self.get(db, facet)
        return self._loaded.get(key, NONE)

    def get_many(self, db: sqlite3.Connection, facet: Facet, least: int) -> BitMap:
        """The ids of a facet that has so many; of one that has fewer none, nor are they kept."""
        if self._lengths.get(facet, least) < least:
            return NONE
        was_loaded = self._key(db, facet) in self._loaded
        bits = self.get(db, facet)
        if len(bits) < least and not was_loaded and not self.is_counted_anew:
            self._lengths[facet] = len(bits)
            self._loaded.pop(self._keys[facet], None)
        return bits if len(bits) >= least else NONE

    def knows(self, db: sqlite3.Connection, facet: Facet, least: int) -> bool:
        """Whether `get_many` reads nothing."""
        return self._lengths.get(facet, least) < least or self._key(db, facet) in self._loaded

    def _key(self, db: sqlite3.Connection, facet: Facet) -> int | None:
        if facet not in self._keys and not self.is_counted_anew:
            if facet in self._given:
                self._keys[facet] = -1 - list(self._given).index(facet)
            else:
                self._look_up(db, "field = ? AND value = ?", facet)
        return self._keys.get(facet)

    def every(self, db: sqlite3.Connection, field: str) -> dict[str, BitMap]:
        """The ids of each value of a field."""
        if field not in self._values:
            values = [row[2] for row in self._look_up(db, "field = ?", (field,))]
            if not self.is_counted_anew:
                self._values[field] = values
        keys = {value: self._keys[field, value] for value in self._values.get(field, ())}
        missing = {key for key in keys.values() if key not in self._loaded}
        if missing and not self._load(db, "field = ?", field, missing, self._cut(db)):
            return self.every(db, field)
        return {value: self._loaded[key] for value, key in keys.items()}

    def meet(self, bits: BitMap, ids: BitMap, without: BitMap) -> Meet:
        """The ids that a facet shares with a set, without those of another facet."""
        part = self._part(bits, without)
        hidden = int(part.intersection_cardinality(ids)) if part else 0
        return Meet(bits, ids, part, self.shared(bits, ids) - hidden)

    def _part(self, bits: BitMap, other: BitMap) -> BitMap:
        """What two facets share; remembered, as few of many articles are pinned."""
        if (id(bits), id(other)) not in self._parts:
            self._parts[id(bits), id(other)] = bits, other, bits & other
        return self._parts[id(bits), id(other)][2]

    def shared(self, bits: BitMap, ids: BitMap) -> int:
        """How many ids a facet shares with a set.

        Remembered of the last few sets: counting among a million articles takes milliseconds, a
        mark that is set changes none of it, and filters are put on and taken off again.
        """
        # Whoever holds a bitmap holds its Python id. The last to be forgotten stands last.
        counts = self._counts[id(ids)] = self._counts.pop(id(ids), _Counts(ids))
        if len(self._counts) > SETS_KEPT:
            self._counts.pop(next(iter(self._counts)), None)
        return self._counted(bits, counts)

    def note_rest(self, ids: BitMap, whole: BitMap, part: BitMap) -> None:
        """A set is what a part leaves of a whole: it shares with a facet what these do not both."""
        of = self._counts.get(id(whole)), self._counts.get(id(part))
        self._counts[id(ids)] = _Counts(ids, *of)

    def _counted(self, bits: BitMap, counts: "_Counts") -> int:
        if id(bits) not in counts.known:
            counts.known[id(bits)] = bits, self._count(bits, counts)
        return counts.known[id(bits)][1]

    def _count(self, bits: BitMap, counts: "_Counts") -> int:
        if counts.whole and counts.part and id(bits) in counts.part.known:
            return self._counted(bits, counts.whole) - self._counted(bits, counts.part)
        return int(bits.intersection_cardinality(self.dense(counts.ids)))

    def dense(self, ids: BitMap) -> BitMap:
        """A set that shares with any facet what these ids do, which is counted faster.

        It has all that is not of the language as well, which no facet has. What Roaring then keeps
        is not lists of ids but bits: a facet's ids are looked up in them, where two lists would be
        merged. It holds until another set is made dense.
        """
        language = self._loaded.get(self._keys.get(self.language, -1)) if self.language else None
        if not language or len(ids) < DENSE_FROM:
            return ids
        before, dense = self._dense
        if dense is NONE:
            dense = language.flip(0, language[-1] + 1)
        if before is not ids:
            dense ^= before ^ ids  # in its place: made anew each time, memory falls into pieces
            self._dense = ids, dense
        return dense

    def by_size(self, db: sqlite3.Connection, field: str) -> Iterator[tuple[Facet, int]]:
        """The facets of a field and their numbers of ids, the largest first."""
        known = self._sizes.setdefault(field, [])
        place = 0
        while True:
            yield from known[place:]
            place = len(known)
            if self.is_counted_anew:
                return
            limit = (field, max(SIZES_AT_ONCE, place), place)
            rows = self._look_up(db, "field = ? ORDER BY size DESC LIMIT ? OFFSET ?", limit)
            if self.is_counted_anew:  # from here on in that order, which is nearly the same
                known, place = self._sizes.get(field, []), 0
                continue
            if not rows:
                return
            if len(known) == place:  # nobody else has gone on in the meantime
                known += [((field, row[2]), row[4]) for row in rows]

    def size(self, db: sqlite3.Connection, facet: Facet) -> int:
        """The number of ids, without reading them."""
        if facet not in self._size:
            rows = self._look_up(db, "field = ? AND value = ?", facet)
            self._size.setdefault(facet, int(rows[0][4]) if rows else 0)
        return self._size[facet]

    def has(self, db: sqlite3.Connection, facet: Facet) -> bool:
        """Return whether there is such a facet."""
        return self._key(db, facet) is not None

    def name(self, db: sqlite3.Connection, facet: Facet) -> str:
        """The name to show, whether it was asked for or not."""
        self._key(db, facet)
        return self.label(facet)

    def label(self, facet: Facet) -> str:
        """The name to show for a facet that was asked for."""
        return self._labels.get(facet) or facet[1]

    def _look_up(
        self, db: sqlite3.Connection, which: str, values: Sequence[object]
    ) -> list[tuple[Any, ...]]:
        """Rows of `facets`, whose keys and labels are known then; none where they are damaged."""
        if self.is_counted_anew:
            return []
        try:
            rows = db.execute(FACET + which, values).fetchall()
            for key, field, value, label, size, newer, checksum in rows:
                if checksum != row_sum(key, field, value, label, size, newer):
                    raise ChecksumWrong(WRONG_ROW)
                self._keys[field, value] = key
                self._labels[field, value] = label
            if not rows and values == ALL and db.execute(ANY).fetchone():
                raise ChecksumWrong("the facet of all articles is missing")
        except sqlite3.Error as error:
            self._count_anew(db, error)
            return []
        return rows

    def _load(
        self,
        db: sqlite3.Connection,
        which: str,
        value: object,
        missing: Collection[int],
        cut: BitMap | None,
    ) -> bool:
        """Facets from wholes and newer chunks; whether these are as they were written.

        Else all facets have been counted anew. missing: keys of those to load.
        """
        try:
            self._loaded |= loaded(db, db.execute(WHOLE + which, (value,)), missing, cut)
        except sqlite3.Error as error:
            self._count_anew(db, error)
        return not self.is_counted_anew

    def _count_anew(self, db: sqlite3.Connection, error: sqlite3.Error) -> None:
        """Answer with what the articles tell, where the error is of damaged facets."""
        if not is_damage(error):
            raise error
        counted = self._truth(db)
        cut = counted.ids.get(self.language, NONE) if self.language else None
        self.is_counted_anew = True
        for known in (self._keys, self._labels, self._values, self._sizes, self._size):
            known.clear()
        self._loaded = {}
        self._lengths.clear()
        self._parts.clear()
        self._dense = NONE, NONE
        for place, (facet, ids) in enumerate(counted.ids.items()):
            field, value = facet
            self._keys[facet] = place
            self._labels[facet] = counted.labels.get(facet, "")
            self._loaded[place] = ids if cut is None else ids & cut
            self._values.setdefault(field, []).append(value)
            self._sizes.setdefault(field, []).append((facet, len(ids)))
            self._size[facet] = len(ids)
        for sizes in self._sizes.values():
            sizes.sort(key=lambda each: -each[1])


def check_row(row: Sequence[Any]) -> None:
    if row[6] != row_sum(*row[:6]):
        raise ChecksumWrong(WRONG_ROW)


def loaded(
    db: sqlite3.Connection,
    found: Iterable[Sequence[Any]],
    missing: Collection[int],
    cut: BitMap | None,
) -> dict[int, BitMap]:
    """Facets from rows of `WHOLE`. Raises ChecksumWrong and other sqlite3.Errors."""
    chunks: list[int] = []
    bits, sizes = {}, {}
    for key, field, value, label, size, newer, checksum, whole, whole_sum in found:
        if key not in missing:
            continue
        if checksum != row_sum(key, field, value, label, size, newer):
            raise ChecksumWrong(WRONG_ROW)
        all_ids = bitmap(key, whole, whole_sum) if whole is not None else BitMap()
        if not newer and len(all_ids) != size:
            raise ChecksumWrong("a facet has another number of articles than it had")
        bits[key] = all_ids if cut is None else all_ids & cut
        bits[key].shrink_to_fit()  # what is shared by two takes as much as the larger
        chunks += [chunk * FACETS + key for chunk in _numbers(newer)]
        sizes[key] = size
    _put_chunks(db, bits, chunks, cut)
    if cut is None and any(len(bits[key]) != size for key, size in sizes.items()):
        raise ChecksumWrong("a facet has another number of articles than it had")
    return bits


def bitmap(id: int, blob: Any, checksum: Any) -> BitMap:
    if not isinstance(blob, bytes) or bitmap_sum(id, blob) != checksum:
        raise ChecksumWrong("the articles of a facet are not as they were written")
    return BitMap.deserialize(blob)


def _numbers(newer: str) -> set[int]:
    return set(map(int, newer.split())) if newer else set()


def _put_chunks(
    db: sqlite3.Connection, bits: Mapping[int, BitMap], chunks: Sequence[int], cut: BitMap | None
) -> None:
    """Chunks as they are on disk in the place of what bitmaps have there. bits: by facet."""
    for some in some_of(chunks):
        found = _read_chunks(db, some)
        if len(found) < len(some):
            raise ChecksumWrong("a part of a facet is missing")
        for id, ids in found.items():
            facet, chunk = bits[id % FACETS], id // FACETS
            facet.remove_range(chunk << CHUNK_BITS, (chunk + 1) << CHUNK_BITS)
            facet |= ids if cut is None else ids & cut


def _read_chunks(db: sqlite3.Connection, ids: Sequence[int]) -> dict[int, BitMap]:
    """Those of the chunks that there are. ids: `AT_ONCE` at most."""
    places = ", ".join("?" * len(ids))
    found = db.execute(f"SELECT id, ids, crc FROM chunks WHERE id IN ({places})", ids)
    return {id: bitmap(id, blob, checksum) for id, blob, checksum in found}


def some_of(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at a time as one statement names."""
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def _meta(db: sqlite3.Connection, name: str) -> int:
    return number(db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone())


class FacetChanges:
    """What one transaction adds to facets and takes from them."""

    def __init__(self) -> None:
        self._changes: dict[Facet, dict[int, bool]] = defaultdict(dict)
        """Facet -> {id: whether it is in}."""

    def __bool__(self) -> bool:
        return bool(self._changes)

    def set(self, id: int, facets: Iterable[Facet], present: bool) -> None:
        """Put an id into facets, or take it out of them; what is said last holds."""
        changes = self._changes
        for facet in facets:
            changes[facet][id] = present

    def write(
        self, db: sqlite3.Connection, labels: Mapping[Facet, str], truth: Truth = _no_truth
    ) -> None:
        """Into the open transaction, under a new version. labels: names of facets to show.

        truth: counts all facets as they are to be, where those that are to be changed are damaged.
        """
        version = new_version(db)
        if not self._is_written(db, labels, version):
            from reader.cache.facet_tables import write_anew

            write_anew(db, truth(db), version)

    def _is_written(
        self, db: sqlite3.Connection, labels: Mapping[Facet, str], version: int
    ) -> bool:
        """Write the changes, unless what they are to be made in is damaged."""
        try:
            self._write(db, labels, version)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            return False
        return True

    def _write(self, db: sqlite3.Connection, labels: Mapping[Facet, str], version: int) -> None:
        rows = _begin(db, {facet: labels.get(facet, "") for facet in self._changes})
        chunks = {
            chunk * FACETS + rows[facet].key: changed
            for facet, changes in self._changes.items()
            for chunk, changed in _by_chunk(changes).items()
        }
        grown = _write_chunks(db, chunks, version)
        _note_chunks(db, rows.values(), chunks, grown)


def new_version(db: sqlite3.Connection) -> int:
    """Note in the open transaction that something changes; the version that it is from then on."""
    row = db.execute("UPDATE meta SET value = value + 1 WHERE name = 'version' RETURNING value")
    return number(row.fetchone())


class FacetRow(NamedTuple):
    """A row of `facets`, without its checksum."""

    key: int
    field: str
    value: str
    label: str
    size: int
    newer: str


def _by_chunk(changes: Mapping[int, bool]) -> dict[int, dict[int, bool]]:
    chunks: dict[int, dict[int, bool]] = defaultdict(dict)
    for id, present in changes.items():
        chunks[id >> CHUNK_BITS][id] = present
    return chunks


def _begin(db: sqlite3.Connection, labels: Mapping[Facet, str]) -> dict[Facet, FacetRow]:
    """Their rows; those that are new are begun, and labels (empty: as they are) put in place."""
    found = _rows(db, labels)
    new = [(*facet, label) for facet, label in labels.items() if facet not in found]
    db.executemany("INSERT INTO facets (field, value, label) VALUES (?, ?, ?)", new)
    found |= _rows(db, [(field, value) for field, value, _ in new], is_new=True)
    return {
        facet: row._replace(label=labels[facet]) if labels[facet] else row
        for facet, row in found.items()
    }


def _rows(
    db: sqlite3.Connection, facets: Iterable[Facet], *, is_new: bool = False
) -> dict[Facet, FacetRow]:
    """Rows of those facets that there are. is_new: without a checksum yet."""
    values = defaultdict(list)
    for field, value in facets:
        values[field].append(value)
    found = {}
    for wanted, every in values.items():
        for some in some_of(every):
            which = f"field = ? AND value IN ({', '.join('?' * len(some))})"
            for row in db.execute(FACET + which, (wanted, *some)):
                if not is_new:
                    check_row(row)
                found[row[1], row[2]] = FacetRow(*row[:6])
    return found


def _write_chunks(
    db: sqlite3.Connection, chunks: Mapping[int, Mapping[int, bool]], version: int
) -> Counter[int]:
    """By how many ids each facet grew, by its key. In order, so that rows are only appended."""
    grown: Counter[int] = Counter()
    for some in some_of(sorted(chunks)):
        old = _read_chunks(db, some)
        rows = []
        for id in some:
            bits = old.get(id, BitMap())
            before = len(bits)
            _change(bits, chunks[id])
            grown[id % FACETS] += len(bits) - before
            blob = bits.serialize()
            rows.append((id, version, blob, bitmap_sum(id, blob)))
        db.executemany(PUT_CHUNK, rows)
    return grown


def _change(bits: BitMap, changes: Mapping[int, bool]) -> None:
    bits.update([id for id, present in changes.items() if present])
    if absent := [id for id, present in changes.items() if not present]:
        bits.difference_update(BitMap(absent))


def _note_chunks(
    db: sqlite3.Connection,
    rows: Iterable[FacetRow],
    chunks: Iterable[int],
    grown: Mapping[int, int],
) -> None:
    """Sizes of facets and which of their chunks are newer than their wholes, or new wholes."""
    written = defaultdict(set)
    for id in chunks:
        written[id % FACETS].add(id // FACETS)
    updates = []
    for row in rows:
        numbers = _numbers(row.newer) | written[row.key]
        if len(numbers) > NEWER:
            _write_whole(db, row.key, numbers)
            numbers = set()
        newer = " ".join(map(str, sorted(numbers)))
        updates.append(_summed(row._replace(size=row.size + grown[row.key], newer=newer)))
    db.executemany(_PUT_FACET, updates)


_PUT_FACET = "UPDATE facets SET label = ?, size = ?, newer = ?, crc = ? WHERE key = ?"
PUT_CHUNK = "INSERT OR REPLACE INTO chunks (id, version, ids, crc) VALUES (?, ?, ?, ?)"
_PUT_WHOLE = "INSERT OR REPLACE INTO wholes (key, ids, crc) VALUES (?, ?, ?)"


def _summed(row: FacetRow) -> tuple[object, ...]:
    """The values for `_PUT_FACET`."""
    return row.label, row.size, row.newer, row_sum(*row), row.key


def settle(db: sqlite3.Connection) -> None:
    """Every facet as a whole, within a transaction: else the next to add a few rewrite them all."""
    rows = db.execute(f"{FACET} newer != ''").fetchall()
    for row in rows:
        check_row(row)
        _write_whole(db, row[0], _numbers(row[5]))
    db.executemany(_PUT_FACET, [_summed(FacetRow(*row[:6])._replace(newer="")) for row in rows])


def _write_whole(db: sqlite3.Connection, key: int, newer: Iterable[int]) -> None:
    row = db.execute("SELECT ids, crc FROM wholes WHERE key = ?", (key,)).fetchone()
    bits = bitmap(key, *row) if row else BitMap()
    _put_chunks(db, {key: bits}, [chunk * FACETS + key for chunk in newer], None)
    put_whole(db, key, bits)


def put_whole(db: sqlite3.Connection, key: int, bits: BitMap) -> None:
    blob = bits.serialize()
    db.execute(_PUT_WHOLE, (key, blob, bitmap_sum(key, blob)))
