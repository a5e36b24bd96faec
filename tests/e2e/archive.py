"""A small archive in the shape of a real one: forty articles, each with something to look for.

English stories newest first; every body holds `Desk note <external id>.`, which stands nowhere
else, so that a test can tell which article is open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.builders import markdown

NEWEST = datetime(2025, 11, 20, 18, tzinfo=UTC)
SENTIMENTS = {"+": "POSITIVE", "-": "NEGATIVE", "=": "NEUTRAL", ".": ""}
PICTURES = "https://pictures.example.org"

LONG = "1001"
"""External id of the story that is many screens long."""
WITH_ORIGINAL, WITH_LINKS, WITHOUT_LINKS = "1002", "1003", "1004"
PINNED, DRAFT = "1019", "1029"


@dataclass(frozen=True, slots=True)
class Story:
    number: int
    slug: str
    title: str
    category: str
    sentiment: str
    tags: tuple[str, ...]

    @property
    def external_id(self) -> str:
        return str(1000 + self.number)

    @property
    def note(self) -> str:
        """What its text alone says."""
        return f"Desk note {self.external_id}."


# slug | title | category | sentiment | tags
_ENGLISH = """
vault-keys      | Vault keys move to a glass box | BTC | + | BTC, ETF, PICTURES
miners-sleep    | Miners sleep while fees rest | BTC | + | BTC, MARKET, PICTURES
hoard-grows     | A quiet hoard grows by the sea | BTC | + | BTC, ETF, BITCOIN NEWS, PICTURES
lighthouse      | Lighthouse keepers take coins | BTC | + | BTC, BITCOIN NEWS, PICTURES
bridge-toll     | Bridge toll doubles overnight | BTC | - | BTC, MARKET, PICTURES
lost-ledger     | A ledger lost in the rain | BTC | - | BTC, XRP
cold-wallet     | Cold wallet thaws too early | BTC | - | BTC, XRP, BITCOIN NEWS
block-clock     | The block clock ticks as ever | BTC | = | BTC, ETF
halving-almanac | An almanac of halvings | BTC | = | BTC, BITCOIN NEWS
paper-wallet    | What became of paper wallets | BTC | . | BTC
autumn-sale     | Autumn sale ends in smiles | MARKET | + | MARKET, XRP
spot-window     | The spot ETF window opens wide | MARKET | + | MARKET, ETF
thin-books      | Thin books make loud noises | MARKET | - | MARKET, XRP
margin-weather  | Margin weather turns sour | MARKET | - | MARKET
flat-week       | A flat week, drawn with a ruler | MARKET | = | MARKET, ETF
harbour-index   | The harbour index stands still | MARKET | = | MARKET
staking-orchard | The staking orchard bears fruit | ETH | + | ETH, STAKING
gas-lamps       | Gas lamps burn for less | ETH | + | ETH
how-we-rate     | How this paper rates its news | OTHER | . | GUIDE
validator-nap   | A validator naps through its turn | ETH | - | ETH, STAKING
rollup-jam      | Rollup jam at the junction | ETH | - | ETH, MARKET
merge-diary     | A diary of the merge | ETH | = | ETH
sun-valley      | Sun valley welcomes fast blocks | SOL | + | SOL
sun-burn        | Sunburn after a fast start | SOL | - | SOL, XRP
sun-dial        | The sundial shows noon | SOL | = | SOL
travel-rule     | The travel rule reaches the ferry | REGULATION | = | LAW, XRP
licence-lost    | A licence lost in the post | REGULATION | - | LAW
odd-socks       | Odd socks sold for tokens | OTHER | + | ODD
unfinished      | A sentence that nobody has | ETH | = | ETH
"""

_UKRAINIAN = {
    1: "Ключі від сховища у скляній скрині",
    2: "Шахтарі сплять, поки комісії відпочивають",
    3: "Тихий скарб росте біля моря",
    4: "Доглядачі маяка беруть монети",
    5: "Мито за міст подвоїлося за ніч",
    6: "Книга, загублена під дощем",
    11: "Осінній розпродаж скінчився усмішками",
    13: "Тонкі книги, гучний шум",
    17: "Сад стейкінгу дав плоди",
    23: "Сонячна долина вітає швидкі блоки",
    26: "Правило подорожей дійшло до порому",
}

_COVERS = {
    1: ("raw", "full", "regular", "small", "thumb"),
    2: ("raw", "full", "small", "thumb"),
    3: ("raw", "small", "thumb"),
    4: ("small", "thumb"),
}
"""Sizes that the publisher gave, by story; the others have no cover."""

_LINKS = """
Read the [harbour notes](https://harbour.example.org/notes) and the
[tide table](https://tides.example.net/today), or ask
[bank.example](https://elsewhere.example.com/login).
"""


def _stories() -> Iterator[Story]:
    for number, line in enumerate(_ENGLISH.strip().splitlines(), start=1):
        slug, title, category, sentiment, tags = (part.strip() for part in line.split("|"))
        yield Story(number, slug, title, category, SENTIMENTS[sentiment], tuple(tags.split(", ")))


STORIES = {story.external_id: story for story in _stories()}
"""By external id; the English title, the draft among them."""

ENGLISH = [story for story in STORIES.values() if story.external_id != DRAFT]
"""What the first screen counts, newest first."""

FILES = len(STORIES) + len(_UKRAINIAN)
SHOWN = FILES - 1
"""Articles in any language, without the draft."""


def titled(external_id: str) -> str:
    return STORIES[external_id].title


def cover_url(number: int, size: str) -> str:
    return f"{PICTURES}/{size}/{number}.jpg?w=1&h=2"


def write_archive(root: Path) -> Path:
    """The forty files below `root`, as an archive lays them out."""
    for story in STORIES.values():
        _write(root, story, "en", story.title)
    for number, title in _UKRAINIAN.items():
        _write(root, STORIES[str(1000 + number)], "uk", title)
    return root


def _write(root: Path, story: Story, lang: str, title: str) -> None:
    published = NEWEST - timedelta(hours=story.number)
    path = root / f"{published:%Y/%m}" / f"{story.slug}.{lang}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_file(story, lang, title, published), "utf-8")


def _file(story: Story, lang: str, title: str, published: datetime) -> str:
    number, lines = story.number, "".join
    sizes = _COVERS.get(number, ())
    fields = {
        "title": f'"{title}"',
        "description": f"In short, number {number}",
        "publishedAt": f"{published:%Y-%m-%dT%H:%M:%S.000Z}",
        "updatedAt": f"{published:%Y-%m-%d %H:%M:%S}Z",
        "lang": lang,
        "externalId": f'"{story.external_id}"',
        "source": "\n  name: Harbour Gazette\n  key: harbour_gazette_\n  type: rss"
        if number % 2
        else "\n  name: Block Ledger\n  key: block_ledger\n  type: api",
        "category": story.category,
        "tags": lines(f"\n  - {tag}" for tag in story.tags),
        "stickyWeight": 5 if story.external_id == PINNED else 0,
        "score": number / 4,
        "canonicalUrl": f"https://gazette.example.org/{story.slug}"
        if story.external_id == WITH_ORIGINAL
        else "null",
        "draft": str(story.external_id == DRAFT).lower(),
        "coverImage": lines(f"\n  {size}: {cover_url(number, size)}" for size in sizes) or "null",
        "ai": "\n  rewritten: true\n  version: 2" if number % 3 == 0 else "null",
        "body": _body(story),
    }
    if story.sentiment:
        fields["sentiment"] = story.sentiment
    return markdown(**fields)


def _body(story: Story) -> str:
    parts = ["## Overview", story.note, "- one point\n- another point", "## What Happened"]
    if story.external_id == LONG:
        parts += [f"Paragraph {n} of the long story." for n in range(1, 121)]
    if story.external_id == WITH_LINKS:
        parts.append(_LINKS)
    return "\n\n".join([*parts, "The end of the matter."])
