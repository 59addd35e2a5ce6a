"""`python -m benchmarks.model_load`: loading a large model, opening it, and compiling queries sampled across it.

The shipped model, and generated ones of 100, 500 and 2,000 metrics over 10 datasets for each hundred. Times by the
clock and of this process alone (the two differ on a busy machine). Compiling should take as long in any of them: a
query's time is of the query, not of the model.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.generated_model import METRICS_PER_STAR, make_tables, write_model
from chat_service.evaluate.report import percentile
from semantic_layer import (
    Compare,
    DuckDBEngine,
    FieldFilter,
    Layer,
    MetricFilter,
    MetricQuery,
    Model,
    Period,
    load_model,
    shipped_model_path,
)

AS_OF = date(2026, 6, 30)
SIZES = (100, 500, 2_000)
_PERIODS = (Period(date(2026, 1, 1), date(2026, 7, 1)), Period(date(2026, 6, 1), date(2026, 7, 1), "month"))


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock and of this process."""

    clock: float
    process: float


@dataclass(frozen=True)
class SizeTimes:
    """What one size of model takes: loading, opening up to the first compiled query, the first answer, and each
    query's compilation in milliseconds, when it is seen for the first time and when it is asked again."""

    metrics: int
    datasets: int
    load: tuple[Spent, ...]
    first_compile: Spent
    first_answer: Spent
    first_ms: tuple[float, ...]
    again_ms: tuple[float, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    console = Console()
    shipped = tuple(spent(lambda: load_model(shipped_model_path())) for _ in range(asked.repeats))
    console.print(f"the shipped model: {_seconds(shipped)}")
    _print(console, [measure(size, asked.repeats, asked.queries) for size in asked.sizes])


def measure(metrics: int, repeats: int, queries: int) -> SizeTimes:
    """The times of a generated model of that many metrics, a multiple of 100, over as many queries."""
    stars = metrics // METRICS_PER_STAR
    with tempfile.TemporaryDirectory() as folder:
        files, database = Path(folder) / "model", Path(folder) / "data.duckdb"
        files.mkdir()
        write_model(files, stars)
        make_tables(database, stars)
        load = tuple(spent(lambda: load_model(files)) for _ in range(repeats))
        model = load_model(files)
        asked = sampled_queries(model, queries)
        engine = DuckDBEngine(database)
        layer = Layer(model, engine, AS_OF)
        first_compile = spent(lambda: layer.prepare(asked[0]))
        first_answer = spent(lambda: layer.run(asked[0]))
        first, again = (
            tuple(spent(partial(layer.prepare, each)).process * 1000 for each in asked[1:]) for _ in range(2)
        )
        engine.close()
    return SizeTimes(len(model.metrics), len(model.datasets), load, first_compile, first_answer, first, again)


def sampled_queries(model: Model, count: int) -> tuple[MetricQuery, ...]:
    """Queries over metrics of the whole model, by up to three dimensions near and far, filtered, often along time or
    compared; the same for the same model."""
    draw = random.Random(7)  # noqa: S311
    names = [name for name, metric in model.metrics.items() if not metric.definition.hidden]
    return tuple(_query(model, draw.choice(names), draw) for _ in range(count))


def _query(model: Model, metric: str, draw: random.Random) -> MetricQuery:
    datasets = model.grouping_datasets(metric)
    near = [name for name in _within_reach(model, datasets[0]) if model.can_group(metric, name)]
    groups = draw.sample(near, draw.randint(0, min(3, len(near))))
    grain = ["month"] if draw.random() < 0.4 else []
    filters: list[FieldFilter | MetricFilter] = [
        FieldFilter(field=name, op="in", values=_known(model, name)) for name in draw.sample(near, draw.randint(0, 2))
    ]
    compare = Compare(to="year") if draw.random() < 0.2 else None
    return MetricQuery(
        metrics=(metric,),
        group_by=(*groups, *grain),
        period=draw.choice(_PERIODS),
        filters=tuple(filters),
        compare=compare,
    )


def _known(model: Model, dimension: str) -> tuple[str, ...]:
    """Two values that the dimension has: of its closed set, else as they are made."""
    return tuple(str(code) for code in model.dimensions[dimension].home.definition.values)[:2] or ("k1", "k2")


def _within_reach(model: Model, dataset: str) -> list[str]:
    reach = {dataset, *model.paths.get(dataset, {})}
    return [name for name, each in model.dimensions.items() if each.home.dataset in reach]


def spent(run: Callable[[], object]) -> Spent:
    """How long it takes."""
    began, worked = time.perf_counter(), time.process_time()
    run()
    return Spent(time.perf_counter() - began, time.process_time() - worked)


def _print(console: Console, sizes: Sequence[SizeTimes]) -> None:
    title = "Generated models: seconds by the clock (of this process)"
    table = Table(title=title, title_justify="left", box=box.MARKDOWN)
    sizes_of = ("metrics", "datasets", "load", "first compile", "first answer")
    for heading in (*sizes_of, "compile ms, new", "p95", "again", "p95"):
        table.add_column(heading, justify="right")
    for each in sizes:
        table.add_row(
            f"{each.metrics:,}",
            str(each.datasets),
            _seconds(each.load),
            _seconds([each.first_compile]),
            _seconds([each.first_answer]),
            *_milliseconds(each.first_ms),
            *_milliseconds(each.again_ms),
        )
    console.print(table)
    console.print("wanted of 2,000 metrics: load under 3 s, compile under 5 ms (median)")


def _milliseconds(times: Sequence[float]) -> tuple[str, str]:
    return f"{median(times):.2f}", f"{percentile(times, 0.95):.2f}"


def _seconds(times: Sequence[Spent]) -> str:
    return f"{median(each.clock for each in times):.2f} s ({median(each.process for each in times):.2f} s)"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.model_load", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of metrics, in hundreds")
    parser.add_argument("--repeats", type=int, default=3, help="times that each model is loaded")
    parser.add_argument("--queries", type=int, default=300, help="queries sampled across each model")
    return parser


if __name__ == "__main__":
    main()
