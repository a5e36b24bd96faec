"""Every screen and box of the program in Ukrainian: no English word is left on any of them.

`ukrainian_walk` goes through them in a process of its own.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

import pytest
from textual.theme import BUILTIN_THEMES

from reader.i18n import VARIABLE
from reader.query.language import SENTIMENTS, STATES, Field
from reader.query.views import built_in
from reader.ui.modals.help import QUERY_LANGUAGE
from reader.ui.themes import THEMES
from tests.builders import NOW

KEYS = {
    "Esc",
    "Enter",
    "Tab",
    "Delete",
    "Space",
    "Backspace",
    "Home",
    "End",
    "PgUp",
    "PgDn",
    "ctrl",
}
FORMATS = {"Markdown", "SVG", "URL"}
COMMANDS = {"cryptoread", "import", "subscribe"}

FILE = re.compile(r"[\w-]*\.(?:zip|tar|gz|xz|jsonl|html|epub)\b[\w.]*")
LITERAL = re.compile(rf"`[^`]*`|https?\S*|[\w.-]*(?:/[\w.-]+){{2,}}|{FILE.pattern}")
"""Commands, addresses, paths and names of files."""

TYPED = "sentmient"
"""Typed by the walk."""


def words(texts: Sequence[str]) -> Iterator[str]:
    """Yield the words of three or more Latin letters."""
    for text in texts:
        yield from re.findall("[A-Za-z]{3,}", text)


def allowed() -> set[str]:
    """Return the words that are the same in every language."""
    queries = [*Field, *STATES, *SENTIMENTS, *built_in(NOW.date()), "mytag"]
    queries += [typed for typed, _meaning in QUERY_LANGUAGE.rows]
    themes = [*BUILTIN_THEMES, *(theme.name for theme in THEMES)]
    return KEYS | FORMATS | COMMANDS | {TYPED, *words(queries), *words(themes)}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[str]]:
    """The lines of each scene."""
    home = tmp_path_factory.mktemp("home")
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.ukrainian_walk", str(home / "walk"), "100", "30"],
        env=os.environ | {VARIABLE: "uk", "XDG_STATE_HOME": str(home), "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    scenes: Mapping[str, Sequence[str]] = json.loads(done.stdout)
    return scenes


def test_no_screen_and_no_box_has_an_english_word(seen: Mapping[str, Sequence[str]]) -> None:
    same = allowed()
    assert len(seen) > 120
    found = {
        word: (scene, line.strip())
        for scene, lines in seen.items()
        for line in lines
        for word in words([LITERAL.sub("", line)])
        if word not in same
    }
    assert found == {}


@pytest.mark.parametrize(
    ("scene", "text"),
    [
        ("empty archive", "Статей немає."),
        ("order: latest", "─ сб 14 бер 2026"),
        ("find: words", "у цій статті / сховища"),
        ("find: nothing", "немає збігів"),
        ("headings", "Підзаголовки"),
        ("links", "Посилання"),
        ("confirmation", "Ви певні?"),
        ("related", "Схожі статті"),
        ("own command", "немає такого файлу чи теки"),
        ("own tags: typed", "Власні теги: 2 статті"),
        ("selected", "вибрано 2"),
        ("search: sentmient:x", "немає поля `sentmient`"),
        ("search: /[/", "бракує ]"),
        ("empty filter", "Обраного ще немає."),
        ("tags: nothing", "Тут немає такого тега"),
        ("views", "Добірки"),
        ("save view: a name that is taken", "замінить добірку «Ранок»"),
        ("save view: refused", "«@!» не може бути назвою"),
        ("save view: saved", "добірку «Зростання» збережено"),
        ("help 0", "Довідка"),
        ("palette: ґґґґ", "Нічого не знайдено"),
        ("themes", "Знайти тему…"),
        ("mood: weeks", "Настрій"),
        ("sources", "Джерела"),
        ("export", "Експорт"),
        ("export: failed", "не вдалося експортувати"),
        ("briefing: caught up", "прочитано 73 статті"),
        ("sources: failing", "Немає мережі"),
        ("sources: first with a story", "1\N{NO-BREAK SPACE}200"),
        ("sources: first with a story", "4,4 год"),
    ],
)
def test_the_walk_reaches_it(seen: Mapping[str, Sequence[str]], scene: str, text: str) -> None:
    assert text in "\n".join(seen[scene])
