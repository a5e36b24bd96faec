"""Styled runs of a line to Markdown that any parser reads as the same text in the same styles.

Signs of Markdown in the text are escaped, but only those that would act. Knows nothing about HTML.
"""

import re
from collections.abc import Iterator, Sequence

from reader.formats.markdown.marks import drop_ineffective
from reader.formats.markdown.pieces import Code, Pair, Piece, Text, escaped, merged
from reader.formats.markdown.styles import PLAIN, Kind, Run

_LINE_BREAK = "  \n"
_SIGNS = {"strong": "**", "em": "*", "strike": "~~"}
_NAMES = ("href", *_SIGNS)
_HARMLESS = re.compile(r"[^\\`*_\[\]<&!|~#>\-+=:0-9\s][^\\`*_\[\]<&!|~]*+")
"""Text without a sign of Markdown, which begins no block: most text."""


def inline(runs: Sequence[Run], *, in_cell: bool = False, in_heading: bool = False) -> str:
    """Return the Markdown of a paragraph; of a cell or a heading on one line."""
    if all(run.style == PLAIN and run.kind is Kind.TEXT for run in runs):
        text = "".join(run.text for run in runs).strip(" ")
        if not text or _HARMLESS.fullmatch(text):
            return text
        return "".join(escaped([Text(text)], in_cell))
    runs = list(_trimmed(runs, in_cell or in_heading))
    if in_cell:
        runs = [_without_code(run) for run in runs]
    pieces = list(_pieces(runs, _NAMES))
    drop_ineffective(pieces)
    return "".join(escaped(merged(pieces), in_cell))


def escape(text: str) -> str:
    """Return Markdown of plain text that reads as written. Line ends stay line ends."""
    pieces: list[Piece] = []
    for number, line in enumerate(text.split("\n")):
        pieces += [Piece("\n")] * bool(number) + [Text(line)] * bool(line)
    return "".join(escaped(pieces, False))


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


def _pieces(runs: Sequence[Run], names: tuple[str, ...]) -> Iterator[Piece]:
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


def _styled(runs: Sequence[Run], name: str, rest: tuple[str, ...]) -> Iterator[Piece]:
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
        yield Text(before)
    if inner:
        yield from _marked(inner, name, rest)
    if after:
        yield Text(after)


def _may_lose_space(run: Run) -> bool:
    return run.kind is Kind.TEXT and not run.style.code


def _marked(runs: Sequence[Run], name: str, rest: tuple[str, ...]) -> Iterator[Piece]:
    if name == "href":
        yield from _link(runs, rest)
        return
    pair = Pair(_SIGNS[name])
    yield Piece(pair.sign, pair, opens=True)
    yield from _pieces(runs, rest)
    yield Piece(pair.sign, pair)


def _link(runs: Sequence[Run], rest: tuple[str, ...]) -> Iterator[Piece]:
    address = runs[0].style.href
    if all(run.kind is Kind.TEXT for run in runs):
        label = "".join(run.text for run in runs)
        if label == address:
            yield Piece(f"<{address}>")
            return
    yield Piece("[")
    yield from _pieces(runs, rest)
    yield Piece(f"]({address})")


def _leaf(run: Run) -> Iterator[Piece]:
    if run.kind is Kind.BREAK:
        yield Piece(_LINE_BREAK)
    elif run.kind is Kind.RAW:
        yield Piece(run.text)
    elif run.style.code:
        yield Code(run.text)
    else:
        yield Text(run.text)
