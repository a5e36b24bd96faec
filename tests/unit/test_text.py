"""Gate 1: the characters that a cleaned text may contain."""

import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.text import (
    clean,
    clean_line,
    decode,
    display_name,
    escaped_in_json,
    is_clean,
    is_visible,
)
from tests.examples import examples

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x00\x07\x08\x1b\x7f\x80\x85\x90\x9b\x9c\x9d\r\n\t\u2028\u2029\ufeff"),
        st.sampled_from("\u202a\u202e\u2066\u2069\U000e0041\ud800\udcff\ufdd0\uffff\U0001fffe"),
        st.sampled_from("ÂÃâÐÑðï€™œ¦\x9d©\xa0Ÿš»¿½\u0300\u0301\u0316\u0344Aeао]P[;mc"),
    ),
    max_size=60,
)
FORBIDDEN = {"Cc", "Cs"}


def is_safe(char: str) -> bool:
    code = ord(char)
    return (
        (char in "\n\t" or unicodedata.category(char) not in FORBIDDEN)
        and not 0x202A <= code <= 0x202E
        and not 0x2066 <= code <= 0x2069
        and not 0xE0000 <= code <= 0xE007F
        and not 0xFDD0 <= code <= 0xFDEF
        and code & 0xFFFE != 0xFFFE
        and char not in "\ufeff\u2028\u2029"
    )


@given(HOSTILE)
@examples(300)
@example("A\u202e\u0303\xa9")  # what is taken out and composed uncovers more
@example("Ã\u202e©Ã©")
@example("\x1b\x1b[m[2J")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(HOSTILE)
@examples(300)
def test_a_clean_text_has_no_control_sequence(text: str) -> None:
    cleaned = clean(text)
    assert [char for char in cleaned if not is_safe(char)] == []
    assert unicodedata.is_normalized("NFC", cleaned)


def test_characters_that_need_no_cleaning_stay_as_they_are_in_any_order() -> None:
    plain = "".join(filter(is_clean, map(chr, range(0x110000))))
    assert {*"az09\n\t Жїˈ№€漢字한"} <= {*plain}
    assert [char for char in plain if not is_safe(char) or unicodedata.combining(char)] == []
    for text in (plain, plain[::-1], "a".join(plain)):
        assert unicodedata.is_normalized("NFC", text)
        assert clean(text) == text


def test_every_unsafe_character_is_removed_and_every_other_one_stays() -> None:
    chars = [char for char in map(chr, range(0x110000)) if char not in "\n\r\u2028\u2029"]
    cleaned = clean("\n".join(chars)).split("\n")
    for char, left in zip(chars, cleaned, strict=True):
        if not is_safe(char):
            assert left == ""
        elif left != unicodedata.normalize("NFC", char):
            # Deprecated or invisible to all but programs: format controls, annotations.
            assert 0x206A <= ord(char) <= 0x206F or 0xFFF9 <= ord(char) <= 0xFFFB


@pytest.mark.parametrize(
    "text",
    [
        "Bitcoin’s price — “up” 5 %…\n\tnext",
        "Біткойн впав нижче $94,000; її аналіз, ґанок",
        "NÃO à mão: IRMÃ” AMANHÃ… Â",
        "voilà\u00a0» dit l’été où ça naïf",
        "👩‍👩‍👧 🏳️‍🌈 🚀",
        "שלום\u200f עולם",
        "日本語の見出し",
    ],
)
def test_real_language_is_left_alone(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("broken", "right"),
    [
        ("Theyâ€¦ said", "They… said"),
        ("Itâ€™s â€œhereâ€\x9d", "It’s “here”"),
        ("cafÃ© for 5Â£", "café for 5£"),
        ("Ð‘Ñ–Ñ‚ÐºÐ¾Ð¹Ð½ Ð²Ð¿Ð°Ð²", "Біткойн впав"),
        ("Ð\x9fÑ\x80Ð¸Ð²Ñ\x96Ñ‚", "Привіт"),
        ("ðŸš€ to the moon", "🚀 to the moon"),
        ("good — line\nbad â€“ line", "good — line\nbad – line"),
    ],
)
def test_mojibake_is_repaired(broken: str, right: str) -> None:
    assert clean(broken) == right


def test_quotes_and_entities_next_to_a_repair_are_unchanged() -> None:
    assert clean("“Fish &amp; chips” â€” ﬁne") == "“Fish &amp; chips” — ﬁne"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\x1b]52;c;aGVsbG8=\x07b", "ab"),
        ("a\x1b]0;title\x1b\\b", "ab"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("a\x1bP1;2|payload\x1b\\b", "ab"),
        ("\x1b]unterminated headline\nand its text", "]unterminated headline\nand its text"),
        ("\x1bHeadline", "Headline"),
    ],
)
def test_an_escape_sequence_is_removed_completely_without_any_text(text: str, left: str) -> None:
    assert clean(text) == left


def test_line_ends_become_newlines() -> None:
    assert clean("a\r\nb\rc\u2028d\ne") == "a\nb\nc\nd\ne"


def test_a_crowd_of_combining_marks_is_cut_before_it_takes_time() -> None:
    assert len(clean("e" + "\u0301\u0316" * 200_000 + "x")) < 40


def test_a_line_has_no_breaks_and_single_spaces() -> None:
    assert clean_line(" a\n b\t\tc\u00a0 d\x1b[2J ") == "a b c d"


@pytest.mark.parametrize("text", ["\xa0ï»¿", " \xa0ï»¿x", "\x85ï»¿ a"])
def test_cleaning_a_line_twice_changes_nothing(text: str) -> None:
    line = clean_line(text)
    assert clean_line(line) == line
    assert "ï" not in line


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("", False),
        (" \xa0\u3000", False),
        ("\u200b\u200d\xad", False),
        (" \u200b.", True),
        ("ї", True),
    ],
)
def test_a_line_of_spaces_and_joiners_shows_nothing(text: str, visible: bool) -> None:
    assert is_visible(text) is visible


def test_a_file_name_that_is_not_utf_8_can_be_shown() -> None:
    assert display_name("caf\udce9\n[BTC].md") == "caf\ufffd [BTC].md"
    assert display_name(b"caf\xe9.md") == "caf\ufffd.md"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_honoured_and_dropped(encoding: str) -> None:
    assert decode("Їжак 🦔".encode(encoding)) == ("Їжак 🦔", None)


def test_bytes_that_are_not_utf_8_are_replaced_and_named() -> None:
    text, note = decode(b"caf\xe9 au lait")
    assert text == "caf\ufffd au lait"
    assert note == "not valid UTF-8 at byte 3: unreadable characters were replaced"


@given(st.binary(max_size=80))
@examples(100)
def test_any_bytes_become_text(data: bytes) -> None:
    clean(decode(data)[0]).encode()


@given(st.text())
def test_json_reads_the_same_when_what_acts_on_a_terminal_is_escaped(text: str) -> None:
    written = escaped_in_json(json.dumps({"a": [text]}, ensure_ascii=False, indent=2))
    assert json.loads(written) == {"a": [text]}
    assert all(map(is_harmless, set(written) - {"\n"}))


def is_harmless(char: str) -> bool:
    return not unicodedata.category(char).startswith("C") or clean(char) == char


@pytest.mark.parametrize(
    "char", ["\x1b", "\x9b", "\x7f", "\u202e", "\u2066", "\ufeff", "\U000e0041"]
)
def test_no_control_is_written_raw_into_json(char: str) -> None:
    written = escaped_in_json(json.dumps(f"a{char}b", ensure_ascii=False))
    assert char not in written
    assert written.isascii()
