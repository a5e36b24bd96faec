"""Stories of stored articles: decided once, found by queries, kept when articles change or move."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from reader.article import Article, Sentiment
from reader.cache.store import Store
from reader.cache.storing import stories
from reader.cache.values.instants import END
from reader.errors import CacheLocked
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.memory_engine import MemoryStore

UP, DOWN = Sentiment.POSITIVE, Sentiment.NEGATIVE
HACK = "Vaults of Larkspur drained of $41 million by a forged oracle"
RETOLD = "Larkspur loses $41 million after forged oracle drains its vaults"
MINING = "Miners of Tarnby move to hydro plants before the winter tariff"


@pytest.fixture(params=[Store, MemoryStore], ids=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with request.param(tmp_path) as made:
        yield made


def told(n: int, title: str, source: str = "ledgerpost", **values: Any) -> Article:
    return article(n, title=title, source=source, **values)


def found(store: Any, text: str) -> list[str]:
    """External ids of what matches, newest first."""
    ids = store.questions.find(parse(text), NOW)
    return [row.identity.external for row in store.texts.rows(ids)]


def stories_of(store: Any) -> dict[str, int]:
    """The story of each article, by external id and language."""
    with store.session.present() as view:
        return {f"{row.external}{row.lang}": row.story for row in view.told_between(0, END)}


def decided(store: Any, articles: Sequence[Article]) -> Any:
    put(store, articles)
    store.deciding.run()
    return store


THREE = [
    told(9, HACK, "ledgerpost", sentiment=DOWN),
    told(8, MINING, "ledgerpost"),
    told(7, RETOLD, "coinharbour", sentiment=UP),
]


def test_a_story_of_two_sources_is_found_by_its_states(store: Any) -> None:
    decided(store, THREE)
    assert found(store, "is:story") == ["7", "9"]
    assert found(store, "is:echo") == ["7"]
    assert found(store, "-is:echo") == ["8", "9"]
    assert found(store, "is:split") == ["7", "9"]


def test_a_story_is_not_split_where_one_source_contradicts_itself(store: Any) -> None:
    decided(store, [told(9, HACK, sentiment=UP), told(8, HACK, sentiment=DOWN)])
    assert found(store, "is:echo") == ["8"]
    assert found(store, "is:story") == []
    assert found(store, "is:split") == []


def test_nothing_is_known_of_articles_before_they_are_decided(store: Any) -> None:
    put(store, THREE)
    assert found(store, "is:story") == []
    assert set(stories_of(store).values()) == {0}


def test_later_articles_join_a_story_and_change_what_is_known_of_it(store: Any) -> None:
    decided(store, THREE[:2])
    assert found(store, "is:story") == []
    before = stories_of(store)
    decided(store, THREE[2:])
    assert found(store, "is:story") == ["7", "9"]
    assert {name: stories_of(store)[name] for name in before} == before


def test_a_translation_tells_what_its_original_tells(store: Any) -> None:
    twins = [
        told(9, "Сховища Larkspur спустошено", lang="uk"),
        told(7, "Втрати", "coinharbour", lang="uk"),
    ]
    decided(store, [*THREE, *twins])
    of = stories_of(store)
    assert of["9uk"] == of["9en"] == of["7uk"] == of["7en"]
    assert found(store, "is:echo lang:uk") == ["7"]


def test_articles_without_a_twin_are_compared_within_their_language(store: Any) -> None:
    ukrainian = [
        told(9, "Сховища Ларкспура спустошено через підроблений оракул", lang="uk"),
        told(8, "Майнери Тарнбі переходять на гідроелектростанції", lang="uk"),
        told(7, "Підроблений оракул спустошив сховища Ларкспура", "coinharbour", lang="uk"),
        told(6, "Сховища Ларкспура спустошено через підроблений оракул", "wire", lang="ru"),
    ]
    of = stories_of(decided(store, ukrainian))
    assert of["9uk"] == of["7uk"]
    assert len(set(of.values())) == 3
    assert found(store, "is:echo") == ["7"]


def test_a_translation_that_comes_later_joins_as_well(store: Any) -> None:
    decided(decided(store, THREE), [told(9, "Сховища Larkspur спустошено", lang="uk")])
    assert stories_of(store)["9uk"] == stories_of(store)["9en"]
    assert found(store, "is:story lang:uk") == []
    decided(store, [told(7, "Втрати Larkspur", "coinharbour", lang="uk")])
    assert found(store, "is:story lang:uk") == ["7", "9"]


def test_an_article_keeps_its_story_when_its_source_corrects_it(store: Any) -> None:
    decided(store, THREE)
    before = stories_of(store)
    decided(store, [told(7, MINING, "coinharbour", sentiment=UP, updated=NOW)])
    assert stories_of(store) == before
    assert found(store, "is:story") == ["7", "9"]


def test_an_article_keeps_its_story_when_its_id_changes(store: Any) -> None:
    moment = NOW - timedelta(hours=9)
    decided(store, THREE)
    crowd = [told(n, f"Brief {n} of nr{n}", published=moment) for n in range(100, 130)]
    decided(store, crowd)
    assert found(store, "is:story") == ["7", "9"]
    assert found(store, "is:echo") == ["7"]


def test_deciding_may_stop_at_any_moment_and_goes_on_later(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "AT_ONCE", 1)
    put(store, THREE)
    stop, left = threading.Event(), []

    def once(n: int) -> None:
        left.append(n)
        stop.set()

    store.deciding.run(stop, once)
    assert left == [2]
    store.deciding.run()
    assert found(store, "is:story") == ["7", "9"]


def test_an_archive_that_changes_meanwhile_is_decided_whole(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "AT_ONCE", 1)
    put(store, THREE)
    more = [told(5, "Orbit halts withdrawals of Quillon", "mintgazette")]
    store.deciding.run(on_progress=lambda _: put(store, [more.pop()]) if more else None)
    assert 0 not in stories_of(store).values()
    assert len(stories_of(store)) == 4


def test_nothing_is_left_after_all_is_decided(store: Any) -> None:
    put(store, THREE)
    assert store.deciding.is_behind()
    store.deciding.run()
    assert not store.deciding.is_behind()
    with store.session.present() as view:
        assert not view.undecided(view.counter("decided"))
        version = view.counter("version")
    store.deciding.run()
    with store.session.present() as view:
        assert view.counter("version") == version


def test_an_empty_archive_has_no_stories(store: Any) -> None:
    store.deciding.run()
    assert found(store, "is:story") == []


def test_facets_that_are_recounted_know_the_stories(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        decided(store, THREE)
    with closing(sqlite3.connect(tmp_path / "cache.db", isolation_level=None)) as db:
        db.execute("UPDATE wholes SET ids = x'00'")
        db.execute("UPDATE chunks SET ids = x'00'")
    with Store(tmp_path) as store:
        assert found(store, "is:story") == ["7", "9"]
        assert found(store, "is:split") == ["7", "9"]


def test_a_damaged_article_is_a_story_of_its_own(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, THREE)
    with closing(sqlite3.connect(tmp_path / "cache.db", isolation_level=None)) as db:
        db.execute("UPDATE documents SET body = CAST(x'ff' AS TEXT), fields = 'no JSON'")
    with Store(tmp_path) as store:
        store.deciding.run()
        assert 0 not in stories_of(store).values()


def test_dates_far_in_past_and_future_are_decided(store: Any) -> None:
    far = [
        told(1, HACK, published=NOW - timedelta(days=9_000)),
        told(2, RETOLD, "coinharbour", published=NOW + timedelta(days=9_000)),
        told(3, HACK, "mintgazette", published=NOW + timedelta(days=9_000, hours=1)),
    ]
    decided(store, far)
    of = stories_of(store)
    assert of["2en"] == of["3en"] != of["1en"]


TITLES = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3).map(
    lambda letters: " ".join(f"event{letter}" for letter in letters)
)
ARTICLES = st.lists(
    st.builds(
        lambda hours, source, title, sentiment, lang: (hours, source, title, sentiment, lang),
        st.integers(0, 20),
        st.sampled_from("xyz"),
        TITLES,
        st.sampled_from([UP, DOWN, Sentiment.NEUTRAL]),
        st.sampled_from(["en", "en", "uk"]),
    ),
    max_size=16,
)


def archive(rows: list[tuple[Any, ...]]) -> list[Article]:
    """In the order of publication."""
    made, at = [], NOW - timedelta(days=30)
    for n, (hours, source, title, sentiment, lang) in enumerate(rows):
        at += timedelta(hours=hours)
        made.append(
            told(n, title, source, sentiment=sentiment, lang=lang, published=at, external_id=str(n))
        )
    return made


def recounted(store: Any) -> dict[str, set[int]]:
    """What the states should hold, from the stories alone."""
    with store.session.present() as view:
        rows = view.told_between(0, END)
    states: dict[str, set[int]] = {"story": set(), "echo": set(), "split": set()}
    for row in rows:
        every = [each for each in rows if (each.story, each.lang) == (row.story, row.lang)]
        firsts = {each.source: each.sentiment for each in reversed(every)}
        if len(firsts) > 1:
            states["story"].add(row.id)
        if every[0] != row:
            states["echo"].add(row.id)
        if {UP.value, DOWN.value} <= set(firsts.values()):
            states["split"].add(row.id)
    return states


@pytest.mark.parametrize("opened", [Store, MemoryStore], ids=["sqlite", "memory"])
@settings(max_examples=30, deadline=None)
@given(rows=ARTICLES, cuts=st.lists(st.integers(1, 6), max_size=4))
def test_stories_and_states_do_not_depend_on_runs_and_equal_a_recount(
    opened: Callable[[Path], Any],
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[Any, ...]],
    cuts: list[int],
) -> None:
    articles = archive(rows)
    with opened(tmp_path_factory.mktemp("whole")) as whole:
        decided(whole, articles)
        expected = stories_of(whole)
    with opened(tmp_path_factory.mktemp("cut")) as cut:
        left = list(articles)
        for size in (*cuts, len(left)):
            decided(cut, left[:size])
            left = left[size:]
        assert _together(stories_of(cut)) == _together(expected)
        for state, ids in recounted(cut).items():
            assert cut.questions.find(parse(f"is:{state}"), NOW).bits == BitMap(ids)


def _together(of: dict[str, int]) -> set[frozenset[str]]:
    """Which articles come together, whatever the numbers of their stories."""
    return {frozenset(name for name in of if of[name] == story) for story in of.values()}


def test_an_import_does_not_fail_where_stories_cannot_be_decided_now(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, THREE)

    def locked() -> bool:
        raise CacheLocked(Path("cache.db"))

    monkeypatch.setattr(store.deciding, "_step", locked)
    store.deciding.run_in_passing()
    monkeypatch.undo()
    store.deciding.run_in_passing()
    assert found(store, "is:story") == ["7", "9"]
