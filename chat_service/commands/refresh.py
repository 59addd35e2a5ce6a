"""`huitou refresh`: the model's rollups, computed anew where the data or the definitions are others."""

from __future__ import annotations

import typer

from chat_service.commands.edge import FAILED, AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.model_opening import opened_model
from chat_service.present.harmless import Terminal
from chat_service.present.listing import listing
from chat_service.settings import named_database
from semantic_layer import refresh_rollups

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def refresh(as_of: AsOf = None, db: Database = None, model: ModelFolder = None) -> None:
    """Compute anew what the model has computed beforehand (rollups)."""
    with problems_reported():
        settings = settings_with(database=db, model=model, as_of=day_of(as_of))
        found = refresh_rollups(named_database(settings), opened_model(settings.model), settings.as_of)
    rows = []
    for each in found:
        state = "refused" if each.problem is not None else "built" if each.is_new else "fresh"
        rows.append((each.name, f"{each.rows:,}" if each.is_new else "", f"{each.cells:,}", state))
    console = Terminal()
    console.print(listing(("rollup", "rows", "cells", ""), rows, console.width, ("rows", "cells")))
    problems = [each.problem for each in found if each.problem is not None]
    for problem in problems:
        console.print(str(problem), markup=False)
    if problems:
        raise typer.Exit(FAILED)
