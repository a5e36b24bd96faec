"""Styled pieces of a line to Markdown that any parser reads as the same text in the same styles.

What a page says by its text stays text: signs of Markdown in it are escaped, and only those that
would act. Knows nothing of HTML.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple
from unicodedata import category

from reader.formats.markdown_escape import ASCII_PUNCTUATION, Context, escaped_text


class Style(NamedTuple):
    """How a piece is shown. href: the address that it links to, empty where it does not."""

    strong: bool = False
    em: bool = False
    strike: bool = False
    code: bool = False
    href: str = ""


PLAIN = Style()


def strengthened(style: Style) -> Style:
    return Style(True, style.em, style.strike, style.code, style.href)


def emphasised(style: Style) -> Style:
    return Style(style.strong, True, style.strike, style.code, style.href)


def linked(style: Style, address: str) -> Style:
    return Style(style.strong, style.em, style.strike, style.code, address)


class Kind(Enum):
    TEXT = auto()
    BREAK = auto()
    """A line ends."""
    RAW = auto()
    """Markdown already, such as an image."""


class Run(NamedTuple):
    text: str
    style: Style = PLAIN
    kind: Kind = Kind.TEXT


BREAK = Run("", PLAIN, Kind.BREAK)
_LINE_BREAK = "  \n"
_MOST_ROUNDS = 3
_SIGNS = {"strong": "**", "em": "*", "strike": "~~"}
_NAMES = ("href", *_SIGNS)
_BACKTICKS = re.compile("`+")
_HARMLESS = re.compile(r"[^\\`*_\[\]<&!|~#>\-+=:0-9\s][^\\`*_\[\]<&!|~]*+")
"""Text that holds no sign of Markdown and begins no block; most is such."""


class _Piece:
    """Of a line that is being written: text to be escaped, Markdown, or the mark of a style."""

    __slots__ = ("opens", "pair", "text")

    def __init__(self, text: str, pair: "_Pair | None" = None, opens: bool = False) -> None:
        self.text, self.pair, self.opens = text, pair, opens


class _Text(_Piece):
    """To be escaped."""


class _Code(_Piece):
    """Of code, to be put between backticks."""


class _Pair:
    """The two marks of a style; without effect where a parser would not take them for marks."""

    __slots__ = ("end", "sign", "start")

    def __init__(self, sign: str) -> None:
        self.sign = sign
        self.start = self.end = -1


def inline(runs: Sequence[Run], *, in_cell: bool = False, in_heading: bool = False) -> str:
    """Return the Markdown of a paragraph; of a cell or a heading on one line."""
    if all(run.style == PLAIN and run.kind is Kind.TEXT for run in runs):
        text = "".join(run.text for run in runs).strip(" ")
        if not text or _HARMLESS.fullmatch(text):
            return text
        return "".join(_escaped([_Text(text)], in_cell))
    runs = list(_trimmed(runs, in_cell or in_heading))
    if in_cell:
        runs = [_without_code(run) for run in runs]
    pieces = list(_pieces(runs, _NAMES))
    _drop_what_is_no_mark(pieces)
    return "".join(_escaped(_merged(pieces), in_cell))


def escape(text: str) -> str:
    """Return Markdown of plain text that reads as written. Line ends stay line ends."""
    pieces: list[_Piece] = []
    for number, line in enumerate(text.split("\n")):
        pieces += [_Piece("\n")] * bool(number) + [_Text(line)] * bool(line)
    return "".join(_escaped(pieces, False))


def _trimmed(runs: Sequence[Run], on_one_line: bool) -> Iterator[Run]:
    """Remove spaces at both ends and around breaks, and breaks at both ends."""
    kept: list[Run] = []
    for run in _with_spaces_outside_code(runs):
        if run.kind is Kind.BREAK and on_one_line:
            run = Run(" ")
        at_start = not kept or kept[-1].kind is Kind.BREAK
        if run.kind is Kind.BREAK:
            _trim_end(kept)
            if kept and kept[-1].kind is not Kind.BREAK:
                kept.append(run)
            continue
        text = run.text
        if run.kind is Kind.TEXT and (at_start or _ends_with_space(kept)):
            text = text.lstrip(" ")
        if text:
            kept.append(run if text == run.text else run._replace(text=text))
    _trim_end(kept)
    while kept and kept[-1].kind is Kind.BREAK:
        kept.pop()
        _trim_end(kept)
    return iter(kept)


def _with_spaces_outside_code(runs: Sequence[Run]) -> Iterator[Run]:
    for run in runs:
        if not run.style.code:
            yield run
            continue
        text = run.text.strip(" ")
        if text == run.text:
            yield run
            continue
        space = Run(" ", run.style._replace(code=False))
        if run.text[:1] == " ":
            yield space
        if text:
            yield run._replace(text=text)
            if run.text[-1:] == " ":
                yield space


def _without_code(run: Run) -> Run:
    """Make code with a backslash before a bar plain text: no cell can hold it as code."""
    return run._replace(style=run.style._replace(code=False)) if r"\|" in run.text else run


def _ends_with_space(runs: list[Run]) -> bool:
    return runs[-1].kind is Kind.TEXT and runs[-1].text.endswith(" ")


def _trim_end(runs: list[Run]) -> None:
    while runs and runs[-1].kind is Kind.TEXT:
        last = runs[-1]
        if text := last.text.rstrip(" "):
            if text != last.text:
                runs[-1] = last._replace(text=text)
            return
        runs.pop()


def _pieces(runs: Sequence[Run], names: tuple[str, ...]) -> Iterator[_Piece]:
    """Yield the pieces of runs; the longest style opens first. names: styles not open yet."""
    at = 0
    while at < len(runs):
        name, end = _longest(runs, at, names)
        if not name:
            yield from _leaf(runs[at])
            at += 1
            continue
        rest = tuple(each for each in names if each != name)
        yield from _styled(runs[at:end], name, rest)
        at = end


def _longest(runs: Sequence[Run], at: int, names: tuple[str, ...]) -> tuple[str, int]:
    best, best_end = "", at
    style = runs[at].style
    if style == PLAIN or runs[at].kind is Kind.BREAK:
        return best, best_end
    for name in names:
        value = getattr(style, name)
        if not value:
            continue
        end = at + 1
        while end < len(runs) and _goes_on(runs[end], name, value):
            end += 1
        while runs[end - 1].kind is Kind.BREAK:
            end -= 1
        if end > best_end:
            best, best_end = name, end
    return best, best_end


def _goes_on(run: Run, name: str, value: object) -> bool:
    return run.kind is Kind.BREAK or getattr(run.style, name) == value


def _styled(runs: Sequence[Run], name: str, rest: tuple[str, ...]) -> Iterator[_Piece]:
    """Yield a styled part with its spaces outside: `** a**` is not emphasis."""
    inner = list(runs)
    before = after = ""
    if _may_lose_space(first := inner[0]) and first.text[:1] == " ":
        inner[0] = first._replace(text=first.text.lstrip(" "))
        before = " "
    if _may_lose_space(last := inner[-1]) and last.text[-1:] == " ":
        inner[-1] = last._replace(text=last.text.rstrip(" "))
        after = " "
    inner = [run for run in inner if run.text or run.kind is Kind.BREAK]
    if before:
        yield _Text(before)
    if inner:
        yield from _marked(inner, name, rest)
    if after:
        yield _Text(after)


def _may_lose_space(run: Run) -> bool:
    return run.kind is Kind.TEXT and not run.style.code


def _marked(runs: Sequence[Run], name: str, rest: tuple[str, ...]) -> Iterator[_Piece]:
    if name == "href":
        yield from _link(runs, rest)
        return
    pair = _Pair(_SIGNS[name])
    yield _Piece(pair.sign, pair, opens=True)
    yield from _pieces(runs, rest)
    yield _Piece(pair.sign, pair)


def _link(runs: Sequence[Run], rest: tuple[str, ...]) -> Iterator[_Piece]:
    address = runs[0].style.href
    if all(run.kind is Kind.TEXT for run in runs):
        label = "".join(run.text for run in runs)
        if label == address:
            yield _Piece(f"<{address}>")
            return
    yield _Piece("[")
    yield from _pieces(runs, rest)
    yield _Piece(f"]({address})")


def _leaf(run: Run) -> Iterator[_Piece]:
    if run.kind is Kind.BREAK:
        yield _Piece(_LINE_BREAK)
    elif run.kind is Kind.RAW:
        yield _Piece(run.text)
    elif run.style.code:
        yield _Code(run.text)
    else:
        yield _Text(run.text)


def _code(text: str) -> str:
    if not text.strip(" "):
        return text
    runs = {len(run) for run in _BACKTICKS.findall(text)}
    fence = "`" * next(n for n in range(1, len(runs) + 2) if n not in runs)
    before = text[: len(text) - len(text.lstrip(" "))]
    after = text[len(text.rstrip(" ")) :]
    text = text.strip(" ")
    space = " " * (text[0] == "`" or text[-1] == "`")
    return f"{before}{fence}{space}{text}{space}{fence}{after}"


# Marks that a parser takes for marks.


def _drop_what_is_no_mark(pieces: list[_Piece]) -> None:
    """Remove marks that a parser would not read as marks (`**(a)**b`)."""
    has_marks = False
    for at, piece in enumerate(pieces):
        if piece.pair is not None:
            has_marks = True
            if piece.opens:
                piece.pair.start = at
            else:
                piece.pair.end = at
    if not has_marks:
        return
    # What one pair stands beside changes with another that is dropped.
    for _ in range(_MOST_ROUNDS):
        if not _drop_once(pieces):
            return
    for at, piece in enumerate(pieces):
        if piece.opens:
            _drop(pieces, at)


def _drop_once(pieces: list[_Piece]) -> bool:
    """Drop pairs that are not marks; return whether there were any."""
    dropped = False
    stars = 0
    for at, piece in enumerate(pieces):
        if piece.pair is None or not piece.text:
            continue
        is_star = piece.text[0] == "*"
        if not piece.opens:
            stars -= is_star
        elif _is_mark(pieces, at, is_nested=is_star and stars > 0):
            stars += is_star
        else:
            _drop(pieces, at)
            dropped = True
    return dropped


def _drop(pieces: list[_Piece], at: int) -> None:
    pair = pieces[at].pair
    if pair is not None:
        pieces[pair.start].text = pieces[pair.end].text = ""


def _is_mark(pieces: list[_Piece], at: int, *, is_nested: bool) -> bool:
    pair = pieces[at].pair
    if pair is None:
        return False
    before, previous = _neighbour(pieces, at, -1)
    after, _ = _neighbour(pieces, at, 1)
    last, _ = _neighbour(pieces, pair.end, -1)
    following, _ = _neighbour(pieces, pair.end, 1)
    if previous is not None and not previous.opens:  # the end of another: `**a***b*`
        return False
    # Within a word a mark opens and closes: it may be taken for an end of the one around it.
    if is_nested and (_flanks(after, before) or _flanks(last, following)):
        return False
    return _flanks(before, after) and _flanks(following, last)


def _flanks(outside: str, inside: str) -> bool:
    if inside.isspace():
        return False
    return not _may_be_punctuation(inside) or outside.isspace() or _is_punctuation(outside)


def _neighbour(pieces: list[_Piece], at: int, step: int) -> tuple[str, _Piece | None]:
    """Return the next character beyond marks of the same sign, and the nearest such mark."""
    sign = pieces[at].text[0]
    mark = None
    while 0 <= (at := at + step) < len(pieces):
        piece = pieces[at]
        if not piece.text:
            continue
        if piece.pair is not None and piece.text[0] == sign:
            mark = mark or piece
            continue
        return "`" if isinstance(piece, _Code) else piece.text[0 if step > 0 else -1], mark
    return "\n", mark


def _is_punctuation(sign: str) -> bool:
    """Return whether every version of CommonMark counts it as punctuation."""
    return sign in ASCII_PUNCTUATION or category(sign)[0] == "P"


def _may_be_punctuation(sign: str) -> bool:
    return sign in ASCII_PUNCTUATION or category(sign)[0] in "PS"


# Text that reads as it is written.


def _merged(pieces: Sequence[_Piece]) -> list[_Piece]:
    merged: list[_Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if type(piece) is not _Piece and merged and type(merged[-1]) is type(piece):
            piece = type(piece)(merged.pop().text + piece.text)
        merged.append(piece)
    for at, piece in enumerate(merged):
        if isinstance(piece, _Code):
            merged[at] = _Piece(_code(piece.text))
    return merged


def _escaped(pieces: list[_Piece], in_cell: bool) -> Iterator[str]:
    text = "".join(piece.text for piece in pieces)
    context = Context.of(text, in_cell)
    brackets = _links_with_brackets(pieces)
    before = "\n"
    for at, piece in enumerate(pieces):
        after = pieces[at + 1].text[0] if at + 1 < len(pieces) else "\n"
        written = piece.text
        if isinstance(piece, _Text):
            written = escaped_text(written, before, after, context, brackets[at])
        elif in_cell and "|" in written:
            written = re.sub(r"(?<!\\)\|", r"\\|", written)
        yield written
        before = piece.text[-1]


def _links_with_brackets(pieces: list[_Piece]) -> list[bool]:
    """Return for each piece whether its brackets must be escaped: its label is unbalanced."""
    found = [False] * len(pieces)
    if not any("[" in p.text or "]" in p.text for p in pieces if isinstance(p, _Text)):
        return found
    start = -1
    for at, piece in enumerate(pieces):
        if piece.text == "[" and not isinstance(piece, _Text):
            start = at
        elif start >= 0 and piece.text.startswith("](") and not isinstance(piece, _Text):
            label = "".join(p.text for p in pieces[start + 1 : at] if isinstance(p, _Text))
            if not _is_balanced(label):
                found[start:at] = [True] * (at - start)
            start = -1
    return found


def _is_balanced(label: str) -> bool:
    if "](" in label or "][" in label or "]:" in label:
        return False
    depth = 0
    for sign in label:
        depth += (sign == "[") - (sign == "]")
        if depth < 0:
            return False
    return depth == 0
