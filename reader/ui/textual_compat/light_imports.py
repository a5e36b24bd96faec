"""Import Textual's application without what only some keys need: a sixth of the time it takes.

`textual.app` imports the command palette with five widgets, a module for folders of downloads, and
one for random ids. While it is imported, stand-ins take their places. Code that imports these
modules afterwards gets the real ones.
"""

import sys
from abc import ABC
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

PALETTE = "textual.command"

_CLASSES = ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "SimpleProvider")
"""Names that Textual takes from the palette; none is used before the palette opens."""

_FUNCTIONS = (("platformdirs", "user_downloads_path"), ("uuid", "uuid4"))


class _Provider(ABC):  # noqa: B024 - it has the metaclass of the class that it stands for
    """Stands for the base class of Textual's own source of themes."""


def import_application() -> None:
    """Import `textual.app`, unless it is imported already."""
    if "textual.app" in sys.modules:
        return
    stand_ins = {name: _module(name, {at: _later(name, at)}) for name, at in _FUNCTIONS}
    stand_ins[PALETTE] = _module(PALETTE, {"Provider": _Provider} | dict.fromkeys(_CLASSES, object))
    for name in stand_ins.keys() & sys.modules.keys():
        del stand_ins[name]
    sys.modules.update(stand_ins)
    try:
        import_module("textual.app")
    finally:
        for name in stand_ins:
            del sys.modules[name]


def _module(name: str, names: dict[str, object]) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(names)
    return module


def _later(module: str, name: str) -> Callable[[], Any]:
    """Return a function that imports the one it stands for when it is called."""
    return lambda: getattr(import_module(module), name)()


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
