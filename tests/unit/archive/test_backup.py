"""A backup has everything, a restore brings it back; an invalid backup changes nothing."""

import hashlib
import json
import os
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from shutil import copytree
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from reader.archive.backup import BackupError, RestoreError, backup, restore
from reader.cache.marks.kinds import Mark
from reader.cache.store import Store
from reader.errors import CacheDamaged, CacheLocked
from reader.query.language import Query, parse
from tests.builders import NOW, article, put

SETTINGS = '[subscriptions]\n"Block Ledger" = "https://news.example/feed"\n'


class Home:
    """A data folder, its settings, and a file for a backup."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.config = folder / "config.toml"
        self.file = folder / "kept.zip"

    def fill(self) -> None:
        self.config.write_text(SETTINGS)
        with Store(self.data) as store:
            put(store, [article(n, title=f"Story {n}") for n in (1, 2, 3)])
            self.mark("Story 2", store=store)
            store.marking.save_position(article(2).identity, 4.0)

    def mark(self, title: str, value: bool = True, store: Store | None = None) -> None:
        if store is None:
            with Store(self.data) as store:
                self.mark(title, value, store)
            return
        ids = store.questions.find(parse(f'title:"{title}"'), NOW)
        store.marking.mark(ids, Mark.READ, value, title)

    def titles(self, query: str = "") -> set[str]:
        with Store(self.data) as store:
            return {
                row.title for row in store.texts.rows(list(store.questions.find(parse(query), NOW)))
            }

    def state(self) -> dict[str, bytes]:
        """Every file that is here, but for locks."""
        return {
            str(path.relative_to(self.data.parent)): path.read_bytes()
            for path in sorted(self.data.parent.rglob("*"))
            if path.is_file() and path.suffix != ".lock"
        }

    def backup(self, **how: bool) -> str:
        return str(backup(self.data, self.config, self.file, **how))

    def restore(self, **how: bool) -> str:
        return str(restore(self.file, self.data, self.config, **how))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.data.parent.mkdir()
    made.fill()
    return made


def test_a_backup_is_restored_into_an_empty_folder(home: Home, tmp_path: Path) -> None:
    assert home.backup() == "3 articles, marks of 1 article, settings"
    other = Home(tmp_path / "other")
    other.file = home.file
    assert other.restore() == "3 articles, marks of 1 article, settings"
    assert other.titles() == {"Story 1", "Story 2", "Story 3"}
    assert other.titles("is:read") == {"Story 2"}
    assert other.config.read_text() == SETTINGS
    with Store(other.data) as store:
        assert store.notices == ()
        assert store.marking.position(article(2).identity) == 4.0
        assert store.marking.undo() is not None


def test_a_restore_goes_back_to_the_backup_and_renames_the_present_files(home: Home) -> None:
    home.backup()
    home.mark("Story 2", value=False)
    home.mark("Story 3")
    with Store(home.data) as store:
        put(store, [article(4, title="Story 4")])
    home.config.write_text("sync_every = 5\n")
    report = restore(home.file, home.data, home.config)
    assert home.titles() == {"Story 1", "Story 2", "Story 3"}
    assert home.titles("is:read") == {"Story 2"}
    assert home.config.read_text() == SETTINGS
    marks, cache, settings = report.asides
    assert settings.read_text() == "sync_every = 5\n"
    with closing(sqlite3.connect(marks)) as db:
        assert db.execute("SELECT external FROM marks WHERE read").fetchall() == [("3",)]
    with closing(sqlite3.connect(cache)) as db:
        assert db.execute("SELECT count(*) FROM articles").fetchone() == (4,)
    home.mark("Story 1")
    assert home.titles("is:read") == {"Story 1", "Story 2"}


def test_marks_alone_are_restored_and_articles_and_settings_stay(home: Home) -> None:
    assert home.backup(marks_alone=True) == "marks of 1 article"
    with ZipFile(home.file) as archive:
        assert set(archive.namelist()) == {"marks.db", "manifest.json"}
    home.mark("Story 2", value=False)
    home.mark("Story 3")
    home.config.write_text("sync_every = 5\n")
    with Store(home.data) as store:
        put(store, [article(4, title="Story 4")])
    assert home.restore(marks_alone=True) == "marks of 1 article"
    assert home.titles() == {"Story 1", "Story 2", "Story 3", "Story 4"}
    assert home.titles("is:read") == {"Story 2"}
    assert home.config.read_text() == "sync_every = 5\n"


def test_the_marks_of_a_whole_backup_can_be_put_back_alone(home: Home) -> None:
    home.backup()
    home.mark("Story 3")
    home.config.write_text("sync_every = 5\n")
    assert home.restore(marks_alone=True) == "marks of 1 article"
    assert home.titles("is:read") == {"Story 2"}
    assert home.config.read_text() == "sync_every = 5\n"


def test_missing_and_damaged_marks_are_restored(home: Home) -> None:
    home.backup(marks_alone=True)
    for damage in (b"", b"not a database" * 1000):
        (home.data / "marks.db").write_bytes(damage)
        home.restore(marks_alone=True)
        assert home.titles("is:read") == {"Story 2"}
    (home.data / "marks.db").unlink()
    home.restore(marks_alone=True)
    assert home.titles("is:read") == {"Story 2"}


def test_a_backup_is_of_one_moment_while_marks_and_articles_come_in(home: Home) -> None:
    with Store(home.data) as screen:
        screen.session.hold()
        with Store(home.data) as other, other.intake.writing(other.intake.begin_run()):
            home.backup()
        home.mark("Story 3", store=screen)
        backup(home.data, home.config, home.file, force=True)
    home.restore()
    assert home.titles("is:read") == {"Story 2", "Story 3"}


def test_only_its_owner_can_read_a_backup(home: Home) -> None:
    home.backup()
    assert home.file.stat().st_mode & 0o777 == 0o600


def test_a_backup_replaces_a_file_only_with_force(home: Home) -> None:
    home.file.write_text("mine")
    with pytest.raises(BackupError, match="it already exists; choose another name, or use"):
        home.backup()
    assert home.file.read_text() == "mine"
    home.backup(force=True)
    home.restore()


@pytest.mark.parametrize("kind", ["link", "folder", "fifo"])
def test_force_does_not_replace_an_irregular_file(home: Home, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    make: dict[str, Callable[[], object]] = {
        "link": lambda: home.file.symlink_to(target),
        "folder": home.file.mkdir,
        "fifo": lambda: os.mkfifo(home.file),
    }
    make[kind]()
    with pytest.raises(BackupError, match="not a regular file"):
        home.backup(force=True)
    assert target.read_text() == "mine"


@pytest.mark.parametrize("name", ["marks.db", "cache.db"])
def test_a_backup_never_replaces_a_file_that_it_backs_up(home: Home, name: str) -> None:
    before = home.state()
    with pytest.raises(BackupError, match="one of the files to back up"):
        backup(home.data, home.config, home.data / name, force=True)
    with pytest.raises(BackupError, match="one of the files to back up"):
        backup(home.data, home.config, home.config, force=True)
    assert home.state() == before


def test_a_backup_into_a_missing_folder_is_an_error_that_names_it(
    home: Home, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="No such file or directory"):
        backup(home.data, home.config, tmp_path / "nowhere" / "kept.zip")


def test_no_file_is_created_if_there_is_nothing_to_save(tmp_path: Path) -> None:
    empty = Home(tmp_path)
    with pytest.raises(BackupError, match="has no articles and no marks"):
        empty.backup()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["marks.db", "cache.db"])
def test_a_damaged_file_is_named_and_no_backup_is_made(home: Home, name: str) -> None:
    path = home.data / name
    data = bytearray(path.read_bytes())
    data[4096 * 2 :] = bytes(len(data) - 4096 * 2)
    path.write_bytes(data)
    with pytest.raises(CacheDamaged, match=name):
        home.backup()
    assert not home.file.exists()
    assert [each.name for each in home.file.parent.iterdir() if "part" in each.name] == []


def test_nothing_is_restored_while_a_screen_is_open(home: Home) -> None:
    home.backup()
    home.mark("Story 3")
    with Store(home.data) as screen:
        screen.questions.find(Query(), NOW)
        with pytest.raises(CacheLocked, match="in use by another program"):
            home.restore()
        assert len(screen.questions.find(parse("is:read"), NOW)) == 2
    assert home.titles("is:read") == {"Story 2", "Story 3"}
    assert not list(home.data.glob("*before-restore*"))
    home.restore()
    assert home.titles("is:read") == {"Story 2"}


# What is not a backup.


def packed(file: Path, members: dict[str, bytes], **manifest: object) -> None:
    """A backup of these members; manifest: what it says otherwise than what is right."""
    told = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in members.items()
    }
    said = {"program": "cryptoread", "format": 1, "files": told} | manifest
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps(said))


def members(file: Path) -> dict[str, bytes]:
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-4:] != "json"}


def changed(data: bytes, folder: Path, *statements: str) -> bytes:
    """A database with something done to it."""
    path = folder / "changed.db"
    path.write_bytes(data)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)
        db.execute("PRAGMA journal_mode = DELETE")
    return path.read_bytes()


TRIGGER = "CREATE TRIGGER hidden AFTER INSERT ON marks BEGIN DELETE FROM marks; END"
VIEW = "CREATE VIEW hidden AS SELECT 1"

Damage = Callable[[Path, Path], None]


def with_marks(make: Callable[[bytes, Path], bytes]) -> Damage:
    def damage(file: Path, folder: Path) -> None:
        kept = members(file)
        packed(file, kept | {"marks.db": make(kept["marks.db"], folder)})

    return damage


def sql(*statements: str) -> Damage:
    return with_marks(lambda data, folder: changed(data, folder, *statements))


def rewritten(change: Callable[[bytes], bytes]) -> Damage:
    def damage(file: Path, _: Path) -> None:
        file.write_bytes(change(file.read_bytes()))

    return damage


def said(**manifest: object) -> Damage:
    return lambda file, _: packed(file, members(file), **manifest)


def packed_otherwise(kind: int) -> Damage:
    def damage(file: Path, _: Path) -> None:
        kept = members(file)
        packed(file, kept)
        with ZipFile(file) as archive:
            manifest = archive.read("manifest.json")
        with ZipFile(file, "w", kind) as archive:
            for name, data in (kept | {"manifest.json": manifest}).items():
                archive.writestr(name, data)

    return damage


def many_members(file: Path, _: Path) -> None:
    with ZipFile(file, "w") as archive:
        for number in range(5_000):
            archive.writestr(f"{number}", b"")


def beside(name: str) -> Damage:
    return lambda file, _: packed(file, members(file) | {name: b"data"})


def bomb(file: Path, _: Path) -> None:
    packed(file, {"marks.db": bytes(300_000_000)})


def deep(file: Path, _: Path) -> None:
    with ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", "[" * 60_000)


def twice(file: Path, _: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"), ZipFile(file, "a") as archive:
        archive.writestr("marks.db", b"another")


def long_settings(file: Path, _: Path) -> None:
    packed(file, members(file) | {"config.toml": b"#" * 5_000_000})


NOT_BACKUPS: dict[str, tuple[Damage, str]] = {
    "an empty file": (rewritten(lambda _: b""), "is damaged or cut off, or is not a backup"),
    "a text": (rewritten(lambda _: b"text " * 99), "is damaged or cut off, or is not a backup"),
    "cut off": (rewritten(lambda data: data[:-40]), "is damaged or cut off"),
    "half": (rewritten(lambda data: data[: len(data) // 2]), "is damaged or cut off"),
    "another archive": (lambda file, _: ZipFile(file, "w").close(), "is not a backup"),
    "a newer format": (said(format=2), "was made by a newer cryptoread"),
    "no format": (said(format="1"), "was made by a newer cryptoread"),
    "of another program": (said(program="other"), "is not a backup of cryptoread"),
    "a manifest of nothing": (said(files={}), "has other members than its manifest names"),
    "a manifest of nonsense": (said(files=[1]), "has a manifest that cannot be read"),
    "a manifest of numbers": (said(files={"marks.db": 3}), "has a manifest that cannot be read"),
    "a deep manifest": (deep, "has a manifest that cannot be read"),
    "many members": (many_members, "has other members than a backup"),
    "a name that leads out": (beside("../marks.db"), "has other members than a backup"),
    "an absolute name": (beside("/etc/passwd"), "has other members than a backup"),
    "a member twice": (twice, "has other members than a backup"),
    "packed otherwise": (packed_otherwise(ZIP_BZIP2), "in it is damaged"),
    "a bomb": (bomb, "unpacks to far more than a backup would"),
    "long settings": (long_settings, "config.toml in it is far larger than settings are"),
    "no database": (with_marks(lambda *_: b"text" * 5000), "marks.db in it is damaged"),
    "half a database": (with_marks(lambda data, _: data[:8192]), "marks.db in it is damaged"),
    "a newer database": (sql("PRAGMA user_version = 99"), "marks.db in it was written by a newer"),
    "another database": (sql("PRAGMA application_id = 1"), "marks.db in it is not a file of"),
    "a trigger": (sql(TRIGGER), "marks.db in it has other tables than cryptoread makes"),
    "a view": (sql(VIEW), "marks.db in it has other tables than cryptoread makes"),
    "a table less": (sql("DROP TABLE steps"), "marks.db in it has other tables"),
    "impossible rows": (sql("UPDATE marks SET read = 7"), "marks.db in it is damaged"),
}


@pytest.mark.parametrize("name", NOT_BACKUPS)
def test_a_file_that_is_not_a_backup_is_refused_and_changes_nothing(
    home: Home, tmp_path: Path, name: str
) -> None:
    home.backup()
    damage, reason = NOT_BACKUPS[name]
    damage(home.file, tmp_path)
    before = home.state()
    with pytest.raises(RestoreError, match=reason) as raised:
        home.restore()
    assert str(home.file) in str(raised.value)
    assert "nothing was changed" in str(raised.value)
    assert home.state() == before


def test_every_flipped_byte_of_a_backup_is_refused_or_does_no_harm(
    home: Home, tmp_path: Path
) -> None:
    home.backup()
    whole = home.file.read_bytes()
    with ZipFile(home.file) as archive:
        starts = [info.header_offset for info in archive.infolist()]
    places = {*range(7, len(whole), len(whole) // 15), *range(len(whole) - 80, len(whole), 9)}
    places |= {start + offset for start in starts for offset in (0, 8, 26)}
    for place in places:
        other = Home(tmp_path / str(place))
        copytree(home.data, other.data)
        other.file = home.file
        other.file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        refused = False
        with suppress(RestoreError):
            refused = True
            other.restore()
            refused = False
        assert refused is not any(other.data.glob("*before*")), place
        assert other.titles("is:read") == {"Story 2"}, place


def test_a_directory_that_claims_to_be_long_is_not_read(home: Home) -> None:
    home.backup()
    data = bytearray(home.file.read_bytes())
    struct.pack_into("<L", data, len(data) - 10, 1 << 30)
    home.file.write_bytes(data)
    with pytest.raises(RestoreError, match="has other members than a backup"):
        home.restore()


def test_a_size_that_the_manifest_hides_is_not_unpacked(home: Home) -> None:
    kept = {"marks.db": bytes(1_000_000)}
    packed(home.file, kept, files={"marks.db": {"size": 10, "sha256": "0"}})
    with pytest.raises(RestoreError, match="it is not what the manifest says"):
        home.restore()


def test_restoring_a_missing_or_irregular_file_is_an_error_that_names_it(home: Home) -> None:
    with pytest.raises(RestoreError, match="No such file"):
        home.restore()
    os.mkfifo(home.file)
    with pytest.raises(RestoreError, match="is not a regular file"):
        home.restore()


def test_members_that_are_stored_as_they_are_do(home: Home) -> None:
    home.backup()
    packed_otherwise(ZIP_STORED)(home.file, home.file.parent)
    home.mark("Story 3")
    home.restore()
    assert home.titles("is:read") == {"Story 2"}


def test_unwritable_settings_are_named_and_the_rest_is_restored(home: Home) -> None:
    home.backup()
    home.mark("Story 3")
    home.config.unlink()
    home.config.mkdir()
    with pytest.raises(Exception, match=r"were restored, but .*config\.toml cannot be written"):
        home.restore()
    assert home.titles("is:read") == {"Story 2"}


def test_a_backup_of_an_earlier_version_is_restored(home: Home, tmp_path: Path) -> None:
    home.backup(marks_alone=True)
    marks = members(home.file)["marks.db"]
    undone = (
        *("DROP TABLE feeds", "DROP TABLE joined", "DROP TABLE tagged"),
        *("ALTER TABLE marks DROP COLUMN later", "PRAGMA user_version = 1"),
    )
    packed(home.file, {"marks.db": changed(marks, tmp_path, *undone)})
    home.mark("Story 3")
    home.restore()
    assert home.titles("is:read") == {"Story 2"}
