"""Selected rows: by v and V, marked in bulk, followed when ids move, dropped by Esc."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reader.article import Article
from reader.library import Library
from reader.query.language import parse
from reader.ui.sidebar.widget import Sidebar
from tests.builders import article, library
from tests.ui.screen import Reading, bring, reading


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    made = [article(n, url=f"https://wire.example/{n}" if n % 2 else "") for n in range(1, 9)]
    with library(tmp_path, made) as opened:
        yield opened


def selected(reader: Reading) -> list[str]:
    """Rows of the list with the mark of a selected one, without it."""
    return [row.removeprefix("✓").strip() for row in reader.rows if row.startswith("✓")]


async def test_v_selects_the_row_and_drops_it_again(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("v", "j", "j", "v")
        assert [row.split()[2] for row in selected(reader)] == ["3", "5"]
        assert "2 selected" in reader.status
        await reader.press("v")
        assert [row.split()[2] for row in selected(reader)] == ["3"]
        await reader.press("escape")
        assert selected(reader) == []
        assert "selected" not in reader.status
        assert reader.filter == "lang:en"


async def test_capital_v_selects_all_rows_from_the_last_selected_one(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("2")
        await reader.press("v", "j", "j", "j", "V")
        assert "4 selected" in reader.status
        await reader.press("k", "k", "k", "k", "V")
        assert "5 selected" in reader.status


async def test_v_on_a_heading_selects_its_group(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("g", "v")
        assert "8 selected" in reader.status
        assert selected(reader)[0].startswith(("▸ BTC", "▾ BTC"))
        await reader.go_to("3")
        await reader.press("v")
        assert "7 selected" in reader.status
        assert not selected(reader)[0].startswith(("▸", "▾"))


@pytest.mark.parametrize(
    ("keys", "query", "said"),
    [
        ("m", "is:read", "3 articles read"),
        ("f", "is:favourite", "3 articles made favourites"),
        ("b", "is:later", "3 articles put aside to read later"),
        ("#x\n", "mytag:x", "3 articles tagged #x"),
    ],
)
async def test_marks_are_set_on_what_is_selected_in_one_step(
    news: Library, keys: str, query: str, said: str
) -> None:
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("v", "j", "j", "V", *keys.replace("\n", ""))
        if keys.endswith("\n"):
            await reader.press("enter")
        assert f"{said} · u undoes" in reader.status
        assert len(news.find(parse(query))) == 3
        await reader.press("u")
        assert len(news.find(parse(query))) == 0


async def test_y_copies_all_links_one_a_line(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("v", "j", "j", "V", "y")
        assert reader.app.clipboard == "https://wire.example/3\nhttps://wire.example/5"
        assert "copied 2 links; 1 have none" in reader.status


def right_before(seconds: int) -> list[Article]:
    """Articles right before each of those of the archive: there is one free id between them."""
    found = [article(n) for n in range(1, 9)]
    return [
        article(100 * seconds + n, published=each.published - timedelta(seconds=seconds))
        for n, each in enumerate(found)
    ]


async def test_a_selection_follows_articles_whose_ids_move(news: Library) -> None:
    bring(news, *right_before(8))
    async with reading(news) as reader:
        for number in ("3", "4"):
            await reader.go_to(number)
            await reader.press("v")
        before = set(reader.screen.query_one(Sidebar).selected)
        bring(news, *right_before(5))
        reader.screen._look_for_changes()
        await reader.wait_for(lambda: "24 articles" in reader.status)
        after = reader.screen.query_one(Sidebar).selected
        assert {row.title for row in news.rows(list(after))} == {"Story 3", "Story 4"}
        assert set(after) != before
        await reader.press("m")
        assert {row.title for row in news.rows(news.find(parse("is:read"))[:])} == {
            "Story 3",
            "Story 4",
        }


async def test_what_leaves_the_list_is_no_longer_selected(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("v", "j", "v", "/", *"title:3", "enter")
        assert "1 selected" in reader.status


def numbers(news: Library, query: str) -> list[str]:
    return [row.title.removeprefix("Story ") for row in news.rows(news.find(parse(query))[:])]


async def test_what_is_older_is_marked_as_read_in_one_step(news: Library) -> None:
    async with reading(news) as reader:
        every = numbers(news, "")
        await reader.go_to(every[2])
        await reader.press("O")
        assert "5 articles read · u undoes" in reader.status
        assert numbers(news, "is:unread") == every[:3]
        await reader.press("O")
        assert "already read: 5 articles" in reader.status
        await reader.press("u")
        assert numbers(news, "is:unread") == every


async def test_the_rest_of_a_group_is_marked_as_read_below_the_cursor(news: Library) -> None:
    bring(news, article(50, category="ETH"))
    async with reading(news) as reader:
        await reader.go_to(numbers(news, "category:btc")[1])
        await reader.press("D")
        assert "6 articles read · u undoes" in reader.status
        assert len(numbers(news, "is:unread category:btc")) == 2
        await reader.press("u", "h", "D")
        assert "8 articles read · u undoes" in reader.status
        assert numbers(news, "is:unread") == ["50"]


async def test_the_rest_of_a_group_is_nothing_below_its_last_article(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("G", "D")
        assert "nothing to mark" in reader.status


@pytest.mark.parametrize("key", ["O", "D"])
async def test_an_article_below_its_twin_is_neither_older_nor_the_rest(
    tmp_path: Path, key: str
) -> None:
    pairs = [
        article(n, lang=lang, title=f"{lang} {n}") for n in range(1, 4) for lang in ("en", "uk")
    ]
    with library(tmp_path, pairs) as both:
        both.deciding.run()
        async with reading(both) as reader:
            await reader.press("L", "L")
            await reader.go_to(both.rows(both.find(parse(""))[2:3])[0].title)  # its twin is below
            await reader.press(key)
            unread = {row.title.split()[1] for row in both.rows(both.find(parse("is:unread"))[:])}
            assert "1 article read · u undoes" in reader.status
            assert len(unread) == 2


async def test_a_pair_is_marked_as_one_article_where_the_list_counts_it_once(
    tmp_path: Path,
) -> None:
    pairs = [
        article(n, lang=lang, title=f"{lang} {n}") for n in range(1, 4) for lang in ("en", "uk")
    ]
    with library(tmp_path, pairs) as both:
        both.deciding.run()
        async with reading(both) as reader:
            await reader.press("L", "L", "M")
            assert "3 articles read · u undoes" in reader.status
            await reader.press("M")
            assert "already read: 3 articles" in reader.status
            await reader.press("u")
            assert "undone: 3 articles read" in reader.status
            await reader.press("j", "m", "g", "m")
            assert "2 articles read (1 already was) · u undoes" in reader.status


async def test_what_is_selected_is_exported(news: Library, tmp_path: Path) -> None:
    to = tmp_path / "out [x].jsonl"
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("v", "j", "j", "V", "E", "ctrl+u")
        await reader.type_in(str(to))
        await reader.press("enter")
        await reader.wait_for(lambda: "exported 3 articles to" in reader.status)
        assert len(to.read_text().splitlines()) == 3
        await reader.press("E", "ctrl+u")
        await reader.type_in(str(to))
        await reader.press("enter")
        await reader.wait_for(lambda: "cannot export" in reader.status)
        assert len(to.read_text().splitlines()) == 3


async def test_a_heading_loses_its_mark_when_its_group_grows(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("g", "v")
        assert selected(reader)[0].startswith("▾ BTC")
        bring(news, article(50))
        reader.screen._look_for_changes()
        await reader.wait_for(lambda: "9 articles" in reader.status)
        assert "8 selected" in reader.status
        assert not selected(reader)[0].startswith("▾ BTC")
