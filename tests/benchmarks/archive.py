"""A made-up archive in the shape of the real one, the same bytes every time.

    python -m tests.benchmarks.archive --articles 1000000 --to 1m.jsonl

Shape: 55 categories and 3,157 tags with the real skews, six tags an article (0 to 31), bodies of
0.9 to 65 kB with a median of 3, every story in English and in Ukrainian under one external id,
three years of dates. In the order of their months, and in none within a month.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, product
from pathlib import Path

from tests.benchmarks.vocabulary import ASIDES, COMMON, Vocabulary, capitalized

FIRST_DAY = datetime(2023, 1, 1, tzinfo=UTC)
LAST_DAY = datetime(2025, 12, 31, tzinfo=UTC)
OUT_OF_ORDER_S = 20 * 86_400
"""How far a story may be from its place in the order of time, in seconds."""

TAGS = 3157

_CATEGORIES = """
BTC MARKET OTHER ETH TRADING SOL REGULATION EXCHANGE BUSINESS BLOCKCHAIN FIAT ASIA USDT TECHNOLOGY
LUNA MACROECONOMICS LINK ALTCOIN ADA MINING WALLET UNI PYUSD ENS DOGE AAVE XRP USDC RESEARCH MATIC
ZRX ZK ZEC TUSD TON TOKEN_SALE PEPE FET BITTENSOR BCH BAL AVAX APT AIRDROP AIOZ BNB TRX LTC DOT NEAR
ATOM ARB OP SUI SECURITY_INCIDENTS
"""
CATEGORIES = [name.replace("_", " ") for name in _CATEGORIES.split()]
_PER_CENT = [42, 18, 8.2, 5.2, 4.2, 4.1, 3, 2.6, 2.6, 2.5, 2.3, 1.6, 0.7, *[0.12] * 42]
CATEGORY_WEIGHTS = list(accumulate(_PER_CENT))

SENTIMENTS = ["POSITIVE", "NEGATIVE", "NEUTRAL", None]
SENTIMENT_WEIGHTS = list(accumulate([55, 38, 4, 3]))

SOURCES = ["northwire", "ledgerpost", "chainday_", "coinharbour", "blockletter", "mintgazette", "x"]
SOURCE_WEIGHTS = list(accumulate([29, 26, 24, 14, 3, 3, 1]))

HEADINGS = {
    "en": ["In short", "What was said", "Behind the figures", "Voices", "Effect on the market"],
    "uk": ["Коротко", "Що було сказано", "За цифрами", "Голоси", "Вплив на ринок"],
}
SENTENCE = 120
"""Characters of one, on average."""

_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One article. `path`: `YYYY/MM/slug.LANG.md`. `fields`: its front matter."""

    path: str
    fields: Mapping[str, object]
    body: str

    @property
    def text(self) -> str:
        """As a Markdown file."""
        return f"---\n{''.join(_yaml(self.fields))}---\n{self.body}"

    @property
    def line(self) -> str:
        """As a line of `.jsonl`. No body holds a quote or a backslash, which saves much time."""
        body = self.body.replace("\n", "\\n")
        return f'{_encode(self.fields)[:-1]}, "body": "{body}"}}\n'


def write_folder(folder: Path, entries: Iterable[Entry]) -> None:
    """A Markdown file each, in the layout of the archive."""
    for entry in entries:
        path = folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(entry.text, encoding="utf-8")


def write_jsonl(path: Path, entries: Iterable[Entry]) -> None:
    """A line each; gzipped where the name ends in `.gz`. In constant memory."""
    with (
        gzip.open(path, "wt", compresslevel=1, encoding="utf-8")
        if path.suffix == ".gz"
        else path.open("w", encoding="utf-8", buffering=1 << 20)
    ) as file:
        file.writelines(entry.line for entry in entries)


def archive(count: int) -> Iterator[Entry]:
    """The archive of `count` articles, each story in English, then in Ukrainian."""
    return _entries(count, FIRST_DAY, LAST_DAY, first=0, seed=1)


def further(count: int) -> Iterator[Entry]:
    """`count` articles from after any archive's last, others each time: not the same bytes."""
    day = LAST_DAY + timedelta(seconds=OUT_OF_ORDER_S)
    now = time.time_ns() // 1000
    return _entries(count, day, day, first=now, seed=now)


def _entries(
    count: int, since: datetime, until: datetime, *, first: int, seed: int
) -> Iterator[Entry]:
    writer = _Writer(random.Random(seed))
    stories = (count + 1) // 2
    for number in range(count):
        story = number // 2
        if number % 2 == 0:
            writer.next_story(first + story, since + (until - since) * (story / stories))
        yield writer.entry("uk" if number % 2 else "en")


class _Writer:
    """Holds what the two languages of a story share."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._vocabulary = {lang: Vocabulary(lang, chance) for lang in HEADINGS}
        self._tags = _tag_names()
        self._tag_weights = list(accumulate((rank + 2) ** -1.2 for rank in range(1, TAGS + 1)))

    def next_story(self, number: int, about: datetime) -> None:
        chance = self._chance
        published = about + timedelta(seconds=chance.randrange(OUT_OF_ORDER_S))
        updated = published + timedelta(seconds=chance.randrange(600, 10_800))
        [source] = chance.choices(SOURCES, cum_weights=SOURCE_WEIGHTS)
        [sentiment] = chance.choices(SENTIMENTS, cum_weights=SENTIMENT_WEIGHTS)
        [category] = chance.choices(CATEGORIES, cum_weights=CATEGORY_WEIGHTS)
        self._number = number
        self._month = f"{published.year}/{published.month:02}"
        self._length = self._body_length()
        self._shared: dict[str, object] = {
            "publishedAt": f"{published.isoformat()[:19]}.000Z",
            "updatedAt": f"{updated.isoformat()[:19]}.000Z",
            "source": {"name": source.strip("_").title(), "key": source, "type": "RSS"},
            "category": category,
            "tags": self._some_tags(),
            "stickyWeight": 1 if chance.random() < 0.001 else 0,
            "score": 0,
            "draft": False,
        }
        if sentiment:
            self._shared["sentiment"] = sentiment
        if chance.random() < 0.88:
            self._shared["coverImage"] = _cover(number)

    def entry(self, lang: str) -> Entry:
        chance, external_id = self._chance, str(50_000_000 + self._number)
        vocabulary = self._vocabulary[lang]
        words = capitalized(" ".join(vocabulary.words(8)))
        fields = {
            "title": f"{words}: {chance.choice(ASIDES)} #{self._number}",
            "description": chance.choice(vocabulary.sentences),
            "lang": lang,
            "externalId": external_id,
            **self._shared,
            "ai": {"rewritten": True, "version": 1}
            if lang == "en"
            else {"translatedFrom": external_id, "version": 1},
        }
        path = f"{self._month}/story-{self._number:07}.{lang}.md"
        return Entry(path=path, fields=fields, body=self._body(lang))

    def _body_length(self) -> int:
        """In characters; in Ukrainian most take two bytes."""
        if self._chance.random() < 0.001:
            return self._chance.randrange(10_000, 32_000)
        return min(max(round(self._chance.lognormvariate(7.86, 0.4)), 1_200), 9_000)

    def _body(self, lang: str) -> str:
        """Paragraphs of four sentences, two a heading; bullets; some words that may be rare."""
        headings, vocabulary = HEADINGS[lang], self._vocabulary[lang]
        count = max(1, self._length // SENTENCE - 4)
        chosen = self._chance.choices(vocabulary.sentences, k=count + 3)
        parts: list[str] = []
        for start in range(0, count, 4):
            if start % 8 == 0:
                parts.append(f"## {headings[start // 8 % 4]}")
            parts.append(" ".join(chosen[start : min(start + 4, count)]))
        parts += [
            f"## {headings[-1]}",
            "\n".join([f"- {bullet}" for bullet in chosen[count:]]),
            ", ".join(vocabulary.words(10)),
        ]
        return "\n\n".join(parts) + "\n"

    def _some_tags(self) -> list[str]:
        chance = self._chance
        if chance.random() < 0.001:
            return chance.sample(self._tags, 31)
        size = min(30, int(chance.gammavariate(2, 3.5)))
        drawn = chance.choices(self._tags, cum_weights=self._tag_weights, k=size)
        return list(dict.fromkeys(drawn))


def _tag_names() -> list[str]:
    words = [word.upper() for word in COMMON["en"][13:]]
    pairs = (f"{first} {second}" for first, second in product(words, reversed(words)))
    return [*CATEGORIES, *(next(pairs) for _ in range(TAGS - len(CATEGORIES)))]


def _cover(number: int) -> dict[str, str]:
    widths = {
        "raw": "",
        "full": "?q=85",
        "regular": "?w=1080",
        "small": "?w=400",
        "thumb": "?w=200",
    }
    return {name: f"https://pictures.example/{number}{query}" for name, query in widths.items()}


def _yaml(fields: Mapping[str, object], indent: str = "") -> Iterator[str]:
    for key, value in fields.items():
        match value:
            case dict():
                yield f"{indent}{key}:\n"
                yield from _yaml(value, indent + "  ")
            case list():
                yield f"{indent}{key}:\n" if value else f"{indent}{key}: []\n"
                yield from (f"{indent}  - {item}\n" for item in value)
            case str():
                quoted = value.replace("'", "''")
                yield f"{indent}{key}: '{quoted}'\n"
            case _:
                yield f"{indent}{key}: {str(value).lower()}\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.archive")
    parser.add_argument("--articles", type=int, default=11_280)
    parser.add_argument("--to", type=Path, required=True, help="FILE.jsonl, FILE.jsonl.gz, FOLDER")
    options = parser.parse_args()
    write = write_jsonl if ".jsonl" in options.to.suffixes else write_folder
    write(options.to, archive(options.articles))


if __name__ == "__main__":
    main()
