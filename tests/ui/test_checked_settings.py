"""Settings that Textual would silently ignore are errors that name valid values."""

import pkgutil
from importlib import import_module

import pytest
from textual.binding import Binding
from textual.theme import BUILTIN_THEMES

from reader import ui
from reader.config.settings import Settings
from reader.ui.checked_settings import PLACES, fault, is_key


def test_every_binding_of_the_screen_can_be_named() -> None:
    found = set()
    for module in pkgutil.walk_packages(ui.__path__, "reader.ui."):
        for part in vars(import_module(module.name)).values():
            bindings = vars(part).get("BINDINGS", ()) if isinstance(part, type) else ()
            found |= {each.id for each in bindings if isinstance(each, Binding) and each.id}
    assert {id.partition(".")[0] for id in found} == set(PLACES)
    assert all(fault(Settings(keys={id: "ctrl+f8"})) is None for id in found)
    assert fault(Settings(keys={id: f"ctrl+f{n}" for n, id in enumerate(sorted(found)) if n < 20}))


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(theme="nord"),
        Settings(theme="textual-light"),
        Settings(keys={"reader.next-unread": "n,ctrl+n"}),
        Settings(keys={"reader.search": "slash, f3", "reader.help": "?"}),
        Settings(keys={"reader.search": "f", "reader.favourite": "/"}),
        Settings(keys={"sidebar.down": "n", "help.down": "ctrl+q"}),
        Settings(keys={"sidebar.top": "g g,home", "sidebar.bottom": "g e , G"}),
        Settings(
            keys={
                "reader.search": "space space",
                "sidebar.fold": "ctrl+f",
                "reading.page-down": "pagedown",
                "briefing.page-down": "pagedown",
            }
        ),
        Settings(keys={"reader.quit": "Q,ctrl+shift+f12,alt+x"}),
    ],
    ids=str,
)
def test_valid_settings_have_no_fault(settings: Settings) -> None:
    assert fault(settings) is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(theme="nrod"), "unknown theme 'nrod'; valid themes: "),
        (
            Settings(keys={"reader.next-unred": "n"}),
            "unknown binding 'reader.next-unred' in [keys]; valid bindings: reader.next-unread",
        ),
        (Settings(keys={"search.x": "n"}), "'search.x' in [keys]; valid bindings: search."),
        (Settings(keys={"x": "n"}), "binding 'x' in [keys]; valid bindings: app.quit, "),
        (
            Settings(keys={"reader.search": "f"}),
            "'f' in [keys] is bound twice: to 'reader.search' and to 'reader.favourite'; choose",
        ),
        (
            Settings(keys={"reader.search": "f9", "reader.help": "f2, f9"}),
            "'f9' in [keys] is bound twice: to 'reader.search' and to 'reader.help'; choose",
        ),
        (Settings(keys={"reader.search": "question_mark"}), "'?' in [keys] is bound twice"),
        (Settings(keys={"reader.help": "/"}), "'/' in [keys] is bound twice"),
        (Settings(keys={"reader.search": "return"}), "did you mean 'enter'?"),
        (Settings(keys={"reader.search": "ctrl+i"}), "'tab' in [keys] is bound twice"),
        (
            Settings(keys={"sidebar.bottom": "g e"}),
            "'g e' for 'sidebar.bottom' in [keys] begins with 'g', which is bound to 'sidebar.top'",
        ),
        (Settings(keys={"reader.quit": "g q"}), "which is bound to 'sidebar.top'; choose another"),
        (Settings(keys={"reading.top": "o o"}), "which is bound to 'reader.original'; choose"),
        (
            Settings(keys={"reader.search": "z z z", "reader.reading-pane-alone": "z z"}),
            "begins with 'z z', which is bound to 'reader.reading-pane-alone'",
        ),
        (
            Settings(keys={"sidebar.top": "g g", "sidebar.bottom": "g  g"}),
            "'g g' in [keys] is bound twice",
        ),
        (Settings(keys={"sidebar.top": "g gg"}), "unknown key 'gg' for 'sidebar.top' in [keys]"),
        (
            Settings(keys={"reader.search": "contrl+n"}),
            "unknown key 'contrl+n' for 'reader.search' in [keys]; ",
        ),
        (Settings(keys={"reader.search": "Ctrl+N"}), "did you mean 'ctrl+n'?"),
        (Settings(keys={"reader.search": "shift+n"}), "did you mean 'N'?"),
        (Settings(keys={"reader.search": "esc"}), "did you mean 'escape'?"),
        (Settings(keys={"reader.search": "F3"}), "did you mean 'f3'?"),
        (Settings(keys={"reader.search": "n,"}), "unknown key '' for 'reader.search'"),
        (Settings(keys={"reader.search": "sausage"}), "keys are written as 'n', 'ctrl+n', 'f2'"),
    ],
)
def test_a_typo_is_named_with_what_may_have_been_meant(settings: Settings, said: str) -> None:
    found = fault(settings)
    assert found is not None
    assert said in found


def test_an_unknown_theme_is_answered_with_all_of_them() -> None:
    found = fault(Settings(theme="x"))
    assert found is not None
    assert all(name in found for name in BUILTIN_THEMES)


@pytest.mark.parametrize(
    "key",
    [
        *("n", "N", "/", "?", "+", "é", "ї", "1", "slash", "question_mark", "plus", "f1", "f24"),
        *("space", "tab", "shift+tab", "ctrl+n", "ctrl+left", "alt+n", "alt+enter", "ctrl+@"),
        *("less_than_sign", "full_stop", "ctrl+shift+f3", "super+n", "pagedown", "comma"),
    ],
)
def test_every_key_that_a_terminal_can_send_is_valid(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize(
    "key",
    ["", " ", "nn", "ctrl+", "ctrl+nn", "shift+n", "ctrl+N", "strg+n", "Escape", "f99", "\x1b"],
)
def test_a_key_that_no_terminal_sends_is_invalid(key: str) -> None:
    assert not is_key(key)
