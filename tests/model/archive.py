"""A made-up archive for the model-based test: 3,000 articles, 3,200 tags, codes as first words.

Every title begins with a code that names the article on the screen: `e0017` for the English version
of story 17, `u0017` for its Ukrainian twin, `f…` for live items and `n…` for what is brought in
later. Twins share an instant, and up to four stories share a slot of 16 seconds. The archive is
built once into a data folder and copied for every example, so that each begins with cold caches.
"""

import random
import re
import shutil
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from reader.article import Article, Sentiment
from reader.cache.store import Store
from reader.cache.values.instants import END
from reader.cache.values.told import Original
from reader.ui.screen.saved_view import View
from reader.ui.sidebar.density import Density
from tests.builders import NOW, article, markdown, put

STORIES = 1_620
"""In two languages: 3,040 articles."""

RARE_TAGS = 3_200
COMMON_TAGS = ["BTC", "MARKET", "ETH", "MINING", "FEES", "WALLET", "BITCOIN NEWS", "SEC", "DEFI"]
CATEGORIES = ["BTC", "MARKET", "OTHER", "ETH", "SOL", "REGULATION", "MINING"]
SOURCES = ["northwire", "ledgerpost", "chainday_"]
WORDS = {
    "en": [
        "fees",
        "bridge",
        "miners",
        "vote",
        "wallet",
        "ledger",
        "court",
        "yields",
        "index",
        "report",
        "quiet",
        "border",
    ],
    "uk": [
        "комісія",
        "міст",
        "майнери",
        "голос",
        "гаманець",
        "реєстр",
        "суд",
        "дохід",
        "індекс",
        "звіт",
        "тихо",
        "межа",
    ],
}
CODE = re.compile(r"\b[eufn]\d{4}\b")
"""The code of an article, wherever it is painted."""


ONE_LINE = str(View(density=Density.COMPACT))
"""The view with which a session starts: each article is on one line, whatever the width."""


def build(folder: Path) -> Path:
    """Write the data folder once; later calls return it as it is."""
    if not folder.exists():
        unfinished = Path(tempfile.mkdtemp(dir=folder.parent))
        with Store(unfinished) as store:
            put(store, stories())
            _decide_that_each_is_a_story(store)
            store.deciding.run()  # notes the twins
            store.marking.save_state("view", ONE_LINE)
        try:
            unfinished.rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(unfinished)
    return folder


def _decide_that_each_is_a_story(store: Store) -> None:
    """So that no two tell the same but twins, though all are made of the same few words."""
    with store.session.transaction() as to:
        rows = list(to.told_between(0, END))
        numbers: dict[Original, int] = {}
        for row in rows:
            numbers.setdefault(row.original, len(numbers) + 1)
        to.tell((row.id, numbers[row.original], 0) for row in rows)
        to.set_counter("stories", len(numbers))


def stories() -> list[Article]:
    """The articles of the archive, the same ones every time."""
    chance = random.Random(9)
    seconds = 0
    made = []
    for number in range(STORIES):
        seconds += chance.choice([3, 5, 900, 2_400, 7_200])
        made += _story(chance, number, seconds)
    return made


def _story(chance: random.Random, number: int, seconds: int) -> list[Article]:
    [category] = chance.choices(CATEGORIES, weights=[40, 20, 12, 10, 8, 6, 4])
    [sentiment] = chance.choices(list(Sentiment), weights=[50, 35, 10, 5])
    common = chance.sample(COMMON_TAGS, k=chance.choice([0, 1, 2, 3]))
    rare = [rare_tag(2 * number), rare_tag(2 * number + 1), rare_tag(chance.randrange(RARE_TAGS))]
    shared: dict[str, Any] = {
        "published": NOW - timedelta(seconds=seconds),
        "category": category,
        "sentiment": sentiment,
        "sentiment_is_estimated": chance.random() < 0.1,
        "source": chance.choice(SOURCES),
        "tags": tuple(dict.fromkeys([*common, *rare])),
        "sticky_weight": 1 if number % 307 == 5 else 0,
        "draft": number % 101 == 7,
        "external_id": f"{number:04}",
    }
    size = 400 if number % 97 == 3 else chance.choice([12, 40, 90])
    languages = ("en",) if number % 9 == 4 else ("en", "uk")  # some have no twin
    return [_version(chance, number, lang, size, shared) for lang in languages]


def _version(
    chance: random.Random, number: int, lang: str, size: int, shared: dict[str, Any]
) -> Article:
    code = f"{lang[0]}{number:04}"
    words = chance.choices(WORDS[lang], k=size)
    paragraphs = [" ".join(words[k : k + 40]) for k in range(0, size, 40)]
    return article(
        number,
        title=f"{code} {' '.join(chance.choices(WORDS[lang], k=3))}",
        lang=lang,
        description=" ".join(chance.choices(WORDS[lang], k=6)),
        body="\n\n".join([f"## {code}", *paragraphs]),
        origin=f"2026/03/{code}.{lang}.md",
        **shared,
    )


def rare_tag(number: int) -> str:
    """One of the 3,200, each on few articles."""
    return f"T{number % RARE_TAGS:04}"


def write_files(folder: Path, articles: Sequence[dict[str, Any]]) -> Path:
    """Markdown files to be imported: fields by the names of the front matter, and `body`."""
    for fields in articles:
        path = folder / fields["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        named = {name: value for name, value in fields.items() if name != "path"}
        path.write_text(markdown(**named), "utf-8")
    return folder
