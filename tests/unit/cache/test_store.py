"""The cache: stored articles are read back, facets agree with SQL, ids are in order of time."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import finalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from reader.article import EPOCH, LAST_INSTANT, Article, ArticleId, Sentiment
from reader.cache.answers import Group, Grouping, Outcome, TagCount
from reader.cache.asking import grouping
from reader.cache.facets import counts as facet_counts
from reader.cache.facets.counts import Counts
from reader.cache.files.migrations import CACHE
from reader.cache.ids import Ids, Span
from reader.cache.marks.kinds import Mark, OwnTag, own_tag
from reader.cache.questions import READS_AT_ONCE
from reader.cache.repair.preparing import prepare
from reader.cache.store import Store
from reader.cache.values.instants import END
from reader.errors import ArticleDamaged, CacheError, CacheLocked, CacheTooNew
from reader.query.language import STATES, Condition, Field, Pattern, Query, Term, parse
from reader.query.queries import Group as Parentheses
from reader.query.queries import grouped
from tests.builders import NOW, article, put
from tests.engines import Opens, chooses_engine
from tests.examples import examples

CATEGORIES = ("BTC", "ETH", "OTHER")
TAGS = ("BTC", "XRP", "BITCOIN NEWS", "ÄTHER")
SOURCES = ("block_ledger", "nonce_weekly_", "")
LANGS = ("en", "uk")
# Few seconds, so that many articles want the same id, and chunks of facets that lie far apart.
INSTANTS = st.integers(0, 40).map(lambda n: NOW + timedelta(milliseconds=n * 400)) | st.integers(
    1, 30
).map(lambda n: NOW - timedelta(days=13 * n))


@st.composite
def articles(draw: st.DrawFn) -> list[Article]:
    """Versions of a dozen stories, in any order of arrival."""
    made = []
    for _ in range(draw(st.integers(0, 25))):
        n = draw(st.integers(1, 12))
        made.append(
            article(
                n,
                published=draw(INSTANTS),
                updated=draw(INSTANTS),
                lang=draw(st.sampled_from(LANGS)),
                source=draw(st.sampled_from(SOURCES)),
                category=draw(st.sampled_from(CATEGORIES)),
                tags=tuple(draw(st.sets(st.sampled_from(TAGS)))),
                sentiment=(sentiment := draw(st.sampled_from(list(Sentiment)))),
                sentiment_is_estimated=sentiment is Sentiment.POSITIVE and draw(st.booleans()),
                sticky_weight=draw(st.sampled_from([0, 0, 0, 5])),
                draft=draw(st.sampled_from([False, False, True])),
                body=draw(st.sampled_from(["spot etf flows", "halving", "etf"])),
            )
        )
    return made


OWN_TAGS = ("to do", "trading")


@st.composite
def queries(draw: st.DrawFn) -> Query:
    values = {
        Field.TAG: TAGS,
        Field.MYTAG: OWN_TAGS,
        Field.CATEGORY: CATEGORIES,
        Field.SENTIMENT: tuple(word.lower() for word in Sentiment),
        Field.SOURCE: SOURCES[:2],
        Field.LANG: LANGS,
        Field.IS: STATES,
        Field.STORY: ("1", "2"),
        Field.AFTER: ("2026-03-14T12:00:03", "1h"),
        Field.BEFORE: ("2026-03-14T12:00:09", "0d"),
        Field.TITLE: ("story", "7"),
        None: ("etf", "spot etf", "halv"),
    }

    def terms(most: int) -> list[Condition]:
        made: list[Condition] = [
            Term(field, draw(st.sampled_from(values[field])), draw(st.booleans()))
            for field in draw(st.lists(st.sampled_from(list(values)), max_size=most))
        ]
        sources = draw(st.lists(st.sampled_from(["^Story [37]", "HALV|spot"]), max_size=1))
        made += [Pattern(source, draw(st.booleans()), draw(st.booleans())) for source in sources]
        return made

    def group() -> tuple[Condition, ...]:
        branches = [Query(tuple(terms(2))) for _ in range(draw(st.integers(0, 3)))]
        if len(branches) > 1:
            branches.append(Query((*terms(1), *grouped([Query(tuple(terms(2)))], exclude=True))))
        return grouped(branches, exclude=draw(st.booleans()))

    return Query((*terms(3), *group(), *group()))


class Mirror:
    """The same questions, answered article by article."""

    def __init__(self, store: Any) -> None:
        self._store = store

    @cached_property
    def rows(self) -> list[tuple[int, dict[str, object]]]:
        """Newest first; read once."""
        with self._store.session.present() as view:
            ids = [id for id, _ in view.between(0, END)]
        marks, found = self._store.session.marks(), []
        for row, each in self._store.texts.articles([ArticleId(id) for id in reversed(ids)]):
            marked = marks.of(each.identity)
            shown = {
                "category": each.category,
                "sentiment": each.sentiment.value,
                "source": each.source.key if each.source else "",
                "lang": each.lang,
                "pinned": each.sticky_weight > 0,
                "draft": each.draft,
                "title": each.title,
                "body": each.body,
                "published": int(each.published.timestamp() * 1000),
                "tags": "|".join(each.tags),
                **{mark.value: mark in marked for mark in Mark},
                "own": "|".join(mark.name for mark in marked if isinstance(mark, OwnTag)),
                "estimated": each.sentiment_is_estimated,
                **dict.fromkeys(
                    ("story", "echo", "split", "twin"), False
                ),  # nothing decides stories here
            }
            found.append((row.id, shown))
        return found

    def find(self, query: Query) -> list[int]:
        return [id for id, row in self.rows if self._matches(row, query)]

    def _matches(self, row: dict[str, object], query: Query) -> bool:
        if row["draft"] and not query.finds_drafts:
            return False
        return self._meets(row, query)

    def _meets(self, row: dict[str, object], query: Query) -> bool:
        if query.included(Field.STORY):
            return False  # nothing decides stories here
        for field in (Field.CATEGORY, Field.SENTIMENT, Field.SOURCE, Field.LANG):
            value = str(row[field.value]).casefold()
            wanted = query.included(field)
            if (wanted and value not in wanted) or value in query.excluded(field):
                return False
        tags = {tag.casefold() for tag in str(row["tags"] or "").split("|")}
        if any((term.value in tags) is term.exclude for term in query.tags):
            return False
        own = str(row["own"] or "").split("|")
        for term in query.terms:
            if isinstance(term, Term) and term.field is Field.MYTAG:
                if (term.value in own) is term.exclude:
                    return False
            elif self._has(row, term) is term.exclude:
                return False
        after, before = query.period(NOW)
        published = datetime.fromtimestamp(int(str(row["published"])) / 1000, UTC)
        return (after is None or published >= after) and (before is None or published < before)

    def _has(self, row: dict[str, object], term: Condition) -> bool | None:
        """Whether the article has it; None for what was looked at before."""
        if isinstance(term, Parentheses):
            return any(self._meets(row, each) for each in term.branches)
        if isinstance(term, Pattern):
            texts = [row["title"]] if term.in_titles else [row["title"], row["body"]]
            found = re.compile(term.value, re.IGNORECASE | re.MULTILINE)
            return any(found.search(str(text)) for text in texts)
        if term.field is Field.IS:
            return self._state(row, term.value)
        return self._says(row, term) if term.is_words else None

    def _state(self, row: dict[str, object], name: str) -> bool:
        return not row["read"] if name == "unread" else bool(row[name])

    def _says(self, row: dict[str, object], term: Term) -> bool:
        words = str(row["title"]).lower().split()
        if term.field is None:
            words += ["", *str(row["body"]).lower().split()]
        return f" {term.value} " in f" {' '.join(words)} "


class SqlMirror(Mirror):
    """The same, answered by reading every row that SQLite has."""

    def __init__(self, store: Store) -> None:
        self._db = sqlite3.connect(store.path)
        self._db.execute("ATTACH ? AS marks", (str(store.marks_path),))
        finalize(self, self._db.close)

    @cached_property
    def rows(self) -> list[tuple[int, dict[str, object]]]:
        """Newest first; read once."""
        found = self._db.execute(
            "SELECT id, category, sentiment, articles.source, articles.lang, pinned, draft, title, "
            "body, published, (SELECT group_concat(value, '|') FROM json_each(fields, '$.tags')), "
            "coalesce(read, 0), coalesce(favourite, 0), coalesce(later, 0), "
            "(SELECT group_concat(tag, '|') FROM marks.tagged WHERE (external, lang, source) = "
            "(articles.external, articles.lang, articles.source)), "
            "fields ->> '$.sentimentEstimated' "
            "FROM articles JOIN documents USING (id) "
            "LEFT JOIN marks.marks USING (external, lang, source) ORDER BY id DESC"
        )
        names = (
            "category sentiment source lang pinned draft title body published tags read favourite "
            "later own estimated"
        )
        untold = dict.fromkeys(("story", "echo", "split", "twin"), False)
        return [(id, dict(zip(names.split(), rest, strict=True)) | untold) for id, *rest in found]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as made:
        yield made


@pytest.fixture
def any_store(opened: Opens, tmp_path: Path) -> Iterator[Any]:
    """A store on each engine."""
    with opened(tmp_path) as made:
        yield made


def found(store: Store, text: str = "") -> list[str]:
    """Titles of what matches, newest first."""
    return [row.title for row in store.texts.rows(store.questions.find(parse(text), NOW))]


# Laws.


@pytest.fixture(params=[0, facet_counts.DENSE_FROM], ids=["dense", "sparse"], scope="module")
def counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Sets of few articles and of many are counted in two ways."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facet_counts, "DENSE_FROM", request.param)
        yield


@examples(15)
@given(st.data())
@pytest.mark.usefixtures("counted")
def test_facets_agree_with_articles_for_any_archive_filter_and_order_of_arrival(
    opened: Opens, data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        arrived = data.draw(articles())
        for start in range(0, len(arrived), 7):
            put(store, arrived[start : start + 7])
            for text in ("", *(f"lang:{lang}" for lang in LANGS)):
                look_at(store, parse(text))  # so that what is loaded has to be kept up to date
        known = list(
            store.questions.find(parse("is:draft"), NOW) | store.questions.find(Query(), NOW)
        )
        for mark in (*Mark, *map(own_tag, OWN_TAGS)):
            store.marking.mark(
                Ids(data.draw(st.sets(st.sampled_from(known))) if known else ()), mark, True, ""
            )
        mirror = SqlMirror(store) if opened is Store else Mirror(store)
        for _ in range(4):
            query = data.draw(queries())
            for tag in (*TAGS[:2], TAGS[0]):  # a filter after the other, on and off again
                for _ in range(3):
                    ids = store.questions.find(query, NOW)
                    assert list(ids) == mirror.find(query), str(query)
                    assert_counts_agree(store, ids, dict(mirror.rows))
                    query = query.cycle_tag(tag)


@examples(15)
@given(st.data())
@pytest.mark.usefixtures("counted")
def test_catching_up_gives_the_same_as_a_fresh_read(opened: Opens, data: st.DataObject) -> None:
    with (
        TemporaryDirectory() as folder,
        opened(Path(folder)) as held,
        opened(Path(folder)) as other,
    ):
        arrived = data.draw(articles())
        held.session.hold()
        for start in range(0, len(arrived), 5):
            asked = [Query(), *(data.draw(queries()) for _ in range(3))]
            for query in asked:
                answer(held, query)
            put(other, arrived[start : start + 5])
            other.marking.mark(other.questions.find(data.draw(queries()), NOW), Mark.READ, True, "")
            held.session.catch_up()
            assert held.session.renew()
            assert [answer(held, query) for query in asked] == [answer(other, q) for q in asked]


def answer(store: Store, query: Query) -> object:
    """What a screen shows of it but the rows, which are read as they are."""
    ids = store.questions.find(query, NOW)
    groups = [
        (group.key, len(group.ids), group.unread, [leaf.key for leaf in group.children])
        for group in store.questions.groups(ids, Grouping.CATEGORY)
    ]
    return list(ids), groups, store.questions.total()


def look_at(store: Store, query: Query) -> None:
    ids = store.questions.find(query, NOW)
    for by in Grouping:
        store.questions.groups(ids, by)
    store.questions.tag_counts(ids)


def assert_counts_agree(store: Store, ids: Ids, rows: dict[int, dict[str, object]]) -> None:
    shown = {id: rows[id] for id in ids}
    for by in Grouping:
        groups = store.questions.groups(ids, by)
        leaves = [leaf for group in groups for leaf in (group.children or (group,))]
        assert sorted(id for leaf in leaves for id in leaf.ids) == sorted(ids)
        for group in (*groups, *leaves):
            assert len(group.ids) == len(list(group.ids))
            assert group.unread == sum(not shown[id]["read"] for id in group.ids)
    for group in store.questions.groups(ids, Grouping.CATEGORY):
        assert group.key == ("PINNED",) or {rows[id]["category"] for id in group.ids} == {
            group.label
        }
        for leaf in group.children:
            assert {rows[id]["sentiment"] for id in leaf.ids} == {leaf.sentiment}
    tags = [tag for row in shown.values() for tag in str(row["tags"] or "").split("|") if tag]
    every = store.questions.tag_counts(ids)
    assert {count.tag: count.articles for count in every} == {
        tag: tags.count(tag) for tag in set(tags)
    }
    for few in (0, grouping.FEW):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(grouping, "FEW", few)  # more than that are counted in another way
            assert store.questions.tag_counts(ids) == every
            for most in (1, 2, 9):
                assert store.questions.tag_counts(ids, most) == every[:most]
                assert store.questions.tags_at_once(ids, most) == every[:most]


def test_tags_are_not_counted_at_once_if_many_must_be_read(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(any_store, [article(n, tags=(f"TAG {n}",)) for n in range(READS_AT_ONCE + 1)])
    ids = any_store.questions.find(Query(), NOW)
    monkeypatch.setattr(grouping, "FEW", 0)
    assert any_store.questions.tags_at_once(ids, 1) is None
    assert any_store.questions.tag_counts(ids, 1) == [TagCount("TAG 0", 1)]
    assert any_store.questions.tags_at_once(ids, 1) == [TagCount("TAG 0", 1)]


@examples(30)
@given(articles())
def test_the_order_of_ids_is_the_order_of_publication(
    opened: Opens, arrived: list[Article]
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        for start in range(0, len(arrived), 5):
            put(store, arrived[start : start + 5])
        published = [instant for instant, _ in instants(store)]
        assert published == sorted(published)


@examples(20)
@given(articles(), st.integers(2, 3))
def test_the_same_articles_in_the_same_order_give_the_same_cache_any_number_of_times(
    opened: Opens, arrived: list[Article], again: int
) -> None:
    kept = []
    for order in (arrived, arrived * again):
        with TemporaryDirectory() as folder, opened(Path(folder)) as store:
            put(store, order)
            kept.append({each for _, each in instants(store)})
    assert kept[0] == kept[1]


def instants(store: Store) -> list[tuple[datetime, tuple[object, ...]]]:
    """When each article was published, in the order of ids, and what is kept of it."""
    everything = store.questions.find(Query(), NOW) | store.questions.find(parse("is:draft"), NOW)
    kept = [each for _, each in store.texts.articles(list(everything))]
    return [(a.published, (a.identity, a.updated, a.title, a.body, a.tags)) for a in reversed(kept)]


@examples(30)
@given(st.lists(st.tuples(st.sampled_from(list(Mark)), st.booleans(), st.sets(st.integers(1, 6)))))
def test_undo_gives_back_the_marks_as_they_were(
    opened: Opens, steps: list[tuple[Mark, bool, set[int]]]
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        put(store, [article(n) for n in range(1, 7)])
        ids = list(store.questions.find(Query(), NOW))
        states = [marks(store)]
        for mark, value, chosen in steps:
            if store.marking.mark(Ids(ids[n - 1] for n in chosen), mark, value, "a step"):
                states.append(marks(store))
        for state in reversed(states[:-1]):
            assert store.marking.undo() is not None
            assert marks(store) == state
        assert store.marking.undo() is None
        for state in states[1:]:
            assert store.marking.redo() is not None
            assert marks(store) == state
        assert store.marking.redo() is None


def marks(store: Store) -> list[tuple[ArticleId, bool, bool]]:
    rows = store.texts.rows(store.questions.find(Query(), NOW))
    return [(row.id, row.read, row.favourite) for row in rows]


# Articles in and out.


def test_an_article_is_read_back_as_it_was_written(any_store: Store) -> None:
    new = article(
        1,
        title="[BTC] hits $100k: «ціна» 🚀",
        description="A [/foo] description",
        tags=("BTC", "BITCOIN NEWS"),
        extra={"newField": {"a": ["1", "2"]}},
        flags=("line 3: no value",),
        score=0,
        url="https://news.example.org/a",
    )
    put(any_store, [new])
    (id,) = any_store.questions.find(Query(), NOW)
    assert any_store.texts.article(id) == new


def test_articles_of_one_second_get_ids_of_their_own_in_order(any_store: Store) -> None:
    second = NOW.replace(microsecond=0)
    put(any_store, [article(n, published=second, title=f"At once {n}") for n in range(5)])
    put(any_store, [article(9, published=second - timedelta(seconds=1), title="Before")])
    put(any_store, [article(8, published=second + timedelta(seconds=1), title="After")])
    put(any_store, [article(7, published=second, title="At once too")])
    titles = found(any_store)
    assert titles[0] == "After"
    assert titles[-1] == "Before"
    assert len(titles) == 8


def test_a_changed_date_moves_the_article_and_keeps_its_marks(any_store: Store) -> None:
    put(any_store, [article(1), article(2)])
    any_store.marking.mark(any_store.questions.find(parse("title:1"), NOW), Mark.READ, True, "")
    put(any_store, [article(1, published=NOW - timedelta(days=9), updated=NOW)])
    assert found(any_store) == ["Story 2", "Story 1"]
    assert found(any_store, "is:read") == ["Story 1"]


def test_an_updated_article_is_no_longer_found_by_what_it_said_before(any_store: Store) -> None:
    put(any_store, [article(1, body="the halving", tags=("OLD",))])
    put(any_store, [article(1, body="the merge", tags=("NEW",), updated=NOW)])
    assert found(any_store, "halving") == found(any_store, "tag:old") == []
    assert found(any_store, "merge") == found(any_store, "tag:new") == ["Story 1"]


@pytest.mark.parametrize("instant", [EPOCH, LAST_INSTANT])
def test_the_first_and_the_last_instant_have_ids(any_store: Store, instant: datetime) -> None:
    put(any_store, [article(n, published=instant) for n in range(3)])
    assert len(any_store.questions.find(Query(), NOW)) == 3


def test_within_a_run_the_older_version_is_superseded_whichever_comes_first(
    opened: Opens, tmp_path: Path
) -> None:
    old = article(1, updated=NOW - timedelta(days=1), origin="2026/03/old.en.md", title="Old")
    new = article(1, updated=NOW, origin="2026/03/new.en.md", title="New")
    for order in ([old, new], [new, old]):
        with opened(tmp_path / order[0].title) as store:
            assert put(store, order) == [Outcome.NEW, Outcome.SUPERSEDED]
            assert found(store) == ["New"]


def test_a_newer_version_in_a_later_run_is_an_update(any_store: Store) -> None:
    put(any_store, [article(1, title="Old")])
    newer = article(1, title="New", updated=NOW, origin="2026/03/elsewhere.en.md")
    assert put(any_store, [newer]) == [Outcome.UPDATED]
    assert put(any_store, [newer]) == [Outcome.UNCHANGED]
    assert found(any_store) == ["New"]


def test_a_changed_file_wins_whatever_its_date(
    any_store: Store,
) -> None:
    put(any_store, [article(1, title="Typo")])
    earlier = NOW - timedelta(days=30)
    assert put(any_store, [article(1, title="Mended", updated=earlier)]) == [Outcome.UPDATED]
    assert found(any_store) == ["Mended"]


def test_an_external_id_names_an_article_of_each_source_and_language(any_store: Store) -> None:
    put(any_store, [article(1), article(1, lang="uk"), article(1, source="other"), article(2)])
    assert len(any_store.texts.with_external_id("1")) == 3


@pytest.mark.parametrize(
    "text", ["c++", "BTC/USD", '"', "NEAR(", "a AND", "* ^ {", "\0", "-", "🚀"]
)
def test_any_text_is_a_query(any_store: Store, text: str) -> None:
    put(any_store, [article(1, title="c++ and BTC/USD")])
    any_store.questions.find(parse(text), NOW)


# Marks.


@chooses_engine("cache.db is removed")
def test_marks_survive_a_deleted_cache(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(1), article(2)])
        store.marking.mark(store.questions.find(parse("title:1"), NOW), Mark.READ, True, "")
        store.marking.mark(store.questions.find(parse("title:2"), NOW), Mark.FAVOURITE, True, "")
        store.marking.save_position(article(1).identity, 0.5)
    for file in tmp_path.glob("cache.db*"):
        file.unlink()
    with Store(tmp_path) as store:
        put(store, [article(2), article(1)])
        assert found(store, "is:read") == ["Story 1"]
        assert found(store, "is:favourite") == ["Story 2"]
        assert store.marking.position(article(1).identity) == 0.5


@chooses_engine("cache.db misses a change")
def test_marks_that_the_cache_missed_are_shown_after_the_next_start(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(1), article(2)])
    # As if the program had been killed between the two files.
    with closing(sqlite3.connect(tmp_path / "marks.db")) as db, db:
        db.execute(
            "INSERT INTO marks (external, lang, source, read) VALUES ('1', 'en', 'block_ledger', 1)"
        )
        db.execute("UPDATE meta SET value = value + 1 WHERE name = 'counter'")
    db.close()
    with Store(tmp_path) as store:
        assert found(store, "is:read") == ["Story 1"]


def test_a_held_store_shows_nothing_new_until_it_catches_up(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as held, opened(tmp_path) as other:
        put(other, [article(1), article(2)])
        held.session.hold()
        before = answer(held, Query())
        put(other, [article(3)])
        assert not held.session.renew()
        assert answer(held, Query()) == before
        held.session.catch_up()
        assert held.session.renew()
        assert answer(held, Query()) == answer(other, Query()) != before


def test_ids_rows_texts_and_words_of_a_held_store_are_of_one_moment(
    opened: Opens, tmp_path: Path
) -> None:
    with opened(tmp_path) as held, opened(tmp_path) as other:
        before = article(9, published=NOW - timedelta(seconds=2), body="fees")
        put(other, [before, article(1, published=NOW, body="halving")])
        held.session.hold()
        id, _ = held.questions.find(Query(), NOW)
        put(other, [article(2, published=NOW - timedelta(seconds=1), body="halving etf")])
        assert titles(other, [id]) == ["Story 2"]  # the ids have moved
        assert titles(held, [id]) == ["Story 1"]
        assert held.texts.article(id) == article(1, published=NOW, body="halving")
        assert list(held.questions.find(parse("halving"), NOW)) == [id]
        assert list(held.questions.find(parse("etf"), NOW)) == []
        assert held.texts.identity(id) == article(1).identity
        assert held.texts.with_external_id("2") == Ids()
        (moved,) = held.session.catch_up([id]).values()
        assert titles(held, [moved]) == ["Story 1"]
        assert len(held.questions.find(parse("halving"), NOW)) == 2


def test_a_language_is_counted_from_its_first_article_on(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as held, opened(tmp_path) as other:
        put(other, [article(1)])
        held.session.hold()
        query = parse("lang:uk")
        assert answer(held, query) == ([], [], 1)
        held.session.facets_of("uk").every(held.session.held.moment.view, "category")
        put(other, [article(2, lang="uk")])
        held.session.catch_up()
        assert answer(held, query) == answer(other, query)
        assert len(held.questions.groups(held.questions.find(query, NOW), Grouping.CATEGORY)) == 1


def test_words_of_a_prepared_step_are_known_at_once(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as held, opened(tmp_path) as other:
        put(other, [article(1, body="halving")])
        held.session.hold()
        put(other, [article(2, body="halving")])
        assert held.session.prepare(parse("halving"))
        assert held.session.is_prepared_for(parse("halving"))
        assert not held.session.is_prepared_for(parse("etf"))
        held.session.catch_up()
        assert held.questions.finds_at_once(parse("halving"))
        assert len(held.questions.find(parse("halving"), NOW)) == 2


def test_a_mark_is_set_on_the_shown_article_even_if_its_id_changed(
    opened: Opens, tmp_path: Path
) -> None:
    with opened(tmp_path) as held, opened(tmp_path) as other:
        put(other, [article(9, published=NOW - timedelta(seconds=2)), article(1, published=NOW)])
        held.session.hold()
        shown = Ids(held.questions.find(Query(), NOW)[:1])
        put(other, [article(2, published=NOW - timedelta(seconds=1))])
        assert titles(other, list(shown)) == ["Story 2"]
        assert held.marking.mark(shown, Mark.READ, True, "read") == 1
        held.session.catch_up()
        assert found(held, "is:read") == found(other, "is:read") == ["Story 1"]
        held.marking.undo()
        assert found(other, "is:read") == []


def test_a_mark_is_seen_with_the_next_step(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as held, opened(tmp_path) as other:
        put(other, [article(1), article(2)])
        held.session.hold()
        put(other, [article(3)])
        held.marking.mark(held.questions.find(Query(), NOW), Mark.READ, True, "")
        held.session.catch_up()
        assert answer(held, Query()) == answer(other, Query())


def test_a_search_that_is_running_keeps_its_moment(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as held, opened(tmp_path) as other:
        put(other, [article(1, body="halving")])
        held.session.hold()
        with held.session.lock:
            leased = held.session.lease()
        with held.session.searching(leased) as (view, _):
            put(other, [article(2, body="halving")])
            held.session.catch_up()
            assert len(list(view.between(0, END))) == 1
        assert len(held.questions.find(parse("halving"), NOW)) == 2


def test_many_searches_at_once_wait_for_a_connection(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as held, opened(tmp_path) as other:
        put(other, [article(n, body=f"word{n} halving") for n in range(1, 9)])
        held.session.hold()
        put(other, [article(9)])  # from now on no connection can be added
        with ThreadPoolExecutor(8) as threads:
            words = [parse(f"word{n} halving") for n in range(1, 9)]
            answers = threads.map(
                lambda query: titles(held, held.questions.find(query, NOW)), words
            )
            assert list(answers) == [[f"Story {n}"] for n in range(1, 9)]


@chooses_engine("the log of cache.db")
def test_the_log_is_emptied_after_a_screen_renews_its_moment(tmp_path: Path) -> None:
    with Store(tmp_path) as held, Store(tmp_path) as other:
        put(other, [article(1)])
        held.session.hold()
        put(other, [article(n) for n in range(2, 400)])
        assert not other.upkeep.begin_log_anew()
        held.session.catch_up()  # to the end of the log
        assert not other.upkeep.begin_log_anew()
        assert held.session.renew()  # out of it
        assert other.upkeep.begin_log_anew()


def titles(store: Store, ids: Sequence[ArticleId | None]) -> list[str]:
    return [row.title for row in store.texts.rows([id for id in ids if id is not None])]


@chooses_engine("cache.db is locked")
def test_leaving_does_not_wait_for_a_program_that_writes(tmp_path: Path) -> None:
    with Store(tmp_path) as store, Store(tmp_path) as other:
        put(store, [article(1)])
        with other.intake.writing(other.intake.begin_run()):
            store.questions.remember(Query(), NOW)
        with other.session.present() as view:
            assert view.answer("", view.counter("version")) is None
        store.questions.remember(Query(), NOW)
        with other.session.present() as view:
            assert view.answer("", view.counter("version")) is not None


def test_another_store_sees_what_this_one_changes(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as one, opened(tmp_path) as other:
        put(one, [article(1, tags=("XRP",))])
        assert found(other, "tag:xrp") == ["Story 1"]
        version = other.session.version()
        one.marking.mark(one.questions.find(Query(), NOW), Mark.READ, True, "")
        assert other.session.version() > version
        assert found(other, "is:unread") == []


def test_a_mark_without_a_label_adds_no_step_to_undo(any_store: Store) -> None:
    put(any_store, [article(1)])
    any_store.marking.mark(any_store.questions.find(Query(), NOW), Mark.READ, True, "")
    assert any_store.marking.undo() is None
    assert found(any_store, "is:read") == ["Story 1"]


# Faults.

QUESTIONS: dict[str, Callable[[Store], object]] = {
    "begin_run": lambda any_store: any_store.intake.begin_run(),
    "put": lambda any_store: put(any_store, [article(2)], run=1),
    "mark": lambda any_store: any_store.marking.mark(
        any_store.questions.find(Query(), NOW), Mark.READ, True, "read"
    ),
    "undo": lambda any_store: any_store.marking.undo(),
    "redo": lambda any_store: any_store.marking.redo(),
    "save_position": lambda any_store: any_store.marking.save_position(article(1).identity, 1.0),
    "save_state": lambda any_store: any_store.marking.save_state("view", "{}"),
}


@pytest.mark.parametrize("name", QUESTIONS)
@chooses_engine("the files are locked")
def test_every_change_of_locked_files_raises_one_clear_error(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.cache.files.schema.BUSY_TIMEOUT_MS", 1)
    with Store(tmp_path) as store:
        put(store, [article(1)])
        others = [sqlite3.connect(tmp_path / file) for file in ("cache.db", "marks.db")]
        for db in others:
            db.execute("BEGIN IMMEDIATE")
        with pytest.raises(CacheLocked, match="in use by another program"):
            QUESTIONS[name](store)
        for db in others:
            db.close()
        assert found(store) == ["Story 1"]


@pytest.mark.parametrize("entirely", [False, True])
@chooses_engine("segments of FTS5")
def test_an_index_of_many_segments_is_merged_and_finds_the_same(
    store: Store, entirely: bool
) -> None:
    for n in range(12):
        put(store, [article(n, body=f"whale word{n}")])
    assert segments(store) == 12
    store.upkeep.tidy(entirely=entirely)
    assert segments(store) < 8
    with Store(store.path.parent) as again:  # which reads the facets again
        assert answer(again, Query()) == answer(store, Query())
    assert len(found(store, "whale")) == 12
    assert found(store, "word7") == ["Story 7"]


@chooses_engine("segments of FTS5")
def test_a_merged_index_is_left_alone_and_so_is_a_locked_one(store: Store) -> None:
    put(store, [article(1)])
    store.upkeep.tidy()
    assert segments(store) == 1
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute("BEGIN IMMEDIATE")
        store.upkeep.tidy()
    other.close()


def segments(store: Store) -> int:
    """Of the full-text index."""
    with closing(sqlite3.connect(store.path)) as db, db:
        (count,) = db.execute("SELECT count(DISTINCT segid) FROM fulltext_idx").fetchone()
    db.close()
    return int(count)


@chooses_engine("files of another version")
def test_a_file_of_a_newer_version_is_refused_and_left_untouched(tmp_path: Path) -> None:
    with Store(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db, db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = (tmp_path / "cache.db").read_bytes()
    with pytest.raises(CacheTooNew, match="newer cryptoread"):
        Store(tmp_path)
    assert (tmp_path / "cache.db").read_bytes() == before


@examples(20)
@given(articles(), queries(), st.booleans())
def test_a_stored_answer_equals_the_answer(
    opened: Opens, arrivals: list[Article], query: Query, changed: bool
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        put(store, arrivals)
        store.marking.mark(Ids(list(store.questions.find(Query(), NOW))[::3]), Mark.READ, True, "")
        store.questions.remember(query, NOW)
        if changed:
            put(store, [article(99, tags=TAGS)])
        with opened(Path(folder)) as later:
            recalled = later.questions.find(query, NOW)
            plain = Ids(recalled.bits)
            assert (len(recalled), list(recalled)) == (len(plain), list(plain))
            groups = later.questions.groups(recalled, Grouping.CATEGORY)
            assert unfolded(groups) == unfolded(later.questions.groups(plain, Grouping.CATEGORY))
            assert later.questions.tag_counts(recalled, 9) == later.questions.tag_counts(plain, 9)


def test_a_stored_answer_is_recounted_after_a_mark(any_store: Store) -> None:
    put(any_store, [article(n) for n in range(3)])
    any_store.questions.remember(Query(), NOW)
    ids = any_store.questions.find(Query(), NOW)
    assert [group.unread for group in any_store.questions.groups(ids, Grouping.CATEGORY)] == [3]
    any_store.marking.mark(Ids(list(ids)[:1]), Mark.READ, True, "")
    assert [group.unread for group in any_store.questions.groups(ids, Grouping.CATEGORY)] == [2]


def unfolded(groups: Sequence[Group]) -> list[tuple[object, ...]]:
    return [
        (group.key, group.label, len(group.ids), list(group.ids), group.unread)
        for each in groups
        for group in (each, *each.children)
    ]


@pytest.mark.parametrize("version", range(1, len(CACHE.migrations)))
@chooses_engine("files of another version")
def test_an_interrupted_first_start_is_continued_silently(tmp_path: Path, version: int) -> None:
    prepare(tmp_path / "cache.db", CACHE._replace(migrations=CACHE.migrations[:version]))
    with Store(tmp_path) as store:
        assert list(store.notices) == []
        put(store, [article(1)])
        assert found(store) == ["Story 1"]


@chooses_engine("files of another version")
def test_a_cache_of_an_earlier_layout_is_emptied_and_says_so(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "cache.db")
    for script in CACHE.migrations[:2]:
        old.executescript(script)
    old.execute(
        "INSERT INTO articles VALUES (1, 's', '1', 'en', 0, 0, 'BTC', '', 0, 0, 0, '', 1, '')"
    )
    old.execute("INSERT INTO documents VALUES (1, '', '{}', '')")
    old.execute(f"PRAGMA application_id = {CACHE.application_id}")
    old.execute("PRAGMA user_version = 2")
    old.commit()
    old.close()
    with Store(tmp_path) as store:
        assert "import your articles again" in store.notices[0]
        assert found(store) == []
        put(store, [article(1)])
        assert found(store) == ["Story 1"]
    with Store(tmp_path) as store:
        assert store.notices == ()
        assert found(store) == ["Story 1"]
    assert (tmp_path / "cache.db.v2").exists()


@chooses_engine("files of another program")
def test_a_foreign_database_is_refused_and_left_untouched(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db, db:
        db.execute("CREATE TABLE recipes (name)")
        db.execute("PRAGMA user_version = 1")
    db.close()
    with pytest.raises(CacheError, match="not a file of cryptoread"):
        Store(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"this is not a database, but it is long enough" * 100])
@chooses_engine("cache.db is damaged")
def test_a_cache_that_is_not_a_database_is_renamed_and_recreated(
    tmp_path: Path, damage: bytes
) -> None:
    with Store(tmp_path) as store:
        put(store, [article(1)])
        store.marking.mark(store.questions.find(Query(), NOW), Mark.READ, True, "")
    (tmp_path / "cache.db").write_bytes(damage)
    with Store(tmp_path) as store:
        assert found(store) == []
        put(store, [article(1)])
        assert found(store, "is:read") == ["Story 1"]
        if damage:
            assert "damaged" in store.notices[0]
            (aside,) = tmp_path.glob("cache.db.damaged-*")
            assert aside.read_bytes() == damage


@chooses_engine("cache.db is damaged")
def test_flipped_bytes_are_noticed_when_the_article_is_opened(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(1, body="a text that changes on disk")])
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db, db:
        db.execute("UPDATE documents SET body = replace(body, 'text', 'test')")
    db.close()
    with Store(tmp_path) as store, pytest.raises(ArticleDamaged, match="Story 1"):
        store.texts.whole(store.questions.find(Query(), NOW)[0])


@chooses_engine("cache.db is damaged")
def test_a_file_found_damaged_in_use_is_renamed_at_the_next_start(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(n, body="words " * 500) for n in range(100)])
    file = tmp_path / "cache.db"
    data = bytearray(file.read_bytes())
    half = len(data) // 2
    data[half:] = bytes(len(data) - half)
    file.write_bytes(data)
    with Store(tmp_path) as store:
        read = [
            article.title for _, article in store.texts.articles(store.questions.find(Query(), NOW))
        ]
        assert 0 < len(read) < 100
        assert any("damaged" in notice for notice in store.notices)
    with Store(tmp_path) as store:
        assert "was damaged and renamed to" in store.notices[0]
        assert set(found(store)) >= set(read)
        put(store, [article(n, body="words " * 500) for n in range(100)])
        assert len(found(store)) == 100


@examples(40)
@given(st.lists(st.integers(-3, 3).map(lambda n: n * 500 - 1), max_size=12), st.integers(0, 3))
def test_days_are_those_of_the_calendar(opened: Opens, offsets: list[int], step: int) -> None:
    """Around several midnights, where ids are bumped from one day into the next."""
    midnights = [
        datetime(2026, 3, 14 - day).astimezone() for day in range(0, 3 * step + 1, step or 1)
    ]
    moments = [at + timedelta(milliseconds=ms) for ms in offsets for at in midnights]
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        put(store, [article(n, published=at) for n, at in enumerate(moments)])
        ids = store.questions.find(Query(), NOW)
        store.marking.mark(Ids(list(ids)[::3]), Mark.READ, True, "")
        wanted: dict[str, list[ArticleId]] = {}
        for row in store.texts.rows(list(ids)):
            wanted.setdefault(f"{row.published.astimezone():%Y-%m-%d}", []).append(row.id)
        groups = store.questions.groups(ids, Grouping.LATEST)
        assert {group.key[0]: list(group.ids) for group in groups} == wanted
        for group in groups:
            assert len(group.ids) == len(list(group.ids))
            assert group.unread == len(store.questions.unread(group.ids))
            assert all(id in group.ids for id in wanted[group.key[0]])


SETS = st.sets(st.integers(0, 99))


@given(st.lists(SETS, min_size=1), st.lists(SETS, min_size=1), SETS)
def test_a_meet_is_the_intersection_of_two_sets(
    facets: list[set[int]], sets: list[set[int]], left_out: set[int]
) -> None:
    kept = Counts(lambda: None)
    bitmaps = [BitMap(facet) for facet in facets]
    for other, (facet, bits) in product(sets, zip(facets, bitmaps, strict=True)):
        ids = BitMap(other)
        without = other & left_out
        for _ in range(2):  # the second time it is remembered
            meet, plain = kept.meet(bits, ids, BitMap(without)), Ids((facet & other) - without)
            assert (bool(meet), len(meet)) == (bool(plain), len(plain))
            assert all((id in meet) == (id in plain) for id in range(100))
            assert (list(meet), meet) == (list(plain), plain)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.sets(st.integers(0, 2**32 - 1)))
def test_a_span_is_the_set_between_its_bounds(one: int, other: int, ids: set[int]) -> None:
    first, end = sorted((one, other))
    span = Span(BitMap(ids), first, end)
    plain = Ids(id for id in ids if first <= id < end)
    assert (len(span), list(span), span) == (len(plain), list(plain), plain)
    assert [span[k] for k in range(len(span))] == list(plain)
    assert all((id in span) == (id in plain) for id in ids)
