"""Flags of articles are English where they are stored, and translated when they are shown."""

import re

import pytest

from reader import i18n
from reader.formats import read_article
from reader.formats.flags import Flag, Sentence, in_words

EVERY = {name: each for name, each in vars(Flag).items() if isinstance(each, Sentence)}

VALUES = {
    "field": "ai.expandedAt",
    "text": "Tues\nday is a date: {0}",
    "date": "2025-11-16T18:49:34.000Z",
    "reason": "mapping values are not allowed here",
    "encoding": "windows-1251",
    "mark": "+++",
    "names": "title, tags",
    **dict.fromkeys(("number", "count", "line"), 12),
}


class Shouting:
    """A catalogue that translates every text into capitals."""

    @staticmethod
    def gettext(text: str) -> str:
        return re.sub(r"\{\w+\}|[a-z]+", lambda found: _loud(found[0]), text)


def _loud(part: str) -> str:
    return part if part.startswith("{") else part.upper()


@pytest.fixture
def other_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_spoken", "xx")
    monkeypatch.setattr(i18n, "_catalogue", Shouting)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.usefixtures("other_language")
def test_every_flag_is_translated_with_its_values(name: str) -> None:
    flag = EVERY[name]
    values = {each: VALUES[each] for each in re.findall(r"\{(\w+)\}", flag)}
    assert in_words(flag.of(**values)) == Shouting.gettext(flag).format(**values)


@pytest.mark.usefixtures("other_language")
def test_a_reason_in_a_flag_is_translated_too() -> None:
    reason = Flag.TOO_DEEP.of(number=20)
    flag = Flag.BROKEN.of(line=3, reason=reason)
    assert in_words(flag) == "THE FRONT MATTER IS BROKEN AT LINE 3: IT IS NESTED DEEPER THAN 20"


@pytest.mark.usefixtures("other_language")
def test_a_sentence_that_is_no_flag_stays_as_it_is() -> None:
    assert in_words("published by hand") == "published by hand"


FILE = b"---\npublishedAt: soon\nscore: high\n---\n# Fees fall\n\nText.\n"


def test_a_flag_is_shown_in_english_as_it_is_stored() -> None:
    flags = read_article(FILE, origin="a.md").flags
    assert tuple(map(in_words, flags)) == flags


def test_an_article_is_the_same_in_every_language(request: pytest.FixtureRequest) -> None:
    before = read_article(FILE, origin="a.md")
    request.getfixturevalue("other_language")
    assert read_article(FILE, origin="a.md") == before
    assert before.flags
