"""Related articles: of other stories, one of each, in the language of the article."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from reader.article import Article
from reader.cache.insight import related as module
from reader.cache.insight.related import related
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.engines import Opens

HACK = "Vaults of Larkspur drained of $41 million by a forged oracle"
RETOLD = "Larkspur loses $41 million after forged oracle drains its vaults"
LATER = "Larkspur vaults reopen a month after the forged oracle"
TRIAL = "Forger of the Larkspur oracle goes on trial in Tarnby"
MINING = "Miners of Tarnby move to hydro plants before the winter tariff"
MONTH = 30 * 24


@pytest.fixture
def store(opened: Opens, tmp_path: Path) -> Iterator[Any]:
    with opened(tmp_path) as made:
        yield made


def told(n: int, title: str, source: str = "ledgerpost", **values: Any) -> Article:
    return article(n, title=title, source=source, **values)


def found(store: Any, articles: Sequence[Article], title: str) -> list[str]:
    """External ids and languages of what is related to the article with a title."""
    put(store, articles)
    store.deciding.run()
    (id,) = store.questions.find(parse(f'title:"{title}"'), NOW)
    ids = related(store.session, store.questions, id, NOW)
    rows = {row.id: row for row in store.texts.rows(ids)}
    return [f"{rows[id].identity.external}{rows[id].lang}" for id in ids]


def test_related_articles_are_of_other_stories_and_one_of_each(store: Any) -> None:
    articles = [
        told(2 * MONTH, HACK),
        told(2 * MONTH - 1, RETOLD, "coinharbour"),
        told(MONTH, LATER),
        told(MONTH - 1, LATER, "coinharbour"),
        told(9, TRIAL),
        told(8, MINING),
    ]
    assert found(store, articles, HACK) == [f"{MONTH}en", "9en"] or found(store, [], HACK) == [
        f"{MONTH - 1}en",
        "9en",
    ]


def test_an_article_unlike_all_others_has_none(store: Any) -> None:
    assert found(store, [told(9, HACK), told(8, MINING)], HACK) == []


def test_a_title_without_words_has_none(store: Any) -> None:
    assert found(store, [told(9, HACK), told(8, "2026 !")], "2026") == []


def test_drafts_and_other_languages_are_not_related(store: Any) -> None:
    articles = [
        told(MONTH, HACK),
        told(9, LATER, draft=True),
        told(8, TRIAL, lang="uk", body="Larkspur forged oracle vaults"),
    ]
    assert found(store, articles, HACK) == []


def test_an_article_in_another_language_has_the_twins_of_what_its_twin_has(store: Any) -> None:
    articles = [
        told(MONTH, HACK),
        told(MONTH, "Сховища Ларкспур спорожніли", lang="uk"),
        told(9, LATER),
        told(9, "Сховища Ларкспур знову відкриті", lang="uk"),
        told(8, TRIAL),
    ]
    assert found(store, articles, "Сховища Ларкспур спорожніли") == ["9uk", "8en"]


def test_an_article_without_a_twin_in_english_has_none(store: Any) -> None:
    articles = [told(MONTH, "Larkspur спорожніли", lang="uk"), told(9, LATER)]
    assert found(store, articles, "Larkspur спорожніли") == []


def test_few_of_many_candidates_are_read(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NEWEST", 10)
    monkeypatch.setattr(module, "RANKED", 3)
    many = [told(200 * n, f"{LATER} {n}") for n in range(2, 40)]
    ids = found(store, [told(200 * 50, HACK), *many], HACK)
    assert ids
    assert set(ids) <= {"400en", "600en", "800en"}
