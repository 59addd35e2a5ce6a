"""`huitou saved`: typed queries kept under names, and run again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chat_service.access.admission import Admission
from chat_service.commands.edge import AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.commands.opening import opened
from chat_service.commands.query import read_query
from chat_service.conversation.database import opened as opened_database
from chat_service.outcomes import Language
from chat_service.present.finding import Finding
from chat_service.present.harmless import Terminal
from chat_service.present.listing import listing
from chat_service.present.names import Names
from chat_service.present.notes import notes
from chat_service.present.terminal import table_of
from chat_service.saved.boards import Boards
from chat_service.saved.dashboard_store import DashboardStore
from chat_service.saved.looking import Wish, has_moved, may_open, owner_of, request_today, save
from chat_service.saved.moving import Moves
from chat_service.saved.records import Saved, UnknownSaved
from chat_service.saved.schedule import SavedError
from chat_service.saved.store import SavedStore
from chat_service.services import Services
from chat_service.settings import Settings
from semantic_layer import Reader

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help="Save typed queries under names."
)
As = Annotated[str, typer.Option("--as", help="Whose: the name of a key. Else whoever shows none.")]


@dataclass(frozen=True, eq=False)
class Desk:
    """What the commands on saved answers and alerts work with."""

    settings: Settings
    store: SavedStore
    services: Services
    admission: Admission
    reader: Reader
    boards: Boards


@contextmanager
def desk(settings: Settings, name: str) -> Iterator[Desk]:
    """Everything opened, for the reader of that name. Raises HuitouError."""
    admission = Admission(settings)
    services = opened(settings, Terminal(stderr=True))
    ours = opened_database(settings.conversations_url)
    store = SavedStore(ours)
    try:
        reader = services.reader if not name else owner_of(admission.standing(name), name)
        yield Desk(settings, store, services, admission, reader, Boards(store, DashboardStore(ours), settings.model))
    finally:
        store.close()
        services.close()


@contextmanager
def at_desk(name: str, db: str | None, model: Path | None, as_of: datetime | None = None) -> Iterator[Desk]:
    """The desk of a command as its options have it; what goes wrong at it is reported."""
    with problems_reported(), desk(settings_with(database=db, model=model, as_of=day_of(as_of)), name) as at:
        yield at


def found_saved(at: Desk, name: str) -> Saved:
    """The saved answer of that name or id that the reader may open, their own first. Raises SavedError."""
    mine = [each for each in at.store.all_saved() if name in (each.name, each.saved_id) and may_open(each, at.reader)]
    if not mine:
        raise SavedError(UnknownSaved())
    return min(mine, key=lambda each: each.owner != at.reader.name)


@app.command(name="list")
def listed(name: As = "", as_of: AsOf = None, db: Database = None, model: ModelFolder = None) -> None:
    """List what is saved. A definition that has changed since is marked."""
    with at_desk(name, db, model, as_of) as at:
        rows = []
        for each in at.store.all_saved():
            if may_open(each, at.reader):
                shared = ", ".join((*each.readers, *(f"role {role}" for role in each.roles)))
                changed = "changed" if has_moved(each, at.services) else "same"
                row = (each.name, each.owner, str(each.version), each.moves or "—", shared or "—", changed)
                rows.append((*row, each.saved_id))
    console, heads = Terminal(), ("name", "owner", "version", "moves", "shared with", "definition", "id")
    console.print(listing(heads, rows, console.width))


@app.command()
def add(
    title: Annotated[str, typer.Argument(metavar="NAME")],
    file: Annotated[str, typer.Argument(metavar="QUERY.json", help="A file, or - for standard input.")],
    moves: Annotated[Moves | None, typer.Option(help="How its dates follow the day; needed where it has some.")] = None,
    reader: Annotated[list[str] | None, typer.Option(help="Share with a reader; may be repeated.")] = None,
    role: Annotated[list[str] | None, typer.Option(help="Share with a role; may be repeated.")] = None,
    name: As = "",
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Save a typed query; another under the same name is its next version."""
    with at_desk(name, db, model, as_of) as at:
        wish = Wish(title, read_query(file), moves, tuple(reader or ()), tuple(role or ()))
        kept = save(at.store, wish, at.reader, at.services, uuid.uuid4().hex, datetime.now(UTC))
    typer.echo(f"{kept.saved_id} {kept.name} (version {kept.version})")


@app.command()
def run(
    title: Annotated[str, typer.Argument(metavar="NAME", help="Its name or id.")],
    language: Annotated[Language, typer.Option(help="Language of the labels.")] = "en",
    name: As = "",
    as_of: AsOf = None,
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Run a saved query on today's data, under the reader's own rights."""
    with at_desk(name, db, model, as_of) as at:
        layer = at.services.layer
        request = request_today(found_saved(at, title), layer.as_of)
        prepared = layer.prepare(request, at.reader)
        names = Names(at.services.model, language)
        finding = Finding(request, layer.execute(prepared), names, layer.as_of, prepared.filters)
        console = Terminal()
        console.print(table_of(finding, console.width))
        for each in notes(finding):
            console.print(each.message, markup=False)


@app.command()
def delete(
    title: Annotated[str, typer.Argument(metavar="NAME", help="Its name or id.")],
    name: As = "",
    db: Database = None,
    model: ModelFolder = None,
) -> None:
    """Delete a saved query with all of its versions."""
    with at_desk(name, db, model) as at:
        found = found_saved(at, title)
        if found.owner != at.reader.name:
            raise SavedError(UnknownSaved())
        at.store.forget_saved(found.saved_id)
    typer.echo(f"{found.name} deleted")
