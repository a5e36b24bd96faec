"""A made-up archive in the shape of the real one, the same bytes every time.

Shape: 55 categories and 3,157 tags with the real skews, six tags an article, bodies of 0.9 to 65 kB
with a median of 3 to 4, every story in English and in Ukrainian, two months of dates.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, product
from pathlib import Path

LAST_DAY = datetime(2025, 12, 31, tzinfo=UTC)
DAYS = 61
TAGS = 3157

_CATEGORIES = """
BTC MARKET OTHER ETH TRADING SOL REGULATION EXCHANGE BUSINESS BLOCKCHAIN FIAT ASIA USDT TECHNOLOGY
LUNA MACROECONOMICS LINK ALTCOIN ADA MINING WALLET UNI PYUSD ENS DOGE AAVE XRP USDC RESEARCH MATIC
ZRX ZK ZEC TUSD TON TOKEN_SALE PEPE FET BITTENSOR BCH BAL AVAX APT AIRDROP AIOZ BNB TRX LTC DOT NEAR
ATOM ARB OP SUI SECURITY_INCIDENTS
"""
CATEGORIES = [name.replace("_", " ") for name in _CATEGORIES.split()]
CATEGORY_WEIGHTS = [42, 18, 8.2, 5.2, 4.2, 4.1, 3, 2.6, 2.6, 2.5, 2.3, 1.6, 0.7, *[0.12] * 42]

SENTIMENTS = ["POSITIVE", "NEGATIVE", "NEUTRAL", None]
SENTIMENT_WEIGHTS = [55, 38, 4, 3]

SOURCES = ["northwire", "ledgerpost", "chainday_", "coinharbour", "blockletter", "mintgazette", "x"]
SOURCE_WEIGHTS = [29, 26, 24, 14, 3, 3, 1]

_ENGLISH = """
market price holders exchange network miners traders supply liquidity reserve futures spot volume
index fund wallet bridge validator upgrade ledger token stable coin yield margin court ruling bank
policy rate inflation growth report quarter investors demand pressure support level signal weekly
record outflow inflow custody rises falls holds slows expects warns notes adds plans tests after
before during while against across under above near quietly sharply again early late
"""
_UKRAINIAN = """
ринок ціна власники біржа мережа майнери трейдери пропозиція ліквідність резерв ф'ючерси спот обсяг
індекс фонд гаманець міст валідатор оновлення реєстр токен монета дохід маржа суд рішення банк
політика ставка інфляція зростання звіт квартал інвестори попит тиск підтримка рівень сигнал
рекорд відтік приплив зберігання росте падає тримається сповільнюється очікує попереджає зазначає
додає планує тестує після перед під час проти через понад біля тихо різко знову рано пізно
"""
WORDS = {"en": _ENGLISH.split(), "uk": _UKRAINIAN.split()}
HEADINGS = {
    "en": ["In short", "What was said", "Behind the figures", "Voices", "Effect on the market"],
    "uk": ["Коротко", "Що було сказано", "За цифрами", "Голоси", "Вплив на ринок"],
}
ASIDES = ["—", "$94,250", "12.5%", "“", "№ 7", "Q4", "€1.2B"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of the archive. `path`: `YYYY/MM/slug.LANG.md`."""

    path: str
    fields: Mapping[str, object]
    body: str

    @property
    def text(self) -> str:
        return f"---\n{''.join(_yaml(self.fields))}---\n{self.body}"


def write(folder: Path, count: int, seed: int = 1) -> None:
    """Writes an archive of `count` articles, one at a time."""
    for entry in entries(count, seed):
        path = folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(entry.text, encoding="utf-8")


def entries(count: int, seed: int = 1) -> Iterator[Entry]:
    """`count` articles, stories in no order of time, each in English, then in Ukrainian."""
    writer = _Writer(random.Random(seed))
    for number in range(count):
        if number % 2 == 0:
            writer.next_story(number // 2)
            yield writer.entry("en")
        else:
            yield writer.entry("uk")


class _Writer:
    """Holds what the two languages of a story share."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._sentences = {
            lang: [self._sentence(words) for _ in range(2000)] for lang, words in WORDS.items()
        }
        self._tags = _tag_names()
        self._tag_weights = list(accumulate((rank + 2) ** -1.2 for rank in range(1, TAGS + 1)))

    def next_story(self, number: int) -> None:
        chance = self._chance
        published = LAST_DAY - timedelta(seconds=chance.randrange(DAYS * 86_400))
        updated = published + timedelta(seconds=chance.randrange(600, 10_800))
        [source] = chance.choices(SOURCES, SOURCE_WEIGHTS)
        [sentiment] = chance.choices(SENTIMENTS, SENTIMENT_WEIGHTS)
        self._number = number
        self._month = f"{published:%Y/%m}"
        self._length = self._body_length()
        self._shared: dict[str, object] = {
            "publishedAt": f"{published:%Y-%m-%dT%H:%M:%S}.000Z",
            "updatedAt": f"{updated:%Y-%m-%dT%H:%M:%S}.000Z",
            "source": {"name": source.strip("_").title(), "key": source, "type": "RSS"},
            "category": chance.choices(CATEGORIES, CATEGORY_WEIGHTS)[0],
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
        words = " ".join(chance.sample(WORDS[lang], 7)).capitalize()
        fields = {
            "title": f"{words}: {chance.choice(ASIDES)} #{self._number}",
            "description": chance.choice(self._sentences[lang]),
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
        """In characters; in Ukrainian each takes two bytes."""
        if self._chance.random() < 0.001:
            return self._chance.randrange(10_000, 32_000)
        return round(min(max(self._chance.gauss(2600, 850), 1100), 5500))

    def _body(self, lang: str) -> str:
        parts: list[str] = []
        headings = iter(HEADINGS[lang][:-1] * 20)
        left = self._length
        while left > 500:
            if len(parts) % 4 == 0:
                parts.append(f"## {next(headings)}")
            parts.append(" ".join(self._chance.choices(self._sentences[lang], k=4)))
            left -= len(parts[-1])
        bullets = self._chance.choices(self._sentences[lang], k=4)
        parts += [f"## {HEADINGS[lang][-1]}", "\n".join(f"- {bullet}" for bullet in bullets)]
        return "\n\n".join(parts) + "\n"

    def _some_tags(self) -> list[str]:
        chance = self._chance
        size = 31 if chance.random() < 0.001 else min(30, round(chance.gammavariate(2, 3.5)))
        drawn = chance.choices(self._tags, cum_weights=self._tag_weights, k=size)
        return list(dict.fromkeys(drawn))

    def _sentence(self, words: list[str]) -> str:
        chosen = self._chance.choices(words, k=self._chance.randrange(9, 19))
        chosen.insert(4, self._chance.choice(ASIDES))
        return " ".join(chosen).capitalize() + "."


def _tag_names() -> list[str]:
    words = [word.upper() for word in WORDS["en"]]
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
