"""Imports, corrections, syncs and marks in another process, while the screen is open."""

import sqlite3
from contextlib import ExitStack, closing
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.model.archive import write_files
from tests.model.model import Identity, Record
from tests.model.other import Other
from tests.news_server import feed, news_server


class Outside:
    """The other process on a data folder, and a loopback feed. Codes are handed out in turn."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data = data
        self._folder = folder
        self._closing = ExitStack()
        self._server = self._closing.enter_context(news_server())
        self._other: Other | None = None
        self._numbers = count(1)
        self._titles: list[str] = []
        self.url = self._server.serve("/feed", feed("f0000 nothing yet"))

    def close(self) -> None:
        self._closing.close()

    @property
    def other(self) -> Other:
        if self._other is None:
            self._other = Other(self._data)
            self._closing.callback(self._other.close)
        return self._other

    def beside(self, record: Record, seconds: int) -> dict[str, Any]:
        """Another article of the same language and category, so many seconds older."""
        number = next(self._numbers)
        published = record.published - timedelta(seconds=seconds)
        return {
            "path": f"2026/03/n{number:04}.{record.identity.lang}.md",
            "title": f"n{number:04} came in later",
            "publishedAt": f"{published:%Y-%m-%dT%H:%M:%S.000Z}",
            "lang": record.identity.lang,
            "externalId": f"n{number:04}",
            "source": "{name: Northwire, key: northwire, type: RSS}",
            "category": record.category,
            "sentiment": record.sentiment if record.sentiment != "UNRATED" else "NEUTRAL",
            "tags": "[BTC, FEES]",
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
        }

    def bring(self, fields: dict[str, Any]) -> None:
        folder = write_files(self._folder / "incoming" / str(next(self._numbers)), [fields])
        self.other.do("import", path=str(folder))

    def publish(self, items: int) -> list[str]:
        """The feed has so many more; their codes."""
        new = [f"f{next(self._numbers):04} of the feed" for _ in range(items)]
        self._titles = [*new, *self._titles][:30]
        self._server.serve("/feed", feed(*self._titles))
        return [title.split()[0] for title in new]

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
