"""`huitou keys`: API keys made, listed and revoked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from chat_service.access.keys import ROLES, KeyFile
from chat_service.commands.edge import problems_reported, settings_with
from chat_service.present.harmless import Terminal
from chat_service.present.listing import listing

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help="Make, list and revoke API keys."
)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Who uses it; several keys of one name are one reader.")],
    role: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(ROLES)}, or one that the model names; may be repeated. By default ask and sql."),
    ] = None,
    attribute: Annotated[
        list[str] | None, typer.Option(help="What policies ask of the reader, as region=east; may be repeated.")
    ] = None,
) -> None:
    """Make a key, and print it this once."""
    wanted = tuple(dict.fromkeys(role or ("ask", "sql")))
    if not all(each.isidentifier() for each in wanted):
        raise typer.BadParameter("a role is a word of letters, digits and '_'")
    known: dict[str, tuple[str, ...]] = {}
    for each in attribute or ():
        word, is_given, value = each.partition("=")
        if not is_given or not value or not word.isidentifier():
            raise typer.BadParameter("write an attribute as region=east")
        known[word] = (*known.get(word, ()), value)
    with problems_reported():
        key, shown = _file().add(name, wanted, _now(), known)
    console = Terminal(stderr=True)
    console.print(f"{key.name}: {', '.join(key.roles)} ({key.id}). Only its hash is kept.")
    others = [each for each in wanted if each not in ROLES]
    if others:
        console.print(f"Of the model's own: {', '.join(others)}.")
    typer.echo(shown)


@app.command(name="list")
def listed() -> None:
    """List the keys without what opens them."""
    with problems_reported():
        keys = _file().keys()
    heads, rows = ("id", "name", "roles", "attributes", "made", "revoked"), []
    for each in keys:
        known = ", ".join(f"{name}={value}" for name, values in each.attributes.items() for value in values)
        rows.append((each.id, each.name, ", ".join(each.roles), known, each.made_at, each.revoked_at or "—"))
    console = Terminal()
    console.print(listing(heads, rows, console.width))


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
