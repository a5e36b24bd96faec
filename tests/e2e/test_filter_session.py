"""Narrowing the list by single keys, by the picker, by clicks and from the command line."""

import random
import re
import shutil
from pathlib import Path

import pytest

from reader.cache.store import Store
from tests.builders import article, put
from tests.e2e.archive import ENGLISH, SHOWN, titled
from tests.e2e.conftest import Reader, leave
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("data")

MINUS = "\N{MINUS SIGN}"


def having(*tags: str, sentiment: str | None = None) -> int:
    """English articles with all the tags and the sentiment."""
    return sum(
        set(tags) <= set(story.tags) and sentiment in (None, story.sentiment) for story in ENGLISH
    )


def shows(terminal: Terminal, count: int) -> None:
    terminal.wait_for(lambda t: re.search(rf"(?<!\d){count} of {SHOWN} articles", t.text))


def chips(terminal: Terminal) -> list[str]:
    """What filters now, as the top line has it."""
    return terminal.display[0].partition("│")[0].split()


def digits(terminal: Terminal) -> dict[str, str]:
    """Tag with its sign and count by digit."""
    found = re.findall(r"(?<!\S)([1-9]) (\S+(?: [A-Z]+)*(?: \d+)?)", terminal.display[0])
    return dict(found)


# Digits


def test_the_nine_most_frequent_tags_have_digits(reader: Reader) -> None:
    terminal = reader()
    assert digits(terminal)["1"] == "BTC 10"
    assert digits(terminal)["2"] == "MARKET 9"
    assert digits(terminal)["7"] == "BITCOIN NEWS 4"
    assert len(digits(terminal)) == 9


def test_a_digit_includes_then_excludes_then_clears(reader: Reader) -> None:
    terminal = reader()
    terminal.send("2")
    shows(terminal, having("MARKET"))
    assert chips(terminal) == ["en", "+MARKET"]
    assert digits(terminal)["2"] == f"+MARKET {having('MARKET')}"
    terminal.send("2")
    shows(terminal, len(ENGLISH) - having("MARKET"))
    assert chips(terminal) == ["en", f"{MINUS}MARKET"]
    assert digits(terminal)["2"] == f"{MINUS}MARKET"
    assert not any(line.startswith(" ▸ MARKET") for line in terminal.display)
    terminal.send("2")
    shows(terminal, len(ENGLISH))
    assert chips(terminal) == ["en"]


def test_two_digits_narrow_together(reader: Reader) -> None:
    terminal = reader()
    terminal.send("1")
    shows(terminal, having("BTC"))
    digit = next(key for key, tag in digits(terminal).items() if tag.startswith("ETF"))
    terminal.send(digit)
    shows(terminal, having("BTC", "ETF"))
    assert chips(terminal) == ["en", "+BTC", "+ETF"]
    assert digits(terminal)[digit] == f"+ETF {having('BTC', 'ETF')}"
    terminal.send("J")
    terminal.wait_for("Desk note 1001.")


def test_the_cursor_stays_on_its_article_through_a_filter(reader: Reader) -> None:
    terminal = reader()
    terminal.send("gjjjjjj1")
    shows(terminal, having("BTC"))
    terminal.send("l")
    terminal.wait_for("Desk note 1003.")


# Sentiment and language


def test_sentiment_keys_replace_one_another(reader: Reader) -> None:
    terminal = reader()
    for key, glyph, sentiment in (
        ("+", "▲", "POSITIVE"),
        ("-", "▼", "NEGATIVE"),
        ("=", "■", "NEUTRAL"),
    ):
        terminal.send(key)
        shows(terminal, having(sentiment=sentiment))
        assert chips(terminal) == ["en", glyph]
    terminal.send("0")
    shows(terminal, len(ENGLISH))
    assert chips(terminal) == ["en"]


def test_sentiment_and_tag_are_both_asked_for(reader: Reader) -> None:
    terminal = reader()
    terminal.send("1-")
    shows(terminal, having("BTC", sentiment="NEGATIVE"))
    assert chips(terminal) == ["en", "+BTC", "▼"]


def test_the_language_key_cycles(reader: Reader) -> None:
    terminal = reader()
    terminal.send("L")
    shows(terminal, 11)
    assert chips(terminal) == ["uk"]
    assert "Ключі від сховища" in terminal.text
    terminal.send("L")
    terminal.wait_for(f"· {len(ENGLISH)} articles")  # each with its twin
    assert chips(terminal) == ["all", "articles"]
    terminal.send("L")
    shows(terminal, 28)
    assert chips(terminal) == ["en"]


# Taking filters away


def test_escape_drops_the_last_filter_and_x_all_but_the_language(reader: Reader) -> None:
    terminal = reader()
    terminal.send("1-")
    shows(terminal, having("BTC", sentiment="NEGATIVE"))
    terminal.send("<Esc>")
    shows(terminal, having("BTC"))
    assert chips(terminal) == ["en", "+BTC"]
    terminal.send("+")
    shows(terminal, having("BTC", sentiment="POSITIVE"))
    terminal.send("Lx")
    shows(terminal, len(ENGLISH))
    assert chips(terminal) == ["en"]


def test_an_empty_answer_says_how_to_get_out(reader: Reader) -> None:
    terminal = reader()
    terminal.send("1")
    shows(terminal, having("BTC"))
    terminal.send("t")
    terminal.wait_for("Tags")
    terminal.send("law<Enter>")
    terminal.wait_for("No such tag here")
    terminal.send("<Esc>")
    terminal.wait_for("j k move")
    terminal.send("<Esc>")
    shows(terminal, len(ENGLISH))
    empty = reader("tag:btc", "tag:law")
    empty.wait_for("No article matches.")
    empty.send("jklhn<Enter>")
    empty.wait_for("no next unread article")
    empty.send("x")
    shows(empty, len(ENGLISH))


# The picker


def test_the_picker_cycles_the_tag_and_stays_open(reader: Reader) -> None:
    terminal = reader()
    terminal.send("t")
    terminal.wait_for(lambda t: "Tags" in t.text and "Enter" in t.text)
    terminal.send("stak")
    terminal.wait_for("› ")
    terminal.wait_for(lambda t: "1 of 12" in t.text)
    terminal.send("<Enter>")
    shows(terminal, having("STAKING"))
    assert chips(terminal) == ["en", "+STAKING"]
    terminal.send("<Enter>")
    shows(terminal, len(ENGLISH) - having("STAKING"))
    assert chips(terminal) == ["en", f"{MINUS}STAKING"]
    terminal.send("<Enter>")
    shows(terminal, len(ENGLISH))
    assert "Tags" in terminal.text, "the picker has closed"
    terminal.send("<Esc>")
    terminal.wait_for(lambda t: "Tags" not in t.text)


def test_the_picker_finds_a_tag_with_a_space_by_a_few_letters(reader: Reader) -> None:
    terminal = reader()
    terminal.send("t")
    terminal.wait_for("Tags")
    terminal.send("bn<Enter>")
    shows(terminal, having("BITCOIN NEWS"))
    terminal.send("<Esc>")
    terminal.wait_for(lambda t: "Tags" not in t.text)
    assert chips(terminal) == ["en", "+BITCOIN", "NEWS"]
    assert digits(terminal)["7"] == "+BITCOIN NEWS 4", "it had that digit before"


def test_a_tag_from_the_picker_takes_the_highest_free_digit(reader: Reader) -> None:
    terminal = reader()
    assert "STAKING" not in terminal.display[0]
    terminal.send("t")
    terminal.wait_for("Tags")
    terminal.send("staking<Enter>")
    shows(terminal, having("STAKING"))
    assert digits(terminal)["9"] == "+STAKING 2"
    terminal.send("<Esc>")
    terminal.wait_for(lambda t: "Tags" not in t.text)
    terminal.send("9")
    shows(terminal, len(ENGLISH) - having("STAKING"))


def test_the_keys_of_the_list_are_letters_in_the_picker(reader: Reader) -> None:
    terminal = reader()
    terminal.send("t")
    terminal.wait_for("Tags")
    terminal.send("qx1 J?")
    terminal.wait_for("qx1 J?")
    terminal.send("<Esc>")
    shows(terminal, len(ENGLISH))
    assert chips(terminal) == ["en"]


# Clicks


def test_a_click_cycles_a_tag_and_removes_a_chip(reader: Reader) -> None:
    terminal = reader()
    terminal.click(*terminal.find("MARKET 9"))
    shows(terminal, having("MARKET"))
    terminal.click(*terminal.find("+MARKET"))
    shows(terminal, len(ENGLISH))
    terminal.click(*terminal.find("en"))
    terminal.wait_for(f"· {len(ENGLISH)} articles")  # each with its twin


def test_a_click_on_a_tag_of_the_article_filters_by_it(reader: Reader) -> None:
    terminal = reader()
    terminal.send("gjjjjl")
    terminal.wait_for("Desk note 1001.")
    terminal.click(*terminal.find("ETF▌"))
    shows(terminal, having("ETF"))
    assert chips(terminal) == ["en", "+ETF"]


# Where a session starts


def test_a_query_on_the_command_line_is_the_first_filter(reader: Reader) -> None:
    terminal = reader("tag:xrp", "-tag:market", "sentiment:negative")
    assert chips(terminal) == ["en", "+XRP", f"{MINUS}MARKET", "▼"]
    shows(terminal, 3)
    terminal.send("<Esc>")
    shows(terminal, 4)


def test_words_and_phrases_are_chips(reader: Reader) -> None:
    terminal = reader('"fast blocks"')
    assert '"fast blocks"' in terminal.display[0]
    assert "1 of 39 articles" in terminal.text
    assert titled("1023")[:20] in terminal.text


def test_a_language_in_the_query_replaces_the_readers(reader: Reader) -> None:
    assert chips(reader("lang:uk")) == ["uk"]


def test_the_reader_starts_in_the_language_of_the_locale(reader: Reader) -> None:
    terminal = reader(env={"LANG": "uk_UA.UTF-8", "CRYPTOREAD_LANGUAGE": "en"})
    assert chips(terminal) == ["uk"]
    assert f"11 of {SHOWN} articles" in terminal.text
    terminal.send("Lx")
    shows(terminal, 11)


def test_a_language_that_no_article_has_shows_all(reader: Reader) -> None:
    terminal = reader(env={"LANG": "fr_FR.UTF-8"})
    assert chips(terminal) == ["all", "articles"]
    assert f"{len(ENGLISH)} unread · {len(ENGLISH)} articles" in terminal.text


def test_the_language_setting_overrides_the_locale(reader: Reader, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('language = "uk"\n')
    assert chips(reader("--config", settings)) == ["uk"]


def test_digits_typed_fast_on_a_cold_archive_of_many_tags_filter_and_quit_cleanly(
    reader: Reader, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "data")
    with Store(tmp_path / "data") as store:
        put(store, [article(n, tags=many_tags(n)) for n in range(3000)])
    terminal = reader()
    assert terminal.display[0].split("│")[1].startswith(" 1 EVEN 1500  2 THIRD 1000")
    terminal.send("112")
    terminal.wait_for("2 +THIRD 500")
    assert chips(terminal) == ["en", f"{MINUS}EVEN", "+THIRD"]
    terminal.send("12x")
    terminal.wait_for("1 EVEN 1500  2 THIRD 1000")
    terminal.send("1")  # whose counts are not waited for
    leave(terminal)
    assert not (tmp_path / "logs" / "cryptoread.log").exists()


def many_tags(n: int) -> tuple[str, ...]:
    """Two that many articles have, and three of thousands that few have."""
    shuffled = random.Random(n)
    common = [name for name, step in (("EVEN", 2), ("THIRD", 3)) if n % step == 0]
    return (*common, *(f"RARE {k}" for k in shuffled.sample(range(3000), 3)))
