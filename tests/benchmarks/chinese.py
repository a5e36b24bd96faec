"""Articles in a script without spaces: their import, their index, and searches among them."""

import random
from collections.abc import Iterator
from dataclasses import replace

from tests.benchmarks.archive import Entry, archive, write_jsonl
from tests.benchmarks.figures import Budget, Figure
from tests.benchmarks.program import import_archive
from tests.benchmarks.searching import typed
from tests.benchmarks.subject import Subject

ARTICLES = 11_280
CHARACTERS, WORDS, SENTENCES = 3_500, 12_000, 5_000
LENGTHS = [1, 2, 2, 2, 2, 2, 2, 3, 4]
"""Characters of a word."""


def measure_chinese(subject: Subject) -> list[Figure]:
    """ARTICLES of them, whatever the archive; imported once, searched as `search` does."""
    chinese = _Chinese(random.Random(3))
    path, data = subject.scratch / "chinese.jsonl", subject.scratch / "chinese"
    write_jsonl(path, chinese.entries(ARTICLES))
    imported = import_archive(data, path)
    cache = sum(file.stat().st_size for file in data.glob("cache.db*"))
    first, whole = typed(replace(subject, data=data), chinese.queries)
    return [
        Figure(
            name="Chinese: import, rate",
            unit="articles/s",
            samples=[imported.rate],
            more_is_better=True,
        ),
        Figure(
            name="Chinese: size on disk",
            unit="MB",
            samples=[cache / 1e6],
            ratios={"the text": cache / path.stat().st_size},
            budget=Budget("the text", 2.5),
        ),
        Figure(
            name="Chinese: search, first rows",
            unit="ms",
            samples=first,
            budget=Budget("p95", 50),
        ),
        Figure(name="Chinese: search, whole answer", unit="ms", samples=whole),
    ]


class _Chinese:
    """Made-up words of real characters, each the rarer the later it comes."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        characters = [chr(0x4E00 + code) for code in chance.sample(range(0x5000), CHARACTERS)]
        self._words = [self._drawn(characters, chance.choice(LENGTHS)) for _ in range(WORDS)]
        self._sentences = [self._sentence() for _ in range(SENTENCES)]
        common, usual, rare = self._words[0], self._words[40], self._words[6_000]
        self.queries = [common, usual + common, f"btc {usual}", rare]
        """A character at a time; the first ones match nearly everything."""

    def entries(self, count: int) -> Iterator[Entry]:
        """Articles with the tags, categories and dates of the made-up archive."""
        for number, entry in enumerate(archive(count)):
            sentences = self._chance.choices(self._sentences, k=self._chance.randrange(15, 60))
            fields = {
                **entry.fields,
                "lang": "zh",
                "externalId": str(number),
                "title": self._drawn(self._words, 8),
                "description": sentences[0],
                "ai": {"rewritten": True, "version": 1},
            }
            yield replace(entry, fields=fields, body="\n\n".join(sentences) + "\n")

    def _sentence(self) -> str:
        chance = self._chance
        clauses = [self._drawn(self._words, chance.randrange(4, 9)) for _ in range(3)]
        clauses.insert(2, chance.choice(["BTC", "ETF上涨5%", "2025年"]))
        return "，".join(clauses) + "。"

    def _drawn(self, common_first: list[str], count: int) -> str:
        ranks = (len(common_first) ** self._chance.random() for _ in range(count))
        return "".join(common_first[int(rank) - 1] for rank in ranks)
