"""What each start of the program imports: a command no screen, a first screen nothing it can spare.

The import contracts say which module may import which; these tests look at what is imported.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import article, library

ROOT = Path(__file__).parents[2]

HEAVY = {
    *("httpx", "ftfy", "yaml", "frontmatter", "markdown_it", "tarfile", "zipfile"),
    *("multiprocessing", "rich.markdown", "click", "feedparser", "tomlkit", "keyring"),
    *("reader.sources", "reader.importing", "reader.exporting", "reader.browser"),
    *("reader.sync_process", "reader.syncing", "reader.subscribing", "reader.subscriptions"),
    *("reader.health", "reader.doctor", "reader.cache.checking", "reader.redaction"),
    *("reader.spellings", "reader.inside", "reader.exposed"),
    "reader.backup",
    *("reader.cache.marks_repair", "reader.cache.marks_copies", "reader.cache.marks_salvage"),
    *("reader.cache.marks_shown", "reader.cache.asides", "reader.cache.snapshots"),
    *("reader.cache.engine", "reader.cache.sqlite_transaction", "reader.cache.facet_changes"),
    *("reader.cache.intake", "reader.cache.stored", "reader.cache.facts"),
    *("reader.ui.tag_picker", "reader.ui.help_screen", "reader.ui.links_screen"),
    *("reader.ui.syncing", "reader.ui.sources_screen", "reader.ui.originals"),
    *("reader.ui.search_line", "reader.ui.reading_pane", "reader.ui.prose", "reader.ui.languages"),
    *("reader.originals", "trafilatura"),
    *("reader.ui.commands", "reader.formats.front_matter", "reader.formats.notes"),
}
"""What the first screen does without."""

COMMAND = """
import json, sys
from reader.main import main
try:
    main()
finally:
    json.dump(sorted(sys.modules), sys.stderr)
"""

FIRST_PAINT = """
import json, sys
from pathlib import Path
from reader.config import Settings
from reader.library import Library
from reader.query import Query
from reader.ui.app import CryptoreadApp

class Probe(CryptoreadApp):
    def _display(self, screen, update):
        rows = getattr(update, "strips", ())
        if "Story 1" in "".join(strip.text for row in rows for strip in row):
            json.dump(sorted(sys.modules), sys.stderr)
            self.exit()

with Library(Path(sys.argv[1])) as library:
    Probe(library, Settings(), Query()).run(headless=True, size=(120, 40))
"""


def modules(script: str, *arguments: str) -> set[str]:
    """What is imported when the script has run with these arguments."""
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env={"PATH": os.defpath, "HOME": "/nonexistent", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    library(folder, [article(n) for n in range(1, 4)]).close()
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["list"],
        ["list", "--format", "json"],
        ["stats", "--format", "json"],
        ["show", "1", "--format", "json"],
    ],
    ids=" ".join,
)
def test_a_command_imports_no_screen(data: Path, arguments: list[str]) -> None:
    imported = modules(COMMAND, "--data", str(data), *arguments)
    assert "reader.cli" in imported
    assert not {name for name in imported if name.split(".")[0] == "textual"}
    assert not {"httpx", "ftfy", "yaml", "markdown_it", "reader.ui"} & imported


def test_help_imports_neither_cache_nor_library() -> None:
    imported = modules(COMMAND, "--help")
    assert not {"sqlite3", "pyroaring", "reader.library", "reader.cache"} & imported
    assert not {"httpx", "feedparser", "tomlkit", "keyring", "reader.syncing"} & imported


def test_the_first_screen_imports_nothing_that_it_can_spare(data: Path) -> None:
    assert modules(FIRST_PAINT, str(data)) & HEAVY == set()


def test_the_model_needs_nothing_but_the_standard_library() -> None:
    script = "import json, sys; import reader.article, reader.errors, reader.query"
    imported = modules(f"{script}; json.dump(sorted(sys.modules), sys.stderr)")
    ours_and_standard = {"reader", "__main__"} | sys.stdlib_module_names
    foreign = {name.split(".")[0] for name in imported} - ours_and_standard
    assert not {name for name in foreign if not name.startswith(("_", "sitecustomize"))}
