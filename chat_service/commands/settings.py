"""`huitou settings`: every setting with its default and what it does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from chat_service.commands.edge import problems_reported
from chat_service.present.harmless import Terminal
from chat_service.settings import PREFIX, Settings, read_settings, settings_document

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/settings.md.")] = False,
) -> None:
    """Explain every setting."""
    if markdown:
        typer.echo(settings_document(), nl=False)
        return
    with problems_reported():
        current = read_settings(os.environ, Path(".env"))
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("setting", "now", "default", "what it does"):
        table.add_column(head, overflow="fold")
    for name, field in Settings.model_fields.items():
        value = getattr(current, name)
        shown = "—" if value is None else str(value)
        default = "—" if field.default is None else str(field.default)
        table.add_row(PREFIX + name.upper(), shown, default, field.description or "")
    Terminal().print(table)
