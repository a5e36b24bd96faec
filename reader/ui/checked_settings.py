"""Check the settings that only the screen knows: themes, bindings, and the keys of a terminal.

Textual silently ignores unknown names. Imports only those parts of the screen whose bindings the
settings name.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple

from textual.binding import Binding
from textual.keys import (
    KEY_ALIASES,
    KEY_NAME_REPLACEMENTS,
    REPLACED_KEYS,
    Keys,
    key_to_character,
)
from textual.theme import BUILTIN_THEMES

from reader.config.settings import Settings
from reader.config.template import Bound
from reader.i18n import _
from reader.ui.themes import THEMES

PLACES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "app": (("reader.ui.app", "CryptoreadApp"),),
    "reader": (("reader.ui.screen.reader", "ReaderScreen"),),
    "sidebar": (("reader.ui.sidebar.widget", "Sidebar"),),
    "reading": (("reader.ui.reading.pane", "ReadingPane"),),
    "briefing": (("reader.ui.briefing.pane", "BriefingPane"),),
    "search": (("reader.ui.bars.search_line", "SearchLine"),),
    "find": (("reader.ui.bars.find_line", "FindLine"),),
    "export": (("reader.ui.modals.export", "ExportScreen"),),
    "help": (("reader.ui.modals.help", "HelpScreen"), ("reader.ui.modals.page", "Page")),
    "links": (("reader.ui.modals.links", "LinksScreen"),),
    "confirm": (("reader.ui.modals.links", "ConfirmScreen"),),
    "mood": (("reader.ui.modals.mood", "MoodScreen"), ("reader.ui.modals.mood", "MoodView")),
    "outline": (("reader.ui.modals.outline", "OutlineScreen"),),
    "own_tags": (("reader.ui.modals.own_tags", "OwnTagScreen"),),
    "pick_list": (("reader.ui.modals.pick_list", "PickList"),),
    "related": (("reader.ui.modals.related", "RelatedScreen"),),
    "sources": (("reader.ui.modals.sources", "SourcesScreen"),),
    "save_view": (("reader.ui.modals.views", "SaveViewScreen"),),
    "views": (("reader.ui.modals.views", "ViewsScreen"),),
    "tag_picker": (("reader.ui.modals.tag_picker", "TagPicker"),),
}
"""Modules and classes that have bindings, by the first word of their ids."""

_PANES = ("sidebar", "reading", "briefing")
"""Parts inside the main screen, whose keys answer there as well."""

_MODIFIERS = frozenset(("ctrl", "shift", "alt", "super", "hyper", "meta"))
_OTHER_NAMES = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "spacebar": "space",
}
_ALIASES = {alias: key for key, aliases in KEY_ALIASES.items() for alias in aliases}
_KEYS = frozenset(
    (*(key.value for key in Keys if key.value.isprintable()), *KEY_NAME_REPLACEMENTS.values())
) - {"return", "newline"}


class _Bound(NamedTuple):
    id: str
    keys: str
    is_chosen: bool


def fault(settings: Settings) -> str | None:
    """Return a sentence that names the first wrong setting, its value and the remedy, or None."""
    return next(faults(settings), None)


def bound() -> Iterator[Bound]:
    """Yield every binding of the screen with its default keys, as a user writes them."""
    for place in PLACES:
        for bindings in _bindings(place):
            for each in bindings:
                keys = ",".join(map(_written, each.key.split(",")))
                yield Bound(each.id or "", keys, each.tooltip or each.description)


def _written(key: str) -> str:
    sign = _named_sign(key.strip())
    return key.strip() if sign in (None, ",", " ") else sign or key


def faults(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each wrong setting that only the screen knows."""
    themes = [*(each.name for each in THEMES), *sorted(BUILTIN_THEMES)]
    if settings.theme is not None and settings.theme not in themes:
        said = _("unknown theme {name!r}; valid themes: {valid}")
        yield said.format(name=settings.theme, valid=", ".join(themes))
    for id, keys in settings.keys.items():
        if id not in _ids(id.partition(".")[0]):
            known = [each for place in PLACES for each in _ids(place)]
            said = _("unknown binding {name!r} in [keys]; valid bindings: {valid}")
            yield said.format(name=id, valid=", ".join(_nearest(id, known)))
        for sequence in keys.split(","):
            for key in sequence.split() or [""]:
                if not is_key(key):
                    yield _no_key(id, key, "[keys]")
    yield from _clashes(settings.keys)
    yield from _begun(settings.keys)
    yield from _own_faults(settings)


def _nearest(name: str, names: Sequence[str]) -> list[str]:
    """Return the names most like it, else those of the same part of the screen, else all."""
    from difflib import get_close_matches

    part = name.partition(".")[0]
    of_part = [each for each in names if each.partition(".")[0] == part]
    return get_close_matches(name, names, 5, 0.7) or of_part or list(names)


def _bindings(place: str) -> Iterator[list[Binding]]:
    """Yield the bindings of each class of that part of the screen, without inherited ones."""
    for module, name in PLACES.get(place, ()):
        part = getattr(import_module(module), name)
        yield [each for each in vars(part).get("BINDINGS", ()) if isinstance(each, Binding)]


def _ids(place: str) -> list[str]:
    return [each.id for bindings in _bindings(place) for each in bindings if each.id]


def _clashes(chosen: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each chosen key that another binding of the same part has, too."""
    for place in dict.fromkeys(id.partition(".")[0] for id in chosen):
        for bindings in _bindings(place):
            taken: dict[str, _Bound] = {}
            for each in bindings:
                id = each.id or ""
                bound = _Bound(id, chosen.get(id, each.key), id in chosen)
                for key in map(_canonical, bound.keys.split(",")):
                    other = taken.setdefault(key, bound)
                    if other.id != id and (other.is_chosen or bound.is_chosen):
                        said = _(
                            "{key!r} in [keys] is bound twice: to {first!r} and to {second!r}; "
                            "choose another key for one of them"
                        )
                        yield said.format(key=key, first=other.id, second=id)


def _own_faults(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each key of an own command that does something else."""
    taken = dict[str, str]()
    for own in settings.commands:
        for keys in own.key.split(",") if own.key else ():
            for key in keys.split() or [""]:
                if not is_key(key):
                    yield _no_key(own.name, key, "[commands]")
            others = [(taken[each], {each}) for each in taken]
            for other, bound_to in (*others, *_beside("reader.own", settings.keys)):
                begun = _canonical(keys).split()
                first = {" ".join(begun[:n]) for n in range(1, len(begun) + 1)} & bound_to
                if first:
                    said = _(
                        "{key!r} for {name!r} in [commands] is bound to {other!r}; "
                        "choose another key for one of them"
                    )
                    yield said.format(key=min(first), name=own.name, other=other)
            taken[_canonical(keys)] = own.name


def _begun(chosen: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each chosen sequence whose first keys do something by themselves."""
    for id, keys in chosen.items():
        for sequence in (each.split() for each in map(_canonical, keys.split(","))):
            begun = {" ".join(sequence[:n]) for n in range(1, len(sequence))}
            for other, taken in _beside(id, chosen) if begun else ():
                if found := begun & taken:
                    said = _(
                        "{keys!r} for {name!r} in [keys] begins with {key!r}, "
                        "which is bound to {other!r}; choose another key for one of them"
                    )
                    begins = " ".join(sequence)
                    yield said.format(keys=begins, name=id, key=min(found), other=other)


def _beside(id: str, chosen: Mapping[str, str]) -> Iterator[tuple[str, set[str]]]:
    """Yield the bindings that answer where this one does, each with its keys."""
    place = id.partition(".")[0]
    places = {"reader": ("reader", "app", *_PANES)}.get(place, (place,))
    for each in (*places, "reader") if place in _PANES else places:
        for bindings in _bindings(each):
            for one in bindings:
                other = one.id or ""
                yield other, set(map(_canonical, chosen.get(other, one.key).split(",")))


def _canonical(keys: str) -> str:
    """Return one name for each key: `?` for `question_mark`, `tab` for `ctrl+i`."""
    named = (_ALIASES.get(key, key) for key in keys.split())
    return " ".join(_named_sign(key) or key for key in named)


def is_key(key: str) -> bool:
    """Return whether Textual can report a key of this name."""
    if len(key) == 1:
        return key.isprintable() and key != " "
    modifiers, _, name = key.rpartition("+")
    if modifiers and not set(modifiers.split("+")) <= _MODIFIERS:
        return False
    if modifiers and len(name) == 1:  # `N` and not shift+n, ctrl+n and not ctrl+N
        return name == name.lower() and modifiers != "shift"
    return name in _KEYS or key in _KEYS or _named_sign(name) is not None


def _named_sign(name: str) -> str | None:
    """Return the sign that has this name in Textual: `?` for `question_mark`."""
    sign = key_to_character(REPLACED_KEYS.get(name, name)) if name.islower() else None
    return sign if sign and sign.isprintable() and not sign.isalnum() else None


def _no_key(id: str, key: str, table: str) -> str:
    """Return a sentence with the name that was likely meant."""
    from difflib import get_close_matches

    small = key.lower()
    modifiers, plus, name = small.rpartition("+")
    likely = f"{modifiers}{plus}{_OTHER_NAMES.get(name, name)}"
    if modifiers == "shift" and len(name) == 1:
        likely = name.upper()
    near = [likely] if is_key(likely) else get_close_matches(small, _KEYS, 1, 0.7)
    said = _("unknown key {key!r} for {name!r} in {table}; keys are written as 'n', 'ctrl+n', 'f2'")
    if near:
        said = _("unknown key {key!r} for {name!r} in {table}; did you mean {near!r}?")
    return said.format(key=key, name=id, table=table, near=near[0] if near else "")
