"""Where there is nothing to show, a sentence says so, and which key or command comes next."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from textual.widget import Widget

from reader.article import Article
from reader.config.settings import Settings
from reader.library import Library, Mark
from reader.query.language import parse
from reader.ui.modals.pick_list import PickList
from reader.ui.sidebar.widget import Sidebar
from tests.builders import library
from tests.ui.screen import WIDE, Reading, archive, reading, story

PLAIN = [story(40, "A text without headings", body="One line.", category="BTC")]
"""An article without tags and headings, to which no other is related."""


class Empty(NamedTuple):
    """A state in which there is nothing to show.

    says: how the sentence begins. names: bindings whose keys it names. ways: bindings whose keys
    lead there, and words that are typed after a colon. commands: what it says to run or to press.
    """

    says: str
    names: str = ""
    ways: str = ""
    commands: Sequence[str] = ()
    query: str = ""
    articles: Sequence[Article] = tuple(archive())
    are_read: bool = False
    part: type[Widget] | str | None = None
    """Where it is said; None: in the status line."""


STATES = {
    "an empty archive": Empty(
        "No articles.", "reader.sync", commands=["cryptoread import"], articles=(), part=Sidebar
    ),
    "an empty archive under a filter": Empty(
        "No articles.",
        "reader.sync",
        commands=["cryptoread import"],
        query="tag:btc",
        articles=(),
        part=Sidebar,
    ),
    "a filter that finds nothing": Empty(
        "No article matches.",
        "reader.drop-last-filter reader.clear-filters",
        query="tag:none",
        part=Sidebar,
    ),
    "a search without a result": Empty(
        "No article matches.", "search.give-up", "reader.search :nosuchword", part=Sidebar
    ),
    "the view of unread articles": Empty(
        "Everything is read.",
        "reader.sync reader.clear-filters",
        query="is:unread",
        are_read=True,
        part=Sidebar,
    ),
    "the view of favourites": Empty(
        "No favourites yet.",
        "reader.favourite reader.clear-filters",
        query="is:favourite",
        part=Sidebar,
    ),
    "the view of what is to be read later": Empty(
        "Nothing is put aside.",
        "reader.read-later reader.clear-filters",
        query="is:later",
        part=Sidebar,
    ),
    "the view of today": Empty(
        "Nothing from today.",
        "reader.sync reader.clear-filters",
        query="after:2026-03-14",
        articles=PLAIN,
        part=Sidebar,
    ),
    "no open article": Empty(
        "no article is open", "sidebar.open", "reader.other-pane", articles=()
    ),
    "no open article to search in": Empty("no article is open", "sidebar.open", "find"),
    "no open article with headings": Empty("no article is open", "sidebar.open", "reader.headings"),
    "a reading pane without an article": Empty(
        "", "sidebar.open reader.read-on reader.help", articles=(), part="#hint"
    ),
    "an empty briefing": Empty(
        "Nothing new",
        "sidebar.open reader.help",
        "reader.briefing",
        articles=(),
        part="BriefingPane",
    ),
    "the mood of no articles": Empty(
        "No article matches this filter.",
        "mood.close reader.clear-filters",
        "reader.mood",
        query="tag:none",
        part="MoodView",
    ),
    "the mood of an empty archive": Empty(
        "No articles yet.", "mood.close reader.sync", "reader.mood", articles=(), part="MoodView"
    ),
    "no related articles": Empty(
        "nothing related", "reader.next-unread", "sidebar.open reader.related-articles"
    ),
    "no tags": Empty(
        "No tags here.", "tag_picker.close", "reader.all-tags", articles=PLAIN, part=PickList
    ),
    "no tags of that name": Empty(
        "No such tag here.", "tag_picker.close", "reader.all-tags :nosuchtag", part=PickList
    ),
    "no tags of one's own": Empty(
        "No own tags yet.", "", "reader.own-tag", commands=["Enter"], part=PickList
    ),
    "no headings": Empty(
        "this article has no headings",
        "reader.read-on",
        "sidebar.open reader.headings",
        articles=PLAIN,
    ),
    "no sources": Empty(
        "No subscriptions yet.",
        "sources.ask",
        "reader.sources",
        commands=["cryptoread subscribe URL"],
        part="SourcesText",
    ),
    "stories that are not decided": Empty(
        "stories are still being looked for",
        "reader.group-by",
        "reader.group-by reader.group-by reader.group-by",
    ),
    "nothing that a sync brought": Empty(
        "no sync has brought articles yet", "reader.sync", "reader.newly-arrived"
    ),
}

KEYS = {
    "reader.sync": ("r", "r"),
    "reader.clear-filters": ("x", "x"),
    "reader.drop-last-filter": ("escape", "Esc"),
    "reader.favourite": ("f", "f"),
    "reader.read-later": ("b", "b"),
    "reader.other-pane": ("tab", "Tab"),
    "reader.headings": ("{", "{"),
    "reader.read-on": ("space", "Space"),
    "reader.help": ("?", "?"),
    "reader.briefing": ("w", "w"),
    "reader.mood": ("d", "d"),
    "reader.related-articles": ("e", "e"),
    "reader.next-unread": ("n", "n"),
    "reader.all-tags": ("t", "t"),
    "reader.own-tag": ("#", "#"),
    "reader.sources": ("S", "S"),
    "reader.group-by": ("s", "s"),
    "reader.newly-arrived": ("A", "A"),
    "reader.search": ("/", "/"),
    "sidebar.open": ("enter", "Enter"),
    "search.give-up": ("escape", "Esc"),
    "mood.close": ("escape", "Esc"),
    "tag_picker.close": ("escape", "Esc"),
    "sources.ask": ("r", "r"),
}
"""The usual key of each binding, as it is typed and as it is named."""

OTHERS = {id: f"f{number}" for number, id in enumerate(KEYS, start=1)}
"""A key for each of them that the user has chosen."""


@pytest.fixture
def news(tmp_path: Path, state: str) -> Library:
    it = STATES[state]
    made = library(tmp_path, it.articles)
    if it.are_read:
        made.mark(made.find(parse("")), Mark.READ, True, "")
    return made


@pytest.mark.parametrize("are_keys_chosen", [False, True], ids=["usual keys", "chosen keys"])
@pytest.mark.parametrize("state", STATES)
async def test_what_is_empty_says_so_and_names_the_next_key(
    state: str, are_keys_chosen: bool, news: Library
) -> None:
    it, chosen = STATES[state], OTHERS if are_keys_chosen else {}
    settings = Settings(keys=chosen, tags="frequent")
    with news:
        async with reading(news, it.query, settings=settings, size=WIDE) as reader:
            for way in it.ways.split():
                if way.startswith(":"):
                    await reader.type_in(way[1:])
                elif way == "find":
                    await reader.screen.action_find()
                else:
                    await reader.press(chosen.get(way) or KEYS[way][0])
            said = said_in(reader, it)
            assert it.says in said
            for id in it.names.split():
                key = chosen[id].upper() if chosen else KEYS[id][1]
                assert re.search(rf"(?<!\S)\(?{re.escape(key)}(?=[ )])", said), (id, said)
            for command in it.commands:
                assert command in said


def said_in(reader: Reading, it: Empty) -> str:
    return reader.status if it.part is None else reader.text(it.part)
