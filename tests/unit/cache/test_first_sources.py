"""Who is first with the stories of a set of articles."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reader.cache.insight import firsts as module
from reader.cache.insight.firsts import first_sources
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.engines import Opens

HACK = "Vaults of Larkspur drained by a forged oracle"


@pytest.fixture
def store(opened: Opens, tmp_path: Path) -> Iterator[Any]:
    with opened(tmp_path) as made:
        articles = [
            article(100 * n + later, title=f"{HACK} {n}", source=source, lang=lang)
            for n in range(1, 36)
            for later, source in ((5, "ledgerpost"), (3, "coinharbour"))
            for lang in ("en", "uk")
        ]
        articles += [article(4_000 + n, title=f"Quiet {n}", source="daybook") for n in range(40)]
        put(made, articles)
        made.deciding.run()
        yield made


def test_twins_count_once_and_stories_of_one_source_not_at_all(store: Any) -> None:
    for query in ("", "lang:uk", "source:coinharbour"):
        first, other = first_sources(store.session, store.questions.find(parse(query), NOW))
        assert (first.source, first.stories, first.first) == ("ledgerpost", 35, 35)
        assert (other.source, other.stories, other.first) == ("coinharbour", 35, 0)
        assert other.median_lag_s == 2 * 3600


def test_nothing_is_said_of_few_stories(store: Any) -> None:
    some = store.questions.find(parse("after:2026-03-04"), NOW)
    assert first_sources(store.session, some) == []


def test_only_the_newest_stories_are_read(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NEWEST", 30)
    monkeypatch.setattr(module, "AT_ONCE", 4)
    first, _ = first_sources(store.session, store.questions.find(parse(""), NOW))
    assert 30 <= first.stories < 33
