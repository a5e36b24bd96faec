"""Import Textual's application without what only some keys need: a third of the time it takes.

`textual.app` imports the command palette with five widgets, TLS, logging, tables, help about errors
in style sheets, and more. While it is imported, stand-ins take their places.
"""

import os
import sys
import typing
from abc import ABC
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from reader.opening.stand_ins import StandIn, calling, import_without, real

PALETTE = "textual.command"

_CLASSES = ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "SimpleProvider")
"""Names that Textual takes from the palette; none is used before the palette opens."""

_APPLICATION = ("textual.app", *(["textual.drivers.linux_driver"] if os.name == "posix" else []))
"""Modules that are imported so: the driver of a terminal has some of them, too."""

USED_LATER = (
    *("asyncio.sslproto", "asyncio.staggered", "mimetypes", "ssl", "subprocess", "traceback"),
)
"""Modules that are imported whole, and used by functions."""

CALLED_LATER = (
    *("platformdirs", "uuid"),
    *("rich.markup", "rich.padding", "rich.panel", "rich.table", "rich.tree"),
    *("textual.canvas", "textual.css._help_text", "textual.file_monitor", "textual.markup"),
    "textual.suggestions",
)
"""Modules whose functions and classes are imported early and called late."""


class _Provider(ABC):  # noqa: B024 - it has the metaclass of the class that it stands for
    """Placeholder for the base class of Textual's own source of themes."""


class _AnyDecimal(type):
    def __instancecheck__(cls, value: object) -> bool:
        return "decimal" in sys.modules and isinstance(value, real("decimal", "Decimal"))


class _Decimal(metaclass=_AnyDecimal):
    """Placeholder for the numbers that `fractions` knows beside its own."""


class _Logger:
    """Placeholder for a logger: asyncio makes one when it is imported."""

    def __init__(self, name: str) -> None:
        self._name = name

    def debug(self, *given: Any, **named: Any) -> None:
        """Log for debugging, which only code that has imported `logging` can ask for."""
        if "logging" in sys.modules:
            self.__getattr__("debug")(*given, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(real("logging", "getLogger")(self._name), name)


def _random_bits(count: int) -> int:
    return int.from_bytes(os.urandom(count // 8 + 1), "big") >> (8 - count % 8)


_OF_TYPING = (
    *("Final", "Literal", "ParamSpec", "Protocol", "Self", "TypeAlias", "TypedDict", "TypeGuard"),
    "runtime_checkable",
)
"""Names that Textual takes from `typing_extensions`, which `typing` has since Python 3.11."""

_PICKLE = "_pickle" if sys.implementation.name == "cpython" else "pickle"

AT_ONCE: dict[str, Mapping[str, object]] = {
    "decimal": {"Decimal": _Decimal},
    "logging": {"DEBUG": 10, "getLogger": _Logger},
    "random": {"getrandbits": _random_bits},
    "subprocess": {"PIPE": -1, "STDOUT": -2, "DEVNULL": -3},
    "traceback": {"extract_stack": calling("traceback", "extract_stack")},
    "typing_extensions": {name: getattr(typing, name) for name in _OF_TYPING},
}
"""Names that are used while `textual.app` is imported, with what they stand for or are."""


def import_application() -> None:
    """Import `textual.app` and the driver of a terminal, unless that is imported already."""
    if "textual.app" not in sys.modules:
        import_without(_stand_ins(), _APPLICATION)


def _stand_ins() -> dict[str, StandIn]:
    palette = {"Provider": _Provider} | dict.fromkeys(_CLASSES, object)
    used = {name: StandIn(name, AT_ONCE.get(name, {})) for name in {*USED_LATER, *AT_ONCE}}
    called = {name: StandIn(name, later=calling) for name in CALLED_LATER}
    # What a style is written with is in C; the module around it takes longer to import.
    pickle = StandIn("pickle", later=lambda _, name: calling(_PICKLE, name))
    return {PALETTE: StandIn(PALETTE, palette), "pickle": pickle} | used | called


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
