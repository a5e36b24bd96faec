"""The briefing on the screen: when it is shown, what its keys open, and when the visit moves."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.article import Article
from reader.cache.insight.briefing import More, Turned, Visit
from reader.cache.insight.insight import Insight
from reader.cache.mood import Pair
from reader.cache.store import Store
from reader.library import Library
from reader.query.language import parse
from reader.ui.bars.status_line import KeyLine
from reader.ui.briefing.pane import BriefingPane
from reader.ui.modals.mood import MoodScreen
from reader.ui.reading.pane import ReadingPane
from reader.ui.sidebar.widget import Sidebar
from tests.builders import NOW, library, put
from tests.ui.screen import NARROW, WIDE, Reading, archive, reading, story
from tests.ui.test_snapshots import compare

HACK = "Vaults of Larkspur drained of $41 million by a forged oracle"
MINING = "Miners of Tarnby move to hydro plants before the winter tariff"
MINED = "Tarnby miners move to hydro plants ahead of winter tariff"
RETOLD = "Larkspur loses $41 million after forged oracle drains its vaults"


OTHERS = (
    "A harbour town mints tokens for ferries",
    "Wallets learn to speak Finnish",
    "Judges postpone the hearing on custody",
    "Northern lights dim the mining farms",
    "Bakers accept lightning payments",
    "Auditors sign off a stablecoin reserve",
    "Students win prizes for zero knowledge",
    "A museum sells shares in a comet",
    "Farmers insure grain by contract",
    "Pension funds weigh a small allocation",
    "Bridge between chains reopens",
    "Regulator drafts rules on lending",
)


def arrivals() -> list[Article]:
    """A story of two sources, and twelve others."""
    return [
        story(1, HACK, "NEGATIVE", external_id="hack", source="ledgerpost"),
        story(0, RETOLD, "POSITIVE", external_id="retold", source="coinharbour"),
        *(
            story(n, title, "POSITIVE", tags="QUAY", external_id=f"new-{n}")
            for n, title in enumerate(OTHERS, 2)
        ),
    ]


def arrive(into: Library, *articles: Article) -> None:
    """Bring articles in and decide which stories they tell."""
    with Store(into.folder, clock=into.clock) as store:
        put(store, articles)
        store.deciding.run()


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    """Articles that were seen yesterday, and fourteen that have arrived since."""
    yesterday = NOW - timedelta(hours=18)
    with Store(tmp_path, clock=lambda: yesterday) as store:
        put(store, archive())
    with library(tmp_path) as made:
        made.insight.save_visit(made.insight.present()._replace(at=yesterday))
        arrive(made, *arrivals())
        yield made


SINCE = "Since yesterday 18:00: "


def shown(reader: Reading) -> list[str]:
    """The lines of the briefing that are in view, in words."""
    return [" ".join(line.split()) for line in reader.shown(BriefingPane) if line.strip()]


async def to(reader: Reading, text: str) -> None:
    """Move the cursor of the briefing to a line that has the text."""
    pane = reader.screen.query_one(BriefingPane)
    await reader.press("g")
    for _ in pane._layout.stops:
        line = pane._layout.lines[pane._layout.stops[pane._cursor].line]
        if text in "".join(part for part, _ in line):
            return
        await reader.press("j")
    raise AssertionError(f"no {text} in {shown(reader)}")


async def test_at_the_start_it_stands_beside_the_list(news: Library) -> None:
    async with reading(news) as reader:
        assert shown(reader)[0] == SINCE + "14 articles, 13 stories, 1 told by several"
        assert shown(reader)[2:4] == [
            "Told by several",
            f"2 ▲▼ {HACK[:33].rstrip()} … 11:00 ledgerpost",
        ]
        assert reader.screen.focused is reader.screen.query_one(Sidebar)
        assert "w briefing" in reader.text(KeyLine)


async def test_an_article_of_the_last_session_comes_before_it(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n")
        assert reader.shown(ReadingPane)
    async with reading(news) as reader:
        assert reader.shown(ReadingPane)
        assert not shown(reader)


async def test_an_empty_archive_has_the_hint(tmp_path: Path) -> None:
    with library(tmp_path) as empty:
        async with reading(empty) as reader:
            assert "opens the article under the cursor" in reader.text("#hint")
            await reader.press("w")
            assert reader.app.crash is None


async def test_the_key_shows_it_and_goes_back_to_the_article(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n")
        opened = reader.text(ReadingPane)
        for key in ("w", "escape"):
            await reader.press("w")
            assert shown(reader)
            assert not reader.shown(ReadingPane)
            assert "M caught up" in reader.text(KeyLine)
            await reader.press(key)
            assert reader.text(ReadingPane) == opened
            assert not shown(reader)


async def test_from_the_list_it_goes_back_to_the_list(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("w")
        assert reader.screen.query_one(BriefingPane).has_focus
        await reader.press("w")
        assert reader.screen.query_one(Sidebar).has_focus
        assert shown(reader), "there is nothing else to show"
        await reader.press("tab")
        assert reader.screen.query_one(BriefingPane).has_focus


async def test_on_a_narrow_terminal_it_waits_for_the_key(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        assert not shown(reader)
        await reader.press("w")
        assert shown(reader)[0] == "Since yesterday 18:00"
        assert not reader.shown(Sidebar)
        await reader.press("w")
        assert reader.shown(Sidebar)
        assert not shown(reader)


async def test_a_story_opens_its_first_article(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("w", "enter")
        assert HACK in reader.text(ReadingPane)
        assert not shown(reader)
        assert reader.screen.focused is reader.screen.query_one(ReadingPane)
        assert "Vaults of Larkspur" in reader.cursor, "the list follows"
        await reader.press("w")
        assert reader.screen.query_one(BriefingPane).has_focus


async def test_a_click_opens_what_it_names(news: Library) -> None:
    async with reading(news) as reader:
        await reader.click("Vaults of", BriefingPane)
        assert HACK in reader.text(ReadingPane)


async def test_groups_open_down_to_articles_and_close_again(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("w")
        await to(reader, "BTC")
        await reader.press("l", "l", "l", "l")
        assert OTHERS[0][:30] in reader.text(BriefingPane)
        await reader.press("m")
        assert "article read" in reader.status
        await reader.press("enter")
        assert OTHERS[0] in reader.text(ReadingPane)
        await reader.press("w", "h", "h", "h", "h")
        assert "▸ BTC 12" in " ".join(shown(reader))
        await reader.press("h")
        assert reader.screen.focused is reader.screen.query_one(Sidebar)


@pytest.fixture
def remarkable(news: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """The same, of which there is more than usual and which has turned: too little to be found."""
    compiled = Insight.briefing

    def with_more(self: Insight, *arguments: Any, **named: Any) -> Any:
        more = [More("MINING", True, 9, 2.0), More("fees", False, 7, 1.5)]
        turned = [Turned("WALLET", Pair(14, 6), Pair(20, 60))]
        return compiled(self, *arguments, **named)._replace(more=more, turned=turned)

    monkeypatch.setattr(Insight, "briefing", with_more)
    return news


async def test_what_there_is_more_of_is_added_to_the_filter(remarkable: Library) -> None:
    async with reading(remarkable) as reader:
        await reader.press("w", "g", "j", "enter")
        assert reader.filter == "lang:en tag:mining"
        assert reader.screen.query_one(Sidebar).has_focus
        await reader.press("x", "w", "l", "enter")
        assert reader.filter == "lang:en title:fees"


@pytest.mark.parametrize(("name", "size"), [("", WIDE), ("_narrow", (80, 24))])
async def test_snapshots_of_it(remarkable: Library, name: str, size: tuple[int, int]) -> None:
    async with reading(remarkable, size=size) as reader:
        await reader.press("w")
        await to(reader, "BTC")
        await reader.press("l")
        compare(f"briefing{name}", reader)


async def test_the_mood_opens_its_box(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("w", "g", "enter")
        assert isinstance(reader.app.screen, MoodScreen)


async def test_news_join_it_and_the_cursor_stays_on_its_story(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("w")
        target = reader.screen.query_one(BriefingPane).target
        arrive(
            news,
            story(0, "Tarnby miners move to hydro plants before winter", external_id="a"),
            story(
                0, "Miners of Tarnby move to hydro plants", external_id="b", source="coinharbour"
            ),
        )
        reader.screen._look_for_changes()
        await reader.settle()
        assert shown(reader)[0] == SINCE + "16 articles, 14 stories, 2 told by several"
        assert reader.screen.query_one(BriefingPane).target == target
        await reader.press("enter")
        assert HACK in reader.text(ReadingPane)


async def test_stories_that_are_decided_later_join_it(news: Library) -> None:
    again = story(0, HACK, "POSITIVE", external_id="again", source="mintgazette")
    with Store(news.folder, clock=news.clock) as store:
        put(store, [again])
    async with reading(news) as reader:
        assert any(line.startswith("2 ▲▼ Vaults") for line in shown(reader))
        with Store(news.folder, clock=news.clock) as store:
            store.deciding.run()
        reader.screen._look_for_changes()
        await reader.settle()
        assert any(line.startswith("3 ▲▼ Vaults") for line in shown(reader))


async def test_it_is_in_the_languages_of_the_list(news: Library) -> None:
    arrive(news, story(0, "Сховища Larkspur спустошено", lang="uk", external_id="hack"))
    async with reading(news) as reader:
        await reader.press("L")
        await reader.wait_for(lambda: shown(reader)[0] == SINCE + "1 article, 1 story")


# The last visit.


async def test_a_session_that_showed_something_new_moves_the_visit(news: Library) -> None:
    async with reading(news):
        pass
    assert news.insight.visit() == Visit(news.texts, NOW)
    async with reading(news) as reader:
        assert shown(reader)[0] == "Nothing new since 12:00"
        assert "opens the article under the cursor" in reader.text(BriefingPane)


async def test_a_session_that_showed_nothing_new_does_not(news: Library) -> None:
    before = news.insight.visit()
    async with reading(news, "tag:mining", size=NARROW) as reader:
        await reader.press("j")
    assert news.insight.visit() == before


async def test_a_row_or_an_article_that_is_new_counts_as_seen(news: Library) -> None:
    before = news.insight.visit()
    async with reading(news, "tag:quay", size=NARROW):
        pass
    assert news.insight.visit() != before


async def test_caught_up_moves_the_visit_and_is_taken_back(news: Library) -> None:
    before = news.insight.visit()
    async with reading(news) as reader:
        await reader.press("w", "M")
        assert "M again marks its 14 articles as read · u undoes" in reader.status
        assert news.insight.visit() == Visit(news.texts, NOW)
        assert not news.find(parse("is:read"))
        await reader.press("u")
        assert "no longer caught up" in reader.status
        assert news.insight.visit() == before


async def test_a_second_time_marks_all_that_it_lists_and_one_undo_takes_back_both(
    news: Library,
) -> None:
    before = news.insight.visit()
    async with reading(news) as reader:
        await reader.press("w", "M", "M")
        assert "14 articles read" in reader.status
        assert len(news.find(parse("is:read"))) == 14
        await reader.press("M")
        assert "caught up already" in reader.status
        await reader.press("u")
        assert not news.find(parse("is:read"))
        assert news.insight.visit() == before


async def test_what_was_caught_up_with_is_listed_until_the_briefing_is_left(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("w", "M", "enter", "w")
        assert shown(reader)[0].startswith(SINCE + "14 articles")
        await reader.press("w", "w")
        assert shown(reader)[0] == "Nothing new since 12:00"
        await reader.press("M")
        assert "nothing new to catch up with" in reader.status


async def test_undo_after_the_briefing_was_left_lists_all_again(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("w", "M", "w", "u")
        assert shown(reader)[0].startswith(SINCE + "14 articles")


async def test_undo_takes_back_a_later_mark_first(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("w", "M", "m", "u")
        assert "undone: article read" in reader.status
        assert news.insight.visit() == Visit(news.texts, NOW)


async def test_in_the_list_the_key_marks_the_list(news: Library) -> None:
    async with reading(news, "tag:mining") as reader:
        await reader.press("M")
        assert "1 article read" in reader.status


async def test_a_first_visit_that_is_taken_back_leaves_none(tmp_path: Path) -> None:
    with library(tmp_path, archive()) as made:
        async with reading(made) as reader:
            await reader.press("w", "M", "u")
            assert made.insight.visit() is None


async def test_hostile_titles_are_shown_as_they_are(news: Library) -> None:
    title = "[/foo] [red]Kelp[/red] [@click=app.quit]"
    arrive(news, story(0, title, "POSITIVE", external_id="h"))
    async with reading(news) as reader:
        await reader.press("w")
        await to(reader, "BTC")
        await reader.press("l", "l", "l")
        assert title[:30] in reader.text(BriefingPane)


async def test_in_a_folder_that_cannot_be_written_it_says_that_the_visit_is_not_saved(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = news.insight.visit()
    monkeypatch.setattr(Library, "is_only_read", property(lambda _: True))
    async with reading(news) as reader:
        await reader.press("w", "M")
        assert "cannot be written: the visit is not saved" in reader.status
    assert news.insight.visit() == before


async def test_a_terminal_that_grows_has_the_hint_beside_the_list(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.pilot.resize_terminal(*WIDE)
        await reader.settle()
        assert "opens the article under the cursor" in reader.text("#hint")


async def test_the_original_of_a_story_is_that_of_the_article_under_the_cursor(
    news: Library,
) -> None:
    async with reading(news) as reader:
        await reader.press("n", "w", "f")
        assert "favourite" in reader.status
        (marked,) = news.rows(list(news.find(parse("is:favourite"))))
        assert marked.title == HACK


async def test_without_anything_under_the_cursor_keys_of_an_article_say_so(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n", "w", "g", "f")
        assert "no article is open or under the cursor" in reader.status


async def test_zoomed_it_stands_alone(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("w", "z")
        assert shown(reader)
        assert not reader.shown(Sidebar)
        await reader.press("w")
        assert reader.shown(Sidebar)
