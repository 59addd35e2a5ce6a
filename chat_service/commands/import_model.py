"""`huitou import`: definitions that analysts have elsewhere, converted to our YAML; what cannot be said is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chat_service.commands.edge import FAILED, problems_reported
from chat_service.present.harmless import Terminal
from semantic_layer import ModelDefinition, Problem, convert, dbt, definition_yaml, open_engine, ossie, with_types_of

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class Form(Enum):
    """What definitions may be written in."""

    DBT = "dbt"
    OSSIE = "ossie"


@app.command()
def import_model(
    form: Annotated[Form, typer.Argument(help="What the definitions are written in.")],
    path: Annotated[Path, typer.Argument(help="A dbt project, YAML file or manifest; an Ossie document, or several.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the converted model.")],
    schema: Annotated[str | None, typer.Option("--schema", help="Where the tables stand in the database.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Ossie: the one semantic model to convert.")] = None,
    db: Annotated[
        str | None, typer.Option("--db", help="dbt: the database whose types keys and dimensions have.")
    ] = None,
    time: Annotated[
        list[str] | None, typer.Option("--time", help="Ossie: a dataset's time, orders=paid_at. May be repeated.")
    ] = None,
) -> None:
    """Convert a dbt project or an Ossie document to a model of ours.

    Several semantic models go to a folder each. Exits with 1 where something could not be carried over: each such thing
    is named on stderr, all else is written. What has no place in our format but changes no number is named only.
    """
    errors = Terminal(stderr=True, soft_wrap=True)
    if form is Form.DBT and (name is not None or time):
        raise typer.BadParameter("--name and --time are for Ossie documents")
    if form is Form.OSSIE and db is not None:
        raise typer.BadParameter("--db is for dbt projects: Ossie documents name their types")
    problems: list[Problem] = []
    with problems_reported():
        if form is Form.DBT:
            converted = convert(dbt.load_dbt(path, schema))
            problems += converted.problems
            _write(converted.definition if db is None else _typed(converted.definition, db), out)
        else:
            choices = ossie.Choices(schema, dict(_chosen(time or ())))
            found = (ossie.convert(path, name, choices),) if name is not None else ossie.convert_all(path, choices)
            for each in found:
                problems += each.problems
                _print(errors, each.remarks)
                _write(each.definition, out if len(found) == 1 else out / each.definition.name)
    _print(errors, problems)
    if problems:
        errors.print(f"{len(problems)} things were not carried over", markup=False)
        raise typer.Exit(FAILED)


def _typed(definition: ModelDefinition, database: str) -> ModelDefinition:
    """The definition with the types of its database. Raises EngineError."""
    engine = open_engine(database)
    try:
        return with_types_of(definition, engine)
    finally:
        engine.close()


def _write(definition: ModelDefinition, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "model.yaml"
    target.write_text(definition_yaml(definition), encoding="utf-8")
    Terminal(soft_wrap=True).print(
        f"{target}: {len(definition.metrics)} metrics, {len(definition.datasets)} datasets, "
        f"{len(definition.relationships)} relationships",
        markup=False,
    )


def _print(console: Console, problems: Iterable[Problem]) -> None:
    for problem in problems:
        console.print(str(problem), markup=False)


def _chosen(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        dataset, equals, field = text.partition("=")
        if not equals or not dataset.strip() or not field.strip():
            raise typer.BadParameter(f"'{text}' is not of the form dataset=field", param_hint="--time")
        yield dataset.strip(), field.strip()
