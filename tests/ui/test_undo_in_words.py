"""A step of the undo journal is told of in the present language, whichever it was made in."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.marks import labels
from reader.cache.marks.kinds import AnyMark, Mark, own_tag
from reader.query.language import parse
from reader.ui.screen.marks_in_words import of_step
from tests.builders import article, library
from tests.ui.screen import reading

DUE = own_tag("due")
STEPS: list[tuple[str, AnyMark, bool, str]] = [
    (labels.named("Fees fall"), Mark.READ, True, "“Fees fall” read"),
    (labels.ONE, Mark.READ, False, "article unread"),
    (labels.ONE, DUE, True, "tagged #due"),
    (labels.many(1), Mark.LATER, True, "1 article put aside to read later"),
    (labels.many(21), Mark.READ, True, "21 articles read"),
    ("4 статті прочитано", Mark.READ, True, "4 статті прочитано"),
    ("two favourites", Mark.FAVOURITE, True, "two favourites"),
]


@pytest.mark.parametrize(("label", "mark", "value", "said"), STEPS)
def test_a_step_is_told_of_in_a_sentence(label: str, mark: AnyMark, value: bool, said: str) -> None:
    assert of_step(label, mark, value) == said


IN_UKRAINIAN = """
import json, sys
from reader.cache.marks.kinds import mark_of
from reader.ui.screen.marks_in_words import of_step
print(json.dumps([of_step(label, mark_of(mark), value) for label, mark, value in
                  json.loads(sys.argv[1])]))
"""


def test_a_step_is_told_of_in_ukrainian_too() -> None:
    steps = json.dumps([(label, mark, value) for label, mark, value, *_ in STEPS])
    done = subprocess.run(
        [sys.executable, "-c", IN_UKRAINIAN, steps],
        env={**os.environ, "CRYPTOREAD_LANGUAGE": "uk"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    for (label, _mark, _value, english), here in zip(STEPS, said, strict=True):
        is_as_written = labels.told(label) is None
        assert (here == english) is is_as_written
        assert not is_as_written or here == label


@given(st.text())
def test_the_title_of_a_label_comes_back_whatever_is_in_it(title: str) -> None:
    assert labels.told(labels.named(title)) == labels.Told(title=title)


async def test_the_screen_tells_of_what_the_command_has_marked(tmp_path: Path) -> None:
    with library(tmp_path, [article(1), article(2)]) as news:
        ids = news.find(parse(""))
        news.set_marks(ids, DUE, True, lambda _value, number: labels.many(number))
        async with reading(news) as reader:
            await reader.press("u")
            assert "undone: 2 articles tagged #due" in reader.status
            await reader.press("U")
            assert "redone: 2 articles tagged #due" in reader.status
