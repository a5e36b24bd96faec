"""Dataclasses as those of the standard library, made in about half of the time.

`dataclasses` writes and compiles up to six functions for each class, at every start. Here
`__init__` alone is: the others are the same for all classes.
"""

import dataclasses
import sys
from operator import attrgetter
from reprlib import recursive_repr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from dataclasses import Field
    from dataclasses import dataclass as dataclass
    from typing import Any

    Values = Callable[[Any], tuple[Any, ...]]
else:

    def dataclass(cls=None, /, **options):  # noqa: ANN001, ANN003, ANN201 - as its namesake
        """Make a dataclass, as `dataclasses.dataclass` does."""
        if cls is None:
            return lambda cls: dataclass(cls, **options)
        return _ORIGINAL(cls, **options) if options.keys() - _KNOWN else _made(cls, **options)


_ORIGINAL = dataclasses.dataclass
_KNOWN = {"eq", "frozen", "kw_only", "slots"}
_FREEZER = "_frozen_get_del_attr"
"""Private, of Python 3.11 and 3.12: what compiles the two methods that refuse changes."""


def _made(
    cls: "type[Any]", *, eq: bool = True, frozen: bool = False, **others: bool
) -> "type[Any]":
    written = vars(cls)
    own = {name: name in written for name in ("__repr__", "__eq__")}
    has_hash = written.get("__hash__") is not None or ("__hash__" in written and not own["__eq__"])
    if not cls.__doc__:  # else the signature is found out for it, which takes long
        cls.__doc__ = cls.__name__
    former = getattr(dataclasses, _FREEZER, None) if sys.version_info < (3, 13) else None
    if former is not None:
        setattr(dataclasses, _FREEZER, _freezing)
    try:
        made: Any = _ORIGINAL(cls, repr=False, eq=False, frozen=frozen, **others)
    finally:
        if former is not None:
            setattr(dataclasses, _FREEZER, former)
    fields = dataclasses.fields(made)
    made.__dataclass_params__.repr, made.__dataclass_params__.eq = True, eq
    if not own["__repr__"]:
        made.__repr__ = _shower([each.name for each in fields if each.repr])
    if eq and not own["__eq__"]:
        made.__eq__ = _comparer([each.name for each in fields if each.compare])
    if eq and not has_hash:
        hashed = [
            each.name for each in fields if (each.compare if each.hash is None else each.hash)
        ]
        made.__hash__ = _hasher(hashed) if frozen else None
    result: type[Any] = made
    return result


def _values(names: "Sequence[str]") -> "Values":
    """Return a function that returns the values of an object under these names."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda each: tuple(getattr(each, name) for name in names)


def _shower(names: "Sequence[str]") -> "Callable[[Any], str]":
    @recursive_repr()
    def __repr__(self: "Any") -> str:  # noqa: N807 - it becomes one of a class
        shown = ", ".join([f"{name}={getattr(self, name)!r}" for name in names])
        return f"{self.__class__.__qualname__}({shown})"

    return __repr__


def _comparer(names: "Sequence[str]") -> "Callable[[Any, Any], bool]":
    values = _values(names)

    def __eq__(self: "Any", other: "Any") -> bool:  # noqa: N807
        if other.__class__ is self.__class__:
            return values(self) == values(other)
        return NotImplemented

    return __eq__


def _hasher(names: "Sequence[str]") -> "Callable[[Any], int]":
    values = _values(names)

    def __hash__(self: "Any") -> int:  # noqa: N807
        return hash(values(self))

    return __hash__


def _freezing(cls: "type[Any]", fields: "Sequence[Field[Any]]", _: object) -> "Sequence[Any]":
    """Return the methods that refuse changes of the fields."""
    names = frozenset(each.name for each in fields)

    def __setattr__(self: "Any", name: str, value: object) -> None:  # noqa: N807
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self: "Any", name: str) -> None:  # noqa: N807
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return __setattr__, __delattr__
