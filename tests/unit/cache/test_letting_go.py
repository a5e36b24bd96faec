"""Sets in memory: what was not used lately is dropped, and answers stay the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from reader.cache.answers import Grouping
from reader.cache.asking import words
from reader.cache.facets import recency
from reader.cache.facets.recency import KEPT_BYTES, Recency
from reader.cache.ids import weight
from reader.cache.store import Store
from reader.query.language import Query, parse
from tests.builders import NOW, article, put
from tests.engines import Opens
from tests.examples import examples

LARGE = BitMap(range(0, 1 << 24, 3))
"""Takes two megabytes."""


@given(st.sets(st.integers(0, 2**32 - 1), max_size=300), st.integers(0, 2**20), st.integers(1, 9))
@examples(100)
def test_the_weight_of_a_set_is_at_least_that_of_its_ids(
    ids: set[int], first: int, step: int
) -> None:
    for bits in (BitMap(ids), BitMap(range(first, first + 200_000, step))):
        inner = bits.get_statistics()
        sizes = (inner["n_bytes_array_containers"], inner["n_bytes_bitset_containers"])
        assert weight(bits) >= sum(sizes)
        assert weight(bits) <= 66 * len(bits)


def test_the_least_recently_used_facets_are_dropped_first() -> None:
    loaded = dict.fromkeys(range(5), LARGE)
    used = Recency()
    for key in (3, 0, 4, 1, 2):
        used.use(key)
    assert used.unused(loaded) == [], "all were used since the beginning"
    used.use(3)
    dropped = used.unused(loaded)
    assert dropped == [0, 4, 1, 2][: len(dropped)]
    assert sum(weight(loaded[key]) for key in loaded.keys() - dropped) <= KEPT_BYTES


def test_few_facets_stay_however_long_they_are_not_used() -> None:
    loaded = {key: BitMap(range(key, key + 1000)) for key in range(50)}
    used = Recency()
    assert [used.unused(loaded) for _ in range(3)] == [[], [], []]


@pytest.fixture
def store(opened: Opens, tmp_path: Path) -> Iterator[Store]:
    stories = [
        article(n, category=("BTC", "ETH")[n % 2], tags=(f"T{n % 7}",), source=f"source_{n % 5}")
        for n in range(1, 60)
    ]
    with opened(tmp_path) as made:
        put(made, stories)
        yield made


def answers(store: Store, query: Query) -> object:
    ids = store.questions.find(query, NOW)
    groups = [
        [(group.key, list(group.ids), group.unread) for group in store.questions.groups(ids, by)]
        for by in Grouping
    ]
    return list(ids), groups, store.questions.tag_counts(ids, 9), store.questions.stats(ids)


QUERIES = ("", "lang:en", "lang:en tag:t1", "lang:en -tag:t1", "story", "lang:en story -source")


def test_answers_are_the_same_after_sets_were_dropped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recency, "KEPT_BYTES", 0)
    monkeypatch.setattr(words, "KEPT_BYTES", 0)
    before = {text: answers(store, parse(text)) for text in QUERIES}
    for _ in range(2):  # what was used since the first time stays
        store.session.drop_unused(Query())
    facets = store.session.facets_of("en")
    assert facets._loaded.keys() == {facets._keys["lang", "en"]}
    for text in QUERIES:
        assert answers(store, parse(text)) == before[text]
        store.session.drop_unused(parse(text))


def test_the_words_on_the_screen_stay_known(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "KEPT_BYTES", 0)
    shown, former = parse("text -missing"), parse("story")
    for query in (former, shown):
        store.questions.find(query, NOW)
    store.session.drop_unused(shown)
    assert store.questions.finds_at_once(shown)
    assert not store.questions.finds_at_once(former)


def test_what_changed_after_sets_were_dropped_is_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recency, "KEPT_BYTES", 0)
    store.session.hold()
    query = parse("lang:en tag:t1")
    found = len(store.questions.find(query, NOW))
    for _ in range(2):
        store.session.drop_unused(query)
    put(store, [article(100, tags=("T1",))])
    assert store.session.prepare(query)
    store.session.drop_unused(query)
    store.session.catch_up()
    assert len(store.questions.find(query, NOW)) == found + 1
