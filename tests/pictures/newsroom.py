"""A made-up archive to look at: articles of the benchmarks, under readable headlines."""

import json
import random
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks.archive import archive

NOW = datetime(2026, 10, 3, 9, tzinfo=UTC)

_PLACES = ("Northfell", "Fernbank", "Owlgate", "Harrowmere", "Tidewick", "Larkstead", "Ashcombe")
_FIRMS = ("Quillchain", "Bramble Capital", "Saltmarsh", "Copperline", "Weir & Sons", "Lantern Desk")
_THINGS = ("mempool", "order book", "validator queue", "fee market", "lending desk", "bridge")
_COUNTS = ("A third", "One in five", "Two thirds", "Half", "A tenth")
_TIMES = ("March", "the spring", "last October", "the halving", "the summer", "January")

_COINS = frozenset(
    ("BTC", "ETH", "SOL", "XRP", "ADA", "LINK", "USDT", "USDC", "DOGE", "TON", "BNB")
)

_HEADLINES = {
    "POSITIVE": (
        "{coin} volume reaches its highest level since {time}",
        "{firm} adds {n},000 {coin} to its reserve",
        "{place} lets banks hold {coin} for their customers",
        "{firm} opens its {thing} to everyone, free of charge",
        "The {coin} {thing} is the calmest since {time}",
        "{place} pension fund buys {coin} for the first time",
        "{coin} wallets holding more than one coin pass {n} million",
        "{firm} ships its {coin} upgrade two weeks early",
        "Fees on {coin} fall to {n} cents a payment",
        "Court in {place} clears {firm} of all charges",
        "{count} of shops in {place} now take {coin}",
        "{firm} passes its audit: {n},000 {coin}, all accounted for",
        "{place} drops its tax on small {coin} payments",
        "New {coin} client syncs in {n} minutes on a laptop",
        "{firm} and {other} agree on one {coin} standard",
        "{coin} inflows beat every week since {time}",
    ),
    "NEGATIVE": (
        "{firm} pauses {coin} withdrawals after a fault in its {thing}",
        "{coin} slips below {n},000 as {place} tightens its rules",
        "{count} of {coin} miners in {place} switch off",
        "{place} fines {firm} {n} million over its {thing}",
        "A stuck {thing} keeps {coin} payments waiting for {n} hours",
        "{firm} loses {n} million to a forged {coin} signature",
        "{coin} funds see outflows for the fifth week since {time}",
        "{firm} closes its office in {place}",
        "{place} bars {firm} from selling {coin} to savers",
        "{coin} lenders call {n} million in margin overnight",
        "{other} sues {firm} over {n},000 missing {coin}",
        "An old bug in the {coin} {thing} comes back",
    ),
    "NEUTRAL": (
        "What the {coin} {thing} has looked like since {time}",
        "{place} asks for comments on its {coin} rules",
        "{firm} moves its {coin} desk to {place}",
        "{coin} in numbers: {n} charts of the week",
        "{firm} names a new head of its {thing}",
    ),
}
_BODY = """\
## Overview

The news came after a quiet week, and traders in {place} had expected it {expected}. Volumes were
**{volume}** than in the week before, and spreads stayed where they had been since {time}.

## What happened

- The announcement was made at {hour}:00 UTC, an hour after the close.
- {firm} [published the figures](https://figures.example/{n}); it declined to comment on the rest.
- The index moved by less than {percent} percent within the day; {n},000 contracts changed hands.

| market | before | after |
|---|--:|--:|
| spot | {n}.20 | {n}.4{percent} |
| futures, December | {n}.60 | {n}.7{percent} |

## Impact on the market

Nothing that settles on the chain itself is affected. Those who lend against the coin should look at
their margin: the last time, rates took nine days to come back.

> We said that it would take a week. It took four days.

Analysts at {other} expect the {thing} to be open again before the end of the month. Until then,
payments above {n},000 wait for a second signature, as they did last year.
"""


def write_news(path: Path, articles: int) -> None:
    """Write a `.jsonl` of articles, the newest minutes before NOW."""
    path.write_text("".join(f"{json.dumps(each)}\n" for each in _news(articles)), "utf-8")


def _news(articles: int) -> Iterator[dict[str, object]]:
    chance = random.Random(7)
    published = NOW
    recent: deque[str] = deque(maxlen=4)
    """Headlines that do not come again at once."""
    for entry in archive(2 * articles):
        if entry.fields["lang"] != "en":
            continue
        published -= timedelta(minutes=chance.randrange(4, 55))
        words = _words(chance, str(entry.fields["category"]))
        mood = str(entry.fields.get("sentiment", "NEUTRAL"))
        headline = chance.choice([each for each in _HEADLINES[mood] if each not in recent])
        recent.append(headline)
        title = headline.format(**words)
        moment = published.isoformat().replace("+00:00", "Z")
        yield {
            **entry.fields,
            "title": title,
            "description": "",
            "publishedAt": moment,
            "updatedAt": moment,
            "stickyWeight": 0,
            "body": _BODY.format(title=title, **words),
        }


def _words(chance: random.Random, category: str) -> dict[str, str]:
    firm, other = chance.sample(_FIRMS, 2)
    return {
        "firm": firm,
        "other": other,
        "coin": category if category in _COINS else "Bitcoin",
        "place": chance.choice(_PLACES),
        "thing": chance.choice(_THINGS),
        "count": chance.choice(_COUNTS),
        "time": chance.choice(_TIMES),
        "n": str(chance.randrange(2, 90)),
        "expected": chance.choice(("for months", "later", "to be larger")),
        "volume": chance.choice(("higher", "lower")),
        "hour": str(chance.randrange(6, 22)),
        "percent": str(chance.randrange(1, 6)),
    }
