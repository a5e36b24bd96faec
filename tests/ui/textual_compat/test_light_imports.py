"""What the screen imports lightly: encryption, misspelt names and Markdown work as before."""

import json
import ssl
import subprocess
import sys
from pathlib import Path

import reader.ui
from tests.news_server import feed, news_server
from tests.unit.sources.test_http import certificate, needs_openssl

ROOT = Path(reader.ui.__path__[0]).parents[1]

FETCHED = """
import json, sys
from pathlib import Path
import reader.ui
before = sorted(sys.modules)
from reader.library import Library
from reader.subscriptions import Subscription
with Library(Path(sys.argv[1])) as library:
    [result] = library.sync([Subscription("Ledger", sys.argv[2])])
    print(json.dumps([before, result.new, result.error]))
"""

MARKDOWN = """
import json, sys
from reader.ui.prose.text import Prose, warm_up
warm_up()
before = sorted(sys.modules)
text = "&copy; &eacute;tude &nonsense; &amp; &#65; www.a.example https://b.example/"
lines = [line.text for line in Prose(text).lines(100)]
from markdown_it.common.entities import entities
print(json.dumps([before, lines, entities["copy"], len(entities)]))
"""

MISSPELT = """
import json, sys
import reader.ui
from textual.suggestions import get_suggestion
before = sorted(sys.modules)
from typing_extensions import Self, deprecated
print(json.dumps([before, get_suggestion("redu", ["blue", "red"]), Self.__module__]))
"""


def ran(script: str, *arguments: str, **names: str) -> list[object]:
    """What a script prints that runs in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", **names},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed: list[object] = json.loads(done.stdout)
    return printed


@needs_openssl
def test_a_program_with_a_screen_fetches_encrypted_feeds(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made = certificate(tmp_path, "known")
    context.load_cert_chain(*made)
    with news_server(context) as server:
        url = server.serve("/feed", feed("One", "Two"))
        before, new, error = ran(FETCHED, str(tmp_path / "data"), url, SSL_CERT_FILE=str(made[0]))
    assert isinstance(before, list)
    assert "asyncio.sslproto" in before
    assert not {"ssl", "_ssl"} & set(before), "the screen itself does without OpenSSL"
    assert (new, error) == (2, "")


def test_named_characters_are_shown_and_the_table_of_them_is_loaded_late() -> None:
    before, lines, copy, names = ran(MARKDOWN)
    assert isinstance(before, list)
    assert "markdown_it" in before
    assert not {"html.entities", "linkify_it"} & set(before)
    assert lines == ["© étude &nonsense; & A www.a.example https://b.example/"]
    assert (copy, names) == ("©", 2125), "others get the real table"


def test_misspelt_names_are_corrected_and_others_get_the_real_modules() -> None:
    before, suggested, module = ran(MISSPELT)
    assert isinstance(before, list)
    assert not {"difflib", "typing_extensions"} & set(before)
    assert (suggested, module) == ("red", "typing")
