"""Data rebuilt from the articles equals the data made when they were stored."""

from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.files.connections import transaction
from reader.cache.files.migrations import CACHE
from reader.cache.files.schema import connect
from reader.cache.repair import rebuilding
from reader.cache.repairing import checks
from reader.library import Library
from reader.query.language import Field, Query, parse
from tests.builders import NOW, article, library
from tests.engines import chooses_engine

pytestmark = chooses_engine("cache.db is repaired")

ODD_FIELDS = [
    "tags:\n  - {chain: ETH}\n  - XRP",
    "tags: {chain: ETH}",
    "tags:\n  - [nested, list]\n  - ~\n  - ''\n  - 12",
    "tags: XRP, ETF",
    f"tags: [{', '.join(f'T{n}' for n in range(5000))}]",
    "description: {a: whale}",
    "description: [whale, shark]",
    "description: 12",
    "sentiment: GREAT\nsentimentEstimated: true",
    "sentiment: POSITIVE\nsentimentEstimated: perhaps",
    "sentiment: NEGATIVE\nsentimentEstimated: true",
    "category: {name: BTC}",
    "source: [Ledger]",
]


@pytest.fixture
def odd(tmp_path: Path) -> Library:
    """Articles with fields of which some cannot be read."""
    archive = tmp_path / "archive"
    archive.mkdir()
    for number, fields in enumerate(ODD_FIELDS):
        head = f'---\ntitle: Story {number}\nexternalId: "{number}"\nlang: en\n{fields}\n---\n'
        (archive / f"{number}.en.md").write_text(f"{head}A text of shells.\n", "utf-8")
    with Library(tmp_path / "data", clock=lambda: NOW) as library:
        library.bring_in([archive])
    return library


def what_is_found(folder: Path) -> dict[object, object]:
    """Everything that a user sees of facets and of the full-text index."""
    with Library(folder, clock=lambda: NOW) as library:
        names = {field: library.names(field) for field in (Field.TAG, Field.CATEGORY, Field.SOURCE)}
        words = ("whale", "shark", "ETH", "chain", "shells", "12", "is:estimated")
        return names | {word: list(library.find(parse(word))) for word in words}


def test_the_doctor_finds_nothing_wrong_with_fields_that_could_not_be_read(odd: Library) -> None:
    assert [each.finding for each in checks(odd.folder, deep=True) if not each.is_well] == []


def test_rebuilt_facets_and_words_equal_the_stored_ones(odd: Library) -> None:
    before = what_is_found(odd.folder)
    assert before["shells"]
    with closing(connect(odd.folder / "cache.db", CACHE)) as db, transaction(db):
        rebuilding.mend_facets(db, {})
        rebuilding.mend_index(db)
    assert what_is_found(odd.folder) == before


def test_an_open_screen_shows_rebuilt_facets(tmp_path: Path) -> None:
    stories = [article(n, category=("ZEC", "BTC")[n % 2]) for n in range(1, 9)]
    with library(tmp_path, stories) as shown:
        shown.hold()
        before = what_is_shown(shown)
        with closing(connect(tmp_path / "cache.db", CACHE)) as db, transaction(db):
            # A facet that no article has, and that sorts before all others.
            db.execute("INSERT INTO facets (field, value, label) VALUES ('category', 'a', 'A')")
            rebuilding.mend_facets(db, {})
        shown.catch_up()
        assert what_is_shown(shown) == before


def what_is_shown(library: Library) -> object:
    ids = library.find(Query())
    groups = [(group.label, len(group.ids)) for group in library.groups(ids)]
    return groups, len(library.find(parse("category:zec"))), library.names(Field.CATEGORY)
