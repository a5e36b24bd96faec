"""Text as Markdown that reads as the text: only signs that would act are escaped."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_INLINE = re.compile(r"[\\`*_\[\]<&!|]|~~+")
_LINE_START = re.compile(
    r"#{1,6}(?:\s|$)|>|[-+*](?:\s|$)|=++\s*+$|(?:[-*_]\s*+){3,}+$|(?=[|:\s]*+-)[|:\-\s]*+$"
)
_NUMBER = re.compile(r"([0-9]{1,9})([.)](?:\s|$))")
_DEFINITION = re.compile(r"\[[^\[\]]*\\?\]:")
_LABEL_START = re.compile(r"^ *\[", re.MULTILINE)
_CLOSING_HASHES = re.compile(r"(?:^|(?<=\s))#(?=#*$)")
ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class Context(NamedTuple):
    """Properties of a paragraph on which the effect of a sign depends."""

    stars: bool
    backticks: bool
    underscores: bool
    definitions: bool
    """Whether a label may begin on one line and end on another."""
    in_cell: bool

    @classmethod
    def of(cls, paragraph: str, in_cell: bool) -> "Context":
        """Return the context of a paragraph."""
        return cls(
            stars=paragraph.count("*") > 1,
            backticks=paragraph.count("`") > 1,
            underscores=paragraph.count("_") > 1,
            definitions="\n" in paragraph and _LABEL_START.search(paragraph) is not None,
            in_cell=in_cell,
        )


def begins_block(line: str) -> bool:
    """Return whether a parser would read the line as more than a line of a paragraph."""
    return any(each.match(line) for each in (_LINE_START, _NUMBER, _DEFINITION))


def heading(markdown: str) -> str:
    """Escape hashes at the end of a heading's text."""
    return _CLOSING_HASHES.sub(r"\\#", markdown)


def escaped_text(text: str, before: str, after: str, context: Context, every_bracket: bool) -> str:
    """Return the text escaped. before, after: neighbouring characters."""

    def place(match: re.Match[str]) -> str:
        sign = match[0]
        if len(sign) > 1:
            return r"\~" * len(sign)
        end = match.end()
        previous = text[end - 2] if end > 1 else before
        following = text[end] if end < len(text) else after
        if sign in "[]" and every_bracket:
            acts = True
        elif sign == "&":
            acts = _ENTITY.match(text, end - 1) is not None
        elif sign == "!":
            acts = end == len(text) and after == "["
        else:
            acts = _ACTS[sign](previous, following, context)
        return f"\\{sign}" if acts else sign

    written = _INLINE.sub(place, text) if _INLINE.search(text) else text
    return _escaped_start(written) if before == "\n" else written


def _escaped_start(written: str) -> str:
    """Escape what would begin a block at the start of a line."""
    rest = written.lstrip(" ")
    indent = written[: len(written) - len(rest)]
    if rest.startswith("```"):
        rest = rest.replace("`", r"\`")
    elif _DEFINITION.match(rest) or _LINE_START.match(rest):
        rest = f"\\{rest}"
    else:
        rest = _NUMBER.sub(r"\1\\\2", rest, count=1) if _NUMBER.match(rest) else rest
    return indent + rest


def _star(previous: str, following: str, context: Context) -> bool:
    return context.stars and not (previous.isspace() and following.isspace())


def _underscore(previous: str, following: str, context: Context) -> bool:
    if not context.underscores or (previous.isspace() and following.isspace()):
        return False
    return not (previous.isalnum() and following.isalnum())


def _less(_: str, following: str, __: Context) -> bool:
    return following.isascii() and (following.isalpha() or following in "/!?")


_ACTS: Mapping[str, Callable[[str, str, Context], bool]] = {
    "\\": lambda _, following, __: following in ASCII_PUNCTUATION or following == "\n",
    "`": lambda _, __, context: context.backticks,
    "*": _star,
    "_": _underscore,
    "[": lambda *_: False,
    "]": lambda _, following, context: (
        following == "(" or (following == ":" and context.definitions)
    ),
    "<": _less,
    "|": lambda _, __, context: context.in_cell,
}
"""Whether a sign would act, from the character before it and the one after it."""
