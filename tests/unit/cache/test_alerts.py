"""Alerts on stored articles: each told once, whatever happens to ids, caches and rules."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.article import Article
from reader.cache.files.connections import transaction
from reader.cache.insight.alerts import Alerts
from reader.cache.store import Store
from reader.config.alerts import OncePer, Rule
from tests.builders import NOW, article, put
from tests.engines import Opens, chooses_engine

HACK = "Vaults of Larkspur drained of $41 million by a forged oracle"
RETOLD = "Larkspur loses $41 million after forged oracle drains its vaults"
THIRD = "Forged oracle drained $41 million from the vaults of Larkspur"
MINING = "Miners of Tarnby move to hydro plants before the winter tariff"

BREAKING = Rule(name="breaking", sources=3, within_s=6 * 3600)
LARKSPUR = Rule(name="larkspur", query="larkspur")
EVERY = Rule(name="every", query="larkspur", once_per=OncePer.ARTICLE)


@pytest.fixture
def store(opened: Opens, tmp_path: Path) -> Iterator[Any]:
    with opened(tmp_path) as made:
        yield made


def told(n: int, title: str, source: str = "ledgerpost", **values: Any) -> Article:
    return article(n, title=title, source=source, **values)


def come(store: Any, *articles: Article) -> None:
    put(store, articles)
    store.deciding.run()


def claimed(store: Any, *rules: Rule, keeps: bool = True) -> list[list[list[str]]]:
    """For each rule the external ids of each match."""
    alerts = Alerts(store.session, store.questions, store.marking, NOW)
    names = [rule.name for rule in rules]
    return [
        [[row.identity.external for row in store.texts.rows(match.ids)] for match in alert.matches]
        for alert in alerts.claim(rules, names=names, keeps=keeps)
    ]


def test_a_new_rule_tells_of_what_comes_after_it(store: Any) -> None:
    come(store, told(9, HACK))
    assert claimed(store, EVERY) == [[]]
    come(store, told(8, RETOLD, "coinharbour"), told(7, MINING))
    assert claimed(store, EVERY) == [[["8"]]]
    assert claimed(store, EVERY) == [[]]


def test_a_rule_waits_for_the_first_articles(store: Any) -> None:
    assert claimed(store, EVERY) == []
    come(store, told(9, HACK))
    assert claimed(store, EVERY) == [[]]


def test_a_story_is_told_when_its_third_source_comes_in_time(store: Any) -> None:
    come(store, told(9, HACK))
    assert claimed(store, BREAKING) == [[]]
    come(store, told(8, RETOLD, "coinharbour"))
    assert claimed(store, BREAKING) == [[]]
    come(store, told(7, THIRD, "blockwire"))
    assert claimed(store, BREAKING) == [[["9", "8", "7"]]]
    come(store, told(6, HACK, "daybook"))
    assert claimed(store, BREAKING) == [[]]


def test_a_third_source_that_comes_late_is_not_told(store: Any) -> None:
    come(store, told(20, HACK))
    assert claimed(store, BREAKING) == [[]]
    come(store, told(19, RETOLD, "coinharbour"), told(7, THIRD, "blockwire"))
    assert claimed(store, BREAKING) == [[]]


def test_a_story_that_matches_is_told_once(store: Any) -> None:
    come(store, told(20, MINING))
    assert claimed(store, LARKSPUR) == [[]]
    come(store, told(9, HACK))
    assert claimed(store, LARKSPUR) == [[["9"]]]
    come(store, told(8, RETOLD, "coinharbour"))
    assert claimed(store, LARKSPUR) == [[]]


def test_a_story_that_was_there_before_the_rule_is_never_told(store: Any) -> None:
    come(store, told(9, HACK))
    assert claimed(store, LARKSPUR) == [[]]
    come(store, told(8, RETOLD, "coinharbour"))
    assert claimed(store, LARKSPUR) == [[]]


def test_an_article_that_comes_late_does_not_tell_its_story_again(store: Any) -> None:
    come(store, told(20, MINING))
    claimed(store, LARKSPUR)
    come(store, told(10, HACK), told(8, RETOLD, "coinharbour"))
    assert claimed(store, LARKSPUR) == [[["10", "8"]]]
    come(store, told(9, THIRD, "blockwire"))
    assert claimed(store, LARKSPUR) == [[]]


def test_query_and_sources_must_both_hold(store: Any) -> None:
    both = Rule(name="both", query="larkspur", sources=2)
    come(store, told(20, "Tarnby opens"))
    claimed(store, both)
    come(store, told(9, MINING), told(8, MINING, "coinharbour"), told(7, HACK))
    assert claimed(store, both) == [[]]
    come(store, told(6, RETOLD, "coinharbour"))
    assert claimed(store, both) == [[["7", "6"]]]


def test_a_corrected_article_is_not_told_again(store: Any) -> None:
    come(store, told(20, MINING))
    claimed(store, EVERY)
    come(store, told(9, HACK))
    assert claimed(store, EVERY) == [[["9"]]]
    come(store, told(9, HACK, body="Now longer.", updated=NOW))
    assert claimed(store, EVERY) == [[]]


def test_renumbered_articles_are_not_told_again(store: Any) -> None:
    come(store, told(20, MINING))
    claimed(store, EVERY)
    at = NOW - timedelta(hours=5)
    come(store, told(9, HACK, published=at + timedelta(seconds=1)))
    assert claimed(store, EVERY) == [[["9"]]]
    come(store, *(told(n, MINING, published=at) for n in (30, 31, 32)))
    assert claimed(store, EVERY) == [[]]


def test_an_archive_of_former_years_that_is_imported_is_not_told(store: Any) -> None:
    come(store, told(20, MINING))
    claimed(store, EVERY)
    come(store, told(24 * 300, HACK))
    assert claimed(store, EVERY) == [[]]


def test_an_article_of_the_future_does_not_hide_the_news(store: Any) -> None:
    come(store, told(20, MINING), told(-24 * 365, "Tarnby opens"))
    claimed(store, EVERY)
    come(store, told(9, HACK))
    assert claimed(store, EVERY) == [[["9"]]]


def test_drafts_are_not_told(store: Any) -> None:
    come(store, told(20, MINING))
    claimed(store, EVERY)
    come(store, told(9, HACK, draft=True))
    assert claimed(store, EVERY) == [[]]


def test_a_changed_rule_begins_again(store: Any) -> None:
    come(store, told(20, MINING))
    claimed(store, EVERY)
    come(store, told(9, HACK))
    changed = Rule(name="every", query="vaults", once_per=OncePer.ARTICLE)
    assert claimed(store, changed) == [[]]


def test_what_is_not_to_be_remembered_is_found_again(store: Any) -> None:
    come(store, told(20, MINING))
    claimed(store, EVERY)
    come(store, told(9, HACK))
    assert claimed(store, EVERY, keeps=False) == [[["9"]]]
    assert claimed(store, EVERY) == [[["9"]]]


def test_a_rule_waits_until_stories_are_decided(store: Any) -> None:
    come(store, told(20, MINING))
    claimed(store, LARKSPUR)
    put(store, [told(9, HACK)])
    assert claimed(store, LARKSPUR) == []
    store.deciding.run()
    assert claimed(store, LARKSPUR) == [[["9"]]]


def test_a_sync_that_began_before_an_evaluation_is_not_missed(store: Any) -> None:
    come(store, told(20, MINING))
    run = store.intake.begin_run()
    assert claimed(store, EVERY) == [[]]
    put(store, [told(9, HACK)], run)
    store.deciding.run()
    assert claimed(store, EVERY) == [[["9"]]]


def test_two_programs_tell_each_story_once(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as one, opened(tmp_path) as other:
        come(one, told(20, MINING))
        claimed(one, EVERY)
        come(one, told(9, HACK))
        assert [*claimed(one, EVERY), *claimed(other, EVERY)] == [[["9"]], []]


@chooses_engine("cache.db is removed")
def test_a_cache_that_was_made_again_tells_nothing_again(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        come(store, told(20, MINING))
        claimed(store, EVERY)
        come(store, told(9, HACK))
        assert claimed(store, EVERY) == [[["9"]]]
    for path in tmp_path.glob("cache.db*"):
        path.unlink()
    with Store(tmp_path) as store:
        come(store, told(20, MINING), told(9, HACK))
        assert claimed(store, EVERY) == [[]]


def test_nothing_is_claimed_while_the_state_cannot_be_written(
    opened: Opens, tmp_path: Path
) -> None:
    from reader.errors import CacheLocked

    with opened(tmp_path) as one, opened(tmp_path) as other:
        come(one, told(20, MINING))
        claimed(one, EVERY)
        come(one, told(9, HACK))
        one.session.wait_briefly()
        with transaction(other.session.marks()._db), pytest.raises(CacheLocked):
            claimed(one, EVERY)
        assert claimed(one, EVERY) == [[["9"]]]
