"""Where all languages are shown, an article and its twin count as one; both stay in the list."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.article import Article, Sentiment
from reader.cache.answers import Grouping
from reader.cache.mood import By
from reader.library import Library, Mark
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.engines import Kept, Opens

UP, DOWN = Sentiment.POSITIVE, Sentiment.NEGATIVE


@pytest.fixture
def store(opened: Opens, tmp_path: Path) -> Iterator[Any]:
    with opened(tmp_path) as made:
        yield made


def pair(n: int, **values: Any) -> list[Article]:
    """The article in English and Ukrainian."""
    return [article(n, lang=lang, title=f"{lang} {n}", **values) for lang in ("en", "uk")]


def decided(store: Any, *articles: Article) -> Any:
    put(store, articles)
    store.deciding.run()
    return store


def counts(store: Any, text: str, by: Grouping = Grouping.CATEGORY) -> dict[str, tuple[int, int]]:
    """Unread and all articles by group, as the list names them."""
    groups = store.questions.groups(store.questions.find(parse(text), NOW), by)
    return {group.label: (group.unread, group.articles) for group in groups}


@pytest.mark.parametrize("by", list(Grouping))
def test_a_pair_counts_once_in_every_grouping(store: Any, by: Grouping) -> None:
    decided(store, *pair(1), *pair(2), article(3))
    assert sum(number for _, number in counts(store, "", by).values()) == 3
    assert sum(unread for unread, _ in counts(store, "", by).values()) == 3
    assert sum(number for _, number in counts(store, "lang:uk", by).values()) == 2
    assert len(store.questions.find(parse(""), NOW)) == 5  # the list has both


def test_a_pair_counts_once_among_sentiments_pinned_ones_and_in_total(store: Any) -> None:
    decided(store, *pair(1, sentiment=UP, category="BTC"), *pair(2, sticky_weight=1))
    assert counts(store, "")["PINNED"] == (1, 1)
    (category,) = [
        group
        for group in store.questions.groups(store.questions.find(parse(""), NOW), Grouping.CATEGORY)
        if group.label == "BTC"
    ]
    assert [(below.label, below.unread, below.articles) for below in category.children] == [
        ("positive", 1, 1)
    ]
    assert store.questions.total(store.questions.find(parse(""), NOW)) == 2
    assert store.questions.total(store.questions.find(parse("lang:uk"), NOW)) == 4


def test_a_pair_counts_once_in_the_total_where_nothing_is_found(store: Any) -> None:
    decided(store, *pair(1), *pair(2))
    assert store.questions.total(store.questions.find(parse("is:favourite"), NOW)) == 2
    assert store.questions.total(store.questions.find(parse("lang:uk is:favourite"), NOW)) == 4
    assert store.questions.total() == 4


def test_a_pair_counts_once_for_tags_and_mood(store: Any) -> None:
    decided(store, *pair(1, tags=("XRP",), sentiment=UP), article(2, tags=("XRP",), sentiment=DOWN))
    ids = store.questions.find(parse(""), NOW)
    assert [*store.questions.tag_counts(ids)] == [("XRP", 2)]
    assert [*store.questions.tag_counts(ids, 9)] == [("XRP", 2)]
    mood = store.questions.mood(store.questions.distinct(ids), By.DAY, None, 400, NOW)
    assert (mood.labels.positive, mood.labels.negative) == (1, 1)


def test_twins_that_differ_count_both(store: Any) -> None:
    english, ukrainian = pair(1, tags=("XRP",), sentiment=UP)
    other_tag = article(2, lang="uk", tags=("ETH",))
    decided(store, english, ukrainian, article(2, tags=("XRP",)), other_tag)
    assert sum(number for _, number in counts(store, "").values()) == 3
    assert sum(number for _, number in counts(store, "tag:eth").values()) == 1


def test_words_and_states_of_one_language_count_what_they_find(store: Any) -> None:
    decided(store, *pair(1), *pair(2))
    assert sum(number for _, number in counts(store, "uk").values()) == 2
    assert sum(number for _, number in counts(store, "is:twin").values()) == 2


def test_a_correction_of_one_language_counts_both_until_the_other_follows(store: Any) -> None:
    english, ukrainian = pair(1, sentiment=UP)
    decided(store, english, ukrainian)
    corrected = {"sentiment": DOWN, "updated": NOW}
    decided(store, article(1, title="en 1", **corrected))
    assert sum(number for _, number in counts(store, "").values()) == 2
    decided(store, article(1, lang="uk", title="uk 1", **corrected))
    assert sum(number for _, number in counts(store, "").values()) == 1


def test_an_answer_from_the_last_session_counts_a_pair_once(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        decided(store, *pair(1), *pair(2))
        store.questions.remember(parse(""), NOW)
    with opened(tmp_path) as store:
        ids = store.questions.find(parse(""), NOW)
        (group,) = store.questions.groups(ids, Grouping.CATEGORY)
        assert (group.unread, group.articles) == (2, 2)
        assert [below.articles for below in group.children] == [2]


def test_a_read_pair_leaves_one_unread(kept: Kept, tmp_path: Path) -> None:
    with Library(kept(tmp_path)) as library:
        decided(library._store, *pair(1), *pair(2))
        ids = library.find(parse("lang:uk"))
        library.mark(ids, Mark.READ, True, "read")
        groups = library.groups(library.find(parse("")))
        assert [(group.unread, group.articles) for group in groups] == [(0, 2)]


ROWS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(["en", "uk", "de"]),
        st.sampled_from([UP, DOWN]),
        st.sampled_from(["BTC", "ETH"]),
        st.booleans(),
    ),
    max_size=14,
    unique_by=lambda row: row[:2],
)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, cut=st.integers(0, 14))
def test_counts_equal_those_of_pairs_taken_together(
    opened: Opens, tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], cut: int
) -> None:
    articles = [
        article(n, lang=lang, sentiment=sentiment, category=category, tags=("X",) if tag else ())
        for n, lang, sentiment, category, tag in rows
    ]
    with opened(tmp_path_factory.mktemp("pairs")) as store:
        decided(store, *articles[:cut])
        decided(store, *articles[cut:])
        first: dict[int, tuple[Any, ...]] = {}
        expected: Counter[str] = Counter()
        for n, _, *facets in sorted(rows, key=lambda row: row[:2]):
            if first.setdefault(n, (*facets,)) != (*facets,):
                expected[facets[1]] += 1
        for rest in first.values():
            expected[rest[1]] += 1
        found = {label: number for label, (_, number) in counts(store, "").items()}
        assert found == dict(expected)


def test_an_open_screen_counts_pairs_once_as_soon_as_they_are_known(store: Any) -> None:
    put(store, [*pair(1), *pair(2)])
    every = store.questions.find(parse(""), NOW)
    assert store.questions.total(every) == 4
    assert counts(store, "") == {"BTC": (4, 4)}
    store.deciding.run()
    store.session.catch_up(())
    assert store.questions.total(every) == 2
    assert counts(store, "") == {"BTC": (2, 2)}
