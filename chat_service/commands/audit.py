"""`huitou audit`: what was asked by whom and what came of it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from chat_service.access.audit import Audit
from chat_service.commands.edge import problems_reported, settings_with
from chat_service.settings import SettingMissing, SettingsError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def audit(
    reader: Annotated[str | None, typer.Option(help="Of this reader only.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="From this time on: 2026-06-30T08:00.")] = None,
    code: Annotated[str | None, typer.Option(help="With this problem only, such as withheld.")] = None,
    last: Annotated[int, typer.Option(min=1, help="So many, the last ones.")] = 100,
) -> None:
    """Print the audit as JSON lines, the oldest first."""
    with problems_reported():
        settings = settings_with()
        if settings.audit is None:
            raise SettingsError(SettingMissing("HUITOU_AUDIT"))
        kept = Audit(settings.audit, settings.audit_max_bytes, settings.audit_files)
        found = [
            each
            for each in kept.records()
            if (reader is None or each.get("reader") == reader)
            and (code is None or each.get("code") == code)
            and (since is None or str(each.get("time")) >= since)
        ]
    for each in found[-last:]:
        typer.echo(json.dumps(each))
