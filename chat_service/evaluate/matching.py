"""Whether a table holds the rows of another: columns matched by content, never by name.

Cells agree by kind: null only with null, booleans with booleans, numbers to four significant digits, a timestamp at
midnight with its date, texts exactly. A text that is written as an ISO date is that date, since JSON has no dates.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time
from typing import Literal

from semantic_layer import Value

Row = tuple[Value, ...]
Mismatch = Literal["row_count", "column_not_found", "rows_differ", "order_differs"]
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")  # 2026-05-01, 2026-05-01T08:30:00
_SIGNIFICANT_DIGITS = 4
_NOTHING = 1e-9  # what counts as zero: sums of decimals held as float do not always cancel


def mismatch(reference: Sequence[Row], shown: Sequence[Row], *, ordered: bool) -> Mismatch | None:
    """Why `shown` does not hold exactly the rows of `reference`, or None when it does.

    Every column of the reference must find its own column of the answer; further columns are allowed, further rows
    are not. Rows of one side all have the same width.

    >>> mismatch([("gold", 0.31)], [(0.3100001, "gold", 12)], ordered=False)
    >>> mismatch([("gold", 0.31)], [("gold", 0.32)], ordered=False)
    'column_not_found'
    """
    if len(reference) != len(shown):
        return "row_count"
    if not reference:
        return None
    wanted = [tuple(_canonical(cell) for cell in row) for row in reference]
    given = [tuple(_canonical(cell) for cell in row) for row in shown]
    mappings = _mappings(wanted, given)
    if mappings is None:
        return "column_not_found"
    same_rows = False
    for columns in mappings:
        projected = [tuple(row[index] for index in columns) for row in given]
        if all(_rows_agree(a, b) for a, b in zip(wanted, projected, strict=True)):
            return None
        same_rows = same_rows or _same_rows(wanted, projected)
        if same_rows and not ordered:
            return None
    return "order_differs" if same_rows else "rows_differ"


def _canonical(cell: Value) -> Value:
    """One form for each meaning: dates from ISO texts and midnights, null for what a division by zero left."""
    if isinstance(cell, str) and _ISO.fullmatch(cell):
        try:
            cell = datetime.fromisoformat(cell)
        except ValueError:
            return cell
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == time() else cell
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell


def _agree(a: Value, b: Value) -> bool:
    if isinstance(a, bool) or isinstance(b, bool) or not (isinstance(a, int | float) and isinstance(b, int | float)):
        return type(a) is type(b) and a == b
    if a == b:
        return True
    size = abs(a)
    if size < _NOTHING:
        return abs(b) < _NOTHING
    half_a_digit: float = 0.5 * 10.0 ** (math.floor(math.log10(size)) - _SIGNIFICANT_DIGITS + 1)
    return abs(a - b) <= half_a_digit


def _rows_agree(a: Row, b: Row) -> bool:
    return all(_agree(x, y) for x, y in zip(a, b, strict=True))


def _mappings(wanted: list[Row], given: list[Row]) -> list[tuple[int, ...]] | None:
    """Every way to give each reference column a column of its own with the same content; None if one has none."""
    candidates = []
    for column in zip(*wanted, strict=True):
        cells = _single(column)
        fitting = [index for index, other in enumerate(zip(*given, strict=True)) if _same_rows(cells, _single(other))]
        if not fitting:
            return None
        candidates.append(fitting)
    found: list[tuple[int, ...]] = [()]
    for fitting in candidates:
        found = [(*chosen, index) for chosen in found for index in fitting if index not in chosen]
    return found or None


def _single(column: Row) -> list[Row]:
    return [(cell,) for cell in column]


def _same_rows(wanted: list[Row], given: list[Row]) -> bool:
    """Whether the rows can be paired so that each pair agrees: exact cells group them, numbers decide within."""
    left, right = _grouped(wanted), _grouped(given)
    if {key: len(rows) for key, rows in left.items()} != {key: len(rows) for key, rows in right.items()}:
        return False
    return all(_numbers_pair(rows, right[key]) for key, rows in left.items())


def _grouped(rows: list[Row]) -> dict[Row, list[Row]]:
    """Rows by everything but their numbers, each place keeping its kind; the numbers of each, sorted."""
    groups: dict[Row, list[Row]] = defaultdict(list)
    for row in rows:
        key = tuple(_kind(cell) for cell in row)
        groups[key].append(tuple(cell for cell in row if _is_number(cell)))
    return {key: sorted(group) for key, group in groups.items()}


def _is_number(cell: Value) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _kind(cell: Value) -> Value:
    # the type is part of the key: True and 1, or a date and its text, are never the same
    return "number" if _is_number(cell) else f"{type(cell).__name__}:{cell}"


def _numbers_pair(wanted: list[Row], given: list[Row]) -> bool:
    if all(_rows_agree(a, b) for a, b in zip(wanted, given, strict=True)):
        return True
    if not wanted[0] or len(wanted[0]) == 1:
        return False  # for one number, sorted order is the best pairing there is
    return _matched(wanted, given)


def _matched(wanted: list[Row], given: list[Row]) -> bool:
    """A pairing by augmenting paths, for rows whose first numbers are too close to sort alike on both sides."""
    agreeing = [[j for j, other in enumerate(given) if _rows_agree(row, other)] for row in wanted]
    partner: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        for j in agreeing[row]:
            if j in tried:
                continue
            tried.add(j)
            if j not in partner or place(partner[j], tried):
                partner[j] = row
                return True
        return False

    return all(place(row, set()) for row in range(len(wanted)))
