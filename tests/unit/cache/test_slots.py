"""The width of slots belongs to an archive; a time that is too full takes no more articles."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.archive.importing import Import, ImportReport
from reader.article import LAST_INSTANT, Article
from reader.cache import copying
from reader.cache.answers import Grouping
from reader.cache.checking_shared import checks
from reader.cache.copying import NotCopied, copy
from reader.cache.marks.kinds import Mark
from reader.cache.store import Store
from reader.cache.values import slots as widths
from reader.cache.values.incoming import Incoming
from reader.cache.values.instants import milliseconds
from reader.cache.values.slots import LOCAL, WIDTHS, Slots, of_name
from reader.cli.shared.archive import WIDTHS as CHOICES
from reader.errors import CacheError, NoRoom
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.engines import chooses_engine
from tests.postgres import join, server, shared_store
from tests.unit.cache.test_shared_archive import check_whole, titles

pytestmark = chooses_engine("widths of slots, which a shared archive alone has")

Opens = Callable[..., Any]

each_width = pytest.mark.parametrize("slots", WIDTHS, ids=[each.name for each in WIDTHS])
QUERIES = ("", "tag:xrp", "after:7d", "before:2026-03-13", "is:story", "is:read", "story")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Opens]:
    """Opens a new archive, shared with slots of a width, or local without one."""
    with ExitStack() as at_end:

        def opened(width: str = "", folder: str = "") -> Any:
            place = tmp_path / (folder or width or "local")
            if width and not place.exists():
                join(place, server().new_archive(slots=width))
            opens = shared_store if width else Store
            return at_end.enter_context(opens(place, clock=lambda: NOW))

        yield opened


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows take ten articles, and four times as many for each narrower width."""
    small = [each._replace(most=10 * 4**n) for n, each in enumerate(WIDTHS)]
    monkeypatch.setattr(widths, "WIDTHS", tuple(small))


def series() -> list[Article]:
    """Articles of some weeks: several of one date without a time, of one minute, and twins."""
    dated = NOW.replace(hour=0)
    return [
        *(article(n, published=dated, tags=("XRP",)) for n in range(12)),
        *(article(n, published=NOW - timedelta(seconds=n)) for n in range(20, 40)),
        *(article(n, published=NOW - timedelta(seconds=n), lang="uk") for n in range(20, 30)),
        *(article(n, published=NOW - timedelta(days=n), tags=("XRP",)) for n in range(40, 50)),
        article(60, published=datetime(2012, 6, 1, tzinfo=UTC)),
        article(61, published=datetime(1999, 6, 1, tzinfo=UTC)),
    ]


def answers(store: Any) -> dict[str, object]:
    """What a store says of its articles, without their ids."""
    said: dict[str, object] = {}
    for text in QUERIES:
        ids = store.questions.find(parse(text), NOW)
        said[text] = [row._replace(id=0) for row in store.texts.rows(ids)]
        for by in Grouping:
            groups = store.questions.groups(ids, by)
            said[f"{text} by {by}"] = [(each.key, len(each.ids), each.unread) for each in groups]
    return said


# The width.


@each_width
def test_ids_are_in_the_order_of_time_and_an_id_tells_its_time(slots: Slots) -> None:
    instants = st.integers(-(1 << 42), milliseconds(LAST_INSTANT))

    @given(instants, instants)
    def is_in_order(one: int, other: int) -> None:
        first, last = sorted((slots.of(one), slots.of(other)))
        assert 0 <= first <= last < 1 << slots.bits
        assert (slots.of(min(one, other)), slots.of(max(one, other))) == (first, last)

    since, until = (datetime(year, 1, 1, tzinfo=UTC) for year in (2013, 2045))

    @given(st.integers(milliseconds(since), milliseconds(until)))
    def tells_its_time(instant: int) -> None:
        width = slots.quarters * 250
        assert 0 <= instant - slots.start(slots.of(instant)) < width

    is_in_order()
    tells_its_time()


def test_a_local_archive_has_the_ids_that_it_always_had() -> None:
    assert LOCAL.of(milliseconds(NOW)) == 33905193
    assert LOCAL.of(milliseconds(LAST_INSTANT)) == (1 << 28) - (1 << 16) - 1
    assert not LOCAL.is_limited


def test_a_day_takes_the_articles_that_the_help_says() -> None:
    assert [each.within(24 * 3600) // 2 for each in WIDTHS] == [2_700, 10_800, 43_200, 172_800]
    assert [each.most for each in WIDTHS] == [32_768, 32_768, 43_200, 172_800]  # of a window
    assert tuple(each.name for each in WIDTHS) == CHOICES


@each_width
def test_every_answer_is_that_of_a_local_archive(archive: Opens, slots: Slots) -> None:
    local, shared = archive(), archive(slots.name)
    for store in (local, shared):
        for some in (series()[::2], series()[1::2]):
            put(store, some)
        store.deciding.run()
        ids = store.questions.find(parse("tag:xrp"), NOW)
        store.marking.mark(ids, Mark.READ, True, "read")
    assert answers(shared) == answers(local)
    (newest, *_) = shared.questions.find(parse("title:40"), NOW)
    assert newest == slots.of(milliseconds(NOW - timedelta(days=40)))
    put(shared, [article(20, published=NOW - timedelta(days=3), updated=NOW)])
    check_whole(shared)


def test_a_width_that_is_unknown_is_refused(tmp_path: Path) -> None:
    address = server().new_archive()
    with psycopg.connect(address) as db:
        db.execute("UPDATE cryptoread.meta SET value = 3 WHERE name = 'slots'")
    with pytest.raises(CacheError, match="slots of a width that this version does not know"):
        join(tmp_path / "one", address)


# A time that is too full.


def lines(folder: Path, articles: list[Article]) -> Path:
    """A file of articles as JSON lines."""
    made = [
        {
            "title": each.title,
            "externalId": each.external_id,
            "publishedAt": each.published.isoformat(),
            "lang": "en",
            "body": each.body,
        }
        for each in articles
    ]
    file = folder / "news.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in made))
    return file


def imported(store: Any, file: Path) -> ImportReport:
    return Import(store, lambda _done, _all: None, lambda _refusal: None).run([file])


@pytest.mark.usefixtures("few")
def test_articles_of_a_full_time_are_refused_with_advice_and_the_others_go_in(
    archive: Opens, tmp_path: Path
) -> None:
    store = archive("16s")
    of_a_day = [article(n, published=NOW.replace(hour=0)) for n in range(14)]
    others = [article(n, published=NOW - timedelta(days=30 + n)) for n in range(20, 24)]
    file = lines(tmp_path, of_a_day + others)
    report = imported(store, file)
    assert (report.stored, len(report.refusals)) == (14, 4)
    assert {each.reason for each in report.refusals} == {
        "the archive has room for no more articles of about 2026-03-14; copy it into one with "
        "narrower slots (`cryptoread archive init --slots 4s`, `cryptoread archive copy`), then "
        "bring them in there"
    }
    check_whole(store)
    store.upkeep.tidy(entirely=True)
    assert len(imported(store, file).refusals) == 4  # its file is not noted
    found = {each.check: each.finding for each in checks(tmp_path / "16s")}
    assert found["room"].endswith("the fullest time is about 2026-03-10: 10 of 10 articles")
    narrower = archive("4s")
    copy(store, narrower)
    assert imported(narrower, file).stored == 4
    check_whole(narrower)
    assert len(titles(narrower)) == 18


@pytest.mark.usefixtures("few")
def test_an_article_that_is_dated_into_a_full_time_stays_as_it_was(archive: Opens) -> None:
    store = archive("16s")
    put(store, [article(n, published=NOW) for n in range(10)])
    put(store, [article(20, published=NOW - timedelta(days=30))])
    later = Incoming.of(article(20, published=NOW, updated=NOW))
    with store.intake.writing(store.intake.begin_run()) as writer, pytest.raises(NoRoom):
        writer.put(later)
    assert titles(store, "title:20 before:2026-03-01") == ["Story 20"]
    put(store, [article(3, title="Story 3 again", published=NOW, updated=NOW)])  # it has its place
    assert titles(store, "again") == ["Story 3 again"]
    check_whole(store)


@pytest.mark.usefixtures("few")
def test_a_local_archive_refuses_none(archive: Opens) -> None:
    store = archive()
    put(store, [article(n, published=NOW) for n in range(200)])
    check_whole(store)


# Copying into slots of another width.


@pytest.mark.parametrize(("one", "other"), [("", "1s"), ("1s", "16s"), ("250ms", ""), ("4s", "4s")])
def test_a_copy_has_the_ids_of_its_own_width(archive: Opens, one: str, other: str) -> None:
    source, to = archive(one, "source"), archive(other, "to")
    put(source, series())
    source.deciding.run()
    assert copy(source, to).articles == len(series())
    assert answers(to) == answers(source)
    slots = of_name(other) if other else LOCAL
    (id,) = to.questions.find(parse("title:40"), NOW)
    assert id == slots.of(milliseconds(NOW - timedelta(days=40)))
    put(to, [article(n, published=NOW - timedelta(seconds=n)) for n in range(70, 90)])
    check_whole(to)


def test_an_interrupted_copy_into_another_width_goes_on_where_it_ended(
    archive: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "AT_ONCE", 10)
    source, to, another = archive(), archive("1s"), archive("", "another")
    put(source, series())
    put(another, [article(n, title="Another") for n in range(30)])

    def stop(done: int, _all: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(source, to, stop)
    with pytest.raises(NotCopied, match="a part of another one"):
        copy(another, to)
    report = copy(source, to)
    assert (report.found, report.articles) == (20, len(series()) - 20)
    assert answers(to) == answers(source)


@pytest.mark.usefixtures("few")
def test_what_has_no_room_is_said_before_anything_is_copied(archive: Opens) -> None:
    source, to = archive(), archive("16s")
    put(source, [article(n, published=NOW.replace(hour=0)) for n in range(12)])
    with pytest.raises(NoRoom, match="of about 2026-03-"):
        copy(source, to)
    assert titles(to) == []
    put(to, [article(1)])
    assert copy(source, archive("4s")).articles == 12
