"""Compare with newsboat on the same articles, as one local RSS file; it is slower with many.

Its figures are named "newsboat: …"; `figures.compared` makes ratios of them.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.benchmarks.figures import Figure
from tests.benchmarks.memory import pss
from tests.benchmarks.painting import first_paint
from tests.benchmarks.program import SIZE
from tests.benchmarks.subject import Subject
from tests.terminal import Terminal

COMMAND = shutil.which("newsboat")
AT_MOST = 100_000
"""Articles; it reads all of them at every start, and the feed whole into memory."""

SEARCHED = ["bitcoin", "etf", "zolu"]

_CONFIG = """
max-items 0
auto-reload no
refresh-on-startup no
cleanup-on-quit no
confirm-exit no
"""
_QUIET = 2.5
"""Seconds without a byte that mean it is done; it may think longer than a reader of ours."""


def why_not(subject: Subject) -> str:
    """Why there is nothing to compare with; empty where there is."""
    if COMMAND is None:
        return "newsboat is not installed"
    if not subject.articles or subject.archive.is_dir():
        return "feeds are made of the made-up archive as .jsonl"
    return f"more than {AT_MOST:,} articles" if subject.articles > AT_MOST else ""


def measure_newsboat(subject: Subject) -> list[Figure]:
    """Its first reload of the feed, then what it does with a full cache."""
    if why_not(subject):
        return []
    folder = subject.scratch / "newsboat"
    _write_feed(folder, subject.archive)
    start = time.perf_counter()
    subprocess.run([*_words(folder), "-x", "reload"], check=True, capture_output=True)
    reload = time.perf_counter() - start
    paints = [first_paint(_newsboat(folder), quiet=_QUIET) for _ in range(subject.times(5))]
    with _newsboat(folder) as terminal:
        terminal.first_paint(quiet=_QUIET, timeout=60)
        searches = [_search(terminal, word) for word in SEARCHED for _ in range(2)]
        memory = pss(terminal.pid)
    shutil.rmtree(folder)
    return [
        Figure(name="newsboat: import", unit="s", samples=[reload], may_grow=True),
        Figure(name="newsboat: first paint", unit="ms", samples=paints, may_grow=True),
        Figure(name="newsboat: search", unit="ms", samples=searches, may_grow=True),
        Figure(name="newsboat: memory", unit="MB", samples=[memory], may_grow=True),
    ]


def _search(terminal: Terminal, word: str) -> float:
    """Milliseconds from Enter to the list of what was found; back to the feed list then."""
    terminal.send("/")
    terminal.settle(0.5)
    terminal.send(word)
    terminal.settle(0.5)
    seconds = terminal.measure("<Enter>", quiet=_QUIET, timeout=60).seconds
    terminal.send("q")
    terminal.settle(0.5)
    return seconds * 1000


def _newsboat(folder: Path) -> Terminal:
    return Terminal(_words(folder), size=SIZE)


def _words(folder: Path) -> list[str]:
    options = {"-u": "urls", "-c": "cache.db", "-C": "config"}
    places = [word for option, name in options.items() for word in (option, str(folder / name))]
    return [str(COMMAND), "-q", *places]


def _write_feed(folder: Path, archive: Path) -> None:
    folder.mkdir()
    feed = folder / "feed.xml"
    (folder / "config").write_text(_CONFIG)
    (folder / "urls").write_text(f"file://{feed}\n")
    with feed.open("w", encoding="utf-8") as file, archive.open(encoding="utf-8") as lines:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>')
        file.write("<title>News</title><link>https://news.example/</link>\n")
        for line in lines:
            file.writelines(_item(json.loads(line)))
        file.write("</channel></rss>\n")


def _item(fields: dict[str, Any]) -> Iterator[str]:
    name = f"{fields['externalId']}.{fields['lang']}"
    published = time.strptime(fields["publishedAt"][:19], "%Y-%m-%dT%H:%M:%S")
    yield f"<item><title>{escape(fields['title'])}</title>"
    yield f'<guid isPermaLink="false">{name}</guid><link>https://news.example/{name}</link>'
    yield f"<pubDate>{time.strftime('%a, %d %b %Y %H:%M:%S GMT', published)}</pubDate>"
    yield f"<description>{escape(fields['body'])}</description></item>\n"
