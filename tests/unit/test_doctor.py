"""The doctor finds what is wrong, says what to do, and changes nothing."""

import os
import sqlite3
from contextlib import closing
from errno import EACCES
from pathlib import Path

import pytest

from reader.article import Identity, reference
from reader.cache.files.migrations import CACHE
from reader.cache.repair.preparing import prepare
from reader.doctor import Depth, Finding, State, check_names, examine
from reader.i18n import ENGLISH, VARIABLE, speak
from reader.library import Library
from reader.query.language import Query, parse
from reader.safety import temporary
from reader.safety.crash import Broken
from reader.safety.logs import NAME, log_folder
from reader.safety.temporary import LOCK, TemporaryFolder
from reader.subscriptions import Kind, Subscription
from tests.builders import article, library
from tests.unit.cache.test_former_caches import former

NO_BROWSER = {"PATH": "/nowhere"}


@pytest.fixture(autouse=True)
def temporary_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The only folder for temporary folders."""
    made = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(made))
    monkeypatch.setattr(temporary, "MEMORY", str(made))
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with three articles."""
    made = tmp_path / "data"
    with library(made, [article(n, body="words " * 500) for n in range(3)]):
        pass
    return made


@pytest.fixture
def config(tmp_path: Path) -> Path:
    made = tmp_path / "config.toml"
    made.write_text("[subscriptions]\n")
    return made


def findings(
    folder: Path, config: Path, environ: dict[str, str] = NO_BROWSER
) -> dict[str, Finding]:
    return {each.what: each for each in examine(folder, config, environ)}


def wrong(folder: Path, config: Path) -> Finding:
    """The only thing that is."""
    (found,) = [each for each in findings(folder, config).values() if not each.state.is_ok]
    return found


def test_doctor_finds_nothing_wrong_in_a_sound_folder(folder: Path, config: Path) -> None:
    found = findings(folder, config)
    assert State.WRONG not in {each.state for each in found.values()}
    assert found["cache.db"].text == "3 articles, all undamaged"
    assert found["marks.db"].text == "0 articles with marks"
    assert found["sources"].text == "0 followed"


def test_every_check_has_a_name_to_show_unless_it_is_of_a_file(folder: Path, config: Path) -> None:
    (folder / "cache.db.v9").touch()
    checked = {name for name in findings(folder, config) if not name.endswith(".db")}
    assert "twins" in checked
    assert checked <= check_names().keys()


def test_names_of_checks_for_programs_are_the_same_in_every_language(
    folder: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = findings(folder, config)
    monkeypatch.setenv(VARIABLE, ENGLISH)  # put back at the end
    speak("uk")
    try:
        ukrainian = findings(folder, config)
        shown = check_names()["twins"]
    finally:
        speak(ENGLISH)
    assert ukrainian.keys() == english.keys()
    assert ukrainian["cache.db"].text == "3 статті, усі без пошкоджень"
    assert shown == "дублікати"


def test_before_the_first_start_doctor_creates_nothing(tmp_path: Path) -> None:
    found = findings(tmp_path / "data", tmp_path / "config.toml")
    assert State.WRONG not in {each.state for each in found.values()}
    assert "does not exist yet" in found["data"].text
    assert list(tmp_path.iterdir()) == []


def test_a_text_that_changed_on_disk_is_named(folder: Path, config: Path) -> None:
    with closing(sqlite3.connect(folder / "cache.db")) as db, db:
        (id,) = db.execute("SELECT max(id) FROM documents").fetchone()
        find = "SELECT source, external, lang FROM articles WHERE id = ?"
        wanted = reference(id, Identity(*db.execute(find, (id,)).fetchone()))
        db.execute("UPDATE documents SET body = 'else' WHERE id = ?", (id,))
    db.close()
    found = wrong(folder, config)
    assert found.text == f"1 article of 3 changed on disk: {wanted}"
    assert "doctor --repair" in found.advice


@pytest.mark.parametrize("name", ["cache.db", "marks.db"])
def test_a_damaged_file_is_reported_and_renamed_by_the_next_start(
    folder: Path, config: Path, name: str
) -> None:
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    (folder / name).write_bytes(data)
    found = wrong(folder, config)
    assert found.what == name
    assert "is damaged" in found.text
    assert "doctor --repair" in found.advice
    assert (folder / name).read_bytes() == data
    with Library(folder) as news:
        assert f"{name} was damaged" in news.notices[0]
        assert len(news.find(Query())) <= 3
        assert name == "cache.db" or len(news.find(Query())) == 3


def test_a_newer_file_and_a_foreign_one_are_named(folder: Path, config: Path) -> None:
    for statement, said in (
        ("PRAGMA user_version = 99", "newer cryptoread"),
        ("PRAGMA application_id = 7", "not a file of cryptoread"),
    ):
        with closing(sqlite3.connect(folder / "cache.db")) as db, db:
            db.execute("PRAGMA user_version = 1")
            db.execute(statement)
        db.close()
        found = wrong(folder, config)
        assert said in found.text
        assert "choose another folder" in found.advice


def test_invalid_settings_are_named(folder: Path, config: Path) -> None:
    config.write_text("sync_every = 0")
    found = wrong(folder, config)
    assert (found.what, "'sync_every'" in found.text) == ("settings", True)


def test_settings_that_the_screen_would_refuse_are_named(folder: Path, config: Path) -> None:
    config.write_text('theme = "nrod"')
    found = [
        each
        for each in examine(folder, config, NO_BROWSER, lambda each: f"unknown {each.theme}")
        if not each.state.is_ok
    ]
    assert [(each.what, each.text) for each in found] == [("settings", f"{config}: unknown nrod")]


def test_a_source_that_fails_says_what_to_do(folder: Path, config: Path, tmp_path: Path) -> None:
    path = tmp_path / "gone.json"
    config.write_text(f'[subscriptions]\nMine = "{path}"\n')
    with Library(folder) as news:
        news.sync([Subscription("Mine", str(path), Kind.NEWS_JSON)])
    found = wrong(folder, config)
    assert found.text.startswith("Mine: ")
    assert found.advice
    assert findings(folder, config)["sources"].text == "1 followed, 1 failing"


def test_a_missing_key_is_reported_and_a_present_one_never_shown(
    folder: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.sources.secret._from_keyring", lambda: "")
    subscriptions = '[subscriptions]\nAPI = "https://data-api.coindesk.com/news/v1/article/list"\n'
    config.write_text(subscriptions)
    assert "no key" in wrong(folder, config).text
    config.write_text(f'coindesk_key = "hush"\n{subscriptions}')
    found = findings(folder, config)
    assert found["key"].state is State.WELL
    assert "hush" not in str(found)


def test_files_that_are_left_over_are_mentioned(folder: Path, config: Path) -> None:
    (folder / "cache.db.v4").write_bytes(bytes(2_000_000))
    Broken(ZeroDivisionError("hush"), folder)
    assert wrong(folder, config).what == "log"
    assert str(log_folder() / NAME) in wrong(folder, config).text
    left = findings(folder, config)["left over"]
    assert left.text == "cache.db.v4, 2 MB, kept before an update: may be deleted"


def test_leftover_files_are_named_with_size_and_reason(folder: Path, config: Path) -> None:
    stamp = "20260314-120000"
    sizes = {
        "cache.db.v6": 1_000_000,
        f"cache.db.damaged-{stamp}": 3_000_000,
        f"cache.db.before-restore-{stamp}": 4_000_000,
        f"cache.db.before-restore-{stamp}-wal": 1_000_000,
        f"marks.db.before-restore-{stamp}-2": 1_000,
        "cache.db.v6.4711.part": 2_000,
        "marks-2026-03-14.db.part": 3_000,
        ".marks.db.new": 4_000,
    }
    for name, size in sizes.items():
        (folder / name).write_bytes(bytes(size))
    unpacked = folder / ".restore-x1y2.part"
    unpacked.mkdir()
    (unpacked / "cache.db").write_bytes(bytes(7_000_000))
    config.with_name(f"config.toml.before-restore-{stamp}").write_bytes(bytes(500))
    config.with_name(".config.toml-ab12cd34").write_bytes(bytes(300))
    config.with_name("other.toml.part").write_text("of another program")
    said = [each for each in examine(folder, config, NO_BROWSER) if each.what == "left over"]
    running = "may be deleted when no other cryptoread is running"
    assert {each.state for each in said} == {State.NOTED}
    assert {each.text for each in said} == {
        "cache.db.v6, 1 MB, kept before an update: may be deleted",
        f"cache.db.damaged-{stamp}, 3 MB, damaged, and renamed: may be deleted",
        f"cache.db.before-restore-{stamp}, 5 MB, replaced by `cryptoread restore`: may be deleted",
        f"marks.db.before-restore-{stamp}-2, 1 kB, replaced by `cryptoread restore`: "
        "may be deleted",
        f"{config}.before-restore-{stamp}, 500 B, replaced by `cryptoread restore`: may be deleted",
        f"cache.db.v6.4711.part, 2 kB, of an interrupted run: {running}",
        f"marks-2026-03-14.db.part, 3 kB, of an interrupted run: {running}",
        f".marks.db.new, 4 kB, of an interrupted run: {running}",
        f"{config.parent}/.config.toml-ab12cd34, 300 B, of an interrupted run: {running}",
        f".restore-x1y2.part, 7 MB, of an interrupted run: {running}",
    }


def test_temporary_folders_of_killed_programs_are_named_and_repair_removes_them(
    folder: Path, config: Path, temporary_folder: Path
) -> None:
    left = temporary_folder / "cryptoread-ab12cd34"
    left.mkdir()
    (left / LOCK).touch()
    (left / "cache.db").write_bytes(bytes(3_000_000))
    text = f"{left}, 3 MB, of a program that was killed"
    with TemporaryFolder():
        found = findings(folder, config)["left over"]
        assert found == Finding(
            "left over", f"{text}: `cryptoread doctor --repair` removes it", State.NOTED
        )
        mended = examine(folder, config, NO_BROWSER, depth=Depth(repair=True))
        (done,) = [each for each in mended if each.what == "left over"]
        assert done == Finding("left over", text, repair="it was removed")
        assert not left.exists()
        assert "left over" not in findings(folder, config)


def test_a_temporary_folder_that_cannot_be_removed_is_named_with_the_reason(
    folder: Path, config: Path, temporary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(EACCES, "Permission denied", str(path))

    left = temporary_folder / "cryptoread-ab12cd34"
    left.mkdir()
    (left / LOCK).touch()
    monkeypatch.setattr("shutil.rmtree", refuse)
    mended = examine(folder, config, NO_BROWSER, depth=Depth(repair=True))
    (done,) = [each for each in mended if each.what == "left over"]
    assert (done.state, done.advice) == (State.UNKNOWN, "delete it")
    assert done.text.endswith("of a program that was killed: Permission denied")


def test_a_temporary_folder_that_the_user_has_made_is_left_alone(
    folder: Path, config: Path, temporary_folder: Path
) -> None:
    mine = temporary_folder / "cryptoread-articles" / "2024" / "a.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with library(temporary_folder / "cryptoread-mynews24", [article(1)]):
        pass
    for each in temporary_folder.rglob("*"):
        os.utime(each, (0, 0))
    before = sorted(temporary_folder.rglob("*"))
    mended = examine(folder, config, NO_BROWSER, depth=Depth(repair=True))
    assert not [each for each in mended if each.what == "left over"]
    assert sorted(temporary_folder.rglob("*")) == before


def test_a_config_file_in_the_data_folder_is_looked_at_once(folder: Path) -> None:
    config = folder / "con[f].toml"
    config.write_text("[subscriptions]\n")
    for name in ("con[f].toml.before-restore-20260314-120000", ".con[f].toml.4711.part"):
        (folder / name).write_text("old")
    said = [each.text for each in examine(folder, config, NO_BROWSER) if each.what == "left over"]
    assert len(said) == 2
    assert len(set(said)) == 2


def test_a_cache_of_an_earlier_version_is_read_as_it_is(tmp_path: Path, config: Path) -> None:
    folder = tmp_path / "data"
    prepare(folder / "cache.db", CACHE._replace(migrations=CACHE.migrations[:4]))
    assert findings(folder, config)["cache.db"].text == "0 articles, all undamaged"


def test_the_browser_is_the_one_that_would_be_started(
    folder: Path, config: Path, tmp_path: Path
) -> None:
    assert "no browser was found here" in findings(folder, config)["browser"].text
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    assert findings(folder, config, {"BROWSER": str(browser)})["browser"].text == str(browser)


def test_articles_out_of_the_order_of_their_dates_are_put_in_order_and_keep_their_marks(
    tmp_path: Path, config: Path
) -> None:
    stories = [article(n, body=f"Only here: word{n}.") for n in range(9)]
    stories.sort(key=lambda story: story.published, reverse=True)
    folder = tmp_path / "data"
    folder.mkdir()
    former(folder, stories, read=[3])
    read = stories[2]
    with Library(folder) as opened:
        assert len(opened.find(parse("is:read"))) == 1
    found = findings(folder, config)["dates"]
    assert found.text == "8 articles out of the order of dates"
    assert "doctor --repair" in found.advice
    list(examine(folder, config, NO_BROWSER, depth=Depth(repair=True)))
    assert State.WRONG not in {each.state for each in findings(folder, config).values()}
    with Library(folder) as opened:
        rows = opened.rows(list(opened.find(Query())))
        assert [row.title for row in rows] == [story.title for story in stories]
        (id,) = opened.find(parse("is:read"))
        assert opened.article(id).identity == read.identity
        for number, story in enumerate(stories):
            (id,) = opened.find(parse(f"word{story.identity.external}"))
            assert opened.article(id).identity == story.identity, number
