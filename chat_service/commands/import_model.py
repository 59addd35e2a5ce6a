"""`huitou import`: definitions that analysts have elsewhere, converted to our YAML; what cannot be said is named."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chat_service.commands.edge import FAILED, problems_reported
from semantic_layer.interop.dbt import load_dbt
from semantic_layer.interop.dbt.convert import convert, definition_yaml

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class Form(Enum):
    """What definitions may be written in."""

    DBT = "dbt"


@app.command()
def import_model(
    form: Annotated[Form, typer.Argument(help="What the definitions are written in.")],
    path: Annotated[Path, typer.Argument(help="A dbt project's folder, a YAML file of it, or its manifest.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the converted model.")],
    schema: Annotated[str | None, typer.Option("--schema", help="Where the project's tables stand.")] = None,
) -> None:
    """Convert the definitions of a dbt project to a model of ours.

    Exits with 1 where something could not be carried over: each such thing is named on stderr, all else is written.
    """
    console = Console(highlight=False, soft_wrap=True)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    assert form is Form.DBT, "the only form there is"
    with problems_reported():
        converted = convert(load_dbt(path, schema))
    out.mkdir(parents=True, exist_ok=True)
    target = out / "model.yaml"
    target.write_text(definition_yaml(converted.definition), encoding="utf-8")
    kept = converted.definition
    console.print(
        f"{target}: {len(kept.metrics)} metrics, {len(kept.datasets)} datasets, "
        f"{len(kept.relationships)} relationships",
        markup=False,
    )
    for problem in converted.problems:
        errors.print(str(problem), markup=False)
    if converted.problems:
        errors.print(f"{len(converted.problems)} things were not carried over", markup=False)
        raise typer.Exit(FAILED)
