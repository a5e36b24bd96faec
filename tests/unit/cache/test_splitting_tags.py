"""The tags of the bar split what is shown, say different things, and are counted exactly."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Article
from reader.cache.answers import MOST_TAGS, TagCount
from reader.cache.asking import grouping
from reader.cache.asking.splitting import ALIKE, POOL
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.engines import Opens
from tests.examples import examples

NAMES = ("BTC", "MARKET", "MARKETS", "ETF", "SPOT ETF", "NEWS", "ETH", "Ωmega", "1INCH")


def tagged(*tags: str, category: str = "OTHER") -> list[Article]:
    """An article for each text of tags, separated by commas."""
    return [
        article(n, tags=tuple(filter(None, each.split(","))), category=category)
        for n, each in enumerate(tags, 1)
    ]


def best(
    opened: Opens, folder: Path, news: Sequence[Article], query: str = "", *named: str
) -> dict[str, int]:
    with opened(folder, clock=lambda: NOW) as store:
        put(store, news)
        ids = store.questions.find(parse(query), NOW)
        return dict(store.questions.bar_tags(ids, named) or ())


def test_the_tag_nearest_below_a_half_comes_first(opened: Opens, tmp_path: Path) -> None:
    news = tagged("ALL,A,B", "ALL,A", "ALL,A", "ALL,C", "ALL,C", "ALL", "ALL", "ALL")
    assert list(best(opened, tmp_path, news).items()) == [("A", 3), ("C", 2)]


def test_a_tag_on_more_than_half_is_left_out_and_one_on_half_is_not(
    opened: Opens, tmp_path: Path
) -> None:
    news = tagged("MORE,HALF", "MORE,HALF", "MORE", "")
    assert best(opened, tmp_path, news) == {"HALF": 2}


def test_a_tag_that_nearly_always_comes_with_another_is_left_out(
    opened: Opens, tmp_path: Path
) -> None:
    news = tagged(*["MARKET,MARKETS"] * 9, "MARKETS", *["MARKET"] * 8, *["FEES"] * 8, *[""] * 30)
    assert list(best(opened, tmp_path, news)) == ["MARKET", "FEES"]


def test_a_tag_that_comes_with_another_less_often_has_a_digit(
    opened: Opens, tmp_path: Path
) -> None:
    news = tagged(*["MARKET,MARKETS"] * 8, *["MARKETS"] * 2, *["MARKET"] * 8, *[""] * 30)
    assert list(best(opened, tmp_path, news)) == ["MARKET", "MARKETS"]


def test_a_tag_that_says_the_category_is_left_out_and_what_says_the_same(
    opened: Opens, tmp_path: Path
) -> None:
    news = [
        *tagged(*["BTC,BITCOIN,FEES"] * 3, "BTC", category="BTC"),
        *(article(n, tags=("BTC",) if n == 20 else ("ETF",) * (n < 18)) for n in range(14, 30)),
    ]
    assert best(opened, tmp_path, news) == {"ETF": 4}


def test_what_splits_a_category_is_shown_where_the_category_is_asked_for(
    opened: Opens, tmp_path: Path
) -> None:
    news = tagged(*["BTC,BITCOIN"] * 3, *["BTC"] * 6, category="BTC")
    assert best(opened, tmp_path, [*news, article(20)], "category:btc") == {"BITCOIN": 3}


def test_the_name_of_a_category_that_means_more_than_it_has_a_digit(
    opened: Opens, tmp_path: Path
) -> None:
    news = [
        *tagged(*["MARKET"] * 3, category="MARKET"),
        *(article(n, tags=("MARKET",) * (n < 24), category="ETH") for n in range(20, 40)),
    ]
    assert best(opened, tmp_path, news) == {"MARKET": 7}


def test_a_tag_is_found_below_the_one_that_was_chosen(opened: Opens, tmp_path: Path) -> None:
    news = tagged(*["ETF,SPOT ETF"] * 3, *["ETF"] * 4, *[""] * 20)
    assert best(opened, tmp_path, news) == {"ETF": 7}
    assert best(opened, tmp_path, news, "tag:etf", "etf") == {"SPOT ETF": 3, "ETF": 7}


def test_tags_of_equal_counts_come_by_name_in_whatever_order_they_were_stored(
    opened: Opens,
    tmp_path: Path,
) -> None:
    news = tagged("B", "A", "D", "C", "", "")
    assert list(best(opened, tmp_path / "1", news)) == ["A", "B", "C", "D"]
    assert list(best(opened, tmp_path / "2", news[::-1])) == ["A", "B", "C", "D"]


@pytest.mark.parametrize("query", ["", "sentiment:unrated"])
def test_the_settings_bring_the_most_frequent_tags_back(
    opened: Opens, tmp_path: Path, query: str
) -> None:
    with opened(tmp_path, clock=lambda: NOW) as store:
        put(store, tagged("ALL,A", "ALL", "ALL"))
        ids = store.questions.find(parse(query), NOW)
        assert store.questions.bar_tags(ids) == [TagCount("A", 1)]
        store.questions.splits_tags = False
        assert store.questions.bar_tags(ids) == [TagCount("ALL", 3), TagCount("A", 1)]


@pytest.mark.parametrize("is_split", [True, False])
def test_the_stored_answer_has_the_tags_of_its_rule_alone(
    opened: Opens, tmp_path: Path, is_split: bool
) -> None:
    put_in = tagged("ALL,A", "ALL", "ALL")
    with opened(tmp_path, clock=lambda: NOW) as store:
        put(store, put_in)
        store.questions.splits_tags = is_split
        store.questions.remember(parse(""), NOW)
    for rule in (is_split, not is_split):
        with opened(tmp_path, clock=lambda: NOW) as store:
            store.questions.splits_tags = rule
            tags = store.questions.bar_tags(store.questions.find(parse(""), NOW), at_once=True)
            assert tags == ([("A", 1)] if rule else [("ALL", 3), ("A", 1)])


def splitting_of(shown: Sequence[Article], names: dict[str, str]) -> list[TagCount]:
    """The rule as it is told, on sets of titles. names: of folded tags."""
    having, named = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for each in shown:
        named[each.category.casefold()].add(each.title)
        for tag in each.tags:
            having[names[tag.casefold()]].add(each.title)
    frequent = sorted(having, key=lambda tag: (-len(having[tag]), tag))
    told, chosen = list[set[str]](), list[TagCount]()
    for tag in frequent[:POOL]:
        own = having[tag]
        if 2 * len(own) > len(shown):
            continue
        if any(len(own & other) >= ALIKE * len(own) for other in told):
            continue
        told.append(own)
        if 2 * len(own & named[tag.casefold()]) <= len(own):
            chosen.append(TagCount(tag, len(own)))
    return chosen[:MOST_TAGS]


@examples(80)
@given(
    st.lists(st.tuples(st.lists(st.sampled_from(NAMES), max_size=4), st.sampled_from(NAMES[:3]))),
    st.sampled_from(["", "category:btc", "tag:etf", "-tag:news"]),
)
def test_tags_split_what_is_shown_with_exact_counts_however_they_are_counted(
    opened: Opens,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[list[str], str]],
    query: str,
) -> None:
    news = [
        article(n, tags=tuple(dict.fromkeys(tags)), category=category)
        for n, (tags, category) in enumerate(rows)
    ]
    with opened(tmp_path_factory.mktemp("tags"), clock=lambda: NOW) as store:
        put(store, news)
        ids = store.questions.find(parse(query), NOW)
        counts = dict(store.questions.tag_counts(ids))
        chosen = store.questions.bar_tags(ids) or []
        names = {tag.casefold(): tag for tag in counts}
        assert chosen == splitting_of([each for _, each in store.texts.articles(ids)], names)
        assert all(counts[tag] == n for tag, n in chosen)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(grouping, "FEW", 0)
            assert store.questions.bar_tags(ids) == chosen
