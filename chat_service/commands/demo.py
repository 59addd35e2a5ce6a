"""`huitou demo`: the demo company's database, scored."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from chat_service.commands.edge import problems_reported
from chat_service.present.harmless import Terminal
from chat_service.settings import DEMO_DATABASE
from semantic_layer import copy_tables, make_demo, score_customers, without_secrets, written_beside

CUSTOMERS, SEED, AS_OF = 20_000, 7, date(2026, 6, 30)
_SCORING = 0.25  # the share of the whole time, about

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    customers: Annotated[int, typer.Option(help="How many customers.")] = CUSTOMERS,
    seed: Annotated[int, typer.Option(help="The same seed makes the same company.")] = SEED,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="The last day of its history.")] = AS_OF.isoformat(),
    out: Annotated[Path, typer.Option(help="The file to write; one that is there is replaced.")] = DEMO_DATABASE,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="URL|FOLDER", help="Copy the tables there too: postgresql://…, or Parquet files in a folder."
        ),
    ] = None,
) -> None:
    """Make the demo company's database and score its customers."""
    try:
        day = datetime.strptime(as_of, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise typer.BadParameter(f"'{as_of}' is not a date such as {AS_OF}") from error
    console = Terminal(stderr=True)
    with problems_reported():
        make(out, console, customers=customers, seed=seed, as_of=day)
        if to is not None:
            copy_to(out, to, console)
    typer.echo(str(out) if to is None else without_secrets(to))


def make(out: Path, console: Console, *, customers: int = CUSTOMERS, seed: int = SEED, as_of: date = AS_OF) -> None:
    """Write and score the demo company, showing how far it is."""
    share = TextColumn("{task.percentage:>3.0f}%")
    shown = (TextColumn("{task.description:<20}"), BarColumn(), share, TimeElapsedColumn())
    with Progress(*shown, console=console) as progress:
        task = progress.add_task("customers", total=1.0)

        def while_making(stage: str, done: float) -> None:
            progress.update(task, description=stage, completed=done * (1 - _SCORING))

        def while_scoring(stage: str, done: float) -> None:
            progress.update(task, description=stage, completed=1 - _SCORING + done * _SCORING)

        # a service that reads the file finds it whole and scored, or as it was
        with written_beside(out) as partial:
            make_demo(partial, customers=customers, seed=seed, as_of=as_of, progress=while_making)
            score_customers(partial, as_of=as_of, progress=while_scoring)


def copy_to(database: Path, to: str, console: Console) -> None:
    """Copy the tables to a server or a folder, showing how far it is."""
    shown = (TextColumn("{task.description:<20}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*shown, console=console) as progress:
        task = progress.add_task("copying", total=1.0)

        def while_copying(table: str, done: float) -> None:
            progress.update(task, description=table, completed=done)

        copy_tables(database, to, while_copying)
        progress.update(task, completed=1.0)
