"""Import Textual's application without what only some keys need: a sixth of the time it takes.

`textual.app` imports the command palette with five widgets, and modules for folders of downloads,
random ids, misspelt names, types and decimal numbers. While it is imported, stand-ins take their
places. Code that imports these modules afterwards gets the real ones.

asyncio imports OpenSSL if it is there. The screen's loop has no connections, and httpx encrypts
without asyncio's help, so asyncio is imported as if it were missing: 2.5 MB less.
"""

import sys
import typing
from abc import ABC
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from importlib import import_module
from types import ModuleType
from typing import Any

from reader.lean_imports import standing_in

PALETTE = "textual.command"

_TYPES = "typing_extensions"
"""Has for old versions of Python what `typing` has by now; Textual asks it for nothing else."""

_CLASSES = ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "SimpleProvider")
"""Names that Textual takes from the palette; none is used before the palette opens."""

_FUNCTIONS = {
    "difflib": ("get_close_matches",),
    "mimetypes": ("guess_type",),
    "platformdirs": ("user_downloads_path",),
    "uuid": ("uuid4",),
}


class _Provider(ABC):  # noqa: B024 - it has the metaclass of the class that it stands for
    """Stands for the base class of Textual's own source of themes."""


class _Decimal:
    """Stands for decimal numbers, which `fractions` recognises. Textual has none."""


def import_application() -> None:
    """Import `textual.app`, unless it is imported already."""
    if "textual.app" in sys.modules:
        return
    stand_ins = {
        module: _module(module, {name: _later(module, name) for name in names})
        for module, names in _FUNCTIONS.items()
    }
    stand_ins[PALETTE] = _module(PALETTE, {"Provider": _Provider} | dict.fromkeys(_CLASSES, object))
    stand_ins["decimal"] = _module("decimal", {"Decimal": _Decimal})
    with ExitStack() as stack:
        for name, stand_in in stand_ins.items():
            stack.enter_context(standing_in(name, stand_in))
        stack.enter_context(standing_in("ssl", None))
        stack.enter_context(light_types())
        import_module("textual.app")


def light_types() -> AbstractContextManager[None]:
    """Import no `typing_extensions` meanwhile for what `typing` has."""
    return standing_in(_TYPES, _module(_TYPES, {"__getattr__": _type}))


def _module(name: str, names: dict[str, object]) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(names)
    return module


def _later(module: str, name: str) -> Callable[[], Any]:
    """Return a function that imports the one it stands for when it is called."""
    return lambda *values, **named: getattr(_real(module), name)(*values, **named)


def _type(name: str) -> Any:
    """Return what `typing` has under that name, else what the real module has."""
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(typing if name in typing.__all__ else _real(_TYPES), name)


def _real(name: str) -> ModuleType:
    """Import a module, also in the place of its stand-in."""
    if name in sys.modules and sys.modules[name].__spec__ is None:
        del sys.modules[name]
    return import_module(name)


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
