"""The places of regular expressions in a laid-out article."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Article
from reader.query.language import parse
from reader.ui.prose.sectioned_lines import SectionedLines, Spot
from reader.ui.prose.text import Prose
from reader.ui.reading import expressions
from reader.ui.reading.highlights import Highlights
from reader.ui.reading.layout import Marks, article_parts
from tests.builders import NOW, article
from tests.examples import examples


def laid_out(shown: Article, width: int) -> SectionedLines:
    marks = Marks(read=False, favourite=False)
    return SectionedLines(article_parts(shown, Prose(shown.body), marks, NOW, width))


def marked(query: str, shown: Article, width: int = 80) -> list[str]:
    """The texts that are marked; what is on another line follows a |."""
    found, lines = Highlights(), laid_out(shown, width)
    found.ask(parse(query).sought)
    while found.look_on(lines, 0, 1, 60):
        pass
    found.look_around(lines, Spot(0, 0))
    texts: dict[int, list[str]] = {}
    for part in lines.parts:
        for offset, line in enumerate(lines.lines_of(part)):
            for each in found.on_line(Spot(part, offset)):
                texts.setdefault(each.number, []).append(line.text[each.start : each.end])
    assert list(texts) == list(range(found.count))
    return ["|".join(each) for each in texts.values()]


@pytest.mark.parametrize(
    ("query", "body", "found"),
    [
        ("/etf inflows?/", "ETF inflow and ETF INFLOWS", ["ETF inflow", "ETF INFLOWS"]),
        (
            r"/\$\d+ (million|billion)/",
            "from $4 million to $12 billion",
            ["$4 million", "$12 billion"],
        ),
        ("/пот(і|о)к(и|ів)/", "Потоки, потік, потоків", ["Потоки", "потоків"]),
        ("/^why/", "Why now?\n\nNot why.\n\n- Why else", ["Why", "Why"]),
        ("/etf$/", "the etf\n\nan etf, the other etf", ["etf", "etf"]),
        ("/spot etf/", "a **spot** ETF and a [spot](https://x.example) ETF", ["spot ETF"] * 2),
        (
            "/quoted text/",
            "> some words before quoted\n> text, and quoted\n> text",
            ["quoted text"] * 2,
        ),
        ("/x = 1.*/", "```\nx = 1\ny = 2\n```", ["x = 1"]),
        ("/one . two/", "|one|two|\n|-|-|\n|one|two|", []),
        ("/x*/", "a xx b x", ["xx", "x"]),
        ("/é/", "cafe\u0301 café", ["é"]),
        ("-/etf/ rates", "etf rates", ["rates"]),
        ("etf /etf inflows/", "etf, etf inflows, inflows", ["etf", "etf inflows"]),
        ("(/etf/ OR /sol/) -(/rates/ OR x)", "etf sol rates", ["etf", "sol"]),
    ],
)
def test_what_an_expression_matches_is_marked(query: str, body: str, found: list[str]) -> None:
    assert marked(query, article(title="T", body=body)) == found


def test_a_match_is_marked_on_each_line_that_it_goes_on_on() -> None:
    body = "- A lengthy item which goes on here\n\n> A lengthy quotation that goes on here"
    shown = article(title="T", body=body)
    assert marked("/lengthy .* here/", shown, width=24) == [
        "lengthy item which|goes on here",
        "lengthy quotation|that goes on here",
    ]
    assert marked("/lengthy .* here/", shown, width=80) == [
        "lengthy item which goes on here",
        "lengthy quotation that goes on here",
    ]


def test_ideographs_have_no_space_where_their_line_is_broken() -> None:
    shown = article(title="T", body="以太坊的流动性质押和再质押收益")
    assert marked("/质押和再/", shown, width=20) == ["质押和|再"]


def test_code_that_goes_on_in_the_next_line_is_not_broken() -> None:
    shown = article(title="T", body="```\nsome_name_that_is_too_long = 1\n```")
    assert marked("/some.*1/", shown, width=24) == ["some_name_that_is_too_|long = 1"]


def test_an_expression_for_titles_is_marked_in_the_title_alone() -> None:
    shown = article(title="Why fees fall", body="Why fees fell.\n\nWhy not?")
    assert marked("title:/^why/", shown) == ["Why"]
    assert marked("/^why/", shown) == ["Why"] * 3


def test_an_expression_is_not_marked_in_the_facts_and_tags_of_the_header() -> None:
    shown = article(title="Block 7", body="It has 12.", tags=("7UP",))
    assert marked(r"/\d+/", shown, width=60) == ["7", "12"]


WORDS = st.lists(st.sampled_from(["fees", "fall", "а", "ціни", "b2b", "¹"]), min_size=1)


@examples(200)
@given(WORDS, st.sampled_from(["fees fall", r"\S+", "^fees?.{0,30}", r"ціни( \S+)+", "а а|b2b$"]))
def test_the_width_does_not_change_what_matches(words: list[str], source: str) -> None:
    shown = article(title="T", body=" ".join(words))
    found = [marked(f"/{source}/", shown, width) for width in (12, 31, 400)]
    assert len({tuple(re.sub(r"[| ]", "", each) for each in every) for every in found}) == 1


def test_the_matches_that_are_marked_in_one_text_are_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(expressions, "MOST_HITS", 7)
    shown = article(title="T", body="x x x\n\n" * 2_000)
    assert len(marked("/x/", shown)) == 7


def test_an_expression_that_takes_too_long_marks_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(expressions, "LONGEST_S", -1.0)
    assert marked("/x/", article(title="T", body="x x x")) == []


def test_a_hostile_expression_ends_on_a_long_text() -> None:
    body = ("a" * 4_000 + "\n\n") * 50
    assert len(marked("/a[^z]*z|a/", article(title="T", body=body), 200)) <= expressions.MOST_HITS
