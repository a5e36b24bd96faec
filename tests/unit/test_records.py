"""Dataclasses that are made quickly are as those of the standard library."""

import copy
import dataclasses
import pickle
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest

from reader import records

Make = Callable[..., Any]


def plain(dataclass: Make) -> type[Any]:
    @dataclass
    class Plain:
        """Has values of each kind."""

        a: int
        b: str = "b"
        c: list[int] = dataclasses.field(default_factory=list)
        d: int = dataclasses.field(default=4, repr=False, compare=False)

    return Plain


def frozen(dataclass: Make) -> type[Any]:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Frozen:
        """Cannot be changed."""

        a: int
        b: str = "b"
        d: int = dataclasses.field(default=4, repr=False, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "b", self.b.upper())

        @property
        def twice(self) -> int:
            return self.a * 2

    return Frozen


def small(dataclass: Make) -> type[Any]:
    @dataclass(frozen=True)
    class Small:
        """Has one value, and a text of its own."""

        a: int

        def __str__(self) -> str:
            return f"small {self.a}"

    return Small


def by_itself(dataclass: Make) -> type[Any]:
    @dataclass
    class ByItself:
        """Compares and shows itself in its own way."""

        a: int

        def __eq__(self, other: object) -> bool:
            return self is other

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "by itself"

    return ByItself


def derived(dataclass: Make) -> type[Any]:
    class Base(ABC):
        kind: ClassVar[str] = "base"

        @abstractmethod
        def act(self) -> str: ...

    @dataclass
    class Derived(Base):
        """Has a base class with a method to define."""

        a: int
        b: Mapping[str, int] | None = None

        def act(self) -> str:
            return f"{self.kind} {self.a}"

    return Derived


def heir(dataclass: Make) -> type[Any]:
    @dataclass
    class Heir(plain(dataclass)):  # type: ignore[misc]
        """Is of a dataclass, and has a value of the class."""

        of_all: ClassVar[int] = 1
        e: int = 5

    return Heir


def told(make: Make, kind: Callable[[Make], type[Any]]) -> list[object]:
    """What can be seen of a class and its objects."""
    made = kind(make)
    one, same, other = made(a=1), made(a=1), made(a=2)
    positional = [] if kind is frozen else [repr(made(3))]
    return [
        made.__doc__,
        [(each.name, each.kw_only, each.compare) for each in dataclasses.fields(made)],
        made.__match_args__,
        repr(one),
        str(one),
        one == same,
        one == other,
        one == 1,
        made.__hash__ is None,
        one.__hash__ and hash(one) == hash(same),
        dataclasses.asdict(one),
        repr(dataclasses.replace(one, a=5)),
        repr(copy.copy(one)),
        copy.deepcopy(one).a,
        sorted(made.__init__.__annotations__),
        hasattr(one, "__dict__"),
        *positional,
        _error(lambda: made()),
        _error(lambda: made(a=1, z=2)),
        _error(lambda: setattr(one, "a", 3)),
        _error(lambda: setattr(one, "z", 3)),
        _error(lambda: delattr(one, "a")),
        getattr(made, "kind", ""),
    ]


def _error(act: Callable[[], object]) -> str:
    try:
        act()
    except (TypeError, AttributeError) as error:
        return type(error).__name__
    return ""


@pytest.mark.parametrize("kind", [plain, frozen, small, by_itself, derived, heir])
def test_a_class_is_as_the_standard_library_would_make_it(
    kind: Callable[[Make], type[Any]],
) -> None:
    assert told(records.dataclass, kind) == told(dataclasses.dataclass, kind)


@records.dataclass(frozen=True, slots=True)
class Kept:
    """Stands in the module, as what is pickled has to."""

    a: int
    b: tuple[str, ...] = ()


def test_a_frozen_object_can_be_pickled_and_matched() -> None:
    kept = Kept(1, ("b",))
    assert pickle.loads(pickle.dumps(kept)) == kept  # noqa: S301 - of this test
    match kept:
        case Kept(number, texts):
            assert (number, texts) == (1, ("b",))


def test_a_default_value_that_would_be_shared_is_refused() -> None:
    with pytest.raises(ValueError, match="mutable default"):

        @records.dataclass
        class Shares:
            a: list[int] = []  # noqa: RUF012 - refused


def test_each_object_gets_a_value_of_its_own_from_a_factory() -> None:
    made = plain(records.dataclass)
    one, other = made(1), made(1)
    one.c.append(1)
    assert other.c == []
