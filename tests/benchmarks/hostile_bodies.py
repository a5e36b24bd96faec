"""Measure the worst bodies: time to the first screenful, and `G` to the end.

    python -m tests.benchmarks.hostile_bodies [NAME...]

Milliseconds in this process, without a terminal: the layout and the painting of one screenful;
in brackets those of the processor, which other programs do not disturb. Each is measured three
times on a pane that has shown another article, and the best counts.
"""

import asyncio
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from textual.app import App, ComposeResult

from reader.ui.reading.pane import ReadingPane
from tests.builders import NOW, article

SIZE = (120, 40)
TIMES = 3
BYTES = 4_000_000
STYLES = Path(__file__).parents[2] / "styles"


def repeated(unit: str, size: int = BYTES) -> str:
    return unit * (size // len(unit.encode()))


def numbered(line: str, count: int) -> str:
    return "".join(line.format(number) for number in range(count))


def bodies() -> dict[str, str]:
    """Hostile Markdown by what is wrong with it; at most what an article may hold."""
    return {
        "100,000 paragraphs": numbered("Paragraph {} is short.\n\n", 100_000),
        "100,000 headings": numbered("# Heading {}\n\n", 100_000),
        "100,000 headings without gaps": numbered("## Heading {}\n", 100_000),
        "100,000 underlined headings": numbered("Heading {}\n===\n\n", 100_000),
        "100,000 items": numbered("- item {}\n", 100_000),
        "100,000 loose items": numbered("- item {}\n\n", 100_000),
        "100,000 numbers": numbered("1. item {}\n", 100_000),
        "100,000 tasks": numbered("- [x] task {}\n", 100_000),
        "100,000 quotes": numbered("> quote {}\n\n", 100_000),
        **of_one_block(),
        **mixtures(),
        "100,000 rules": repeated("---\n\n", 500_000),
        "one quote": numbered("> quote {}\n", 100_000),
        "one paragraph": repeated("word "),
        "one word": repeated("x"),
        "one line of code": "    " + repeated("x"),
        "one-character lines": repeated("a\n"),
        "blank lines": "a" + repeated("\n") + "a",
        "lines of spaces": repeated(" " * 1_000 + "\n") + "a",
        "tabs": repeated("\t"),
        "tabs and words": repeated("a\tb\t"),
        "deep quotes": repeated(">", 1_000_000) + "a",
        "deep quotes on many lines": repeated(">" * 200 + " a\n", 1_000_000),
        "deep lists": "".join(f"{' ' * level}- a\n" for level in range(2_000)),
        "deep numbers": repeated("1. " * 500 + "a\n", 1_000_000),
        "code": "```\n" + repeated("code\n"),
        "wide code": "```\n" + repeated("日本" * 1_000 + "\n"),
        "unclosed fences": repeated("```a\n\n~~~\n\n"),
        "fences in lists": repeated("- a\n  ```\n  b\n  ```\n"),
        "a table of 300,000 rows": "|a|b|\n|-|-|\n" + repeated("|1|2|\n"),
        "a table of 1,000 columns": "|a" * 1_000
        + "|\n"
        + "|-" * 1_000
        + "|\n"
        + repeated("|1" * 1_000 + "|\n"),
        "a table of long cells": "|a|b|\n|-|-|\n" + repeated("|" + "word " * 2_000 + "|x|\n"),
        "tables": repeated("|a|b|\n|-|-|\n|1|2|\n\n"),
        "emphasis": repeated("*a **a "),
        "underscores": repeated("_a __b "),
        "closed emphasis": repeated("*a* **b** ~~c~~ "),
        "asterisks": repeated("*"),
        "backticks": "".join("`" * number + "a" for number in range(2_500)),
        "brackets": repeated("["),
        "closing brackets": repeated("](") + "a",
        "links": repeated("[a](https://e.org/b) "),
        "images": repeated("![a](https://e.org/b) "),
        "link references": repeated("[a][b] ") + "\n\n[b]: https://e.org",
        "link definitions": numbered("[a{0}]: https://e.org/{0}\n", 100_000),
        "what looks like definitions": repeated("[a b]: \n", 4_000_000),
        "colons in brackets": repeated("]:"),
        "bare addresses": repeated("https://e.org/a "),
        "html blocks": repeated("<div>\n"),
        "html tags": repeated("<b>a</b>"),
        "unclosed comments": repeated("<!-- a\n\n"),
        "angle brackets": repeated("<"),
        "entities": repeated("&amp;"),
        "what looks like entities": repeated("&a"),
        "backslashes": repeated("\\*"),
        "hard breaks": repeated("a  \n"),
        "wide characters": repeated("日本語"),
        "emoji sequences": repeated("👩‍👩‍👧‍👦"),
        "flags": repeated("🇺🇦🇯🇵"),
        "combining marks": repeated("a" + "\u0301" * 30),
        "only combining marks": repeated("\u0301"),
        "zero-width joiners": repeated("\u200d"),
        "right to left": repeated("שלום "),
        "Cyrillic paragraphs": numbered("Абзац {} про ціну.\n\n", 80_000),
        "non-breaking spaces": repeated("\xa0"),
        "a heading of one word": "# " + repeated("x"),
        "an item of many lines": "- " + repeated("word\n  "),
    }


def of_one_block() -> dict[str, str]:
    """Texts that are one block, or blocks between which nothing shows where they begin."""
    return {
        "100,000 counted numbers": numbered("{0}. item\n", 100_000),
        "100,000 loose numbers": numbered("1. item {}\n\n", 100_000),
        "100,000 nested items": numbered("- item {}\n  - within\n    - deeper\n", 33_000),
        "100,000 nested numbers": numbered("1. item {}\n   1. within\n", 50_000),
        "100,000 nested tasks": numbered("- [ ] task {}\n  - [x] within\n", 50_000),
        "100,000 items of two paragraphs": numbered("- item {}\n\n  more\n\n", 100_000),
        "100,000 lazy items": numbered("- item {}\nmore\n", 50_000),
        "items of many kinds": numbered("- item {}\n* item\n1. item\n", 33_000),
        "one item of 100,000 lines": "- " + numbered("line {}\n  ", 100_000),
        "a table of 100,000 rows": "|a|b|c|\n|-|-|-|\n" + numbered("|{0}|*b*|c|\n", 100_000),
        "records of 100,000 rows": "|a|b|\n|-|-|\n"
        + numbered("|{}|" + "word " * 9 + "|\n", 80_000),
        "fenced code of 100,000 lines": "```py\n" + numbered("code {}\n", 100_000) + "```\n",
        "fenced code with gaps": "~~~\n" + numbered("code {}\n\n", 100_000) + "~~~\n",
        "indented code of 100,000 lines": numbered("    code {}\n", 100_000),
        "indented code with gaps": numbered("    code {}\n\n", 100_000),
        "a quote in a quote": numbered("> > quote {}\n", 100_000),
        "a lazy quote": "> quote\n" + numbered("line {}\n", 100_000),
        "a paragraph of 100,000 lines": numbered("line {}\n", 100_000),
        "headings underlined with dashes": numbered("Heading {}\n---\n\n", 100_000),
        "underlined headings without gaps": numbered("Heading {}\n===\n", 100_000),
        "underlined headings and texts": numbered("Heading {}\n---\ntext\n\n", 80_000),
        "100,000 fences": numbered("```\ncode {}\n```\n\n", 100_000),
        "100,000 fences without gaps": numbered("```py\ncode {}\n```\n", 100_000),
        "100,000 fences and texts": numbered("~~~\ncode\n~~~\ntext {}\n", 100_000),
        "100,000 lines of HTML": numbered("<p>text {}</p>\n", 100_000),
        "100,000 elements of HTML": numbered("<p>\ntext {}\n</p>\n\n", 100_000),
        "HTML breaks": numbered("text {}<br>\n", 100_000),
        "100,000 indented paragraphs": numbered(" paragraph {}\n\n", 100_000),
    }


def mixtures() -> dict[str, str]:
    """Blocks within blocks, and blocks that begin with spaces."""
    return {
        "fences in loose lists": repeated("- a\n\n  ```\n  b\n  ```\n\n"),
        "fences in quotes in lists": repeated("- a\n\n  > ```\n  > b\n  > ```\n\n"),
        "tables in lists": repeated("- a\n\n  |a|b|\n  |-|-|\n  |1|2|\n\n"),
        "quotes in loose lists": repeated("- a\n\n  > quote\n\n"),
        "lists in quotes": repeated("> - item\n>\n> - b\n\n"),
        "deep items with gaps": repeated("- a\n\n  b\n\n  - c\n\n    d\n\n"),
        "numbers with lazy lines": repeated("1. item\nlazy\n"),
        "indented titles": repeated("  Title\n  ===\n\n"),
        "indented headings": repeated(" # Head\n\n  text\n\n"),
        "indented fences": repeated("text\n   ```\n   b\n   ```\n"),
        "fences of mixed indent": repeated("text\n\n  ```\n  a\n```\n\n"),
        "fences that items do not close": repeated("- a\n  ```\n  b\n```\n\n"),
        "tabbed code with gaps": repeated("\tcode\n\n"),
        "lines of spaces between texts": repeated("text\n  \n"),
        "footnotes": repeated("text[^1]\n\n[^1]: note\n\n"),
    }


class Cost(NamedTuple):
    seconds: float
    of_processor: float

    def __str__(self) -> str:
        return f"{self.seconds * 1000:8.0f} ms ({self.of_processor * 1000:5.0f})"


class Clock:
    """Begins when it is made."""

    def __init__(self) -> None:
        self._begun = perf_counter(), process_time()

    def cost(self) -> Cost:
        seconds, of_processor = self._begun
        return Cost(perf_counter() - seconds, process_time() - of_processor)


class Pane(App[None]):
    CSS_PATH = STYLES / "30-reading.tcss"

    def compose(self) -> ComposeResult:
        yield ReadingPane()


async def measure(body: str) -> tuple[Cost, Cost]:
    """What it costs to the first screenful, and from `G` to the end of the text on the screen."""
    first, end = [], []
    app = Pane()
    async with app.run_test(size=SIZE) as pilot:
        pane = app.query_one(ReadingPane)
        for _ in range(TIMES):
            pane.show(article(body="Short."), read=True, favourite=False, now=NOW)
            await pilot.pause()
            shown = article(body=body)
            clock = Clock()
            pane.show(shown, read=True, favourite=False, now=NOW)
            painted(pane)
            first.append(clock.cost())
            clock = Clock()
            pane.action_bottom()
            while pane._wish is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            painted(pane)
            end.append(clock.cost())
    return min(first), min(end)


def painted(pane: ReadingPane) -> None:
    for y in range(pane.size.height):
        pane.paint_line(y)


def main() -> None:
    wanted = set(sys.argv[1:])
    print(f"{'':34}{'first screenful':>19}{'G':>19}")
    for name, body in bodies().items():
        if not wanted or name in wanted:
            first, end = asyncio.run(measure(body))
            print(f"{name:34}{first}{end}", flush=True)


if __name__ == "__main__":
    main()
