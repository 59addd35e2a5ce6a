"""`python -m benchmarks.expert_sql`: the compiled SQL of 30 questions beside SQL written by hand, on many orders.

First both must give the same rows; a difference ends the run. Then they are run in turn, hand-written and compiled, on
one connection, and the median times and their ratio are printed. The database is made once and kept in `--folder`.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

import yaml
from pydantic import TypeAdapter
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.company import AS_OF, make_company
from benchmarks.timing import timed
from semantic_layer import DuckDBEngine, Layer, Model, Request, Value, load_model, shipped_model_path

EXPERT = Path(__file__).parent / "expert"
MOST_ROWS = 100_000
_REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)

Rows = tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class ExpertCase:
    """A question as a request to the layer, and as SQL by hand for the same rows."""

    name: str
    request: Request
    sql: str


@dataclass(frozen=True)
class Raced:
    """The times of both in milliseconds, run by run."""

    name: str
    by_hand_ms: tuple[float, ...]
    compiled_ms: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The compiled SQL's median time over the hand-written SQL's."""
        return median(self.compiled_ms) / median(self.by_hand_ms)


class RowsDifferError(AssertionError):
    """The compiled SQL and the SQL by hand give different rows."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the database if it is not there, check, measure, print."""
    asked = _parser().parse_args(arguments)
    console = Console()
    path: Path = asked.folder / f"orders-{asked.orders}.duckdb"
    if not path.exists():
        console.print(f"Making {path}: {asked.orders:,} orders, which take about {asked.orders // 130_000 + 1} s ...")
        make_company(path, asked.orders)
    engine = DuckDBEngine(path, memory_limit=asked.memory, threads=asked.threads, timeout_seconds=600)
    layer = Layer(benchmark_model(), engine, AS_OF, max_rows=MOST_ROWS)
    cases = [case for case in expert_cases() if asked.only in case.name]
    try:
        if asked.show:
            _show(cases, layer)
            return
        for case in track(cases, "The same rows?", console=console, transient=True):
            check_rows(case, layer)
        raced = [race(case, layer, asked.repeats) for case in track(cases, "Running", console=console, transient=True)]
    except RowsDifferError as error:
        sys.exit(str(error))
    finally:
        engine.close()
    title = f"{asked.orders:,} orders, {asked.threads} threads, {asked.repeats} runs of each in turn"
    _print(console, raced, title, box.MARKDOWN if asked.markdown else box.SIMPLE_HEAD)


def expert_cases() -> tuple[ExpertCase, ...]:
    """The questions, in order of difficulty."""
    listed = yaml.safe_load((EXPERT / "cases.yaml").read_text(encoding="utf-8"))
    return tuple(
        ExpertCase(each["name"], _REQUESTS.validate_python({"kind": "metrics", **each["query"]}), each["sql"])
        for each in listed
    )


def benchmark_model() -> Model:
    """The shipped model with the few metrics that only the benchmark uses."""
    with tempfile.TemporaryDirectory() as folder:
        for file in (*shipped_model_path().glob("*.yaml"), EXPERT / "metrics.yaml"):
            (Path(folder) / file.name).write_bytes(file.read_bytes())
        return load_model(Path(folder))


def check_rows(case: ExpertCase, layer: Layer) -> None:
    """Raises RowsDifferError unless the layer's rows are those of the SQL by hand, in any order."""
    ours, theirs = layer.run(case.request).rows, layer.engine.run(case.sql).rows
    missing, extra = _unmatched(theirs, ours), _unmatched(ours, theirs)
    if missing or extra or not theirs:
        told = f"{len(theirs)} rows by hand, {len(ours)} compiled; first by hand {missing[:3]}, compiled {extra[:3]}"
        raise RowsDifferError(f"'{case.name}' gives different rows: {told}\n{layer.compile(case.request)}")


def race(case: ExpertCase, layer: Layer, repeats: int) -> Raced:
    """Both once to warm up, then in turn: hand-written, compiled, hand-written, ..."""
    prepared = layer.prepare(case.request)
    by_hand, compiled = partial(layer.engine.run, case.sql), partial(layer.engine.run, prepared.sql)
    by_hand()
    compiled()
    times = [(*timed(by_hand, 1), *timed(compiled, 1)) for _ in range(repeats)]
    return Raced(case.name, tuple(one for one, _ in times), tuple(other for _, other in times))


def _unmatched(rows: Rows, others: Rows) -> list[tuple[Value, ...]]:
    """The rows without an equal one among the others; numbers are equal to nine digits."""
    known = {tuple(_comparable(value) for value in row) for row in others}
    unlike = len(rows) != len(others)
    return [row for row in rows if unlike or tuple(_comparable(value) for value in row) not in known]


def _comparable(value: Value) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value.isoformat()[:10] if isinstance(value, date) else value
    return 0.0 if value == 0 else round(value, 9 - math.ceil(math.log10(abs(value))))


def _print(console: Console, raced: Sequence[Raced], title: str, borders: box.Box) -> None:
    table = Table("question", title=title, title_justify="left", box=borders)
    for heading in ("by hand ms", "compiled ms", "ratio"):
        table.add_column(heading, justify="right")
    for one in raced:
        figures = (median(one.by_hand_ms), median(one.compiled_ms))
        table.add_row(one.name, *(f"{figure:,.1f}" for figure in figures), f"{one.ratio:.2f}")
    console.print(table)
    worst = max(raced, key=lambda one: one.ratio)
    console.print(f"median ratio {median(one.ratio for one in raced):.2f} (wanted: at most 1.05)")
    console.print(f"worst ratio  {worst.ratio:.2f} (wanted: at most 1.6), of '{worst.name}'")


def _show(cases: Sequence[ExpertCase], layer: Layer) -> None:
    for case in cases:
        sys.stdout.write(f"-- {case.name}: by hand\n{case.sql}\n-- compiled\n{layer.compile(case.request)};\n\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.expert_sql", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000_000, help="size of the company")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(tempfile.gettempdir()) / "huitou-bench",
        help="where databases are made and kept",
    )
    parser.add_argument("--repeats", type=int, default=5, help="runs of each, after one to warm up")
    parser.add_argument("--threads", type=int, default=2, help="threads of the database")
    parser.add_argument("--memory", default="5GB", help="memory of the database")
    parser.add_argument("--only", default="", help="only the questions whose name contains this")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown, as in docs/speed.md")
    parser.add_argument("--show", action="store_true", help="print both SQL texts instead of running them")
    return parser


if __name__ == "__main__":
    main()
