r"""Regular expressions of the query language, matched by RE2: in time that is linear in the text.

RE2 knows letters and digits of ASCII alone under `\w`, `\d` and `\s`; here they are those of
every script, as the user expects of a word in Cyrillic.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from reader.i18n import _, english

MOST_CHARS = 200
"""Longest expression; a longer one is taken as plain text."""

MOST_BYTES = 8 << 20
"""Memory of one compiled expression, its cached states included; it bounds the time, too."""

_OPTIONS = "(?im)"
"""Case does not matter; `^` and `$` are the ends of lines."""

_CLASSES = {"w": r"\pL\pM\pN_", "d": r"\p{Nd}", "s": r"\s\pZ"}
"""What escapes stand for, within brackets."""
_PART = re.compile(
    r"\\Q.*?(?:\\E|$)|\\[pP](?:\{[^}]*\}|.)|\\.|\[:\^?\w+:\]|\[\^?\]?|\]|[^\\\[\]]+", re.S
)

_REASONS = frozenset(
    (
        english("bad repetition operator"),
        english("invalid UTF-8"),
        english("invalid character class"),
        english("invalid character class range"),
        english("invalid escape sequence"),
        english("invalid named capture group"),
        english("invalid perl operator"),
        english("invalid repetition size"),
        english("missing )"),
        english("missing ]"),
        english("no argument for repetition operator"),
        english("pattern too large - compile failed"),
        english("trailing \\"),
        english("unexpected )"),
    )
)
"""What RE2 says of an expression, before the part that is meant."""

Matches = Callable[[Iterable[str | None]], bool]


def compiled(source: str) -> Matches:
    """Return a function that tells whether any of some texts has a match; case does not matter.

    `^` and `$` are the ends of lines. Raises ValueError, with a sentence, for an expression that
    RE2 does not know.
    """
    search = _expression(source).search

    def matches(texts: Iterable[str | None]) -> bool:
        return any(search(text.encode(errors="replace")) is not None for text in texts if text)

    return matches


def spans(source: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where matches of an expression begin and end in a text, some perhaps empty.

    Each is searched for when it is asked for. Raises ValueError as `compiled` does.
    """
    text = text.encode(errors="replace").decode()  # half a surrogate pair becomes one character
    for found in _expression(source).finditer(text):
        yield found.span()


@lru_cache(maxsize=8)
def _expression(source: str) -> Any:
    """Return the compiled expression. Raises ValueError as `compiled` does."""
    if len(source) > MOST_CHARS:
        raise ValueError(
            _("a regular expression has at most {number} characters").format(number=MOST_CHARS)
        )
    try:
        import re2
    except ImportError:
        raise ValueError(_("regular expressions need the package google-re2")) from None
    if not source.isascii() and re.search(r"(?<!\\)(?:\\\\)*+\\[bB]", source):
        raise ValueError(_(r"`\b` knows Latin letters only; write `(^|\PL)` and `(\PL|$)`"))
    wanted = f"{_OPTIONS}{_for_all_scripts(source)}"
    options = re2.Options()
    options.max_mem = MOST_BYTES
    options.log_errors = False
    options.never_capture = True
    try:
        expression = re2.compile(wanted.encode(), options)
    except re2.error as error:
        reason = error.args[0] if error.args else b""
        told = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        told = told.removesuffix(f": {wanted}")
        raise ValueError(
            _("`/{pattern}/` is not a regular expression ({reason})").format(
                pattern=source, reason=_reason(told)
            )
        ) from None
    re2.purge()  # its own cache has 128 expressions, each with its memory
    return expression


def _reason(told: str) -> str:
    """Return what RE2 says, in the language of the interface."""
    reason, colon, part = told.partition(": ")
    return f"{_(reason)}{colon}{part}" if reason in _REASONS else told


def _for_all_scripts(source: str) -> str:
    """Return the expression with its classes of characters widened to all scripts."""
    out: list[str] = []
    in_brackets = False
    for part in _PART.findall(source):
        if in_brackets:
            in_brackets = part != "]"
        elif part.startswith("[") and not part.startswith("[:"):
            in_brackets = True
        out.append(_widened(part, in_brackets))
    return "".join(out)


def _widened(part: str, in_brackets: bool) -> str:
    letter = part[1:]
    if not part.startswith("\\") or letter.lower() not in _CLASSES:
        return part
    if in_brackets:
        return _CLASSES[letter] if letter.islower() else part
    return f"[{'^' * letter.isupper()}{_CLASSES[letter.lower()]}]"
