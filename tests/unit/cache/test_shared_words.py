"""Words of a shared archive: PostgreSQL finds the articles that FTS5 finds, whatever the text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from reader.cache.engines.postgres import tokens, words
from reader.cache.opened import open_store
from reader.cache.store import Store
from reader.query.folding import folded, without_accents
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.engines import chooses_engine
from tests.examples import examples
from tests.postgres import shared_store

pytestmark = chooses_engine("PostgreSQL is compared with FTS5")

WORDS = (
    *("spot", "etf", "spot-etf", "Spot’s", "don't", "dont", "1e5", "3.14", "-5", "café", "CAFÉ"),
    *("Київ", "п'ять", "比特币", "ビット", "naïve", "a_b", "x@y.z", "https://a.b/c?d=e", "🚀"),
    *("ß", "straße", "ﬁat", "İstanbul", "हिन्दी", "the", "o'\\clock", "''", "&|!()", ":*"),
)
QUERIES = (
    *("spot etf", "spo*", '"etf spot"', "title:spot", 'title:"spot etf"', "title:e*", "caf*"),
    *("比特", "dont", '"don t"', "київ", "-spot etf", "spot OR title:etf"),
)
letters = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])  # as texts are cleaned
texts = st.lists(st.sampled_from(WORDS) | st.text(letters, max_size=4), max_size=12).map(" ".join)
phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
asked = st.sampled_from([*WORDS, *QUERIES]) | phrases.map(lambda words: f'"{words}"')


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """An archive in SQLite and one in PostgreSQL, which get the same articles."""
    folders = tmp_path_factory.mktemp("local"), tmp_path_factory.mktemp("shared")
    with Store(folders[0]) as local, shared_store(folders[1], lasts=True) as shared:
        yield local, shared


def found(store: Any, query: str) -> list[str]:
    ids = store.questions.find(parse(query), NOW)
    return [row.title for row in store.texts.rows(ids)]


@examples(40)
@given(
    st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=4), st.lists(asked, max_size=6)
)
def test_words_prefixes_and_phrases_find_the_same(
    both: tuple[Any, Any], some: list[tuple[str, str, str]], queries: list[str]
) -> None:
    made = [
        article(n, title=title or "-", description=about, body=body)
        for n, (title, about, body) in enumerate(some)
    ]
    for store in both:
        put(store, made)
    for query in queries:
        assert found(both[0], query) == found(both[1], query), query


LONG = {
    "many words": " ".join(f"w{n}" for n in range(30_000)) + " spot etf",
    "one word often": "spot " * 700 + "etf " + "spot " * 300 + "etf spot etf halving",
    "a word of ten thousand letters": "a" * 10_000 + " etf",
    "its beginning": "a" * 600 + " etf",
    "a long title": "x",
    "many long words": " ".join(f"{n:0>400}" for n in range(2_500)) + " spot etf",
}


@pytest.mark.parametrize("name", LONG)
def test_an_article_that_is_too_long_for_the_server_is_found_alike(
    name: str, both: tuple[Any, Any]
) -> None:
    for store in both:
        title = " ".join(f"t{n}" for n in range(400)) if "title" in name else name
        put(store, [article(90, title=title, body=LONG[name]), article(91, body="etf only")])
    queries = (
        *('"spot etf"', "etf", '"etf halving"', '"w29999 spot"', '"w11999 w12000"', "w2*"),
        *("title:t399", 'title:"t249 t250"', "t399", 'title:"t1 t2"', '"etf spot"'),
        *("a" * 10_000, "a" * 600, "a" * 600 + "*", f'"{"a" * 600} etf"'),
        *(f'"{7:0>400} {8:0>400}"', f'"{1249:0>400} {1250:0>400}"'),
    )
    for query in queries:
        assert found(both[0], query) == found(both[1], query), query[:40]


PLAIN = st.text(
    st.characters(max_codepoint=0x530) | st.sampled_from("’“”—…№€₿→▲ ½²³ªº"), max_size=40
)


@examples(200)
@given(PLAIN, PLAIN, PLAIN)
def test_python_reads_plain_texts_as_fts5_does(title: str, about: str, body: str) -> None:
    columns = [without_accents(folded(text)) for text in (title, about, body)]
    plain = tokens._plain_part(1, columns)
    by_fts5 = tokens._reader().words([(1, columns[0], columns[1], columns[2])])
    parts = [*tokens._parts(1, by_fts5[1])] if 1 in by_fts5 else []
    if plain is not None:
        assert [sorted(part.words.split(" ")) for part in parts] == [
            sorted(each.words.split(" ")) for each in [plain] if each.words
        ]
        assert [sorted(part.titles.split(" ")) for part in parts] == [
            sorted(each.titles.split(" ")) for each in [plain] if each.words
        ]


def test_places_of_a_part_stay_within_what_the_server_keeps() -> None:
    parts = [*tokens.parts_of([(1, "title", "about", text) for text in [LONG["many words"]]])]
    assert len(parts) > 1
    assert all(part.is_long for part in parts)
    assert tokens.MOST_PLACES + 3 < 16_383
    assert tokens.MOST_OF_ONE < 256


def test_no_phrase_goes_from_one_text_to_the_next(both: tuple[Any, Any]) -> None:
    for store in both:
        put(store, [article(80, title="bridge", description="closing", body="tonight")])
    for query in ('"bridge closing"', '"closing tonight"', "bridge closing tonight"):
        assert found(both[0], query) == found(both[1], query)


def test_the_index_can_be_built_again_from_the_articles(both: tuple[Any, Any]) -> None:
    store = both[1]
    put(store, [article(70, title="Lantern upgrade", body="The lantern is lit.")])
    with store.engine.transaction() as to:
        words.forget(to.db, [id for id, _ in to.between(0, 1 << 28)])
    assert found(store, "lantern") == []
    with store.engine.transaction() as to:
        to.mend_index()
    assert found(store, "lantern") == ["Lantern upgrade"]


def test_a_damaged_body_is_left_out_of_a_search_for_long_articles(both: tuple[Any, Any]) -> None:
    store = both[1]
    put(store, [article(60, title="Too long", body="spot " * 250 + "vault spot")])
    assert found(store, '"vault spot"') == ["Too long"]
    with store.engine.transaction() as to:
        to.db.execute("UPDATE cryptoread.documents SET body = '\\xff'")
        to.count_up("texts")
    assert found(store, '"vault spot"') == []


@pytest.mark.parametrize("query", ["spot", '"spot etf"', "title:spot", "-spot", "etf (spot OR x)"])
def test_words_are_looked_up_among_the_newest_articles_alone(
    query: str, both: tuple[Any, Any]
) -> None:
    for store in both:
        some = ("spot etf", "etf", "spot spot etf", "spot " * 250 + "etf spot etf")
        put(store, [article(n, title=some[n % 4], body=some[n % 3]) for n in range(12)])
        every = store.questions.find(parse(""), NOW)
        whole = store.questions.find(parse(query), NOW)
        for newest in (1, 5, len(every), len(every) + 1):
            among = store.questions.find(parse(query), NOW, newest=newest)
            assert among.bits == whole.bits & BitMap(every[:newest])


WATCHED = [parse(each) for each in ("spot", '"spot etf"', "title:etf", "sp*", "halving -etf")]


def test_words_on_the_screen_are_carried_on_when_articles_come_and_change(
    tmp_path: Path,
) -> None:
    some = ("spot etf", "etf halving", "spot", "spot " * 250 + "etf spot etf")
    with shared_store(tmp_path, clock=lambda: NOW) as store:
        put(store, [article(n, title=some[n % 4], body=some[n % 3]) for n in range(40)])
        store.session.hold()
        for n, query in enumerate(WATCHED * 2):
            store.questions.find(query, NOW)
            put(store, [article(k, title=some[(k + n) % 4], body="") for k in range(n, 40, 7)])
            put(store, [article(100 + 9 * n + k, body=some[k % 4]) for k in range(9)])
            assert store.session.prepare(query)
            store.session.catch_up()
            carried = store.questions.find(query, NOW)
            with open_store(tmp_path, clock=lambda: NOW) as other:
                assert carried.bits == other.questions.find(query, NOW).bits
