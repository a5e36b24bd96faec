r"""Lines of a template with the fields of articles: `{published:%F} {sentiment} {title}`.

A template names fields and says how wide they are. It cannot reach anything else: attributes,
indexes, conversions, and formats that would make a line of any length are refused.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from string import Formatter

from reader.article import Article, Row
from reader.cli.output import FIELDS, record
from reader.i18n import _
from reader.nearest import did_you_mean
from reader.text import clean, one_line

INSTANTS = {"published": "published", "published_at": "published"} | {
    "updated": "updated",
    "updated_at": "updated",
}
"""Fields that take a format of dates, and the attribute of an article that each shows."""

NUMBERS = ("score",)

MOST_CELLS = 1_000
"""The widest field."""

_DATE = re.compile(r"(?:[^%{}]|%[-_0^#]?[aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%])*")
_TEXT = re.compile(r"([<>^]?)(\d{0,4})(?:\.(\d{1,4}))?")
_NUMBER = re.compile(r"[<>^]?[+ ]?0?\d{0,3}(?:\.\d{1,2})?[fg%]?")
_ESCAPES = {r"\t": "\t", r"\n": "\n", r"\\": "\\"}

Part = Callable[[Row, Article, dict[str, object]], str]


class TemplateFault(ValueError):
    """A template that cannot be used, with a sentence."""


class Template:
    r"""A template that was read: `line` fills it in. `\t` and `\n` are a tab and a new line.

    Raises TemplateFault.
    """

    def __init__(self, text: str) -> None:
        self._parts: list[Part] = []
        try:
            pieces = list(Formatter().parse(clean(text)))
        except ValueError:
            fault = _(
                "a brace of the template is not closed; a brace itself is written twice: {{ or }}"
            )
            raise TemplateFault(fault) from None
        for literal, field, form, conversion in pieces:
            if literal:
                self._parts.append(partial(_literal, _unescaped(literal)))
            if field is not None:
                if conversion:
                    fault = _("`!{conversion}` cannot be used in a template")
                    raise TemplateFault(fault.format(conversion=conversion))
                self._parts.append(_part(field, form or ""))

    def line(self, row: Row, article: Article) -> str:
        """Return the template filled in for an article."""
        values = record(row, article)
        return "".join(part(row, article, values) for part in self._parts)


def _unescaped(text: str) -> str:
    return re.sub(r"\\[tn\\]", lambda found: _ESCAPES[found[0]], text)


def _literal(text: str, _row: Row, _article: Article, _values: dict[str, object]) -> str:
    return text


def _part(field: str, form: str) -> Part:
    """Return what fills in a field. Raises TemplateFault."""
    if field in INSTANTS:
        _checked(_DATE, field, form, _("a date takes %Y-%m-%d, %F, %H:%M"))
        return partial(_instant, INSTANTS[field], form)
    if field not in FIELDS:
        every = (*FIELDS, *INSTANTS)
        near = did_you_mean(re.split(r"[.\[]", field)[0], every, form="{{{}}}")
        fault = _("no field {{{field}}}{near}; fields: {fields}, published, updated")
        raise TemplateFault(fault.format(field=field, near=near, fields=", ".join(FIELDS)))
    if field in NUMBERS:
        _checked(_NUMBER, field, form, _("a number takes a width and decimals: 6.2f"))
        return partial(_number, field, form)
    takes = _("a text takes <, > or ^, a width, and .N to cut it: <12.12")
    found = _checked(_TEXT, field, form, takes)
    side, width, most = found.groups()
    cells = int(width or 0), int(most) if most else None
    if max(cells[0], cells[1] or 0) > MOST_CELLS:
        fault = _("{{{field}:{form}}}: at most {most} cells")
        raise TemplateFault(fault.format(field=field, form=form, most=MOST_CELLS))
    return partial(_text, field, side or "<", *cells)


def _checked(allowed: "re.Pattern[str]", field: str, form: str, takes: str) -> "re.Match[str]":
    found = allowed.fullmatch(form)
    if found is None:
        fault = _("{{{field}:{form}}} has a format that cannot be used; {takes}")
        raise TemplateFault(fault.format(field=field, form=form, takes=takes))
    return found


def _instant(name: str, form: str, _row: Row, article: Article, values: dict[str, object]) -> str:
    """Return an instant as in JSON, or by a format in the system's time zone."""
    if not form:
        return str(values[f"{name}_at"])
    when: datetime = getattr(article, name)
    try:
        return one_line(clean(f"{when.astimezone():{form}}"))
    except (ValueError, OverflowError):  # a year that the system's calendar does not have
        return str(values[f"{name}_at"])


def _number(field: str, form: str, _row: Row, _article: Article, values: dict[str, object]) -> str:
    value = values[field]
    if isinstance(value, int | float) and form:
        return f"{float(value):{form}}"
    width = re.search(r"[1-9]\d*", form.partition(".")[0])
    return _shown(value).rjust(int(width[0]) if width else 0)


def _text(
    field: str,
    side: str,
    width: int,
    most: int | None,
    _row: Row,
    _article: Article,
    values: dict[str, object],
) -> str:
    text = _shown(values[field])
    if not width and most is None:
        return text
    from rich.cells import cell_len, set_cell_size

    if most is not None and cell_len(text) > most:
        text = set_cell_size(text, most)
    blank = max(0, width - cell_len(text))
    left = {"<": 0, ">": blank, "^": blank // 2}[side]
    return f"{' ' * left}{text}{' ' * (blank - left)}"


def _shown(value: object) -> str:
    """Return a value on one line; empty if it is unknown."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(map(one_line, value))
        case _:
            return one_line(clean(str(value)))
