"""Imports of each start of the program: a command imports no screen, a screen only its parts.

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
    *("textual.command", "textual.types", "textual.widgets._input", "reader.ui.portrait"),
    *("ipaddress", "ntpath", "tokenize"),
    *("asyncio.sslproto", "logging", "mimetypes", "random", "ssl", "subprocess"),
    *("traceback", "typing_extensions", "uuid", "rich.table", "rich.tree", "textual.canvas"),
    *("textual.css._help_text", "textual.suggestions", "asyncio.staggered"),
    *("rich.markup", "rich.padding", "rich.panel", "textual.file_monitor", "textual.markup"),
    *("reader.cache.recent", "reader.cache.fts5", "reader.query.patterns", "re2"),
    *("httpx", "ftfy", "yaml", "frontmatter", "markdown_it", "tarfile", "zipfile"),
    *("multiprocessing", "rich.markdown", "click", "feedparser", "tomlkit", "keyring"),
    *("reader.sources", "reader.archive.importing", "reader.archive.exporting", "reader.browser"),
    *(
        "reader.ui.screen.sync_process",
        "reader.live.sync",
        "reader.config.subscriptions_file",
        "reader.subscriptions",
    ),
    *(
        "reader.live.health",
        "reader.doctor",
        "reader.cache.repair.checking",
        "reader.safety.redaction",
    ),
    *("reader.safety.spellings", "reader.web.inside", "reader.config.exposed", "reader.reasons"),
    *("reader.archive.backup", "reader.safety.temporary"),
    *(
        "reader.cache.repair.marks_repair",
        "reader.cache.repair.marks_copies",
        "reader.cache.repair.marks_salvage",
    ),
    *(
        "reader.cache.repair.marks_shown",
        "reader.cache.files.asides",
        "reader.cache.repair.snapshots",
    ),
    *(
        "reader.cache.engine",
        "reader.cache.engines.sqlite.transaction",
        "reader.cache.facets.changes",
    ),
    *("reader.cache.intake", "reader.cache.values.stored", "reader.cache.engines.sqlite.facts"),
    *("reader.ui.modals.tag_picker", "reader.ui.modals.help", "reader.ui.modals.links"),
    *("reader.ui.screen.sync", "reader.ui.modals.sources", "reader.ui.screen.full_text"),
    *("reader.ui.screen.insight.mood", "reader.ui.modals.mood", "reader.cache.mood"),
    *("reader.ui.screen.insight.related", "reader.ui.modals.related"),
    *("reader.cache.insight.alerts", "reader.alerts", "reader.config.alerts"),
    *("reader.cache.insight", "reader.ui.briefing", "reader.ui.screen.insight", "reader.insight"),
    *("reader.query.lexing", "reader.nearest", "textwrap", "pickle", "string", "atexit"),
    *("decimal", "_decimal"),
    *("reader.text", "reader.digests", "reader.formats", "reader.cache.values.stored"),
    "reader.cache.asking.mood",
    *(
        "reader.ui.bars.search_line",
        "reader.ui.reading.pane",
        "reader.ui.prose.text",
        "reader.ui.screen.languages",
    ),
    *("reader.live.full_text", "trafilatura"),
    *("ssl", "hashlib", "difflib", "platformdirs", "html.entities", "linkify_it", "ctypes"),
    *(
        "reader.ui.screen.palette",
        "reader.formats.archive.front_matter",
        "reader.formats.archive.notes",
    ),
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

OF_A_VISIT = {
    *("reader.cache.insight", "reader.cache.insight.briefing", "reader.cache.insight.insight"),
    *("reader.cache.insight.visits", "reader.cache.values.pair"),
    "reader.cache.engines.sqlite.arrivals",
    *("reader.ui.briefing", "reader.ui.briefing.lines", "reader.ui.briefing.moments"),
    *("reader.ui.briefing.pane", "reader.ui.briefing.parts"),
    *("reader.ui.screen.insight", "reader.ui.screen.insight.briefing"),
}
"""What the first screen needs besides to say that nothing is new since the last visit."""

FIRST_PAINT = """
import json, sys
from reader.main import import_common
import_common()
from pathlib import Path
from reader.config.settings import Settings
from reader.library import Library
from reader.query.language import Query
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
    assert "reader.cli.group" in imported
    assert not {name for name in imported if name.split(".")[0] == "textual"}
    assert not {"httpx", "ftfy", "yaml", "markdown_it", "reader.ui"} & imported


def test_help_imports_neither_cache_nor_library() -> None:
    imported = modules(COMMAND, "--help")
    assert not {"sqlite3", "pyroaring", "reader.library", "reader.cache"} & imported
    assert not {"httpx", "feedparser", "tomlkit", "keyring", "reader.live.sync"} & imported


def test_the_first_screen_imports_only_what_it_needs(data: Path) -> None:
    assert modules(FIRST_PAINT, str(data)) & HEAVY == set()


def test_the_first_screen_after_a_visit_tells_at_once_that_nothing_is_new(data: Path) -> None:
    before = modules(FIRST_PAINT, str(data))
    with library(data) as opened:
        opened.insight.save_visit(opened.insight.present())
    assert modules(FIRST_PAINT, str(data)) - before == OF_A_VISIT


def test_the_model_needs_nothing_but_the_standard_library() -> None:
    script = "import json, sys; import reader.article, reader.errors, reader.query.language"
    imported = modules(f"{script}; json.dump(sorted(sys.modules), sys.stderr)")
    ours_and_standard = {"reader", "__main__"} | sys.stdlib_module_names
    foreign = {name.split(".")[0] for name in imported} - ours_and_standard
    assert not {name for name in foreign if not name.startswith(("_", "sitecustomize"))}
