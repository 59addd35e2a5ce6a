"""`python -m benchmarks`: how long the demo, the model, the stages and a whole `huitou ask` take, as tables.

Makes a demo company of its own in a temporary folder unless `--db` names one. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.agent import own_time
from benchmarks.processes import HUITOU, measure_ask, run
from benchmarks.stages import QuestionTimes, measure_stages, slowest, stage_rows
from benchmarks.timing import Measured, print_table, timed
from chat_service.evaluate.suite import load_suite
from chat_service.services import open_services
from chat_service.settings import Settings
from semantic_layer import load_model, shipped_model_path

SUITE = Path(__file__).resolve().parent.parent / "tests" / "questions" / "suite.yaml"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        database: Path = asked.db or Path(folder) / "demo.duckdb"
        making: tuple[Measured, ...] = ()
        if asked.db is None:
            command = [str(HUITOU), "demo", "--customers", str(asked.customers), "--out", str(database)]
            made = timed(lambda: run(command), 1)
            making = (Measured(f"huitou demo, {asked.customers:,} customers, made and scored", made, aim_ms=20_000),)
        print_table(console, "Set-up", (*making, _model_load(asked.repeats)))
        _print_stages(console, asked.suite, database, asked.repeats)
        print_table(console, "Whole processes", measure_ask(database, asked.repeats))
        print_table(
            console, "The language-model agent", (Measured("its own time for a question", own_time(database), 30),)
        )


def _model_load(repeats: int) -> Measured:
    return Measured("the shipped model, from YAML to Model", timed(lambda: load_model(shipped_model_path()), repeats))


def _print_stages(console: Console, suite: Path, database: Path, repeats: int) -> None:
    services = open_services(Settings(database=database), time.perf_counter)
    times = measure_stages(load_suite(suite), services, repeats)
    services.close()
    print_table(console, f"Stages of the {len(times)} questions of {suite.name} that are answered", stage_rows(times))
    _print_slowest(console, slowest(times, 5))


def _print_slowest(console: Console, times: Sequence[QuestionTimes]) -> None:
    table = Table(
        "translate ms",
        "compile ms",
        "execute ms",
        "question",
        title="Slowest to translate and compile",
        title_justify="left",
    )
    for one in times:
        table.add_row(f"{one.translate_ms:.2f}", f"{one.compile_ms:.2f}", f"{one.execute_ms:.2f}", one.question)
    console.print(table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--suite", type=Path, default=SUITE, help="questions to time the stages of")
    parser.add_argument("--db", type=Path, default=None, help="a database; without, a demo company is made")
    parser.add_argument("--customers", type=int, default=20_000, help="size of the demo company")
    parser.add_argument("--repeats", type=int, default=10, help="runs of each thing")
    return parser


if __name__ == "__main__":
    main()
