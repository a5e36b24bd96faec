"""Stories of stored articles: decided once, found by queries, kept when articles change or move."""

import sqlite3
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
from reader.cache import texts
from reader.cache.answers import Grouping
from reader.cache.asking import story_groups
from reader.cache.asking.story_groups import OLDER, SINGLE
from reader.cache.ids import Ids
from reader.cache.insight import telling as telling_module
from reader.cache.insight.telling import telling
from reader.cache.store import Store
from reader.cache.storing import stories
from reader.cache.values.instants import END
from reader.errors import CacheLocked
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.engines import Opens, chooses_engine

UP, DOWN = Sentiment.POSITIVE, Sentiment.NEGATIVE
HACK = "Vaults of Larkspur drained of $41 million by a forged oracle"
RETOLD = "Larkspur loses $41 million after forged oracle drains its vaults"
MINING = "Miners of Tarnby move to hydro plants before the winter tariff"


@pytest.fixture
def store(opened: Opens, tmp_path: Path) -> Iterator[Any]:
    with opened(tmp_path) as made:
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


def test_a_story_is_found_by_its_number_in_every_language(store: Any) -> None:
    decided(store, [*THREE, told(9, "Сховища Larkspur спустошено", lang="uk")])
    number, other = stories_of(store)["9en"], stories_of(store)["8en"]
    assert found(store, f"story:{number}") == ["7", "9", "9"]
    assert found(store, f"story:{number} lang:en") == ["7", "9"]
    assert found(store, f"story:{number} is:echo") == ["7"]
    assert found(store, f"-story:{number}") == ["8"]
    assert found(store, f"story:{number} story:{other} lang:en") == ["7", "8", "9"]
    assert found(store, "story:999999999999999999") == []


def test_drafts_are_not_found_by_their_story(store: Any) -> None:
    decided(store, [*THREE, told(6, HACK, "mintgazette", draft=True)])
    number = stories_of(store)["9en"]
    assert found(store, f"story:{number}") == ["7", "9"]
    assert found(store, f"story:{number} is:draft") == ["6"]


def test_a_story_that_has_just_been_decided_is_found_by_its_number(store: Any) -> None:
    put(store, [told(9, HACK)])
    assert found(store, "story:1") == []
    store.deciding.run()
    assert found(store, "story:1") == ["9"]


def listed(store: Any) -> dict[str, tuple[int, bool]]:
    """By external id and language: how many sources tell the story, and whether they disagree."""
    rows = store.texts.rows(store.questions.find(parse(""), NOW))
    return {f"{row.identity.external}{row.lang}": (row.sources, row.is_split) for row in rows}


def test_a_row_knows_how_many_sources_tell_its_story_in_its_language(store: Any) -> None:
    again = told(6, RETOLD, "coinharbour", sentiment=DOWN)
    decided(store, [*THREE, again, told(9, "Сховища Larkspur спустошено", lang="uk")])
    of = listed(store)
    assert of == {
        **dict.fromkeys(("9en", "7en", "6en"), (2, True)),
        **dict.fromkeys(("8en", "9uk"), (0, False)),
    }


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE articles SET story = 0",
        "UPDATE articles SET story = -5",
        "UPDATE articles SET story = 'no number', told = 'none'",
        "UPDATE articles SET story = id, told = 7",
        "UPDATE articles SET source = CAST(x'ff' AS TEXT) WHERE external = '9'",
    ],
)
@chooses_engine("rows of cache.db are damaged")
def test_a_row_whose_story_is_damaged_is_listed_without_it(tmp_path: Path, damage: str) -> None:
    with Store(tmp_path) as store:
        decided(store, THREE)
    with closing(sqlite3.connect(tmp_path / "cache.db", isolation_level=None)) as db:
        db.execute(damage)
    with Store(tmp_path) as store:
        ids = store.questions.find(parse(""), NOW)
        rows = store.texts.rows(ids)
        assert [row.id for row in rows] == list(ids)
        assert not any(row.sources or row.is_split for row in rows)
        for row in rows:
            assert telling(store.session, row) is None
        groups = store.questions.groups(ids, Grouping.STORY)
        assert sum(len(each.ids) for each in groups) == 3


def grouped(store: Any, text: str = "") -> list[tuple[str, list[str], int]]:
    """Label, external ids and number of sources of each group of the list by story."""
    groups = store.questions.groups(store.questions.find(parse(text), NOW), Grouping.STORY)
    return [
        (each.label, [row.identity.external for row in store.texts.rows(each.ids)], each.sources)
        for each in groups
    ]


ORBIT = [
    told(5, "Orbit exchange halts withdrawals of Quillon", "mintgazette"),
    told(4, "Withdrawals of Quillon halted at Orbit exchange", "ledgerpost"),
]


def test_a_list_by_story_has_the_newest_story_first_and_the_rest_last(store: Any) -> None:
    decided(store, [*THREE, *ORBIT])
    assert grouped(store) == [
        (ORBIT[0].title, ["4", "5"], 2),
        (HACK, ["7", "9"], 2),
        (SINGLE, ["8"], 0),
    ]
    assert grouped(store, "is:echo") == [(ORBIT[1].title, ["4"], 2), (RETOLD, ["7"], 2)]
    assert grouped(store, "before:2000-01-01") == []


def test_a_story_is_named_and_counted_in_the_language_of_the_list(store: Any) -> None:
    twins = [
        told(9, "Сховища Larkspur спустошено", lang="uk"),
        told(7, "Втрати", "coinharbour", lang="uk"),
    ]
    decided(store, [*THREE, *twins])
    assert grouped(store, "lang:uk") == [(twins[0].title, ["7", "9"], 2)]
    assert sorted(grouped(store)[0][1]) == ["7", "7", "9", "9"]


def test_stories_beyond_the_newest_are_among_the_rest(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_groups, "STORIES", 1)
    monkeypatch.setattr(story_groups, "AT_ONCE", 1)
    decided(store, [*THREE, *ORBIT])
    assert grouped(store) == [(ORBIT[0].title, ["4", "5"], 2), (OLDER, ["7", "8", "9"], 0)]


def test_a_story_of_very_many_articles_does_not_keep_the_list_waiting(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (story_groups, texts, telling_module):
        monkeypatch.setattr(module, "MOST", 2)
    monkeypatch.setattr(story_groups, "LOOKED_UP", 2)
    crowd = [told(n, HACK, "ledgerpost" if n % 2 else "coinharbour") for n in range(20, 10, -1)]
    decided(store, [*THREE, *crowd])
    assert [(label, len(articles)) for label, articles, _ in grouped(store)] == [
        (HACK, 2),
        (OLDER, 11),
    ]
    assert listed(store)["11en"] == (2, False)


def test_an_article_has_its_tellers_in_order_and_in_its_language(store: Any) -> None:
    again = told(6, RETOLD, "coinharbour", sentiment=DOWN)
    decided(store, [*THREE, again, told(9, "Сховища Larkspur спустошено", lang="uk")])
    rows = {
        f"{row.identity.external}{row.lang}": row
        for row in store.texts.rows(store.questions.find(parse(""), NOW))
    }
    tellers = telling(store.session, rows["7en"])
    assert tellers is not None
    assert [each.identity.external for each in tellers.articles] == ["9", "7", "6"]
    assert [each.identity.external for each in tellers.firsts] == ["9", "7"]
    assert tellers.others(rows["7en"].id) == Ids([rows["9en"].id, rows["6en"].id])
    assert telling(store.session, rows["8en"]) is telling(store.session, rows["9uk"]) is None


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

    class Stop(Exception):
        pass

    def stop(left: int) -> None:
        raise Stop(left)

    with pytest.raises(Stop, match="2"):
        store.deciding.run(stop)
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


@chooses_engine("rows of cache.db are damaged")
def test_facets_that_are_recounted_know_the_stories(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        decided(store, THREE)
    with closing(sqlite3.connect(tmp_path / "cache.db", isolation_level=None)) as db:
        db.execute("UPDATE wholes SET ids = x'00'")
        db.execute("UPDATE chunks SET ids = x'00'")
    with Store(tmp_path) as store:
        assert found(store, "is:story") == ["7", "9"]
        assert found(store, "is:split") == ["7", "9"]


@chooses_engine("rows of cache.db are damaged")
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
        _assert_stories_are_those_that_are_stored(cut)


def _assert_stories_are_those_that_are_stored(store: Any) -> None:
    """Filters, rows and groups against a recount of every article."""
    with store.session.present() as view:
        rows = view.told_between(0, END)
    for story in {row.story for row in rows}:
        ids = store.questions.find(parse(f"story:{story}"), NOW)
        assert set(ids) == {row.id for row in rows if row.story == story}
    every = store.questions.find(parse(""), NOW)
    for row in store.texts.rows(every):
        (story,) = (each.story for each in rows if each.id == row.id)
        same = [each for each in rows if (each.story, each.lang) == (story, row.lang)]
        count = len({each.source for each in same})
        assert row.sources == (count if count > 1 else 0)
    groups = store.questions.groups(every, Grouping.STORY)
    assert BitMap().union(*(group.ids.bits for group in groups)) == every.bits
    assert sum(len(group.ids) for group in groups) == len(every)
    newest = [group.ids[0] for group in groups if group.sources]
    assert newest == sorted(newest, reverse=True)


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
