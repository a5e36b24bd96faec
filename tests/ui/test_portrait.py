"""The picture of the first screen, made without a terminal when the reader is left."""

from pathlib import Path

import pytest

from reader.config.settings import Settings
from reader.library import Library
from reader.opening import picture
from reader.query.language import Query
from reader.ui import portrait
from reader.ui.portrait import Portrait
from reader.ui.screen.host_screen import HostScreen
from reader.ui.screen.saved_view import View
from tests.builders import NOW, article, library

SIZE = (120, 12)


def news_with_an_open_article(folder: Path) -> Library:
    """A library that is left with an article of seven hours ago in the reading pane."""
    news = library(folder, [article(n) for n in range(1, 9)])
    view = View(open_groups=set(), opened=article(7).identity)
    news.save_state("view", str(view))
    return news


def taken(news: Library, size: tuple[int, int] = SIZE) -> Portrait:
    made = Portrait(news, Settings(), Query(), None)
    made.run(headless=True, size=size)
    return made


def test_the_age_of_the_open_article_is_left_open(tmp_path: Path) -> None:
    with news_with_an_open_article(tmp_path) as news:
        rows = list(taken(news).rows)
    assert len(rows) == SIZE[1]
    for hours, words in ((0, "7"), (1, "8")):
        shown = picture.painted(rows, NOW.timestamp() + hours * 3600)
        assert shown is not None
        assert f"({words}\xa0h\xa0ago)" in shown
    assert picture.painted(rows, NOW.timestamp() + 3 * 3600) is None, "its line would move"


def test_an_age_that_is_cut_in_a_narrow_pane_is_not_shown_later(tmp_path: Path) -> None:
    with news_with_an_open_article(tmp_path) as news:
        view = View.parse(news.state("view"))
        view.sidebar_width = 76
        news.save_state("view", str(view))
        rows = list(taken(news, (100, 30)).rows)
    now = NOW.timestamp()
    assert not any("7\xa0h\xa0ago" in row for row in rows), "the pane is not narrow enough"
    assert picture.painted(rows, now) is not None
    assert picture.painted(rows, now + 3600) is None


def test_the_briefing_is_in_the_picture_while_its_moments_are_right(tmp_path: Path) -> None:
    with library(tmp_path, [article(n) for n in range(1, 9)]) as news:
        visit = news.insight.present()
        rows = list(taken(news).rows)
        assert news.insight.visit() is None, "making a picture is no visit"
        assert visit == news.insight.present()
    now = NOW.timestamp()
    shown = picture.painted(rows, now)
    assert shown is not None
    assert "The newest 7 days: 8 articles" in shown
    assert picture.painted(rows, now + 11 * 3600) is not None
    assert picture.painted(rows, now + 13 * 3600) is None, "another day has begun"


def test_an_article_that_cannot_be_opened_leaves_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> bool:
        raise RuntimeError("not foreseen")

    monkeypatch.setattr("reader.ui.screen.open_article.OpenArticle.reopen", fail)
    with news_with_an_open_article(tmp_path) as news:
        assert taken(news).crash is None


def test_leaving_does_not_wait_for_a_picture_that_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portrait, "LONGEST_S", 0.05)
    monkeypatch.setattr(HostScreen, "_reopen", lambda _: None)
    with news_with_an_open_article(tmp_path) as news:
        assert taken(news).rows == ()
