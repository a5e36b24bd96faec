"""The terminal of the other tests shows what a user's would, and measures correctly."""

import itertools
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.emulator import Emulator
from tests.examples import examples
from tests.keys import keystrokes
from tests.terminal import NothingPainted, Terminal

TEXTUAL_APP = """
from textual.app import App
from textual.widgets import Input, Label

class Toy(App):
    BINDINGS = [("a", "change"), ("q", "quit")]

    def compose(self):
        yield Label("one", id="label")
        yield Label(id="size")

    def show(self, text):
        self.query_one("#label").update(text)

    def action_change(self):
        self.show("two")

    def on_resize(self, event):
        self.query_one("#size").update(f"{event.size.width} by {event.size.height}")

    def on_click(self, event):
        self.show(f"clicked {event.screen_x} {event.screen_y}")

    def on_mouse_scroll_down(self):
        self.show("wheel")

Toy().run()
"""

RAW_APP = """
import os, sys, termios, time, tty

def paint(*parts, pause=0.05):
    for part in parts:
        os.write(1, part.encode())
        time.sleep(pause)

def keys():
    tty.setraw(0)
    paint("ready")
    while key := os.read(0, 1).decode():
        yield key

"""

Program = Callable[[str], list[str]]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A Python program on disk, as an argv."""

    def write(source: str) -> list[str]:
        path = tmp_path / "program.py"
        path.write_text(source)
        return [sys.executable, str(path)]

    return write


def shown(data: bytes, columns: int = 20, rows: int = 2) -> list[str]:
    emulator = Emulator(columns, rows)
    emulator.feed(data)
    return ["".join(cell.data for cell in row).rstrip() for row in emulator.picture()]


class TestATextualApp:
    def test_starts_answers_keys_and_leaves_the_terminal_as_it_was(self, program: Program) -> None:
        with Terminal(program(TEXTUAL_APP)) as terminal:
            terminal.wait_for("one")
            assert terminal.alternate_screen
            assert terminal.mouse_on
            assert not terminal.attributes_restored
            terminal.send("a")
            terminal.wait_for("two")
            assert b"\x1b[?2026h" in terminal.raw
            terminal.send("q")
            assert terminal.wait_exit() == 0
            assert terminal.unrestored() == []
            assert not terminal.text.strip()

    def test_learns_its_first_size_and_every_later_one(self, program: Program) -> None:
        with Terminal(program(TEXTUAL_APP), size=(61, 9)) as terminal:
            terminal.wait_for("61 by 9")
            terminal.resize(40, 5)
            terminal.wait_for("40 by 5")
            assert [len(line) for line in terminal.display] == [40] * 5

    def test_takes_the_mouse(self, program: Program) -> None:
        with Terminal(program(TEXTUAL_APP)) as terminal:
            terminal.wait_for("one")
            terminal.click(7, 3)
            terminal.wait_for("clicked 7 3")
            terminal.wheel(7, 3, 1)
            terminal.wait_for("wheel")


class TestAChild:
    def test_has_a_controlling_terminal_and_an_environment_of_its_own(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SECRET", "told")
        source = (
            "import os; os.write(os.open('/dev/tty', os.O_WRONLY), b'tty ');"
            "print(os.environ.get('SECRET'), os.environ['EXTRA'], os.environ.get('TERM'),"
            " os.environ['HOME'] == os.getcwd())"
        )
        with Terminal(program(source), env={"EXTRA": "more", "TERM": None}) as terminal:
            terminal.wait_for("tty None more None True")

    def test_that_dies_ends_the_waiting_and_its_words_are_shown(self, program: Program) -> None:
        with (
            Terminal(program("raise SystemExit('no such luck')")) as terminal,
            pytest.raises(AssertionError, match=r"(?s)ended with 1.*no such luck"),
        ):
            terminal.wait_for("anything", timeout=60)

    def test_that_leaves_the_terminal_in_disorder_is_found_out(self, program: Program) -> None:
        source = (
            "import os, tty; tty.setraw(0);"
            r"os.write(1, b'\x1b[?1049h\x1b[?1003h\x1b[?25l\x1b[>25u\x1b[?2026h')"
        )
        with Terminal(program(source)) as terminal:
            assert terminal.wait_exit() == 0
            assert terminal.unrestored() == [
                "alternate screen",
                "mouse",
                "hidden cursor",
                "keyboard protocol",
                "tty attributes",
            ]

    def test_that_never_ends_is_ended(self, program: Program) -> None:
        source = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        with Terminal(program(source + "print('deaf'); time.sleep(99)")) as terminal:
            terminal.wait_for("deaf")
        assert terminal.wait_exit() == -signal.SIGKILL

    def test_that_writes_more_than_a_pty_holds_is_not_held_up(self, program: Program) -> None:
        with Terminal(program("print('x' * 300_000); print('done')")) as terminal:
            assert terminal.wait_exit() == 0
            assert "done" in terminal.text
            assert terminal.raw.count(b"x") == 300_000


class TestMeasuring:
    def test_a_half_drawn_picture_does_not_count(self, program: Program) -> None:
        source = "for _ in keys(): paint('\\x1b[2Jhalf', ' and half')"
        with Terminal(program(RAW_APP + source)) as terminal:
            terminal.wait_for("ready")
            paint = terminal.measure("a")
        assert paint.pictures == 2
        assert paint.seconds >= 0.05

    def test_painting_the_same_again_does_not_count(self, program: Program) -> None:
        source = "for _ in keys(): paint('\\x1b[2J\\x1b[Hnew', *['\\x1b[Hnew'] * 6)"
        with Terminal(program(RAW_APP + source)) as terminal:
            terminal.wait_for("ready")
            paint = terminal.measure("a")
        assert paint.pictures == 1
        assert paint.size == len("\x1b[2J") + 7 * len("\x1b[Hnew")

    def test_a_picture_counts_once_it_stays_on_the_screen(self, program: Program) -> None:
        source = "for _ in keys(): paint('\\x1b[2J\\x1b[Hnew', '\\x1b[Hold', '\\x1b[Hnew')"
        with Terminal(program(RAW_APP + source)) as terminal:
            terminal.wait_for("ready")
            assert terminal.measure("a").seconds >= 0.1

    def test_a_frame_counts_when_its_end_has_come(self, program: Program) -> None:
        source = "for _ in keys(): paint('\\x1b[?2026h\\x1b[2J\\x1b[Hall', '\\x1b[?2026l')"
        with Terminal(program(RAW_APP + source)) as terminal:
            terminal.wait_for("ready")
            paint = terminal.measure("a")
        assert paint.pictures == 1
        assert paint.seconds >= 0.05

    def test_a_change_of_colour_alone_counts_and_a_late_one_is_waited_for(
        self, program: Program
    ) -> None:
        source = "for _ in keys(): time.sleep(0.3); paint('\\x1b[H\\x1b[31mready')"
        with Terminal(program(RAW_APP + source)) as terminal:
            terminal.wait_for("ready")
            assert terminal.measure("a").seconds >= 0.3

    def test_a_key_that_paints_nothing_new_is_an_error(self, program: Program) -> None:
        with Terminal(program(RAW_APP + "for _ in keys(): paint('\\x1b[Hready')")) as terminal:
            terminal.wait_for("ready")
            with pytest.raises(NothingPainted, match=r"(?s)same picture.*ready"):
                terminal.measure("a", timeout=0.5)

    def test_the_first_paint_counts_from_the_start_of_the_program(self, program: Program) -> None:
        before = time.perf_counter()
        with Terminal(program("import time; time.sleep(0.2); print('here')")) as terminal:
            paint = terminal.first_paint(quiet=0.1)
            assert 0.2 <= paint.seconds <= time.perf_counter() - before
            assert "here" in terminal.text


class TestThePicture:
    def test_characters_of_several_code_points_take_the_cells_that_terminals_give_them(
        self,
    ) -> None:
        row = "✈️|👨‍👩‍👧|漢|🇺🇦|e\u0301|👍🏽|"
        emulator = Emulator(20, 1)
        emulator.feed(row.encode())
        cells = [cell.data for cell in emulator.picture()[0]]
        assert [x for x, cell in enumerate(cells) if cell == "|"] == [2, 5, 8, 11, 13, 16]
        assert "".join(cells).rstrip() == row

    def test_half_of_a_wide_character_leaves_a_blank(self) -> None:
        assert shown("漢字\x1b[1;2Hx".encode()) == [" x字", ""]
        assert shown("漢字\x1b[1;3Hx".encode()) == ["漢x", ""]

    def test_leaving_the_alternate_screen_restores_the_main_one(self) -> None:
        assert shown(b"shell\x1b[?1049h\x1b[Hreader") == ["reader", ""]
        assert shown(b"shell\x1b[?1049h\x1b[Hreader\x1b[?1049l prompt") == ["shell prompt", ""]

    def test_sequences_of_other_terminals_are_not_text(self) -> None:
        others = "\x1b[<u\x1b[>25u\x1b[=1u\x1b[4:3m\x1b[2 q\x1b[?2026$p\x1bPq#0\x1b\\\x1b_Ga\x1b\\"
        assert shown(f"a{others}b\x1b]52;c;AAAA\x07c".encode()) == ["abc", ""]

    @examples(50)
    @given(st.lists(st.integers(0, 200), max_size=8))
    def test_does_not_depend_on_where_the_bytes_were_cut(self, cuts: list[int]) -> None:
        data = (
            "\x1b[?1049h\x1b[31mї\x1b]8;;x\x1b\\✈️\x1b[0m\x1b[<u\x1bPq\x1b\\漢\x1b[?2026hb\x1b[2;1Hc"
        )
        whole, pieces = Emulator(20, 2), Emulator(20, 2)
        encoded = (data + "\x1b[?2026l").encode()
        whole.feed(encoded)
        edges = [0, *sorted(cut for cut in cuts if cut < len(encoded)), len(encoded)]
        for start, end in itertools.pairwise(edges):
            pieces.feed(encoded[start:end])
        assert pieces.picture() == whole.picture()


class TestKeys:
    def test_key_names_are_in_angle_brackets_and_other_text_is_literal(self) -> None:
        assert keystrokes("jk<Down><C-d> < > <<lt>Tab>ї") == "jk\x1b[B\x04 < > <<Tab>ї".encode()

    @pytest.mark.parametrize("keys", ["<Nonsense>", "<Esc>j"])
    def test_impossible_keys_are_refused(self, keys: str) -> None:
        with pytest.raises(ValueError, match=r"Nonsense|last"):
            keystrokes(keys)

    def test_a_text_is_found_where_the_mouse_would_click_it(self, program: Program) -> None:
        source = "print('漢字 here'); input()"
        with Terminal(program(source)) as terminal:
            terminal.wait_for("here")
            assert terminal.find("here") == (5, 0)
            assert terminal.find("字") == (2, 0)
