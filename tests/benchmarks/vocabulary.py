"""The words of the made-up archive: common ones first, then a long made-up tail.

As in any language the n-th most frequent word is about n times rarer than the first. So a single
letter finds nearly every article, a common word a quarter of them, and a rare one a few in a
million: what full-text search has to live with.
"""

import random
from itertools import product

TAIL = 20_000
"""Made-up words of a language."""

USUAL = 3_000
"""Words that sentences are made of. The others are at the end of a body, drawn for each one."""

SENTENCES = 5_000
"""Different ones in a language. A body is put together from them: that is what makes it fast."""

_ENGLISH = """
the of to and a in for on is by with as at bitcoin market price ETF exchange network traders supply
holders miners liquidity reserve futures spot volume outflows inflows ethereum XRP solana SEC index
fund wallet bridge validator upgrade ledger token stable coin yield margin court ruling bank policy
rate inflation growth report quarter investors demand pressure support level signal weekly record
outflow inflow custody rises falls holds slows expects warns notes adds plans tests after before
during while against across under above near quietly sharply again early late ripple binance tether
stablecoin treasury blockchain protocol
"""
_UKRAINIAN = """
і в на з що за до у не для як про та від ринок ціна біткоїн ETF біржа мережа трейдери пропозиція
власники майнери ліквідність резерв ф'ючерси спот обсяг індекс фонд гаманець міст валідатор Bitcoin
оновлення реєстр токен монета дохід маржа суд рішення банк XRP політика ставка інфляція зростання
звіт квартал інвестори попит тиск підтримка рівень сигнал рекорд відтік приплив зберігання росте
падає тримається сповільнюється очікує попереджає зазначає додає планує тестує після перед під час
проти через понад біля тихо різко знову рано пізно
"""
COMMON = {"en": _ENGLISH.split(), "uk": _UKRAINIAN.split()}
ASIDES = ["—", "$94,250", "12.5%", "“", "№ 7", "Q4", "€1.2B"]

_SOUNDS = {"en": ("bcdfgklmnprstvz", "aeiou"), "uk": ("бвгдзклмнпрстхш", "аеиоу")}


class Vocabulary:
    """A language. `sentences`: SENTENCES of them, of 14 to 27 words, none of them a rare one."""

    def __init__(self, lang: str, chance: random.Random) -> None:
        self._chance = chance
        self._words = [*COMMON[lang], *_made_up(*_SOUNDS[lang], chance)]
        self.sentences = [self._sentence() for _ in range(SENTENCES)]

    def words(self, count: int, of: int = TAIL) -> list[str]:
        """Drawn from the `of` most frequent; a rank that is log-uniform is Zipf-distributed."""
        words, random_ = self._words, self._chance.random
        return [words[int(of ** random_()) - 1] for _ in range(count)]

    def _sentence(self) -> str:
        words = self.words(self._chance.randrange(14, 28), USUAL)
        words.insert(4, self._chance.choice(ASIDES))
        return capitalized(" ".join(words)) + "."


def capitalized(text: str) -> str:
    """As `str.capitalize`, but ETF stays ETF."""
    return text[:1].upper() + text[1:]


def _made_up(consonants: str, vowels: str, chance: random.Random) -> list[str]:
    """TAIL different words of two to four syllables, the short ones first."""
    syllables = ["".join(pair) for pair in product(consonants, vowels)]
    words: dict[str, None] = {}
    while len(words) < TAIL:
        length = 2 + (len(words) > 2_000) + (len(words) > 12_000)
        words["".join(chance.choices(syllables, k=length))] = None
    return list(words)
