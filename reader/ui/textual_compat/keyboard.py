"""Find the action of a key: on a Ukrainian keyboard, and of several keys one after another."""

from collections.abc import Mapping, Sequence

from textual.app import ReturnType
from textual.binding import BindingsMap
from textual.dom import DOMNode
from textual.keys import _character_to_key, key_to_character

from reader.ui.textual_compat.failures import GuardedApp

Chain = Sequence[tuple[DOMNode, BindingsMap]]
"""Nodes and their bindings, the first that is asked first."""

_UKRAINIAN = "йцукенгшщзхїфівапролджєґячсмитьбю" + "ЙЦУКЕНГШЩЗХЇФІВАПРОЛДЖЄҐЯЧСМИТЬБЮ"
_LATIN = "qwertyuiop[]asdfghjkl;'\\zxcvbnm,." + 'QWERTYUIOP{}ASDFGHJKL:"|ZXCVBNM<>'

TWINS: Mapping[str, str] = {
    **dict(zip(_UKRAINIAN, _LATIN, strict=True)),
    ".": "/",
    ",": "?",
    "№": "#",
}
"""What the same key writes on a Latin keyboard, by what it writes on a Ukrainian one."""

_SIGNS = {
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "{": "left_curly_bracket",
    "}": "right_curly_bracket",
    ";": "semicolon",
    ":": "colon",
    "'": "apostrophe",
    '"': "quotation_mark",
    "\\": "backslash",
    "|": "vertical_line",
    ",": "comma",
    ".": "full_stop",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "/": "slash",
    "?": "question_mark",
    "#": "number_sign",
}
"""Textual's names of the signs among them."""


def latin_twin(key: str) -> str | None:
    """Return the name of the key that is in the same place on a Latin keyboard; None if itself.

    key: as Textual names it, with modifiers or without.
    """
    modifiers, plus, name = key.rpartition("+")
    character = name if len(name) == 1 else key_to_character(name)
    twin = TWINS.get(character or "")
    return f"{modifiers}{plus}{_SIGNS.get(twin, twin)}" if twin else None


def as_keymap(keys: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of the settings by binding id, with Textual's names."""
    return {id: ",".join(map(_named, each.split(","))) for id, each in keys.items()}


def _named(keys: str) -> str:
    """Return the keys of a sequence with one space between."""
    return " ".join(_character_to_key(key) if len(key) == 1 else key for key in keys.split())


class KeyboardApp(GuardedApp[ReturnType]):
    """An application whose keys answer on a Ukrainian keyboard, too, and may be sequences.

    A key that is bound itself comes before the key in its place. A sequence is bound as its keys
    with a space between, such as `g g`; a key that belongs to none ends it and is then itself.
    """

    _begun = ""
    """The keys of a sequence so far."""

    # Private: Textual looks up one key by one name; an event of a key with other names would do.
    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        names = [key, twin] if (twin := latin_twin(key)) else [key]
        screen = self.screen
        if priority:
            return await self._act(names, screen._binding_chain[::-1], priority=True)
        chain = screen._modal_binding_chain
        begun, self._begun = self._begun, ""
        if not begun:
            return await self._act(names, chain)
        if key == "escape" or await self._act([f"{begun} {name}" for name in names], chain):
            return True
        return await self._act(names, chain)

    async def _act(self, names: Sequence[str], chain: Chain, *, priority: bool = False) -> bool:
        """Do what the first bound name is bound to, or wait for the next key of a sequence."""
        for name in names:
            bound = [
                (binding.action, node)
                for node, bindings in chain
                for binding in bindings.key_to_bindings.get(name, ())
                if binding.priority == priority
            ]
            for action, node in bound:
                if await self.run_action(action, node):
                    return True
            if bound:
                return False
            if not priority and _begins(name, chain):
                self._begun = name
                return True
        return False


def _begins(name: str, chain: Chain) -> bool:
    """Return whether a sequence that is bound begins with this key, or with these."""
    start = f"{name} "
    return any(key.startswith(start) for _, keys in chain for key in keys.key_to_bindings)
