"""Import Textual's application without what only some keys need: a sixth of the time it takes.

`textual.app` imports the command palette with five widgets, and modules for folders of downloads,
random ids, misspelt names and types. While it is imported, stand-ins take their places. Code that
imports these modules afterwards gets the real ones.

asyncio imports OpenSSL if it is there. The screen's loop has no connections, and httpx encrypts
without asyncio's help, so asyncio is imported as if it were missing: 2.5 MB less.
"""

import sys
import typing
from abc import ABC
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

from reader.lean_imports import standing_in

PALETTE = "textual.command"

_TYPES = "typing_extensions"
"""Has for old versions of Python what `typing` has by now; Textual asks it for nothing else."""

_CLASSES = ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "SimpleProvider")
"""Names that Textual takes from the palette; none is used before the palette opens."""

_FUNCTIONS = (
    ("platformdirs", "user_downloads_path"),
    ("uuid", "uuid4"),
    ("difflib", "get_close_matches"),
)


class _Provider(ABC):  # noqa: B024 - it has the metaclass of the class that it stands for
    """Stands for the base class of Textual's own source of themes."""


def import_application() -> None:
    """Import `textual.app`, unless it is imported already."""
    if "textual.app" in sys.modules:
        return
    stand_ins = {name: _module(name, {at: _later(name, at)}) for name, at in _FUNCTIONS}
    stand_ins[PALETTE] = _module(PALETTE, {"Provider": _Provider} | dict.fromkeys(_CLASSES, object))
    stand_ins[_TYPES] = _module(_TYPES, {"__getattr__": _type})
    for name in stand_ins.keys() & sys.modules.keys():
        del stand_ins[name]
    sys.modules.update(stand_ins)
    try:
        with standing_in("ssl", None):
            import_module("textual.app")
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules[name] is stand_in:
                del sys.modules[name]


def _module(name: str, names: dict[str, object]) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(names)
    return module


def _later(module: str, name: str) -> Callable[[], Any]:
    """Return a function that imports the one it stands for when it is called."""
    return lambda *values, **named: getattr(import_module(module), name)(*values, **named)


def _type(name: str) -> Any:
    """Return what `typing` has under that name; if it has nothing, put the real module in place."""
    if name.startswith("__"):
        raise AttributeError(name)
    if name not in typing.__all__:
        sys.modules.pop(_TYPES, None)
        return getattr(import_module(_TYPES), name)
    return getattr(typing, name)


def import_palette() -> None:
    """Import the palette, and give it to the modules of Textual that have its stand-in."""
    from textual import app, theme

    # Private: names of other modules; a Textual that imports its palette late would replace it.
    if issubclass(theme.ThemeProvider, _Provider):
        palette = import_module(PALETTE)
        for module in (app, theme):
            for name in {*_CLASSES, "Provider"} & vars(module).keys():
                setattr(module, name, getattr(palette, name))
        theme.ThemeProvider.__bases__ = (palette.Provider,)
