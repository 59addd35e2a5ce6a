"""`huitou settings`: every setting with its default and what it does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from chat_service.commands.edge import problems_reported
from chat_service.present.columns import flowing, indented
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
    terminal = Terminal()
    for name, field in Settings.model_fields.items():
        value = getattr(current, name)
        now = "—" if value is None else str(value)
        default = "—" if field.default is None else str(field.default)
        was = "" if now == default else f"  (default {default})"
        line = flowing(f"{PREFIX}{name.upper()} = {now}{was}", terminal.width)
        terminal.print(line, style="bold", soft_wrap=True, markup=False)
        terminal.print(indented(field.description or "", terminal.width), markup=False)
