"""Markdown as lines: nothing is lost, nothing is markup for Textual, the first page is fast."""

import re
from itertools import islice, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.ui.prose import blocks as prose_blocks
from reader.ui.prose import inline as prose_inline
from reader.ui.prose.growing_lines import GrowingLines
from reader.ui.prose.text import STYLES, Prose
from reader.ui.prose.wrap import Line, Span, chop, wrap
from tests.examples import examples

WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cn", "Co")), min_size=1
)
PLAIN_WORDS = st.text("abcxyzäßжї日本語한😀👍🏽é\u0301\u200d⚠\ufe0f", min_size=1, max_size=12)


def laid_out(text: str, width: int = 60) -> list[Line]:
    return list(Prose(text).lines(width))


def texts(text: str, width: int = 60) -> list[str]:
    return [line.text.rstrip() for line in laid_out(text, width)]


def styles_of(word: str, text: str) -> tuple[str, ...]:
    """The styles of the first span that holds the word."""
    spans = (span for line in laid_out(text) for span in line.spans)
    return next(span.styles for span in spans if word in span.text)


def visible(text: str) -> str:
    return "".join(text.split())


# Wrapping.


@given(st.lists(PLAIN_WORDS, min_size=1), st.integers(1, 40))
@example(["a\u200d\u200d👍"], 1)
def test_every_character_of_a_paragraph_survives_wrapping(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = ["".join(span.text for span in spans) for _, spans in wrap([Span(text)], width)]
    assert visible("".join(lines)) == visible(text)
    assert all(cell_len(line) <= max(width, 2) for line in lines)


@given(st.lists(WORDS, max_size=6), st.integers(1, 12))
def test_the_styles_of_characters_survive_wrapping(words: list[str], width: int) -> None:
    spans = [Span(word + " ", (str(number),)) for number, word in enumerate(words)]
    wrapped = [span for _, part in wrap(spans, width) for span in part]
    for number, word in enumerate(words):
        kept = "".join(span.text for span in wrapped if span.styles == (str(number),))
        assert visible(kept) == visible(word)


@given(st.text("ab 日é\u0301👍", max_size=60), st.integers(1, 12))
def test_code_keeps_every_space(text: str, width: int) -> None:
    parts = [span.text for _, spans in chop([Span(text)], width) for span in spans]
    assert "".join(parts) == text


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("a abcdefgh", 4, ["a", "abcd", "efgh"]),
        ("比特币上涨。了", 6, ["比特币", "上涨。", "了"]),
        ("比特币跌。", 8, ["比特币", "跌。"]),
        ("ok 👨‍👩‍👧👨‍👩‍👧 ok", 4, ["ok", "👨‍👩‍👧👨‍👩‍👧", "ok"]),
        ("🇺🇦🇺🇦", 2, ["🇺🇦", "🇺🇦"]),
        ("日", 1, ["日"]),
    ],
)
def test_lines_break_at_spaces_and_between_ideographs(
    text: str, width: int, lines: list[str]
) -> None:
    wrapped = ["".join(span.text for span in spans) for _, spans in wrap([Span(text)], width)]
    assert wrapped == lines


def test_characters_without_width_do_not_make_an_endless_line() -> None:
    lines = list(wrap([Span("\u200b" * 50_000)], 80))
    assert max(len(span.text) for _, spans in lines for span in spans) < 1_000


# Blocks.


def test_a_heading_is_close_to_its_text_and_apart_from_the_text_above() -> None:
    assert texts("Before.\n\n## What happened\n\nText.", 20) == [
        "Before.",
        "",
        "What happened",
        "Text.",
    ]


def test_the_six_headings_differ_without_marks() -> None:
    source = "\n\n".join(f"{'#' * level} Level{level}" for level in range(1, 7))
    assert "#" not in "".join(texts(source))
    assert [styles_of(f"Level{level}", source) for level in range(1, 7)] == [
        (f"h{level}",) for level in range(1, 7)
    ]


def test_lists_hang_and_bullets_tell_levels() -> None:
    source = "- first point goes on\n  - second\n    - third\n- [ ] open\n- [x] done\n"
    assert texts(source, 16) == [
        "• first point",
        "  goes on",
        "  ◦ second",
        "    ▪ third",
        "☐ open",
        "☑ done",
    ]


def test_numbers_of_a_list_are_aligned_and_start_where_they_start() -> None:
    assert texts("9. nine\n10. ten\n") == [" 9. nine", "10. ten"]


def test_an_empty_item_keeps_its_bullet() -> None:
    assert texts("- a\n-\n- b\n") == ["• a", "•", "• b"]


def test_quotes_have_a_bar_on_every_line() -> None:
    assert texts("> one two\n>\n> > three\n", 12) == ["▌ one two", "▌", "▌ ▌ three"]


def test_code_is_wrapped_with_a_mark_and_loses_nothing() -> None:
    lines = texts("```python\nx = 1  # a comment\n\n    y\n```\n", 12)
    assert lines == ["▏ python", "▏ x = 1  # a", "↪  comment", "▏", "▏     y"]


def test_a_table_is_aligned() -> None:
    source = "| Coin | Price |\n|:--|--:|\n| BTC | 98,120.5 |\n| 日本 | 1 |\n"
    assert texts(source) == [
        "Coin │    Price",
        "─────┼─────────",
        "BTC  │ 98,120.5",
        "日本 │        1",
    ]


def test_a_table_that_does_not_fit_becomes_records() -> None:
    source = "| Coin | Why it matters |\n|--|--|\n| BTC | " + "reasons " * 20 + "|\n| ETH | b |\n"
    lines = texts(source, 20)
    assert lines[:3] == ["Coin: BTC", "Why it matters:", "  reasons reasons"]
    assert lines[-3:] == ["", "Coin: ETH", "Why it matters: b"]
    assert all(cell_len(line) <= 20 for line in lines)


def test_the_head_of_an_empty_table_is_shown() -> None:
    assert texts("| first | second | third |\n|--|--|--|\n", 10) == ["first:", "second:", "third:"]


def test_cells_beyond_the_last_column_are_shown() -> None:
    assert "a | b | c" in "\n".join(texts("| x |\n|--|\n| a | b | c |\n"))


def test_a_long_table_keeps_its_columns_to_the_end() -> None:
    rows = "".join(f"| {number} | value |\n" for number in range(500))
    lines = texts("| n | what |\n|--|--|\n" + rows)
    assert len(lines) == 502
    assert {line.index("│") for line in lines[2:]} == {lines[0].index("│")}


def test_a_long_list_goes_on_counting() -> None:
    lines = texts("".join("1. item\n" for _ in range(300)))
    assert [line.strip() for line in lines] == [f"{number}. item" for number in range(1, 301)]


def test_a_long_fence_is_one_block_of_code() -> None:
    code = "\n".join(f"[x]: http://host/{number}" for number in range(300))
    lines = texts(f"```\n{code}\n```\nafter\n")
    assert lines[:300] == [f"▏ {line}" for line in code.split("\n")]
    assert lines[300:] == ["", "after"]


def test_raw_html_is_shown_as_it_was_written() -> None:
    assert texts("<div>\n<p>hi\n</div>\n\na <b>c</b><br>d <!-- e -->") == [
        "<div>",
        "<p>hi",
        "</div>",
        "",
        "a <b>c</b>",
        "d <!-- e -->",
    ]


@pytest.mark.parametrize("levels", [3, 9, 12, 20, 40, 200])
def test_lists_of_any_depth_are_shown(levels: int) -> None:
    source = "".join(f"{'  ' * level}- item{level}\n" for level in range(levels))
    shown = visible("".join(texts(source, 40)))
    assert all(f"item{level}" in shown for level in range(levels))


@pytest.mark.parametrize("levels", [5, 25, 26, 27, 60, 2_000])
def test_quotes_of_any_depth_are_shown(levels: int) -> None:
    assert "inmost" in visible("".join(texts(">" * levels + " inmost\n", 40)))


def test_unformatted_text_has_a_note() -> None:
    assert texts(">" * 60 + " inmost\n")[0].startswith("! nested too deeply")
    assert texts("word " * 5_000)[0].startswith("! too long")
    assert texts("[" * 5_000)[0].startswith("! too many marks")


# Literal text.


@pytest.mark.parametrize(
    "text",
    [
        "[/foo] and [/bar]",
        "[BTC] hits 100k, [red]not red[/red]",
        "[@click=app.quit]x[/]",
        "[^1]: a footnote",
        "mail <b",
        "[BTC]: 100k",
        "Price in [USD]",
        "$[x] ${x} {x}",
        "a &unknown; b",
    ],
)
def test_brackets_are_text(text: str) -> None:
    assert texts(text) == [text]
    assert all(span.target == "" for line in laid_out(text) for span in line.spans)


@pytest.mark.parametrize(
    "text", ["&#x202e;x", "&#x200E;&#x2067;x", "<http://a/%1b%9d>", "\x1b]52;c;AAAA\x07", "a\x9bb"]
)
def test_markdown_cannot_spell_control_characters(text: str) -> None:
    shown = "".join(texts(text))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_emphasis_nests_without_growing() -> None:
    source = "*a **b *c **d *e **f* g** h* i** j* k**"
    assert max(len(span.styles) for line in laid_out(source) for span in line.spans) <= 2


def test_every_style_has_a_name_that_is_known() -> None:
    source = (
        "# a\n\n> *a* **b** ~~c~~ `d` [e](http://f) ![g](http://h) <i>\n\n1. x\n\n***\n\n```py\nx\n"
        "```\n\n|a|b|\n|-|-|\n|c|d|\n\n" + ">" * 50
    )
    used = {style for line in laid_out(source) for span in line.spans for style in span.styles}
    assert used <= set(STYLES)
    assert {"h1", "quote", "bar", "em", "strong", "strike", "code", "link", "image"} <= used


# Links.


def test_links_are_complete_in_order_and_unique() -> None:
    source = (
        "[one](http://one) and http://two/a_(b), again [again](http://one).\n\n"
        "<http://three> [four][x] [x] ![img](http://five)\n\n"
        "| a |\n|--|\n| [six](http://six) |\n\n- > [](http://seven)\n\n"
        "[x]: <http://four> 'title'\n[unused]: http://eight\n"
    )
    assert [tuple(link) for link in Prose(source).links()] == [
        ("one", "http://one"),
        ("http://two/a_(b)", "http://two/a_(b)"),
        ("http://three", "http://three"),
        ("four", "http://four"),
        ("[image: img]", "http://five"),
        ("six", "http://six"),
        ("http://seven", "http://seven"),
        ("http://eight", "http://eight"),
    ]
    targets = {span.target for line in laid_out(source) for span in line.spans} - {""}
    assert targets == {link.url for link in Prose(source).links()} - {"http://eight"}


def test_a_link_is_the_url_as_it_was_written() -> None:
    (link,) = Prose("[ї](http://приклад.укр/ї?a=%D1)").links()
    assert link.url == "http://приклад.укр/ї?a=%D1"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://a.b/c.", "https://a.b/c"),
        ("(https://a.b/c)", "https://a.b/c"),
        ("https://a.b/x_(y)", "https://a.b/x_(y)"),
        ("**https://a.b**", "https://a.b"),
        ("https://a.b/?x=1&amp;y=2 z", "https://a.b/?x=1&y=2"),
    ],
)
def test_a_bare_url_is_a_link_without_the_punctuation(text: str, url: str) -> None:
    assert [link.url for link in Prose(text).links()] == [url]


# Places.

SOUP = st.lists(
    st.sampled_from(
        [
            *("# ", "## ", "> ", "- ", "  - ", "1. ", "    ", "\t", "```\n", "~~~\n", "***\n"),
            *("*", "**", "_", "`", "~~", "\\", "[", "](", ")", "<b>", "<!--", "|", "|-|-|\n"),
            *("\n", "\n\n", "- [ ] ", "&amp;", "[x]: http://y\n", "word", "жмих ", "日本 ", "a b "),
        ]
    ),
    max_size=40,
).map("".join)


@examples(150)
@given(SOUP, st.integers(1, 50))
def test_any_text_is_laid_out_and_places_grow(text: str, width: int) -> None:
    lines = laid_out(text, width)
    assert all(before.at < after.at for before, after in pairwise(lines))
    assert all("\n" not in line.text and "\t" not in line.text for line in lines)
    assert all(cell_len(line.text) <= max(width, 8) for line in lines)
    Prose(text).links()


LETTERS = re.compile(r"[a-zж日]")
WORDY = st.lists(
    st.sampled_from(
        [
            *("# ", "> ", "- ", "  - ", "1. ", "\n", "\n\n", "*", "**", "_", "`", "~~", "[", "]"),
            *("    ", "```\n", "<b>", "(", ")", "abc ", "def", "жжж ", "日 ", "***\n", ">>>>> "),
        ]
    ),
    max_size=40,
).map("".join)


@examples(150)
@given(WORDY, st.integers(1, 50))
def test_every_letter_of_any_text_is_in_some_line(text: str, width: int) -> None:
    shown = "".join(
        span.text
        for line in laid_out(text, width)
        for span in line.spans
        if "note" not in span.styles
    )
    assert "".join(LETTERS.findall(shown)) == "".join(LETTERS.findall(text))


@given(st.lists(st.text("abc ", min_size=30, max_size=200), min_size=3, max_size=8))
def test_a_place_identifies_the_same_text_at_another_width(paragraphs: list[str]) -> None:
    text = "\n\n".join(f"p{number} {words}" for number, words in enumerate(paragraphs))
    for number in range(len(paragraphs)):
        wide, narrow = GrowingLines(Prose(text).lines(80)), GrowingLines(Prose(text).lines(20))
        wide.grow(10_000)
        narrow.grow(10_000)
        start = next(line for line in laid_out(text, 20) if f"p{number}" in line.text)
        assert f"p{number}" in wide[wide.index(start.at)].text
        assert narrow[narrow.index(start.at)].at == start.at


# Cost: counted, not timed.

ENDLESS = {
    "headings": "# heading\n\n" * 10_000,
    "one paragraph": "word " * 200_000,
    "lines": "word\n" * 50_000,
    "table": "|a|b|c|\n|-|-|-|\n" + "|*x*|y|z|\n" * 20_000,
    "list": "- item\n" * 50_000,
    "loose list": "- item\n\n" * 50_000,
    "emphasis": "*a **a " * 50_000,
    "brackets": "[" * 50_000,
    "quotes": ">" * 50_000 + "a",
    "deep lists": "".join(f"{' ' * level}- a\n" for level in range(500)),
    "code": "```\n" + "code\n" * 50_000,
    "html": "<div>\n" * 50_000,
    "definitions": "[x]: http://y\n" * 50_000 + "end",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_the_first_screenful_parses_little(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from reader.ui.prose import layout as prose_layout
    from reader.ui.prose import tree as prose_tree

    parsed = 0

    def counted_parse(source: str) -> object:
        nonlocal parsed
        parsed += len(source)
        return prose_tree.parse(source)

    monkeypatch.setattr(prose_layout, "_parse", counted_parse)
    assert len(list(islice(Prose(ENDLESS[name]).lines(80), 60))) > 0
    assert parsed <= 2 * prose_blocks.MOST_CHARACTERS


def test_no_text_makes_the_inline_parser_work_hard() -> None:
    for unit in ("[", "![", "*a **a ", "_a", "`", "<a ", "&amp;", "[a][", "[a](", "]("):
        content = unit * 10_000
        assert prose_inline.is_too_dense(content)
        spans = prose_inline.inline_spans(content, (), prose_inline.references({}))
        assert [span.text for span in spans] == [content]


# Growing.


def numbered(count: int) -> GrowingLines:
    return GrowingLines(iter([Line((), 10 * number) for number in range(count)]))


def test_lines_grow_only_as_far_as_asked() -> None:
    lines = numbered(100)
    lines.grow(7)
    assert (len(lines), lines.is_complete) == (7, False)
    lines.grow(0, place=305)
    assert len(lines) == 32
    assert lines.index(305) == 30
    lines.grow(1_000)
    assert (len(lines), lines.is_complete) == (100, True)


def test_lines_that_take_too_long_stop_growing_after_the_time_is_up() -> None:
    lines = numbered(10_000)
    lines.grow(10_000, seconds=0)
    assert 0 < len(lines) < 10_000


def test_the_number_of_lines_is_expected_from_what_is_known() -> None:
    lines = numbered(100)
    lines.grow(21)
    assert lines.expected(100, 1_000) == 101
