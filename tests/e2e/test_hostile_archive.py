"""Hostile text, against the terminal, markup and the file system, is shown and has no effect."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import markdown
from tests.e2e.conftest import COMMAND, Browser, Command, Reader, leave, run
from tests.terminal import Terminal

CLIPBOARD = "\x1b]52;c;SE9TVElMRQ==\x07"
SEQUENCES = {
    "clipboard": CLIPBOARD,
    "clipboard-c1": "\x9d52;c;SE9TVElMRQ==\x9c",
    "title": "\x1b]0;HOSTILE\x07",
    "erase": "\x1b[2J\x1b[H",
    "erase-c1": "\x9b2J",
    "report": "\x1b[6n\x1b[c\x1bZ",
    "device": '\x1bP$q"p\x1b\\',
    "charset": "\x1b(0\x0e",
    "mouse": "\x1b[?1000l\x1b[?1049l",
    "reset": "\x1bc",
    "link": "\x1b]8;;file:///etc/passwd\x1b\\here\x1b]8;;\x1b\\",
    "controls": "\x00\x07\x08\x0b\x0c\r\x7f",
    "override": "\u202egnirts\u202c \u2066isolated\u2069 \u200f",
    "tags": "\U000e0041\U000e0042\U000e007f",
}
"""What reaches a terminal or deceives a reader's eye."""

MARKUP = {
    "closing": "[/foo] closing",
    "ticker": "[BTC] ticker",
    "colour": "[red]colour[/red]",
    "action": "[@click=app.quit]action x[/]",
    "anchor": "[link=https://evil.example]anchor[/link]",
    "nested": "[[b]]]$nested[/] {x} %s",
}
"""What would be taken for markup, by name; to be shown letter by letter."""

BODY = """## PAYLOAD

PAYLOAD | PAYLOAD

- [PAYLOAD](javascript:PAYLOAD)
- [bank.example](https://evil.example/x)

```
PAYLOAD
```

| a | PAYLOAD |
|---|---|
| PAYLOAD | b |
"""

CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?|[\x00-\x1f]"
)
LINK = re.compile(r"\x1b\]8;id=[\d-]+;https?://[!-~]*\x1b\\|\x1b\]8;;\x1b\\")
"""The beginning of a link that a browser may be given, and the end of any."""
UNWANTED = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def sequences(raw: bytes) -> set[str]:
    """The kinds of control sequences that a program wrote: colours and places are not told apart.

    A character that no program ought to write counts as one, too.
    """
    text = LINK.sub("", raw.decode())
    kinds = {re.sub(r"(?<=\x1b\[)[\d;]*(?=[mH]$)", "", found) for found in CONTROL.findall(text)}
    return kinds | set(UNWANTED.findall(text))


def hostile_files() -> Iterator[tuple[str, str]]:
    """Names and contents: every payload in every field that is shown, bare or escaped."""
    for n, (name, payload) in enumerate((SEQUENCES | MARKUP).items()):
        plain, escaped = payload.replace('"', ""), json.dumps(payload)[1:-1]
        fields = {
            "title": f'"{escaped if n % 2 else plain} in a title"',
            "description": f'"{plain if n % 2 else escaped} described"',
            "publishedAt": f"2025-11-{n + 1:02}T00:00:00Z",
            "lang": "en",
            "externalId": name,
            "source": f'\n  name: "{escaped}"\n  key: "key {plain}"',
            "category": f'"{escaped}"' if n % 2 else "BTC",
            "tags": f'\n  - "{escaped}"\n  - COMMON',
            "coverImage": f'\n  regular: "https://x.example/{escaped}"',
            "canonicalUrl": "null" if n % 3 else f'"https://x.example/{escaped}"',
            "body": BODY.replace("PAYLOAD", payload),
        }
        yield f"{name}.en.md", markdown(**fields)
        if n % 3 == 0:
            header = f"date: 2009-01-05\ntitle: {payload}: @broken\n\ttags: [{payload}"
            broken = f"---\n{header}\n---\n{payload}"
            yield f"{name}-broken.en.md", broken
    for payload in (CLIPBOARD, "[", "\u202egpj", "[@click=app.quit]", "bytes \udcff"):
        yield f"{payload}-refused.en.md", "no text \0"
        yield f"{payload}-taken.en.md", "---\ndate: 2009-01-05\n---\n- [harm](https://x.example/)"


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the hostile archive in its data folder; the import said nothing harmful."""
    home = tmp_path_factory.mktemp("hostile")
    folder = home / "news/2025/11"
    folder.mkdir(parents=True)
    for name, content in hostile_files():
        (folder / name).write_bytes(content.encode(errors="surrogatepass"))
    done = run(home, "import", home / "news")
    assert done.returncode == 1, done.stderr
    assert done.stderr.splitlines()[-1].endswith("5 refused")
    assert_harmless(done.stderr)
    return home


@pytest.fixture
def hostile(hostile_home: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own with the hostile archive: the one that `command` uses."""
    return Path(shutil.copytree(hostile_home / "data", tmp_path / "data"))


def assert_harmless(text: str) -> None:
    assert re.findall(r"[\x00-\x08\x0b-\x1f]", text) == []
    assert UNWANTED.findall(text) == []
    assert "Traceback" not in text


def listed(command: Command) -> dict[str, dict[str, Any]]:
    """What `list` says of each article, by external id."""
    articles = json.loads(command("list", "--format", "json").stdout)
    return {each["external_id"] or each["title"]: each for each in articles}


def shows_or_changes(text: str, before: str) -> Callable[[Terminal], bool]:
    return lambda terminal: text in terminal.text or terminal.text != before


def walk_through_everything(terminal: Terminal) -> None:
    """All articles, every grouping, the picker, the links, the help, the palette."""
    at_the_end = "no next article in this list"
    while at_the_end not in terminal.text:
        has_answered = shows_or_changes(at_the_end, terminal.text)
        terminal.send("J")
        terminal.wait_for(has_answered)
    for grouping in ("latest first", "by source", "by story", "no groups", "by category"):
        terminal.send("s")
        terminal.wait_for(grouping)
    for keys, sign in (
        ("t", "Enter + − off"),
        ("?", "↑ ↓ scroll"),
        ("<C-p>", "Search for commands"),
        ("o", "Enter open · y copy"),
    ):
        terminal.send(keys)
        terminal.wait_for(sign)
        terminal.send("<Down><Down><End>")
        close(terminal, sign)


def close(terminal: Terminal, sign: str) -> None:
    terminal.send("<Esc>")
    terminal.wait_for(lambda t: sign not in t.text)


def test_no_control_sequence_reaches_the_terminal_that_the_program_did_not_make(
    hostile: Path, imported: Path, tmp_path: Path, reader: Reader
) -> None:
    quiet = shutil.copytree(imported, tmp_path / "quiet")
    harmless = reader("--data", quiet, "title:quiet", size=(100, 24))
    walk_through_everything(harmless)
    leave(harmless)
    terminal = reader("--data", hostile, size=(100, 24))
    walk_through_everything(terminal)
    leave(terminal)
    assert sequences(terminal.raw) - sequences(harmless.raw) == set()


def test_markup_is_literal_in_title_tag_source_and_text(hostile: Path, reader: Reader) -> None:
    terminal = reader("--data", hostile, "tag:common", size=(200, 50))
    terminal.send("ssss")
    terminal.wait_for("no groups")
    for payload in MARKUP.values():
        terminal.click(*terminal.find(f"{payload} in a title"))
        terminal.wait_for(f"{payload} described")
        shown = terminal.text.replace("\xa0", " ")
        assert f"▐{payload.upper()}▌" in shown
        assert shown.count(payload) >= 6


def test_a_click_on_an_action_in_a_title_is_a_click_on_a_title(
    hostile: Path, reader: Reader
) -> None:
    action = MARKUP["action"]
    terminal = reader("--data", hostile, "title:action", size=(160, 50))
    terminal.click(*terminal.find(f"{action} in a title"))
    terminal.wait_for(f"{action} described")
    for y, line in enumerate(terminal.display[:20]):
        for found in re.finditer(re.escape(action), line):
            terminal.click(found.start() + action.index("x"), y)
    terminal.send("?")
    terminal.wait_for("↑ ↓ scroll")
    close(terminal, "↑ ↓ scroll")
    leave(terminal)


def test_a_folder_with_a_hostile_name_is_shown_harmlessly(reader: Reader, tmp_path: Path) -> None:
    data = tmp_path / "da[\x1b[2J\u202e[b]ta"
    terminal = reader("--data", data, size=(160, 60))
    terminal.send("?")
    terminal.wait_for("↑ ↓ scroll")
    terminal.send("G")
    terminal.wait_for("Where the data is")
    close(terminal, "↑ ↓ scroll")
    leave(terminal)
    assert "\u202e" not in terminal.raw.decode()
    assert b"da[\x1b" not in terminal.raw


def test_a_hostile_query_is_shown_harmlessly(hostile: Path, reader: Reader) -> None:
    terminal = reader("--data", hostile, f"[/x]{CLIPBOARD}", "colour:\x1b[2J", "tag:\u202ex")
    terminal.wait_for("No article matches.")
    leave(terminal)
    assert b"\x1b]52" not in terminal.raw
    assert b"\x1b[2J" not in terminal.raw
    assert "\u202e" not in terminal.raw.decode()


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("list", "--format", "json"),
        ("list", "--format", "jsonl"),
        ("list", "--format", "csv"),
        ("stats",),
        ("stats", "--format", "json"),
        ("show", "\x1b[2Jno-such\u202e"),
        ("list", "tag:\x1b[2J\u202e", "colour:\x1b]0;x\x07"),
        ("import", "no-such-\x1b[2J\u202e"),
        ("export", "--to", "no-such-\x1b[2J\u202e/x.zip"),
        ("--config", "\x1b[2J\u202e.toml"),
        ("list", "--format", "\x1b[2J\u202e"),
        ("list", "--\x1b[2J\u202e"),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("hostile")
def test_the_command_line_prints_no_control_sequence(
    command: Command, words: tuple[str, ...]
) -> None:
    done = command(*words)
    assert done.stdout + done.stderr
    assert_harmless(done.stdout)
    assert_harmless(done.stderr)


@pytest.mark.usefixtures("hostile")
def test_a_shown_article_holds_no_control_sequence(command: Command) -> None:
    articles = listed(command)
    for name, form in (("erase", "text"), ("clipboard", "markdown"), ("override", "json")):
        done = command("show", str(articles[name]["id"]), "--format", form)
        assert done.returncode == 0
        assert_harmless(done.stdout)


def test_the_command_line_on_a_terminal_prints_only_its_own_colours(
    hostile: Path, command: Command
) -> None:
    articles = listed(command)
    names = ("link", "action")
    shown = [("show", "--no-pager", str(articles[name]["id"])) for name in names]
    for words in (("list",), ("stats",), *shown):
        with Terminal([COMMAND, "--data", hostile, *words], size=(300, 60)) as terminal:
            assert terminal.wait_exit() == 0
            others = {each for each in sequences(terminal.raw) if not each.endswith("m")}
            assert others <= {"\n", "\r"}


@pytest.mark.usefixtures("hostile")
def test_a_url_that_holds_controls_is_not_opened(command: Command, browser: Browser) -> None:
    articles = listed(command)
    for name in ("closing", "override", "tags"):
        done = command("open", str(articles[name]["id"]), env={"BROWSER": str(browser.path)})
        assert_harmless(done.stderr)
        assert done.returncode in (0, 3)
    assert all(url.startswith("https://x.example/") and url.isascii() for url in browser.opened)
