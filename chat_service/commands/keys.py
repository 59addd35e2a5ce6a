"""`huitou keys`: API keys made, listed and revoked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from chat_service.access.keys import ROLES, KeyFile
from chat_service.commands.edge import problems_reported, settings_with
from chat_service.present.harmless import Terminal

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help="Make, list and revoke API keys."
)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Who uses it; several keys of one name are one reader.")],
    role: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(ROLES)}; may be repeated. By default ask and sql.")
    ] = None,
) -> None:
    """Make a key, and print it this once."""
    wanted = tuple(each for each in ROLES if each in (role or ("ask", "sql")))
    if len(wanted) < len(set(role or ())):
        raise typer.BadParameter(f"there are the roles {', '.join(ROLES)}")
    with problems_reported():
        key, shown = _file().add(name, wanted, _now())
    Terminal(stderr=True).print(f"{key.name}: {', '.join(key.roles)} ({key.id}). Only its hash is kept.")
    typer.echo(shown)


@app.command(name="list")
def listed() -> None:
    """List the keys without what opens them."""
    with problems_reported():
        keys = _file().keys()
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("id", "name", "roles", "made", "revoked"):
        table.add_column(head, overflow="fold")
    for each in keys:
        table.add_row(each.id, each.name, ", ".join(each.roles), each.made_at, each.revoked_at or "—")
    Terminal().print(table)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Make a key open nothing, at once."""
    with problems_reported():
        key = _file().revoke(key_id, _now())
    Terminal().print(f"{key.id} ({key.name}) revoked")


def _file() -> KeyFile:
    return KeyFile(settings_with().keys)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
