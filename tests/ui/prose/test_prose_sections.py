"""Parts of a long text: invisible cuts, and layout in any order."""

from collections.abc import Iterator
from functools import partial
from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.ui.prose import blocks as prose_blocks
from reader.ui.prose import sections as prose_sections
from reader.ui.prose.sectioned_lines import Part, SectionedLines, Spot
from reader.ui.prose.text import Prose
from reader.ui.prose.wrap import Line, Span
from tests.examples import examples

BLOCKS = st.sampled_from(
    [
        *(
            "# Head",
            "## Head",
            " # Head",
            "Title\n===",
            "Title\n---",
            "---",
            "***",
            "text",
            "two\nlines",
        ),
        *(
            "- item",
            "- item\n\n  more",
            "  - deep",
            "1. one",
            "7. seven",
            "   text",
            "    code",
            "\tcode",
            " text",
            "  text",
        ),
        *(" Title\n ===", "  ## Head", "  > quote", " |a|b|\n |-|-|\n |1|2|", " <p>", "  - item"),
        *(" ```\n code\n ```", "   ~~~\n   a\n   ~~~", " ---", "  1. one", " [x]: http://y"),
        *("> quote", "> # head", "```", "```py", "~~~", "   ```", " ~~~", "````", "- ```", "  ```"),
        *(
            "|a|b|\n|-|-|\n|1|2|",
            "<div>",
            "<pre>",
            "<!--",
            "-->",
            "[x]: http://y",
            "see [x]",
            "a]: b",
        ),
        *(
            "\\# no",
            "- [ ] task",
            "жмих",
            "\xa0",
            "+",
            "12)",
            "1",
            "*",
            "x\n```",
            "x\n- y",
            "x\n# z",
            "x\n#\xa0no head",
            "\u2003\n===",
        ),
    ]
)
GAPS = st.sampled_from(["\n", "\n\n", "\n\n", "\n \n", "\n\n\n", "\n\t\n"])
TEXTS = st.lists(st.tuples(BLOCKS, GAPS), max_size=14).map(lambda each: "".join(chain(*each)))


@examples(400)
@given(TEXTS, st.integers(8, 40))
@example("```\n\ntext\n\n```\n\n# Head\n\ntext\n\n", 20)
@example("- a\n\n   ```\n\ntext\n\n   ```\n\n# Head\n\ntext\n\n", 20)
@example("# Head\n\ntext\n\n", 20)
@example("# Head\n\xa0\n# Head\n", 20)
@example("Title\n===\n\ntext\n\nTitle\n---\n\ntext\n---\n\n---\n\ntext", 20)
def test_the_parts_together_are_the_text(text: str, width: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prose_sections, "SECTION", 0)
        assert_parts_are_the_text(text, width)


def assert_parts_are_the_text(text: str, width: int) -> None:
    parts = list(Prose(text).sections(width))
    spans = [line.spans for part in parts for line in part.lay_out()]
    assert spans == [line.spans for line in Prose(text).lines(width)]
    assert [part.start for part in parts] == sorted({part.start for part in parts})
    assert sum(part.size for part in parts) == len(text)


LINES = st.sampled_from(
    [
        *("- item", "- item", "* other", "  - within", "- [x] task", "    more", "  more"),
        *("1. one", "1. one", "7. seven", "2) two", "   1. deep", "10. ten", "-", "1."),
        *("|a|b|", "|-|-|", "|1|*2*|", "|wide cell of words|b|c|", "a|b", "-|-"),
        *("```py", "```", "```", "~~~", "   ```", "- ```", "    code", "    code", "\tcode"),
        *("  ```", "  text", " Title", " ===", "  ## Head", "> - item", "> ```", ">", "\t- within"),
        *("> quote", "> > deep", "text", "text", " text", "<p>", "<br>", "===", "---", "***"),
        *(
            "# Head",
            " # Head",
            "[x]: http://y",
            "[x]",
            "",
            "",
            "",
            " ",
            "\xa0",
            "```\xa0",
            "~~~\u2003",
            "#\xa0no head",
            " \u2003===",
        ),
    ]
)
RUNS = st.lists(
    st.tuples(st.lists(LINES, min_size=1, max_size=4), st.integers(1, 12)), max_size=6
).map(lambda runs: "".join("".join(f"{line}\n" for line in unit) * times for unit, times in runs))


@examples(400)
@given(RUNS, st.integers(8, 40), st.integers(0, 3), st.integers(0, 60))
@example("```\n" + "code\n\n" * 20 + "```\n- item\n", 20, 9, 0)
@example("|a|b|\n|-|-|\n" + "|1|long words in a cell|\n" * 20, 12, 9, 0)
@example("|a|b|\n|-|-|\n|a|b|\n|wider cell|-|\n- item\n", 8, 0, 0)
@example("1. one\n\n" * 20 + "2) two\n" * 20, 20, 9, 0)
@example("```\ncode\n```\n" * 40, 20, 0, 0)
@example("|a|b|\n|-|-|\n|a|b|\n- ```\n" * 3, 8, 0, 0)
@example(">\n```py\n", 8, 0, 0)
@example("```\na\n```\xa0\nb *x*\n```\n\nend\n", 20, 9, 0)
@example("\xa0\n===\n- item\n", 8, 0, 0)
@example("text\n  ```\n  code\n  ```\n" * 40, 20, 0, 0)
@example("- item\n\n" + "  ```\n  code\n  ```\n" * 40, 20, 0, 0)
def test_the_parts_of_one_long_block_are_the_block(
    text: str, width: int, fences: int, size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prose_sections, "SECTION", size)
        patch.setattr(prose_sections, "MOST_FENCES", fences)
        patch.setattr(prose_sections, "WINDOW", size * 3)
        limits = {"SPLIT_CHARACTERS": 40, "SPLIT_LINES": 3, "SPLIT_CELLS": 9}
        for name, limit in (limits | {"MOST_CHARACTERS": 150, "MOST_LINES": 9}).items():
            patch.setattr(prose_blocks, name, limit)
        assert_parts_are_the_text(text, width)


def test_a_long_text_is_cut_into_many_parts() -> None:
    fenced = "```\n\n" + "code\n\n" * 100 + "```\n\n"
    for unit in (
        "word " * 20 + "\n\n",
        "# Head\n\nText.\n\n",
        "- item\n\nText.\n\n",
        fenced,
        "> a\n\n",
    ):
        text = unit * (200_000 // len(unit))
        sizes = [part.size for part in Prose(text).sections(80)]
        assert sum(sizes) == len(text)
        assert max(sizes) < 2 * prose_sections.SECTION, unit


ONE_BLOCK = {
    "items": "- item {}\n",
    "loose items": "- item {}\n\n",
    "items of two paragraphs": "- item {}\n\n  more\n\n",
    "numbers": "1. item {}\n",
    "nested tasks": "- [ ] task {}\n  - [x] within\n",
    "one item": "  line {}\n",
    "rows": "|a|b|\n|-|-|\n",
    "a fence": "```\ncode\n",
    "indented code": "    code {}\n\n",
    "a quote": "> quote {}\n",
    "a lazy quote": "> quote\nline {}\n",
    "a paragraph": "line {}\n",
    "HTML": "<p>text {}</p>\n",
    "titles": "Title {}\n---\n\n",
    "titles without gaps": "Title {}\n===\n",
    "fences": "```py\ncode {}\n```\n",
    "one line": "word {} ",
    "one word": "x{}",
    "definitions": "[a]: b {}\n",
    "indented paragraphs": "  paragraph {}\n\n",
    "indented headings": " # Head {}\n\n   text\n\n",
    "indented titles": "  Title {}\n  ===\n\n",
    "indented quotes": "  > quote {}\n\n",
    "indented fences": "   ```\n   code {}\n   ```\n\n",
    "indented fences and texts": "text {}\n  ~~~\n  code\n  ~~~\n",
}
FIRST = {"one item": "- item\n", "rows": "", "a fence": "```\n", "definitions": ""}


@pytest.mark.parametrize("name", ONE_BLOCK)
def test_a_text_that_is_one_block_is_cut_into_many_parts(name: str) -> None:
    unit = ONE_BLOCK[name]
    text = FIRST.get(name, "") + "".join(unit.format(number) for number in range(20_000))
    sizes = [part.size for part in Prose(text).sections(80)]
    assert sum(sizes) == len(text)
    assert max(sizes[1:]) < 5 * prose_sections.SECTION


def test_the_beginning_of_a_long_text_is_there_before_the_rest_is_cut() -> None:
    text = "- item\n\n  ```\n  code\n  ```\n\n" * 100_000
    lines = SectionedLines(Prose(text).sections(80), len(text))
    lines.spread(Spot(0, 0), 0, 40, 60)
    assert lines.laid_out >= 40
    assert not lines.is_cut
    assert len(lines.parts) < 4
    assert len(lines) > 100_000
    middle = lines.spot(len(lines) // 2)
    assert not lines.is_cut
    assert len(lines.parts) > middle.part > 100


def shown(text: str, width: int = 80) -> list[str]:
    """The lines of a long text as its parts show them."""
    return [line.text.rstrip() for part in Prose(text).sections(width) for line in part.lay_out()]


def test_the_items_of_a_long_list_are_counted_to_its_end() -> None:
    text = "".join(f"1. item {number}\n" for number in range(1, 5_001))
    assert shown(text)[-1] == "5000. item 5000"
    below = shown(f"{text}- bullet\n7) seven\n8) eight\n")
    assert below[-4:] == ["• bullet", "", "7) seven", "8) eight"]


def test_the_last_row_of_a_long_table_has_the_columns_of_the_first() -> None:
    for wide in ("|longer|*12345*|\n", "|**x**|12345|\n|longer|1|\n"):
        head, rows = "|name|price|\n|-|-:|\n", "|coin|1|\n"
        for text in (
            head + rows * 1_000 + wide + rows * 4_000,
            head + rows * 4_000 + wide + rows,
        ):
            lines = shown(text)
            assert lines[0] == "name   │ price"
            assert lines[2] == lines[-1] == "coin   │     1"


@pytest.mark.parametrize("count", range(50, 70))
def test_text_below_long_code_is_not_code(count: int) -> None:
    for size in (1, 63, 64, 65, 66, 67, 68):
        line = "x" * size + "\n"
        assert shown("```\n" + line * count + "```\ntext\n")[-2:] == ["", "text"]


def test_blank_lines_in_long_code_are_shown_as_code() -> None:
    text = "```\n" + "code\n\n\n" * 5_000 + "```\n"
    lines = shown(text)
    assert len(lines) == 15_000
    assert all(line.startswith("▏") for line in lines)


@pytest.mark.parametrize(
    "unit",
    [
        "\n",
        " \n",
        " ",
        "a \n",
        "```\n",
        "   ```\n",
        "a\n\n" + "\t" * 50,
        "]:\n\n",
        "=\n\n",
        "[a]: b\n\n",
    ],
)
def test_no_text_is_looked_at_more_than_a_few_times(unit: str) -> None:
    """Quadratic time would take minutes."""
    list(Prose(unit * (1_000_000 // len(unit))).sections(80))


# Lines of parts.


def lines(first: int, count: int) -> Iterator[Line]:
    return (Line((Span(str(at)),), at) for at in range(first, first + count * 10, 10))


def line_at(text: SectionedLines, number: int) -> Line:
    line = text.get(number)
    assert line is not None
    return line


def numbered(parts: int = 10, each: int = 20) -> SectionedLines:
    """200 lines, 10 places apart, in 10 parts."""
    size = each * 10
    return SectionedLines(
        [Part(number * size, size, partial(lines, number * size, each)) for number in range(parts)]
    )


def test_the_end_is_reached_without_laying_out_the_text_above() -> None:
    text = numbered()
    spot = text.reach(1_999, 60)
    assert spot == (9, 19)
    assert text.laid_out == 20
    assert len(text) == 200
    assert text.number(spot) == 199
    assert line_at(text, 199).text == "1990"
    assert text.get(100) is None
    text.spread(spot, above=30, below=1, seconds=60)
    assert line_at(text, 160).text == "1600"
    assert len(text) == 200


def test_a_spot_is_the_same_line_whatever_is_laid_out_above_it() -> None:
    uneven = SectionedLines(
        [
            Part(0, 1_000, lambda: lines(0, 3)),
            Part(1_000, 1_000, lambda: lines(1_000, 100)),
            Part(2_000, 1_000, lambda: lines(2_000, 7)),
        ]
    )
    spot = uneven.reach(2_030, 60)
    assert spot is not None
    for seconds in (0, 0, 60):
        uneven.fill(1_000, seconds)
        assert line_at(uneven, uneven.number(spot)).at == 2_030
    assert uneven.is_complete
    assert len(uneven) == 110
    assert [line.at for line in uneven] == sorted(line.at for line in uneven)
    assert [uneven.get(number) for number in range(110)] == list(uneven)


def test_runs_merge_when_the_lines_between_them_are_laid_out() -> None:
    text = numbered()
    text.spread(text.spot(0), 0, 25, 60)
    end = text.reach(1_999, 60)
    assert end is not None
    assert text.run(text.spot(0)) == (0, 0, 25, False)
    assert text.run(end) == (9, len(text) - 20, 20, True)
    for part in text.parts:
        text.grow_whole(part, 60)
    assert text.is_complete
    assert text.run(end) == (0, 0, 200, True)


def test_the_expected_length_stays_while_it_is_nearly_right() -> None:
    told = []
    text = SectionedLines(
        [
            Part(number * 100, 100, partial(lines, number * 100, 10 + number % 2))
            for number in range(40)
        ]
    )
    for most in range(10, 450, 10):
        text.fill(most, 60)
        told.append(len(text))
    assert told[-1] == 420
    assert len(set(told)) < 6


def test_laying_out_stops_when_its_time_is_up() -> None:
    text = numbered(parts=50)
    text.spread(text.spot(0), 0, 1_000, 0)
    assert 0 < text.laid_out <= 40
    text.fill(1_000, 0)
    assert text.laid_out < 200
