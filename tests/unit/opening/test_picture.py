"""The kept picture: what is written is shown again, with the ages of now, and nothing else is."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.ages import short_time
from reader.opening import picture
from reader.opening.conditions import places
from tests.examples import examples

NOW = 1_764_000_000.0
ROW = "\x1b[1mBitcoin\x1b[0m"


def test_what_is_kept_is_shown_row_by_row(tmp_path: Path) -> None:
    picture.keep(str(tmp_path), "as it is", [ROW, "second"])
    kept = picture.kept(str(tmp_path))
    assert kept == ("en", "as it is", [ROW, "second"])
    assert picture.painted(kept[2], NOW) == f"\x1b[1;1H{ROW}\x1b[2;1Hsecond\x1b[0m"
    assert (tmp_path / picture.NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [picture.NAME]


def test_times_are_those_of_the_day_on_which_it_is_shown() -> None:
    rows = [f"title {picture.short(NOW, 6)} ."]
    shown = [picture.painted(rows, NOW + days * 86400) for days in (0, 2)]
    times = [short_time(NOW, NOW), short_time(NOW, NOW + 2 * 86400)]
    assert times[0] != times[1]
    assert shown == [f"\x1b[1;1Htitle {time} .\x1b[0m" for time in times]


def test_a_date_that_needs_its_year_by_now_is_not_put_into_fewer_cells() -> None:
    assert picture.painted([picture.short(NOW, 6)], NOW + 400 * 86400) is None
    assert picture.painted([picture.short(NOW, 11)], NOW + 400 * 86400) is not None


def test_an_age_in_words_is_shown_while_it_is_as_long() -> None:
    row = picture.in_words(NOW - 3 * 3600, "3 h ago")
    assert picture.painted([row], NOW + 3600) == "\x1b[1;1H4\xa0h\xa0ago\x1b[0m"
    assert picture.painted([row], NOW + 8 * 3600) is None, "its line would have to be laid out anew"


def test_a_picture_may_depend_on_an_age_that_is_not_in_it() -> None:
    row = "text" + picture.while_in_words(NOW - 3 * 3600, "3 h ago")
    assert picture.painted([row], NOW) == "\x1b[1;1Htext\x1b[0m"
    assert picture.painted([row], NOW + 3600) is None


def test_a_picture_may_hold_until_an_instant() -> None:
    row = "text" + picture.until(NOW + 60)
    assert picture.painted([row], NOW) == "\x1b[1;1Htext\x1b[0m"
    assert picture.painted([row], NOW + 60) is None


@given(st.floats(-1e11, 1e11), st.floats(0, 4e9), st.sampled_from([6, 11]))
@examples(200)
def test_a_time_always_fills_its_cells(instant: float, now: float, cells: int) -> None:
    shown = picture.painted([picture.short(instant, cells)], now)
    assert shown is None or len(shown.removeprefix("\x1b[1;1H").removesuffix("\x1b[0m")) == cells


@pytest.mark.parametrize(
    "row",
    ["\x1b]0;title\x07", "\x1b[2J", "a\x07", "\x9b1m", "\x1b[31", "\x1bc", "a\rb", "\x1b[1;1H"],
    ids=ascii,
)
def test_a_row_that_acts_on_the_terminal_is_neither_written_nor_shown(
    tmp_path: Path, row: str
) -> None:
    picture.keep(str(tmp_path), "as it is", [row])
    assert not list(tmp_path.iterdir())
    picture.keep(str(tmp_path), "as it is", ["x" * len(row)])
    path = tmp_path / picture.NAME
    import zlib

    data = f"as it is\n{row}".encode()
    head = path.read_bytes().split(b" ")[:-2]
    path.write_bytes(b" ".join(head) + f" {zlib.crc32(data)}\n".encode() + data)
    assert picture.kept(str(tmp_path)) is None


def test_damage_is_noticed(tmp_path: Path) -> None:
    picture.keep(str(tmp_path), "as it is", [ROW])
    path = tmp_path / picture.NAME
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :])
        assert picture.kept(str(tmp_path)) is None, place
        path.write_bytes(whole[:place])
        assert picture.kept(str(tmp_path)) is None, place


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_of_ours_is_not_read(tmp_path: Path, kind: str) -> None:
    path, elsewhere = tmp_path / picture.NAME, tmp_path / "elsewhere"
    elsewhere.mkdir()
    picture.keep(str(elsewhere), "as it is", [ROW])
    match kind:
        case "link":
            path.symlink_to(elsewhere / picture.NAME)
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
    assert picture.kept(str(tmp_path)) is None


def test_a_link_at_the_place_of_the_unfinished_file_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / f"{picture.NAME}.part").symlink_to(precious)
    picture.keep(str(tmp_path), "as it is", [ROW])
    assert precious.read_text() == "mine"
    assert picture.kept(str(tmp_path)) == ("en", "as it is", [ROW])


def test_the_command_line_names_the_folder_and_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CRYPTOREAD_DATA", "CRYPTOREAD_CONFIG"):
        monkeypatch.setenv(name, f"/env/{name[11:].lower()}")
    assert places([]) == ("/env/data", "/env/config")
    assert places(["--data", "/a", "--config=/b"]) == ("/a", "/b")
    for line in (["xrp"], ["list"], ["--data"], ["--data="], ["--debug"], ["--data", "/a", "xrp"]):
        assert places(line) is None, line


def test_the_places_are_those_that_the_program_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    from reader.config.paths import config_file, data_folder

    homes: tuple[dict[str, str], ...] = (
        {},
        {"XDG_DATA_HOME": "/x/data", "XDG_CONFIG_HOME": "/x/config"},
    )
    for names in homes:
        with monkeypatch.context() as environ:
            for name in ("CRYPTOREAD_DATA", "CRYPTOREAD_CONFIG", "XDG_DATA_HOME"):
                environ.delenv(name, raising=False)
            environ.delenv("XDG_CONFIG_HOME", raising=False)
            for name, value in names.items():
                environ.setenv(name, value)
            assert places([]) == (str(data_folder()), str(config_file()))
