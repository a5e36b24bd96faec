"""Imports, corrections, syncs and marks in another process, while the screen is open."""

import random
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.model.archive import WORDS, write_files
from tests.model.model import Identity, Record
from tests.model.other import Other
from tests.news_server import news_server, published


class Outside:
    """The other process on a data folder, and a loopback feed. Codes are handed out in turn."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data = data
        self._folder = folder
        self._closing = ExitStack()
        self._server = self._closing.enter_context(news_server())
        self._other: Other | None = None
        self._numbers = count(1)
        self._codes: list[str] = []
        self.url = self._server.serve("/feed", _feed([]))

    def close(self) -> None:
        self._closing.close()

    @property
    def other(self) -> Other:
        if self._other is None:
            self._other = Other(self._data)
            self._closing.callback(self._other.close)
        return self._other

    def beside(self, record: Record, seconds: int) -> dict[str, Any]:
        """Another article of the same language and category, some seconds older."""
        number = next(self._numbers)
        published = record.published - timedelta(seconds=seconds)
        return {
            "path": f"2026/03/n{number:04}.{record.lang}.md",
            "title": f"n{number:04} came in later",
            "publishedAt": f"{published:%Y-%m-%dT%H:%M:%S.000Z}",
            "lang": record.lang,
            "externalId": f"n{number:04}",
            "source": "{name: Northwire, key: northwire, type: RSS}",
            "category": record.category,
            "sentiment": record.sentiment if record.sentiment != "UNRATED" else "NEUTRAL",
            "tags": "[BTC, FEES]",
            "body": f"Told by n{number:04} alone.",
        }

    def corrected(self, record: Record, *, draft: bool) -> dict[str, Any]:
        """The same article with other words and tags; draft: withdrawn."""
        number = next(self._numbers)
        external, lang, source = record.identity
        return {
            "path": f"2026/03/{record.code}.{lang}.md",
            "title": f"{record.code} corrected {number}",
            "publishedAt": f"{record.published:%Y-%m-%dT%H:%M:%S.000Z}",
            "updatedAt": f"2026-03-14T13:{number // 60 % 60:02}:{number % 60:02}.000Z",
            "lang": lang,
            "externalId": f'"{external}"',
            "source": f"{{name: {source}, key: {source}, type: RSS}}",
            "category": record.category,
            "sentiment": record.sentiment if record.sentiment != "UNRATED" else "''",
            "stickyWeight": int(record.pinned),
            "draft": str(draft).lower(),
            "tags": f"[{', '.join(sorted(tag.upper() for tag in record.tags))}, SEC]",
            "body": f"Told by {record.code} alone.",
        }

    def bring(self, fields: dict[str, Any]) -> None:
        folder = write_files(self._folder / "incoming" / str(next(self._numbers)), [fields])
        self.other.do("import", path=str(folder))

    def publish(self, items: int) -> list[str]:
        """Add articles to the feed; return their codes."""
        new = [f"f{next(self._numbers):04}" for _ in range(items)]
        self._codes = [*new, *self._codes][:30]
        self._server.serve("/feed", _feed(self._codes))
        return new

    def sync(self) -> None:
        self.other.do("sync", url=self.url)

    def mark(self, identity: Identity, mark: str, value: bool) -> None:
        external, lang, source = identity
        self.other.do("mark", external=external, lang=lang, source=source, mark=mark, value=value)

    def forget_journal(self) -> None:
        """Empty the undo journal: the model does not know what is in it."""
        with closing(sqlite3.connect(self._data / "marks.db")) as db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("DELETE FROM steps")
            db.commit()


def _feed(codes: Sequence[str]) -> bytes:
    """RSS: items with ids, links and texts of their own, the newest first."""
    items = [
        f"<item><title>{code} of the feed</title><guid>{code}</guid>"
        f"<link>https://news.example/{code}</link><pubDate>{published(int(code[1:]))}</pubDate>"
        f"<description>{_text(code)}</description></item>"
        for code in codes
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Loopback</title>'
        f"<link>https://news.example/</link>{''.join(items)}</channel></rss>"
    ).encode()


def _text(code: str) -> str:
    words = random.Random(code).choices(WORDS["en"], k=30)
    return f"{code} {' '.join(words)}."
