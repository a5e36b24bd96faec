"""A second engine, to test the code above the protocol: dictionaries, copied by a transaction."""

import json
import re
import threading
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from copy import copy
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self
from unicodedata import normalize

from pyroaring import BitMap

from reader.article import Identity
from reader.cache.answers import Stamp
from reader.cache.files.migrations import MARKS
from reader.cache.intake import Intake
from reader.cache.marking import Marking
from reader.cache.marks.pool import MarksPool
from reader.cache.marks_keeper import MarksKeeper
from reader.cache.questions import Questions
from reader.cache.repair.mending import Mending
from reader.cache.repair.preparing import prepare
from reader.cache.sameness.tellings import id_name, link_of
from reader.cache.session import Session
from reader.cache.source_states import SourceState
from reader.cache.storing.stories import Deciding
from reader.cache.texts import Texts
from reader.cache.values.cancel import Cancel
from reader.cache.values.facet_rows import Counted, Damaged, Facet, FacetRow, Facts
from reader.cache.values.instants import utc_now
from reader.cache.values.slots import LOCAL, Slots
from reader.cache.values.stored import Coming, Document, Stored, Text
from reader.cache.values.told import Told, told_of
from reader.errors import CacheDamaged
from reader.query.folding import folded
from reader.query.language import Field, Term
from tests.memory_feeds import MemoryFeedMemory, Remembered

COUNTERS = ("version", "texts", "marks", "run", "stories", "decided")


class State:
    """All that is stored. A transaction works on a copy, which takes its place at the end."""

    def __init__(self) -> None:
        self.counters = dict.fromkeys(COUNTERS, 0)
        self.articles: dict[int, tuple[int, Coming]] = {}
        """Run and article, by id."""
        self.words: dict[int, tuple[str, str, str]] = {}
        self.facets: dict[int, FacetRow] = {}
        self.wholes: dict[int, bytes] = {}
        self.chunks: dict[int, tuple[int, bytes]] = {}
        self.answers: dict[tuple[str, int], str] = {}
        self.stamps: dict[str, Stamp] = {}
        self.sources: dict[str, SourceState] = {}
        self.feeds = Remembered()
        self.arrived: dict[int, int] = {}
        self.arrivals: dict[int, int] = {0: 0}

    def __copy__(self) -> "State":
        new = State()
        for name, value in vars(self).items():
            setattr(new, name, value.copy())
        return new


class MemoryView:
    """Reads one state. See `engine.View`."""

    tags_at_once = 128
    matches_few = True

    def __init__(self, state: State) -> None:
        self.state = state

    def counter(self, name: str) -> int:
        return self.state.counters[name]

    @property
    def slots(self) -> Slots:
        return LOCAL

    def snapshot(self) -> nullcontext[None]:
        return nullcontext()

    def facets(self, facets: Sequence[Facet]) -> list[FacetRow]:
        wanted = set(facets)
        return [row for row in self.state.facets.values() if (row.field, row.value) in wanted]

    def facets_of(self, field: str) -> list[FacetRow]:
        return [row for row in self.state.facets.values() if row.field == field]

    def largest(self, field: str, start: int, count: int) -> list[FacetRow]:
        every = sorted(self.facets_of(field), key=lambda row: -row.size)
        return every[start : start + count]

    def wholes(self, keys: Sequence[int]) -> Iterator[tuple[FacetRow, BitMap]]:
        for key in keys:
            blob = self.state.wholes.get(key)
            yield self.state.facets[key], BitMap.deserialize(blob) if blob else BitMap()

    def chunks(self, ids: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
        for id in ids:
            if id in self.state.chunks:
                yield id, BitMap.deserialize(self.state.chunks[id][1])

    def changed(self, since: int, keys: Collection[int]) -> list[int]:
        found = self.state.chunks.items()
        return [id for id, (version, _) in found if version > since and id % (1 << 40) in keys]

    def has_articles(self) -> bool:
        return bool(self.state.articles)

    def facts(self) -> Iterator[Facts]:
        for id, new in self._articles():
            told = told_of(self.state.articles[id][1].told)
            states = (new.pinned, new.draft, new.estimated, *told)
            yield id, new.source, new.lang, new.category, new.sentiment, new.tags, states

    def rows(self, ids: Sequence[int], _failed: Callable[[int], None]) -> Iterator[tuple[Any, ...]]:
        for id, new in self._articles(ids):
            row = self._told(id)
            yield (
                *(id, new.title, new.published, new.lang, new.category, new.sentiment, new.source),
                *(new.pinned, new.draft, new.flagged, row.story, row.told, *new.identity),
            )

    def texts_changed(self, since: int) -> BitMap | None:
        return BitMap() if since == self.counter("texts") else BitMap(range(1 << 28))

    def undecided(self, since: int) -> BitMap:
        return BitMap() if since == self.counter("texts") else BitMap(self.state.articles)

    def told_between(self, first: int, last: int, *, latest: int = -1) -> Sequence[Told]:
        ids = [id for id in sorted(self.state.articles) if first <= id <= last]
        return [*map(self._told, ids if latest < 0 else ids[-latest:])]

    def told_in(self, stories: Sequence[int], *, first: int = -1) -> Iterator[Told]:
        for story in stories:
            rows = self.state.articles.items()
            ids = sorted(id for id, (_, each) in rows if each.story == story)
            yield from map(self._told, ids if first < 0 else ids[:first])

    def ids_told(self, stories: Sequence[int]) -> BitMap:
        return BitMap([row.id for row in self.told_in(stories)])

    def told_of(self, ids: Sequence[int]) -> Iterator[Told]:
        return map(self._told, [id for id in ids if id in self.state.articles])

    def stories_of(self, ids: Sequence[int]) -> Iterator[tuple[int, int]]:
        return ((row.id, row.story) for row in self.told_of(ids))

    def count_stories(self, ids: BitMap) -> int:
        return len({self.state.articles[id][1].story or -id for id in ids})

    def arrived(self, since: int) -> BitMap:
        return BitMap(id for id, texts in self.state.arrived.items() if texts > since)

    def has_arrived(self, since: int) -> bool:
        return bool(self.arrived(since))

    def texts_at(self, instant: int) -> int:
        return max(texts for texts, at in self.state.arrivals.items() if at <= instant)

    def noted_for(self, texts: int) -> int:
        return max((each, at) for each, at in self.state.arrivals.items() if each <= texts)[1]

    def written(self, since: int, first: int) -> BitMap:
        every = self.state.articles.items()
        return BitMap([id for id, (run, _) in every if id >= first and run > since])

    def _told(self, id: int) -> Told:
        coming = self.state.articles[id][1]
        new = coming.incoming
        return Told(
            *(id, new.published, new.source, new.identity.external, new.lang, new.sentiment),
            *(coming.story, coming.told, new.category, new.pinned, new.draft),
            new.identity.source if new.identity.is_of_feed else "",
        )

    def texts(self, ids: Sequence[int]) -> Iterator[tuple[int, str, str | None, str]]:
        for id, new in self._articles(ids):
            yield id, new.title, new.description, new.body.decode()

    def titles(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        for id, new in self._articles(ids):
            yield id, new.title

    def descriptions(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        for id, new in self._articles(ids):
            yield id, new.description

    def tags(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        for id, new in self._articles(ids):
            for tag in new.tags:
                yield id, tag

    def documents(
        self, ids: Sequence[int], _broken: Callable[[int], None]
    ) -> dict[int, Document | None]:
        return {
            id: Document(new.origin, new.digest, new.fields, new.body)
            for id, new in self._articles(ids)
        }

    def identities(self, ids: Sequence[int]) -> dict[int, Identity]:
        return {id: new.identity for id, new in self._articles(ids)}

    def ids(self, identities: Sequence[Identity]) -> dict[Identity, int]:
        wanted = set(identities)
        return {new.identity: id for id, new in self._articles() if new.identity in wanted}

    def former(self, identity: Identity) -> int | None:
        stored = self._found_as(identity, any_lang=True)
        return stored.id if stored else None

    def with_external(self, external: str) -> list[int]:
        return [id for id, new in self._articles() if new.identity.external == external]

    def twins(self, ids: Sequence[int], languages: Sequence[str]) -> list[tuple[int, int]]:
        every = {new.identity: id for id, new in self._articles()}
        return [
            (id, every[other])
            for id, new in self._articles(ids)
            for lang in languages
            if not new.identity.is_of_feed
            and (other := new.identity._replace(lang=lang)) in every
            and other != new.identity
        ]

    def between(self, first: int, last: int) -> Iterator[tuple[int, Identity]]:
        for id, new in self._articles():
            if first <= id <= last:
                yield id, new.identity

    def last_before(self, instant: int) -> int | None:
        return max((id for id, new in self._articles() if new.published < instant), default=None)

    def last_before_each(self, instants: Sequence[int]) -> list[int | None]:
        return [*map(self.last_before, instants)]

    def last_until(self, instant: int) -> int | None:
        return self.last_before(instant + 1)

    def published_before(self, id: int) -> int | None:
        every = sorted(self.state.articles)
        place = bisect_left(every, id)
        return self.state.articles[every[place - 1]][1].incoming.published if place else None

    def first_after(self, id: int) -> tuple[int, int] | None:
        return next(self.published_from(id + 1), None)

    def published_from(self, id: int) -> Iterator[tuple[int, int]]:
        for each in sorted(self.state.articles):
            if each >= id:
                yield each, self.state.articles[each][1].incoming.published

    def match(self, term: Term, cancel: Cancel, among: BitMap | None = None) -> BitMap:
        with cancel.guarding(lambda: None):
            wanted = _words(folded(term.value))
            end = r"\w*" if term.prefix else ""
            phrase = re.compile(rf"(?<!\S){re.escape(wanted)}{end}(?!\S)")
            columns = slice(0, 1) if term.field is Field.TITLE else slice(None)
            return BitMap(
                id
                for id, texts in self.state.words.items()
                if (among is None or id in among)
                and wanted
                and any(phrase.search(_words(text)) for text in texts[columns])
            )

    def answer(self, query: str, version: int) -> str | None:
        return self.state.answers.get((query, version))

    def stamps(self, locations: Sequence[str]) -> dict[str, Stamp]:
        return {each: self.state.stamps[each] for each in locations if each in self.state.stamps}

    def files_below(self, prefix: str) -> Iterator[str]:
        return (each for each in sorted(self.state.stamps) if each.startswith(prefix))

    def sources(self) -> Iterator[SourceState]:
        return iter(self.state.sources.values())

    def memory(self, feed: str, run: int) -> MemoryFeedMemory:
        return MemoryFeedMemory(self.state.feeds, feed, run)

    def stored_as(self, identity: Identity) -> Stored | None:
        return self._stored(self.ids([identity]).get(identity))

    def stored_entry(self, entry: int) -> Stored | None:
        every = self.state.articles.items()
        return self._stored(next((id for id, (_, each) in every if each.entry == entry), None))

    def _stored(self, id: int | None) -> Stored | None:
        if id is None:
            return None
        run, coming = self.state.articles[id]
        return coming.as_stored(run)._replace(id=id, arrived=self.state.arrived[id])

    def _found_as(self, identity: Identity, *, any_lang: bool = False) -> Stored | None:
        if (found := self.stored_as(identity)) is not None:
            return found
        if not identity.is_of_feed:
            # An article of a feed by the identity that it has in an archive.
            wanted = identity.external, identity.source
            langs = {
                new.lang: id
                for id, new in self._articles()
                if (new.identity.external, new.source) == wanted and new.identity.is_of_feed
            }
            first = next(iter(langs.values()), None) if any_lang else None
            return self._stored(langs.get(identity.lang, first))
        memory = self.memory(identity.source, 0)
        for name in (id_name(identity.external), link_of(identity.external).whole):
            if name and (known := memory.named(name)):
                return self.stored_entry(known.entry)
        return None

    def _articles(self, ids: Iterable[int] | None = None) -> Iterator[tuple[int, Any]]:
        known = self.state.articles
        for id in sorted(known) if ids is None else ids:
            if id in known:
                yield id, known[id][1].incoming


class MemoryTransaction(MemoryView):
    """Writes to a copy of the state. See `engine.Transaction`."""

    def expect_many(self, *, beside: bool = False) -> None:
        pass

    def count_up(self, name: str) -> int:
        self.state.counters[name] += 1
        return self.state.counters[name]

    def count_texts(self, ids: BitMap) -> None:  # noqa: ARG002
        self.count_up("texts")

    def set_counter(self, name: str, value: int) -> None:
        self.state.counters[name] = value

    def note_time(self, instant: int) -> None:
        self.state.arrivals[self.state.counters["texts"]] = instant

    def keep_answer(self, query: str, version: int, answer: str) -> None:
        self.state.answers = {(query, version): answer}

    def begin_facets(self, facets: Iterable[tuple[str, str, str]]) -> list[FacetRow]:
        new = []
        for key, facet in enumerate(facets, len(self.state.facets) + 1):
            new.append(FacetRow(key, *facet, 0, frozenset()))
        self.put_facets(new)
        return new

    def put_facets(self, rows: Iterable[FacetRow]) -> None:
        self.state.facets |= {row.key: row for row in rows}

    def put_chunks(self, version: int, chunks: Iterable[tuple[int, BitMap]]) -> None:
        self.state.chunks |= {id: (version, bits.serialize()) for id, bits in chunks}

    def put_whole(self, key: int, ids: BitMap) -> None:
        self.state.wholes[key] = ids.serialize()

    def unsettled(self) -> list[FacetRow]:
        return [row for row in self.state.facets.values() if row.newer]

    def replace_facets(self, counted: Counted, version: int) -> None:
        raise NotImplementedError

    def facets_with(self, id: int) -> list[Facet]:
        raise NotImplementedError

    def externals(self, externals: Sequence[str]) -> set[str]:
        return {new.identity.external for _, new in self._articles()} & set(externals)

    def found_as(self, identity: Identity) -> Stored | None:
        return self._found_as(identity)

    def document(self, id: int) -> tuple[dict[str, Any], bytes, bytes]:
        new = self.state.articles[id][1].incoming
        return json.loads(new.fields), new.body, new.digest

    def digest(self, id: int) -> bytes:
        return self.state.articles[id][1].incoming.digest

    def formerly(self, _page: Any, _arrival: Any) -> list[Stored]:
        return []

    def told_formerly(self, _identity: Identity) -> list[Identity]:
        return []

    def article_before(self, _incoming: Any, _before: bytes, _run: int) -> Stored | None:
        return None

    def insert(self, run: int, articles: Sequence[tuple[int, Coming]]) -> None:
        for id, coming in articles:
            assert id not in self.state.articles
            assert coming.incoming.identity not in self.ids([coming.incoming.identity])
            self.state.articles[id] = run, coming
            self.state.arrived[id] = coming.arrived(self.state.counters["texts"] + 1)

    def delete(self, id: int) -> None:
        del self.state.articles[id], self.state.arrived[id]

    def move(self, id: int, to: int) -> None:
        assert to not in self.state.articles
        self.state.articles[to] = self.state.articles.pop(id)
        self.state.arrived[to] = self.state.arrived.pop(id)

    def indexed(self, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for id, new in self._articles(ids):
            yield (
                *(id, new.title.encode(), new.fields, new.body, new.digest, new.source),
                *(new.identity.external, new.lang, "", new.category, new.sentiment),
                *(new.pinned, new.draft, self.state.articles[id][1].told),
            )

    def tell(self, articles: Iterable[tuple[int, int, int]]) -> None:
        for id, story, told in articles:
            run, coming = self.state.articles[id]
            before = coming.as_stored(run)._replace(story=story, told=told)
            self.state.articles[id] = run, replace(coming, before=before)

    @contextmanager
    def indexing(
        self, texts: Sequence[tuple[int, str, str, str | bytes]]
    ) -> Iterator[Callable[[], None]]:
        yield lambda: self._index(texts)

    def _index(self, texts: Sequence[tuple[int, str, str, str | bytes]]) -> None:
        for id, title, description, body in texts:
            text = body.decode() if isinstance(body, bytes) else body
            self.state.words[id] = title, description, text

    def forget_words(self, id: int, _text: Text) -> bool:
        return self.state.words.pop(id, None) is not None

    def mend_index(self) -> None:
        raise NotImplementedError

    def put_stamps(self, stamps: Iterable[Stamp]) -> None:
        self.state.stamps |= {each.where: each for each in stamps}

    def mend_damaged_index(self) -> bool:
        return False

    def mend_rows(self, ids: Sequence[int]) -> None:
        pass

    forget = mend_rows

    def note_source(self, state: SourceState) -> None:
        self.state.sources[state.url] = state


class MemoryMoment:
    """A state that is held. See `engine.Moment`."""

    def __init__(self, view: MemoryView) -> None:
        self.view = view
        self.version, self.texts = view.counter("version"), view.counter("texts")


class MemoryUpkeep:
    """Nothing is put off in memory. See `engine.Upkeep`."""

    @contextmanager
    def during_import(self, _is_screen_open: Callable[[], bool]) -> Iterator[Callable[[], None]]:
        yield lambda: None

    def tidy(self, *, entirely: bool = False) -> None:
        pass

    def keep_words(self) -> None:
        pass

    def lacks_words(self) -> bool:
        return False


class MemoryEngine:
    """Opens views of one state. See `engine.Engine`."""

    name = "memory"
    upkeep = MemoryUpkeep()

    def __init__(self) -> None:
        self._state = State()
        self._writing = threading.RLock()

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except Damaged as error:
            raise CacheDamaged(Path(self.name), str(error)) from error

    def present(self) -> MemoryView:
        return MemoryView(self._state)

    @contextmanager
    def transaction(self, *, wait: bool = True) -> Iterator[MemoryTransaction]:  # noqa: ARG002
        with self._writing, self.errors():
            to = MemoryTransaction(copy(self._state))
            yield to
            self._state = to.state

    changing_own = transaction

    def alone(self) -> threading.RLock:
        return self._writing

    def begin(self, searches: int = 1, texts: int = -1) -> MemoryMoment:  # noqa: ARG002
        return MemoryMoment(self.present())

    def end(self, moment: MemoryMoment) -> None:
        pass

    lease = end

    @contextmanager
    def searching(self, moment: MemoryMoment | None) -> Iterator[MemoryView]:
        yield moment.view if moment else self.present()

    preparing = searching

    def wait_briefly(self) -> None:
        pass

    suspect = release = close = wait_briefly


class MemoryStore:
    """As `Store`, with the articles of each folder in memory and the marks in their file."""

    engines: ClassVar[dict[Path, MemoryEngine]] = {}

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = utc_now) -> None:
        prepare(folder / "marks.db", MARKS)
        lock, marks = threading.RLock(), MarksPool(folder / "marks.db")
        self.engine = self.engines.setdefault(folder, MemoryEngine())
        self.session = Session(self.engine, marks, lambda view: self.damage.counted(view), lock)
        self.damage = Mending(self.engine, lambda _view: {}, lambda _told: None)
        self.questions = Questions(self.session)
        self.texts = Texts(self.session, self.damage)
        keeper = MarksKeeper(folder, self.session)
        self.marking = Marking(self.session, keeper, self.damage.counted)
        self.intake = Intake(self.session, self.damage.counted, clock)
        self.deciding = Deciding(self.session, self.damage.counted)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()


def _words(text: str) -> str:
    """The words as FTS5 takes them: without the accents of Latin letters."""
    plain = re.sub(r"([a-z])[\u0300-\u036f]+", r"\1", normalize("NFD", text.lower()))
    return " ".join(re.findall(r"\w+", normalize("NFC", plain)))
