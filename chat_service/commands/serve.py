"""`huitou serve`: the HTTP service."""

from __future__ import annotations

from typing import Annotated

import typer

from chat_service.access.admission import Admission
from chat_service.app import create_app
from chat_service.channels.http_serving import serve_until_told
from chat_service.channels.logs import log_to_stderr
from chat_service.commands.edge import AsOf, Database, ModelFolder, day_of, problems_reported, settings_with
from chat_service.commands.opening import opened
from chat_service.present.harmless import Terminal

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else HUITOU_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; else HUITOU_PORT.")] = None,
    db: Database = None,
    model: ModelFolder = None,
    as_of: AsOf = None,
) -> None:
    """Run the HTTP service."""
    console = Terminal(stderr=True)
    with problems_reported():
        settings = settings_with(host=host, port=port, database=db, model=model, as_of=day_of(as_of))
        Admission(settings).check_address()
        # opened once before listening, so that a wrong path or model is told at once
        opened(settings, console).close()
        service = create_app(settings)
    console.print(f"http://{settings.host}:{settings.port}/docs")
    log_to_stderr()
    serve_until_told(service, settings)
