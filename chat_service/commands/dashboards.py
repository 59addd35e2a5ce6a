"""`huitou dashboards`: listed, shown, written as a file, checked; made of saved answers."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chat_service.commands.edge import AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.commands.saved import As, Desk, at_desk, desk, found_saved
from chat_service.outcomes import Language
from chat_service.present.export.document import ExportError, FileNotWritten
from chat_service.present.harmless import Terminal
from chat_service.present.listing import listing
from chat_service.present.terminal import show
from chat_service.saved.boards import BoardHead
from chat_service.saved.dashboard_files import dashboard_paths, read_dashboards, unanswered
from chat_service.saved.dashboards import (
    Dashboard,
    Look,
    Shown,
    Tile,
    TileForm,
    UnknownDashboard,
    answered,
    checked_dashboard,
    form_for,
    with_tile,
)
from chat_service.saved.looking import request_today, unruled_layer
from chat_service.saved.reports import REPORT_FORMS, dashboard_report, report_blocks
from chat_service.saved.schedule import SavedError
from semantic_layer import DefinitionsError

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help="Dashboards of saved answers."
)
Title = Annotated[str, typer.Argument(metavar="NAME", help="Its name or id; model:NAME for one beside the model.")]
Words = Annotated[Language, typer.Option(help="Of names and labels.")]


@app.command(name="list")
def listed(language: Words = "en", name: As = "", db: Database = None, model: ModelFolder = None) -> None:
    """List the dashboards that the reader may open."""
    with at_desk(name, db, model) as at:
        rows = [(each.name, each.owner, each.dashboard_id) for each in at.boards.heads(at.reader, language)]
    console = Terminal()
    console.print(listing(("name", "owner", "id"), rows, console.width))


@app.command(name="show")
def shown(
    title: Title,
    language: Words = "en",
    name: As = "",
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Show every tile as it is now, under the reader's own rights."""
    with at_desk(name, db, model, as_of) as at:
        console = Terminal()
        for tile in _shown(at, title, language).tiles:
            console.print(tile.title, style="bold", markup=False)
            try:
                found = answered(tile, Look(language), at.reader, at.services)
                show(replace(found, suggestions=()), console)
            except SavedError as error:
                console.print(error.sentences(language), markup=False)


@app.command()
def report(
    title: Title,
    out: Annotated[Path, typer.Option("--out", help="A file, .html or .pdf by its name.")],
    language: Words = "en",
    name: As = "",
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Write a dashboard as one file that needs nothing beside it."""
    form = next((each for each in REPORT_FORMS if out.suffix.lower() == f".{each}"), None)
    if form is None:
        raise typer.BadParameter(f"{out.name}: the name should end in .html or .pdf")
    with at_desk(name, db, model, as_of) as at:
        made = dashboard_report(_shown(at, title, language), Look(language), at.reader, at.services)
        file = b"".join(report_blocks(made, form, at.settings.fonts))
        try:
            out.write_bytes(file)
        except OSError as error:
            raise ExportError(FileNotWritten(str(out), error.strerror or str(error))) from error
    Terminal(soft_wrap=True).print(f"{out}: {len(file):,} bytes", markup=False)


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Else all that stand beside the model.")] = None,
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Check dashboards in YAML: their form, and that the model answers each tile. Exits with 1 on any mistake."""
    with problems_reported():
        settings = settings_with(database=db, model=model, as_of=day_of(as_of))
        paths = files or dashboard_paths(settings.model)
        read = read_dashboards(paths)
        with desk(settings, "") as at:
            layer = unruled_layer(at.services.model, at.services.engine, at.services.layer.as_of)
            mistakes = [each for found in read for each in unanswered(found, layer)]
        if mistakes:
            raise DefinitionsError(*mistakes)
    typer.echo(f"{len(paths)} {'dashboard' if len(paths) == 1 else 'dashboards'}: no mistakes")


@app.command()
def add(
    title: Annotated[str, typer.Argument(metavar="DASHBOARD", help="Yours; made where there is none of that name.")],
    saved: Annotated[list[str], typer.Argument(metavar="SAVED...", help="Names or ids of saved answers.")],
    form: Annotated[TileForm | None, typer.Option(help="How they are shown; else as suits each.")] = None,
    name: As = "",
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Put saved answers on a dashboard, at its end."""
    with at_desk(name, db, model, as_of) as at:
        mine = [each for each in at.boards.kept.dashboards() if (each.owner, each.name) == (at.reader.name, title)]
        found = mine[0] if mine else Dashboard(uuid.uuid4().hex, at.reader.name, title, ())
        for each in saved:
            one = found_saved(at, each)
            best = form or form_for(request_today(one, at.services.layer.as_of))
            found = with_tile(found, Tile(saved_id=one.saved_id, form=best), datetime.now(UTC))
        wanted = checked_dashboard(found, at.reader, at.store, at.services)
        kept = at.boards.kept.change(wanted) if mine else at.boards.kept.add(wanted)
    typer.echo(f"{kept.dashboard_id} {kept.name} (version {kept.version}, tiles: {len(kept.tiles)})")


@app.command()
def delete(title: Title, name: As = "", db: Database = None, model: ModelFolder = None) -> None:
    """Delete a dashboard; the saved answers on it stay."""
    with at_desk(name, db, model) as at:
        found = at.boards.own(_head(at, title, "en").dashboard_id, at.reader)
        at.boards.kept.forget(found.dashboard_id)
    typer.echo(f"{found.name} deleted")


def _head(at: Desk, title: str, language: Language) -> BoardHead:
    found = [each for each in at.boards.heads(at.reader, language) if title in (each.name, each.dashboard_id)]
    if not found:
        raise SavedError(UnknownDashboard())
    return found[0]


def _shown(at: Desk, title: str, language: Language) -> Shown:
    return at.boards.shown(_head(at, title, language).dashboard_id, at.reader, at.services.layer.as_of, language)
