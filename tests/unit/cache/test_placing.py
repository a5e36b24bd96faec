"""When ids are used up, the error is a sentence, and no article gets another's id."""

from datetime import datetime
from pathlib import Path

import pytest

from reader.article import LAST_INSTANT
from reader.cache.store import Store
from reader.cache.values.incoming import Incoming
from reader.cache.values.slots import LOCAL
from reader.errors import CacheFull
from reader.query.language import Query
from tests.builders import NOW, article
from tests.engines import Opens

LAST = (1 << LOCAL.bits) - 1


def put(store: Store, *names: str, published: datetime = LAST_INSTANT) -> None:
    with store.intake.writing(store.intake.begin_run()) as writer:
        for name in names:
            made = article(external_id=name, title=name, published=published, updated=published)
            writer.put(Incoming.of(made))


def titles(store: Store) -> list[str]:
    return [row.title for row in store.texts.rows(store.questions.find(Query(), NOW))]


def make_full(store: Store) -> None:
    """The article of the latest time has the last id that there is."""
    put(store, "last")
    (id,) = store.questions.find(Query(), NOW)
    with store.intake.writing(store.intake.begin_run()) as writer:
        writer._gathered._move([(id, LAST)])


def test_an_article_without_a_free_id_is_refused_and_nothing_changes(
    opened: Opens, tmp_path: Path
) -> None:
    with opened(tmp_path) as store:
        make_full(store)
        with pytest.raises(CacheFull, match="too many articles have so late a date"):
            put(store, "one more")
    with opened(tmp_path) as store:
        assert titles(store) == ["last"]


def test_articles_of_other_times_can_be_stored(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        make_full(store)
        put(store, "today", published=NOW)
        assert titles(store) == ["last", "today"]
