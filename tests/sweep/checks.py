"""Check the invariants of a data folder, and list its content."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from reader.cache.repairing import checks, marks_checks
from reader.errors import CacheDamaged
from reader.library import Library
from reader.query.language import Field, parse
from tests.sweep.acts import opened

OWN_WORD = re.compile(r"own\d+word\w*")
"""In each text of the archives of `subjects`, and in no other text."""

Dump = dict[str, list[tuple[object, ...]]]


def content(folder: Path) -> frozenset[str]:
    """All articles as an export writes them, a line of JSON each."""
    lines: set[str] = set()
    with opened(str(folder)) as library:
        for query in ("", "is:draft"):
            to = folder.with_name(f"{folder.name}-export.jsonl")
            library.export(parse(query), to)
            lines |= set(to.read_text("utf-8").splitlines())
            to.unlink()
    return frozenset(lines)


def marks(folder: Path) -> Dump:
    """What the user did, as the file has it."""
    tables = ("marks", "steps", "step_articles", "state")
    with closing(sqlite3.connect(folder / "marks.db")) as db:
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}


def faults(folder: Path) -> Iterator[str]:
    """A sentence for everything in the folder that does not agree with the rest of it."""
    with opened(str(folder)) as library:
        yield from library.notices
        try:
            yield from _disagreements(library)
        except CacheDamaged as error:
            yield str(error)
    for check in (*checks(folder, deep=True), *marks_checks(folder)):
        if not check.is_well:
            yield check.finding
    with closing(sqlite3.connect(folder / "cache.db")) as db:
        if (verdict := db.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            yield f"cache.db: {verdict}"
    left = {path.name for path in folder.iterdir() if ".damaged-" in path.name}
    if left:
        yield f"{', '.join(sorted(left))} was set aside"


def _disagreements(library: Library) -> Iterator[str]:
    everything = list(library.find(parse(""))) + list(library.find(parse("is:draft")))
    counted: dict[Field, Counter[str]] = {field: Counter() for field in _COUNTED}
    words: dict[str, set[int]] = {}
    for row, article in library.articles(everything):
        counted[Field.TAG].update({tag.casefold() for tag in article.tags})
        counted[Field.CATEGORY][article.category.casefold()] += 1
        counted[Field.LANG][article.lang.casefold()] += 1
        counted[Field.SOURCE][article.source.key.casefold() if article.source else ""] += 1
        for word in OWN_WORD.findall(article.body):
            words.setdefault(word, set()).add(row.id)
    for field, expected in counted.items():
        shown = {name.casefold(): count for name, count in library.names(field).items()}
        if shown != +expected:
            yield f"{field}: {shown} is shown, and articles have {dict(expected)}"[:300]
    for word, ids in words.items():
        found = {id for query in (word, f"{word} is:draft") for id in library.find(parse(query))}
        if found != ids:
            yield f"search for {word}: {len(found)} found, {len(ids)} have it"
    yield from _marks_that_do_not_show(library)


_COUNTED = (Field.TAG, Field.CATEGORY, Field.LANG, Field.SOURCE)


def _marks_that_do_not_show(library: Library) -> Iterator[str]:
    with closing(sqlite3.connect(library.folder / "marks.db")) as db:
        for name, state in (("read", "is:read"), ("favourite", "is:favourite")):
            stored = set(db.execute(f"SELECT source, external, lang FROM marks WHERE {name}"))
            shown = set()
            for query in (state, f"{state} is:draft"):
                for id in library.find(parse(query)):
                    shown.add(tuple(library.identity(id) or ("gone", str(id), "")))
            if shown != stored:
                yield f"{state}: {len(shown)} shown, {len(stored)} stored"
