"""Whatever keys mark, on one article or in bulk: undone step by step, it is as it was before."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st

from reader.cache.ids import Ids
from reader.cache.marks.kinds import AnyMark, own_tag
from reader.library import Library, Mark
from reader.query.language import parse
from tests.builders import library
from tests.examples import examples
from tests.ui.screen import archive, reading, told_by_several

MOST = 60
"""Steps that no sequence reaches."""

Keys = tuple[str, ...]
Marked = frozenset[tuple[object, ...]]

MOVES: list[Keys] = [("j",), ("k",), ("j", "j", "j"), ("G",), ("g",), ("h",), ("tab",), ("s",)]
MARKS: list[Keys] = [("m",), ("f",), ("b",), ("M",), ("O",), ("D",), ("R",)]
OPENING: list[Keys] = [("enter",), ("n",), ("J",), (" ",), ("T",)]
SELECTING: list[Keys] = [("v",), ("v", "j", "j", "V"), ("V",), ("escape",)]
TAGGING: list[Keys] = [("#", *"due", "enter"), ("#", *"old", "enter")]
FILTERS: list[Keys] = [("1",), ("x",), ("+",), ("L",), ("'", "u"), ("'", "l")]
BRIEFING: list[Keys] = [("w",), ("w", "M"), ("w", "M", "M")]
EVERY = [*MOVES, *MARKS, *MARKS, *OPENING, *SELECTING, *TAGGING, *FILTERS, *BRIEFING]
REPLAYS: list[Keys] = [("u",), ("u", "u"), ("U",)]


def marked(news: Library) -> Marked:
    """Marks and own tags, as they are in the file, without articles that have none."""
    with closing(sqlite3.connect(news.folder / "marks.db")) as db:
        marks = db.execute(
            "SELECT external, lang, source, read, favourite, later FROM marks "
            "WHERE read OR favourite OR later"
        ).fetchall()
        tags = db.execute("SELECT external, lang, source, tag FROM tagged").fetchall()
    return frozenset([*marks, *tags])


def made(folder: str) -> Library:
    """A library in which some articles are marked already, which cannot be undone."""
    news = library(Path(folder), [*archive(), *told_by_several()])
    news.deciding.run()
    ids = news.find(parse(""))
    marks: list[AnyMark] = [Mark.READ, Mark.FAVOURITE, Mark.LATER, own_tag("old")]
    for start, mark in enumerate(marks):
        news.set_marks(Ids(ids[start::4]), mark, True, lambda *_: "")
    return news


async def done(keys: list[Keys], *, is_in_steps: bool) -> None:
    with TemporaryDirectory() as folder, made(folder) as news:
        states = [marked(news)]
        async with reading(news) as reader:
            for each in keys:
                await reader.press(*each)
                if reader.app.screen is not reader.screen:  # a box, such as of one that is wrong
                    await reader.press("escape")
                if (now := marked(news)) != states[-1]:
                    states.append(now)
            for _ in range(MOST):
                before = marked(news)
                if is_in_steps and before != states[-1]:
                    states.pop()
                    assert before == states[-1]
                await reader.press("u")
                if "nothing to undo" in reader.status:
                    break
            assert "nothing to undo" in reader.status
            assert marked(news) == states[0]


@examples(60)
@given(st.lists(st.sampled_from(EVERY), max_size=10))
@example([("w", "M", "M"), ("m",)])
@example([("g",), ("v", "j", "j", "V"), ("b",), ("#", *"due", "enter"), ("O",), ("D",)])
@example([("s",), ("s",), ("s",), ("j",), ("enter",), ("R",), ("M",)])
def test_any_sequence_of_keys_undone_gives_each_state_before(keys: list[Keys]) -> None:
    asyncio.run(done(keys, is_in_steps=True))


@examples(30)
@given(st.lists(st.sampled_from([*EVERY, *REPLAYS, *REPLAYS]), max_size=12))
def test_what_was_undone_and_redone_in_between_changes_nothing(keys: list[Keys]) -> None:
    asyncio.run(done(keys, is_in_steps=False))
