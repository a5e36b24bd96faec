"""The briefing of stored articles: what arrived since a visit, and the stories that it tells."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.article import Article, Sentiment
from reader.cache.insight import compiling, unusual
from reader.cache.insight.briefing import Briefing, Visit
from reader.cache.insight.insight import Insight
from reader.cache.insight.visits import STATE, read, written
from reader.cache.mood import Pair
from reader.cache.store import Store
from reader.cache.values.instants import END
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.engines import Opens, chooses_engine

UP, DOWN = Sentiment.POSITIVE, Sentiment.NEGATIVE
HACK = "Vaults of Larkspur drained of $41 million by a forged oracle"
RETOLD = "Larkspur loses $41 million after forged oracle drains its vaults"
MINING = "Miners of Tarnby move to hydro plants before the winter tariff"
MINED = "Tarnby miners move to hydro plants ahead of winter tariff"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(opened: Opens, tmp_path: Path, clock: Clock) -> Iterator[Any]:
    with opened(tmp_path, clock=clock) as made:
        yield made


@pytest.fixture
def insight(store: Any, clock: Callable[[], datetime]) -> Insight:
    return Insight(store.session, store.questions, store.marking, clock)


def bring(store: Any, *articles: Article) -> None:
    put(store, articles)
    store.deciding.run()


def told(n: int, title: str, source: str = "ledgerpost", **values: Any) -> Article:
    return article(n, title=title, source=source, **values)


def names(store: Any, ids: Sequence[Any]) -> list[str]:
    """External ids, newest first."""
    return [row.identity.external for row in store.texts.rows(list(ids))]


def titles(briefing: Briefing) -> list[str]:
    return [each.title for each in briefing.told_by_several]


def test_what_came_after_a_visit_has_arrived_whenever_it_was_published(
    store: Any, insight: Insight
) -> None:
    bring(store, article(3), article(4))
    visit = insight.present()
    bring(store, article(2), article(900))
    found = insight.briefing(parse(""), visit)
    assert found.since == visit.at
    assert names(store, found.ids) == ["2", "900"]
    assert not insight.briefing(parse(""), insight.present()).ids


def test_an_article_that_is_corrected_does_not_arrive_again(store: Any, insight: Insight) -> None:
    bring(store, article(3), article(4))
    visit = insight.present()
    bring(store, article(3, title="Corrected", updated=NOW))
    assert not insight.briefing(parse(""), visit).ids


def test_articles_that_make_room_for_others_do_not_arrive_again(
    store: Any, insight: Insight
) -> None:
    moment = NOW - timedelta(hours=9)
    bring(store, *(article(n, published=moment) for n in range(100, 110)))
    visit = insight.present()
    bring(store, *(article(n, published=moment - timedelta(seconds=1)) for n in range(200, 230)))
    found = insight.briefing(parse(""), visit)
    assert {int(name) for name in names(store, found.ids)} == set(range(200, 230))


def test_drafts_and_what_the_query_excludes_are_left_out(store: Any, insight: Insight) -> None:
    visit = insight.present()
    bring(store, article(1), article(2, draft=True), article(3, tags=("ETH",)))
    assert names(store, insight.briefing(parse(""), visit).ids) == ["1", "3"]
    assert names(store, insight.briefing(parse("tag:eth"), visit).ids) == ["3"]
    assert names(store, insight.briefing(parse('"story 1"'), visit).ids) == ["1"]


def test_without_a_visit_it_is_about_the_24_hours_before_the_newest_article(
    store: Any, insight: Insight
) -> None:
    future = article(5, published=NOW + timedelta(days=3))
    bring(store, article(50), article(60), article(74), article(75), future)
    found = insight.briefing(parse(""), None)
    assert found.since is None
    assert names(store, found.ids) == ["50", "60", "74"]


def test_an_empty_archive_has_an_empty_briefing(insight: Insight) -> None:
    for since in (None, insight.present(), Visit(7, NOW)):
        found = insight.briefing(parse(""), since)
        assert (len(found.ids), found.stories, found.several, found.rest) == (0, 0, 0, ())


def test_stories_of_several_sources_are_told_by_their_first_article(
    store: Any, insight: Insight
) -> None:
    visit = insight.present()
    bring(
        store,
        *(told(9, HACK, sentiment=DOWN), told(7, RETOLD, "coinharbour", sentiment=UP)),
        *(told(8, MINING), told(6, MINED, "coinharbour"), told(5, "Unlike the others")),
    )
    found = insight.briefing(parse(""), visit)
    assert titles(found) == [MINING, HACK]
    assert (found.stories, found.several, found.labels) == (3, 2, Pair(1, 1))
    hack = found.told_by_several[1]
    assert (hack.source, hack.sources, hack.sentiment) == ("ledgerpost", 2, DOWN)
    assert (hack.is_split, hack.began_before) == (True, False)
    assert hack.published == NOW - timedelta(hours=9)
    assert [len(group.ids) for group in found.rest] == [1]


def test_a_story_of_which_an_article_arrived_before_began_before(
    store: Any, insight: Insight
) -> None:
    bring(store, told(9, HACK))
    visit = insight.present()
    bring(store, told(7, RETOLD, "coinharbour"))
    found = insight.briefing(parse(""), visit)
    assert [(each.title, each.began_before) for each in found.told_by_several] == [(HACK, True)]
    assert (len(found.ids), found.stories, found.several) == (1, 1, 1)
    assert found.rest == ()


TWINS = (
    *(told(9, HACK), told(7, RETOLD, "coinharbour")),
    told(9, "Сховища Larkspur спустошено", lang="uk"),
    told(7, "Larkspur втрачає $41 млн", "coinharbour", lang="uk"),
)


def test_twins_count_once_in_the_language_of_the_query_or_the_commoner_one(
    store: Any, insight: Insight
) -> None:
    visit = insight.present()
    bring(store, *TWINS, told(5, "Третя новина", lang="uk"))
    found = insight.briefing(parse(""), visit)
    assert (titles(found), found.stories, found.several) == ([HACK], 2, 1)
    assert len(found.ids) == 3
    assert titles(insight.briefing(parse("lang:uk"), visit)) == ["Сховища Larkspur спустошено"]


def test_of_very_many_stories_the_newest_are_listed_and_all_counted(
    store: Any, insight: Insight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "MOST_STORIES", 1)
    visit = insight.present()
    bring(store, *TWINS[:2], told(6, MINING), told(5, MINED, "coinharbour"))
    found = insight.briefing(parse(""), visit)
    assert (titles(found), found.stories, found.several) == ([MINING], 2, 2)
    assert [names(store, group.ids) for group in found.rest] == [["7", "9"]]


@chooses_engine("SQLite counts them in two ways")
def test_stories_are_counted_alike_for_few_and_for_many_articles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path) as store:
        bring(store, *TWINS, told(5, MINING))
        put(store, [told(4, "Not decided yet")])
        every = store.questions.find(parse(""), NOW).bits
        with store.session.present() as view:
            few = view.count_stories(every)
            monkeypatch.setattr("reader.cache.engines.sqlite.story_rows.FEW", 0)
            assert view.count_stories(every) == few == 3
            assert view.count_stories(every - every) == 0


def test_a_visit_in_the_past_has_seen_what_had_arrived_until_then(
    store: Any, insight: Insight, clock: Clock
) -> None:
    for n in range(1, 5):
        clock.now = NOW + timedelta(hours=n)
        bring(store, article(n))
    for hours, arrived in ((0, 4), (1, 3), (2.5, 2), (4, 0), (9, 0)):
        since = insight.since(NOW + timedelta(hours=hours))
        assert len(insight.briefing(parse(""), since).ids) == arrived


def test_a_visit_to_a_cache_that_was_made_again_counts_by_its_time(
    store: Any, insight: Insight, clock: Clock
) -> None:
    """Its numbers began anew: what has number 1 here came after the visit that saw number 1."""
    for n in range(1, 4):
        clock.now = NOW + timedelta(hours=n)
        bring(store, article(n))
    long_ago, lately = NOW - timedelta(days=1), NOW + timedelta(hours=2)
    assert len(insight.briefing(parse(""), Visit(1, long_ago)).ids) == 3
    assert len(insight.briefing(parse(""), Visit(99, lately)).ids) == 1


def test_a_visit_is_saved_and_read(store: Any, insight: Insight) -> None:
    assert insight.visit() is None
    insight.save_visit(insight.present())
    assert insight.visit() == insight.present()
    store.marking.save_state(STATE, "nonsense")
    assert insight.visit() is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "null", "7", "{}", "[1]", '[1, "soon"]', '[1, "2026-03-14T12:00:00"]'),
        *('["1", "2026-03-14T12:00:00+00:00"]', '[-1, "2026-03-14T12:00:00+00:00"]'),
        *('[true, "2026-03-14T12:00:00+00:00"]', '[1e400, "2026-03-14T12:00:00+00:00"]'),
        *(f'[{1 << 70}, "2026-03-14T12:00:00+00:00"]', '[1, "2026-03-14T12:00:00+00:00", 2]'),
        *("[" * 50_000, "9" * 9_000),
    ],
)
def test_a_damaged_visit_is_none(text: str) -> None:
    assert read(text) is None


def test_a_visit_reads_as_it_was_written() -> None:
    visit = Visit(7, datetime(2026, 3, 14, 12, 30, 1, 5, tzinfo=UTC))
    assert read(written(visit)) == visit


@chooses_engine("a cache.db of an earlier version")
def test_articles_from_before_arrivals_were_noted_arrived_long_ago(tmp_path: Path) -> None:
    with Store(tmp_path, clock=lambda: NOW) as store:
        bring(store, article(1))
        with store.engine.transaction() as to:
            to.db.execute("UPDATE articles SET arrived = 0")
        insight = Insight(store.session, store.questions, store.marking, lambda: NOW)
        assert not insight.briefing(parse(""), Visit(0, NOW)).ids
        bring(store, article(2))
        assert len(insight.briefing(parse(""), Visit(0, NOW)).ids) == 1


def week(name: str, *, now: int, was: int, first: int = 0, **values: Any) -> list[Article]:
    """Articles with a tag, some in the last week and some in the weeks before, of two sources."""
    spread = [hours * 6 for hours in range(now)] + [200 + hours * 6 for hours in range(was)]
    return [
        article(
            first + n,
            title=f"Memo {first + n} on {name} no. {n}",
            tags=("Quiet", name),
            source=("ledgerpost", "coinharbour")[n % 2],
            published=NOW - timedelta(hours=1 + hours, minutes=first % 50),
            **values,
        )
        for n, hours in enumerate(spread)
    ]


def test_a_tag_that_is_told_more_than_usual_is_named_as_it_is_written(
    store: Any, insight: Insight
) -> None:
    put(store, [*week("Plain", now=20, was=80), *week("Larkspur Bridge", now=12, was=2, first=500)])
    found = insight.briefing(parse(""), None)
    assert [(each.name, each.is_tag, each.stories) for each in found.more] == [
        ("Larkspur Bridge", True, 12)
    ]
    assert found.more[0].usual == pytest.approx(2.5 * 32 / 82)
    assert found.turned == []


def test_a_word_of_titles_is_told_in_small_letters(store: Any, insight: Insight) -> None:
    put(store, week("Plain", now=20, was=80))
    named = [
        article(
            900 + n,
            title=f"Tarnby’s vault gained {n} %",
            source=("ledgerpost", "coinharbour")[n % 2],
            published=NOW - timedelta(hours=5 * n),
        )
        for n in range(1, 9)
    ]
    put(store, named)
    assert insight.briefing(parse(""), None).more == [("tarnby", False, 8, 0.5 * 28 / 80)]


def test_a_tag_whose_labels_turned_is_told_with_both_shares(store: Any, insight: Insight) -> None:
    mixed = [
        *week("Plain", now=20, was=60, sentiment=UP),
        *week("Plain", now=20, was=60, first=200, sentiment=DOWN),
    ]
    fell = [
        *week("Larkspur", now=2, was=24, first=400, sentiment=UP),
        *week("Larkspur", now=18, was=6, first=600, sentiment=DOWN),
    ]
    put(store, [*mixed, *fell])
    found = insight.briefing(parse(""), None)
    assert found.turned == [("Larkspur", Pair(2, 18), Pair(24, 6))]


def test_estimates_and_other_languages_do_not_turn_a_tag(store: Any, insight: Insight) -> None:
    mixed = [
        *week("Plain", now=20, was=60, sentiment=UP),
        *week("Plain", now=20, was=60, first=200, sentiment=DOWN),
    ]
    fell = week("Larkspur", now=2, was=24, first=400, sentiment=UP)
    estimated = {"sentiment": DOWN, "sentiment_is_estimated": True}
    put(store, [*mixed, *fell, *week("Larkspur", now=18, was=6, first=600, **estimated)])
    put(store, week("Larkspur", now=18, was=6, first=800, sentiment=DOWN, lang="uk"))
    assert insight.briefing(parse(""), None).turned == []


def test_of_very_many_stories_some_are_looked_at_and_all_counted(
    store: Any, insight: Insight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unusual, "MOST_RECENT", 20)
    monkeypatch.setattr(unusual, "MOST_FORMER", 40)
    put(store, [*week("Plain", now=20, was=80), *week("Larkspur", now=18, was=2, first=500)])
    found = insight.briefing(parse(""), None)
    assert [(each.name, each.is_tag, each.stories) for each in found.more] == [
        ("Larkspur", True, 18)
    ]
    assert found.more[0].usual == pytest.approx(2.5 * 38 / 82)


def test_the_answer_about_what_is_unusual_is_kept_until_the_stories_change(
    store: Any, insight: Insight
) -> None:
    put(store, [*week("Plain", now=20, was=80), *week("Larkspur", now=12, was=2, first=500)])
    first = insight.briefing(parse(""), None)
    assert insight.briefing(parse(""), None).more is first.more
    put(store, week("Tarnby", now=9, was=0, first=700))
    assert {each.name for each in insight.briefing(parse(""), None).more} == {"Larkspur", "Tarnby"}


@chooses_engine("looks into a table of cache.db")
def test_of_the_versions_of_one_minute_the_first_is_noted(tmp_path: Path, clock: Clock) -> None:
    with Store(tmp_path, clock=clock) as store:
        insight = Insight(store.session, store.questions, store.marking, clock)
        for n in range(1, 5):
            clock.now = NOW + timedelta(seconds=25 * n)
            put(store, [article(n)])
        with store.engine.transaction() as to:
            noted = to.db.execute("SELECT count(*) FROM arrivals WHERE at > 0").fetchone()
        assert noted == (2,)
        # What came within the minute before an instant may be told again, but is never left out.
        seen = insight.since(NOW + timedelta(seconds=80))
        assert names(store, insight.briefing(parse(""), seen).ids) == ["2", "3", "4"]


@chooses_engine("rows of cache.db are damaged")
def test_a_title_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    with Store(tmp_path, clock=lambda: NOW) as store:
        bring(store, *TWINS[:2], told(5, MINING), told(4, MINED, "coinharbour"))
        with store.engine.transaction() as to:
            to.db.execute("UPDATE articles SET sentiment = 'GREAT' WHERE external = '9'")
            to.db.execute("UPDATE articles SET title = x'ff' WHERE external = '4'")
        insight = Insight(store.session, store.questions, store.marking, lambda: NOW)
        found = insight.briefing(parse(""), None)
        assert titles(found) == [MINING]
        assert sum(len(group.ids) for group in found.rest) == 2


BATCHES = st.lists(
    st.lists(
        st.tuples(
            st.integers(1, 12),  # which article; again: the same one, with another text
            st.sampled_from([HACK, RETOLD, MINING, MINED, "Brackmere opens a bridge"]),
            st.sampled_from(["ledgerpost", "coinharbour", "tarnbydesk"]),
            st.booleans(),
        ),
        max_size=6,
    ),
    min_size=2,
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(batches=BATCHES, seen=st.integers(0, 3))
def test_a_briefing_equals_a_recount(
    opened: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[tuple[int, str, str, bool]]],
    seen: int,
) -> None:
    with opened(tmp_path_factory.mktemp("data"), clock=lambda: NOW) as store:
        insight = Insight(store.session, store.questions, store.marking, lambda: NOW)
        known: set[tuple[str, str]] = set()
        new: set[tuple[str, str]] = set()
        visit = insight.present()
        for place, batch in enumerate(batches):
            if place == min(seen, len(batches) - 1):
                visit, new = insight.present(), set()
            moment = NOW + timedelta(minutes=place)
            for n, title, source, is_draft in batch:
                bring(store, told(n, title, source, draft=is_draft, updated=moment, body=title))
                new |= {(str(n), source)} - known
                known.add((str(n), source))
        found = insight.briefing(parse(""), visit)
        drafts = set(store.questions.find(parse("is:draft"), NOW))
        with store.session.present() as view:
            rows = [row for row in view.told_between(0, END) if row.id not in drafts]
        arrived = [row for row in rows if (row.external, row.source) in new]
        assert set(found.ids) == {row.id for row in arrived}
        assert found.stories == len({row.story for row in arrived})
        several = {row.story for row in arrived if row.told & 1}
        assert found.several == len(several)
        assert {each.story for each in found.told_by_several} <= several
        listed = {row.id for row in arrived} - {id for group in found.rest for id in group.ids}
        stories = {each.story for each in found.told_by_several}
        assert listed == {row.id for row in arrived if row.story in stories}
