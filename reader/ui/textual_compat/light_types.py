"""Keep Textual's list of types from importing five widgets that cryptoread does not use.

`textual.command`, which every app imports, needs one name of `textual.types`, and that module
imports a tree, a select and other widgets for the names of their types: some 5 ms of each start.
"""

import importlib
import sys
from types import ModuleType

NAME = "textual.types"


class _LightTypes(ModuleType):
    """Replaces `textual.types` until a name is asked for that only the module itself has."""

    def __getattr__(self, name: str) -> object:
        """Return a type from where it is defined, else load the module itself."""
        if name.startswith("__"):  # asked for by the import system
            raise AttributeError(name)
        # Private: where `textual.types` has it from; a public module of types alone would do.
        from textual import _types

        if hasattr(_types, name):
            return getattr(_types, name)
        if sys.modules.get(NAME) is self:
            del sys.modules[NAME]
        return getattr(importlib.import_module(NAME), name)


def install() -> None:
    """Replace `textual.types`, unless it is imported already."""
    if NAME not in sys.modules:
        sys.modules[NAME] = _LightTypes(NAME)
