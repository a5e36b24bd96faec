"""Write keys for a user, as a keyboard names them."""

from collections.abc import Sequence

_NAMES = {
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "question_mark": "?",
    "slash": "/",
    "number_sign": "#",
    "apostrophe": "'",
    "escape": "Esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}
"""Names of keys by Textual's names for them."""


def key_names(keys: str) -> str:
    """Return the keys of a binding as a user reads them: `? F1` for `question_mark,f1`.

    Keys to be typed one after another have no space between unless one has a name: `gg`.
    """
    return " ".join(_sequence(key.split()) for key in keys.split(","))


def _sequence(keys: Sequence[str]) -> str:
    names = [_key_name(key) for key in keys]
    return ("" if all(len(name) == 1 for name in names) else " ").join(names)


def _key_name(key: str) -> str:
    if key in _NAMES or len(key) == 1 or key.startswith("ctrl+"):
        return _NAMES.get(key, key)
    return key.capitalize()


def first_key(keys: str) -> str:
    """Return the first key of a binding as a user reads it."""
    return key_names(keys.partition(",")[0])
