"""HTML of feeds to Markdown, and the words of Markdown. Pure, bounded, never raises.

Scripts, trackers and styles are dropped; text, links, media and tables stay. Loads an HTML parser
with the first text that has markup: during a sync, not at start-up.
"""

import re
from html import unescape
from typing import NamedTuple

from reader.formats.html.source import MAX_HTML, mended
from reader.formats.html.tags import TAG, is_html, is_over_escaped, unwrapped
from reader.formats.markdown.inline import escape
from reader.text import clean, clean_line, without_blank_lines

_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>?")
# Comments, declarations, scripts: unclosed ones run to the end.
_INVISIBLE = re.compile(
    r"<!--(?:(?!-->).)*+(?:-->)?|<[!?][^<>]*+>?"
    r"|<(script|style|noscript|template|textarea|svg)\b(?:(?!</\1).)*+",
    re.IGNORECASE | re.DOTALL,
)
_MOST_ESCAPED = 2
"""Maximum times that a text is unescaped."""

_BLANK_LINES = re.compile("\n{3,}")
_PLAIN = re.compile(
    r"^ {0,12}(?:(?:#{1,6} |> ?|[-*+] )+(?:`{3,}$)?|`{3,}$)"
    r"|\\([!-/:-@\[-`{-~])"  # 1: an escaped sign
    r"|(`{1,20})(?!`)(.{1,2000}?)(?<!`)\2(?!`)"  # 3: code
    r"|!\[[^\[\]]{0,1000}\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"
    r"|\[((?:[^\[\]\\]|\\.|\[[^\[\]]{0,1000}\]){0,1000}+)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"
    r"|<(https?://[^<>\s]+)>"  # 5: an address; 4 is the label of a link
    r"|((?<!\S)\*(?!\S))"  # 6: a sign on its own
    r"|\*{1,3}",
    re.MULTILINE,
)
_TABLE_RULE = re.compile(r"\|(?: :?-{3,}:? \|)+")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_WORD = re.compile(r"\w+")


class Text(NamedTuple):
    """Markdown of HTML, and the address of its first image, empty if there is none."""

    markdown: str
    image: str = ""


def to_markdown(html: str, base: str = "") -> Text:
    """Return the cleaned Markdown of HTML, and its first image. base: of relative addresses."""
    html = html[:MAX_HTML].replace("\0", "")
    for _ in range(_MOST_ESCAPED):
        if not is_over_escaped(html):
            break
        html = unescape(unwrapped(html))
    if TAG.search(html) is None:
        return Text(without_blank_lines(escape(clean(unescape(html)))))
    fit = mended(html)
    if fit is None:
        words = clean(unescape(_ANY_TAG.sub(" ", _INVISIBLE.sub("", html))))
        lines = "\n".join(" ".join(line.split()) for line in words.split("\n"))
        return Text(without_blank_lines(escape(_BLANK_LINES.sub("\n\n", lines))))
    from reader.formats.html.walk import read

    markdown, image = read(fit, base)
    return Text(without_blank_lines(clean(markdown)), image)


def from_text(text: str) -> str:
    """Return the cleaned Markdown of plain text.

    Tags, punctuation, lines and indents stay as they are written.
    """
    lines = escape(clean(text[:MAX_HTML]).expandtabs(4)).split("\n")
    written = []
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" "))
        follows = number + 1 < len(lines) and lines[number + 1].strip()
        end = "  " if line.strip() and follows else ""
        written.append("\N{NO-BREAK SPACE}" * indent + line.strip() + end)
    return without_blank_lines("\n".join(written)) if text.strip() else ""


def plain(markdown: str) -> str:
    """Return the text of Markdown made by `to_markdown`, on one line.

    Deleted text is between `~~`, so that it is not taken for the present text.
    """
    if "| ---" in markdown:
        markdown = "\n".join(_without_cells(line) for line in markdown.split("\n"))
    return clean_line(_PLAIN.sub(_plain_piece, markdown))


def _plain_piece(piece: re.Match[str]) -> str:
    sign, _, code, label, address, star = piece.groups()
    if label:
        return _PLAIN.sub(_plain_piece, label)
    return sign or code or address or star or ""


def _without_cells(line: str) -> str:
    if not line.startswith("|"):
        return line
    return "" if _TABLE_RULE.fullmatch(line) else _CELL_EDGE.sub(" ", line)


def visible_words(text: str) -> list[str]:
    """Return the visible words of HTML or Markdown, in order, case-folded, without addresses."""
    markdown = to_markdown(text).markdown if is_html(text) else text
    return _WORD.findall(plain(markdown).casefold())
