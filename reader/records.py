"""Dataclasses as those of the standard library, made in a quarter of the time.

`dataclasses` compiles up to six functions for each class, at every start. Here `__init__` alone is
compiled. What is rarely asked for is left to the standard library.
"""

import abc
import dataclasses
from operator import attrgetter
from reprlib import recursive_repr
from types import MemberDescriptorType, SimpleNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from dataclasses import Field
    from dataclasses import dataclass as dataclass
    from typing import Any

    Fields = Mapping[str, Field[Any]]
    Values = Callable[[Any], tuple[Any, ...]]
else:

    def dataclass(cls=None, /, **options):  # noqa: ANN001, ANN003, ANN201 - as its namesake
        """Make a dataclass, as `dataclasses.dataclass` does."""
        if cls is None:
            return lambda cls: dataclass(cls, **options)
        fields = None if options.keys() - _KNOWN else _fields(cls, options)
        return _ORIGINAL(cls, **options) if fields is None else _made(cls, fields, **options)


_ORIGINAL = dataclasses.dataclass
_KNOWN = {"eq", "frozen", "kw_only", "slots"}
_SPECIAL = ("ClassVar", "InitVar", "KW_ONLY")
_OWN = "__setattr__", "__delattr__", "__slots__", "__getstate__", "__setstate__"
_FIELDS = "__dataclass_fields__"
_MISSING = dataclasses.MISSING
_BY_FACTORY = object()
"""Default argument for a field whose default value is made."""


def _fields(cls: "type[Any]", options: "Mapping[str, bool]") -> "Fields | None":
    """Return the fields of a class; None if it asks for anything that is not done here."""
    written = vars(cls)
    # Of Python 3.14 on, annotations are evaluated when they are asked for.
    if "__annotations__" not in written or any(name in written for name in _OWN):
        return None
    if hasattr(cls, _FIELDS):
        return None
    fields = {}
    for name, kind in written["__annotations__"].items():
        shown = str(kind)
        made = _field(cls, name, kind, options.get("kw_only", False))
        if name == "self" or not made.init or any(word in shown for word in _SPECIAL):
            return None
        if type(made.default).__hash__ is None:  # it would be shared, which is refused
            return None
        fields[name] = made
    return fields


def _field(cls: "type[Any]", name: str, kind: object, kw_only: bool) -> "Field[Any]":
    made: Any = getattr(cls, name, _MISSING)
    if isinstance(made, MemberDescriptorType):  # the slot of a base class
        made = _MISSING
    if not isinstance(made, dataclasses.Field):
        made = dataclasses.field(default=made)
    made.name, made.type = name, kind
    if made.kw_only is _MISSING:
        made.kw_only = kw_only
    # Private: it tells a field from a pseudo-field.
    made._field_type = dataclasses._FIELD  # type: ignore[attr-defined] # private
    field: Field[Any] = made
    return field


def _made(
    cls: "type[Any]",
    fields: "Fields",
    *,
    eq: bool = True,
    frozen: bool = False,
    kw_only: bool = False,
    slots: bool = False,
) -> "type[Any]":
    written = dict(vars(cls))
    if slots:
        cls = _with_slots(cls, fields)
    else:
        _put_defaults(cls, fields)
    setattr(cls, _FIELDS, fields)
    params = {"init": True, "repr": True, "eq": eq, "order": False, "unsafe_hash": False}
    params |= {"frozen": frozen, "match_args": True, "kw_only": kw_only, "slots": slots}
    cls.__dataclass_params__ = SimpleNamespace(**params, weakref_slot=False)
    added: dict[str, object] = {
        "__init__": _initializer(cls, fields, frozen),
        "__repr__": _shower([name for name, each in fields.items() if each.repr]),
        "__match_args__": tuple(name for name, each in fields.items() if not each.kw_only),
    }
    if eq:
        added["__eq__"] = _comparer([name for name, each in fields.items() if each.compare])
        if written.get("__hash__") is None and ("__hash__" not in written or "__eq__" in written):
            cls.__hash__ = _hasher(fields) if frozen else None  # type: ignore[assignment] # as for any class
    for name, value in added.items():
        if name not in written:
            setattr(cls, name, value)
    if frozen:
        _freeze(cls, frozenset(fields), slots)
    return abc.update_abstractmethods(cls)


def _put_defaults(cls: "type[Any]", fields: "Fields") -> None:
    """Put the default values in the place of what describes the fields."""
    for name in vars(cls).keys() & fields.keys():
        if fields[name].default is _MISSING:
            delattr(cls, name)
        else:
            setattr(cls, name, fields[name].default)


def _with_slots(cls: "type[Any]", fields: "Fields") -> "type[Any]":
    """Return the class made again: slots cannot be added to a class."""
    of_bases = {name for base in cls.__mro__[1:-1] for name in vars(base).get("__slots__", ())}
    without = {*fields, "__dict__", "__weakref__"}
    own = {key: value for key, value in vars(cls).items() if key not in without}
    own["__slots__"] = tuple(name for name in fields if name not in of_bases)
    metaclass: Any = type(cls)
    again: type[Any] = metaclass(cls.__name__, cls.__bases__, own)
    again.__qualname__ = cls.__qualname__
    return again


def _initializer(cls: "type[Any]", fields: "Fields", frozen: bool) -> "Callable[..., None]":
    names: dict[str, Any] = {"__name__": cls.__module__, "_set": object.__setattr__}
    names["_by_factory"] = _BY_FACTORY
    positional, named, lines = ["self"], list[str](), list[str]()
    for name, each in fields.items():
        argument, value = name, name
        if each.default is not _MISSING:
            argument, names[f"_of_{name}"] = f"{name}=_of_{name}", each.default
        elif each.default_factory is not _MISSING:
            argument, names[f"_of_{name}"] = f"{name}=_by_factory", each.default_factory
            value = f"_of_{name}() if {name} is _by_factory else {name}"
        (named if each.kw_only else positional).append(argument)
        lines.append(f"_set(self,{name!r},{value})" if frozen else f"self.{name}={value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    arguments = ",".join((*positional, "*", *named) if named else positional)
    body = "\n ".join(lines or ["pass"])
    exec(f"def __init__({arguments}):\n {body}", names)  # noqa: S102 - of names in Python's source
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = {name: each.type for name, each in fields.items()} | {"return": None}
    return made


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


def _hasher(fields: "Fields") -> "Callable[[Any], int]":
    hashes = {n: each.compare if each.hash is None else each.hash for n, each in fields.items()}
    values = _values([name for name in fields if hashes[name]])

    def __hash__(self: "Any") -> int:  # noqa: N807
        return hash(values(self))

    return __hash__


def _freeze(cls: "type[Any]", names: frozenset[str], slots: bool) -> None:
    """Refuse changes of the fields; with slots, say how an object is copied and pickled."""

    def __setattr__(self: "Any", name: str, value: object) -> None:  # noqa: N807
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self: "Any", name: str) -> None:  # noqa: N807
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    cls.__setattr__, cls.__delattr__ = __setattr__, __delattr__  # type: ignore[assignment] # as for any class
    if slots:
        cls.__getstate__, cls.__setstate__ = _state, _set_state  # type: ignore[assignment] # as for any class


def _state(self: "Any") -> "list[Any]":
    return [getattr(self, name) for name in self.__dataclass_fields__]


def _set_state(self: "Any", state: "list[Any]") -> None:
    for name, value in zip(self.__dataclass_fields__, state, strict=True):
        object.__setattr__(self, name, value)
