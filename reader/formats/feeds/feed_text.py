"""The texts of an entry of a feed: which is the whole text, and how each is written.

A text that is declared as plain stays as it is; HTML that was escaped once too often is unescaped
once. HTML itself is read by `formats.html.conversion`.
"""

import re
from collections.abc import Sequence
from html import unescape
from typing import NamedTuple

from reader.formats.html.conversion import Text, plain, to_markdown
from reader.formats.html.tags import is_html
from reader.formats.html.titles import to_line
from reader.formats.lead import begins_with, words, words_without_cut
from reader.text import clean, clean_line, without_blank_lines

PLAIN, HTML, UNSAID = "plain", "html", ""
"""How a text is written."""

_MAX_TEXT = 512 * 1024
"""Maximum characters of one text; the longest article has an eighth of that."""

_MARKUP = re.compile(r"</[a-zA-Z]|<(?:br|hr|img|wbr|p)\b|/>", re.IGNORECASE)
_ANY_WORD = re.compile(r"[^\W_]")
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*+>")
_ESCAPED_OPENING = re.compile(r"(^\s*)?&lt;([a-zA-Z][a-zA-Z0-9]{0,9})(?=[\s/&])")
_ESCAPED_CLOSING = re.compile(r"&lt;/([a-zA-Z][a-zA-Z0-9]{0,9})\s*&gt;")
_ESCAPED_VOID = re.compile(
    r"&lt;(?:br|hr)\s*/&gt;|&lt;(?:a\s[^<>&]{0,99}href|img\s[^<>&]{0,99}src)\s*=", re.IGNORECASE
)
_BLOCKS = frozenset(
    ("p", "div", "blockquote", "figure", "h1", "h2", "h3", "h4", "ul", "ol", "table", "section")
)
# Only signs that Markdown would read: `5 * 3`, `[BTC]` and `a_b` stay as they are.
_MARKS_OF_MARKDOWN = re.compile(
    r"`|\\(?=[!-/:-@\[-`{-~]|$)|\*(?=\S)|(?<=\S)\*|(?<![^\W_])_(?=\S)|(?<=\S)_(?![^\W_])"
    r"|\](?=[(\[:])|<(?=[a-zA-Z/!?])|&(?=#?[a-zA-Z0-9]{1,32};)|~(?=~)"
)
_BLOCK_SIGN = re.compile(r"^( {0,3})(?=#{1,6}(?:\s|$)|>|[-+*_](?:\s|$)|=+\s*$|-{2,}\s*$|~{3})")
_RULE_OF_TABLE = frozenset("-:| \t")
_NUMBER_SIGN = re.compile(r"^( {0,3}[0-9]{1,9})(?=[.)](?:\s|$))")
_INDENTED = re.compile("^(?: {4,}|\t[ \t]*)")
_HARMLESS_ENTITY = re.compile(r"&(?!lt;|gt;|#60;|#62;|#x3[cCeE];)#?\w{1,32};")


class Written(NamedTuple):
    """A text and how it is written: PLAIN, HTML or UNSAID. base: of relative addresses."""

    text: str = ""
    form: str = UNSAID
    base: str = ""


def markdown_of(written: Written, base: str) -> Text:
    """Return its Markdown and first image. base: of relative addresses, if it has none."""
    if written.form == PLAIN:
        return Text(plain_markdown(written.text))
    return to_markdown(_unescaped_once_more(written.text[:_MAX_TEXT]), written.base or base)


def read_line(written: Written) -> str:
    """Return a title or a summary on one line."""
    text = written.text[:_MAX_TEXT]
    if written.form == PLAIN:
        return clean_line(_HARMLESS_ENTITY.sub(lambda found: unescape(found[0]), text))
    if written.form == UNSAID:
        read = unescape(unescape(text)) if "&" in text else text
        names_a_tag = is_html(read) and not _MARKUP.search(read)
        return clean_line(read) if names_a_tag else to_line(text)
    if is_html(text):
        return plain(to_markdown(text).markdown)
    return clean_line(unescape(text))


def plain_markdown(text: str) -> str:
    """Return Markdown that shows the text as it is, line by line."""
    lines = without_blank_lines(clean(text[:_MAX_TEXT])).split("\n")
    shown = [_plain_line(line.rstrip()) for line in lines]
    broken = [
        f"{line}  " if line and following else line
        for line, following in zip(shown, [*shown[1:], ""], strict=True)
    ]
    return "\n".join(broken)


def _plain_line(line: str) -> str:
    # Four spaces would begin a code block, in which a backslash is shown.
    line = _INDENTED.sub(lambda spaces: "\xa0" * len(spaces[0].expandtabs(4)), line)
    if "|" in line and _RULE_OF_TABLE.issuperset(line):
        return f"\\{line.lstrip()}"
    line = _MARKS_OF_MARKDOWN.sub(lambda sign: f"\\{sign[0]}", line)
    return _NUMBER_SIGN.sub(r"\1\\", _BLOCK_SIGN.sub(r"\1\\", line))


def full_and_summary(
    contents: Sequence[Written], others: Sequence[Written]
) -> tuple[Written, Written]:
    """Return the whole text, and the summary, empty if there is none besides.

    contents: what the feed calls the content; others: what it calls a summary or a description,
    which may be either.
    """
    full = _longest(contents)
    if full is None or not has_words(full):
        full, rest = _longest(others) or full or Written(), list(others)
    else:
        rest = [each for each in others if each.text.strip()]
        longer = _longest(rest)
        # A content that is the beginning of the description is not the full text.
        if longer is not None and _goes_on(full, longer):
            full = longer
    summary = next((each for each in rest if each.text.strip() and each.text != full.text), None)
    return full, summary or Written()


def _longest(texts: Sequence[Written]) -> Written | None:
    """Return the text with the most visible words; the first of equal ones."""
    texts = [each for each in texts if each.text.strip()]
    if len(texts) < 2:
        return texts[0] if texts else None
    return max(texts, key=lambda each: len(" ".join(words_of(each))))


def _goes_on(beginning: Written, whole: Written) -> bool:
    start, all_words = words_without_cut(visible(beginning)), words_of(whole)
    return len(start) < len(all_words) and begins_with(all_words, start)


def has_words(written: Written) -> bool:
    """Return whether there is anything to read in it."""
    return _ANY_WORD.search(visible(written)) is not None


def words_of(written: Written) -> list[str]:
    """Return its words, without case and punctuation."""
    return words(visible(written))


def visible(written: Written) -> str:
    """Return roughly its visible text: without any tags."""
    text = written.text[:_MAX_TEXT]
    if written.form == PLAIN:
        return text
    text = unescape(_ANY_TAG.sub(" ", text))
    return _ANY_TAG.sub(" ", text) if "<" in text else text


def _unescaped_once_more(text: str) -> str:
    """Return HTML whose tags were escaped, unescaped; a tag within a sentence stays."""
    for _ in range(2):
        if "&" not in text or is_html(text):
            return text
        if not _was_escaped(text.replace("&amp;lt;", "&lt;").replace("&amp;gt;", "&gt;")):
            return text
        text = unescape(text)
    return text


def _was_escaped(text: str) -> bool:
    if _ESCAPED_VOID.search(text):
        return True
    closed = {name.lower() for name in _ESCAPED_CLOSING.findall(text)}
    if not closed:
        return False
    opened = _ESCAPED_OPENING.findall(text)
    at_start = {name.lower() for start, name in opened[:1] if start or text.startswith("&lt;")}
    return bool(closed & (at_start | {name.lower() for _, name in opened} & _BLOCKS))
