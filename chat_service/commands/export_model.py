"""`huitou export`: our definitions in a form that other tools read."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from chat_service.commands.edge import ModelFolder, problems_reported, settings_with
from chat_service.present.harmless import Terminal
from semantic_layer import (
    DefinitionsError,
    ModelDefinition,
    build,
    is_ossie,
    ossie,
    read_definition,
    shipped_model_path,
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class Form(Enum):
    """What definitions may be written as."""

    OSSIE = "ossie"


@app.command()
def export_model(
    form: Annotated[Form, typer.Argument(help="What to write the definitions as.")],
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output if none is named.")] = None,
    model: ModelFolder = None,
) -> None:
    """Write the semantic model as an Ossie document.

    What the specification cannot say goes along in an extension, so that `huitou import ossie` gives the same model.
    """
    assert form is Form.OSSIE, "the only form there is"
    with problems_reported():
        settings = settings_with(model=model)
        text = ossie.export(_definition(settings.model or shipped_model_path()))
    if out is None:
        typer.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    Terminal(soft_wrap=True).print(f"{out}: {len(text.encode()):,} bytes", markup=False)


def _definition(path: Path) -> ModelDefinition:
    """The checked definitions at a path. Raises DefinitionsError."""
    if is_ossie(path):
        converted = ossie.convert(path)
        if converted.problems:
            raise DefinitionsError(*converted.problems)
        return converted.definition
    draft, problems = read_definition(path)
    build(draft, problems)
    return draft.definition
