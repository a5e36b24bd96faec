"""Tables of Markdown from cells that span rows and columns."""

from collections.abc import Sequence
from typing import NamedTuple

MOST_SPANNED = 50
"""Maximum columns of one cell."""

_MOST_CELLS = 20_000
"""Maximum cells, with those that spans leave empty; in a larger table no cell spans."""


class Cell(NamedTuple):
    """A cell, and how many columns and rows it spans."""

    text: str
    columns: int = 1
    rows: int = 1


def lines_of(rows: Sequence[Sequence[Cell]], *, has_head: bool) -> list[str]:
    """Return the lines of the table.

    A spanning cell is shown once, in its first place. Without a head the first line is empty.
    """
    grid = [row for n, row in enumerate(_grid(rows)) if any(row) or (has_head and not n)]
    width = max((len(row) for row in grid), default=0)
    if not any(map(any, grid)):
        return []
    if not has_head:
        grid.insert(0, [""] * width)
    if width * len(grid) <= _MOST_CELLS:
        grid = [row + [""] * (width - len(row)) for row in grid]
    lines = [f"| {' | '.join(row)} |" for row in grid]
    lines.insert(1, f"| {' | '.join(['---'] * len(grid[0]))} |")
    return lines


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    if sum(cell.columns * min(cell.rows, len(rows)) for row in rows for cell in row) > _MOST_CELLS:
        rows = [[Cell(cell.text) for cell in row] for row in rows]
    grid: list[list[str]] = []
    taken: list[int] = []
    """Per column: how many of the next rows a cell from above covers."""
    for number, row in enumerate(rows):
        line: list[str] = []
        for cell in row:
            _skip(line, taken)
            _place(line, taken, cell, len(rows) - number)
        _skip(line, taken)
        taken = [max(0, left - 1) for left in taken]
        grid.append(line)
    return grid


def _skip(line: list[str], taken: list[int]) -> None:
    while len(line) < len(taken) and taken[len(line)]:
        line.append("")


def _place(line: list[str], taken: list[int], cell: Cell, rows_left: int) -> None:
    start = len(line)
    columns = cell.columns
    rows = rows_left if cell.rows == 0 else min(cell.rows, rows_left)
    line += [cell.text] + [""] * (columns - 1)
    taken += [0] * (len(line) - len(taken))
    for column in range(start, start + columns):
        taken[column] = max(taken[column], rows)
