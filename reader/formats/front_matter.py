"""YAML front matter through python-frontmatter, with a handler that trusts nothing.

Text to a tree of strings and back. What the fields mean is the schema's affair. Imports PyYAML:
only what reads or writes a file imports this module.
"""

import re
from collections.abc import Mapping
from textwrap import dedent
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

from reader.formats.errors import NotAnArticle
from reader.formats.fields import MAX_CHARACTERS, MAX_DEPTH, MAX_KEY, Bare
from reader.formats.plain_yaml import NULLS, Tree, tree_of
from reader.formats.schema import FIELDS, MAPPINGS
from reader.formats.yaml_lines import lines_of
from reader.text import clean, one_line, without_blank_lines

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

UNREADABLE = "unreadableFrontMatter"
"""The field that keeps the lines of a front matter that no reading could make sense of."""

_OPENING = re.compile(r"(?:[ \t]*+\n)*+---[ \t]*+(?:\n|\Z)")
_CLOSING = re.compile(r"\n---[ \t]*+(?:\n|\Z)")
_FIELD = re.compile(r"^(?=[A-Za-z_][\w-]*[ \t]*:(?:[ \t]|$))", re.MULTILINE)
_FIELD_LINE = re.compile(r"[A-Za-z_][\w-]*[ \t]*:(?:[ \t]|$)|[ \t]+\S|- ", re.MULTILINE)


class Broken(Exception):
    """This text is not YAML, or not of the kind that is accepted. `line` counts from 1."""

    def __init__(self, reason: str, line: int) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason)


class FrontMatter(YAMLHandler):
    """The handler of one text: `split`, then `load`; `problems` then holds a sentence for each.

    `frontmatter.parse` would strip the indentation off a body's first line, so its steps are
    called one by one. Text has been cleaned.
    """

    FM_BOUNDARY = _OPENING

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.first_line = 2
        """Where the front matter begins in the file, after its opening `---`."""

    def split(self, text: str) -> tuple[str, str]:
        """Front matter and body, without the blank lines around it.

        Raises NotAnArticle. Only the first `---` after the opening one closes: a body may hold
        as many as it likes. Where none does, the lines that look like fields are the front matter.
        """
        opening = _OPENING.match(text)
        if not opening:
            raise NotAnArticle("has no front matter")
        start = opening.end()
        self.first_line = text.count("\n", 0, start) + 1
        closing = _CLOSING.search(text, start - 1)
        if closing:
            end, rest = closing.start() + 1, closing.end()
        else:
            end = rest = _end_of_fields(text, start)
            self.problems.append("the front matter has no closing ---")
        if end - start > MAX_CHARACTERS:
            raise NotAnArticle(f"has more than {MAX_CHARACTERS // 1024} KiB of front matter")
        return text[start:end], without_blank_lines(text[rest:])

    def load(self, fm: str, **_: object) -> dict[str, Tree]:
        """The fields. Raises NotAnArticle where there are none.

        What is not YAML is read field by field, and what then is left over is kept as it is.
        """
        try:
            fields = self._mapping(fm)
        except Broken as error:
            line = self.first_line + error.line - 1
            fields, unread = _rescued(fm)
            self.problems.append(f"the front matter is broken at line {line}: {error.reason}")
            if unread:
                fields[UNREADABLE] = f"{fields.get(UNREADABLE) or ''}{unread}"
        return fields

    def export(self, metadata: Mapping[str, object], **_: object) -> str:
        """YAML, a line a scalar, in the style of the archive."""
        return "\n".join(lines_of(metadata))

    def _mapping(self, fm: str) -> dict[str, Tree]:
        if plain := tree_of(fm):
            return plain
        events = _Events(fm)
        tree = events.document()
        if not isinstance(tree, dict) or not tree:
            raise NotAnArticle("has no fields in its front matter", self.first_line)
        if events.repeated:
            names = one_line(", ".join(list(events.repeated)[:5]))
            self.problems.append(f"given more than once, the first one counts: {names}")
        return tree


class _Events:
    """Builds a tree from parser events, so that depth and aliases are refused as they come.

    PyYAML's own composer recurses in C: 50,000 brackets end the process.
    """

    def __init__(self, text: str) -> None:
        self._loader = _Loader(text)
        self._next = self._loader.get_event
        self.repeated: dict[str, None] = {}

    def document(self) -> Tree:
        """None where the text is empty. Raises Broken."""
        try:
            self._next()  # the stream's beginning
            if type(self._next()) is yaml.StreamEndEvent:
                return None
            tree = self._value(self._next(), 1)
            self._next()  # the document's end
            event = self._next()
            if type(event) is not yaml.StreamEndEvent:
                raise _refused("something follows its end", event)
            return tree
        except yaml.MarkedYAMLError as error:
            raise _broken(error) from error
        except yaml.YAMLError as error:
            raise Broken("it is not YAML", 1) from error
        finally:
            self._loader.dispose()

    def _value(self, event: Any, depth: int) -> Tree:
        if event.anchor is not None:
            raise _refused("anchors and aliases are not accepted", event)
        if type(event) is yaml.ScalarEvent:
            return _scalar(event)
        if depth > MAX_DEPTH:
            raise _refused(f"it is nested deeper than {MAX_DEPTH}", event)
        if type(event) is yaml.MappingStartEvent:
            return self._fields(depth)
        items: list[Tree] = []
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            items.append(self._value(event, depth + 1))
        return items

    def _fields(self, depth: int) -> dict[str, Tree]:
        fields: dict[str, Tree] = {}
        while type(event := self._next()) is not yaml.MappingEndEvent:
            key = _key(event)
            value = self._value(self._next(), depth + 1)
            if key in fields:
                self.repeated[key] = None
            else:
                fields[key] = value
        return fields


def _key(event: Any) -> str:
    if type(event) is not yaml.ScalarEvent or event.anchor is not None:
        raise _refused("a field's name is not a text", event)
    if len(event.value) > MAX_KEY:
        raise _refused(f"a field's name is longer than {MAX_KEY} characters", event)
    return clean(event.value) if event.style == '"' else event.value


def _scalar(event: Any) -> str | None:
    value: str = event.value
    if event.implicit[0]:
        return None if value in NULLS else Bare(value)
    # Escapes in double quotes bring back what was cleaned off the file.
    return clean(value) if event.style == '"' else value


def _broken(error: yaml.MarkedYAMLError) -> Broken:
    reason, mark = error.problem or "it is not YAML", error.problem_mark
    if "end of stream" in reason and error.context_mark:  # what was opened, and where
        reason, mark = f"{reason} {error.context}", error.context_mark
    return Broken(reason, mark.line + 1 if mark else 1)


def _refused(reason: str, event: Any) -> Broken:
    return Broken(reason, event.start_mark.line + 1)


def _end_of_fields(text: str, start: int) -> int:
    end = start
    while end < len(text) and end - start <= MAX_CHARACTERS and _FIELD_LINE.match(text, end):
        end = text.find("\n", end) + 1 or len(text)
    return end


def _rescued(fm: str, depth: int = 1) -> tuple[dict[str, Tree], str]:
    """Each field read alone, as YAML or else line by line; and the text of what was not YAML."""
    fields: dict[str, Tree] = {}
    unread = ""
    for block in _FIELD.split(fm):
        try:
            tree = _Events(block).document()
        except Broken:
            tree = block
        if isinstance(tree, str):
            unread += block
            tree = _guessed(block, depth)
        if isinstance(tree, dict):
            for name, value in tree.items():
                fields.setdefault(name, value)
    return fields, unread


def _guessed(block: str, depth: int) -> dict[str, Tree] | None:
    """A field that is not YAML: what stands on its line, or else the list or the fields below.

    Of the outermost ones only those that the schema knows: the others' text is kept as it is.
    """
    first, _, below = dedent(block).partition("\n")
    name, colon, value = (part.strip() for part in first.partition(":"))
    if not colon or (depth == 1 and name not in FIELDS):
        return None
    if value:
        return {name: _unquoted(value)} if name not in MAPPINGS else None
    items = [line.strip() for line in below.split("\n") if line.strip()]
    if all(item.startswith("- ") for item in items):
        return {name: [_unquoted(item[2:].strip()) for item in items]}
    return {name: _rescued(dedent(below), depth + 1)[0]} if depth < MAX_DEPTH else None


def _unquoted(value: str) -> str:
    quote = value[0]
    return value[1:].removesuffix(quote) if quote in "'\"" else value
