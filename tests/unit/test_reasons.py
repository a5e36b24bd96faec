"""Why a file failed is said in the language of the interface."""

import errno
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from reader.i18n import VARIABLE
from reader.reasons import reason_of, reason_of_sqlite
from tests.locales.texts import PACKAGE

MET = (
    *("EACCES", "ENOENT", "ENOSPC", "EROFS", "EISDIR", "ENOTDIR", "EEXIST", "EPERM", "EBUSY"),
    *("EMFILE", "ENFILE", "ELOOP", "ENAMETOOLONG", "ETIMEDOUT", "ECONNREFUSED", "EIO", "EINVAL"),
    *("ENOTEMPTY", "EXDEV", "EDQUOT", "EFBIG", "ENOEXEC", "ETXTBSY", "E2BIG", "ENOMEM"),
)
"""Errors that users meet."""


def spoken(code: str) -> str:
    """Return what a program prints that speaks Ukrainian."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {VARIABLE: "uk"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("name", MET)
def test_english_has_the_words_of_the_system(name: str) -> None:
    number = getattr(errno, name)
    assert reason_of(OSError(number, os.strerror(number), "file")) == os.strerror(number)


def test_what_users_meet_is_said_in_ukrainian() -> None:
    code = (
        "import errno, os\n"
        "from reader.reasons import reason_of\n"
        f"for name in {MET!r}:\n"
        "    number = getattr(errno, name)\n"
        "    print(reason_of(OSError(number, os.strerror(number), 'x')))\n"
    )
    said = spoken(code).splitlines()
    assert len(said) == len(MET)
    assert [each for each in said if not each or re.search("[A-Za-z]", each)] == []


def test_an_error_without_a_translation_keeps_its_words() -> None:
    code = (
        "from reader.reasons import reason_of, reason_of_sqlite\n"
        "for error in (OSError(9999, 'Odd'), OSError('Told'), ValueError('Null'), OSError()):\n"
        "    print([reason_of(error), reason_of_sqlite(error)])\n"
    )
    assert spoken(code).splitlines() == [
        *("['Odd', '[Errno 9999] Odd']", "['Told', 'Told']", "['Null', 'Null']", "['', '']"),
    ]


def test_what_sqlite_says_of_a_file_is_translated(tmp_path: Path) -> None:
    (tmp_path / "cache.db").write_bytes(b"not a database" * 100)
    with pytest.raises(sqlite3.DatabaseError) as caught:
        sqlite3.connect(tmp_path / "cache.db").execute("SELECT * FROM sqlite_schema")
    assert reason_of_sqlite(caught.value) == "file is not a database"
    code = (
        "import sqlite3\n"
        "from reader.reasons import reason_of_sqlite\n"
        "print(reason_of_sqlite(sqlite3.DatabaseError('file is not a database')))"
    )
    assert spoken(code) == "це не база даних\n"


def test_a_file_that_cannot_be_read_is_refused_in_ukrainian(tmp_path: Path) -> None:
    link = tmp_path / "own.toml"
    link.symlink_to(link)
    code = (
        "from pathlib import Path\n"
        "from reader.config.settings import read_settings\n"
        "try:\n"
        f"    read_settings(Path({str(link)!r}))\n"
        "except Exception as error:\n"
        "    print(error)"
    )
    assert spoken(code) == f"{link}: не вдалося прочитати (забагато символьних посилань)\n"


def test_the_words_of_the_system_are_shown_by_one_function() -> None:
    allowed = {"reasons.py", "logs.py"}  # the log is English
    assert [
        str(path)
        for path in PACKAGE.rglob("*.py")
        if path.name not in allowed and "strerror" in path.read_text()
    ] == []
