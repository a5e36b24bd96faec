"""Caches and marks from before the law of identity: read articles stay read, none is duplicated."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from pyroaring import BitMap

from reader.article import Article, Source
from reader.cache.answers import Outcome
from reader.cache.facets.index import ALL
from reader.cache.files.migrations import CACHE, MARKS
from reader.cache.marks.kinds import Mark
from reader.cache.repair.preparing import prepare
from reader.cache.store import Store
from reader.cache.values.facet_rows import CHUNK_BITS, FACETS, Facet
from reader.cache.values.incoming import Incoming
from reader.query.language import Query, parse
from tests.builders import NOW
from tests.engines import chooses_engine
from tests.unit.cache.test_sameness import LONG, articles, item, sync, titles

pytestmark = chooses_engine("files of earlier versions")

END = NOW + timedelta(days=99)
A, B = "Fees fall", "Court rules on a fund"


def former(folder: Path, stored: Iterable[Article], *, read: Iterable[int] = ()) -> None:
    """A data folder as version 6 of the cache left it, the ids of the articles from 1 on."""
    prepare(folder / "cache.db", CACHE._replace(migrations=CACHE.migrations[:6]))
    prepare(folder / "marks.db", MARKS._replace(migrations=MARKS.migrations[:1]))
    cache, marks = sqlite3.connect(folder / "cache.db"), sqlite3.connect(folder / "marks.db")
    facets: dict[Facet, list[int]] = defaultdict(list)
    for id, each in enumerate(stored, 1):
        new = Incoming.of(each)
        source, external, lang = new.identity
        cache.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, 'OTHER', 'UNRATED', 0, 0, 0, ?, 1, ?)",
            (id, source, external, lang, new.published, new.updated, new.origin, new.title),
        )
        document = (id, new.digest, new.fields.decode(), new.body.decode())
        cache.execute("INSERT INTO documents VALUES (?, ?, ?, ?)", document)
        text = (id, new.title, new.description, new.body.decode())
        cache.execute(
            "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, ?)", text
        )
        version = (source, lang, bytes(8), new.published, external)
        cache.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", version)
        kinds = [("category", "other"), ("sentiment", "unrated"), ("group", "other\tunrated")]
        for facet in (ALL, *kinds, ("lang", lang), ("source", source)):
            facets[facet].append(id)
        if id in read:
            values = (external, lang, source)
            marks.execute("INSERT INTO marks VALUES (?, ?, ?, 1, 0, 7.0)", values)
            marks.execute("INSERT INTO steps VALUES (?, 'read', 'read', 1, 0)", (id,))
            marks.execute("INSERT INTO step_articles VALUES (?, ?, ?, ?)", (id, *values))
    marks.execute("UPDATE meta SET value = value + 1 WHERE name = 'counter'")
    write_facets(cache, facets)
    for db in (cache, marks):
        db.commit()
        db.close()


def write_facets(cache: sqlite3.Connection, facets: dict[Facet, list[int]]) -> None:
    """As those versions did: in chunks, which had no checksums."""
    cache.execute("UPDATE meta SET value = value + 1 WHERE name = 'version'")
    for key, ((field, value), ids) in enumerate(facets.items(), 1):
        chunks = defaultdict(list)
        for id in ids:
            chunks[id >> CHUNK_BITS].append(id)
        newer = " ".join(map(str, sorted(chunks)))
        row = (key, field, value, value, len(ids), newer)
        cache.execute("INSERT INTO facets VALUES (?, ?, ?, ?, ?, ?)", row)
        for chunk, some in chunks.items():
            blob = BitMap(some).serialize()
            cache.execute("INSERT INTO chunks VALUES (?, 1, ?)", (chunk * FACETS + key, blob))


KNOWN = {
    "an id": (item(A, id="1", link="/a"), item(A, id="1", link="/a")),
    "an id, and a correction since": (
        item(A, id="1", link="/a"),
        item("No fees fall", id="1", link="/a"),
    ),
    "an id, and another address since": (
        item(A, id="1", link="/a"),
        item("Fees fall again", id="1", link="/b"),
    ),
    "a link": (item(A, link="/a"), item(A, link="/a")),
    "an id that was cut": (
        item(A, id="x" * 1000, link="/a"),
        item(A, id="x" * 1000 + "#0011223344", link="/a"),
    ),
    "another language": (
        item(A, id="1", link="/a", lang="und"),
        item(A, id="1", link="/a", lang="en"),
    ),
}
GONE_WITH_THE_CACHE = {
    "a link under another id": (item(A, id="1", link="/a"), item(B, id="2", link="/a")),
    "nearly the same text": (
        item(A, id="1", link="/a", text=LONG),
        item(A, id="2", link="/b", text=f"{LONG} more"),
    ),
}


@pytest.mark.parametrize("name", [*KNOWN, *GONE_WITH_THE_CACHE])
def test_an_article_that_was_read_stays_read_and_is_not_duplicated(
    tmp_path: Path, name: str
) -> None:
    before, now = (KNOWN | GONE_WITH_THE_CACHE)[name]
    former(tmp_path, [before], read=[1])
    with Store(tmp_path) as store:
        sync(store, now)
        assert titles(store) == [now.title]
        (id,) = store.questions.find(parse("is:read"), END)
        identity = store.texts.identity(id)
        assert identity is not None
        assert store.marking.position(identity) == 7.0
        assert (
            store.texts.with_identity(before.identity) == id
            or before.external_id != now.external_id
        )
        change = store.marking.undo()
        assert change is not None
        assert list(change.ids) == [id]
        assert not store.questions.find(parse("is:read"), END)
    with Store(tmp_path) as store:
        assert not store.questions.find(parse("is:read"), END)
        assert set(sync(store, now)) == {Outcome.UNCHANGED}


@pytest.mark.parametrize("name", KNOWN)
def test_marks_without_their_cache_are_found_again(tmp_path: Path, name: str) -> None:
    before, now = KNOWN[name]
    former(tmp_path, [before], read=[1])
    (tmp_path / "cache.db").unlink()
    with Store(tmp_path) as store:
        sync(store, now, item(B, id="9", link="/z"))
        assert [
            row.title for row in store.texts.rows(store.questions.find(parse("is:read"), END)[:])
        ] == [now.title]


def test_an_unchanged_article_counts_as_unchanged(tmp_path: Path) -> None:
    story = item(A, id="1", link="/a")
    former(tmp_path, [story])
    with Store(tmp_path) as store:
        assert sync(store, story) == [Outcome.UNCHANGED]


def test_two_articles_from_one_misjudged_item_become_one(tmp_path: Path) -> None:
    short, long = (
        item("Exchange lists a coin", id="1", link="/a", lang="und"),
        item("Exchange lists a coin: what it means", id="1", link="/a", lang="en"),
    )
    former(tmp_path, [short, long], read=[1])
    with Store(tmp_path) as store:
        sync(store, long)
        assert titles(store) == [long.title]
        assert len(store.questions.find(parse("is:read"), END)) == 1


def test_an_id_of_another_feed_of_the_site_is_not_reused(tmp_path: Path) -> None:
    former(tmp_path, [item(A, id="1", link="/a")], read=[1])
    with Store(tmp_path) as store:
        sync(store, item(B, id="1", link="/b"), address="https://blog.a.example/", name="Blog")
        sync(store, item(A, id="1", link="/a"))
        assert titles(store) == sorted((A, B))
        read = store.questions.find(parse("is:read"), END)
        assert [row.title for row in store.texts.rows(read[:])] == [A]


def test_translations_of_an_archive_stay_two_articles(tmp_path: Path) -> None:
    english = item(A, id="1", link="/a")
    archived = [
        Article(
            title=title,
            body=f"{title}: the text.",
            published=NOW,
            updated=NOW,
            lang=lang,
            external_id="1",
            url="https://a.example/a",
            source=Source("ledger", "Ledger"),
            origin=f"2026/03/a.{lang}.md",
        )
        for title, lang in ((A, "en"), ("Комісії падають", "uk"))
    ]
    former(tmp_path, archived, read=[2])
    with Store(tmp_path) as store:
        sync(store, english)
        assert titles(store) == sorted(each.title for each in archived)
        with store.intake.writing(store.intake.begin_run()) as writer:
            assert writer.put(Incoming.of(archived[1])) == Outcome.UNCHANGED
            assert writer.put(Incoming.of(archived[0])) != Outcome.NEW
        assert len(articles(store)) == 2
        (id,) = store.questions.find(parse("is:read"), END)
        assert store.texts.rows([id])[0].lang == "uk"


def test_a_text_that_was_fetched_stays_until_the_feed_dates_its_own_later(tmp_path: Path) -> None:
    summary = "Fees fell for a third week, as blocks had room again."
    full = f"{summary} {LONG}. {LONG}."
    story = item(A, id="1", link="/a", text=summary)
    former(tmp_path, [item(A, id="1", link="/a", text=full)])
    with Store(tmp_path) as store:
        sync(store, story)
        assert articles(store)[0].body == full
        sync(store, item("Fees fell", id="1", link="/a", text=summary))
        assert (articles(store)[0].title, articles(store)[0].body) == ("Fees fell", full)
        sync(store, item("Fees fell", id="1", link="/a", text=summary, updated=1))
        assert articles(store)[0].body == summary


def test_a_correction_that_was_dropped_is_stored(tmp_path: Path) -> None:
    former(
        tmp_path, [item(A, id="1", link="/a", text="It has been approved, after long hearings.")]
    )
    with Store(tmp_path) as store:
        fixed = item(A, id="1", link="/a", text="It has NOT.")
        assert sync(store, fixed) == [Outcome.UPDATED]
        assert articles(store)[0].body == "It has NOT."
        store.marking.mark(store.questions.find(Query(), END), Mark.READ, True, "read")
        assert len(store.questions.find(parse("is:read"), END)) == 1


def test_an_article_that_an_api_sent_twice_stays_read(tmp_path: Path) -> None:
    first, second, third = (item(A, id=str(n), link=f"/{n}") for n in (1, 2, 3))
    former(tmp_path, [first], read=[1])
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db, db:
        values = ("ledger", "en", bytes(8), int(NOW.timestamp() * 1000), "2")
        db.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", values)
    db.close()
    with Store(tmp_path) as store:
        with store.intake.writing(store.intake.begin_run()) as writer:
            for each in (first, second, third):
                writer.put_live(Incoming.of(each))
        read = [
            each.external_id
            for _, each in store.texts.articles(store.questions.find(parse("is:read"), END)[:])
        ]
        assert sorted(read) == ["1", "2"]
        assert len(articles(store)) == 3
