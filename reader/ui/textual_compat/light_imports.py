"""Import Textual's application without what only some keys need: a third of the time it takes.

`textual.app` imports the command palette with five widgets, TLS, logging, tables, help about errors
in style sheets, and more. While it is imported, stand-ins take their places; each imports what it
stands for when that is used. Code that imports these modules afterwards gets the real ones.
"""

import os
import sys
import typing
from abc import ABC
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

PALETTE = "textual.command"

_CLASSES = ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "SimpleProvider")
"""Names that Textual takes from the palette; none is used before the palette opens."""

_APPLICATION = ("textual.app", *(["textual.drivers.linux_driver"] if os.name == "posix" else []))

USED_LATER = ("asyncio.sslproto", "mimetypes", "ssl", "subprocess", "traceback")
"""Modules that are imported whole, and used by functions."""

CALLED_LATER = (
    *("pickle", "platformdirs", "uuid", "rich.table", "rich.tree"),
    *("textual.canvas", "textual.css._help_text", "textual.suggestions"),
)
"""Modules of which functions and classes are imported that functions call."""


class _Provider(ABC):  # noqa: B024 - it has the metaclass of the class that it stands for
    """Stands for the base class of Textual's own source of themes."""


class _Logger:
    """Stands for a logger: asyncio makes one when it is imported."""

    def __init__(self, name: str) -> None:
        self._name = name

    def debug(self, *given: Any, **named: Any) -> None:
        """Log for debugging, which only code that has imported `logging` can ask for."""
        if "logging" in sys.modules:
            self.__getattr__("debug")(*given, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(_of("logging", "getLogger")(self._name), name)


def _random_bits(count: int) -> int:
    return int.from_bytes(os.urandom(count // 8 + 1), "big") >> (8 - count % 8)


AT_ONCE: dict[str, Mapping[str, object]] = {
    "logging": {"DEBUG": 10, "getLogger": _Logger},
    "random": {"getrandbits": _random_bits},
    "subprocess": {"PIPE": -1, "STDOUT": -2, "DEVNULL": -3},
    "traceback": {"extract_stack": lambda *given: _of("traceback", "extract_stack")(*given)},
    "typing_extensions": {name: getattr(typing, name) for name in typing.__all__},
}
"""Names that are used while `textual.app` is imported, with what they stand for or are."""


class _StandIn(ModuleType):
    """Stands for a module: `names` are there at once, others come from `later`."""

    def __init__(
        self, name: str, names: Mapping[str, object], later: Callable[[str, str], object]
    ) -> None:
        super().__init__(name)
        vars(self).update(names)
        self._later = later

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # of the import system
            raise AttributeError(name)
        return self._later(self.__name__, name)


def import_application() -> None:
    """Import `textual.app` and the driver of a terminal, unless that is imported already."""
    if "textual.app" in sys.modules:
        return
    stand_ins = _stand_ins()
    for name in stand_ins.keys() & sys.modules.keys():
        del stand_ins[name]
    sys.modules.update(stand_ins)
    try:
        for name in _APPLICATION:
            import_module(name)
    finally:
        for name in stand_ins:
            _take_away(name)


def _stand_ins() -> dict[str, _StandIn]:
    palette = {"Provider": _Provider} | dict.fromkeys(_CLASSES, object)
    used = {name: _StandIn(name, AT_ONCE.get(name, {}), _of) for name in {*USED_LATER, *AT_ONCE}}
    called = {name: _StandIn(name, {}, _calling) for name in CALLED_LATER}
    return {PALETTE: _StandIn(PALETTE, palette, _of)} | used | called


def _take_away(name: str) -> None:
    if isinstance(sys.modules.get(name), _StandIn):
        del sys.modules[name]


def _of(module: str, name: str) -> Any:
    _take_away(module)  # still there if it is needed earlier than it should be
    return getattr(import_module(module), name)


def _calling(module: str, name: str) -> Callable[..., Any]:
    """Return a function that imports the one it stands for when it is called."""
    return lambda *given, **named: _of(module, name)(*given, **named)


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
