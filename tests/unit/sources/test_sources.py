"""Folders, files and archives: accepted and refused files, and nothing hangs."""

import bz2
import gzip
import io
import lzma
import os
import socket
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.errors import Refusal, SourceError
from reader.sources import MAX_FILE_BYTES, Entry, is_archive, resolve, scan, stamp
from reader.sources.local import archives

ARTICLE = b"---\ntitle: One\n---\nText.\n"
FILES = {
    "2025/11/b.en.md": b"bee",
    "2025/11/a.en.md": ARTICLE,
    "readme.MD": b"",
    "x.markdown": b"x",
}


def write(folder: Path, files: dict[str, bytes] = FILES) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def tar_bytes(members: Iterable[tuple[str | tarfile.TarInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for member, data in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def zip_bytes(
    members: Iterable[tuple[str | zipfile.ZipInfo, bytes]], compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for member, data in members:
            archive.writestr(member, data)
    return buffer.getvalue()


def entries(path: Path) -> list[Entry]:
    found = list(scan(path))
    assert [item for item in found if isinstance(item, Refusal)] == []
    return [item for item in found if isinstance(item, Entry)]


def origins(path: Path) -> list[str]:
    return [item.origin for item in scan(path) if isinstance(item, Entry)]


def refusals(path: Path) -> list[str]:
    return [str(item) for item in scan(path) if isinstance(item, Refusal)]


class TestFolder:
    def test_articles_come_in_a_fixed_order_with_their_paths_sizes_and_times(
        self, tmp_path: Path
    ) -> None:
        found = entries(write(tmp_path))
        assert [e.origin for e in found] == [
            "readme.MD",
            "x.markdown",
            "2025/11/a.en.md",
            "2025/11/b.en.md",
        ]
        article = found[2]
        assert article.where == str(tmp_path / "2025/11/a.en.md")
        assert (article.size, article.mtime_ns) == stamp(tmp_path / "2025/11/a.en.md")
        assert article.data is None
        assert article.read() == ARTICLE

    def test_hidden_files_and_other_types_are_passed_over(self, tmp_path: Path) -> None:
        write(tmp_path, {".git/a.md": b"", ".b.md": b"", "c.png": b"", "d.zip": b"", "e.md/f": b""})
        assert list(scan(tmp_path)) == []

    def test_a_link_to_the_folder_leads_to_the_same_articles(self, tmp_path: Path) -> None:
        write(tmp_path / "real")
        (tmp_path / "link").symlink_to("real")
        assert list(scan(tmp_path / "link")) == list(scan(tmp_path / "real"))
        assert resolve(tmp_path / "link") == tmp_path / "real"

    def test_a_link_to_an_article_inside_is_that_article(self, tmp_path: Path) -> None:
        write(tmp_path, {".annex/1f": ARTICLE})
        (tmp_path / "a.md").symlink_to(".annex/1f")
        (entry,) = entries(tmp_path)
        assert (entry.origin, entry.where) == ("a.md", str(tmp_path / ".annex/1f"))
        assert entry.read() == ARTICLE

    def test_links_out_of_the_folder_are_refused_by_name(self, tmp_path: Path) -> None:
        write(tmp_path / "outside", {"a.md": ARTICLE, "b.txt": b""})
        root = tmp_path / "outside-not"
        root.mkdir()
        (root / "a.md").symlink_to("../outside/a.md")
        (root / "b.txt").symlink_to("../outside/b.txt")
        (root / "folder").symlink_to("../outside")
        assert list(scan(root)) == [
            Refusal(where=str(root / "a.md"), reason="is a link out of the folder"),
            Refusal(where=str(root / "folder"), reason="is a link out of the folder"),
        ]

    def test_loops_of_links_and_links_to_nothing_end(self, tmp_path: Path) -> None:
        write(tmp_path, {"z/real.md": ARTICLE})
        (tmp_path / "z/up").symlink_to("..")
        (tmp_path / "a.md").symlink_to("b.md")
        (tmp_path / "b.md").symlink_to("a.md")
        (tmp_path / "c.md").symlink_to("nothing.md")
        assert origins(tmp_path) == ["z/real.md"]
        assert [line.split(":")[0] for line in refusals(tmp_path)] == [
            str(tmp_path / name) for name in ("a.md", "b.md", "c.md")
        ]

    def test_an_irregular_file_is_never_opened(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.md")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(os.path.relpath(tmp_path / "s.md"))
            assert refusals(tmp_path) == [
                f"{tmp_path}/pipe.md: is not a regular file",
                f"{tmp_path}/s.md: is not a regular file",
            ]
        with pytest.raises(SourceError, match="is not a regular file"):
            Entry(where=str(tmp_path / "pipe.md"), origin="", size=0, mtime_ns=0).read()

    def test_a_file_that_is_too_large_is_refused_unread(self, tmp_path: Path) -> None:
        for name, size in (("fits.md", MAX_FILE_BYTES), ("large.md", MAX_FILE_BYTES + 1)):
            with (tmp_path / name).open("wb") as file:
                file.truncate(size)
        assert origins(tmp_path) == ["fits.md"]
        assert refusals(tmp_path) == [f"{tmp_path}/large.md: is larger than 4 MiB"]

    def test_a_name_that_is_not_text_is_exact_for_reading_and_clean_for_display(
        self, tmp_path: Path
    ) -> None:
        raw = os.fsencode(tmp_path) + b"/caf\xe9\x1b[2J.md"
        try:
            Path(os.fsdecode(raw)).write_bytes(ARTICLE)
        except OSError:
            pytest.skip("the file system takes no such name")
        (entry,) = entries(tmp_path)
        assert os.fsencode(entry.where) == raw
        assert entry.origin == "caf�.md"
        assert entry.read() == ARTICLE

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_an_unreadable_file_is_refused_and_the_rest_is_imported(self, tmp_path: Path) -> None:
        write(tmp_path, {"locked/a.md": b"", "open/b.md": b""})
        (tmp_path / "locked").chmod(0)
        assert origins(tmp_path) == ["open/b.md"]
        assert refusals(tmp_path) == [f"{tmp_path}/locked: cannot be read (Permission denied)"]
        (tmp_path / "locked").chmod(stat.S_IRWXU)

    def test_a_folder_that_vanishes_during_the_scan_is_named(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.md": b"", "b/c.md": b""})
        found = scan(tmp_path)
        next(found)
        (tmp_path / "b/c.md").unlink()
        (tmp_path / "b").rmdir()
        (refusal,) = found
        assert str(refusal) == f"{tmp_path}/b: cannot be read (No such file or directory)"

    @pytest.mark.parametrize("data", [b"longer than it was", b"", b"bEE"])
    def test_a_file_that_changed_since_the_scan_is_not_stored_under_its_old_stamp(
        self, tmp_path: Path, data: bytes
    ) -> None:
        path = write(tmp_path, {"a.md": b"bee"}) / "a.md"
        (entry,) = entries(tmp_path)
        path.write_bytes(data)
        os.utime(path, ns=(0, entry.mtime_ns + 1))
        with pytest.raises(SourceError, match="changed while it was being imported"):
            entry.read()

    def test_a_file_that_was_replaced_by_a_link_is_not_followed(self, tmp_path: Path) -> None:
        path = write(tmp_path / "root", {"a.md": b"bee"}) / "a.md"
        (entry,) = entries(tmp_path / "root")
        path.rename(tmp_path / "elsewhere.md")
        path.symlink_to(tmp_path / "elsewhere.md")
        with pytest.raises(SourceError, match="cannot be read"):
            entry.read()


class TestNamedPath:
    def test_a_single_file_is_known_by_its_name(self, tmp_path: Path) -> None:
        (entry,) = entries(write(tmp_path) / "2025/11/a.en.md")
        assert entry.origin == "a.en.md"
        assert entry.where == str(tmp_path / "2025/11/a.en.md")

    def test_a_missing_path_is_an_error(self, tmp_path: Path) -> None:
        for path in (tmp_path / "no.md", write(tmp_path) / "x.markdown/no"):
            with pytest.raises(SourceError, match="there is no such file or folder"):
                scan(path)
            with pytest.raises(SourceError, match="there is no such file or folder"):
                stamp(path)

    def test_a_path_that_is_too_long_is_an_error(self) -> None:
        with pytest.raises(SourceError, match="cannot be read"):
            scan(Path("/" + "a" * 5000))

    def test_a_file_that_is_neither_article_nor_archive_is_refused(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.png": b""})
        os.mkfifo(tmp_path / "pipe.zip")
        assert refusals(tmp_path / "a.png")[0].startswith(
            f"{tmp_path}/a.png: is neither an article"
        )
        assert refusals(tmp_path / "pipe.zip") == [f"{tmp_path}/pipe.zip: is not a regular file"]

    def test_an_archive_is_known_by_its_name_but_a_folder_is_not_one(self, tmp_path: Path) -> None:
        assert is_archive(tmp_path / "news.2025.TAR.gz")
        assert not is_archive(tmp_path / "news.md")
        write(tmp_path / "news.zip")
        assert not is_archive(tmp_path / "news.zip")
        assert len(entries(tmp_path / "news.zip")) == len(FILES)


PACKED = {
    "a.zip": lambda: zip_bytes(FILES.items()),
    "a.tar": lambda: tar_bytes(FILES.items()),
    "a.tar.gz": lambda: gzip.compress(tar_bytes(FILES.items())),
    "a.tgz": lambda: gzip.compress(tar_bytes(FILES.items())),
    "a.tar.xz": lambda: lzma.compress(tar_bytes(FILES.items())),
    "a.tar.bz2": lambda: bz2.compress(tar_bytes(FILES.items())),
}


class TestArchive:
    @pytest.mark.parametrize("name", PACKED)
    def test_members_come_in_their_order_with_their_bytes(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        path.write_bytes(PACKED[name]())
        found = entries(path)
        assert [(e.origin, e.read()) for e in found] == list(FILES.items())
        assert [e.where for e in found] == [f"{path}!{member}" for member in FILES]
        assert {e.mtime_ns for e in found} == {stamp(path)[1]}
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize("name", PACKED)
    def test_an_archive_is_read_by_what_it_is_not_by_its_name(
        self, tmp_path: Path, name: str
    ) -> None:
        path = tmp_path / "misnamed.tar.gz"
        path.write_bytes(PACKED[name]())
        assert origins(path) == list(FILES)

    def test_exclamation_marks_in_paths_are_handled(self, tmp_path: Path) -> None:
        path = tmp_path / "wow!x.zip"
        path.write_bytes(zip_bytes([("a!b.md", b"x")]))
        (entry,) = entries(path)
        assert (entry.where, entry.origin) == (f"{path}!a!b.md", "a!b.md")

    @pytest.mark.parametrize(("suffix", "pack"), [("zip", zip_bytes), ("tar", tar_bytes)])
    def test_member_names_are_checked_one_by_one(
        self, tmp_path: Path, suffix: str, pack: Callable[..., bytes]
    ) -> None:
        good, hidden = "./2025/a.md", ["._a.md", ".git/b.md", "inner.zip", "c.png", "folder/"]
        bad = ["../up.md", "2025/../../up.md", "/etc/abs.md", "..\\up.md", "\\abs.md"]
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(pack((name, b"") for name in [*hidden, *bad, good]))
        assert origins(path) == ["2025/a.md"]
        assert refusals(path) == [
            f"{path}!{name}: has a name that leads out of the archive" for name in bad
        ]

    def test_a_hostile_name_is_clean_to_show(self, tmp_path: Path) -> None:
        path = tmp_path / "a.tar"
        path.write_bytes(tar_bytes([("caf\udce9\x1b[2J.md", b""), ("../\x1b[2J.md", b"")]))
        entry, refusal = scan(path)
        assert isinstance(entry, Entry)
        assert entry.origin == "caf�.md"
        assert entry.where == f"{path}!caf\udce9\x1b[2J.md"
        assert "\x1b" not in str(refusal)

    def test_links_and_devices_are_refused(self, tmp_path: Path) -> None:
        kinds = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
        infos = []
        for number, kind in enumerate(kinds):
            info = tarfile.TarInfo(f"{number}.md")
            info.type, info.linkname = kind, "/etc/passwd"
            infos.append((info, b""))
        path = tmp_path / "a.tar"
        path.write_bytes(tar_bytes([*infos, ("good.md", b"x")]))
        assert origins(path) == ["good.md"]
        assert refusals(path) == [
            f"{path}!{n}.md: is not a regular file" for n in range(len(kinds))
        ]

        link = zipfile.ZipInfo("link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        path = tmp_path / "a.zip"
        path.write_bytes(zip_bytes([(link, b"/etc/passwd"), ("good.md", b"x")]))
        assert origins(path) == ["good.md"]
        assert refusals(path) == [f"{path}!link.md: is not a regular file"]

    @pytest.mark.parametrize(("suffix", "pack"), [("zip", zip_bytes), ("tar", tar_bytes)])
    def test_a_member_that_is_too_large_is_refused(
        self, tmp_path: Path, suffix: str, pack: Callable[..., bytes]
    ) -> None:
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(pack([("large.md", bytes(MAX_FILE_BYTES + 1)), ("good.md", b"x")]))
        assert origins(path) == ["good.md"]
        assert refusals(path) == [f"{path}!large.md: is larger than 4 MiB"]

    def test_a_member_larger_than_declared_is_refused(self, tmp_path: Path) -> None:
        data = zip_bytes([("liar.md", bytes(100_000)), ("good.md", b"x")])
        path = tmp_path / "a.zip"
        path.write_bytes(data.replace(struct.pack("<L", 100_000), struct.pack("<L", 10)))
        assert origins(path) == ["good.md"]
        assert refusals(path)[0].startswith(f"{path}!liar.md: is damaged")

    @pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar.xz", "a.tar.bz2"])
    def test_a_bomb_stops_early_and_what_came_before_stays(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setattr(archives, "UNPACKED_ALWAYS", 100_000)
        bomb = [("good.md", b"x"), ("1.md", bytes(1_000_000)), ("2.md", bytes(3_000_000))]
        packers: dict[str, Callable[[bytes], bytes]] = {
            "gz": gzip.compress,
            "xz": lzma.compress,
            "bz2": bz2.compress,
        }
        pack = packers.get(name.rpartition(".")[2])
        path = tmp_path / name
        path.write_bytes(pack(tar_bytes(bomb)) if pack else zip_bytes(bomb))
        assert origins(path)[0] == "good.md"
        assert len(origins(path)) < len(bomb)
        assert refusals(path)[-1].startswith(f"{path}: unpacks to far more")

    def test_a_bomb_that_is_not_an_article_stops_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(archives, "UNPACKED_ALWAYS", 100_000)
        path = tmp_path / "a.tar.gz"
        path.write_bytes(gzip.compress(tar_bytes([("big.bin", bytes(3_000_000)), ("a.md", b"")])))
        assert origins(path) == []
        assert refusals(path)[0].startswith(f"{path}: unpacks to far more")

    @pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress, bz2.compress])
    def test_a_truncated_tar_gives_its_complete_members_and_a_refusal(
        self, tmp_path: Path, compress: Callable[[bytes], bytes]
    ) -> None:
        noise = [os.urandom(2_000) for _ in range(500)]
        whole = compress(tar_bytes((f"{n}.md", data) for n, data in enumerate(noise)))
        path = tmp_path / "a.tar"
        path.write_bytes(whole[: len(whole) * 9 // 10])
        found = [item for item in scan(path) if isinstance(item, Entry)]
        assert [entry.data for entry in found] == noise[: len(found)]
        (refusal,) = refusals(path)
        assert refusal.startswith(f"{path}: is damaged or cut off")

    def test_a_tar_cut_off_between_two_members_says_so(self, tmp_path: Path) -> None:
        path = tmp_path / "a.tar"
        path.write_bytes(tar_bytes([("a.md", b"a"), ("b.md", b"b")])[: 2 * 512])
        assert origins(path) == ["a.md"]
        assert refusals(path) == [f"{path}: is damaged or cut off (no end mark)"]

    def test_a_broken_tar_header_is_not_mistaken_for_the_end(self, tmp_path: Path) -> None:
        data = bytearray(tar_bytes([("a.md", b"a"), ("b.md", b"b")]))
        data[2 * 512 + 10] ^= 0xFF
        path = tmp_path / "a.tar"
        path.write_bytes(data)
        assert origins(path) == ["a.md"]
        assert refusals(path) == [f"{path}: is damaged or cut off (no end mark)"]

    def test_headers_that_point_back_or_are_huge_end_the_archive(self, tmp_path: Path) -> None:
        back, huge = tarfile.TarInfo("back.bin"), tarfile.TarInfo("huge")
        back.size, huge.size, huge.type = -1024, 10**9, tarfile.XHDTYPE
        good = tar_bytes([("good.md", b"")])
        for info in (back, huge):
            path = tmp_path / "a.tar"
            path.write_bytes(good[:512] + info.tobuf(tarfile.GNU_FORMAT) + good)
            assert origins(path) == ["good.md"]
            assert "is damaged or cut off" in refusals(path)[0]

    def test_a_damaged_member_of_a_zip_leaves_the_others(self, tmp_path: Path) -> None:
        data = zip_bytes([("bad.md", b"bad text"), ("good.md", b"x")], compression=0)
        path = tmp_path / "a.zip"
        path.write_bytes(data.replace(b"bad text", b"BAD text"))
        assert origins(path) == ["good.md"]
        assert refusals(path)[0].startswith(f"{path}!bad.md: is damaged or cut off (Bad CRC")

    @pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz", "a.tar.xz"])
    @pytest.mark.parametrize("data", [b"", b"PK", b"no archive at all" * 99])
    def test_a_file_that_is_not_an_archive_is_refused_once(
        self, tmp_path: Path, name: str, data: bytes
    ) -> None:
        path = tmp_path / name
        path.write_bytes(data)
        (refusal,) = scan(path)
        assert str(refusal).startswith(f"{path}: is damaged or cut off")

    def test_locked_members_are_counted_and_the_others_come_in(self, tmp_path: Path) -> None:
        data = bytearray(zip_bytes([("a.md", b"a"), ("b.md", b"b"), ("open.md", b"c")]))
        for name in (b"a.md", b"b.md"):
            data[data.index(name) - 30 + 6] |= 1
            data[data.rindex(name) - 46 + 8] |= 1
        path = tmp_path / "a.zip"
        path.write_bytes(data)
        assert origins(path) == ["open.md"]
        assert refusals(path) == [
            f"{path}: has 2 articles locked by a password; unpack it and import the folder"
        ]

    def test_members_that_would_unpack_unbounded_are_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        path.write_bytes(zip_bytes([("a.md", b"a")], compression=zipfile.ZIP_BZIP2))
        (refusal,) = refusals(path)
        assert refusal.startswith(f"{path}!a.md: is packed in a way that cannot be read safely")


SOUND = {
    "a.tar": tar_bytes([(f"{'d' * 120}/a.md", b"a" * 600), ("b.md", b"b")]),
    "a.zip": zip_bytes([("a.md", b"a" * 600), ("b.md", b"b")]),
    "a.tar.xz": lzma.compress(tar_bytes([("a.md", b"a" * 600), ("b.md", b"b")])),
}


@given(
    st.sampled_from(list(SOUND)),
    st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=12)), max_size=4),
    st.integers(1, 6000),
)
@example("a.tar", [(0, b"\x80" * 512)], 6000)
def test_a_damaged_archive_neither_raises_nor_hangs(
    name: str, edits: list[tuple[int, bytes]], length: int
) -> None:
    data = bytearray(SOUND[name])
    for at, change in edits:
        at %= len(data)
        data[at : at + len(change)] = change
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data[:length])
        for item in scan(path):
            assert isinstance(item, Refusal) or len(item.read()) == item.size
