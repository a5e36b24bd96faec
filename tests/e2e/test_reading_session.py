"""Launch, move, open, read, leave, come back: a reader's session in a real terminal."""

import json
import random
import re
from pathlib import Path

import pytest

from tests.e2e.archive import DRAFT, LONG, PINNED, STORIES, titled
from tests.e2e.conftest import Command, Reader, leave
from tests.terminal import Terminal

WIDTHS_AND_HEIGHTS = [(80, 24), (200, 60), (99, 30), (100, 31), (30, 8), (8, 3), (1, 1), (120, 40)]

pytestmark = pytest.mark.usefixtures("data")


def note(external_id: str) -> str:
    return STORIES[external_id].note


def listed(terminal: Terminal) -> str:
    """The list, without what stands beside it."""
    return "\n".join(line[:48] for line in terminal.display)


def unread(terminal: Terminal, number: int) -> None:
    terminal.wait_for(f"{number} unread")


def paragraphs(terminal: Terminal) -> list[int]:
    """Those of the long story that are in view."""
    return [int(n) for n in re.findall(r"Paragraph (\d+) of", terminal.text)]


# The first screen


def test_the_first_start_opens_the_largest_group(reader: Reader) -> None:
    terminal = reader()
    rows = [" ".join(line[:38].partition("⧉")[0].split()) for line in terminal.display[1:6]]
    pinned, first = f"• · {titled(PINNED)}", f"• {titled('1001')}"
    assert rows == ["▾ ⚑ PINNED", pinned, "▾ BTC", "▾ ▲ positive", first]
    assert titled("1005") not in terminal.text, "a second group stands open"
    assert "28 unread · 28 of 39 articles" in terminal.text


@pytest.mark.long
def test_categories_are_sorted_by_size_with_other_last(reader: Reader) -> None:
    terminal = reader()
    names = ("PINNED", "▾ BTC", "▸ MARKET", "▸ ETH", "▸ SOL", "▸ REGULATION", "▸ OTHER")
    rows = [terminal.find(name)[1] for name in names]
    assert rows == sorted(rows)


@pytest.mark.long
def test_a_draft_is_not_shown_unless_asked_for(reader: Reader) -> None:
    terminal = reader("is:draft")
    terminal.wait_for(titled(DRAFT))
    assert "1 of 39 articles" in terminal.text


# Moving and opening


def test_j_and_k_move_and_l_opens(reader: Reader) -> None:
    terminal = reader()
    terminal.send("gjjjjjjkl")
    terminal.wait_for(note("1002"))
    unread(terminal, 27)
    assert titled("1002") in terminal.text


@pytest.mark.long
def test_enter_opens_and_tab_goes_back_to_the_list(reader: Reader) -> None:
    terminal = reader()
    terminal.send("gjjjj<Enter>")
    terminal.wait_for(note("1001"))
    terminal.wait_for("j k scroll")
    terminal.send("<Tab>")
    terminal.wait_for("j k move")
    terminal.send("jl")
    terminal.wait_for(note("1002"))


def test_groups_open_and_close(reader: Reader) -> None:
    terminal = reader()
    terminal.send("Gl")
    terminal.wait_for("▾ OTHER")
    terminal.send("l<Enter>")
    terminal.wait_for(titled("1028"))
    terminal.send("h")
    terminal.wait_for(lambda t: titled("1028") not in listed(t))
    terminal.send("gjjh")
    terminal.wait_for(lambda t: titled("1001") not in listed(t))
    assert "▸ BTC" in listed(terminal)


@pytest.mark.long
def test_next_and_previous_go_through_every_group_from_anywhere(reader: Reader) -> None:
    terminal = reader()
    for external_id in ("1019", "1001", "1002", "1003", "1004", "1005"):
        terminal.send("J")
        terminal.wait_for(note(external_id))
    terminal.send("K")
    terminal.wait_for(note("1004"))
    terminal.send("gJ")
    terminal.wait_for(note("1005"))


def test_next_unread_passes_over_what_was_read(reader: Reader) -> None:
    terminal = reader()
    terminal.send("gjjjjjl")
    terminal.wait_for(note("1002"))
    terminal.send("K")
    terminal.wait_for(note("1001"))
    unread(terminal, 26)
    terminal.send("n")
    terminal.wait_for(note("1003"))
    unread(terminal, 25)
    terminal.send("N")
    terminal.wait_for(note("1019"))


@pytest.mark.long
def test_the_end_of_the_list_says_so(reader: Reader) -> None:
    terminal = reader("tag:law")
    terminal.send("JJ")
    terminal.wait_for(note("1026"))
    terminal.send("J")
    terminal.wait_for("no next article in this list")
    terminal.send("n")
    terminal.wait_for("no next unread article in this list")


# The reading pane


def test_a_long_article_scrolls_to_its_end_and_back(reader: Reader) -> None:
    terminal = reader("title:vault")
    terminal.send("n<Tab>")
    terminal.wait_for(lambda t: note(LONG) in t.text and "j k scroll" in t.text)
    page = paragraphs(terminal)
    terminal.send("<Space>")
    terminal.wait_for(lambda t: paragraphs(t)[0] in (page[-1], page[-1] + 1))
    terminal.send("G")
    terminal.wait_for("The end of the matter.")
    assert 120 in paragraphs(terminal)
    terminal.send("kkk")
    terminal.wait_for(lambda t: "The end of the matter." not in t.text)
    terminal.send("g")
    terminal.wait_for(note(LONG))


@pytest.mark.long
def test_the_header_tells_what_is_known_of_the_article(reader: Reader) -> None:
    terminal = reader("title:hoard")
    terminal.send("n")
    terminal.wait_for(note("1003"))
    terminal.send("z")
    terminal.wait_for(lambda t: "AI rewritten" in t.text.replace("\xa0", " "))
    shown = terminal.text.replace("\xa0", " ")
    for fact in ("Harbour Gazette", "▲ positive", "20 Nov 2025 15:00", "AI rewritten", "1 min"):
        assert fact in shown
    assert "▐BITCOIN NEWS▌" in shown
    assert "pictures.example.org" in shown


@pytest.mark.long
def test_the_reading_pane_is_shown_alone_and_back(reader: Reader) -> None:
    terminal = reader()
    terminal.send("n")
    terminal.wait_for(note("1019"))
    terminal.send("z")
    terminal.wait_for(lambda t: "PINNED" not in t.text)
    assert note("1019") in terminal.text
    terminal.send("z")
    terminal.wait_for("PINNED")


@pytest.mark.long
def test_the_list_grows_and_shrinks(reader: Reader) -> None:
    terminal = reader()
    before, row = terminal.find("10/10")
    terminal.send(">")
    terminal.wait_for(lambda t: t.find("10/10") == (before + 4, row))
    terminal.send("<")
    terminal.wait_for(lambda t: t.find("10/10") == (before, row))
    terminal.send("<")
    terminal.wait_for(lambda t: t.find("10/10") == (before - 4, row))


@pytest.mark.long
def test_the_group_key_goes_through_every_grouping(reader: Reader) -> None:
    terminal = reader()
    for grouping in ("latest first", "by source", "by story", "no groups", "by category"):
        terminal.send("s")
        terminal.wait_for(grouping)
    terminal.send("ss")
    terminal.wait_for("by source")
    assert "Harbour Gazette" in terminal.text or "harbour_gazette_" in terminal.text


# Boxes


def test_help_names_the_keys_and_the_data_folder(reader: Reader, tmp_path: Path) -> None:
    terminal = reader(size=(160, 60))
    terminal.send("?")
    terminal.wait_for("Query language")
    assert "Open the next article" in terminal.text
    terminal.send("G")
    terminal.wait_for(str(tmp_path)[:30])
    assert "Where the data is" in terminal.text
    terminal.send("<Esc>")
    terminal.wait_for(lambda t: "Query language" not in t.text)


@pytest.mark.long
def test_the_palette_runs_any_action(reader: Reader) -> None:
    terminal = reader()
    terminal.send("<C-p>")
    terminal.wait_for("Search for commands")
    terminal.send("group by")
    terminal.wait_for("Group by (s)")
    terminal.send("<Enter>")
    terminal.wait_for("latest first")


@pytest.mark.long
def test_a_click_on_the_key_line_is_the_key(reader: Reader) -> None:
    terminal = reader()
    terminal.click(*terminal.find("n next unread"))
    terminal.wait_for(note("1019"))
    terminal.send("jjj")
    terminal.click(*terminal.find("Enter open"))
    terminal.wait_for(note("1001"))


# Windows of all sizes


def test_a_narrow_window_shows_one_pane_at_a_time(reader: Reader) -> None:
    terminal = reader(size=(80, 24))
    assert "?  shows" not in terminal.text
    terminal.send("gjjjjl")
    terminal.wait_for(note("1001"))
    terminal.wait_for(lambda t: "PINNED" not in t.text)
    terminal.send("J")
    terminal.wait_for(note("1002"))
    terminal.send("<Esc>")
    terminal.wait_for("PINNED")
    assert note("1002") not in terminal.text
    terminal.send("<Tab>")
    terminal.wait_for(note("1002"))
    leave(terminal)


def test_a_storm_of_resizes_ends_in_a_whole_screen(reader: Reader) -> None:
    terminal = reader()
    terminal.send("gjjjjl")
    terminal.wait_for(note("1001"))
    shuffled = random.Random(7)
    for _ in range(40):
        terminal.resize(*shuffled.choice(WIDTHS_AND_HEIGHTS))
        terminal.send("J")
    terminal.resize(120, 24)
    terminal.wait_for(lambda t: "28 of 39 articles" in t.display[-2] and "▾ " in t.text)
    terminal.wait_for(lambda t: t.display[-1].rstrip().endswith("? help"))
    leave(terminal)


@pytest.mark.long
def test_a_window_that_shrinks_and_grows_back_at_once_is_repainted(reader: Reader) -> None:
    terminal = reader()
    terminal.wait_for("The newest 24 hours")
    whole = terminal.text
    terminal.resize(8, 3)
    terminal.resize(120, 24)
    terminal.wait_for(lambda t: t.text == whole)


@pytest.mark.long
def test_a_window_of_one_cell_is_survived(reader: Reader) -> None:
    terminal = reader(size=(1, 1), wait_for="")
    terminal.wait_for(lambda t: t.alternate_screen)
    terminal.send("jjl?")
    terminal.resize(120, 24)
    terminal.wait_for("To the next row")
    terminal.send("<Esc>")
    terminal.wait_for(lambda t: "To the next row" not in t.text)
    leave(terminal)


# The mouse


def test_a_click_opens_the_article_and_folds_the_group(reader: Reader) -> None:
    terminal = reader()
    terminal.click(*terminal.find(titled("1003")))
    terminal.wait_for(note("1003"))
    terminal.click(*terminal.find("▸ SOL"))
    terminal.wait_for("▾ SOL")
    terminal.click(*terminal.find("▾ SOL"))
    terminal.wait_for("▸ SOL")


def test_the_other_language_and_back_at_80_columns(reader: Reader, command: Command) -> None:
    terminal = reader(size=(80, 24))
    terminal.send("gjjjjT")
    terminal.wait_for("Ключі від сховища у скляній скрині")
    terminal.send("T")
    terminal.wait_for("Vault keys move to a glass box")
    terminal.send("h")
    unread(terminal, 27)
    leave(terminal)
    read = json.loads(command("list", "is:read", "--format", "json").stdout)
    assert {each["lang"] for each in read} == {"en", "uk"}


@pytest.mark.long
def test_the_wheel_scrolls_and_changes_nothing(reader: Reader, command: Command) -> None:
    terminal = reader(size=(120, 17))
    terminal.send("gjjjjl")
    terminal.wait_for(note("1001"))
    unread(terminal, 27)
    first_row = terminal.display[0]
    terminal.wheel(5, 5, 20)
    terminal.wait_for(lambda t: "PINNED" not in t.text and "▸ OTHER" in t.text)
    terminal.wheel(80, 5, 10)
    terminal.wait_for(lambda t: note("1001") not in t.text)
    terminal.wheel(20, 0, 5)
    terminal.wheel(20, 15, 5)
    terminal.wheel(20, 16, 5)
    terminal.wheel(5, 5, -30)
    terminal.wait_for("PINNED")
    assert terminal.display[0] == first_row
    assert "27 unread" in terminal.text
    terminal.send("J")
    terminal.wait_for(note("1002"))
    leave(terminal)
    assert command("list", "is:read", "lang:en").stdout.count("\n") == 2


# Leaving and coming back


def test_q_exits_with_0_and_restores_the_terminal(reader: Reader) -> None:
    terminal = reader()
    assert terminal.alternate_screen
    assert terminal.mouse_on
    leave(terminal)


def test_ctrl_q_quits_from_a_box_too(reader: Reader) -> None:
    terminal = reader()
    terminal.send("t")
    terminal.wait_for("Tags")
    terminal.send("<C-q>")
    assert terminal.wait_exit() == 0
    assert terminal.unrestored() == []


def test_groups_and_cursor_are_as_they_were_left(reader: Reader) -> None:
    first = reader()
    first.click(*first.find("▸ ETH"))
    first.wait_for("▾ ETH")
    first.click(*first.find("▸ ▼ negative"))
    first.wait_for(titled("1006"))
    first.click(*first.find(titled("1006")))
    first.wait_for(note("1006"))
    leave(first)
    second = reader()
    assert "▾ ETH" in second.text
    second.wait_for(titled("1006"))
    second.send("l")
    second.wait_for(note("1006"))


def test_an_article_opens_where_it_was_left(reader: Reader) -> None:
    first = reader()
    first.send("gjjjjl")
    first.wait_for(lambda t: paragraphs(t)[:1] == [1] and "j k scroll" in t.text)
    first.send("<Space>")
    first.wait_for(lambda t: paragraphs(t)[:1] > [1])
    left = paragraphs(first)
    leave(first)
    second = reader()
    second.send("l")
    second.wait_for(lambda t: paragraphs(t) == left)


@pytest.mark.long
def test_another_grouping_and_another_width_are_kept(reader: Reader) -> None:
    first = reader()
    before, _ = first.find("10/10")
    first.send(">")
    first.wait_for(lambda t: t.find("10/10")[0] == before + 4)
    first.send("ss")
    first.wait_for("by source")
    leave(first)
    second = reader()
    assert "by source" in second.text
    second.send("sss")
    second.wait_for("by category")
    assert second.find("10/10")[0] == before + 4


# Search


def test_a_search_finds_while_it_is_typed_and_escape_restores_the_list(reader: Reader) -> None:
    terminal = reader()
    terminal.send("jjj")
    terminal.wait_for("28 of 39 articles")
    terminal.wait_for("The newest 24 hours")
    before = terminal.text
    terminal.send("/title:miners")
    terminal.wait_for("1 of 39 articles")
    assert "Miners sleep while fees rest" in terminal.text
    terminal.send("<Esc>")
    terminal.wait_for(lambda t: t.text == before)


def test_a_search_that_is_kept_is_a_filter_and_is_remembered(reader: Reader) -> None:
    terminal = reader()
    terminal.send("/tag:st")
    terminal.wait_for("tag:staking")
    terminal.send("<Tab>")
    terminal.wait_for("+STAKING")
    terminal.send("<Enter>")
    terminal.wait_for("j k move")
    leave(terminal)
    again = reader()
    again.send("/")
    again.wait_for("earlier searches")
    again.send("<Up>")
    again.wait_for("/ tag:staking")


# Fast typing


def test_keys_typed_ahead_go_to_the_pane_that_was_chosen(reader: Reader) -> None:
    terminal = reader()
    terminal.send("gjjjjl<Space>")
    terminal.wait_for(lambda t: paragraphs(t)[:1] and paragraphs(t)[0] > 1)
    assert "▲ positive" in terminal.text


@pytest.mark.long
def test_a_tag_typed_right_after_t_is_not_lost(reader: Reader) -> None:
    terminal = reader()
    terminal.send("tstak")
    terminal.wait_for("stak")
    terminal.wait_for("1 of 12")


def test_a_tag_and_enter_typed_right_after_t_select_that_tag(reader: Reader) -> None:
    terminal = reader()
    terminal.send("tstaking<Enter>")
    terminal.wait_for("+STAKING")
    terminal.wait_for("2 of 39 articles")


@pytest.mark.long
def test_keys_typed_right_after_a_search_go_to_the_list(reader: Reader) -> None:
    terminal = reader()
    terminal.send("/title:miners<Enter>n<Tab>")
    terminal.wait_for("j k scroll")
    assert "Miners sleep while fees rest" in terminal.text
    assert "1 of 39 articles" in terminal.text


@pytest.mark.long
def test_keys_typed_right_after_a_question_mark_scroll_the_help(reader: Reader) -> None:
    terminal = reader()
    terminal.send("?G")
    terminal.wait_for("Where the data is")


def test_keys_typed_before_the_first_screen_are_not_lost(reader: Reader) -> None:
    terminal = reader(wait_for="")
    terminal.send("gjjjjl<Space>")
    terminal.wait_for(lambda t: paragraphs(t)[:1] and paragraphs(t)[0] > 1)


@pytest.mark.long
def test_a_click_does_not_overtake_the_keys_before_it(reader: Reader) -> None:
    terminal = reader()
    chosen = terminal.find(titled("1003"))
    terminal.send("gjjjjlj")
    terminal.click(*chosen)
    terminal.wait_for(note("1003"))
    unread(terminal, 26)


@pytest.mark.long
def test_every_step_of_a_held_key_counts(reader: Reader) -> None:
    terminal = reader()
    before, row = terminal.find("10/10")
    terminal.send(">>>")
    terminal.wait_for(lambda t: t.find("10/10") == (before + 12, row))
