"""How long things take: repeated runs in, a row of a table out. Times are wall-clock milliseconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

from chat_service.evaluate.report import percentile


@dataclass(frozen=True)
class Measured:
    """What was measured and every time taken, in milliseconds; `aim` is what the project wants of the median."""

    what: str
    times_ms: tuple[float, ...]
    aim_ms: float | None = None


def timed(run: Callable[[], object], repeats: int) -> tuple[float, ...]:
    """The times of that many runs, in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return tuple(times)


def print_table(console: Console, title: str, measured: Sequence[Measured]) -> None:
    """One row for each thing measured: runs, median, 95th percentile, maximum, and the aim."""
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    for heading in ("runs", "median", "p95", "max", "aim (median)"):
        table.add_column(heading, justify="right")
    for one in measured:
        if not one.times_ms:
            table.add_row(one.what, "0", "", "", "", "")
            continue
        aim = "" if one.aim_ms is None else f"< {_shown(one.aim_ms)}"
        figures = (median(one.times_ms), percentile(one.times_ms, 0.95), max(one.times_ms))
        table.add_row(one.what, str(len(one.times_ms)), *map(_shown, figures), aim)
    console.print(table)


def _shown(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.2f} s" if milliseconds >= 1000 else f"{milliseconds:.2f} ms"
