"""The places of search words in a laid-out text."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from reader.cache.recent import Recent
from reader.query.folding import has_words
from reader.query.language import Term, parse
from reader.ui.prose import blocks as prose_blocks
from reader.ui.prose import sections as prose_sections
from reader.ui.prose.sectioned_lines import SectionedLines, Spot
from reader.ui.prose.text import Prose
from reader.ui.reading.highlights import Highlights
from reader.ui.reading.matches import matches, pattern_of
from tests.examples import examples


def found(query: str, *lines: str) -> list[str]:
    pattern = pattern_of(parse(query).words)
    assert pattern is not None
    return [lines[line][start:end] for line, start, end, _ in matches(lines, pattern)]


def test_whole_words_without_case_and_diacritics() -> None:
    assert found("eter", "Éter, eternal ETER-pair aeter") == ["Éter", "ETER"]


def test_the_beginning_of_a_word() -> None:
    assert found("bit*", "Bitcoin, a bit of bitter orbit") == ["Bitcoin", "bit", "bitter"]


def test_a_phrase_goes_on_in_the_next_line() -> None:
    pattern = pattern_of(parse('"spot etf"').words)
    assert pattern is not None
    lines = ["a spot", "ETF, and a spot — ETF"]
    assert [(each.line, each.start, each.end, each.number) for each in matches(lines, pattern)] == [
        (0, 2, 6, 0),
        (1, 0, 3, 0),
        (1, 11, 21, 1),
    ]


def test_several_words_and_no_excluded_one() -> None:
    assert found("fees -miners rest", "Miners rest while fees fall") == ["rest", "fees"]
    assert pattern_of(parse("-miners tag:xrp").words) is None


@pytest.mark.parametrize(
    ("query", "line", "marked"),
    [
        ("їжак", "Їжак і їжаки, їжа́к", ["Їжак", "їжа́к"]),
        ("іжак", "їжак", []),
        ("елка", "Ёлка, елка и ёлки", ["Ёлка", "елка"]),
        ("masse", "Maße und Masse, Maßeinheit", ["Maße", "Masse"]),
        ("masse*", "eine Maßeinheit", ["Maßeinheit"]),
        ("efficient", "an eﬃcient and efficient market", ["eﬃcient", "efficient"]),
        ("質押", "質押和再質押，收益質\u3000押", ["質押", "質押", "質\u3000押"]),
        ("質", "質押", ["質"]),
        ('"eth 質押"', "ETH質押, ETH 質押", ["ETH質押", "ETH 質押"]),
        ("ブロック", "ﾌﾞﾛｯｸとブロック", ["ﾌﾞﾛｯｸ", "ブロック"]),
        ("ซ", "ซื้อ", ["ซื้"]),
        ("سوق", "في سُوقٌ", ["سُوقٌ"]),
        ("stablecoin", "a stable\u00adcoin", ["stable\u00adcoin"]),
        ("2025", "２０２５ ٢٠٢٥", ["２０２５", "٢٠٢٥"]),
        ("dont", "Don’t, don't and dont; don", ["Don’t", "don't", "dont"]),
        ("don't*", "don’t, dont, donation", ["don’t", "dont"]),
        ("мята", "М’ята, мʼята, мята, м'ятний", ["М’ята", "мʼята", "мята"]),
        ("мят*", "М’ята, мʼята, мята, м'ятний", ["М’ята", "мʼята", "мята", "м'ятний"]),
    ],
)
def test_marks_are_where_the_plain_forms_match(query: str, line: str, marked: list[str]) -> None:
    assert found(query, line) == marked


def test_a_word_without_spaces_goes_on_in_the_next_line() -> None:
    assert found("流动性质押", "以太坊的流动", "性质押") == ["流动", "性质押"]


LETTERS = [
    "don't", "dont", "м’я", "мя", "o’leary", "oleary",
    *"ab1-.' \n", *"ёЁйиіїґ", *"ßæıİſ", "ﬃ", "Ｂ", "１", "𝐁", "¹", "½", "Ⅳ", "™", "ŉ",
    *"比特币，", *"ビﾋﾞ゙ｰー", *"비트ㅋ", *"ไม่น้ำ", *"कीज़", *"မာ", *"ςσά", "ʼ", "’",
    "ب", "\u0650", "ـ", "أ", "ی", "\u200c", "ﷺ", "ש", "\u05c1", "\u0301", "\xad", "\u200b",
    "🚀", "🤑", "₿", "\u3000", "\ue000",
]  # fmt: skip
MIXED = st.lists(st.sampled_from(LETTERS) | st.characters(codec="utf-8"), max_size=14).map("".join)


@examples(300)
@given(st.lists(MIXED, min_size=1, max_size=3), MIXED, st.data(), st.booleans())
def test_exactly_the_words_that_the_index_finds_are_marked(
    lines: list[str], other: str, data: st.DataObject, prefix: bool
) -> None:
    text = "\n".join(lines)
    start = data.draw(st.integers(0, len(text)))
    value = data.draw(st.sampled_from([other, text[start : start + data.draw(st.integers(1, 6))]]))
    assume(has_words(value))
    term = Term(None, value, prefix=prefix)
    assume(has_words(term.value))
    pattern = pattern_of([term])
    assert pattern is not None
    marked = matches(lines, pattern)
    assert bool(marked) == is_in_index(text, term)
    for number in {each.number for each in marked}:
        parts = [lines[line][start:end] for line, start, end, of in marked if of == number]
        assert is_in_index("\n".join(parts), term)


@pytest.mark.parametrize("value", ["fee", "éter", "spot etf", "b2b", "o'neil", "oneil", "dont fee"])
@pytest.mark.parametrize("prefix", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "Fees and fee.",
        "ETER éter",
        "the spot-ETF, a spot etfs",
        "B2B b2bc",
        "O’Neil's",
        "Don’t fee",
    ],
)
def test_a_text_is_marked_if_and_only_if_the_index_finds_it(
    value: str, prefix: bool, text: str
) -> None:
    term = Term(None, value, prefix=prefix)
    pattern = pattern_of([term])
    assert pattern is not None
    assert bool(matches([text], pattern)) == is_in_index(text, term)


def is_in_index(text: str, term: Term) -> bool:
    recent = Recent([(1, "", "", text)], 0)
    try:
        return bool(recent.ids(term))
    finally:
        recent.close()


# Parts that are passed over.

WORDS = ("whale", "new", "image", "1", "é", "br", "x", "手")
BITS = st.sampled_from(
    [
        *("whale", "wh**al**e", "`wh`ale", "[wh](u)ale", "wh[al][x]e", "w\\*hale", "&#119;hale"),
        *(
            "[whale](http://u)",
            "[a](http://whale)",
            "![](http://u)",
            "<whale>",
            "WHALE",
            "new whale",
        ),
        *(
            "new",
            "nèw",
            "1",
            "e\u0301",
            "é",
            "手续",
            "手**续**",
            "AT&T",
            "wh\xadale",
            "a<br>b",
            "[^1]",
        ),
    ]
)
STARTS = st.sampled_from(
    [
        "",
        "",
        "- ",
        "1. ",
        "- [x] ",
        "> ",
        "# ",
        "    ",
        "```whale\n",
        "|new|x|\n|-|-|\n",
        "|",
        "[x]: ",
    ]
)
SOURCES = st.lists(
    st.tuples(STARTS, st.lists(BITS, max_size=3), st.sampled_from(["\n", "\n\n", "\n\n", "|\n"])),
    max_size=12,
).map(lambda rows: "".join(f"{start}{' '.join(bits)}{end}" for start, bits, end in rows))


@examples(600)
@given(SOURCES, st.sampled_from(["new whale", *WORDS]), st.integers(8, 40))
@example("new\n\nwhale\n\n", '"new whale"', 20)
@example("calm\n\n[wh](u)ale\n\n", "whale", 20)
@example("1. a\n\n1. b\n\n", "2", 20)
@example("[][r]\n\ncalm\n\n[r]: http://x.y/whale\n\n", "whale", 20)
@example("![][r] calm\n\ncalm\n\n[r]: http://x.y/whale.png\n\n", "whale", 40)
@example("|new|x|\n|-|-|\n" + "|long words|that fit no grid|\n" * 20, "new", 8)
def test_a_part_that_is_passed_over_has_no_match(text: str, query: str, width: int) -> None:
    terms = parse(query).words
    assume(terms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prose_sections, "SECTION", 0)
        for name, limit in {"SPLIT_CHARACTERS": 40, "SPLIT_LINES": 3, "SPLIT_CELLS": 9}.items():
            patch.setattr(prose_blocks, name, limit)
        lines = SectionedLines(Prose(text).sections(width))
        found = Highlights()
        found.ask(terms)
        while found.look_on(lines, 0, 1, 60):
            pass
        found.look_around(lines, Spot(0, 0))
        pattern = pattern_of(terms)
        assert pattern
        whole = matches([line.text for line in Prose(text).lines(width)], pattern)
    assert found.is_to_end
    assert found.count == (whole[-1].number + 1 if whole else 0)
