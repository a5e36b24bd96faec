"""Facets: for every category, tag, source, language and state, the set of its article ids.

`Facets` reads them from an engine and caches them. A facet consists of its whole, with newer chunks
in place of the whole's own. `changes` writes facets, `counts` counts them under a filter.

Damaged facets are recounted from the articles (`Truth`), which takes longer and gives the same.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap

from reader.cache.facets.counts import Counts
from reader.cache.facets.recency import Recency
from reader.cache.ids import NONE
from reader.cache.values.facet_rows import CHUNK_BITS, FACETS, Counted, Damaged, Facet, FacetRow
from reader.i18n import _

if TYPE_CHECKING:
    from reader.cache.engine import View

ALL = ("all", "")
READ = ("state", "read")
FAVOURITE = ("state", "favourite")
LATER = ("state", "later")
OWN = "mytag"
"""Field of the facets of own tags, which are marks."""
DRAFT = ("state", "draft")
PINNED = ("state", "pinned")
ESTIMATED = ("state", "estimated")

SIZES_AT_ONCE = 64

Truth = Callable[["View"], Counted]
"""Recounts every facet, as of the state that the view shows."""

OTHER_SIZE = _("the number of articles of a facet is wrong")


def no_truth(_view: "View") -> Counted:
    """Refuse to recount, for callers that cannot use damaged facets. Raises Damaged."""
    raise Damaged(_("facets are damaged"))


class News(NamedTuple):
    """Changes of loaded facets between two versions of the cache."""

    since: int
    version: int
    texts: int
    known: Collection[int]
    """Keys of the facets that were loaded."""
    replaced: dict[int, BitMap]


class Facets:
    """The facets as of the last `refresh`. Returned bitmaps are never changed.

    One thread at a time may read; another may call `news` at the same time.

    Facets and names are loaded on demand: an archive has thousands of tags, and the first screen
    shows nine. With a language, only its ids are loaded, which may halve the memory; the answers
    for sets within that language are the same.
    """

    def __init__(
        self,
        lang: str = "",
        truth: Truth = no_truth,
        given: Mapping[Facet, BitMap] | None = None,
    ) -> None:
        """Load nothing yet.

        lang: the folded language to restrict the ids to; empty: all. truth: recounts damaged
        facets. given: facets to use instead of the engine's.
        """
        self._truth = truth
        self._given = {} if given is None else given
        self.is_counted_anew = False
        """Whether the loaded facets were counted from the articles, as the engine's are damaged."""
        self.language: Facet | None = ("lang", lang) if lang else None
        """The facet of the language that ids are restricted to."""
        self.version = -1
        self.texts = -1
        """Versions at the last `refresh`: `version` grows with every change, `texts` with changes
        of articles but not of marks."""
        self.counts = Counts(self._all_loaded)
        self._keys: dict[Facet, int] = {}
        self._labels: dict[Facet, str] = {}
        self._absent: set[Facet] = set()
        """Facets that do not exist in this version."""
        self._values: dict[str, list[str]] = {}
        """All values of a field, if they are loaded."""
        self._visible = NONE
        self._visible_of = NONE, NONE
        """The sets of all and of drafts that `_visible` was made of."""
        self._sizes: dict[str, list[tuple[Facet, int]]] = {}
        """The facets of a field with their sizes, the largest first."""
        self._size: dict[Facet, int] = {}
        self._loaded: dict[int, BitMap] = {}
        self._recency = Recency()

    def refresh(self, view: "View") -> int:
        """Update the loaded facets, reading only changed chunks; return the version."""
        if self.is_behind(view):
            with view.snapshot():
                news = self.news(view)
            self.take(news)
        return self.version

    def is_behind(self, view: "View") -> bool:
        """Return whether the cache has changed since the last `refresh`."""
        return view.counter("version") != self.version

    def news(self, view: "View") -> News:
        """Return the changes of loaded facets, for `take`. Others may read and load meanwhile.

        view: of one moment.
        """
        since, version, loaded = self.version, view.counter("version"), self._loaded.copy()
        texts = view.counter("texts")
        if self.is_counted_anew:  # the file may have been repaired: read it again
            return News(since, version, texts, (), {})
        chunks = view.changed(since, list(loaded)) if loaded else []
        try:
            replaced = self._replaced(view, loaded, chunks)
        except Damaged:
            loaded, replaced = {}, {}  # facets that are loaded again are counted again
        return News(since, version, texts, loaded.keys(), replaced)

    def take(self, news: News) -> None:
        """Apply the changes, unless newer ones have been applied in the meantime."""
        if news.since != self.version:
            return
        # Facets loaded in the meantime may be older: load them again on demand.
        kept = {key: bits for key, bits in self._loaded.items() if key in news.known}
        self._loaded = kept | news.replaced
        if self.is_counted_anew:
            self._keys.clear()
            self._labels.clear()
        if news.texts != self.texts or self.is_counted_anew:  # otherwise only states have changed
            self.is_counted_anew = False
            for known in (self._values, self._sizes):
                known.clear()
            self.counts.forget()
        self._size.clear()
        self._absent.clear()
        for of_field in (self._values, self._sizes):
            of_field.pop(OWN, None)  # a mark may be the first or the last of its own tag
        self.version, self.texts = news.version, news.texts

    def _replaced(
        self, view: "View", loaded: Mapping[int, BitMap], chunks: Sequence[int]
    ) -> dict[int, BitMap]:
        """Return those loaded facets with the changed chunks; old bitmaps stay unchanged."""
        if not chunks:
            return {}
        if self.language:
            self._absent.discard(self.language)  # its first article may have been added since
        language = self._key(view, self.language) if self.language else None
        replaced: dict[int, BitMap] = {}
        for is_language in (True, False):  # the language first: it restricts the others
            some = [id for id in chunks if (id % FACETS == language) is is_language]
            bits = {key: loaded[key].copy() for key in {id % FACETS for id in some}}
            cut = replaced[language] if language in replaced else self._cut(view)
            put_chunks(view, bits, some, None if is_language else cut)
            replaced |= bits
        return replaced

    def _cut(self, view: "View") -> BitMap | None:
        return self.get(view, self.language) if self.language else None

    def _all_loaded(self) -> BitMap | None:
        """Return the ids that `all` does; None if they are not loaded."""
        return self._loaded.get(self._keys.get(self.language or ALL, -1))

    def all(self, view: "View") -> BitMap:
        """Return all ids, or those of the language."""
        return self.get(view, self.language or ALL)

    def visible(self, view: "View") -> BitMap:
        """Return all ids except drafts: the same bitmap until either set changes."""
        bits, drafts = self.all(view), self.get(view, DRAFT)
        if self._visible_of[0] is not bits or self._visible_of[1] is not drafts:
            self._visible_of = bits, drafts
            self._visible = bits if bits.isdisjoint(drafts) else bits - drafts
        return self._visible

    def fetch(self, view: "View", facets: Iterable[Facet]) -> None:
        """Load facets that are not loaded yet, in at most three requests."""
        wanted = [each for each in facets if each not in self._given and each != self.language]
        self._look_up(view, [each for each in wanted if each not in self._keys])
        keys = {self._keys[each] for each in wanted if each in self._keys}
        missing = [key for key in keys if key not in self._loaded]
        if len(missing) > 1 and not self.is_counted_anew:
            self._load(view, missing, self._cut(view))

    def look_up(self, view: "View", facets: Iterable[Facet]) -> None:
        """Learn which of the facets exist, and their names, in one request."""
        self._look_up(view, [each for each in facets if each not in self._keys])

    def get(self, view: "View", facet: Facet) -> BitMap:
        """Return the ids of one facet; empty for an unknown facet."""
        key = self._key(view, facet)
        if key is None:
            return NONE
        if key not in self._loaded and not self.is_counted_anew:
            cut = None if facet == self.language else self._cut(view)
            if facet in self._given:
                self._loaded[key] = self._given[facet] if cut is None else self._given[facet] & cut
            elif not self._load(view, [key], cut):
                return self.get(view, facet)
        self._recency.use(key)
        return self._loaded.get(key, NONE)

    def is_loaded(self, view: "View", facet: Facet) -> bool:
        """Return whether `get` needs no read."""
        return self._key(view, facet) in self._loaded

    def drop_unused(self) -> list[BitMap]:
        """Drop facets that were not used lately, if all take much memory. Return them.

        They are loaded again when they are needed. Until their bitmaps are deleted, which takes
        milliseconds for thousands, they still take memory.
        """
        if self.is_counted_anew:
            return []
        # All others are restricted to the language, also by `news` in another thread.
        if self.language and self.language in self._keys:
            self._recency.use(self._keys[self.language])
        dropped = [self._loaded.pop(key) for key in self._recency.unused(self._loaded)]
        self.counts.drop(dropped)
        return dropped

    def _key(self, view: "View", facet: Facet) -> int | None:
        if facet not in self._keys and not self.is_counted_anew:
            if facet in self._given:
                self._keys[facet] = -1 - list(self._given).index(facet)
            else:
                self._look_up(view, [facet])
        return self._keys.get(facet)

    def every(self, view: "View", field: str) -> dict[str, BitMap]:
        """Return the ids of each value of a field."""
        if field not in self._values and not self.is_counted_anew:
            found = self._noted(view, lambda: view.facets_of(field))
            if not self.is_counted_anew:
                self._values[field] = [row.value for row in found]
        keys = {value: self._keys[field, value] for value in self._values.get(field, ())}
        missing = [key for key in keys.values() if key not in self._loaded]
        if missing and not self._load(view, missing, self._cut(view)):
            return self.every(view, field)
        for key in keys.values():
            self._recency.use(key)
        return {value: self._loaded[key] for value, key in keys.items()}

    def by_size(self, view: "View", field: str) -> Iterator[tuple[Facet, int]]:
        """Yield the facets of a field and their numbers of ids, the largest first."""
        known = self._sizes.setdefault(field, [])
        place = 0
        while True:
            yield from known[place:]
            place = len(known)
            if self.is_counted_anew:
                return
            start, count = place, max(SIZES_AT_ONCE, place)
            rows = self._noted(view, lambda: view.largest(field, start, count))  # noqa: B023
            if self.is_counted_anew:  # nearly the same order
                known, place = self._sizes.get(field, []), 0
                continue
            if not rows:
                return
            if len(known) == place:  # unless another caller has read on in the meantime
                known += [((field, row.value), row.size) for row in rows]

    def size(self, view: "View", facet: Facet) -> int:
        """Return the number of ids, without reading them."""
        if facet not in self._size:
            rows = self._look_up(view, [facet])
            self._size.setdefault(facet, rows[0].size if rows else 0)
        return self._size[facet]

    def has(self, view: "View", facet: Facet) -> bool:
        """Return whether the facet exists."""
        return self._key(view, facet) is not None

    def name(self, view: "View", facet: Facet) -> str:
        """Return the name to show; load it if necessary."""
        self._key(view, facet)
        return self.label(facet)

    def label(self, facet: Facet) -> str:
        """Return the name to show for a loaded facet."""
        return self._labels.get(facet) or facet[1]

    def _look_up(self, view: "View", facets: Iterable[Facet]) -> list[FacetRow]:
        unknown = [each for each in facets if each not in self._absent]
        if not unknown:
            return []

        def look() -> list[FacetRow]:
            rows = view.facets(unknown)
            absent = set(unknown) - {(row.field, row.value) for row in rows}
            if ALL in absent and view.has_articles():
                raise Damaged(_("the facet of all articles is missing"))
            self._absent |= absent
            return rows

        return self._noted(view, look)

    def _noted(self, view: "View", look: Callable[[], list[FacetRow]]) -> list[FacetRow]:
        """Return rows and cache their keys and labels; return none if they are damaged."""
        if self.is_counted_anew:
            return []
        try:
            rows = look()
        except Damaged:
            self._count_anew(view)
            return []
        for key, field, value, label, *_rest in rows:
            self._keys[field, value] = key
            self._labels[field, value] = label
        return rows

    def _load(self, view: "View", keys: Sequence[int], cut: BitMap | None) -> bool:
        """Load facets; return False if they are damaged and all were recounted instead."""
        try:
            self._loaded |= load(view, keys, cut)
        except Damaged:
            self._count_anew(view)
        return not self.is_counted_anew

    def _count_anew(self, view: "View") -> None:
        """Replace all facets with those counted from the articles."""
        counted = self._truth(view)
        cut = counted.ids.get(self.language, NONE) if self.language else None
        self.is_counted_anew = True
        for known in (self._keys, self._labels, self._values, self._sizes, self._size):
            known.clear()
        self._loaded = {}
        self._absent.clear()
        self.counts.forget()
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


def load(view: "View", keys: Sequence[int], cut: BitMap | None) -> dict[int, BitMap]:
    """Return facets by their keys, restricted to some ids. Raises Damaged."""
    chunks: list[int] = []
    bits, sizes = {}, {}
    for row, whole in view.wholes(keys):
        if not row.newer and len(whole) != row.size:
            raise Damaged(OTHER_SIZE)
        bits[row.key] = whole if cut is None else whole & cut
        bits[row.key].shrink_to_fit()  # an intersection takes as much memory as the larger set
        chunks += [chunk * FACETS + row.key for chunk in row.newer]
        sizes[row.key] = row.size
    put_chunks(view, bits, chunks, cut)
    if cut is None and any(len(bits[key]) != size for key, size in sizes.items()):
        raise Damaged(OTHER_SIZE)
    return bits


def put_chunks(
    view: "View", bits: Mapping[int, BitMap], chunks: Sequence[int], cut: BitMap | None
) -> None:
    """Replace parts of bitmaps with chunks as the engine has them. bits: by the facet's key."""
    if not chunks:
        return
    missing = set(chunks)
    for id, ids in view.chunks(chunks):
        facet, chunk = bits[id % FACETS], id // FACETS
        facet.remove_range(chunk << CHUNK_BITS, (chunk + 1) << CHUNK_BITS)
        facet |= ids if cut is None else ids & cut
        missing.discard(id)
    if missing:
        raise Damaged(_("a part of a facet is missing"))
