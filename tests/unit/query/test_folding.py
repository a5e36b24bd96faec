"""The plain form of a text, as the full-text index, a query and a highlight have it."""

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from unicodedata import ucd_3_2_0

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.engines.sqlite.segment import TABLE
from reader.cache.files.migrations import FULLTEXT_OPTIONS
from reader.cache.fts5 import match_phrase
from reader.query.apostrophes import MOST
from reader.query.folding import (
    folded,
    has_words,
    is_kept,
    is_plain,
    pieces,
    plain_form,
    without_accents,
)
from reader.query.language import Field, Term, parse

FORMS = "69de119e0dfcad93"
"""Of every character of Unicode 3.2, which no later version changes."""


def index(options: str = FULLTEXT_OPTIONS) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 ({options})")
    db.execute("CREATE VIRTUAL TABLE words USING fts5vocab (fulltext, instance)")
    return db


def words_of(texts: Iterable[str]) -> list[list[str]]:
    """What FTS5 makes of the texts when they have been folded."""
    return indexed(index(), [folded(text) for text in texts])


def indexed(db: sqlite3.Connection, texts: list[str]) -> list[list[str]]:
    insert = "INSERT INTO fulltext (rowid, body) VALUES (?, ?)"
    db.executemany(insert, enumerate(texts))
    found: list[list[str]] = [[] for _ in texts]
    for number, word in db.execute("SELECT doc, term FROM words ORDER BY doc, offset"):
        found[number].append(word)
    return found


def finds(query: str, text: str) -> bool:
    db = index()
    db.execute("INSERT INTO fulltext (body) VALUES (?)", (folded(text),))
    (term,) = parse(query).words
    count = "SELECT count(*) FROM fulltext WHERE fulltext MATCH ?"
    return bool(db.execute(count, (match_phrase(term),)).fetchone()[0])


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("今天以太坊的手续费下降了", ["以太坊", "手续费下降", "费", "今*", "太坊*", "了"]),
        ("DeFi协议2024年的TVL", ["协议", "defi", "2024年", "tvl", "DeFi协议", '"defi 协议"']),
        ("东方**明珠**塔", ["东方明珠塔"]),
        ("硬\n分叉", ["硬分叉"]),
        ("ステーキング報酬とﾌﾞﾛｯｸ", ["ステーキング", "報酬", "ブロック", "ﾌﾞﾛｯｸ", "ング報"]),
        ("스테이킹은 쉽다", ["스테이킹", "스테이킹은", "킹", "쉽"]),
        ("ผู้ใช้ซื้อเหรียญ", ["เหรียญ", "ซื้อ", "ใช้", "ผู้ใช้ซื้อ"]),
        ("ການຊື້ຂາຍ", ["ຊື້", "ຂາຍ"]),
        ("តម្លៃប្រាក់", ["ប្រាក់", "តម្លៃ"]),
        ("ငွေကြေးဈေးကွက်", ["ဈေးကွက်", "ငွေ"]),
        ("Чёрный ёж её", ["черный", "чёрный", "ЕЖ", "ее"]),
        ("Їжак, який ґрунт", ["їжак", "який", "ґрунт"]),
        ("за́мок", ["замок"]),
        ("Größe und Maß, GROẞ", ["große", "grosse", "mass", "maß", "gross"]),
        ("eﬃcient ﬂow, œuvre, Ægir", ["efficient", "flow", "oeuvre", "œuvre", "aegir"]),
        ("kırmızı İZMİR", ["kirmizi", "kırmızı", "izmir", "İzmir"]),
        ("Đồng Łódź smørrebrød þing", ["dong", "đồng", "lodz", "smorrebrod", "thing"]),
        ("Ο λόγος της Αθήνας", ["λογος", "ΛΟΓΟΣ", "λόγος", "αθηνας"]),
        ("سُوقُ العُمْلات الرقـــمية أخبار", ["سوق", "العملات", "الرقمية", "اخبار", "أخبار"]),
        ("بیت‌کوین", ["بيت", "کوین", '"بیت کوین"', "بیت‌کوین"]),
        ("שָׁלוֹם", ["שלום"]),
        ("क़ीमतें बढ़ी", ["कीमत", "क़ीमतें", "बढ़ी", "मत"]),
        ("விலைகள்", ["விலை", "கள்"]),
        ("ＥＴＨ１００ ＵＳＤ", ["eth100", "usd", "ＥＴＨ*"]),
        ("𝐁𝐮𝐥𝐥 𝟐𝟎𝟐𝟓 Ⅳ", ["bull", "2025", "iv"]),
        ("٢٠٢٥ ๒๕๖๘", ["2025", "2568"]),
        ("2²⁰ ①", ["2²⁰", "①"]),
        ("stable\u00adcoin, lay\u200ber, ro\u2060ll\ufeffup", ["stablecoin", "layer", "rollup"]),
        ("it’s, комп’ютер, з'їзд, памʼять", ["it's", "комп'ютер", "зʼїзд", "пам'ять", "пам’ять"]),
        ("₿500 up🚀, gm🤑wagmi", ["500", "up", "gm", "wagmi"]),
        ("1️⃣Mint ℹ️Burn ©️Stake", ["1", "mint", "burn", "stake"]),
        ("l1/l2 optimistic-rollups C++ $SOL #defi node.js", ["l2", "optimistic-rollup*", "c++"]),
        ("1/4, vs. Kraken société", ['"vs. kraken"', "societe", "1/4", "SOCIÉTÉ"]),
    ],
)
def test_a_word_of_the_text_is_found_by_typing_it(text: str, queries: list[str]) -> None:
    assert [query for query in queries if not finds(query, text)] == []


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("They don't pay", ["dont", "DONT", "don't", "don’t", "don", "dont*", '"dont pay"']),
        ("They don’t pay", ["dont", "don't", '"they dont"', '"they dont pay"', '"dont pa"*']),
        ("They dont pay", ["dont", "don't", "donʼt", '"don\'t pay"', '"don\'t pa"*']),
        ("That’s what they've said", ["thats", "theyve", '"thats what theyve"']),
        ("Kevin O’Leary", ["oleary", "o'leary", "leary", "olea*", '"kevin oleary"']),
        ("Kevin OLeary", ["o’leary", "oleary", "o'lea*"]),
        ("Coinbase’s", ["coinbase", "coinbase's", "coinbase’s"]),
        ("м'ята", ["м'ята", "м’ята", "мʼята", "м`ята", "мята", "МЯТА", "мят*"]),
        ("м’ята", ["м'ята", "м’ята", "мʼята", "мята", "м'ят*"]),
        ("мʼята", ["м'ята", "м’ята", "мʼята", "мята"]),
        ("мята", ["м'ята", "м’ята", "мʼята", "мята", "м’ят*"]),
        ("Об’єднання з’явилося", ["обєднання", "зявилося", '"обєднання зявилося"', "обєдн*"]),
        ("комп'ютер, пам’ять, здоров'я", ["компютер", "память", "здоровя", "здоровя*", "компют*"]),
        ("під’їзд, роз'їхалися, з’їзд, Лук’яненко", ["підїзд", "розїхалися", "зїзд", "лукяненко"]),
        ("суб’єктові в ім'я п’яти сімей", ["субєктові", "імя", "пяти"]),
    ],
)
def test_a_word_is_found_with_and_without_its_apostrophe(text: str, queries: list[str]) -> None:
    assert [query for query in queries if not finds(query, text)] == []


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("dont*", "Don Trump"),
        ("its", "it's"),
        ("we're", "they were"),
        ("well", "we'll"),
        ("coinbases", "Coinbase's"),
        ("зя*", "з якою"),
        ("dont", "do not"),
    ],
)
def test_an_apostrophe_makes_no_other_word(query: str, text: str) -> None:
    assert not finds(query, text)


def test_a_phrase_with_many_apostrophes_is_asked_for_in_a_few_ways() -> None:
    term = Term(None, "dont " * 500, prefix=True)
    assert match_phrase(term).count(" OR ") < MOST
    assert finds(str(term), "dont " * 500)
    assert finds(str(Term(Field.TITLE, "мята")), "мята") is False


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("太以", "以太坊"),
        ("坊", "以太"),
        ("カ", "ガ"),
        ("กิน", "กัน"),
        ("кий", "кии"),
        ("іжак", "їжак"),
        ("грунт", "ґрунт"),
        ("1018", "10¹⁸"),
        ("2", "①②"),
        ("की", "का"),
    ],
)
def test_different_letters_stay_different(query: str, text: str) -> None:
    assert not finds(query, text)


@pytest.mark.long
def test_fts5_indexes_every_character_as_its_plain_form() -> None:
    some = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    words = words_of(f"a{char}b" for char in some)
    wrong = {
        char: found
        for char, found in zip(some, words, strict=True)
        if found != f"a{plain_form(char)}b".split()
    }
    assert wrong == {}


def test_text_after_a_one_character_word_is_folded_the_same() -> None:
    some = [chr(code) for code in (*range(0x3200), *range(0xFF00, 0xFFF0))]
    words = words_of(f"比{char}b" for char in some)
    assert words == [f"比 {plain_form(char)}b".split() for char in some]


def test_kept_characters_have_a_plain_form_of_the_same_length() -> None:
    kept = filter(is_kept, map(chr, range(0x20000)))
    assert [char for char in kept if len(plain_form(char)) != 1] == []


def test_without_accents_the_words_are_the_same_if_fts5_removes_none() -> None:
    codes = (*range(1, 0x3200), *range(0xA000, 0xAC20), *range(0xD780, 0xD800))
    codes += (*range(0xE000, 0x12000), *range(0x1D000, 0x20000))
    texts = [folded(f"a{chr(code)}b {chr(code)}") for code in codes]
    unaccented = list(map(without_accents, texts))
    assert indexed(index(TABLE), unaccented) == indexed(index(), texts)


def test_plain_characters_are_neither_folded_nor_accented() -> None:
    plain = "".join(filter(is_plain, map(chr, range(1, 0x20000))))
    assert is_kept(plain)
    assert without_accents(plain) == plain
    assert not any(map(is_plain, "éŁßёΩ今🚀"))


@given(st.text())
def test_any_text_has_the_words_of_its_plain_form(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    words = "".join(map(plain_form, pieces(text))).split()
    assert words_of([text]) == [words]
    assert has_words(text) == bool(words)


def test_english_and_ukrainian_are_indexed_unchanged() -> None:
    text = "«Ціна — 5 €», п’ять ґав… “Don’t” café № 7 ™ →"
    assert is_kept(text)
    assert folded(text) is text


@pytest.mark.parametrize("text", ["ʼ", "ـ", "₿", "🚀", "\u200d", "«»", "\u0301", "+"])
def test_text_without_a_word_is_named_in_a_hint(text: str) -> None:
    assert not has_words(text)
    query = parse(text)
    assert query.words == ()
    assert [hint.term for hint in query.hints] == [text]


def test_terms_of_one_plain_form_are_one_lookup() -> None:
    assert match_phrase(Term(None, "ёж")) == match_phrase(Term(None, "еж"))
    assert match_phrase(Term(None, 'Maß"')) == '"Mass"""'


def test_a_change_of_the_plain_forms_needs_a_migration() -> None:
    """An index holds what an earlier version wrote, and is told the same words to forget them.

    If this fails, add a migration that indexes every article again, and the new digest here.
    """
    assert blake2b(b"".join(forms()), digest_size=8).hexdigest() == FORMS


def forms() -> Iterator[bytes]:
    for char in map(chr, range(0x110000)):
        if ucd_3_2_0.category(char) not in ("Cn", "Cs"):
            yield f"{char}{plain_form(char)}\n".encode()
