"""The replacement of `textual.types` loads nothing until more names are asked for."""

import subprocess
import sys

import reader.ui

SCRIPT = """
import sys
import reader.ui
import textual.app
print("textual.widgets._directory_tree" in sys.modules)
from textual.types import DirEntry, IgnoreReturnCallbackType, CSSPathError
import textual.types
print(DirEntry.__module__, bool(textual.types.__file__))
try:
    from textual.types import nothing
except ImportError:
    print("no such name")
"""


def test_types_are_those_of_textual_and_five_widgets_are_not_imported_for_them() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=reader.ui.__path__[0] + "/../..",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.splitlines() == [
        "False",
        "textual.widgets._directory_tree True",
        "no such name",
    ]
