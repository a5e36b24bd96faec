"""Import a module without another that it would import and not use. Standard library alone."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


def late(name: str) -> ModuleType:
    """Return a stand-in that imports the module when one of its names is first asked for."""

    def find(attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        return getattr(import_module(name), attribute)

    stand_in = ModuleType(name)
    vars(stand_in)["__getattr__"] = find
    return stand_in


@contextmanager
def standing_in(name: str, stand_in: ModuleType | None) -> Iterator[None]:
    """Let imports of a module find a stand-in meanwhile, unless the module is loaded already.

    None: they fail, for a module that others import only if it is there. Imports in other threads
    find the stand-in, too.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = stand_in  # type: ignore[assignment]  # the import system documents None
    try:
        yield
    finally:
        if sys.modules.get(name) is stand_in:  # not the real one, put in its place meanwhile
            sys.modules.pop(name, None)
