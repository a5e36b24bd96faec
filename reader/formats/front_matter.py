"""Front matter through a handler of python-frontmatter that trusts nothing.

Text to a tree of strings and back, YAML here, other notations in `other_matter`. The schema knows
what the fields mean. Imports PyYAML: only what reads or writes a file imports this module.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from textwrap import dedent
from typing import Any, cast

import yaml
from frontmatter.default_handlers import YAMLHandler

from reader.formats.blocks import (
    Block,
    Notation,
    end_of_fields,
    find_block,
    header_fields,
)
from reader.formats.fields import MAX_CHARACTERS, MAX_DEPTH, MAX_KEY, Bare
from reader.formats.other_matter import Unreadable, json_fields, repaired_json, toml_fields
from reader.formats.other_names import is_known, is_list, is_text
from reader.formats.plain_yaml import NULLS, Tree, tree_of
from reader.formats.schema import MAPPINGS
from reader.formats.yaml_lines import lines_of
from reader.text import clean, one_line, without_blank_lines

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

UNREADABLE = "unreadableFrontMatter"
"""The field that keeps the lines of a front matter that no reading could make sense of."""

_MOST_NAMES = 16
"""Fields that are compared with what is written; each is looked for in the whole block."""

_FIELD = re.compile(r"^(?=[A-Za-z_][\w-]*[ \t]*:(?:[ \t]|$))", re.MULTILINE)
_NAME = re.compile(r"^([A-Za-z_][\w-]*)[ \t]*[:=](?:[ \t]|$)", re.MULTILINE)
_BLANK_LINE = re.compile(r"\S[ \t]*\n[ \t]*\n[ \t]*\S")
_TOML_LINE = re.compile(r"^([A-Za-z_][\w-]*)[ \t]*=[ \t]*(\S.*)$", re.MULTILINE)
_JSON_LINE = re.compile(r'^[ \t{]*+"([A-Za-z_][\w-]*)"[ \t]*:[ \t]*(\S.*)$', re.MULTILINE)
_JSON_END = re.compile(r"^(?:\{[^\n]*)?\}[ \t]*$", re.MULTILINE)
_HALVES = re.compile(r"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|.)", re.I | re.S)
"""Any escape: 1 and 2 are the halves of one character."""

_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]{0,2}(?:[ \t]+#.*)?")


class Broken(Exception):
    """This text is not YAML, or not of the kind that is accepted. `line` counts from 1."""

    def __init__(self, reason: str, line: int) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason)


class FrontMatter(YAMLHandler):
    """The handler of one text: `read` it; `problems` then holds a sentence for each fault.

    Text has been cleaned. A text without front matter has no fields and is all body.
    """

    FM_BOUNDARY = re.compile(r"(?:)")

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.first_line = 2
        """Where the front matter begins in the file, after its opening line."""

    def read(self, text: str) -> tuple[dict[str, Tree], str]:
        """The fields, and the body without the blank lines around it. Raises NotAnArticle.

        What stands between two rules is front matter only where it makes sense as such.
        """
        block = find_block(text)
        if block is None:
            return {}, without_blank_lines(text)
        self.first_line = text.count("\n", 0, block.start) + 1
        try:
            fields, rest = self._read_block(text, block)
        except _OnlyText:
            self.problems.clear()
            return {}, without_blank_lines(text)
        return fields, without_blank_lines(text[rest:])

    def split(self, text: str) -> tuple[str, str]:
        """Front matter and body, as `frontmatter.parse` wants them; `read` does more."""
        block = find_block(text)
        if block is None:
            return "", text
        self.first_line = text.count("\n", 0, block.start) + 1
        return text[block.start : block.end], without_blank_lines(text[block.rest :])

    def load(self, fm: str, **_: object) -> dict[str, Tree]:
        """The fields of a block of YAML.

        What is not YAML is read field by field, and what then is left over is kept as it is.
        """
        try:
            return self._mapping(fm)
        except _OnlyText:
            return {}
        except Broken as error:
            return self._rescue(error, _rescued(fm))

    def export(self, metadata: Mapping[str, object], **_: object) -> str:
        """YAML, a line a scalar, in the style of the archive."""
        return "\n".join(lines_of(metadata))

    def _read_block(self, text: str, block: Block) -> tuple[dict[str, Tree], int]:
        """The fields, and where the body begins. Raises _OnlyText."""
        match block.notation:
            case Notation.JSON:
                return self._read_json(text, block)
            case Notation.LINES:
                return _read_lines(text, block), block.rest
        fm = text[block.start : block.end]
        if block.notation is Notation.TOML:
            fields = self._read_toml(fm)
        else:
            fields, block = self._read_yaml(text, fm, block)
        if not block.is_closed:
            if not _names_something(fm):
                raise _OnlyText
            mark = "---" if block.notation is Notation.YAML else "+++"
            self.problems.insert(0, f"the front matter has no closing {mark}")
        return fields, block.rest

    def _read_yaml(self, text: str, fm: str, block: Block) -> tuple[dict[str, Tree], Block]:
        try:
            fields = self._mapping(fm)
        except Broken as error:
            if not _is_meant(fm):
                raise _OnlyText from error
            end = end_of_fields(text, block.start, Notation.YAML)
            below = text[end : block.end]
            if below[:1] == "\n" and below.strip() and not _names_something(below):
                # The next rule of the body has been taken for what closes the fields.
                block = block._replace(end=end, rest=end, is_closed=False)
                return self.load(text[block.start : end]), block
            return self._rescue(error, _rescued(fm)), block
        if fields and fm[:1] == "\n" and not _names_something(fm):
            raise _OnlyText  # between two rules
        return fields, block

    def _read_toml(self, fm: str) -> dict[str, Tree]:
        try:
            return cast("dict[str, Tree]", toml_fields(fm))
        except Unreadable as error:
            if not _names_something(fm):
                raise _OnlyText from error
            broken = Broken(error.reason, error.line)
            return self._rescue(broken, _rescued_lines(fm, _TOML_LINE))

    def _read_json(self, text: str, block: Block) -> tuple[dict[str, Tree], int]:
        """Without a line that closes it, the object ends where its braces do."""
        fm = text[block.start : block.end]
        is_bare = block.end == block.rest
        try:
            fields, end = json_fields(fm)
        except Unreadable as error:
            if is_bare:
                match = _JSON_END.search(fm, 0, MAX_CHARACTERS)
                fm = fm[: match.end()] if match else ""
            if not any(is_known(match[1]) for match in _JSON_LINE.finditer(fm)):
                raise _OnlyText from error
            rest = block.start + len(fm) if is_bare else block.rest
            return self._repaired_json(fm, error), rest
        below = fm[end:].partition("\n")[0] if is_bare else fm[end:]
        if below.strip():
            raise _OnlyText
        return cast("dict[str, Tree]", fields), block.start + end if is_bare else block.rest

    def _repaired_json(self, fm: str, error: Unreadable) -> dict[str, Tree]:
        with suppress(Unreadable):
            fields, _ = json_fields(repaired_json(fm))
            self.problems.append("the front matter is JSON with comments or commas left over")
            return cast("dict[str, Tree]", fields)
        return self._rescue(Broken(error.reason, error.line), _rescued_lines(fm, _JSON_LINE))

    def _rescue(self, error: Broken, rescued: tuple[dict[str, Tree], str]) -> dict[str, Tree]:
        line = self.first_line + error.line - 1
        fields, unread = rescued
        self.problems.append(f"the front matter is broken at line {line}: {error.reason}")
        if unread:
            fields[UNREADABLE] = f"{fields.get(UNREADABLE) or ''}{unread}"
        return fields

    def _mapping(self, fm: str) -> dict[str, Tree]:
        """Raises Broken, and _OnlyText where it is YAML but no fields."""
        if plain := tree_of(fm):
            return plain
        tree, repeated = _document(fm)
        if tree is None:
            return {}
        if not isinstance(tree, dict):
            raise _OnlyText
        if repeated:
            names = one_line(", ".join(repeated[:5]))
            self.problems.append(f"given more than once, the first one counts: {names}")
        if meant := list(_as_meant(fm, tree)):
            names = one_line(", ".join(meant[:5]))
            self.problems.append(f"taken as written, though YAML would read it otherwise: {names}")
        return tree


class _OnlyText(Exception):
    """What looked like front matter belongs to the body."""


def _document(text: str) -> tuple[Tree, list[str]]:
    """The tree of a text, and names that are given more than once in it. Raises Broken."""
    events = _Events(text)
    try:
        return events.document(), list(events.repeated)
    except Broken:
        if (whole := _with_whole_characters(text)) == text:
            raise
    events = _Events(whole)
    return events.document(), list(events.repeated)


def _with_whole_characters(text: str) -> str:
    """Combine characters that are escaped in two halves, as JSON has them and YAML refuses them."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _HALVES.sub(_whole_character, text)


def _whole_character(escape: re.Match[str]) -> str:
    if not escape[1]:
        return escape[0]
    high, low = int(escape[1], 16), int(escape[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


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


def _rescued(fm: str, depth: int = 1) -> tuple[dict[str, Tree], str]:
    """Each field read alone, as YAML or else line by line; and the text of what was not YAML."""
    fields: dict[str, Tree] = {}
    unread = ""
    for block in _FIELD.split(fm):
        try:
            tree, _ = _document(block)
        except Broken:
            tree = block
        if isinstance(tree, str):
            unread += block
            tree = _guessed(block, depth)
        if isinstance(tree, dict):
            list(_as_meant(block, tree))
            for name, value in tree.items():
                fields.setdefault(name, value)
    return fields, unread


def _guessed(block: str, depth: int) -> dict[str, Tree] | None:
    """A field that is not YAML: what stands on its line, or else the list or the fields below.

    Of the outermost ones only those that the schema knows: the others' text is kept as it is.
    """
    first, _, below = dedent(block).partition("\n")
    name, colon, value = (part.strip() for part in first.partition(":"))
    if not colon or (depth == 1 and not is_known(name)):
        return None
    if value:
        return {name: _unquoted(value)} if name not in MAPPINGS else None
    items = [line.strip() for line in below.split("\n") if line.strip()]
    if all(item.startswith("- ") for item in items):
        return {name: [_unquoted(item[2:].strip()) for item in items]}
    return {name: _rescued(dedent(below), depth + 1)[0]} if depth < MAX_DEPTH else None


def _unquoted(value: str) -> str:
    """The text of a scalar that is not YAML: without the quotes around all of it, or a comment."""
    if (comment := value.find(" # ")) > 0:
        value = value[:comment].rstrip()
    quote = value[:1]
    if not quote or quote not in "'\"":
        return value
    is_closed = len(value) > 1 and value.endswith(quote)
    inner = value[1:-1] if is_closed else value[1:]
    # Apostrophes and escaped quotes neither open nor close anything.
    marks = list(re.finditer(rf"(?<!\\){quote}(?!\w)|(?<![\w\\]){quote}", inner))
    closing = [mark for mark in marks if not inner[: mark.start()].endswith((" ", "\t", "("))]
    is_part = bool(marks and marks[0] in closing) if is_closed else bool(closing)
    is_apostrophe = not is_closed and quote == "'" and inner[:1].isdigit()
    return value if is_part or is_apostrophe else inner


def _rescued_lines(fm: str, line: re.Pattern[str]) -> tuple[dict[str, Tree], str]:
    """Of TOML or JSON that is broken: the known fields that have a line each; and its text."""
    fields: dict[str, Tree] = {}
    for match in line.finditer(fm):
        if is_known(match[1]):
            fields.setdefault(match[1], _unquoted(match[2].strip().rstrip(",")))
    return fields, fm


def _read_lines(text: str, block: Block) -> dict[str, Tree]:
    """Lines of `Name: value` are fields where a title or two known names are among them."""
    fields = header_fields(text[block.start : block.end])
    known = [name for name in fields if is_known(name)]
    if not known or (len(known) < 2 and known[0].lower() != "title"):
        raise _OnlyText
    return {name: Bare(value) for name, value in fields.items()}


def _names_something(fm: str) -> bool:
    """Whether a line begins with the name of a field that is known."""
    return any(is_known(match[1]) for match in _NAME.finditer(fm))


def _is_meant(fm: str) -> bool:
    """Whether this broken YAML is front matter rather than text between two rules."""
    if _names_something(fm):
        return True
    start = fm.lstrip()
    return not _BLANK_LINE.search(fm) and bool(start.startswith(("{", "%")) or _FIELD.match(start))


def _as_meant(fm: str, tree: dict[str, Tree]) -> Iterator[str]:
    """Put right, and name, the fields in which YAML sees a comment, a tag or a list that is text.

    `title: We are #1`, `title: !important`, `title: [BTC]` and `- #tag`.
    """
    names = (name for name in tree if is_text(name) or is_list(name))
    for name in list(islice(names, _MOST_NAMES)):
        value = tree[name]
        if is_text(name):
            line = re.search(rf"^{re.escape(name)}[ \t]*:[ \t]+(\S.*)$", fm, re.MULTILINE)
            if line and _means_otherwise(line[1], value):
                tree[name] = _unquoted(line[1].strip())
                yield name
        elif (items := _with_hashes(fm, name, value)) != value:
            tree[name] = items
            yield name


def _means_otherwise(written: str, value: Tree) -> bool:
    if _BLOCK_SCALAR.fullmatch(written) or written[0] in "'\"":
        return False
    return bool(
        (value and not isinstance(value, str))
        or written[0] == "!"
        or re.search(r"(?:^|[ \t])#[^ \t#]", written)
    )


def _with_hashes(fm: str, name: str, value: Tree) -> Tree:
    """The names of `name: #a #b`, or the items of a list, with those that begin with a `#`."""
    if value is not None and not (isinstance(value, list) and None in value):
        return value
    line = re.search(rf"^{re.escape(name)}[ \t]*:[ \t]*(#\S.*)?$", fm, re.MULTILINE)
    if not line:
        return value
    if line[1] and value is None:
        return list(line[1].replace(",", " ").split())
    written = []
    for below in fm[line.end() + 1 :].split("\n"):
        if not (item := below.strip()).startswith("-"):
            break
        written.append(item[1:].strip())
    if value is None or len(written) != len(value):
        return value
    return [
        each if each.startswith("#") else item for item, each in zip(value, written, strict=True)
    ]
