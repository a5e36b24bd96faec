"""Import a module without others that it imports, but does not use before a key needs them.

While it is imported, stand-ins take the places of the others; each imports what it stands for when
that is used. Code that imports these modules afterwards gets the real ones.
"""

import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any


class StandIn(type(sys)):  # type: ignore[misc] # `types.ModuleType`, without importing `types`
    """Placeholder for a module: `names` are there at once, others come from `later`."""

    def __init__(
        self,
        name: str,
        names: "Mapping[str, object]" = {},  # noqa: B006 - never changed
        later: "Callable[[str, str], object] | None" = None,
    ) -> None:
        """Make it. later: gets the module and the name. None: take it from the real module."""
        super().__init__(name)
        self.__dict__.update(names)
        self._later = later or real

    def __getattr__(self, name: str) -> "Any":
        if name.startswith("__"):  # of the import system
            raise AttributeError(name)
        return self._later(self.__name__, name)


def import_without(stand_ins: "Mapping[str, StandIn | None]", modules: "Iterable[str]") -> None:
    """Import the modules while the stand-ins take the places of what is not imported yet.

    None: importing it fails, for what others import only if it is installed.
    """
    placed = {name: each for name, each in stand_ins.items() if name not in sys.modules}
    sys.modules.update(placed)  # type: ignore[arg-type] # the import system documents None
    try:
        for name in modules:
            import_module(name)
    finally:
        for name in placed:
            _take_away(name)


def real(module: str, name: str) -> "Any":
    """Return a name of the real module."""
    _take_away(module)  # still there if it is needed earlier than it should be
    return getattr(import_module(module), name)


def calling(module: str, name: str) -> "Callable[..., Any]":
    """Return a function that imports the one it stands for when it is called."""
    return lambda *given, **named: real(module, name)(*given, **named)


def _take_away(name: str) -> None:
    if name in sys.modules and isinstance(sys.modules[name], StandIn | None):
        del sys.modules[name]
