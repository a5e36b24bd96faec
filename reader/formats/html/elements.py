"""Properties of elements that are needed before they are read: of lists, tables, code."""

import re
from collections.abc import Callable, Iterator

from selectolax.lexbor import LexborNode

from reader.formats.html.source import names
from reader.formats.markdown.blocks import List

DROPPED = names(
    """applet area base button canvas col colgroup datalist frame frameset head link meta noembed
    noframes param script select style svg template textarea title track annotation
    annotation-xml"""
)
BLOCKS = names(
    """address article aside body caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form header hgroup html legend main marquee menu nav optgroup option p search
    section summary
    tbody tfoot thead"""
)
_LINES = names("line code-line view-line cl")
"""Classes of elements that are lines of code, even without line ends."""

_LAYOUT = ",".join(
    f"{cell} {each}"
    for cell in ("td", "th")
    for each in ("table", "pre", "blockquote", "h1", "h2", "h3", "h4", "iframe", "video", "hr")
)
_INTEGER = re.compile(r"\s*([+-]?[0-9]{1,40})(?![0-9])")
_MOST_LISTED = 999_999_999
"""Maximum number of an item in Markdown, which has nine digits."""


Leave = Callable[[], object]
"""A function to call at the end of an element."""


def skip() -> None:
    """Mark an element whose children are not read."""


def element_before(node: LexborNode) -> LexborNode | None:
    """Return the element before a node, skipping blank text."""
    before = node.prev
    while before is not None and before.tag == "-text" and not (before.text_content or "").strip():
        before = before.prev
    return before


def whole(value: str | None, otherwise: int) -> int:
    """Return the whole number at the start of an attribute, else a default."""
    match = _INTEGER.match(value or "")
    return int(match[1]) if match else otherwise


def longest_run(line: str) -> int:
    """Return the length of the longest run of backticks."""
    return max(map(len, re.findall("`+", line)), default=0)


def preformatted(node: LexborNode) -> str:
    """Return the text with its white space, each block on lines of its own."""
    pieces: list[str] = []

    def begin_line() -> None:
        if pieces and not pieces[-1].endswith("\n"):
            pieces.append("\n")

    for inner, is_end in _walked(node):
        tag = inner.tag or ""
        if tag == "-text" and not is_end:
            if text := inner.text_content:
                pieces.append(text)
        elif tag == "br" and not is_end:
            pieces.append("\n")
        elif tag in BLOCKS or tag in ("li", "tr") or (not is_end and _is_line(inner)):
            begin_line()
        elif tag in ("sup", "sub") and not is_end:
            pieces.append("^" if tag == "sup" else "_")
    return "".join(pieces)


def _is_line(node: LexborNode) -> bool:
    return node.tag == "span" and not _LINES.isdisjoint(
        (node.attributes.get("class") or "").split()
    )


def _walked(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Yield every node within, and each element again at its end (True)."""
    path: list[LexborNode] = []
    node = root.first_child
    while node is not None or path:
        if node is None:
            node = path.pop()
            yield node, True
        elif (node.tag or "")[:1].isalpha() and node.tag not in DROPPED:
            yield node, False
            path.append(node)
            node = node.first_child
            continue
        elif node.tag == "-text":
            yield node, False
        node = node.next


# Lists and tables.


def is_number(label: str) -> bool:
    """Return whether Markdown would read the label of an item as its number."""
    return label[:-1].isdecimal() and int(label[:-1]) <= _MOST_LISTED


def numbered(node: LexborNode) -> tuple[List, Iterator[str]]:
    """Return the list, and a label for each item if Markdown would number it differently."""
    attributes = node.attributes
    values = [each.attributes.get("value") for each in node.iter() if each.tag == "li"]
    step = -1 if "reversed" in attributes else 1
    number = whole(attributes.get("start"), len(values) if step < 0 else 1)
    numbers = []
    for value in values:
        number = whole(value, number)
        numbers.append(number)
        number += step
    kind = attributes.get("type") or "1"
    first = numbers[0] if numbers else 1
    counts = all(number == first + n for n, number in enumerate(numbers))
    if counts and first >= 0 and first + len(numbers) - 1 <= _MOST_LISTED and kind not in "aAiI":
        return List(numbered=True, number=first), iter(())
    return List(), (f"{_counted(number, kind)}." for number in numbers)


def _counted(number: int, kind: str) -> str:
    if kind in "iI" and 0 < number < 4000:
        numeral = _roman(number)
        return numeral if kind == "i" else numeral.upper()
    if kind in "aA" and 0 < number < 18_000:
        letters = ""
        while number:
            number, letter = divmod(number - 1, 26)
            letters = chr(ord(kind) + letter) + letters
        return letters
    return str(number)


_ROMAN = "m cm d cd c xc l xl x ix v iv i"


def _roman(number: int) -> str:
    numeral = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        _ROMAN.split(),
        strict=True,
    ):
        numeral += sign * (number // value)
        number %= value
    return numeral


def is_data(table: LexborNode) -> bool:
    """Return whether the table holds data: several columns, cells of one line."""
    if (table.attributes.get("role") or "") == "presentation":
        return False
    if table.css_first(_LAYOUT) is not None:
        return False
    if table.css_first("th") is None and table.css_first("ul, ol, p + p + p") is not None:
        return False
    return any(_columns(row) > 1 for row in table.css("tr")) or table.css_first("th") is not None


def _columns(row: LexborNode) -> int:
    return sum(1 for each in row.iter() if each.tag in ("td", "th"))


def is_head(row: LexborNode) -> bool:
    """Return whether a row is the head of its table."""
    if row.parent is not None and row.parent.tag == "thead":
        return True
    return all(each.tag == "th" for each in row.iter() if each.tag in ("td", "th"))
