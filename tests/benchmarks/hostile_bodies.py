"""How long the worst bodies take to their first screenful, and `G` to their end.

    python -m tests.benchmarks.hostile_bodies [NAME...]

Milliseconds in this process, without a terminal: the layout and the painting of one screenful.
Each is measured three times on a pane that has shown another article, and the best counts.
"""

import asyncio
import sys
from pathlib import Path
from time import perf_counter

from textual.app import App, ComposeResult

from reader.ui.reading_pane import ReadingPane
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


class Pane(App[None]):
    CSS_PATH = STYLES / "30-reading.tcss"

    def compose(self) -> ComposeResult:
        yield ReadingPane()


async def measure(body: str) -> tuple[float, float]:
    """Seconds to the first screenful, and from `G` to the end of the text on the screen."""
    first, end = [], []
    app = Pane()
    async with app.run_test(size=SIZE) as pilot:
        pane = app.query_one(ReadingPane)
        for _ in range(TIMES):
            pane.show(article(body="Short."), read=True, favourite=False, now=NOW)
            await pilot.pause()
            shown = article(body=body)
            begun = perf_counter()
            pane.show(shown, read=True, favourite=False, now=NOW)
            painted(pane)
            first.append(perf_counter() - begun)
            begun = perf_counter()
            pane.action_bottom()
            while pane._wish is not None:
                await asyncio.sleep(0.001)
            painted(pane)
            end.append(perf_counter() - begun)
    return min(first), min(end)


def painted(pane: ReadingPane) -> None:
    for y in range(pane.size.height):
        pane.paint_line(y)


def main() -> None:
    wanted = set(sys.argv[1:])
    print(f"{'':32}{'first screenful':>16}{'G':>12}")
    for name, body in bodies().items():
        if not wanted or name in wanted:
            first, end = asyncio.run(measure(body))
            print(f"{name:32}{first * 1000:13.0f} ms{end * 1000:9.0f} ms", flush=True)


if __name__ == "__main__":
    main()
