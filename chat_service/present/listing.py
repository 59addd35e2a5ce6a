"""Rows of text as a table in which no word is broken and no cell takes more than two lines; else written out.

Comes in: heads, cells and a width. Goes out: a table to print. Knows no result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from chat_service.present.columns import balanced, broken, columns_that_fit, fitted, flowing

_HEAD_LINES = 5
_LEAST_ROOM = 20
Cells = Sequence[Sequence[str]]  # by column


def listing(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    width: int,
    numbers: Iterable[str] = (),
    title: str | None = None,
) -> Table:
    """All of the rows with all that they say; below one another where they would not fit side by side.

    `numbers` are the heads of columns of figures.
    """
    kept = [tuple(row) for row in rows]
    cells = tuple(zip(*kept, strict=True)) or ((),) * len(heads)
    figures = [head in numbers for head in heads]
    widths = fitted(heads, cells, figures, width)
    if columns_that_fit(widths, width) == len(heads) and not would_be_cut(cells, widths):
        table = text_table(heads, cells, figures, width)[0]
    else:
        table = written_out(heads, cells, width, says_again=True)
    table.title, table.title_justify = title, "left"
    return table


def text_table(heads: Sequence[str], cells: Cells, numbers: Sequence[bool], width: int) -> tuple[Table, int]:
    """A table of text in which no word is broken and no cell has more than two lines; and how many columns fit."""
    widths = fitted(heads, cells, numbers, width)
    shown = columns_that_fit(widths, width)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    if sum(widths[:shown]) + 2 * (shown - 1) > width:
        table.padding = (0, 1, 0, 0)
    for head, wide, is_number in zip(heads[:shown], widths, numbers, strict=False):
        table.add_column(
            Text(balanced(head, wide, _HEAD_LINES)), justify="right" if is_number else "left", no_wrap=True
        )
    for row in zip(*cells[:shown], strict=True):
        table.add_row(*(Text(broken(cell, wide)) for cell, wide in zip(row, widths, strict=False)))
    return table, shown


def would_be_cut(cells: Cells, widths: Sequence[int]) -> bool:
    """Whether columns of those widths would not hold all of their cells."""
    for column, wide in zip(cells, widths, strict=True):
        for cell in column:
            whole = broken(cell, wide, len(cell) + 1)
            if broken(cell, wide) != whole or any(cell_len(line) > wide for line in whole.split("\n")):
                return True
    return False


def written_out(heads: Sequence[str], cells: Cells, width: int, *, says_again: bool = False) -> Table:
    """Rows of long texts below one another: what each says under its name; what is as in the row before not again,
    unless that is wanted."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    room = max(_LEAST_ROOM, width - max(map(cell_len, heads)) - 2)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for row, now in enumerate(zip(*cells, strict=True)):
        if row:
            table.add_row("", "")
        for head, column, cell in zip(heads, cells, now, strict=True):
            if says_again or row == 0 or cell != column[row - 1]:
                table.add_row(Text(head), Text(flowing(cell, room)))
    return table
