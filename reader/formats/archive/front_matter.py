"""Front matter in any notation to a tree of strings, and back to YAML.

A handler of python-frontmatter for hostile text. What the fields mean is up to the schema. Imports
PyYAML: only what reads or writes a file imports this module.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import cast

from frontmatter.default_handlers import YAMLHandler

from reader.formats.archive.blocks import Block, Notation, end_of_fields, find_block, header_fields
from reader.formats.archive.fields import MAX_CHARACTERS, Bare
from reader.formats.archive.other_matter import Unreadable, json_fields, repaired_json, toml_fields
from reader.formats.archive.other_names import is_known
from reader.formats.archive.plain_yaml import Tree, tree_of
from reader.formats.archive.rescued_fields import FIELD, rescued, rescued_lines
from reader.formats.archive.yaml_events import Broken, document_of
from reader.formats.archive.yaml_lines import lines_of
from reader.formats.archive.yaml_text import put_right
from reader.formats.flags import Flag
from reader.text import clean, one_line, without_blank_lines

UNREADABLE = "unreadableFrontMatter"
"""The field that keeps the lines of front matter that cannot be read at all."""

_NAME = re.compile(r"^([A-Za-z_][\w-]*)[ \t]*[:=](?:[ \t]|$)", re.MULTILINE)
_BLANK_LINE = re.compile(r"\S[ \t]*\n[ \t]*\n[ \t]*\S")
_TOML_LINE = re.compile(r"^([A-Za-z_][\w-]*)[ \t]*=[ \t]*(\S.*)$", re.MULTILINE)
_JSON_LINE = re.compile(r'^[ \t{]*+"([A-Za-z_][\w-]*)"[ \t]*:[ \t]*(\S.*)$', re.MULTILINE)
_JSON_END = re.compile(r"^(?:\{[^\n]*)?\}[ \t]*$", re.MULTILINE)


class FrontMatter(YAMLHandler):
    """The handler of one cleaned text: call `read`, then `problems` has a sentence for each fault.

    A text without front matter has no fields and is all body.
    """

    FM_BOUNDARY = re.compile(r"(?:)")

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.first_line = 2
        """Line of the file on which the front matter begins, below its opening mark."""

    def read(self, text: str) -> tuple[dict[str, Tree], str]:
        """Return the fields, and the body without blank lines around it. Raises NotAnArticle.

        Text between two rules is front matter only if it can be read as fields.
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
        """Return front matter and body as `frontmatter.parse` expects them; `read` does more."""
        block = find_block(text)
        if block is None:
            return "", text
        self.first_line = text.count("\n", 0, block.start) + 1
        return text[block.start : block.end], without_blank_lines(text[block.rest :])

    def load(self, fm: str, **_: object) -> dict[str, Tree]:
        """Return the fields of a block of YAML.

        A block that is not YAML is read field by field; the text that is left over is kept.
        """
        try:
            return self._mapping(fm)
        except _OnlyText:
            return {}
        except Broken as error:
            return self._rescue(error, rescued(fm))

    def export(self, metadata: Mapping[str, object], **_: object) -> str:
        """Return YAML, one line per scalar, in the style of the archive."""
        return "\n".join(lines_of(metadata))

    def _read_block(self, text: str, block: Block) -> tuple[dict[str, Tree], int]:
        """Return the fields, and where the body begins. Raises _OnlyText."""
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
            self.problems.insert(0, Flag.NO_CLOSING.of(mark=mark))
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
                # A rule of the body was taken for the end of the fields.
                block = block._replace(end=end, rest=end, is_closed=False)
                return self.load(text[block.start : end]), block
            return self._rescue(error, rescued(fm)), block
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
            return self._rescue(broken, rescued_lines(fm, _TOML_LINE))

    def _read_json(self, text: str, block: Block) -> tuple[dict[str, Tree], int]:
        """Return the fields of an object, and where it ends: at its closing line or brace."""
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
            self.problems.append(Flag.LOOSE_JSON.of())
            return cast("dict[str, Tree]", fields)
        return self._rescue(Broken(error.reason, error.line), rescued_lines(fm, _JSON_LINE))

    def _rescue(self, error: Broken, found: tuple[dict[str, Tree], str]) -> dict[str, Tree]:
        line = self.first_line + error.line - 1
        fields, unread = found
        self.problems.append(Flag.BROKEN.of(line=line, reason=error.reason))
        if unread:
            fields[UNREADABLE] = f"{fields.get(UNREADABLE) or ''}{unread}"
        return fields

    def _mapping(self, fm: str) -> dict[str, Tree]:
        """Return the fields. Raises Broken, and _OnlyText for YAML that is not a mapping."""
        if plain := tree_of(fm):
            return plain
        tree, repeated = document_of(fm)
        if tree is None:
            return {}
        if not isinstance(tree, dict):
            raise _OnlyText
        if repeated:
            names = one_line(", ".join(repeated[:5]))
            self.problems.append(Flag.REPEATED.of(names=names))
        if meant := list(put_right(fm, tree)):
            names = one_line(", ".join(meant[:5]))
            self.problems.append(Flag.AS_WRITTEN.of(names=names))
        return tree


class _OnlyText(Exception):
    """The text that looked like front matter belongs to the body."""


def _read_lines(text: str, block: Block) -> dict[str, Tree]:
    """Return fields of lines of `Name: value`, if a title or two known names are among them."""
    fields = header_fields(text[block.start : block.end])
    known = [name for name in fields if is_known(name)]
    if not known or (len(known) < 2 and known[0].lower() != "title"):
        raise _OnlyText
    return {clean(name): Bare(clean(value)) for name, value in fields.items()}


def _names_something(fm: str) -> bool:
    """Return whether a line begins with the name of a known field."""
    return any(is_known(match[1]) for match in _NAME.finditer(fm))


def _is_meant(fm: str) -> bool:
    """Return whether broken YAML is front matter rather than text between two rules."""
    if _names_something(fm):
        return True
    start = fm.lstrip()
    return not _BLANK_LINE.search(fm) and bool(start.startswith(("{", "%")) or FIELD.match(start))
